/* tests/unit/form_suite_test.c: the JSON-Schema-Test-Suite (draft2020-12, commit 44401e0) against our
 * validator, file by file. FORMS.md section 1 says what is refused on purpose. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/schema.h"
#include "tests/support/test.h"

static const char suite[] = "../shared/data/json-schema-suite";
static const char remote_base[] = "http://localhost:1234/";

struct score {
    int passed, all;
};

struct remotes {
    struct schema_registry *registry;
    struct json *documents[64];
    int count;
};

static struct json *load(const char *path)
{
    char *text = test_read_file(path);
    struct json *document = NULL;
    if (text && json_parse(text, strlen(text), &document, NULL) != ERR_OK)
        document = NULL;
    free(text);
    return document;
}

static bool is_json(const char *name)
{
    size_t length = strlen(name);
    return length > 5 && strcmp(name + length - 5, ".json") == 0;
}

/* Calls each for every .json below folder, in order; names are relative to it. */
static void walk(const char *folder, const char *below, void (*each)(const char *, const char *, void *),
                 void *context)
{
    struct dirent **entries;
    char *path = xasprintf("%s/%s", folder, below);
    int count = scandir(path, &entries, NULL, alphasort);
    for (int i = 0; i < count; i++) {
        char *name = xasprintf("%s%s%s", below, *below ? "/" : "", entries[i]->d_name);
        if (is_json(name))
            each(folder, name, context);
        else if (entries[i]->d_type == DT_DIR && entries[i]->d_name[0] != '.')
            walk(folder, name, each, context);
        free(name);
        free(entries[i]);
    }
    if (count >= 0)
        free(entries);
    free(path);
}

static void add_remote(const char *folder, const char *name, void *context)
{
    struct remotes *remotes = context;
    char *path = xasprintf("%s/%s", folder, name), *uri = xasprintf("%s%s", remote_base, name);
    struct json *document = load(path);
    if (CHECK(document && remotes->count < 64)) {
        remotes->documents[remotes->count++] = document;
        schema_registry_add(remotes->registry, uri, document);
    }
    free(path);
    free(uri);
}

/* What fails on purpose, by name: whole files, or groups of tests, that need what FORMS.md refuses. */
static const struct held {
    const char *file, *group; /* group NULL: all of the file */
    const char *why;
} held[] = {
    {"dynamicRef.json", NULL, "$dynamicRef and $dynamicAnchor are refused"},
    {"vocabulary.json", NULL, "foreign metaschemas are refused"},
    {"defs.json", NULL, "it refers to the metaschema itself, which is not handed in"},
    {"ref.json", "remote ref, containing refs itself", "it refers to the metaschema itself"},
    {"unevaluatedItems.json", "unevaluatedItems with $dynamicRef", "$dynamicRef is refused"},
    {"unevaluatedProperties.json", "unevaluatedProperties with $dynamicRef", "$dynamicRef is refused"},
};

static const struct held *held_of(const char *file, const char *group)
{
    for (size_t i = 0; i < sizeof held / sizeof *held; i++)
        if (strcmp(held[i].file, file) == 0 && (!held[i].group || strcmp(held[i].group, group) == 0))
            return &held[i];
    return NULL;
}

static void run_tests(const struct schema *schema, const struct json *group, bool formats,
                      struct score *score)
{
    const struct schema_options options = {.formats_assert = formats};
    const struct json *tests = json_get(group, "tests");
    for (const struct json *test = json_first(tests); test; test = json_next(test)) {
        struct schema_errors errors = {0};
        bool valid = schema_validate(schema, json_get(test, "data"), &options, &errors);
        CHECK(valid == (errors.count == 0));
        score->passed += valid == json_bool(test, "valid", false);
        if (valid != json_bool(test, "valid", false))
            printf("  %s / %s\n", json_text(group, "description"), json_text(test, "description"));
        schema_errors_free(&errors);
    }
}

/* A group that is held must still be refused when its schema is read: once it is not, the list above is wrong. */
static void run_group(const char *file, const struct json *group, const struct remotes *remotes, bool formats,
                      struct score *score)
{
    struct schema *schema = NULL;
    struct err_info info = {0};
    const char *name = json_text_or(group, "description", "");
    enum err err = schema_compile(json_get(group, "schema"), NULL, remotes->registry, &schema, &info);
    const struct held *here = formats ? NULL : held_of(file, name);
    score->all += (int)json_count(json_get(group, "tests"));
    if (!CHECK((err == ERR_OK) == !here))
        printf("  %s / %s: %s\n", file, name, here ? here->why : info.text);
    if (err == ERR_OK)
        run_tests(schema, group, formats, score);
    schema_free(&schema);
}

static struct score run_file(const char *path, const struct remotes *remotes, bool formats)
{
    struct score score = {0};
    struct json *groups = load(path);
    CHECK(groups);
    for (const struct json *group = json_first(groups); group; group = json_next(group))
        run_group(strrchr(path, '/') + 1, group, remotes, formats, &score);
    json_free(&groups);
    return score;
}

/* How many tests of a file must pass: all but those of held groups. */
static int wanted(const char *path, const char *name)
{
    int count = 0;
    struct json *groups = load(path);
    for (const struct json *group = json_first(groups); group; group = json_next(group))
        if (!held_of(name, json_text_or(group, "description", "")))
            count += (int)json_count(json_get(group, "tests"));
    json_free(&groups);
    return count;
}

static struct remotes remotes_open(void)
{
    struct remotes remotes = {.registry = schema_registry_new()};
    char *folder = xasprintf("%s/remotes", suite);
    walk(folder, "", add_remote, &remotes);
    free(folder);
    return remotes;
}

static void remotes_close(struct remotes *remotes)
{
    schema_registry_free(&remotes->registry);
    for (int i = 0; i < remotes->count; i++)
        json_free(&remotes->documents[i]);
}

struct tally {
    const struct remotes *remotes;
    bool formats;
    struct score sum;
};

static void tally_file(const char *folder, const char *name, void *context)
{
    struct tally *tally = context;
    if (strchr(name, '/'))
        return;
    char *path = xasprintf("%s/%s", folder, name);
    struct score score = run_file(path, tally->remotes, tally->formats);
    printf("%s%s %d/%d\n", tally->formats ? "format/" : "", name, score.passed, score.all);
    CHECK_INT(score.passed, tally->formats ? score.all : wanted(path, name));
    tally->sum.passed += score.passed;
    tally->sum.all += score.all;
    free(path);
}

TEST(form_suite_draft_2020_12)
{
    struct remotes remotes = remotes_open();
    if (!remotes.count) {
        schema_registry_free(&remotes.registry);
        test_skip("the JSON Schema suite is not beside this checkout");
    }
    struct tally tally = {.remotes = &remotes};
    char *folder = xasprintf("%s/draft2020-12", suite);
    walk(folder, "", tally_file, &tally);
    printf("JSON Schema suite: %d/%d\n", tally.sum.passed, tally.sum.all);
    CHECK_INT(tally.sum.passed, 1242);
    CHECK_INT(tally.sum.all, 1299);
    free(folder);
    remotes_close(&remotes);
}

TEST(form_suite_formats_asserted)
{
    struct remotes remotes = remotes_open();
    if (!remotes.count) {
        schema_registry_free(&remotes.registry);
        test_skip("the JSON Schema suite is not beside this checkout");
    }
    static const char *const files[] = {"date.json",  "time.json", "date-time.json", "duration.json",
                                        "email.json", "uri.json",  "uuid.json",      "unknown.json"};
    struct tally tally = {.remotes = &remotes, .formats = true};
    char *folder = xasprintf("%s/draft2020-12/format", suite);
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        tally_file(folder, files[i], &tally);
    CHECK_INT(tally.sum.passed, 321);
    free(folder);
    remotes_close(&remotes);
}
