/* tests/fuzz/recording_fuzz.c: any lines as a recorded session (`loket replay`): a recording comes from somebody else's
 * computer. Holds: each message that is read is told to the real app, which draws after it what a terminal may be sent; written
 * and read again it is the same; what `--anonymise` makes of a recording is a recording. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/anonymise.h"
#include "screens/app.h"
#include "screens/record.h"
#include "tests/fuzz/fuzz.h"

enum { MESSAGES_MAX = 60, W_MAX = 200, H_MAX = 60 };

static struct keymap *all_keys(void)
{
    static struct keymap *keys;
    char fault[300];
    if (!keys)
        keys = action_keymap(fault, sizeof fault);
    return keys;
}

static void hold_drawn(const struct app *app, int64_t now_ms, struct frame *frame)
{
    app_view(app, now_ms, frame);
    char *text = frame_text(frame);
    HOLD(utf8_valid(text, strlen(text)));
    for (const char *c = text; *c; c++)
        HOLD((unsigned char)*c >= ' ' || *c == '\n');
    free(text);
}

static void hold_same(const struct msg *msg)
{
    struct msg again;
    struct json *line = record_message(msg, false);
    HOLD(record_read(line, &again, NULL));
    HOLD(again.kind == msg->kind && again.action == msg->action && again.seq == msg->seq);
    HOLD(str_equal(again.text, msg->text) && str_equal(again.what, msg->what));
    json_free(&line);
}

static void tell(struct app *app, const struct json *line, struct frame *frame)
{
    struct msg msg;
    struct err_info info = {0};
    struct effects effects = {0};
    if (!record_read(line, &msg, &info)) {
        HOLD(info.text[0]);
        return;
    }
    hold_same(&msg);
    if (msg.kind == MSG_RESIZE) {
        msg.w = msg.w < 1 ? 1 : msg.w > W_MAX ? W_MAX : msg.w;
        msg.h = msg.h < 1 ? 1 : msg.h > H_MAX ? H_MAX : msg.h;
        frame_resize(frame, msg.w, msg.h);
    }
    app_update(app, &msg, &effects);
    effects_deinit(&effects);
    hold_drawn(app, msg.now_ms, frame);
}

static void replay(const char *text)
{
    struct app *app = NULL;
    struct frame frame;
    int count = 0;
    frame_init(&frame, 80, 24);
    for (const char *line = text; *line && count++ < MESSAGES_MAX;) {
        size_t length = strcspn(line, "\n");
        struct json *json = NULL;
        enum lang lang;
        enum screen_id first;
        if (json_parse(line, length, &json, NULL) == ERR_OK) {
            struct effects effects = {0};
            if (app) {
                tell(app, json, &frame);
            } else if (record_read_head(json, &lang, &first)) {
                app = app_new(all_keys(), lang);
                app_open(app, first, NULL, &effects);
            }
            effects_deinit(&effects);
        }
        json_free(&json);
        line += length + (line[length] == '\n');
    }
    frame_deinit(&frame);
    app_free(&app);
}

static void try_anonymise(const char *text)
{
    char *made = NULL;
    size_t length = 0, size = strlen(text);
    struct rng rng;
    struct err_info info = {0};
    long line = 0;
    if (size == 0)
        return;
    rng_seed(&rng, 7);
    char *copy = xstrdup(text);
    FILE *in = fmemopen(copy, size, "r"), *out = open_memstream(&made, &length);
    HOLD(in && out);
    enum err err = anonymise(all_keys(), in, out, &rng, &line, &info);
    fclose(in);
    free(copy);
    fclose(out);
    HOLD(err == ERR_OK || info.text[0]);
    HOLD(utf8_valid(made, length));
    free(made);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    char *text = fuzz_text(data, size);
    replay(text);
    try_anonymise(text);
    free(text);
    return 0;
}
