/* tests/unit/packs_generated_test.c: every form of the packs with data that its schema alone makes (generate.h): a
 * valid datum is taken, by the validator, at the hall and by `loket form validate`; one for each constraint that is
 * broken is refused by all of them at the same field, with a sentence in each language. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/form/inside.h"
#include "core/form/pointer.h"
#include "screens/verb_form.h"
#include "tests/support/hall_file.h"
#include "tests/support/pack_forms.h"

static const char *const langs[] = {"az", "id", "en", "ru"};
enum { LANGS = 4, ENGLISH = 2, VALID_EACH = 6 };

static void tell_errors(const struct schema_errors *errors)
{
    for (int i = 0; i < errors->count; i++)
        printf("  %s %s %s\n", errors->list[i].field, errors->list[i].keyword, errors->list[i].message);
}

/* --- valid data --- */

static void check_taken(struct pack_form *one, const struct json *datum, bool as_draft)
{
    struct schema_errors errors = {0};
    bool taken = as_draft ? form_check_draft(one->form, datum, &one->context, &errors)
                          : form_validate(one->form, datum, &one->context, &errors);
    if (!CHECK(taken && !errors.count)) {
        pack_form_tell(one, as_draft ? "this draft is not taken" : "this is not valid", datum);
        tell_errors(&errors);
    }
    schema_errors_free(&errors);
}

static void valid_data(void *context, struct pack_form *one)
{
    (void)context;
    for (int i = 0; i < VALID_EACH; i++) {
        struct json *datum = generate_valid(&one->generator);
        if (!CHECK(datum)) {
            pack_form_tell(one, "nothing fulfils its schema", NULL);
            continue;
        }
        check_taken(one, datum, false);
        check_taken(one, datum, true);
        json_free(&datum);
    }
}

TEST(packs_generated_valid_data_is_taken)
{
    pack_forms_each(valid_data, NULL);
}

/* Answers that were changed: what they had brought along stays in the draft, hidden, and stops nothing. A group and a
 * list are taken as a whole: within them an answer may go with another one. */
static void lay_over(struct json *under, const struct json *over)
{
    for (const struct json *one = json_first(over); one; one = json_next(one))
        json_set(under, json_name(one), json_copy(one));
}

static void changed_answers(void *context, struct pack_form *one)
{
    (void)context;
    struct json *draft = generate_valid(&one->generator);
    for (int i = 0; i < VALID_EACH && draft; i++) {
        struct json *other = generate_valid(&one->generator);
        lay_over(draft, other);
        check_taken(one, draft, true);
        json_free(&other);
    }
    json_free(&draft);
}

TEST(packs_generated_answers_that_are_changed_stop_nothing)
{
    pack_forms_each(changed_answers, NULL);
}

/* Nothing is asked of a form that was not begun but what it needs. */
static void empty_draft(void *context, struct pack_form *one)
{
    (void)context;
    struct json *empty = json_new_object();
    if (!CHECK(!form_check_draft(one->form, empty, &one->context, NULL)))
        pack_form_tell(one, "an empty form is taken", NULL);
    json_free(&empty);
}

TEST(packs_generated_nothing_at_all_is_not_taken)
{
    pack_forms_each(empty_draft, NULL);
}

/* --- broken data --- */

static const char *sentence(const struct schema_errors *errors, const struct broken *broken)
{
    for (int i = 0; i < errors->count; i++)
        if (generate_is_said(broken, errors->list[i].field, errors->list[i].keyword))
            return errors->list[i].message;
    return "";
}

static void check_sentences(struct pack_form *one, const struct broken *broken)
{
    char *said[LANGS];
    for (int l = 0; l < LANGS; l++) {
        struct schema_errors errors = {0};
        one->context.lang = langs[l];
        CHECK(!form_validate(one->form, broken->datum, &one->context, &errors));
        said[l] = xstrdup(sentence(&errors, broken));
        if (!CHECK(*said[l] && !strstr(said[l], "{}"))) {
            char *what = xasprintf("in %s no error at %s of %s", langs[l], broken->field, broken->keyword);
            pack_form_tell(one, what, broken->datum);
            tell_errors(&errors);
            free(what);
        }
        for (int k = 0; k < l; k++)
            if (!CHECK(!*said[l] || strcmp(said[k], said[l]) != 0))
                printf("  %s %s %s: “%s” in %s and in %s\n", one->file, broken->field, broken->keyword,
                       said[l], langs[k], langs[l]);
        schema_errors_free(&errors);
    }
    one->context.lang = langs[ENGLISH];
    for (int l = 0; l < LANGS; l++)
        free(said[l]);
}

struct refused {
    struct pack_form *one;
    int count;
};

static void check_refused(void *context, const struct broken *broken)
{
    struct refused *refused = context;
    check_sentences(refused->one, broken);
    refused->count++;
}

static void broken_data(void *context, struct pack_form *one)
{
    struct refused *refused = context;
    struct json *datum = generate_valid(&one->generator);
    refused->one = one;
    if (CHECK(datum))
        generate_broken(&one->generator, datum, check_refused, refused);
    json_free(&datum);
}

TEST(packs_generated_broken_data_is_refused_at_its_field)
{
    enum { EACH_MIN = 20 };
    struct refused refused = {0};
    pack_forms_each(broken_data, &refused);
    CHECK(refused.count > PACK_FORMS * EACH_MIN);
    printf("%d ways to break %d forms\n", refused.count, PACK_FORMS);
}

/* --- the hall --- */

/* The pack's hall and the form's service, in which the hall's own clerk works. */
static void put_service(const struct pack_form *one, struct hall_file *hall)
{
    static const char *const members[] = {"languages", "currency", "date_order", "lists"};
    struct json *about = hall_file_row(hall, TABLE_HALL, "hall"), *service = json_copy(one->service);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(one->pack->about, members[i]))
            json_set(about, members[i], json_copy(json_get(one->pack->about, members[i])));
    json_set_text(service, "agency", "t.a");
    json_set_text(service, "queue", "q");
    json_set_int(service, "row_rev", 1);
    REQUIRE(row_put(hall->db, ROWS_PLAIN, TABLE_HALL, about) == ERR_OK);
    REQUIRE(row_put(hall->db, ROWS_PLAIN, TABLE_SERVICE, service) == ERR_OK);
    json_free(&about);
    json_free(&service);
}

enum { KEYWORDS_MAX = 32, ONE_OF = 3 /* commands take their time */ };
struct at_hall {
    struct pack_form *one;
    struct hall_file hall;
    char id[UUID_TEXT]; /* of the case */
    int forms, returned;
    const char *seen[KEYWORDS_MAX]; /* of a form each keyword is tried once at most */
    int seen_count;
};

static void does(struct at_hall *here, const char *type, const struct json *body)
{
    struct buf safe = {0}; /* hall_file_run takes ' for " */
    char *text = json_print(body);
    for (const char *c = text; *c; c++)
        *c == '\'' ? buf_adds(&safe, "\\u0027") : buf_addc(&safe, *c);
    if (!CHECK(hall_file_run(&here->hall, LEYLA, type, buf_text(&safe))))
        printf("  %s: %s\n", type, here->hall.out.message);
    buf_free(&safe);
    free(text);
}

static struct json *new_body(const struct at_hall *here)
{
    struct json *body = json_new_object();
    json_set_text(body, "case", here->id);
    return body;
}

static void open_case(struct at_hall *here)
{
    str_format(here->id, sizeof here->id, "c0000000-0000-7000-8000-%012d", ++here->forms);
    struct json *body = new_body(here);
    json_set_text(body, "service", json_text(here->one->service, "id"));
    json_set_text(body, "channel", "walk_in");
    does(here, "case.open", body);
    json_free(&body);
}

/* The whole draft as it is to be, then handed in. */
static void hand_in(struct at_hall *here, const struct json *draft)
{
    struct json *row = hall_file_row(&here->hall, TABLE_CASE, here->id), *body = new_body(here);
    struct json *patch = form_difference(json_get(row, "draft"), draft);
    bool same = json_count(patch) == 0;
    json_set(body, "patch", patch);
    if (!same)
        does(here, "case.draft", body);
    json_remove(body, "patch");
    does(here, "case.submit", body);
    json_free(&row);
    json_free(&body);
}

static bool is_named(const struct json *fields, const struct broken *broken)
{
    for (const struct json *f = json_first(fields); f; f = json_next(f))
        if (generate_is_said(broken, json_text(f, "pointer"), json_text(f, "keyword")))
            return *json_text_or(f, "message", "") != '\0';
    return false;
}

static bool is_new(struct at_hall *here, const char *keyword)
{
    for (int i = 0; i < here->seen_count; i++)
        if (strcmp(here->seen[i], keyword) == 0)
            return false;
    if (here->seen_count < KEYWORDS_MAX)
        here->seen[here->seen_count++] = keyword;
    return true;
}

static void check_returned(void *context, const struct broken *broken)
{
    struct at_hall *here = context;
    if (!pack_form_hands_in(here->one, broken) || !is_new(here, broken->keyword) ||
        rng_below(&here->one->generator.rng, ONE_OF) != 0)
        return;
    hand_in(here, broken->datum);
    CHECK_TEXT(hall_file_text(&here->hall, TABLE_CASE, here->id, "/state"), "returned");
    if (!CHECK(is_named(json_get(here->hall.out.data, "fields"), broken)))
        pack_form_tell(here->one, broken->field, broken->datum);
    here->returned++;
}

/* Broken in one way after the other, and mended at the end. */
static void at_the_hall(void *context, struct pack_form *one)
{
    struct at_hall *here = context;
    struct json *datum = generate_valid(&one->generator);
    REQUIRE(datum);
    here->one = one;
    here->seen_count = 0;
    put_service(one, &here->hall);
    open_case(here);
    struct json *whole = form_submitted(one->form, datum, &one->context);
    generate_broken(&one->generator, whole, check_returned, here);
    hand_in(here, datum);
    struct json *row = hall_file_row(&here->hall, TABLE_CASE, here->id);
    if (!CHECK(json_equal(json_get(row, "submitted"), whole) &&
               !str_equal(json_text(row, "state"), "returned")))
        pack_form_tell(one, json_text(row, "state"), datum);
    json_free(&row);
    json_free(&whole);
    json_free(&datum);
}

TEST(packs_generated_data_is_judged_alike_by_the_hall)
{
    struct at_hall here = {0};
    hall_file_open(&here.hall);
    pack_forms_each(at_the_hall, &here);
    CHECK(here.returned > PACK_FORMS);
    printf("%d broken applications were returned\n", here.returned);
    hall_file_close(&here.hall);
}

/* --- the command --- */

enum { FILES_MAX = 400 };
struct on_line {
    struct pack_form *one;
    const char *folder;
    char *args[FILES_MAX + 3];
    char *expected[FILES_MAX], *or_else[FILES_MAX]; /* "FILE\tPOINTER\tKEYWORD\t" */
    int count;
};

static char *write_datum(const char *folder, int number, const struct json *datum)
{
    char *path = xasprintf("%s/%d.json", folder, number), *text = json_print(datum);
    FILE *file = fopen(path, "we");
    REQUIRE(file && fputs(text, file) >= 0 && fclose(file) == 0);
    free(text);
    return path;
}

static void put_file(void *context, const struct broken *broken)
{
    struct on_line *line = context;
    if (line->count == FILES_MAX || rng_below(&line->one->generator.rng, ONE_OF) != 0 ||
        !pack_form_hands_in(line->one, broken))
        return;
    char *path = write_datum(line->folder, line->count, broken->datum);
    line->args[2 + line->count] = path;
    line->or_else[line->count] =
        broken->whose ? xasprintf("%s\t%s\t%s\t", path, broken->choice_at, broken->choice_keyword)
                      : xstrdup("no other");
    line->expected[line->count++] = xasprintf("%s\t%s\t%s\t", path, broken->field, broken->keyword);
}

static void check_said(struct on_line *line, const struct pack_form *one, const char *valid)
{
    char *out = NULL, *errors = NULL;
    size_t out_length, errors_length;
    FILE *to_out = open_memstream(&out, &out_length), *to_errors = open_memstream(&errors, &errors_length);
    REQUIRE(to_out && to_errors);
    CHECK_INT(form_verb(line->args, line->count + 3, NULL, to_out, to_errors), 1);
    CHECK(fclose(to_out) == 0 && fclose(to_errors) == 0);
    CHECK_TEXT(errors, "");
    CHECK(!strstr(out, valid));
    for (int i = 0; i < line->count; i++)
        if (!CHECK(strstr(out, line->expected[i]) || strstr(out, line->or_else[i])))
            pack_form_tell(one, line->expected[i], NULL);
    free(out);
    free(errors);
}

static void on_the_line(void *context, struct pack_form *one)
{
    struct on_line *line = context;
    struct json *datum = generate_valid(&one->generator);
    REQUIRE(datum);
    line->one = one;
    line->count = 0;
    generate_broken(&one->generator, datum, put_file, line);
    char word[] = "validate", *valid = write_datum(line->folder, FILES_MAX, datum),
         *file = xstrdup(one->file);
    line->args[0] = word;
    line->args[1] = file;
    line->args[2 + line->count] = valid;
    check_said(line, one, valid);
    for (int i = 0; i < line->count; i++) {
        free(line->args[2 + i]);
        free(line->expected[i]);
        free(line->or_else[i]);
    }
    free(file);
    free(valid);
    json_free(&datum);
}

TEST(packs_generated_data_is_judged_alike_by_the_command)
{
    struct on_line line = {.folder = test_folder()};
    pack_forms_each(on_the_line, &line);
}

/* --- all three --- */

/* Any datum, also one that no constraint of the schema made: a value of another kind, none, one too many. */
static struct json *any_value(struct rng *rng)
{
    switch (rng_below(rng, 8)) {
    case 0:
        return json_new_text("");
    case 1:
        return json_new_text("2026-02-30");
    case 2:
        return json_new_text("\xc4\xb0z 9\n•");
    case 3:
        return json_new_int((int64_t)rng_below(rng, 100000) - 50000);
    case 4:
        return json_new_number(0.125);
    case 5:
        return json_new_bool(rng_below(rng, 2));
    case 6:
        return json_new_array();
    default:
        return json_new_object();
    }
}

static void add_pointers(const struct json *node, const char *at, struct json *out)
{
    size_t i = 0;
    for (const struct json *one = json_first(node); one; one = json_next(one), i++) {
        struct buf pointer = {0};
        buf_adds(&pointer, at);
        if (json_name(one))
            pointer_add(&pointer, json_name(one));
        else
            pointer_add_index(&pointer, i);
        json_add_text(out, buf_text(&pointer));
        add_pointers(one, buf_text(&pointer), out);
        buf_free(&pointer);
    }
}

/* In up to three places something else, nothing, or a member that nobody asked for. valid is taken. */
static struct json *spoilt(struct rng *rng, struct json *valid)
{
    for (uint64_t left = 1 + rng_below(rng, 3); left; left--) {
        struct json *pointers = json_new_array();
        add_pointers(valid, "", pointers);
        size_t count = json_count(pointers);
        const char *at = count ? json_as_text(json_at(pointers, rng_below(rng, count))) : "/x";
        bool nothing = rng_below(rng, 4) == 0, more = rng_below(rng, 8) == 0;
        char *where = xstrdup(more ? "/nobody" : at);
        struct json *now = form_edited(valid, where, nothing && !more ? NULL : any_value(rng));
        json_free(&valid);
        valid = now;
        free(where);
        json_free(&pointers);
    }
    return valid;
}

enum { TOGETHER_MAX = 24, BROKEN_EACH = 7, SPOILT_EACH = 6, FIELDS_TOLD = 100 /* by the hall */ };
struct together {
    struct at_hall here;
    bool returned; /* its case: the next datum is handed in there */
    const char *folder;
    char today[DATE_TEXT]; /* the command knows no other */
    struct json *data;     /* of one form, a list */
    int judged, refused, broken;
};

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The lines in order, as one text; they are taken. */
static char *in_order(char **lines, int count)
{
    struct buf out = {0};
    qsort(lines, (size_t)count, sizeof *lines, by_text);
    for (int i = 0; i < count; i++) {
        buf_adds(&out, lines[i]);
        free(lines[i]);
    }
    return out.data ? buf_take(&out) : xstrdup("");
}

static char *by_workstation(const struct pack_form *one, const struct json *draft)
{
    struct schema_errors errors = {0};
    char *lines[SCHEMA_ERRORS_MAX + FIELDS_TOLD];
    form_check_draft(one->form, draft, &one->context, &errors);
    REQUIRE(errors.count < FIELDS_TOLD);
    for (int i = 0; i < errors.count; i++)
        lines[i] =
            xasprintf("%s\t%s\t%s\n", errors.list[i].field, errors.list[i].keyword, errors.list[i].message);
    char *said = in_order(lines, errors.count);
    schema_errors_free(&errors);
    return said;
}

static char *by_hall(struct together *t, const struct json *draft)
{
    struct at_hall *here = &t->here;
    char *lines[FIELDS_TOLD];
    int count = 0;
    if (!t->returned)
        open_case(here);
    hand_in(here, draft);
    bool returned = str_equal(hall_file_text(&here->hall, TABLE_CASE, here->id, "/state"), "returned");
    t->returned = returned;
    const struct json *fields = returned ? json_get(here->hall.out.data, "fields") : NULL;
    for (const struct json *f = json_first(fields); f; f = json_next(f))
        lines[count++] = xasprintf("%s\t%s\t%s\n", json_text_or(f, "pointer", ""),
                                   json_text_or(f, "keyword", ""), json_text_or(f, "message", ""));
    CHECK(returned == (count > 0));
    return in_order(lines, count);
}

/* What `loket form validate` printed of one file: its lines, without the name; line ends inside are written \n. */
static char *by_command(const char *out, const char *file)
{
    char *lines[SCHEMA_ERRORS_MAX + FIELDS_TOLD];
    int count = 0;
    size_t length = strlen(file);
    for (const char *line = out; *line; line = strchr(line, '\n') + 1)
        if (strncmp(line, file, length) == 0 && line[length] == '\t')
            lines[count++] = xasprintf("%.*s\n", (int)(strcspn(line, "\n") - length - 1), line + length + 1);
    return in_order(lines, count);
}

static void keep_broken(void *context, const struct broken *broken)
{
    struct together *t = context;
    bool draft = json_is_object(broken->datum); /* nothing else can be handed in */
    if (draft && t->broken < BROKEN_EACH && rng_below(&t->here.one->generator.rng, ONE_OF) == 0) {
        json_add(t->data, json_copy(broken->datum));
        t->broken++;
    }
}

static void gather(struct together *t, struct pack_form *one)
{
    struct json *valid = generate_valid(&one->generator), *empty = json_new_object();
    REQUIRE(valid);
    t->data = json_new_array();
    t->broken = 0;
    json_add(t->data, json_copy(valid));
    json_add(t->data, empty);
    generate_broken(&one->generator, valid, keep_broken, t);
    for (int i = 0; i < SPOILT_EACH; i++)
        json_add(t->data, spoilt(&one->generator.rng, json_copy(valid)));
    json_free(&valid);
}

static char *said_by_command(struct together *t, const struct pack_form *one, char **files)
{
    char word[] = "validate", lang[] = "--lang", *out = NULL, *errors = NULL, *args[TOGETHER_MAX + 4],
         *own = xstrdup(one->context.lang), *file = xstrdup(one->file);
    size_t out_length, errors_length;
    int count = 0;
    args[0] = word;
    args[1] = lang;
    args[2] = own;
    args[3] = file;
    for (const struct json *datum = json_first(t->data); datum; datum = json_next(datum), count++)
        args[4 + count] = files[count] = write_datum(t->folder, count, datum);
    FILE *to_out = open_memstream(&out, &out_length), *to_errors = open_memstream(&errors, &errors_length);
    REQUIRE(to_out && to_errors);
    form_verb(args, 4 + count, NULL, to_out, to_errors);
    CHECK(fclose(to_out) == 0 && fclose(to_errors) == 0);
    CHECK_TEXT(errors, "");
    free(errors);
    free(own);
    free(file);
    return out;
}

static void judge_together(void *context, struct pack_form *one)
{
    struct together *t = context;
    char *files[TOGETHER_MAX];
    int i = 0;
    t->here.one = one;
    t->returned = false;
    one->context.today = t->today;
    one->context.lang = json_as_text(json_first(json_get(one->pack->about, "languages"))); /* as the hall's */
    put_service(one, &t->here.hall);
    gather(t, one);
    char *out = said_by_command(t, one, files);
    for (const struct json *datum = json_first(t->data); datum; datum = json_next(datum), i++) {
        char *workstation = by_workstation(one, datum), *hall = by_hall(t, datum),
             *command = by_command(out, files[i]);
        if (!CHECK(strcmp(workstation, hall) == 0 && strcmp(workstation, command) == 0)) {
            pack_form_tell(one, "is not judged alike", datum);
            printf("workstation:\n%shall:\n%scommand:\n%s", workstation, hall, command);
        }
        t->judged++;
        t->refused += *workstation != '\0';
        free(workstation);
        free(hall);
        free(command);
        free(files[i]);
    }
    free(out);
    json_free(&t->data);
}

TEST(packs_generated_data_is_judged_alike_by_workstation_hall_and_command)
{
    enum { EACH_MIN = 10 };
    struct together t = {.folder = test_folder()};
    hall_file_open(&t.here.hall);
    t.here.hall.now_ms = clock_wall_now_ms();
    time_date(t.here.hall.now_ms, t.today);
    pack_forms_each(judge_together, &t);
    CHECK(t.judged > PACK_FORMS * EACH_MIN && t.refused > t.judged / 2 &&
          t.refused < t.judged - PACK_FORMS / 2);
    printf("%d data judged alike by all three, %d of them refused\n", t.judged, t.refused);
    hall_file_close(&t.here.hall);
}
