/* tests/unit/openapi_test.c: every call and every command of the description has an example, and each fits its own schema,
 * by the validator that judges the forms. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/form/schema.h"
#include "core/hall/api.h"
#include "core/hall/openapi.h"
#include "core/hall/openapi_examples.h"
#include "tests/support/test.h"

#define BASE "https://hall.invalid/openapi"

struct described {
    char *text;
    struct json *document;
};

static void describe(struct described *d)
{
    d->text = openapi_print();
    REQUIRE(json_parse(d->text, strlen(d->text), &d->document, NULL) == ERR_OK);
}

static void described_free(struct described *d)
{
    json_free(&d->document);
    free(d->text);
}

/* The schema at a pointer of the description, which may refer to others of it. */
static struct schema *schema_at(const struct described *d, const char *pointer)
{
    struct err_info info = {0};
    struct schema *schema = NULL;
    char *reference = xasprintf("#%s", pointer);
    json_set_text(d->document, "$ref", reference);
    if (!CHECK(schema_compile(d->document, BASE, NULL, &schema, &info) == ERR_OK))
        printf("    %s\n", info.text);
    free(reference);
    return schema;
}

static void check_fits(const struct described *d, const char *pointer, const struct json *value,
                       const char *where)
{
    const struct schema_options strict = {.formats_assert = true};
    struct schema_errors errors = {0};
    struct schema *schema = schema_at(d, pointer);
    if (!CHECK(value != NULL))
        printf("    %s has no example\n", where);
    if (schema && value && !CHECK(schema_validate(schema, value, &strict, &errors)))
        for (int i = 0; i < errors.count; i++)
            printf("    %s%s: %s\n", where, errors.list[i].pointer, errors.list[i].message);
    schema_errors_free(&errors);
    schema_free(&schema);
}

/* pointer: of what has a schema and an example beside it. */
static void check_example(const struct described *d, const char *pointer)
{
    char *schema = xasprintf("%s/schema", pointer), *example = xasprintf("%s/example", pointer);
    check_fits(d, schema, json_pointer(d->document, example), pointer);
    free(schema);
    free(example);
}

/* text with / and ~ as a pointer has them. */
static void add_escaped(struct buf *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '/')
            buf_adds(out, "~1");
        else if (*text == '~')
            buf_adds(out, "~0");
        else
            buf_addc(out, *text);
    }
}

static void check_content(const struct described *d, const char *operation, const char *part,
                          const char *content_type)
{
    struct buf pointer = {0};
    buf_addf(&pointer, "%s%s/content/", operation, part);
    add_escaped(&pointer, content_type);
    check_example(d, buf_text(&pointer));
    buf_free(&pointer);
}

static void check_operation(const struct described *d, const struct route *route, const char *method)
{
    struct buf operation = {0};
    buf_adds(&operation, "/paths/");
    add_escaped(&operation, route->path);
    buf_addf(&operation, "/%s", method);
    const char *at = buf_text(&operation);
    char *list = xasprintf("%s/parameters", at);
    int count = (int)json_count(json_pointer(d->document, list));
    for (int i = 0; i < count; i++) {
        char *one = xasprintf("%s/%d", list, i);
        check_example(d, one);
        free(one);
    }
    if (*route->body)
        check_content(d, at, "/requestBody", "application/json");
    check_content(d, at, "/responses/200", route->content_type);
    check_content(d, at, "/responses/default", "application/json");
    free(list);
    buf_free(&operation);
}

TEST(openapi_has_an_example_of_every_call_that_fits_its_schema)
{
    struct described d;
    int count, operations = 0;
    describe(&d);
    const struct route *routes = route_table(&count);
    for (const struct json *path = json_first(json_get(d.document, "paths")); path; path = json_next(path))
        for (const struct json *one = json_first(path); one; one = json_next(one))
            for (int i = 0; i < count; i++)
                if (str_equal(routes[i].name, json_text(one, "operationId"))) {
                    check_operation(&d, &routes[i], json_name(one));
                    operations++;
                }
    CHECK_INT(operations, count);
    described_free(&d);
}

/* Members that the schema does not name are let through by it: an example may not have such. */
static void check_named(const struct json *schema, const struct json *value, const char *where)
{
    const struct json *properties = json_get(schema, "properties");
    for (const struct json *member = json_first(value); member; member = json_next(member))
        if (!CHECK(json_get(properties, json_name(member)) != NULL))
            printf("    %s has %s, which is not described\n", where, json_name(member));
}

TEST(openapi_has_an_example_of_every_command_that_fits_its_schema)
{
    struct described d;
    int count;
    describe(&d);
    const struct command_info *commands = command_table(&count);
    for (int i = 0; i < count; i++) {
        char pointer[120];
        str_format(pointer, sizeof pointer, "/components/schemas/command.%s/properties/body",
                   commands[i].type);
        const struct json *schema = json_pointer(d.document, pointer),
                          *example = json_first(json_get(schema, "examples"));
        check_fits(&d, pointer, example, commands[i].type);
        check_named(schema, example, commands[i].type);
    }
    described_free(&d);
}

TEST(openapi_refers_to_nothing_that_is_not_there)
{
    struct described d;
    int count = 0;
    describe(&d);
    for (const char *at = d.text; (at = strstr(at, "\"$ref\":\"#")); at++) {
        char pointer[120];
        const char *from = at + strlen("\"$ref\":\"#");
        str_format(pointer, sizeof pointer, "%.*s", (int)strcspn(from, "\""), from);
        if (!CHECK(json_pointer(d.document, pointer) != NULL))
            printf("    %s\n", pointer);
        count++;
    }
    CHECK(count > 40);
    described_free(&d);
}
