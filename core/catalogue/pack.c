/* core/catalogue/pack.c: see pack.h. Reads files; decides nothing about services (catalogue_check, form_check). */
#include "core/catalogue/pack.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/breaks.h"
#include "core/catalogue/catalogue.h"
#include "core/form/pointer.h"

enum { FILE_BYTES_MAX = 4 * 1024 * 1024, LANGUAGES_MAX = 8 };

struct loading {
    const char *folder;
    pack_report *report;
    void *context;
    struct pack *pack;
    struct err_info *info;
    enum err err; /* the first problem */
};

/* --- telling problems --- */

static void problem(struct loading *load, enum err err, const char *file, const char *pointer,
                    const char *text)
{
    char *line = xasprintf("%s:%s: %s", file, pointer, text);
    if (load->report)
        load->report(load->context, line, err != ERR_OK);
    if (err != ERR_OK && load->err == ERR_OK)
        load->err = err_set(load->info, err, "%s", line);
    free(line);
}

static void tell_findings(struct loading *load, const char *file, struct form_findings *findings)
{
    for (int i = 0; i < findings->count; i++) {
        const struct form_finding *one = &findings->list[i];
        problem(load, one->kind == FORM_BROKEN ? ERR_INVALID : ERR_OK, file, one->pointer, one->message);
    }
    form_findings_free(findings);
}

/* --- files --- */

static enum err read_all(const char *path, struct buf *out, struct err_info *info)
{
    char block[16384];
    size_t length;
    FILE *file = fopen(path, "re");
    if (!file)
        return err_set(info, errno == ENOENT ? ERR_ABSENT : err_from_errno(errno),
                       "This file cannot be read: %s.", strerror(errno));
    while (out->length <= FILE_BYTES_MAX && (length = fread(block, 1, sizeof block, file)) > 0)
        buf_add(out, block, length);
    bool failed = ferror(file);
    fclose(file);
    if (failed)
        return err_set(info, ERR_DISK, "This file cannot be read to its end.");
    if (out->length > FILE_BYTES_MAX)
        return err_set(info, ERR_TOO_LARGE, "This file is larger than %d MiB.",
                       FILE_BYTES_MAX / (1024 * 1024));
    return ERR_OK;
}

static enum err read_json(const char *path, struct json **out, struct err_info *info)
{
    struct buf text = {0};
    *out = NULL;
    enum err err = read_all(path, &text, info);
    if (err == ERR_OK)
        err = json_parse(buf_text(&text), text.length, out, info);
    if (err == ERR_OK && !json_is_object(*out)) {
        json_free(out);
        err = err_set(info, ERR_INVALID, "This file must hold one JSON object.");
    }
    buf_free(&text);
    return err;
}

/* One file of the pack; NULL when it is not there or no good, which is told unless it may be absent. */
static struct json *load_file(struct loading *load, const char *name, bool may_be_absent)
{
    struct json *json = NULL;
    struct err_info info = {0};
    char *path = xasprintf("%s/%s", load->folder, name);
    enum err err = read_json(path, &json, &info);
    if (err != ERR_OK && !(err == ERR_ABSENT && may_be_absent))
        problem(load, err, path, "", info.text);
    free(path);
    return json;
}

/* --- pack.json --- */

struct about {
    const struct json *json;
    struct form_findings *findings;
};

static void broken_at(struct about *about, const char *list, size_t index, const char *member,
                      const char *text)
{
    char *pointer = xasprintf("/%s/%zu%s%s", list, index, *member ? "/" : "", member);
    form_findings_add(about->findings, FORM_BROKEN, pointer, "%s", text);
    free(pointer);
}

static void need(struct about *about, bool ok, const char *pointer, const char *text)
{
    if (!ok)
        form_findings_add(about->findings, FORM_BROKEN, pointer, "%s", text);
}

static const struct json *find_by(const struct json *list, const char *member, const char *text)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (text && str_equal(json_text(one, member), text))
            return one;
    return NULL;
}

/* Each entry has the text member, and no two the same. */
static void check_ids(struct about *about, const char *list_name, const char *member)
{
    const struct json *list = json_get(about->json, list_name);
    size_t i = 0;
    for (const struct json *one = json_first(list); one; one = json_next(one), i++) {
        const char *text = json_text(one, member);
        if (str_empty(text))
            broken_at(about, list_name, i, member, "This must be a text that is not empty.");
        else if (find_by(list, member, text) != one)
            broken_at(about, list_name, i, member, "This stands here twice.");
        if (!*json_name_in(json_get(one, "name"), "en"))
            broken_at(about, list_name, i, "name", "This must be a name: a text, or one for each language.");
    }
}

/* Hours of a queue have the shape of a service's. */
static void check_queue_hours(struct about *about, const struct json *queue, size_t i)
{
    struct form_findings found = {0};
    hours_check(queue, &found);
    for (int k = 0; k < found.count; k++)
        broken_at(about, "queues", i, found.list[k].pointer + 1, found.list[k].message);
    form_findings_free(&found);
}

static void check_queue(struct about *about, const struct json *queue, size_t i)
{
    static const char *const kinds[] = {"fifo", "priority", "weighted", "appointments"};
    const char *kind = json_text(json_get(queue, "rule"), "kind");
    bool known = false;
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        known |= str_equal(kind, kinds[k]);
    if (!known)
        broken_at(about, "queues", i, "rule/kind", "This must be fifo, priority, weighted or appointments.");
    if (!find_by(json_get(about->json, "agencies"), "id", json_text(queue, "agency")))
        broken_at(about, "queues", i, "agency", "This agency is not in the pack.");
    if (json_count(json_get(queue, "services")) == 0)
        broken_at(about, "queues", i, "services", "A queue needs at least one service.");
    check_queue_hours(about, queue, i);
}

static void check_priorities(struct about *about)
{
    size_t i = 0;
    const struct json *list = json_get(about->json, "priorities");
    check_ids(about, "priorities", "code");
    for (const struct json *one = json_first(list); one; one = json_next(one), i++)
        if (json_int(one, "class", 0) < 1)
            broken_at(about, "priorities", i, "class",
                      "This must be a number from 1; lower ones come first.");
}

static int by_day(const void *a, const void *b)
{
    int32_t first = *(const int32_t *)a, second = *(const int32_t *)b;
    return (first > second) - (first < second);
}

static void read_holidays(struct about *about, struct pack *pack)
{
    size_t i = 0;
    const struct json *list = json_get(about->json, "holidays");
    pack->days = xcalloc(json_count(list) + 1, sizeof *pack->days);
    for (const struct json *one = json_first(list); one; one = json_next(one), i++) {
        if (day_parse(json_as_text(one), &pack->days[pack->day_count]))
            pack->day_count++;
        else
            broken_at(about, "holidays", i, "", "This must be a date that exists, as YYYY-MM-DD.");
    }
    qsort(pack->days, (size_t)pack->day_count, sizeof *pack->days, by_day);
}

static void check_practice(struct about *about)
{
    const struct json *practice = json_get(about->json, "practice"), *users = json_get(practice, "users"),
                      *counters = json_get(practice, "counters");
    size_t i = 0;
    for (const struct json *one = json_first(users); one; one = json_next(one), i++) {
        if (str_empty(json_text(one, "login")) || find_by(users, "login", json_text(one, "login")) != one)
            broken_at(about, "practice/users", i, "login", "Each user needs a login of their own.");
        if (json_count(json_get(one, "roles")) == 0)
            broken_at(about, "practice/users", i, "roles", "A user needs at least one role.");
        if (!str_empty(json_text(one, "agency")) &&
            !find_by(json_get(about->json, "agencies"), "id", json_text(one, "agency")))
            broken_at(about, "practice/users", i, "agency", "This agency is not in the pack.");
    }
    i = 0;
    for (const struct json *one = json_first(counters); one; one = json_next(one), i++) {
        const struct json *queues = json_get(one, "queues");
        for (const struct json *q = json_first(queues); q; q = json_next(q))
            if (!find_by(json_get(about->json, "queues"), "id", json_text(q, "queue")))
                broken_at(about, "practice/counters", i, "queues",
                          "A counter names a queue that is not in the pack.");
    }
}

static void check_about(struct loading *load, struct form_findings *findings)
{
    struct about about = {load->pack->about, findings};
    const struct json *json = about.json, *queues = json_get(json, "queues");
    size_t i = 0;
    need(&about, !str_empty(json_text(json, "id")), "/id", "A pack needs an id, such as az.");
    need(&about, json_count(json_get(json, "languages")) > 0, "/languages",
         "A pack needs at least one language; the first is its own.");
    need(&about, json_count(json_get(json, "languages")) <= LANGUAGES_MAX, "/languages",
         "There are too many languages.");
    need(&about, money_decimals(json_text_or(json, "currency", "")) >= 0, "/currency",
         "This must be the code of a known currency, such as AZN.");
    need(&about, !str_empty(json_text(json, "timezone")), "/timezone",
         "A pack needs a time zone, such as Asia/Baku.");
    need(&about, json_count(json_get(json, "agencies")) > 0, "/agencies", "A pack needs an agency.");
    need(&about, json_count(queues) > 0, "/queues", "A pack needs a queue.");
    check_ids(&about, "agencies", "id");
    check_ids(&about, "queues", "id");
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue), i++) {
        check_queue(&about, queue, i);
        if (str_empty(json_text(queue, "code")) || find_by(queues, "code", json_text(queue, "code")) != queue)
            broken_at(&about, "queues", i, "code", "Each queue needs the letter of its tickets, its own.");
    }
    check_priorities(&about);
    breaks_check(json, findings);
    read_holidays(&about, load->pack);
    check_practice(&about);
}

/* --- services --- */

static int is_service_file(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return entry->d_name[0] != '.' && dot && strcmp(dot, ".json") == 0;
}

/* The queue that lists a service: there is exactly one, and it is of the service's agency. */
static void check_place(const struct pack *pack, const struct json *service, struct form_findings *findings)
{
    const struct json *queues = json_get(pack->about, "queues"), *own = NULL;
    const char *id = json_text_or(service, "id", ""), *agency = json_text(service, "agency");
    int count = 0;
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue)) {
        if (!json_has_text(json_get(queue, "services"), id))
            continue;
        own = queue;
        count++;
    }
    if (count != 1)
        form_findings_add(findings, FORM_BROKEN, "/id", "%d queues of pack.json list %s; it must be one.",
                          count, id);
    else if (!str_equal(json_text(own, "agency"), agency))
        form_findings_add(findings, FORM_WARNING, "/agency", "Its queue %s belongs to another agency.",
                          json_text_or(own, "id", ""));
    if (!find_by(json_get(pack->about, "agencies"), "id", agency))
        form_findings_add(findings, FORM_BROKEN, "/agency", "The agency %s is not in pack.json.",
                          agency ? agency : "");
}

static void check_service(struct loading *load, const char *file, const struct json *service)
{
    const struct pack *pack = load->pack;
    const char *languages[LANGUAGES_MAX];
    struct form_findings findings = {0};
    int count = 0;
    const struct json *list = json_get(pack->about, "languages");
    for (const struct json *one = json_first(list); one && count < LANGUAGES_MAX; one = json_next(one))
        if (json_as_text(one))
            languages[count++] = json_as_text(one);
    char *name = xasprintf("%s.json", json_text_or(service, "id", ""));
    if (strcmp(name, file) != 0)
        form_findings_add(&findings, FORM_BROKEN, "/id", "The file of this service must be called %s.", name);
    free(name);
    check_place(pack, service, &findings);
    catalogue_check(service, &findings);
    if (catalogue_has_form(service)) {
        const struct form_source source = {.service = service, .common = pack->common, .pack = pack->about};
        form_check(&source, languages, count, &findings);
    }
    char *path = xasprintf("%s/services/%s", load->folder, file);
    tell_findings(load, path, &findings);
    free(path);
}

static void load_service(struct loading *load, const char *file)
{
    struct pack *pack = load->pack;
    char *name = xasprintf("services/%s", file);
    struct json *service = load_file(load, name, false);
    free(name);
    if (!service)
        return;
    check_service(load, file, service);
    pack->services[pack->service_count] = form_bundle(service, pack->common);
    pack->files[pack->service_count++] = xstrdup(file);
    json_free(&service);
}

static void load_services(struct loading *load)
{
    struct dirent **entries = NULL;
    char *path = xasprintf("%s/services", load->folder);
    int count = scandir(path, &entries, is_service_file, alphasort);
    if (count <= 0)
        problem(load, count < 0 ? err_from_errno(errno) : ERR_INVALID, path, "",
                "There are no services in this folder.");
    load->pack->services = xcalloc((size_t)(count > 0 ? count : 0) + 1, sizeof *load->pack->services);
    load->pack->files = xcalloc((size_t)(count > 0 ? count : 0) + 1, sizeof *load->pack->files);
    for (int i = 0; i < count; i++) {
        load_service(load, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    free(path);
}

/* Files come in the order of their names, with ".json" behind; ids are the order that pack_service searches. */
static void sort_services(struct pack *pack)
{
    for (int i = 1; i < pack->service_count; i++) {
        for (int k = i; k > 0; k--) {
            struct json *a = pack->services[k - 1], *b = pack->services[k];
            if (strcmp(json_text_or(a, "id", ""), json_text_or(b, "id", "")) <= 0)
                break;
            char *file = pack->files[k];
            pack->files[k] = pack->files[k - 1];
            pack->files[k - 1] = file;
            pack->services[k - 1] = b;
            pack->services[k] = a;
        }
    }
}

static void check_queued_services(struct loading *load, struct form_findings *findings)
{
    struct about about = {load->pack->about, findings};
    size_t i = 0;
    const struct json *queues = json_get(load->pack->about, "queues");
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue), i++) {
        const struct json *ids = json_get(queue, "services");
        for (const struct json *id = json_first(ids); id; id = json_next(id)) {
            if (json_as_text(id) && pack_service(load->pack, json_as_text(id)))
                continue;
            char *text = xasprintf("There is no file services/%s.json that is well.",
                                   json_as_text(id) ? json_as_text(id) : "");
            broken_at(&about, "queues", i, "services", text);
            free(text);
        }
    }
}

static void check_common(struct loading *load)
{
    struct form_findings findings = {0};
    const struct json *defs = json_get(load->pack->common, "$defs");
    for (const struct json *def = json_first_member(defs); def; def = json_next(def)) {
        struct buf pointer = {0};
        buf_adds(&pointer, "/$defs");
        pointer_add(&pointer, json_name(def));
        form_check_schema(def, buf_text(&pointer), &findings);
        buf_free(&pointer);
    }
    char *path = xasprintf("%s/common.json", load->folder);
    tell_findings(load, path, &findings);
    free(path);
}

/* --- the whole --- */

enum err pack_load(const char *folder, pack_report *report, void *context, struct pack *out,
                   struct err_info *info)
{
    struct form_findings findings = {0};
    struct loading load = {folder, report, context, out, info, ERR_OK};
    *out = (struct pack){0};
    out->about = load_file(&load, "pack.json", false);
    if (!out->about)
        return load.err;
    out->common = load_file(&load, "common.json", true);
    check_about(&load, &findings);
    check_common(&load);
    load_services(&load);
    sort_services(out);
    check_queued_services(&load, &findings);
    char *path = xasprintf("%s/pack.json", folder);
    tell_findings(&load, path, &findings);
    free(path);
    if (load.err != ERR_OK)
        pack_free(out);
    return load.err;
}

void pack_free(struct pack *pack)
{
    json_free(&pack->about);
    json_free(&pack->common);
    for (int i = 0; i < pack->service_count; i++) {
        json_free(&pack->services[i]);
        free(pack->files[i]);
    }
    free(pack->services);
    free(pack->files);
    free(pack->days);
    *pack = (struct pack){0};
}

const struct json *pack_service(const struct pack *pack, const char *id)
{
    int low = 0, high = pack->service_count;
    while (low < high) {
        int middle = low + (high - low) / 2;
        int order = strcmp(id, json_text_or(pack->services[middle], "id", ""));
        if (order == 0)
            return pack->services[middle];
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return NULL;
}
