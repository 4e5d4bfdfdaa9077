/* tests/fuzz/catalogue_fuzz.c: any bytes as a catalogue, of whatever shape. Holds: each part of it is a service or a reason;
 * what was read is written as JSON and as JSON-LD and read again as the same; a plan tells of every part. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/exchange.h"
#include "core/hall/catalogue_plan.h"
#include "tests/fuzz/fuzz.h"

enum { DEPTH_MAX = JSON_DEPTH_MAX - 4 }; /* of what the house takes */

static const struct catalogue_home home = {.language = "az", .country = "az", .agency = "t"};

static bool names_twice(const struct json *node)
{
    for (const struct json *a = json_first(node); a; a = json_next(a)) {
        if (names_twice(a))
            return true;
        for (const struct json *b = json_next(a); b && json_is_object(node); b = json_next(b))
            if (str_equal(json_name(a), json_name(b)))
                return true;
    }
    return false;
}

struct shelf {
    struct json *agencies, *services;
    bool sound; /* nothing that the house would refuse, or that JSON itself leaves open */
};

static struct shelf shelf_of(const struct catalogue_file *file)
{
    struct shelf shelf = {json_copy(file->agencies), json_new_array(), true};
    for (size_t i = 0; i < file->count; i++) {
        const struct json *service = file->entries[i].service;
        HOLD(file->entries[i].where && !service != !file->entries[i].reason);
        if (service)
            json_add(shelf.services, json_copy(service));
    }
    shelf.sound = !names_twice(shelf.services) && !names_twice(shelf.agencies) &&
                  json_depth(shelf.services) < DEPTH_MAX && json_depth(shelf.agencies) < DEPTH_MAX &&
                  json_count(shelf.services) > 0;
    return shelf;
}

static void shelf_free(struct shelf *shelf)
{
    json_free(&shelf->agencies);
    json_free(&shelf->services);
}

static char *printed(struct json *document)
{
    char *text = json_print(document);
    json_free(&document);
    return text;
}

/* Read again, it is written the same. */
static void hold_written(const char *text, const char *want)
{
    struct catalogue_file file;
    HOLD(catalogue_read(text, strlen(text), &home, &file, NULL) == ERR_OK);
    struct shelf shelf = shelf_of(&file);
    char *again = printed(catalogue_document(shelf.agencies, shelf.services));
    HOLD(strcmp(again, want) == 0);
    free(again);
    shelf_free(&shelf);
    catalogue_file_free(&file);
}

static void try_written(const struct shelf *shelf)
{
    char *json = printed(catalogue_document(shelf->agencies, shelf->services)),
         *linked = printed(catalogue_linked(shelf->agencies, shelf->services, &home));
    hold_written(json, json);
    hold_written(linked, json);
    free(json);
    free(linked);
}

static void try_plan(struct catalogue_file *file)
{
    struct json *stock = json_new_object();
    struct plan plan;
    struct err_info info = {0};
    HOLD(plan_make(file, stock, NULL, NULL, &plan, &info) == ERR_OK);
    HOLD(plan.count >= file->count);
    plan_free(&plan);
    json_free(&stock);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct catalogue_file file;
    struct err_info info = {0};
    if (catalogue_read((const char *)data, size, &home, &file, &info) == ERR_OK) {
        struct shelf shelf = shelf_of(&file);
        if (shelf.sound)
            try_written(&shelf);
        try_plan(&file);
        shelf_free(&shelf);
        catalogue_file_free(&file);
    } else {
        HOLD(info.text[0]);
    }
    return 0;
}
