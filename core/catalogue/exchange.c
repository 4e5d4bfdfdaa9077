/* core/catalogue/exchange.c: tells what a file is, reads the house's own JSON and writes it. See exchange.h. */
#include "core/catalogue/exchange.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/exchange_inside.h"
#include "core/wire/json_fault.h"

enum { MIB = 1024 * 1024, WHOLE_MAX = 64 * MIB }; /* of what must be in memory as one tree */

/* --- what was read --- */

static struct catalogue_entry *new_entry(struct catalogue_file *file)
{
    if (file->count == file->capacity) {
        file->capacity = file->capacity ? file->capacity * 2 : 64;
        file->entries = xrealloc(file->entries, file->capacity * sizeof *file->entries);
    }
    return &file->entries[file->count++];
}

void exchange_add(struct catalogue_reading *reading, char *where, struct json *service)
{
    *new_entry(reading->file) = (struct catalogue_entry){.service = service, .where = where};
}

void exchange_piece(struct catalogue_reading *reading, char *where, const char *text, size_t length)
{
    *new_entry(reading->file) = (struct catalogue_entry){.where = where, .text = text, .length = length};
}

static char *sentence(const char *format, va_list args)
{
    char *text = NULL;
    return vasprintf(&text, format, args) < 0 ? xstrdup("") : text;
}

void exchange_refuse(struct catalogue_reading *reading, char *where, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    *new_entry(reading->file) = (struct catalogue_entry){.where = where, .reason = sentence(format, args)};
    va_end(args);
}

void exchange_note(struct catalogue_reading *reading, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    char *text = sentence(format, args);
    va_end(args);
    json_add_text(reading->file->notes, text);
    free(text);
}

void exchange_agency(struct catalogue_reading *reading, struct json *agency)
{
    const struct json *list = reading->file->agencies;
    const char *id = json_text(agency, "id");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), id)) {
            exchange_note(reading, "The agency %s stands in this file twice: the first one counts.", id);
            json_free(&agency);
            return;
        }
    json_add(reading->file->agencies, agency);
}

static void drop_entries(struct catalogue_file *file)
{
    for (size_t i = 0; i < file->count; i++) {
        json_free(&file->entries[i].service);
        free(file->entries[i].where);
        free(file->entries[i].reason);
    }
    free(file->entries);
    file->entries = NULL;
    file->count = file->capacity = 0;
}

void catalogue_file_free(struct catalogue_file *file)
{
    drop_entries(file);
    json_free(&file->agencies);
    json_free(&file->notes);
    *file = (struct catalogue_file){0};
}

/* --- no id twice --- */

static int by_id(const void *a, const void *b)
{
    const struct catalogue_entry *x = *(struct catalogue_entry *const *)a,
                                 *y = *(struct catalogue_entry *const *)b;
    int order = strcmp(json_text_or(x->service, "id", ""), json_text_or(y->service, "id", ""));
    return order ? order : (x > y) - (x < y); /* the first in the file stays */
}

struct catalogue_entry **exchange_sorted(struct catalogue_file *file, size_t *count)
{
    struct catalogue_entry **list = xcalloc(file->count + 1, sizeof *list);
    *count = 0;
    for (size_t i = 0; i < file->count; i++)
        if (json_text(file->entries[i].service, "id"))
            list[(*count)++] = &file->entries[i];
    if (*count > 1)
        qsort(list, *count, sizeof *list, by_id);
    return list;
}

static void refuse_twice(struct catalogue_file *file)
{
    size_t count;
    struct catalogue_entry **list = exchange_sorted(file, &count);
    for (size_t i = 1, first = 0; i < count; i++) {
        const char *id = json_text(list[i]->service, "id");
        if (strcmp(id, json_text(list[first]->service, "id")) != 0) {
            first = i;
            continue;
        }
        list[i]->reason = xasprintf("%s stands in this file already, at %s.", id, list[first]->where);
        json_free(&list[i]->service);
    }
    free(list);
}

/* --- the house's own JSON --- */

/* Takes service. */
static void settle_service(struct catalogue_entry *entry, struct json *service)
{
    if (json_is_object(service) && !str_empty(json_text(service, "id"))) {
        entry->service = service;
        return;
    }
    entry->reason = xstrdup(json_is_object(service) ? "A service needs an id, such as az.din.id-card-replace."
                                                    : "This is not a service: it is no JSON object.");
    json_free(&service);
}

/* Takes where and service. */
static void read_service(struct catalogue_reading *reading, char *where, struct json *service)
{
    struct catalogue_entry *entry = new_entry(reading->file);
    *entry = (struct catalogue_entry){.where = where};
    settle_service(entry, service);
}

/* Takes the services out of the list. */
static void read_services(struct catalogue_reading *reading, const char *pointer, struct json *list)
{
    const struct json *next;
    size_t i = 0;
    for (const struct json *one = json_first(list); one; one = next, i++) {
        next = json_next(one);
        read_service(reading, xasprintf("%s/%zu", pointer, i), json_take(list, one));
    }
}

static void read_agencies(struct catalogue_reading *reading, const struct json *list)
{
    size_t i = 0;
    for (const struct json *one = json_first(list); one; one = json_next(one), i++)
        if (str_empty(json_text(one, "id")) || !*json_name_in(json_get(one, "name"), "en"))
            exchange_refuse(reading, xasprintf("/agencies/%zu", i), "An agency needs an id and a name.");
        else
            exchange_agency(reading, json_copy(one));
}

/* Which of several lists would be meant nobody knows, and the services of the others would be lost in silence. */
static bool has_several_lists(const struct json *document)
{
    static const char *const lists[] = {"services", "@graph", "data"};
    int services = 0, agencies = 0;
    for (const struct json *one = json_first_member(document); one; one = json_next(one)) {
        agencies += strcmp(json_name(one), "agencies") == 0;
        for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
            services += json_is_array(one) && strcmp(json_name(one), lists[i]) == 0;
    }
    return services > 1 || agencies > 1;
}

/* False: it is JSON, and no catalogue. */
static bool read_document(struct catalogue_reading *reading, struct json *document)
{
    struct catalogue_file *file = reading->file;
    file->whole = true;
    if (json_is_array(json_get(document, "@graph"))) {
        file->format = "CPSV-AP in JSON-LD";
        exchange_read_linked(reading, json_get(document, "@graph"));
    } else if (json_is_array(json_get(document, "services"))) {
        file->format = "a catalogue";
        read_agencies(reading, json_get(document, "agencies"));
        read_services(reading, "/services", json_edit(document, "services"));
    } else if (json_is_array(document)) {
        file->format = "a list of services";
        file->whole = false;
        read_services(reading, "", document);
    } else if (json_is_array(json_get(document, "data"))) {
        file->format = "a list of the ZMS family";
        file->foreign = true;
        exchange_read_list(reading, json_get(document, "data"));
    } else if (json_text(document, "id") && json_get(document, "name")) {
        file->format = "one service";
        file->whole = false;
        read_service(reading, xstrdup("/"), json_copy(document));
    } else
        return false;
    return true;
}

static enum err too_large(struct err_info *info)
{
    return err_set(info, ERR_TOO_LARGE, "in this shape a catalogue is at most %d MiB large.",
                   WHOLE_MAX / MIB);
}

static enum err not_json(const char *bytes, size_t length, const char *why, struct err_info *info)
{
    struct json_fault fault;
    if (json_find_fault(bytes, length, &fault))
        return err_set(info, ERR_INVALID, "it is not JSON, at line %zu, column %zu. %s", fault.line,
                       fault.column, fault.text);
    return err_set(info, ERR_INVALID, "it is not JSON that can be read. %s", why);
}

enum err catalogue_entry_read(const struct catalogue_file *file, struct catalogue_entry *entry,
                              struct err_info *info)
{
    struct json *service = NULL;
    struct err_info own = {0};
    if (!entry->text)
        return ERR_OK;
    if (json_parse(entry->text, entry->length, &service, &own) != ERR_OK)
        return not_json(file->bytes, file->length, own.text, info);
    entry->reason = exchange_unfaithful(entry->text, entry->length, service);
    entry->text = NULL;
    if (entry->reason)
        json_free(&service);
    else
        settle_service(entry, service);
    return ERR_OK;
}

/* What a reader of the document would pass over in silence. Of a foreign list only a part is taken anyway. */
static enum err look_through(const struct json *document, const char *text, size_t length,
                             struct err_info *info)
{
    if (has_several_lists(document))
        return err_set(info, ERR_INVALID,
                       "it has more than one list of services, or of agencies, at its top: \"services\", "
                       "\"@graph\", \"data\", \"agencies\". Put what belongs together into one.");
    char *fault =
        json_is_array(json_get(document, "data")) ? NULL : exchange_unfaithful(text, length, document);
    enum err err =
        fault ? err_set(info, ERR_INVALID, "something in it would be lost or changed, at %s", fault) : ERR_OK;
    free(fault);
    return err;
}

/* rest is the document without the services that were found; empty: none were. */
static enum err read_rest(struct catalogue_reading *reading, const struct buf *rest, const char *bytes,
                          size_t length, struct err_info *info)
{
    const char *text = rest->length ? buf_text(rest) : bytes;
    size_t text_length = rest->length ? rest->length : length;
    struct json *document = NULL;
    struct err_info own = {0};
    if (json_parse(text, text_length, &document, &own) != ERR_OK)
        return not_json(bytes, length, own.text, info);
    enum err err = look_through(document, text, text_length, info);
    if (err == ERR_OK && !read_document(reading, document))
        err = err_set(info, ERR_INVALID,
                      "it is JSON, but neither a service nor a list of them: there is no \"services\", "
                      "\"@graph\" or \"data\" in it.");
    json_free(&document);
    return err;
}

static enum err read_json(struct catalogue_reading *reading, const char *bytes, size_t length,
                          struct err_info *info)
{
    struct buf rest = {0};
    bool found = exchange_find_pieces(reading, bytes, length, &rest);
    if (!found) {
        drop_entries(reading->file);
        buf_free(&rest);
    }
    enum err err =
        !found && length > WHOLE_MAX ? too_large(info) : read_rest(reading, &rest, bytes, length, info);
    buf_free(&rest);
    return err;
}

/* gzip, zip, zstd, xz, by the bytes that they begin with. */
static bool is_packed(const char *bytes, size_t length)
{
    static const char *const marks[] = {"\x1f\x8b", "PK\x03\x04", "\x28\xb5\x2f\xfd",
                                        "\xfd"
                                        "7zXZ"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (length >= strlen(marks[i]) && memcmp(bytes, marks[i], strlen(marks[i])) == 0)
            return true;
    return false;
}

enum err catalogue_open(const char *bytes, size_t length, const struct catalogue_home *home,
                        struct catalogue_file *out, struct err_info *info)
{
    struct catalogue_reading reading = {.home = home, .file = out};
    *out = (struct catalogue_file){.agencies = json_new_array(), .notes = json_new_array()};
    if (length >= 2 && (memcmp(bytes, "\xff\xfe", 2) == 0 || memcmp(bytes, "\xfe\xff", 2) == 0)) {
        catalogue_file_free(out);
        return err_set(info, ERR_INVALID,
                       "it is UTF-16, as spreadsheets save \"Unicode text\": save it as UTF-8.");
    }
    if (length >= 3 && memcmp(bytes, "\xef\xbb\xbf", 3) == 0) { /* the mark that some editors begin with */
        bytes += 3;
        length -= 3;
    }
    out->bytes = bytes;
    out->length = length;
    size_t first = 0;
    while (first < length && memchr(" \t\r\n", bytes[first], 4))
        first++;
    if (first == length || is_packed(bytes, length)) {
        catalogue_file_free(out);
        return err_set(info, ERR_INVALID,
                       first == length ? "it is empty." : "it is compressed: unpack it first.");
    }
    bool json = first < length && (bytes[first] == '{' || bytes[first] == '[');
    enum err err = json                 ? read_json(&reading, bytes, length, info)
                   : length > WHOLE_MAX ? too_large(info)
                                        : exchange_read_table(&reading, bytes, length, info);
    words_forget(&reading);
    if (err == ERR_OK && out->count == 0)
        err = err_set(info, ERR_INVALID, "it holds no service.");
    if (err == ERR_OK)
        refuse_twice(out);
    else
        catalogue_file_free(out);
    return err;
}

enum err catalogue_read(const char *bytes, size_t length, const struct catalogue_home *home,
                        struct catalogue_file *out, struct err_info *info)
{
    enum err err = catalogue_open(bytes, length, home, out, info);
    if (err != ERR_OK)
        return err;
    for (size_t i = 0; i < out->count && err == ERR_OK; i++)
        err = catalogue_entry_read(out, &out->entries[i], info);
    if (err == ERR_OK)
        refuse_twice(out);
    else
        catalogue_file_free(out);
    return err;
}

/* --- writing --- */

static bool is_among(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

/* The members of order first, then the others as they stand; those of without not at all. */
static struct json *ordered(const struct json *object, const char *const *order, const char *const *without)
{
    struct json *out = json_new_object();
    if (!json_is_object(object)) {
        json_free(&out);
        return json_copy(object);
    }
    for (const char *const *name = order; *name; name++)
        if (json_get(object, *name))
            json_set(out, *name, json_copy(json_get(object, *name)));
    for (const struct json *one = json_first_member(object); one; one = json_next(one))
        if (!is_among(order, json_name(one)) && !is_among(without, json_name(one)))
            json_set(out, json_name(one), json_copy(one));
    return out;
}

static const char *const service_order[] = {
    "id",      "agency",   "status",   "name",      "description", "keywords",  "lifeEvents", "channels",
    "contact", "hours",    "quota",    "documents", "fees",        "time",      "legal",      "procedure",
    "outputs", "standard", "priority", "reasons",   "confirm",     "complaint", "bundle",     "notices",
    "texts",   "form",     "common",   "queue",     NULL};
static const char *const hall_members[] = {"row_rev", "form_version", "version_of", NULL}, *const nothing[] =
                                                                                               {NULL};

static const struct {
    const char *list;
    const char *order[12];
} entry_orders[] = {
    {"documents", {"code", "name", "kind", "count", "group", "when"}},
    {"fees", {"tier", "name", "duty", "charge", "currency", "time", "days", "from", "until"}},
    {"legal", {"code", "name"}},
    {"outputs", {"code", "name"}},
    {"lifeEvents", {"code", "name"}},
};

static void order_entries(struct json *service, const char *list, const char *const *order)
{
    struct json *out = json_new_array();
    const struct json *in = json_get(service, list);
    for (const struct json *one = json_first(in); one; one = json_next(one))
        json_add(out, ordered(one, order, nothing));
    json_set(service, list, out);
}

static struct json *ordered_hours(const struct json *hours)
{
    static const char *const parts[] = {"week", "dates", NULL}, *const days[] = {"mon", "tue", "wed", "thu",
                                                                                 "fri", "sat", "sun", NULL};
    struct json *out = ordered(hours, parts, nothing);
    if (json_get(out, "week"))
        json_set(out, "week", ordered(json_get(out, "week"), days, nothing));
    return out;
}

struct json *catalogue_ordered(const struct json *service)
{
    static const char *const time_order[] = {"standard", NULL};
    struct json *out = ordered(service, service_order, hall_members);
    for (size_t i = 0; i < sizeof entry_orders / sizeof *entry_orders; i++)
        if (json_is_array(json_get(out, entry_orders[i].list)))
            order_entries(out, entry_orders[i].list, entry_orders[i].order);
    if (json_get(out, "time"))
        json_set(out, "time", ordered(json_get(out, "time"), time_order, nothing));
    if (json_get(out, "hours"))
        json_set(out, "hours", ordered_hours(json_get(out, "hours")));
    return out;
}

struct json *catalogue_document(const struct json *agencies, const struct json *services)
{
    static const char *const agency_order[] = {"id", "name", NULL};
    struct json *document = json_new_object(), *list = json_new_array();
    for (const struct json *one = json_first(agencies); one; one = json_next(one))
        json_add(list, ordered(one, agency_order, hall_members));
    json_set(document, "agencies", list);
    list = json_new_array();
    for (const struct json *one = json_first(services); one; one = json_next(one))
        json_add(list, catalogue_ordered(one));
    json_set(document, "services", list);
    return document;
}
