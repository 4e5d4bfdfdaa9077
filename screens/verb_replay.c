/* screens/verb_replay.c: `loket replay FILE [--until N]`: a recorded session through the real app, each
 * picture as text. With --until only the picture after message N. Touches neither cache nor hall: effects are
 * left undone, because the recording holds what they brought. `loket replay FILE --anonymise OUT` writes the
 * recording with stand-ins for the data of people (anonymise.h). */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "screens/anonymise.h"
#include "screens/app.h"
#include "screens/record.h"
#include "screens/runner.h"
#include "screens/verbs.h"

struct replay {
    struct app *app;
    struct frame frame;
    int64_t now_ms;
    long until; /* 0: every picture */
    long line;  /* the one being read, from 1 */
};

static void print_frame(struct replay *replay, long number, const char *kind)
{
    app_view(replay->app, replay->now_ms, &replay->frame);
    char *text = frame_text(&replay->frame);
    printf("--- %ld %s\n%s", number, kind, text);
    free(text);
}

static enum err head(struct replay *replay, const struct keymap *keys, const struct json *json,
                     struct err_info *info)
{
    enum lang lang;
    enum screen_id first;
    struct effects effects = {0};
    if (!record_read_head(json, &lang, &first))
        return err_set(info, ERR_INVALID, "this is no recorded session of loket");
    replay->app = app_new(keys, lang);
    app_open(replay->app, first, NULL, &effects);
    effects_deinit(&effects);
    return ERR_OK;
}

static enum err line(struct replay *replay, const struct json *json, long number, struct err_info *info)
{
    struct msg msg;
    struct effects effects = {0};
    if (!record_read(json, &msg, info))
        return ERR_INVALID;
    if (msg.kind == MSG_RESIZE)
        frame_resize(&replay->frame, msg.w, msg.h);
    const char *zone = json_text(json_get(msg.json, "hall"), "timezone");
    if (msg.kind == MSG_SIGNED_IN && zone && !zone_set(zone))
        fprintf(stderr, "loket: the hall's time zone %s is not known on this computer; times are UTC\n",
                zone);
    replay->now_ms = msg.now_ms;
    app_update(replay->app, &msg, &effects);
    effects_deinit(&effects);
    if (!replay->until || replay->until == number)
        print_frame(replay, number, json_text_or(json, "msg", ""));
    return ERR_OK;
}

static enum err play(struct replay *replay, const struct keymap *keys, FILE *file, struct err_info *info)
{
    char *text = NULL;
    size_t capacity = 0;
    enum err err = ERR_OK;
    ssize_t length;
    long number = 0;
    for (; !err && (length = getline(&text, &capacity, file)) > 0; number++) {
        struct json *json = NULL;
        err = json_parse(text, (size_t)length, &json, info);
        if (!err)
            err = number ? line(replay, json, number, info) : head(replay, keys, json, info);
        json_free(&json);
        replay->line = number + 1;
        if (replay->until && number >= replay->until)
            break;
    }
    free(text);
    if (!err && number == 0)
        err = err_set(info, ERR_INVALID, "the file is empty: this is no recorded session of loket");
    else if (!err && number < replay->until)
        err = err_set(info, ERR_INVALID, "the session ends before message %ld: it has %ld", replay->until,
                      number - 1);
    return err;
}

/* A file of its own: half of it, and one that stood there before, would be taken for what it is not. */
static int write_anonymous(const char *path, const char *to, struct settings *settings)
{
    struct err_info info = {0};
    struct rng rng;
    long line = 0;
    FILE *in = fopen(path, "re");
    mode_t old = umask(077);
    FILE *out = in ? fopen(to, "wxe") : NULL;
    umask(old);
    if (!in || !out) {
        fprintf(stderr, in ? "loket: %s cannot be written: %s\n" : "loket: %s cannot be read: %s\n",
                in ? to : path, strerror(errno));
        if (in)
            fclose(in);
        return 1;
    }
    struct keymap *keys = runner_keymap(settings);
    rng_seed_from_system(&rng);
    enum err err = anonymise(keys, in, out, &rng, &line, &info);
    if (fclose(out) != 0 && !err)
        err = err_set(&info, err_from_errno(errno), "%s cannot be written: %s", to, strerror(errno));
    if (err) {
        unlink(to);
        fprintf(stderr, "loket: %s:%ld: %s; %s was not written\n", path, line, info.text, to);
    }
    keymap_free(&keys);
    fclose(in);
    return err ? 1 : 0;
}

int verb_replay(const struct options *options, struct settings *settings)
{
    if (options->arg_count == 3 && strcmp(options->args[1], "--anonymise") == 0)
        return write_anonymous(options->args[0], options->args[2], settings);
    struct err_info info = {0};
    struct replay replay = {0};
    bool until = options->arg_count == 3 && strcmp(options->args[1], "--until") == 0;
    char *end = NULL;
    replay.until = until ? strtol(options->args[2], &end, 10) : 0;
    if (until ? *end || replay.until < 1 : options->arg_count != 1) {
        fputs("loket: say `loket replay FILE [--until N | --anonymise OUT]`\n", stderr);
        return 2;
    }
    FILE *file = fopen(options->args[0], "re");
    if (!file) {
        fprintf(stderr, "loket: %s cannot be read: %s\n", options->args[0], strerror(errno));
        return 1;
    }
    struct keymap *keys = runner_keymap(settings);
    frame_init(&replay.frame, 80, 24);
    enum err err = play(&replay, keys, file, &info);
    if (err)
        fprintf(stderr, "loket: %s:%ld: %s\n", options->args[0], replay.line, info.text);
    fclose(file);
    frame_deinit(&replay.frame);
    app_free(&replay.app);
    keymap_free(&keys);
    return err ? 1 : 0;
}
