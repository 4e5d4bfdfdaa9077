/* core/catalogue/exchange_list.c: lists of the ZMS family, {"data":[…]}, as Berlin and Munich publish their services. Texts
 * are HTML and become plain ones; a fee in prose stays prose. What a hall has no place for is left out and told once.
 * See exchange_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/exchange_inside.h"
#include "core/catalogue/markup.h"

enum { NOTED_MAX = 40 };

struct zms {
    struct catalogue_reading *reading;
    const struct json *item;
    struct json *service;
    const char *lang;
    struct json *left_out; /* names of members, told once for the whole list */
};

/* --- texts --- */

/* A member as plain text; "" when there is nothing to read. The caller frees. */
static char *plain(const struct json *value)
{
    if (json_as_text(value))
        return markup_text(json_as_text(value));
    if (!json_is_number(value))
        return xstrdup("");
    struct buf number = {0};
    json_print_to(value, &number);
    return buf_take(&number);
}

static char *plain_member(const struct json *object, const char *member)
{
    return plain(json_get(object, member));
}

static void set_prose(struct zms *zms, const char *member, const char *from)
{
    char *text = plain_member(zms->item, from);
    if (*text)
        json_set(zms->service, member, words_name(zms->lang, text));
    free(text);
}

/* --- lists --- */

/* [{"name","description","link"}] as entries with codes of their own. */
static void add_entries(struct zms *zms, struct json *list, const char *from, const char *kind)
{
    const struct json *in = json_get(zms->item, from);
    for (const struct json *one = json_is_array(in) ? json_first(in) : NULL; one; one = json_next(one)) {
        char *name = json_as_text(one) ? plain(one) : plain_member(one, "name"),
             *detail = plain_member(one, "description");
        const char *link = json_text(one, "link");
        if (*name || *detail) {
            struct json *entry = words_add_coded(list, zms->lang, *name ? name : detail);
            if (kind)
                json_set_text(entry, "kind", kind);
            if (*name && *detail)
                json_set(entry, "x-detail", words_name(zms->lang, detail));
            if (!str_empty(link))
                json_set_text(entry, "x-link", link);
        }
        free(name);
        free(detail);
    }
}

static void set_list(struct zms *zms, const char *member, struct json *list)
{
    if (json_count(list) > 0)
        json_set(zms->service, member, list);
    else
        json_free(&list);
}

static void set_documents(struct zms *zms)
{
    struct json *list = json_new_array();
    add_entries(zms, list, "requirements", NULL);
    add_entries(zms, list, "forms", "form");
    set_list(zms, "documents", list);
}

static void set_legal(struct zms *zms)
{
    struct json *list = json_new_array();
    add_entries(zms, list, "legal", NULL);
    set_list(zms, "legal", list);
}

static void set_keywords(struct zms *zms)
{
    char *text = plain_member(json_get(zms->item, "meta"), "keywords");
    struct json *words = words_split(text, ','), *named = json_new_object();
    if (json_count(words) > 0) {
        json_set(named, zms->lang, words);
        json_set(zms->service, "keywords", named);
    } else {
        json_free(&words);
        json_free(&named);
    }
    free(text);
}

/* Where it is offered, as the list knows the places. */
static void set_locations(struct zms *zms)
{
    struct json *list = json_new_array();
    const struct json *in = json_get(zms->item, "locations");
    for (const struct json *one = json_is_array(in) ? json_first(in) : NULL; one; one = json_next(one)) {
        char *id = json_is_object(one) ? plain_member(one, json_get(one, "location") ? "location" : "id")
                                       : plain(one);
        if (*id && !json_has_text(list, id))
            json_add_text(list, id);
        free(id);
    }
    set_list(zms, "x-locations", list);
}

/* --- one service --- */

/* A number is minutes, "P10D" and "10 Tage" are lengths of time, the rest is prose. */
static void set_duration(struct zms *zms)
{
    const struct json *duration = json_get(zms->item, "duration");
    char *text = plain(duration);
    if (!*text) {
        free(text);
        text = plain_member(zms->item, "process_time");
    }
    if (*text && strspn(text, "0123456789") == strlen(text)) {
        char *minutes = xasprintf("%s min", text);
        if (strspn(text, "0") < strlen(text))
            words_set_time(zms->service, zms->lang, minutes);
        free(minutes);
    } else if (*text) {
        words_set_time(zms->service, zms->lang, text);
    }
    free(text);
}

static const char *agency_of(struct zms *zms)
{
    const struct json *first = json_first(json_get(zms->item, "authorities"));
    char *name = json_as_text(first) ? plain(first) : plain_member(first, "name"),
         *number = plain_member(first, "id"), *id = NULL;
    const char *agency = zms->reading->home->agency;
    if (*number) {
        char *slug = words_slug(number, 40);
        id = xasprintf("authority.%s", slug);
        free(slug);
    }
    if (*name)
        agency = words_agency(zms->reading, "authority", id, name, zms->lang);
    free(name);
    free(number);
    free(id);
    return agency;
}

static void note_left_out(struct zms *zms)
{
    static const char *const taken[] = {"id",    "name",         "description", "fees",      "duration",
                                        "forms", "requirements", "authorities", "locations", "leika",
                                        "meta",  "legal",        "process_time"};
    for (const struct json *one = json_first_member(zms->item); one; one = json_next(one)) {
        bool known = json_get(zms->left_out, json_name(one)) != NULL;
        for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
            known |= strcmp(taken[i], json_name(one)) == 0;
        if (!known && json_count(zms->left_out) < NOTED_MAX)
            json_set_bool(zms->left_out, json_name(one), true);
    }
}

static void fill_service(struct zms *zms, const char *agency, const char *name)
{
    char *leika = plain_member(zms->item, "leika");
    const char *url = json_text(json_get(zms->item, "meta"), "url");
    json_set_text(zms->service, "agency", agency);
    json_set(zms->service, "name", words_name(zms->lang, name));
    set_prose(zms, "description", "description");
    set_keywords(zms);
    set_documents(zms);
    set_prose(zms, "x-fee", "fees");
    set_duration(zms);
    set_legal(zms);
    if (*leika)
        json_set_text(zms->service, "x-leika", leika);
    set_locations(zms);
    if (!str_empty(url))
        json_set_text(zms->service, "x-source", url);
    free(leika);
}

static void read_item(struct zms *zms, char *where)
{
    char *id = plain_member(zms->item, "id"), *name = plain_member(zms->item, "name");
    const char *locale = json_text(json_get(zms->item, "meta"), "locale"), *agency;
    zms->lang = str_empty(locale) ? "de" : locale;
    if (!json_is_object(zms->item))
        exchange_refuse(zms->reading, where, "This is not a service: it is no JSON object.");
    else if (!*id)
        exchange_refuse(zms->reading, where, "The service has no id.");
    else if (!*name)
        exchange_refuse(zms->reading, where, "The service %s has no name.", id);
    else if (!(agency = agency_of(zms)))
        exchange_refuse(zms->reading, where,
                        "The service %s names no authority: name one agency for all of these with --agency.",
                        id);
    else {
        zms->service = json_new_object();
        json_set_text(zms->service, "id", id);
        fill_service(zms, agency, name);
        note_left_out(zms);
        exchange_add(zms->reading, where, zms->service);
    }
    free(id);
    free(name);
}

void exchange_read_list(struct catalogue_reading *reading, const struct json *data)
{
    struct zms zms = {.reading = reading, .left_out = json_new_object()};
    struct buf names = {0};
    size_t i = 0;
    for (zms.item = json_first(data); zms.item; zms.item = json_next(zms.item), i++)
        read_item(&zms, xasprintf("/data/%zu", i));
    for (const struct json *one = json_first_member(zms.left_out); one; one = json_next(one))
        buf_addf(&names, "%s%s", names.length ? ", " : "", json_name(one));
    if (names.length)
        exchange_note(reading, "What the list says under these names is not taken over: %s.", names.data);
    buf_free(&names);
    json_free(&zms.left_out);
}
