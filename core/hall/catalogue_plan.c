/* core/hall/catalogue_plan.c: see catalogue_plan.h. */
#include "core/hall/catalogue_plan.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/command/version.h"

enum {
    ID_MAX = 56, /* "@" and the digits of a version fit behind it (version.h) */
    VERSION_MAX = 999999,
    SERVICE_MAX = 1024 * 1024,      /* bytes of one service as JSON: it goes to every workstation */
    DEPTH_MAX = JSON_DEPTH_MAX - 4, /* as a part of a whole catalogue it must still be read */
    STEP = 32,
    NOTES_MAX = 200,
};

/* A service of the hall. */
struct shelf {
    const char *id, *agency, *queue, *text; /* text: its row as it is stored */
    size_t told;                            /* version_told */
    int64_t row_rev;
    bool named; /* by the file */
};
struct planning {
    struct catalogue_file *file;
    const struct json *stock;
    const char *agency;
    const struct plan_hooks *hooks;
    struct shelf *services; /* of the hall, by id */
    size_t service_count;
    struct told *told; /* the same by their texts */
    size_t told_count;
    struct json *hall_agencies, *queues, *file_agencies; /* objects: id → true, or the agency */
    struct json *used;                                   /* agencies that a service of the plan names */
    struct plan *out;
};

/* --- what is known --- */

static void strip(struct json *row)
{
    static const char *const own[] = {"row_rev", "form_version", "version_of"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        json_remove(row, own[i]);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct shelf *)a)->id, ((const struct shelf *)b)->id);
}

/* A text that was read from a file, but for its last bracket: the service as it stands in its row, or without the queue that
 * the hall put behind it since the file named none. */
struct told {
    struct shelf *shelf;
    size_t length;
};

static int compare_told(const struct told *told, const char *text, size_t length)
{
    if (told->length != length)
        return told->length < length ? -1 : 1;
    return memcmp(told->shelf->text, text, length);
}

static int by_told(const void *a, const void *b)
{
    const struct told *y = b;
    return compare_told(a, y->shelf->text, y->length);
}

/* Of told bytes of a row, those before ,"queue":"…" at their end; 0: it does not stand there. */
static size_t told_without_queue(const struct shelf *shelf)
{
    struct buf queue = {0};
    struct json *text = json_new_text(shelf->queue);
    buf_adds(&queue, ",\"queue\":");
    json_print_to(text, &queue);
    size_t rest = shelf->told > queue.length ? shelf->told - queue.length : 0;
    bool there = rest && memcmp(shelf->text + rest, queue.data, queue.length) == 0;
    json_free(&text);
    buf_free(&queue);
    return there ? rest : 0;
}

static void shelve_texts(struct planning *planning)
{
    planning->told = xcalloc(2 * planning->service_count + 1, sizeof *planning->told);
    for (size_t i = 0; i < planning->service_count; i++) {
        struct shelf *shelf = &planning->services[i];
        size_t rest = told_without_queue(shelf);
        if (shelf->told)
            planning->told[planning->told_count++] = (struct told){shelf, shelf->told};
        if (rest)
            planning->told[planning->told_count++] = (struct told){shelf, rest};
    }
    if (planning->told_count > 1)
        qsort(planning->told, planning->told_count, sizeof *planning->told, by_told);
}

static void shelve(struct planning *planning, const struct json *rows)
{
    size_t count = json_count(rows), i = 0;
    planning->services = xcalloc(count + 1, sizeof *planning->services);
    for (const struct json *row = json_first(rows); row; row = json_next(row), i++) {
        struct shelf *shelf = &planning->services[i];
        *shelf = (struct shelf){.id = json_text_or(row, "id", ""),
                                .agency = json_text_or(row, "agency", ""),
                                .queue = json_text_or(row, "queue", ""),
                                .text = json_text_or(row, "row", ""),
                                .row_rev = json_int(row, "row_rev", 0)};
        shelf->told = version_told(shelf->text, shelf->row_rev);
    }
    planning->service_count = count;
    if (count > 1)
        qsort(planning->services, count, sizeof *planning->services, by_id);
    shelve_texts(planning);
}

static struct shelf *take_from_shelf(struct planning *planning, const char *id)
{
    const struct shelf wanted = {.id = id};
    struct shelf *found = planning->service_count ? bsearch(&wanted, planning->services,
                                                            planning->service_count, sizeof wanted, by_id)
                                                  : NULL;
    if (found)
        found->named = true;
    return found;
}

/* The hall's service that was once told in these very bytes; NULL: none. */
static struct shelf *find_told(struct planning *planning, const char *text, size_t length)
{
    size_t low = 0, high = planning->told_count;
    if (length == 0 || text[length - 1] != '}')
        return NULL;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int order = compare_told(&planning->told[middle], text, length - 1);
        if (order == 0)
            return planning->told[middle].shelf;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

/* The row without what is the hall's own. */
static struct json *row_before(const struct shelf *shelf)
{
    struct json *row = NULL;
    if (json_parse(shelf->text, strlen(shelf->text), &row, NULL) != ERR_OK)
        row = json_new_object();
    strip(row);
    return row;
}

static struct json *by_ids(const struct json *rows)
{
    struct json *out = json_new_object();
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (json_text(row, "id"))
            json_set(out, json_text(row, "id"), json_copy(row));
    return out;
}

/* --- lines --- */

static struct plan_line *new_line(struct plan *plan, enum plan_what what, const char *id, const char *where)
{
    if (plan->count == plan->capacity) {
        plan->capacity = plan->capacity ? plan->capacity * 2 : 64;
        plan->lines = xrealloc(plan->lines, plan->capacity * sizeof *plan->lines);
    }
    struct plan_line *line = &plan->lines[plan->count++];
    *line = (struct plan_line){.what = what, .id = xstrdup(id), .where = where ? xstrdup(where) : NULL};
    plan->of[what]++;
    return line;
}

static void PRINTF(2, 3) note(struct plan *plan, const char *format, ...)
{
    char *text = NULL;
    va_list args;
    va_start(args, format);
    if (json_count(plan->notes) < NOTES_MAX && vasprintf(&text, format, args) >= 0)
        json_add_text(plan->notes, text);
    va_end(args);
    free(text);
}

static void line_free(struct plan_line *line)
{
    free(line->id);
    free(line->where);
    free(line->reason);
    free(line->name);
    json_free(&line->members);
    free(line->text);
    free(line->agency);
    free(line->queue);
}

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++)
        line_free(&plan->lines[i]);
    free(plan->lines);
    json_free(&plan->agencies);
    json_free(&plan->notes);
    *plan = (struct plan){0};
}

/* --- the row that a service becomes --- */

bool plan_is_id(const char *id)
{
    size_t length = id ? strlen(id) : 0;
    if (length == 0 || length > ID_MAX || !utf8_valid(id, length))
        return false;
    for (const char *c = id; *c; c++)
        if ((unsigned char)*c <= ' ' || *c == 0x7f || *c == '@')
            return false;
    return true;
}

/* What a foreign list tells of the time, or in one language, beside what the hall's own people wrote. */
static void merge_member(struct json *row, const struct json *member)
{
    struct json *own = json_edit(row, json_name(member));
    if (!json_is_object(own) || !json_is_object(member)) {
        json_set(row, json_name(member), json_copy(member));
        return;
    }
    if (strcmp(json_name(member), "time") == 0)
        json_remove(own, "days");
    for (const struct json *one = json_first(member); one; one = json_next(one))
        json_set(own, json_name(one), json_copy(one));
}

/* A foreign list changes what it tells, and leaves the rest: the form that an agency wrote for the service stays. */
static struct json *merged(const struct json *old, const struct json *service)
{
    struct json *row = json_copy(old);
    if (json_get(service, "fees"))
        json_remove(row, "x-fee");
    if (json_get(service, "time") && !json_get(service, "x-time"))
        json_remove(row, "x-time");
    for (const struct json *one = json_first(service); one; one = json_next(one))
        merge_member(row, one);
    return row;
}

/* A service keeps its queue where the file names none, or one that this hall does not have. */
static void settle_queue(struct planning *planning, struct json *row, const struct shelf *old)
{
    const char *named = json_text_or(row, "queue", ""), *own = old ? old->queue : "";
    bool known = !*named || json_get(planning->queues, named);
    if (known && *named)
        return;
    if (!known)
        note(planning->out, "%s names a queue that this hall does not have, \"%s\": %s.",
             json_text_or(row, "id", ""), named, *own ? "it stays in its own" : "it comes without a queue");
    json_set_text(row, "queue", own);
}

/* Takes the entry's service: what it becomes is of the plan. */
static struct json *row_of(struct planning *planning, struct catalogue_entry *entry, const struct shelf *old)
{
    struct json *row = entry->service;
    entry->service = NULL;
    if (planning->file->foreign && old) {
        struct json *service = row, *before = row_before(old);
        row = merged(before, service);
        json_free(&before);
        json_free(&service);
    }
    strip(row);
    const char *agency = planning->agency ? planning->agency : old ? old->agency : NULL;
    if (str_empty(json_text(row, "agency")) && agency)
        json_set_text(row, "agency", agency);
    settle_queue(planning, row, old);
    return row;
}

/* --- what is wrong with it --- */

char *plan_fault(const struct json *row, size_t length, const struct json *hall)
{
    struct form_findings found = {0};
    char *fault = NULL;
    if (length > SERVICE_MAX)
        fault = xasprintf("/: A service is at most %d KiB large; this one has %zu.", SERVICE_MAX / 1024,
                          length / 1024);
    if (!fault && json_depth(row) > DEPTH_MAX)
        fault = xasprintf("/: A service is nested at most %d levels deep.", DEPTH_MAX);
    if (fault)
        return fault;
    catalogue_check(row, &found);
    if (catalogue_has_form(row)) /* the hall's row carries the pack's lists */
        form_check(&(struct form_source){.service = row, .pack = hall}, NULL, 0, &found);
    for (int i = 0; i < found.count && !fault; i++)
        if (found.list[i].kind == FORM_BROKEN)
            fault = xasprintf("%s: %s", *found.list[i].pointer ? found.list[i].pointer : "/",
                              found.list[i].message);
    form_findings_free(&found);
    return fault;
}

static char *fault_of(struct planning *planning, const struct json *row, const struct version_service *told,
                      const struct json *before)
{
    struct err_info info = {0};
    if (!plan_is_id(told->id))
        return xasprintf("/id: An id is one word of at most %d bytes, without @.", ID_MAX);
    if (*told->agency && !json_get(planning->hall_agencies, told->agency) &&
        !json_get(planning->file_agencies, told->agency))
        return xasprintf("/agency: This hall has no agency \"%s\", and the file does not tell of one.",
                         told->agency);
    char *fault = plan_fault(row, strlen(told->text), json_get(planning->stock, "hall"));
    if (!fault && told->form_version > VERSION_MAX)
        fault = xasprintf("/form/version: A version is at most %d.", VERSION_MAX);
    if (!fault && before && version_check(before, told, &info) != ERR_OK)
        fault = xasprintf("/form/version: %s", info.text);
    return fault;
}

/* --- what changes --- */

static struct json *differing(const struct json *old, const struct json *row)
{
    struct json *names = json_new_array();
    for (const struct json *one = json_first(row); one; one = json_next(one))
        if (!json_equal(json_get(old, json_name(one)), one))
            json_add_text(names, json_name(one));
    for (const struct json *one = json_first(old); one; one = json_next(one))
        if (!json_get(row, json_name(one)))
            json_add_text(names, json_name(one));
    return names;
}

static void plan_same(struct planning *planning, const struct catalogue_entry *entry, struct shelf *old)
{
    old->named = true;
    new_line(planning->out, PLAN_SAME, old->id, entry->where)->base = old->row_rev;
}

static struct plan_line *plan_bad(struct planning *planning, const struct catalogue_entry *entry,
                                  const char *id, char *reason)
{
    struct plan_line *line = new_line(planning->out, PLAN_BAD, plan_is_id(id) ? id : "", entry->where);
    line->reason = reason;
    return line;
}

/* A service that is no row of the hall yet, or another one. before: the row as it was told, NULL for none. */
static void plan_changed(struct planning *planning, const struct catalogue_entry *entry,
                         const struct json *row, const char *text, const struct shelf *old,
                         const struct json *before)
{
    char digest[SHA256_TEXT];
    const struct version_service told = version_service(row, text, digest);
    char *fault = fault_of(planning, row, &told, before);
    if (fault) {
        plan_bad(planning, entry, told.id, fault);
        return;
    }
    struct plan_line *line = new_line(planning->out, old ? PLAN_CHANGED : PLAN_NEW, told.id, entry->where);
    json_set_bool(planning->used, told.agency, true);
    line->base = old ? old->row_rev : 0;
    line->form_from = catalogue_form_version(before);
    line->form_to = told.form_version;
    line->name = old ? NULL : xstrdup(json_name_in(json_get(row, "name"), "en"));
    line->members = before ? differing(before, row) : NULL;
    line->agency = xstrdup(told.agency);
    line->queue = xstrdup(told.queue);
    line->text = xstrdup(text);
    str_copy(line->digest, sizeof line->digest, digest);
}

/* What the hall has already was looked at when it came. */
static void plan_service(struct planning *planning, struct catalogue_entry *entry)
{
    struct shelf *old = take_from_shelf(planning, json_text_or(entry->service, "id", ""));
    struct json *row = row_of(planning, entry, old), *before = NULL;
    char *text = json_print(row);
    bool same = old && find_told(planning, text, strlen(text)) == old;
    if (old && !same) {
        before = row_before(old);
        same = json_equal(before, row); /* but for the order of members */
    }
    if (same)
        plan_same(planning, entry, old);
    else
        plan_changed(planning, entry, row, text, old, before);
    free(text);
    json_free(&before);
    json_free(&row);
}

static enum err plan_entry(struct planning *planning, struct catalogue_entry *entry, struct err_info *info)
{
    const struct plan_hooks *hooks = planning->hooks;
    struct shelf *told = entry->text ? find_told(planning, entry->text, entry->length) : NULL;
    if (told) {
        plan_same(planning, entry, told);
        return ERR_OK;
    }
    enum err err = catalogue_entry_read(planning->file, entry, info);
    if (err != ERR_OK)
        return err;
    if (entry->service && hooks && hooks->bundle && !planning->file->foreign)
        entry->service = hooks->bundle(hooks->ctx, entry->service);
    if (entry->service)
        plan_service(planning, entry);
    else
        plan_bad(planning, entry, "", xstrdup(entry->reason));
    return ERR_OK;
}

/* --- no id twice --- */

static int by_line(const void *a, const void *b)
{
    const struct plan_line *x = *(struct plan_line *const *)a, *y = *(struct plan_line *const *)b;
    int order = strcmp(x->id, y->id);
    return order ? order : (x > y) - (x < y); /* the first in the file stays */
}

static void become_bad(struct plan *plan, struct plan_line *line, const struct plan_line *first)
{
    const struct plan_line was = *line;
    plan->of[was.what]--;
    plan->of[PLAN_BAD]++;
    *line = (struct plan_line){.what = PLAN_BAD, .id = was.id, .where = was.where};
    line->reason = xasprintf("%s stands in this file already, at %s.", was.id, first->where);
    line_free(&(struct plan_line){.reason = was.reason,
                                  .name = was.name,
                                  .members = was.members,
                                  .text = was.text,
                                  .agency = was.agency,
                                  .queue = was.queue});
}

/* Entries that are read one after the other have not been compared yet. */
static void refuse_twice(struct plan *plan)
{
    struct plan_line **list = xcalloc(plan->count + 1, sizeof *list);
    size_t count = 0;
    for (size_t i = 0; i < plan->count; i++)
        if (plan->lines[i].id[0])
            list[count++] = &plan->lines[i];
    if (count > 1)
        qsort(list, count, sizeof *list, by_line);
    for (size_t i = 1, first = 0; i < count; i++)
        if (strcmp(list[i]->id, list[first]->id) == 0)
            become_bad(plan, list[i], list[first]);
        else
            first = i;
    free(list);
}

static void plan_gone(struct planning *planning)
{
    for (size_t i = 0; planning->file->whole && i < planning->service_count; i++)
        if (!planning->services[i].named)
            new_line(planning->out, PLAN_GONE, planning->services[i].id, NULL);
}

/* Nobody can be of an agency whose id is no word. */
static void drop_agencies(struct planning *planning)
{
    planning->file_agencies = json_new_object();
    for (const struct json *one = json_first(planning->file->agencies); one; one = json_next(one)) {
        const char *id = json_text_or(one, "id", "");
        if (plan_is_id(id))
            json_set(planning->file_agencies, id, json_copy(one));
        else
            new_line(planning->out, PLAN_BAD, "", "agencies")->reason = xasprintf(
                "\"%s\" cannot be the id of an agency: that is one word of at most %d bytes, without @.", id,
                ID_MAX);
    }
}

/* Those of the house's own catalogues all, those of foreign lists where a service needs them. */
static void plan_agencies(struct planning *planning)
{
    for (const struct json *one = json_first(planning->file_agencies); one; one = json_next(one)) {
        const char *id = json_name(one);
        bool wanted = (planning->file->whole && !planning->file->foreign) || json_get(planning->used, id);
        if (!wanted || json_get(planning->hall_agencies, id))
            continue;
        struct json *row = json_copy(one);
        strip(row);
        json_set_bool(planning->hall_agencies, id, true); /* once */
        json_add(planning->out->agencies, row);
    }
}

static void planning_begin(struct planning *planning)
{
    const struct json *stock = planning->stock;
    shelve(planning, json_get(stock, "rows"));
    planning->hall_agencies = by_ids(json_get(stock, "agencies"));
    planning->queues = by_ids(json_get(stock, "queues"));
    planning->used = json_new_object();
    drop_agencies(planning);
}

static void planning_end(struct planning *planning)
{
    json_free(&planning->used);
    json_free(&planning->file_agencies);
    json_free(&planning->queues);
    json_free(&planning->hall_agencies);
    free(planning->told);
    free(planning->services);
}

enum err plan_make(struct catalogue_file *file, const struct json *stock, const char *agency,
                   const struct plan_hooks *hooks, struct plan *out, struct err_info *info)
{
    struct planning planning = {.file = file, .stock = stock, .agency = agency, .hooks = hooks, .out = out};
    enum err err = ERR_OK;
    *out = (struct plan){.agencies = json_new_array(), .notes = json_copy(file->notes)};
    planning_begin(&planning);
    for (size_t i = 0; i < file->count && err == ERR_OK; i++) {
        if (hooks && hooks->progress && i % STEP == 0)
            hooks->progress(hooks->ctx, i, file->count);
        err = plan_entry(&planning, &file->entries[i], info);
    }
    refuse_twice(out);
    plan_gone(&planning);
    plan_agencies(&planning);
    planning_end(&planning);
    return err;
}
