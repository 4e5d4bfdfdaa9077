/* core/catalogue/exchange.h: catalogues as files, in and out. Pure: bytes in, services out; services in, a document
 * out. Knows no hall but what is handed in, and decides nothing about what it read (catalogue_check, form_check).
 *
 * What is read:
 *   JSON      {"agencies":[…],"services":[…]} as export writes it, [service, …], or one service
 *   JSON-LD   CPSV-AP 3.2 as export writes it
 *   a list    {"data":[…]} of the ZMS family, as Berlin and Munich publish their services
 *   a table   lines of cells between tabs, the first of which names the columns
 * The last two are foreign lists: they tell a part of a service, and what they do not tell is left as the hall has it. */
#pragma once
#include "core/wire/json.h"

/* What a reader and a writer need to know of the hall. Borrowed; every member may be NULL. */
struct catalogue_home {
    const struct json *agencies; /* rows: an authority is found by its name in any language */
    const char *agency;          /* of services that name none */
    const char *language;        /* of texts that do not say theirs */
    const char *country;         /* two letters, such as AZ: where the agencies are */
};

struct catalogue_entry {
    const char *text; /* of one that is not read yet: in the bytes that were opened; NULL else */
    size_t length;
    struct json *service; /* NULL: it cannot be one, and reason says why, or it is not read yet */
    char *where;          /* "line 12", or the JSON pointer of it */
    char *reason;         /* a sentence; NULL when service is there */
};
struct catalogue_file { /* end with catalogue_file_free */
    const char *format; /* for people: "a tab-separated list" */
    bool whole; /* a whole catalogue, and not some services of one: what is not in it is gone from it */
    bool foreign;
    struct catalogue_entry *entries;
    size_t count, capacity;
    struct json *agencies; /* [{"id","name",…}] that it names, known or not */
    struct json *notes;    /* ["…"]: what was left out of the whole file */
    const char *bytes;     /* that were opened; borrowed */
    size_t length;
};

/* ERR_INVALID: it is no catalogue at all, or damaged so that its parts cannot be told; info says where. Parts that are
 * no good are entries with a reason. No two services of a file have the same id. */
enum err catalogue_read(const char *bytes, size_t length, const struct catalogue_home *home,
                        struct catalogue_file *out, struct err_info *info) MUST_USE;
void catalogue_file_free(struct catalogue_file *file);

/* The same for whoever reads one service after the other: of the house's own JSON the entries are only found, and two of
 * them may have one id. bytes must outlive *out. */
enum err catalogue_open(const char *bytes, size_t length, const struct catalogue_home *home,
                        struct catalogue_file *out, struct err_info *info) MUST_USE;
/* Reads one that is not read yet: a service or a reason is there afterwards. ERR_INVALID: it is not JSON, and so the file
 * is none; info says where. */
enum err catalogue_entry_read(const struct catalogue_file *file, struct catalogue_entry *entry,
                              struct err_info *info) MUST_USE;

/* {"agencies":[…],"services":[…]}: rows without what is the hall's own, members in one order. The caller frees. */
struct json *catalogue_document(const struct json *agencies, const struct json *services);
/* The same as CPSV-AP 3.2. */
struct json *catalogue_linked(const struct json *agencies, const struct json *services,
                              const struct catalogue_home *home);

/* A service's members in the order in which they are written, without those that a hall puts beside them. */
struct json *catalogue_ordered(const struct json *service);
