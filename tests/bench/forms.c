/* tests/bench/forms.c: how long a form of 300 fields takes to be validated.
 *
 *   bench forms              "deep_us flat_us parse_us whole_us key_us": a valid answer to every field, the median of
 *                            many. deep: five levels of objects; flat: one object. parse: reading the deep answer's
 *                            JSON, as a measure of this machine. whole: what a submit does, hidden values left out and
 *                            computed ones made. key: from a letter typed to the picture.
 *   bench forms --write DIR  schema.json and data.json of the deep one, for other validators. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/form_sheet.h"
#include "tests/bench/bench.h"
#include "tests/support/big_form.h"

enum { AT_ONCE = 8 };

struct measured {
    struct form *form;
    struct json *service, *draft;
};

static void validate_once(const struct measured *m)
{
    static const struct schema_options options = {.formats_assert = true};
    struct schema_errors errors = {0};
    if (!schema_validate(form_schema(m->form), m->draft, &options, &errors))
        bench_fail("%s: %s", errors.list[0].pointer, errors.list[0].message);
    schema_errors_free(&errors);
}

static void submit_once(const struct measured *m)
{
    static const struct form_context context = {.lang = "en", .today = "2026-11-30"};
    struct schema_errors errors = {0};
    if (!form_check_draft(m->form, m->draft, &context, &errors))
        bench_fail("%s: %s", errors.list[0].pointer, errors.list[0].message);
    schema_errors_free(&errors);
}

/* What the form screen does for a letter typed: what there is to draw once for the key and once for the picture, which is
 * drawn, with what is wrong in the whole form as after F10. */
static void key_once(const struct measured *m)
{
    static const struct form_context context = {.lang = "en", .today = "2026-11-30"};
    struct frame frame;
    struct sheet state;
    frame_init(&frame, 120, 40);
    sheet_init(&state);
    sheet_fit(&state, 120);
    for (int i = 0; i < 2; i++) {
        struct form_view view;
        struct form_sheet sheet;
        struct schema_errors errors = {0};
        form_view_build(m->form, m->draft, &context, "", &view);
        form_check_draft(m->form, m->draft, &context, &errors);
        form_view_errors(&view, &errors);
        schema_errors_free(&errors);
        form_sheet_build(m->form, m->draft, &context, &view, view.page_count - 1, &sheet);
        sheet_sync(&state, sheet.items, sheet.count);
        if (i == 0)
            sheet_key(&state, sheet.items, sheet.count, key_of("a"));
        else
            sheet_draw(&state, sheet.items, sheet.count, &frame, frame_area(&frame));
        form_sheet_free(&sheet);
        form_view_free(&view);
    }
    sheet_deinit(&state);
    frame_deinit(&frame);
}

static void parse_once(const struct measured *m)
{
    static char *text;
    struct json *json = NULL;
    if (!text)
        text = json_print(m->draft);
    if (json_parse(text, strlen(text), &json, NULL) != ERR_OK)
        bench_fail("parse");
    json_free(&json);
}

/* Microseconds of one, the median of rounds of several. */
static double median_us(void (*once)(const struct measured *), const struct measured *m, int rounds)
{
    int64_t *times = xcalloc((size_t)rounds, sizeof *times);
    for (int i = 0; i < rounds; i++) {
        int64_t began = bench_now_us();
        for (int k = 0; k < AT_ONCE; k++)
            once(m);
        times[i] = bench_now_us() - began;
    }
    double us = (double)bench_share(times, (size_t)rounds, 0.5) / AT_ONCE;
    free(times);
    return us;
}

static struct measured measured_new(bool deep)
{
    struct measured m = {.service = big_service(deep), .draft = big_draft(deep)};
    struct err_info info = {0};
    if (form_open(&(struct form_source){.service = m.service}, &m.form, &info) != ERR_OK)
        bench_fail("%s", info.text);
    return m;
}

static void measured_free(struct measured *m)
{
    form_free(&m->form);
    json_free(&m->service);
    json_free(&m->draft);
}

static void write_json(const char *folder, const char *name, const struct json *json)
{
    char *path = xasprintf("%s/%s", folder, name), *text = json_print(json);
    FILE *file = fopen(path, "we");
    if (!file || fputs(text, file) < 0 || fclose(file) != 0)
        bench_fail("%s cannot be written", path);
    free(path);
    free(text);
}

int bench_forms(int argc, char **argv)
{
    const char *folder = bench_option(argc, argv, "--write", NULL);
    int rounds = atoi(bench_option(argc, argv, "--rounds", "2001"));
    struct measured deep = measured_new(true), flat = measured_new(false);
    if (folder) {
        write_json(folder, "schema.json", json_get(json_get(deep.service, "form"), "schema"));
        write_json(folder, "data.json", deep.draft);
    } else {
        printf("%.1f %.1f %.1f %.1f %.1f\n", median_us(validate_once, &deep, rounds),
               median_us(validate_once, &flat, rounds), median_us(parse_once, &deep, rounds),
               median_us(submit_once, &deep, 1 + rounds / 20), median_us(key_once, &deep, 1 + rounds / 20));
    }
    measured_free(&deep);
    measured_free(&flat);
    return 0;
}
