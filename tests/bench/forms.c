/* tests/bench/forms.c: how long a form of 300 fields takes to be validated.
 *
 *   bench forms              "deep_us flat_us parse_us whole_us": a valid answer to every field, the median of many.
 *                            deep: five levels of objects; flat: one object. parse: reading the deep answer's JSON, as a
 *                            measure of this machine. whole: what a submit does, hidden values left out and computed ones
 *                            made. Then three times "median_us p99_us" of a key on the form's own screen, to its picture:
 *                            a letter; a letter while all that is wrong is told; an answer that others depend on.
 *   bench forms --write DIR  schema.json and data.json of the deep one, for other validators. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "screens/form.h"
#include "screens/screen.h"
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

/* --- a letter typed --- */

/* Somebody at the form's screen, in its first field. */
struct keying {
    const struct screen_ops *ops;
    struct form_screen *screen;
    struct json *data; /* what the cache answers */
    struct ui ui;
    struct frame frame;
};

static void tell(struct keying *k, struct msg msg)
{
    struct effects effects = {0};
    msg.now_ms = k->ui.now_ms;
    k->ops->update(k->screen, &k->ui, &msg, &effects);
    effects_deinit(&effects);
}

static struct keying keying_new(const struct measured *m)
{
    struct keying k = {.ops = screen_ops(SCREEN_FORM), .data = json_new_object()};
    struct json *args = json_new_object(), *row = json_new_object();
    k.ui.lang = LANG_EN;
    k.ui.now_ms = clock_wall_now_ms();
    json_set_text(args, "case", "a-1");
    json_set_text(row, "id", "a-1");
    json_set_text(row, "state", "draft");
    json_set(row, "draft", json_copy(m->draft));
    json_set(k.data, "case", row);
    json_set(k.data, "service", json_copy(m->service));
    k.screen = k.ops->new (args);
    frame_init(&k.frame, 120, 40);
    tell(&k, (struct msg){.kind = MSG_RESIZE, .w = 120, .h = 40});
    tell(&k, (struct msg){.kind = MSG_DATA, .what = "case", .json = k.data});
    json_free(&args);
    return k;
}

static void keying_free(struct keying *k)
{
    k->ops->free(k->screen);
    frame_deinit(&k->frame);
    json_free(&k->data);
}

static void press(struct keying *k, const char *key)
{
    tell(k, (struct msg){.kind = MSG_KEY, .key = key_of(key)});
    k->ops->view(k->screen, &k->ui, &k->frame, frame_area(&k->frame));
}

/* Which keys are measured, one after the other, and which before. */
struct keys {
    const char *before[3], *one, *other;
    bool mending; /* all that is wrong in the form is told, as after F10 */
};
static const struct keys letters = {.one = "a", .other = "Backspace"},
                         mending = {.before = {"C-u"}, .one = "a", .other = "Backspace", .mending = true},
                         steering = {.before = {"Tab", "Tab"}, .one = "Down", .other = "Up"};

/* Microseconds from a key to its picture, the median and nearly the worst of many. */
static void print_keys(const struct keys *keys, const struct measured *m, int rounds)
{
    struct keying k = keying_new(m);
    int64_t *times = xcalloc((size_t)rounds, sizeof *times);
    for (int i = 0; i < 3 && keys->before[i]; i++)
        press(&k, keys->before[i]);
    if (keys->mending)
        tell(&k, (struct msg){.kind = MSG_ACTION, .action = ACTION_SUBMIT});
    for (int i = 0; i < rounds; i++) {
        int64_t began = bench_now_us();
        press(&k, i % 2 ? keys->other : keys->one);
        times[i] = bench_now_us() - began;
    }
    printf(" %lld %lld", (long long)bench_share(times, (size_t)rounds, 0.5),
           (long long)bench_share(times, (size_t)rounds, 0.99));
    free(times);
    keying_free(&k);
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
    if (form_open(&(struct form_source){.service = m.service, .typed = true}, &m.form, &info) != ERR_OK)
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
        printf("%.1f %.1f %.1f %.1f", median_us(validate_once, &deep, rounds),
               median_us(validate_once, &flat, rounds), median_us(parse_once, &deep, rounds),
               median_us(submit_once, &deep, 1 + rounds / 20));
        print_keys(&letters, &deep, rounds);
        print_keys(&mending, &deep, 1 + rounds / 4);
        print_keys(&steering, &deep, 1 + rounds / 4);
        puts("");
    }
    measured_free(&deep);
    measured_free(&flat);
    return 0;
}
