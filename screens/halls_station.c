/* screens/halls_station.c: see halls_station.h. One thread; waits for nothing. */
#include "screens/halls_station.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/sync/many.h"
#include "core/sync/many_kept.h"
#include "screens/halls_file.h"
#include "screens/halls_seen.h"
#include "screens/notice_file.h"

enum {
    SHOW_MS = 1000,      /* answers come one by one: the screen is told of them together */
    SAME_MS = 10 * 1000, /* and more seldom that nothing is new */
    KEEP_MS = 30 * 1000, /* and the disk still more seldom */
    EFFECTS_A_TURN_MAX = 4096
};

struct halls_station {
    struct settings *settings;
    struct halls_file file;
    struct seen *seen;      /* of each hall of the file */
    struct many *many;      /* NULL: not asked yet */
    struct many_kept *kept; /* NULL: nothing is kept */
    char unkept[400];       /* why, a sentence; "" */
    struct app *app;
    struct effects effects;
    struct rng rng;
    struct notice_file saving; /* path NULL: nothing is */
    unsigned wants;
    bool draining, dirty, zone;
    int64_t shown_ms, kept_ms; /* monotonic: when the screen, and the disk, were told last */
    int64_t show_ms;           /* monotonic: when the screen is told next; 0: there is nothing to tell */
};

static enum lang lang_of(const struct halls_station *s)
{
    return app_ui(s->app)->lang;
}

/* --- telling the app --- */

static void drain(struct halls_station *s);

static void tell(struct halls_station *s, struct msg *msg)
{
    msg->now_ms = clock_wall_now_ms();
    app_update(s->app, msg, &s->effects);
    s->dirty = true;
    if (!s->draining)
        drain(s);
}

static void tell_toast(struct halls_station *s, enum toast_kind kind, const char *text)
{
    struct msg msg = {.kind = MSG_TOAST, .toast = kind, .text = text};
    tell(s, &msg);
}

/* --- what the screen asks for --- */

static struct json *row_of(const struct halls_station *s, int hall, bool whole)
{
    const struct halls_line *line = &s->file.halls[hall];
    return (whole ? seen_whole : seen_row)(&s->seen[hall], hall, line->url, line->name, line->region);
}

static struct json *load_halls(const struct halls_station *s)
{
    struct json *answer = json_new_object(), *rows = json_new_array();
    for (int i = 0; i < s->file.count; i++)
        json_add(rows, row_of(s, i, false));
    json_set(answer, "rows", rows);
    return answer;
}

static struct json *load_some(const struct halls_station *s, const struct json *args)
{
    struct json *answer = json_new_object(), *rows = json_new_array();
    for (const struct json *one = json_first(json_get(args, "halls")); one; one = json_next(one)) {
        int64_t hall = json_as_int(one, -1);
        if (hall >= 0 && hall < s->file.count)
            json_add(rows, row_of(s, (int)hall, true));
    }
    json_set(answer, "rows", rows);
    return answer;
}

static void load(struct halls_station *s, const struct effect *effect)
{
    struct json *answer = str_equal(effect->what, "halls")  ? load_halls(s)
                          : str_equal(effect->what, "hall") ? load_some(s, effect->json)
                                                            : NULL;
    if (!answer)
        return;
    struct msg msg = {.kind = MSG_DATA, .what = effect->what, .to = effect->from, .json = answer};
    tell(s, &msg);
    json_free(&answer);
}

static void save(struct halls_station *s, const struct effect *effect)
{
    struct err_info info = {0};
    if (s->saving.path)
        return tell_toast(s, TOAST_WARN,
                          tr(lang_of(s), TR("A file is just being saved. Try again in a moment.")));
    if (notice_file_start(&s->saving, effect->json, effect->text, false, lang_of(s), &info)) {
        tell_toast(s, TOAST_DANGER, info.text);
        notice_file_forget(&s->saving);
    }
}

static void watch_saving(struct halls_station *s)
{
    struct err_info info = {0};
    enum err err;
    if (!s->saving.path || !notice_file_done(&s->saving, false, &err, &info))
        return;
    char *text = xasprintf(tr(lang_of(s), TR("Saved: %s")), s->saving.path);
    notice_file_forget(&s->saving);
    tell_toast(s, err ? TOAST_DANGER : TOAST_GOOD, err ? info.text : text);
    free(text);
}

static void change_setting(struct halls_station *s, const struct effect *effect)
{
    if (str_equal(effect->what, "theme") && str_equal(effect->text, "next"))
        s->wants |= WANT_NEXT_THEME;
}

static void carry_out(struct halls_station *s, struct effect *effect)
{
    switch (effect->kind) {
    case EFFECT_LOAD:
        return load(s, effect);
    case EFFECT_NOTICE:
        return save(s, effect);
    case EFFECT_SETTING:
        return change_setting(s, effect);
    case EFFECT_RETRY:
        if (s->many)
            many_ask_now(s->many, clock_mono_now_ms());
        return;
    case EFFECT_BELL:
        s->wants |= WANT_BELL;
        return;
    case EFFECT_REDRAW:
        s->wants |= WANT_REDRAW;
        return;
    case EFFECT_SUSPEND:
        s->wants |= WANT_SUSPEND;
        return;
    case EFFECT_QUIT:
        s->wants |= WANT_QUIT;
        return;
    default:
        return; /* app.c carried it out, or there is nothing of it here: nobody signs in and nothing is changed */
    }
}

static void drain(struct halls_station *s)
{
    s->draining = true;
    for (int i = 0; i < s->effects.count; i++) {
        assert(i < EFFECTS_A_TURN_MAX);
        struct effects one = {0};
        effects_move(&one, &s->effects.items[i]);
        carry_out(s, &one.items[0]);
        effects_deinit(&one);
    }
    effects_deinit(&s->effects);
    s->draining = false;
}

/* --- what is heard --- */

/* Times are told in the halls' own zone: the first one's that is heard of. */
static void know_zone(struct halls_station *s, const struct seen *seen)
{
    const char *zone = json_as_text(json_pointer(seen->figures, "/hall/timezone"));
    if (!s->zone && zone)
        s->zone = zone_set(zone);
}

static void show_by(struct halls_station *s, int64_t after_ms)
{
    int64_t due_ms = s->shown_ms + after_ms;
    if (!s->show_ms || due_ms < s->show_ms)
        s->show_ms = due_ms;
}

static void answered(void *ctx, int hall, const struct many_answer *answer)
{
    struct halls_station *s = ctx;
    struct seen *seen = &s->seen[hall];
    enum many_why before = seen->why;
    bool first = seen->tried_ms == 0;
    seen_take(seen, answer, clock_wall_now_ms());
    know_zone(s, seen);
    if (first || before != answer->why)
        log_write(LOG_INFO, "halls: %s: %s", s->file.halls[hall].url, many_why_text(answer->why));
    show_by(s, !first && answer->why == MANY_SAME && (before == MANY_NEW || before == MANY_SAME) ? SAME_MS
                                                                                                 : SHOW_MS);
}

static void recall(struct halls_station *s, int hall)
{
    struct many_known known;
    enum err err = many_kept_read(s->kept, s->file.halls[hall].url, &known);
    if (err == ERR_OK)
        seen_recall(&s->seen[hall], known.text, known.tag, known.known_ms, known.offset_ms, known.series);
    else if (err != ERR_ABSENT)
        log_write(LOG_WARN, "halls: what was known of %s cannot be read: %s", s->file.halls[hall].url,
                  err_text(err));
    know_zone(s, &s->seen[hall]);
}

static enum err write_one(struct halls_station *s, int hall)
{
    struct seen *seen = &s->seen[hall];
    struct buf series = {0};
    seen_print_series(seen, &series);
    const struct many_known known = {seen->text, seen->tag, seen->known_ms, seen->offset_ms,
                                     buf_text(&series)};
    enum err err = many_kept_write(s->kept, s->file.halls[hall].url, &known);
    buf_free(&series);
    return err;
}

/* A disk that is full costs the memory of this start, and nothing that the screen shows. */
static void keep(struct halls_station *s)
{
    bool any = false;
    for (int i = 0; i < s->file.count; i++)
        any |= s->seen[i].unkept;
    if (!any || !s->kept)
        return;
    enum err err = many_kept_begin(s->kept), end;
    for (int i = 0; i < s->file.count && err == ERR_OK; i++)
        if (s->seen[i].unkept)
            err = write_one(s, i);
    end = many_kept_end(s->kept);
    err = err == ERR_OK ? end : err;
    if (err != ERR_OK)
        log_write(LOG_WARN, "halls: what is known could not be kept: %s", err_text(err));
    for (int i = 0; i < s->file.count && err == ERR_OK; i++)
        s->seen[i].unkept = false;
}

/* --- birth and death --- */

static enum err open_known(struct halls_station *s, const char *file, struct buf *complaints,
                           struct err_info *info)
{
    char *folder = xasprintf("%s/halls", s->settings->data);
    struct err_info trouble = {0};
    const struct sync_trust trust = settings_trust(s->settings);
    enum err err = halls_file_read(&s->file, file, &trust, complaints, info);
    if (err == ERR_OK && many_kept_open(&s->kept, folder, &trouble) != ERR_OK) {
        str_copy(s->unkept, sizeof s->unkept, trouble.text);
        log_write(LOG_WARN, "halls: %s", trouble.text);
    }
    s->seen = xcalloc((size_t)s->file.count + 1, sizeof *s->seen);
    for (int i = 0; i < s->file.count; i++)
        seen_begin(&s->seen[i]);
    for (int i = 0; i < s->file.count && s->kept; i++)
        recall(s, i);
    free(folder);
    return err;
}

enum err halls_station_new(struct halls_station **out, struct settings *settings, const char *file,
                           enum lang lang, const struct keymap *keys, struct buf *complaints,
                           struct err_info *info)
{
    struct halls_station *s = xcalloc(1, sizeof *s);
    s->settings = settings;
    *out = s;
    enum err err = open_known(s, file, complaints, info);
    if (err != ERR_OK)
        return err;
    rng_seed_from_system(&s->rng);
    s->app = app_new(keys, lang);
    app_ui(s->app)->column = settings->linear;
    app_ui(s->app)->now_ms = clock_wall_now_ms();
    s->shown_ms = s->kept_ms = clock_mono_now_ms();
    app_open(s->app, SCREEN_HALLS, NULL, &s->effects);
    drain(s);
    if (*s->unkept) /* looking is what it is for: it goes on without */
        tell_toast(
            s, TOAST_WARN,
            tr(lang,
               TR("The next start will not know what was seen: another one keeps it, or the disk cannot.")));
    return ERR_OK;
}

void halls_station_free(struct halls_station **slot)
{
    struct halls_station *s = *slot;
    if (!s)
        return;
    many_free(&s->many);
    keep(s);
    many_kept_close(&s->kept);
    for (int i = 0; i < s->file.count; i++)
        seen_clear(&s->seen[i]);
    free(s->seen);
    halls_file_clear(&s->file);
    notice_file_forget(&s->saving);
    effects_deinit(&s->effects);
    app_free(&s->app);
    free(s);
    *slot = NULL;
}

/* --- as the terminal's side knows it --- */

static const struct app *edge_app(const void *self)
{
    return ((const struct halls_station *)self)->app;
}

static int64_t edge_now_ms(const void *self)
{
    (void)self;
    return clock_wall_now_ms();
}

static void edge_tell(void *self, struct msg *msg)
{
    tell(self, msg);
}

static void edge_connect(void *self)
{
    struct halls_station *s = self;
    const struct many_events events = {.ctx = s, .answered = answered};
    struct many_hall *halls = xcalloc((size_t)s->file.count, sizeof *halls);
    for (int i = 0; i < s->file.count; i++)
        halls[i] = (struct many_hall){s->file.halls[i].url, s->file.halls[i].key, s->seen[i].tag};
    struct sync_trust trust = settings_trust(s->settings);
    trust.ca = s->file.ca ? s->file.ca : trust.ca;
    trust.pin = s->file.pin ? s->file.pin : trust.pin;
    s->many = many_new(halls, s->file.count, &trust, &events, &s->rng, clock_mono_now_ms());
    free(halls);
}

static void edge_step(void *self)
{
    struct halls_station *s = self;
    int64_t mono_ms = clock_mono_now_ms();
    if (s->many)
        many_step(s->many, mono_ms);
    watch_saving(s);
    if (s->show_ms && mono_ms >= s->show_ms) {
        struct msg msg = {.kind = MSG_LOAD};
        s->show_ms = 0;
        s->shown_ms = mono_ms;
        tell(s, &msg);
    }
    if (mono_ms - s->kept_ms >= KEEP_MS) {
        s->kept_ms = mono_ms;
        keep(s);
    }
}

static int sooner(int a, int64_t b)
{
    return b >= 0 && (a < 0 || b < a) ? (int)b : a;
}

static int edge_wait(void *self, struct pollfd *fds, unsigned count, int timeout_ms)
{
    struct halls_station *s = self;
    int64_t mono_ms = clock_mono_now_ms();
    if (!s->many)
        return poll(fds, count, timeout_ms);
    timeout_ms = sooner(timeout_ms, many_timeout_ms(s->many, mono_ms));
    if (s->show_ms)
        timeout_ms = sooner(timeout_ms, s->show_ms > mono_ms ? s->show_ms - mono_ms : 0);
    return many_wait(s->many, fds, count, timeout_ms);
}

static void edge_keep(void *self, const char *name, const char *value)
{
    struct halls_station *s = self;
    if (str_equal(name, "theme"))
        settings_put(&s->settings->theme, value);
}

static unsigned edge_wants(void *self)
{
    struct halls_station *s = self;
    unsigned wants = s->wants;
    s->wants = 0;
    return wants;
}

static bool edge_dirty(void *self)
{
    struct halls_station *s = self;
    bool dirty = s->dirty;
    s->dirty = false;
    return dirty;
}

/* Nothing is copied or printed from here. */
static const char *edge_no_text(const void *self)
{
    (void)self;
    return "";
}

struct edge halls_station_edge(struct halls_station *station)
{
    return (struct edge){.self = station,
                         .app = edge_app,
                         .now_ms = edge_now_ms,
                         .tell = edge_tell,
                         .connect = edge_connect,
                         .step = edge_step,
                         .wait = edge_wait,
                         .keep = edge_keep,
                         .wants = edge_wants,
                         .dirty = edge_dirty,
                         .clipboard = edge_no_text,
                         .print_text = edge_no_text};
}
