/* core/command/case_draft.c: what is written into a form: merged where people wrote different fields, kept as
 * branches where two wrote the same field differently since they last saw each other's words.
 *
 * draft_revs remembers for each field that was written who wrote it and by which rev. A branch keeps the later
 * word beside the draft, as a dispute of its author; writing the field again after having seen both settles it,
 * and so does dispute.resolve. */
#include "core/command/cases.h"
#include "core/form/migrate.h"

#include <stdlib.h>
#include <string.h>

enum {
    DRAFT_REVS_MAX = 256,
    PATCH_FIELDS_MAX =
        2000, /* each is looked for among all the others: no form of a hall has a tenth of it */
};

/* --- pointers --- */

static void add_token(struct buf *pointer, const char *name)
{
    buf_addc(pointer, '/');
    for (; *name; name++) {
        if (*name == '~')
            buf_adds(pointer, "~0");
        else if (*name == '/')
            buf_adds(pointer, "~1");
        else
            buf_addc(pointer, *name);
    }
}

/* One is the other, or stands inside it. */
static bool overlap(const char *a, const char *b)
{
    size_t n = strlen(a), m = strlen(b), shorter = n < m ? n : m;
    return strncmp(a, b, shorter) == 0 && (n == m || (n < m ? b : a)[shorter] == '/');
}

/* Made anew by the hall each time: nobody's word, so nobody's conflict. Looks through properties only. */
static bool is_computed(const struct json *service, const char *pointer)
{
    const struct json *node = json_get(json_get(service, "form"), "schema");
    char *tokens = xstrdup(pointer), *rest = tokens, *token;
    while (node && (token = strsep(&rest, "/")) != NULL)
        if (*token)
            node = json_get(json_get(node, "properties"), token);
    free(tokens);
    return json_get(node, "x-compute") != NULL;
}

/* --- one change --- */

struct merge {
    struct call *c;
    struct json *row;
    const struct json *service;
    int64_t base;          /* row_rev that the author had before their eyes */
    struct json *clean;    /* the part of the patch that goes into the draft */
    struct json *branched; /* new branches */
};

/* The newest word of somebody else on that field which the author had not seen; NULL: none. */
static const struct json *unseen(const struct merge *m, const char *pointer)
{
    const struct json *newest = NULL, *revs = json_get(m->row, "draft_revs");
    for (const struct json *one = json_first(revs); one; one = json_next(one)) {
        int64_t rev = json_int(one, "rev", 0);
        if (rev > m->base && !is_me(m->c, json_text(one, "by")) && overlap(json_name(one), pointer) &&
            (!newest || rev > json_int(newest, "rev", 0)))
            newest = one;
    }
    return newest;
}

static void merge_leaf(struct merge *m, const char *pointer, const struct json *value)
{
    const struct json *now = json_pointer(json_get(m->row, "draft"), pointer);
    bool same = now ? json_equal(now, value) : json_is_null(value);
    const struct json *other = same || is_computed(m->service, pointer) ? NULL : unseen(m, pointer);
    if (!other) {
        json_set_pointer(m->clean, pointer, json_copy(value));
        return;
    }
    struct json *branch = case_note(m->c);
    json_set_text(branch, "pointer", pointer);
    json_set(branch, "value", json_copy(value));
    json_set(branch, "draft", now ? json_copy(now) : json_new_null());
    json_set_text(branch, "other", json_text(other, "by"));
    json_set_int(branch, "base_rev", m->base);
    json_set_int(branch, "rev", m->c->tx->rev);
    json_add(m->branched, branch);
}

/* Each value of a merge patch that is no object itself; an empty object is one. */
static void walk(struct merge *m, const char *above, const struct json *patch)
{
    for (const struct json *member = json_first(patch); member; member = json_next(member)) {
        struct buf pointer = {0};
        buf_adds(&pointer, above);
        add_token(&pointer, json_name(member));
        if (json_is_object(member) && json_count(member) > 0)
            walk(m, buf_text(&pointer), member);
        else
            merge_leaf(m, buf_text(&pointer), member);
        buf_free(&pointer);
    }
}

/* --- who wrote what --- */

static void forget_oldest(struct json *revs)
{
    while (json_count(revs) > DRAFT_REVS_MAX) {
        const struct json *oldest = json_first(revs);
        for (const struct json *one = oldest; one; one = json_next(one))
            if (json_int(one, "rev", 0) < json_int(oldest, "rev", 0))
                oldest = one;
        char *name = xstrdup(json_name(oldest));
        json_remove(revs, name);
        free(name);
    }
}

static void note_author(struct call *c, struct json *revs, const char *above, const struct json *patch)
{
    for (const struct json *member = json_first(patch); member; member = json_next(member)) {
        struct buf pointer = {0};
        buf_adds(&pointer, above);
        add_token(&pointer, json_name(member));
        if (json_is_object(member) && json_count(member) > 0) {
            note_author(c, revs, buf_text(&pointer), member);
        } else {
            struct json *one = json_new_object();
            json_set_int(one, "rev", c->tx->rev);
            json_set_text(one, "by", c->actor->user);
            json_set(revs, buf_text(&pointer), one);
        }
        buf_free(&pointer);
    }
}

static void note_authors(struct call *c, struct json *row, const struct json *patch)
{
    if (!json_is_object(json_get(row, "draft_revs")))
        json_set(row, "draft_revs", json_new_object());
    note_author(c, json_edit(row, "draft_revs"), "", patch);
    forget_oldest(json_edit(row, "draft_revs"));
}

/* --- branches --- */

static bool pointer_in(const char *pointer, const char *above, const struct json *patch)
{
    bool found = false;
    for (const struct json *member = json_first(patch); member && !found; member = json_next(member)) {
        struct buf path = {0};
        buf_adds(&path, above);
        add_token(&path, json_name(member));
        found = json_is_object(member) && json_count(member) > 0
                    ? pointer_in(pointer, buf_text(&path), member)
                    : overlap(pointer, buf_text(&path));
        buf_free(&path);
    }
    return found;
}

static bool has_branch_of(const struct json *branches, const char *dispute)
{
    for (const struct json *b = json_first(branches); b; b = json_next(b))
        if (str_equal(json_text(b, "dispute"), dispute))
            return true;
    return false;
}

static bool branches_at(const struct json *branches, const char *pointer)
{
    for (const struct json *b = json_first(branches); b; b = json_next(b))
        if (str_equal(json_text(b, "pointer"), pointer))
            return true;
    return false;
}

/* Whoever writes a field again has chosen, with both words before their eyes or as the author of the branch; a
 * later branch of the same author takes the place of the earlier. */
static enum err close_seen(struct merge *m)
{
    struct json *left = json_new_array(), *gone = keep(m->c, json_new_array());
    const struct json *old = json_get(m->row, "branches");
    for (const struct json *b = json_first(old); b; b = json_next(b)) {
        const char *pointer = json_text_or(b, "pointer", "");
        bool mine = is_me(m->c, json_text(b, "by")), seen = mine || json_int(b, "rev", 0) <= m->base;
        bool again = mine && branches_at(m->branched, pointer);
        json_add(again || (seen && pointer_in(pointer, "", m->clean)) ? gone : left, json_copy(b));
    }
    json_set(m->row, "branches", left);
    for (const struct json *b = json_first(gone); b; b = json_next(b))
        if (!has_branch_of(left, json_text(b, "dispute")))
            TRY(dispute_close(m->c, json_text(b, "dispute"), "drafted", NULL));
    return ERR_OK;
}

/* Who wrote the words that stand there. */
static struct json *others_of(const struct merge *m)
{
    struct json *others = json_new_array();
    for (const struct json *b = json_first(m->branched); b; b = json_next(b))
        if (!json_has_text(others, json_text_or(b, "other", "")))
            json_add_text(others, json_text(b, "other"));
    return others;
}

static enum err open_branches(struct merge *m)
{
    char id[UUID_TEXT], sentence[300];
    struct json *list = row_list(m->row, "branches"), *details;
    size_t count = json_count(m->branched);
    if (count == 0)
        return ERR_OK;
    if (json_count(list) + count > CASE_LIST_MAX)
        return refuse(
            m->c, "too_many_branches", "patch",
            "%s has too many fields that two people filled in differently. Choose among them first.",
            case_title(m->row));
    str_format(sentence, sizeof sentence,
               "%s also wrote in %d of the same fields of %s. Choose which text holds.",
               user_name(m->c, json_text(json_first(m->branched), "other")), (int)count, case_title(m->row));
    details = json_new_object();
    json_set(details, "branches", json_copy(m->branched));
    json_set(details, "concerns", others_of(m));
    TRY(dispute_make(m->c, m->row, "draft_conflict", sentence, details, id));
    for (const struct json *b = json_first(m->branched); b; b = json_next(b)) {
        struct json *branch = json_copy(b);
        json_set_text(branch, "dispute", id);
        json_add(list, branch);
    }
    return ERR_OK;
}

/* --- the draft --- */

static size_t length_of(const struct json *json)
{
    struct buf text = {0};
    json_print_to(json, &text);
    size_t length = text.length;
    buf_free(&text);
    return length;
}

/* The draft is within its size, but branches and who wrote what stand beside it. */
static enum err need_row_room(struct call *c, const struct json *row)
{
    if (length_of(row) <= CASE_ROW_BYTES_MAX)
        return ERR_OK;
    return refuse(c, "case_too_large", "patch",
                  "%s holds too much. Choose among its branches, or shorten them.", case_title(row));
}

static size_t count_fields(const struct json *patch)
{
    size_t count = json_count(patch);
    for (const struct json *member = json_first(patch); member; member = json_next(member))
        if (json_is_object(member))
            count += count_fields(member);
    return count;
}

static enum err need_few_fields(struct call *c, const struct json *row, const struct json *patch)
{
    if (count_fields(patch) <= PATCH_FIELDS_MAX)
        return ERR_OK;
    return refuse(c, "draft_too_large", "patch", "This writes more than %d fields of %s at once.",
                  PATCH_FIELDS_MAX, case_title(row));
}

static enum err need_room(struct call *c, const struct json *row)
{
    const struct json *draft = json_get(row, "draft");
    if (length_of(draft) > CASE_DRAFT_BYTES_MAX)
        return refuse(c, "draft_too_large", "patch",
                      "The form of %s is larger than %d KiB. Shorten its texts.", case_title(row),
                      CASE_DRAFT_BYTES_MAX / 1024);
    if (json_depth(draft) > CASE_DRAFT_DEPTH_MAX)
        return refuse(c, "draft_too_deep", "patch", "The form of %s is nested too deep.", case_title(row));
    return ERR_OK;
}

/* What follows from the other fields is made here, whatever the client sent. A form that is not here any more
 * leaves the draft as it was written: typing must go on. */
static enum err recompute(struct call *c, struct json *row, const struct json *service)
{
    struct case_form form;
    enum err err = case_form_open(c, row, service, &form);
    if (err == ERR_REFUSED) {
        c->out->code[0] = c->out->message[0] = c->out->field[0] = '\0';
        return ERR_OK;
    }
    if (err != ERR_OK || !form.form)
        return err;
    struct json *draft = json_edit(row, "draft");
    struct json *patch = form_patch(form.form, draft, &form.context, "", json_copy(draft));
    json_merge(draft, patch);
    json_free(&patch);
    form_free(&form.form);
    return ERR_OK;
}

static enum err apply(struct merge *m, const struct json *patch)
{
    if (!json_is_object(json_get(m->row, "draft")))
        json_set(m->row, "draft", json_new_object());
    TRY(need_few_fields(m->c, m->row, patch));
    m->clean = keep(m->c, json_new_object());
    m->branched = keep(m->c, json_new_array());
    walk(m, "", patch);
    TRY(close_seen(m));
    json_merge(json_edit(m->row, "draft"), m->clean);
    TRY(need_room(m->c, m->row));
    note_authors(m->c, m->row, m->clean);
    TRY(open_branches(m));
    return recompute(m->c, m->row, m->service);
}

/* Beside the fields: for whom, and how fast, while nothing is handed in yet. */
static enum err set_particulars(struct call *c, struct json *row, const struct json *service)
{
    const char *person;
    TRY(person_resolve(c, &person));
    if (person)
        json_set_text(row, "person", person);
    if (!json_is_text(json_get(c->body, "tier")))
        return ERR_OK;
    if (row_time(row, "submitted_at") >= 0)
        return refuse(c, "not_draft", "tier", "%s was submitted: its fee is not changed any more.",
                      case_title(row));
    return case_set_fee(c, row, service);
}

/* What was written on an older form, by somebody who did not know yet that the draft was taken over, goes where that
 * form's fields went. */
static enum err take_over(struct merge *m, const struct json **patch)
{
    const struct json *list = json_get(m->row, "migrations");
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        struct case_form form;
        if (json_int(one, "rev", 0) <= m->base)
            continue;
        TRY(case_form_open(m->c, m->row, m->service, &form));
        if (!form.form)
            return ERR_OK;
        *patch = keep(m->c, form_patch_taken_over(form.form, json_int(one, "from", 0), *patch));
        form_free(&form.form);
        return ERR_OK; /* the newest form's list leads from every version */
    }
    return ERR_OK;
}

/* How much another system left to do, for the list of what arrived: told before anybody opens it. */
static enum err set_missing(struct call *c, struct json *row)
{
    const struct json *missing;
    struct json *arrival = json_edit(row, "arrival");
    if (!c->actor->machine || !json_is_object(arrival))
        return ERR_OK;
    TRY(body_object(c, "missing", &missing));
    if (missing)
        json_set(arrival, "missing", json_copy(missing));
    return ERR_OK;
}

/* {case, patch, base_row_rev, person?, tier?}; of another system also missing {fields,papers}, both numbers */
enum err case_draft(struct call *c)
{
    struct json *row, *service;
    const struct json *patch;
    int64_t base;
    TRY(case_load(c, &row, &service));
    TRY(case_need_undecided(c, row));
    TRY(body_object(c, "patch", &patch));
    TRY(body_int(c, "base_row_rev", c->command->base_row_rev, &base));
    struct merge m = {.c = c, .row = row, .service = service, .base = base < 0 ? INT64_MAX : base};
    if (patch) {
        TRY(take_over(&m, &patch));
        TRY(apply(&m, patch));
    }
    TRY(set_particulars(c, row, service));
    TRY(set_missing(c, row));
    case_touch(c, row);
    TRY(need_row_room(c, row));
    json_set(answer(c), "branches", json_copy(m.branched ? m.branched : row_list(row, "branches")));
    return case_save(c, row);
}

enum err case_branches_settle(struct call *c, struct json *row, const struct json *service,
                              const char *dispute, bool mine, const struct json *fields)
{
    struct json *left = json_new_array(), *patch = keep(c, json_new_object());
    const struct json *old = json_get(row, "branches");
    for (const struct json *b = json_first(old); b; b = json_next(b)) {
        if (!str_equal(json_text(b, "dispute"), dispute))
            json_add(left, json_copy(b));
        else if (json_get(b, "value") &&
                 (mine || str_equal(json_text(fields, json_text_or(b, "pointer", "")), "mine")))
            json_set_pointer(patch, json_text_or(b, "pointer", ""), json_copy(json_get(b, "value")));
    }
    json_set(row, "branches", left);
    if (json_count(patch) == 0)
        return ERR_OK;
    TRY(case_need_undecided(c, row));
    if (!json_is_object(json_get(row, "draft")))
        json_set(row, "draft", json_new_object());
    json_merge(json_edit(row, "draft"), patch);
    TRY(need_room(c, row));
    note_authors(c, row, patch);
    return recompute(c, row, service);
}
