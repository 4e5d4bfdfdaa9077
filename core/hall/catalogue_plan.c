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

/* A row by its id. */
struct shelf {
    const char *id;
    const struct json *row;
    bool named; /* by the file */
};
struct planning {
    struct catalogue_file *file;
    const struct json *stock;
    const char *agency;
    struct shelf *services; /* of the hall, by id */
    size_t service_count;
    struct json *hall_agencies, *queues, *file_agencies; /* objects: id → true, or the agency */
    struct json *used;                                   /* agencies that a service of the plan names */
    struct plan *out;
};

/* --- what is known --- */

static int by_id(const void *a, const void *b)
{
    return strcmp(((const struct shelf *)a)->id, ((const struct shelf *)b)->id);
}

static void shelve(struct planning *planning, const struct json *rows)
{
    planning->services = xcalloc(json_count(rows) + 1, sizeof *planning->services);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        planning->services[planning->service_count++] =
            (struct shelf){json_text_or(row, "id", ""), row, false};
    if (planning->service_count > 1)
        qsort(planning->services, planning->service_count, sizeof *planning->services, by_id);
}

static const struct json *take_from_shelf(struct planning *planning, const char *id)
{
    const struct shelf wanted = {.id = id};
    struct shelf *found = planning->service_count ? bsearch(&wanted, planning->services,
                                                            planning->service_count, sizeof wanted, by_id)
                                                  : NULL;
    if (found)
        found->named = true;
    return found ? found->row : NULL;
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

void plan_free(struct plan *plan)
{
    for (size_t i = 0; i < plan->count; i++) {
        free(plan->lines[i].id);
        free(plan->lines[i].where);
        free(plan->lines[i].reason);
        json_free(&plan->lines[i].members);
        json_free(&plan->lines[i].row);
    }
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

static void strip(struct json *row)
{
    static const char *const own[] = {"row_rev", "form_version", "version_of"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        json_remove(row, own[i]);
}

/* A service keeps its queue where the file names none, or one that this hall does not have. */
static void settle_queue(struct planning *planning, struct json *row, const struct json *old)
{
    const char *named = json_text_or(row, "queue", ""), *own = json_text_or(old, "queue", "");
    bool known = !*named || json_get(planning->queues, named);
    if (!known)
        note(planning->out, "%s names a queue that this hall does not have, \"%s\": %s.",
             json_text_or(row, "id", ""), named, *own ? "it stays in its own" : "it comes without a queue");
    char *queue = xstrdup(known && *named ? named : own);
    json_remove(row, "queue");
    json_set_text(row, "queue", queue);
    free(queue);
}

/* Takes the entry's service: what it becomes is of the plan. */
static struct json *row_of(struct planning *planning, struct catalogue_entry *entry, const struct json *old)
{
    struct json *row = entry->service;
    entry->service = NULL;
    if (planning->file->foreign && old) {
        struct json *service = row;
        row = merged(old, service);
        json_free(&service);
    }
    strip(row);
    if (str_empty(json_text(row, "agency")) && (planning->agency || json_text(old, "agency")))
        json_set_text(row, "agency", planning->agency ? planning->agency : json_text(old, "agency"));
    settle_queue(planning, row, old);
    return row;
}

/* --- what is wrong with it --- */

/* At least as many bytes as it is printed in: every byte of a text escaped as \u0000. */
static size_t text_most(const struct json *json)
{
    enum { ESCAPED = 6, SIGNS = 4, NUMBER = 32 }; /* "": , and a number, true, false or null */
    const char *name = json_name(json), *text = json_as_text(json);
    size_t most = (name ? strlen(name) * ESCAPED : 0) + SIGNS;
    most += text ? strlen(text) * ESCAPED + SIGNS : NUMBER;
    for (const struct json *one = json_first(json); one; one = json_next(one))
        most += text_most(one);
    return most;
}

char *plan_fault(const struct json *row, const struct json *hall)
{
    struct form_findings found = {0};
    struct buf text = {0};
    char *fault = NULL;
    if (text_most(row) > SERVICE_MAX) /* else nobody needs to know how much it is */
        json_print_to(row, &text);
    if (text.length > SERVICE_MAX)
        fault = xasprintf("/: A service is at most %d KiB large; this one has %zu.", SERVICE_MAX / 1024,
                          text.length / 1024);
    buf_free(&text);
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

static char *fault_of(struct planning *planning, const struct json *row, const struct json *old)
{
    struct err_info info = {0};
    const char *id = json_text_or(row, "id", ""), *agency = json_text_or(row, "agency", "");
    if (!plan_is_id(id))
        return xasprintf("/id: An id is one word of at most %d bytes, without @.", ID_MAX);
    if (*agency && !json_get(planning->hall_agencies, agency) && !json_get(planning->file_agencies, agency))
        return xasprintf("/agency: This hall has no agency \"%s\", and the file does not tell of one.",
                         agency);
    char *fault = plan_fault(row, json_get(planning->stock, "hall"));
    if (!fault && catalogue_form_version(row) > VERSION_MAX)
        fault = xasprintf("/form/version: A version is at most %d.", VERSION_MAX);
    if (!fault && old && version_check(old, row, &info) != ERR_OK)
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

/* The row without what is the hall's own; NULL for none. */
static struct json *told_before(const struct json *old)
{
    struct json *before = old ? json_copy(old) : NULL;
    if (before)
        strip(before);
    return before;
}

static struct plan_line *plan_row(struct planning *planning, const struct catalogue_entry *entry,
                                  enum plan_what what, const struct json *old, const struct json *row)
{
    struct plan_line *line = new_line(planning->out, what, json_text_or(row, "id", ""), entry->where);
    json_set_bool(planning->used, json_text_or(row, "agency", ""), true);
    line->base = json_int(old, "row_rev", 0);
    line->form_from = catalogue_form_version(old);
    line->form_to = catalogue_form_version(row);
    return line;
}

/* Takes row and names. What the hall has already was looked at when it came. */
static void plan_service(struct planning *planning, const struct catalogue_entry *entry,
                         const struct json *old, struct json *row, struct json *names)
{
    const char *id = json_text_or(row, "id", "");
    bool same = old && json_count(names) == 0;
    char *fault = same ? NULL : fault_of(planning, row, old);
    if (fault) {
        new_line(planning->out, PLAN_BAD, plan_is_id(id) ? id : "", entry->where)->reason = fault;
    } else if (same) {
        plan_row(planning, entry, PLAN_SAME, old, row);
    } else {
        struct plan_line *line = plan_row(planning, entry, old ? PLAN_CHANGED : PLAN_NEW, old, row);
        line->members = names;
        line->row = row;
        return;
    }
    json_free(&names);
    json_free(&row);
}

static void plan_entry(struct planning *planning, struct catalogue_entry *entry)
{
    const char *id = json_text_or(entry->service, "id", "");
    if (!entry->service) {
        new_line(planning->out, PLAN_BAD, "", entry->where)->reason = xstrdup(entry->reason);
        return;
    }
    const struct json *old = take_from_shelf(planning, id);
    struct json *row = row_of(planning, entry, old), *before = told_before(old);
    plan_service(planning, entry, old, row, before ? differing(before, row) : NULL);
    json_free(&before);
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

void plan_make(struct catalogue_file *file, const struct json *stock, const char *agency,
               plan_progress *progress, void *ctx, struct plan *out)
{
    struct planning planning = {.file = file, .stock = stock, .agency = agency, .out = out};
    *out = (struct plan){.agencies = json_new_array(), .notes = json_copy(file->notes)};
    shelve(&planning, json_get(stock, "rows"));
    planning.hall_agencies = by_ids(json_get(stock, "agencies"));
    planning.queues = by_ids(json_get(stock, "queues"));
    drop_agencies(&planning);
    planning.used = json_new_object();
    for (size_t i = 0; i < file->count; i++) {
        if (progress && i % STEP == 0)
            progress(ctx, i, file->count);
        plan_entry(&planning, &file->entries[i]);
    }
    plan_gone(&planning);
    plan_agencies(&planning);
    json_free(&planning.used);
    json_free(&planning.file_agencies);
    json_free(&planning.queues);
    json_free(&planning.hall_agencies);
    free(planning.services);
}
