/* tests/screen/script.c: runs a script against the real app, without cache, hall or terminal. */
#include "tests/screen/script.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/app_state.h"
#include "screens/pointer.h"
#include "screens/print_text.h"
#include "tests/screen/sound.h"
#include "tests/support/naughty.h"
#include "tests/support/picture.h"
#include "tests/support/test.h"
#include "tui/linear.h"

enum { ANSWERS_MAX = 32, LINE_BYTES = 8192 };
#define GUIDE_SIZE "100x26"

struct script {
    const char *file;
    int line;
    struct keymap *keys;
    struct app *app;
    struct frame frame;
    enum lang lang;
    int64_t now_ms, seq;
    int64_t rev, coming; /* the hall's rows are here up to it, and will be with the next "load" */
    int depth;           /* of messages that answer effects of others */
    struct {
        char *what;
        struct json *json;
    } answers[ANSWERS_MAX];
    int answer_count;
    struct effects seen; /* since the last expect */
    char *type;          /* of the last command, its body and who sent it */
    struct json *body;
    unsigned from;
    struct naughty *naughty; /* NULL: the script is run as it stands */
    enum naughty_reach reach;
    struct script_other *other; /* NULL: what the script types is typed */
    char *fetch;                /* the path of the last one */
    char *posted;               /* by it; NULL: nothing */
    unsigned fetch_from;
};

/* Spoilt data leads elsewhere than the script meant to go. */
static void fail(const struct script *script, const char *what, const char *more)
{
    char text[600];
    if (script->naughty || script->other)
        return;
    str_format(text, sizeof text, "%s %s", what, more);
    check(false, script->file, script->line, text);
}

/* {…} on the line, or a file of tests/screen/data. */
static struct json *read_json(const struct script *script, const char *text)
{
    struct err_info info = {0};
    struct json *json = NULL;
    char *whole = NULL;
    if (*text != '{' && *text != '[') {
        char *path = xasprintf("tests/screen/data/%s", text);
        whole = test_read_file(path);
        free(path);
        text = whole ? whole : "";
    }
    if (json_parse(text, strlen(text), &json, &info))
        fail(script, "JSON:", info.text);
    free(whole);
    if (script->naughty && json)
        naughty_spoil(script->naughty, &json, script->reach);
    return json ? json : json_new_object();
}

/* --- nothing raw gets out --- */

static void expect_clean(struct script *script, const char *where, bool clean, const char *fault)
{
    char text[600];
    str_format(text, sizeof text, "%s, the last text of \"%s\" (LOKET_SEED=%llu): %s", where,
               json_name(script->naughty->kind), (unsigned long long)script->naughty->seed, fault);
    if (!clean)
        check(false, script->file, script->line, text);
}

static void expect_clean_paper(struct script *script, const struct effect *effect)
{
    enum { TICKET = 40 };
    char fault[300] = "";
    struct buf paper = {0};
    print_fit(&paper, effect->text, TICKET);
    bool clean = sound_bytes(buf_text(&paper), "\n", fault, sizeof fault);
    expect_clean(script, "a paper", clean, fault);
    buf_free(&paper);
}

static void expect_clean_picture(struct script *script)
{
    char fault[300] = "";
    app_view(script->app, script->now_ms, &script->frame);
    bool clean = sound_on_terminal(&script->frame, fault, sizeof fault);
    expect_clean(script, "the picture", clean, fault);
}

/* --- what becomes of what is typed --- */

static void gather_texts(const struct script *script, const char *type, const char *pointer,
                         const struct json *json)
{
    struct script_other *other = script->other;
    if (json_is_text(json)) {
        struct json *sent = json_new_array();
        char *where = xasprintf("%s %s", type, pointer);
        json_add_text(sent, where);
        json_add_text(sent, json_as_text(json));
        json_add(sent, json_new_int(script->line));
        json_add(other->sent, sent);
        free(where);
    }
    if (!json_is_object(json) && !json_is_array(json))
        return;
    for (const struct json *member = json_first(json); member; member = json_next(member)) {
        char *below = xasprintf("%s/%s", pointer, json_is_array(json) ? "-" : json_name(member));
        gather_texts(script, type, below, member);
        free(below);
    }
}

static void gather(const struct script *script, const struct effect *effect)
{
    struct script_other *other = script->other;
    struct json *posted = NULL;
    if (script->line < other->line)
        return;
    if (effect->kind == EFFECT_TOAST || effect->kind == EFFECT_ASK)
        other->said = true;
    if (effect->kind == EFFECT_COMMAND)
        gather_texts(script, effect->what, "", effect->json);
    if (effect->kind == EFFECT_FETCH && effect->text &&
        json_parse(effect->text, strlen(effect->text), &posted, NULL) == ERR_OK)
        gather_texts(script, effect->what, "", posted);
    json_free(&posted);
}

/* The question that is asked, or the screen. */
static void name_place(const struct script *script, char place[SCRIPT_PLACE])
{
    const struct app *app = script->app;
    str_copy(place, SCRIPT_PLACE, app->ask ? ask_id(app->ask) : screen_info(app_screen(app))->name);
}

/* --- the app's surroundings --- */

static void settle(struct script *script, struct effects *effects);

static void tell(struct script *script, struct msg *msg)
{
    struct effects effects = {0};
    msg->now_ms = script->now_ms;
    script->depth++;
    app_update(script->app, msg, &effects);
    settle(script, &effects);
    if (--script->depth == 0 && app_can_go_on(script->app, script->rev)) {
        struct msg ready = {.kind = MSG_READY, .seq = script->rev};
        tell(script, &ready);
    }
}

static void answer_load(struct script *script, const struct effect *effect)
{
    for (int i = 0; i < script->answer_count; i++) {
        if (strcmp(script->answers[i].what, effect->what) != 0)
            continue;
        struct json *json = json_copy(script->answers[i].json);
        if (json_text(effect->json, "q"))
            json_set_text(json, "q", json_text(effect->json, "q"));
        struct msg msg = {.kind = MSG_DATA, .what = effect->what, .to = effect->from, .json = json};
        tell(script, &msg);
        json_free(&json);
        return;
    }
}

static void remember_command(struct script *script, const struct effect *effect)
{
    free(script->type);
    json_free(&script->body);
    script->type = xstrdup(effect->what);
    script->body = effect->json ? json_copy(effect->json) : json_new_object();
    script->from = effect->from;
}

static void settle(struct script *script, struct effects *effects)
{
    for (int i = 0; i < effects->count; i++) {
        struct effect *effect = &effects->items[i];
        if (effect->kind == EFFECT_COMMAND)
            remember_command(script, effect);
        if (effect->kind == EFFECT_LOAD)
            answer_load(script, effect);
        if (effect->kind == EFFECT_FETCH) {
            free(script->fetch);
            script->fetch = xstrdup(effect->what);
            script->fetch_from = effect->from;
            free(script->posted);
            script->posted = effect->text ? xstrdup(effect->text) : NULL;
        }
        if (script->naughty && effect->kind == EFFECT_PRINT)
            expect_clean_paper(script, effect);
        if (script->other)
            gather(script, effect);
        effects_move(&script->seen, effect);
    }
    effects_deinit(effects);
}

static void draw(struct script *script)
{
    app_view(script->app, script->now_ms, &script->frame);
}

/* --- commands --- */

static void do_size(struct script *script, const char *rest)
{
    int w = 80, h = 24;
    if (sscanf(rest, "%dx%d", &w, &h) != 2)
        fail(script, "no size:", rest);
    frame_resize(&script->frame, w, h);
    struct msg msg = {.kind = MSG_RESIZE, .w = w, .h = h};
    tell(script, &msg);
}

static void do_screen(struct script *script, const char *rest)
{
    char name[40] = "", size[20] = "";
    int used = 0;
    enum screen_id screen;
    struct effects effects = {0};
    if (sscanf(rest, "%39s %19s %n", name, size, &used) < 2 || !screen_find(name, &screen))
        return fail(script, "no screen:", rest);
    struct json *args = rest[used] ? read_json(script, rest + used) : NULL;
    do_size(script, size);
    app_open(script->app, screen, args, &effects);
    settle(script, &effects);
    json_free(&args);
}

static void do_now(struct script *script, const char *rest)
{
    if (!time_parse(rest, &script->now_ms))
        fail(script, "no time:", rest);
    app_ui(script->app)->now_ms = script->now_ms;
}

static void do_lang(struct script *script, const char *rest)
{
    if (!lang_find(rest, &app_ui(script->app)->lang))
        fail(script, "no language:", rest);
}

static void tell_json(struct script *script, enum msg_kind kind, const char *rest)
{
    struct json *json = read_json(script, rest);
    struct msg msg = {.kind = kind, .json = json};
    tell(script, &msg);
    json_free(&json);
}

static void do_signed_in(struct script *script, const char *rest)
{
    tell_json(script, MSG_SIGNED_IN, rest);
}

static void do_turned_away(struct script *script, const char *rest)
{
    char code[40] = "";
    int used = 0;
    sscanf(rest, "%39s %n", code, &used);
    struct msg msg = {.kind = MSG_SIGNED_IN, .code = code, .text = rest + used};
    tell(script, &msg);
}

static void do_status(struct script *script, const char *rest)
{
    tell_json(script, MSG_STATUS, rest);
}

/* "case.json case_draft.json {…}": each is a merge patch onto those before it. */
static struct json *read_merged(const struct script *script, const char *rest)
{
    struct json *json = json_new_object();
    bool first = true;
    while (*rest) {
        size_t length = *rest == '{' || *rest == '[' ? strlen(rest) : strcspn(rest, " ");
        char *text = xstrndup(rest, length);
        struct json *part = read_json(script, text);
        if (first) {
            json_free(&json);
            json = part;
        } else {
            json_merge(json, part);
            json_free(&part);
        }
        first = false;
        free(text);
        rest += length + (rest[length] == ' ');
    }
    return json;
}

static void do_data(struct script *script, const char *rest)
{
    size_t length = strcspn(rest, " ");
    char *what = xstrndup(rest, length);
    struct json *json = read_merged(script, rest + length + (rest[length] == ' '));
    int i = 0;
    while (i < script->answer_count && strcmp(script->answers[i].what, what) != 0)
        i++;
    if (i == ANSWERS_MAX)
        fail(script, "too many answers", "");
    free(script->answers[i].what);
    json_free(&script->answers[i].json);
    script->answers[i].what = what;
    script->answers[i].json = json;
    script->answer_count += i == script->answer_count;
}

static void do_load(struct script *script, const char *rest)
{
    (void)rest;
    script->rev = script->coming;
    struct msg msg = {.kind = MSG_LOAD};
    tell(script, &msg);
}

static void do_action(struct script *script, const char *rest)
{
    struct msg msg = {.kind = MSG_ACTION};
    if (!action_find(rest, &msg.action))
        return fail(script, "no action:", rest);
    tell(script, &msg);
}

static void do_key(struct script *script, const char *rest)
{
    char *names = xstrdup(rest), *rest_of = NULL;
    for (char *name = strtok_r(names, " ", &rest_of); name; name = strtok_r(NULL, " ", &rest_of)) {
        struct msg msg = {.kind = MSG_KEY};
        if (!key_parse(name, &msg.key))
            fail(script, "no key:", name);
        else
            tell(script, &msg);
    }
    free(names);
}

static void do_type(struct script *script, const char *rest)
{
    for (size_t used; *rest; rest += used) {
        int32_t code = utf8_decode(rest, strlen(rest), &used);
        struct msg msg = {.kind = MSG_KEY, .key = key_typed(code)};
        tell(script, &msg);
    }
}

static void do_paste(struct script *script, const char *rest)
{
    struct msg msg = {.kind = MSG_PASTE, .text = rest};
    tell(script, &msg);
}

/* "fetched {…}": the answer to the last fetch; nothing behind it: it failed. */
static void do_fetched(struct script *script, const char *rest)
{
    struct json *json = *rest ? read_json(script, rest) : NULL;
    char *what = xstrdup(script->fetch ? script->fetch : ""); /* the next may be asked for meanwhile */
    struct msg msg = {.kind = MSG_FETCHED,
                      .what = what,
                      .to = script->fetch_from,
                      .json = json,
                      .text = json ? NULL : "the hall cannot be reached"};
    tell(script, &msg);
    free(what);
    json_free(&json);
}

/* The hall answered, with a refusal. */
static void do_denied(struct script *script, const char *rest)
{
    struct json *json = read_json(script, rest);
    char *what = xstrdup(script->fetch ? script->fetch : "");
    struct msg msg = {
        .kind = MSG_FETCHED, .what = what, .to = script->fetch_from, .json = json, .text = "refused"};
    tell(script, &msg);
    free(what);
    json_free(&json);
}

/* What the last fetch posted, but for its identity. */
static void do_posted(struct script *script, const char *rest)
{
    struct json *want = read_json(script, rest), *got = NULL;
    if (!script->posted || json_parse(script->posted, strlen(script->posted), &got, NULL) != ERR_OK)
        fail(script, "nothing was posted", "");
    else {
        json_remove(got, "id");
        if (!json_equal(want, got))
            fail(script, "posted was", script->posted);
    }
    json_free(&want);
    json_free(&got);
    free(script->posted);
    script->posted = NULL;
}

static void do_saved(struct script *script, const char *rest)
{
    struct json *json = *rest ? read_json(script, rest) : json_new_object();
    if (!json_get(json, "body") && script->body)
        json_set(json, "body", json_copy(script->body));
    struct msg msg = {
        .kind = MSG_SAVED, .what = script->type, .to = script->from, .seq = ++script->seq, .json = json};
    tell(script, &msg);
    json_free(&json);
}

static void do_refused(struct script *script, const char *rest)
{
    char code[40] = "";
    int used = 0;
    sscanf(rest, "%39s %n", code, &used);
    struct msg msg = {
        .kind = MSG_REFUSED, .what = script->type, .to = script->from, .code = code, .text = rest + used};
    tell(script, &msg);
}

static void do_result(struct script *script, const char *rest)
{
    char *end;
    long seq = strtol(rest, &end, 10);
    struct json *json = read_json(script, end + (*end == ' '));
    script->coming = json_int(json, "rev", script->coming);
    struct msg msg = {.kind = MSG_RESULT,
                      .what = script->type,
                      .to = script->from,
                      .seq = seq ? seq : script->seq,
                      .json = json};
    tell(script, &msg);
    json_free(&json);
}

static void do_unlocked(struct script *script, const char *rest)
{
    char code[40] = "";
    int used = 0;
    sscanf(rest, "%39s %n", code, &used);
    struct msg msg = {.kind = MSG_UNLOCKED, .code = *code ? code : NULL, .text = *code ? rest + used : NULL};
    tell(script, &msg);
}

static void do_tick(struct script *script, const char *rest)
{
    int count = *rest ? atoi(rest) : 1;
    for (int i = 0; i < count; i++) {
        script->now_ms += 1000;
        struct msg msg = {.kind = MSG_TICK};
        tell(script, &msg);
    }
}

/* --- expectations --- */

static bool seen(const struct script *script, enum effect_kind kind, const char *what)
{
    for (int i = 0; i < script->seen.count; i++)
        if (script->seen.items[i].kind == kind && (!*what || str_equal(script->seen.items[i].what, what)))
            return true;
    return false;
}

static bool seen_as(const struct script *script, const char *word, const char *what, bool *is_word)
{
    static const struct {
        const char *word;
        enum effect_kind kind;
    } words[] = {
        {"load", EFFECT_LOAD},         {"journal", EFFECT_JOURNAL_PUT}, {"drop", EFFECT_JOURNAL_DROP},
        {"bell", EFFECT_BELL},         {"setting", EFFECT_SETTING},     {"hall", EFFECT_HALL},
        {"copy", EFFECT_COPY},         {"sign_in", EFFECT_SIGN_IN},     {"export", EFFECT_EXPORT},
        {"notice", EFFECT_NOTICE},     {"fetch", EFFECT_FETCH},         {"quit", EFFECT_QUIT},
        {"sign_out", EFFECT_SIGN_OUT}, {"print", EFFECT_PRINT},         {"unlock", EFFECT_UNLOCK},
    };
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(words[i].word, word) == 0) {
            *is_word = true;
            return seen(script, words[i].kind, what);
        }
    }
    *is_word = false;
    return false;
}

static bool nothing_seen(const struct script *script)
{
    for (int i = 0; i < script->seen.count; i++)
        if (script->seen.items[i].kind != EFFECT_LOAD && script->seen.items[i].kind != EFFECT_TOAST)
            return false;
    return true;
}

static void expect_command(const struct script *script, const char *type, const char *json)
{
    if (!seen(script, EFFECT_COMMAND, type))
        return fail(script, "no command", type);
    if (!*json)
        return;
    struct json *want = read_json(script, json);
    if (!json_equal(want, script->body)) {
        char *got = json_print(script->body);
        fail(script, "the command's body is", got);
        free(got);
    }
    json_free(&want);
}

static void do_expect(struct script *script, const char *rest)
{
    char word[60] = "";
    int used = 0;
    bool is_word;
    sscanf(rest, "%59s %n", word, &used);
    bool found = seen_as(script, word, rest + used, &is_word);
    if (strcmp(word, "nothing") == 0) {
        if (!nothing_seen(script))
            fail(script, "something was asked for", "");
    } else if (is_word) {
        if (!found)
            fail(script, "not asked for:", rest);
    } else {
        expect_command(script, word, rest + used);
    }
    effects_deinit(&script->seen);
}

static void do_asked(struct script *script, const char *rest)
{
    char what[60] = "";
    int used = 0, at = script->seen.count - 1;
    sscanf(rest, "%59s %n", what, &used);
    while (at >= 0 &&
           !(script->seen.items[at].kind == EFFECT_LOAD && str_equal(script->seen.items[at].what, what)))
        at--;
    if (at < 0)
        return fail(script, "not asked for:", what);
    struct json *want = read_json(script, rest + used);
    if (!json_equal(want, script->seen.items[at].json)) {
        char *got = json_print(script->seen.items[at].json);
        fail(script, "it was asked for with", got);
        free(got);
    }
    json_free(&want);
}

/* Where the words stand in a picture, as its text has them. */
static bool place_of(const char *picture, const char *words, int *x, int *y)
{
    const char *at = strstr(picture, words), *line = picture;
    *y = 0;
    for (const char *c = picture; at && c < at; c++)
        if (*c == '\n') {
            ++*y;
            line = c + 1;
        }
    *x = at ? utf8_count(line, (size_t)(at - line)) : 0; /* letters of one cell */
    return at != NULL;
}

/* As runner.c does. */
static void do_press(struct script *script, const char *rest)
{
    struct event event = {.kind = EVENT_MOUSE, .button = 1};
    script->frame.points = true;
    draw(script);
    char *text = frame_text(&script->frame);
    if (!place_of(text, rest, &event.x, &event.y))
        fail(script, "the picture does not say:", rest);
    free(text);
    struct pointed pointed = pointer_at(&script->frame, &event);
    script->frame.points = false;
    if (pointed.item < 0 && !pointed.times)
        fail(script, "nothing can be pressed there:", rest);
    for (int i = 0; i < pointed.times; i++) {
        struct msg msg = {.kind = MSG_KEY, .key = pointed.key};
        tell(script, &msg);
    }
    if (pointed.item >= 0) {
        struct msg msg = {.kind = MSG_POINT, .seq = pointed.item};
        tell(script, &msg);
    }
}

static void do_says(struct script *script, const char *rest)
{
    draw(script);
    char *text = frame_text(&script->frame);
    if (!strstr(text, rest)) {
        fail(script, "the picture does not say:", rest);
        fputs(text, stdout);
    }
    free(text);
}

static void do_hides(struct script *script, const char *rest)
{
    draw(script);
    char *text = frame_text(&script->frame);
    if (strstr(text, rest)) {
        fail(script, "the picture says:", rest);
        fputs(text, stdout);
    }
    free(text);
}

static void compare(struct script *script, const char *name, char *(*print)(const struct frame *))
{
    draw(script);
    char *text = print(&script->frame), *path = xasprintf("tests/screen/golden/%s.txt", name);
    check_golden_at(text, path, script->file, script->line);
    free(path);
    free(text);
}

static void do_frame(struct script *script, const char *rest)
{
    compare(script, rest, frame_text);
}

static void do_printed(struct script *script, const char *rest)
{
    enum { TICKET = 40, SHEET = 80 };
    char kind[20] = "";
    int used = 0, at = script->seen.count - 1;
    sscanf(rest, "%19s %n", kind, &used);
    while (at >= 0 && script->seen.items[at].kind != EFFECT_PRINT)
        at--;
    if (at < 0 || !str_equal(script->seen.items[at].what, kind))
        return fail(script, "not printed:", kind);
    struct buf text = {0};
    print_fit(&text, script->seen.items[at].text, strcmp(kind, "paper") == 0 ? SHEET : TICKET);
    char *path = xasprintf("tests/screen/golden/printed/%s.txt", rest + used);
    check_golden_at(buf_text(&text), path, script->file, script->line);
    free(path);
    buf_free(&text);
    effects_deinit(&script->seen);
}

static void do_unprinted(struct script *script, const char *rest)
{
    struct json *json = read_json(script, rest);
    struct msg msg = {.kind = MSG_UNPRINTED, .json = json};
    tell(script, &msg);
    json_free(&json);
}

static void do_looks(struct script *script, const char *rest)
{
    compare(script, rest, frame_golden);
}

static void do_column(struct script *script, const char *rest)
{
    (void)rest;
    app_ui(script->app)->column = true;
}

static void do_linear(struct script *script, const char *rest)
{
    struct frame column;
    char before[20], size[20];
    int w = script->frame.w, h = script->frame.h;
    str_format(before, sizeof before, "%dx%d", w, h);
    frame_init(&column, w, h);
    linear_size(&w, &h);
    str_format(size, sizeof size, "%dx%d", w, h);
    do_size(script, size);
    draw(script);
    linear_frame(&script->frame, &column);
    char *text = frame_golden(&column), *path = xasprintf("tests/screen/golden/%s.txt", rest);
    check_golden_at(text, path, script->file, script->line);
    free(path);
    free(text);
    frame_deinit(&column);
    do_size(script, before);
}

static void do_ascii(struct script *script, const char *rest)
{
    char fault[200];
    draw(script);
    if (!sound_in_ascii(&script->frame, fault, sizeof fault))
        fail(script, rest, fault);
    char *text = frame_text(&script->frame), *path = xasprintf("tests/screen/golden/%s.txt", rest);
    check_golden_at(text, path, script->file, script->line);
    free(path);
    free(text);
}

/* Everything that the queries answer: what stands there may be shown as it is. */
static char *all_data(const struct script *script)
{
    struct buf out = {0};
    for (int i = 0; i < script->answer_count; i++) {
        char *text = json_print(script->answers[i].json);
        buf_adds(&out, text);
        free(text);
    }
    return buf_take(&out);
}

/* One language at one size. */
static void one_of_everywhere(struct script *script, const char *name, const char *size, bool golden)
{
    char fault[300];
    do_size(script, size);
    char *data = all_data(script);
    char *file = xasprintf("everywhere/%s_%s_%s", name, lang_code(app_ui(script->app)->lang), size);
    if (golden)
        compare(script, file, frame_text);
    else
        draw(script);
    if (!sound_frame(script->app, &script->frame, data, fault, sizeof fault))
        fail(script, file, fault);
    if (!sound_in_column(&script->frame, fault, sizeof fault))
        fail(script, file, fault);
    if (!sound_in_ascii(&script->frame, fault, sizeof fault))
        fail(script, file, fault);
    free(file);
    free(data);
}

static void do_everywhere(struct script *script, const char *rest)
{
    /* Of the last two no picture is kept: a middle-sized terminal, and one that fills a screen of 3840 by 2160. */
    static const char *const sizes[] = {"80x24", "120x40", "200x60", "100x30", "480x135"};
    enum { KEPT = 3 };
    struct ui *ui = app_ui(script->app);
    enum lang lang = ui->lang;
    char name[60] = "", ascii[100], before[20];
    int used = 0, count = sizeof sizes / sizeof *sizes;
    sscanf(rest, "%59s %n", name, &used);
    const char *keys = rest + used;
    if (strncmp(keys, "80x24", 5) == 0) {
        keys += 5 + (keys[5] == ' ');
        count = 1;
    }
    str_format(before, sizeof before, "%dx%d", script->frame.w, script->frame.h);
    for (int l = 0; l < LANG_COUNT; l++) {
        ui->lang = (enum lang)l;
        do_key(script, keys);
        for (int i = 0; i < count; i++)
            one_of_everywhere(script, name, sizes[i], i < KEPT);
        if (l == LANG_AZ) { /* it has the most letters with Latin twins */
            do_size(script, sizes[0]);
            str_format(ascii, sizeof ascii, "everywhere/%s_ascii", name);
            do_ascii(script, ascii);
        }
        if (*keys)
            do_key(script, "Esc");
    }
    ui->lang = lang;
    do_size(script, before);
}

/* One language of the clerks' guide. */
static void one_of_guide(struct script *script, const char *name)
{
    struct theme theme;
    theme_builtin(&theme);
    draw(script);
    char *svg = picture_frame(&script->frame, &theme);
    char *path = xasprintf("themes/pictures/guide/%s_%s.svg", name, lang_code(app_ui(script->app)->lang));
    check_golden_at(svg, path, script->file, script->line);
    free(path);
    free(svg);
}

static void do_guide(struct script *script, const char *rest)
{
    struct ui *ui = app_ui(script->app);
    enum lang lang = ui->lang;
    char name[60] = "", before[20];
    int used = 0;
    sscanf(rest, "%59s %n", name, &used);
    str_format(before, sizeof before, "%dx%d", script->frame.w, script->frame.h);
    do_size(script, GUIDE_SIZE);
    for (int l = 0; l < LANG_COUNT; l++) {
        ui->lang = (enum lang)l;
        do_key(script, rest + used);
        one_of_guide(script, name);
        if (rest[used])
            do_key(script, "Esc");
    }
    ui->lang = lang;
    do_size(script, before);
}

/* Instead of an expectation: the picture at a few sizes. What was asked for is seen. */
static void look_for_raw(struct script *script)
{
    static const char *const sizes[] = {"40x12", "120x40"};
    char before[20];
    str_format(before, sizeof before, "%dx%d", script->frame.w, script->frame.h);
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        do_size(script, sizes[i]);
        expect_clean_picture(script);
    }
    do_size(script, before);
    effects_deinit(&script->seen);
}

typedef void do_word(struct script *script, const char *rest);

static void run_naughty(struct script *script, do_word *run, bool looks, const char *rest)
{
    if (looks)
        return look_for_raw(script);
    run(script, rest);
    if (run == do_type || run == do_paste) {
        do_paste(script, naughty_next(script->naughty));
        expect_clean_picture(script);
    }
}

/* How many fields have a mistake beside them. */
static int mistakes(struct script *script)
{
    int count = 0;
    draw(script);
    char *text = frame_text(&script->frame);
    for (const char *at = text; (at = strstr(at, "! ")) != NULL; at++)
        count++;
    free(text);
    return count;
}

/* Nothing is looked at; a press has to know where words stand. */
static void run_other(struct script *script, do_word *run, bool looks, const char *rest)
{
    struct script_other *other = script->other;
    if (looks && run != do_press)
        return;
    if (script->line != other->line)
        return run(script, rest);
    name_place(script, other->place);
    other->mistakes = mistakes(script);
    other->words = app_types(script->app) == APP_WORDS;
    if (other->text && other->keys)
        do_type(script, other->text);
    else if (other->text)
        do_paste(script, other->text);
    else
        run(script, rest);
}

static void run_line(struct script *script, char *line)
{
    static const struct {
        const char *word;
        do_word *run;
        bool looks; /* and changes nothing */
    } words[] = {
        {"screen", do_screen, false},
        {"now", do_now, false},
        {"lang", do_lang, false},
        {"signed_in", do_signed_in, false},
        {"turned_away", do_turned_away, false},
        {"status", do_status, false},
        {"data", do_data, false},
        {"load", do_load, false},
        {">", do_action, false},
        {"key", do_key, false},
        {"type", do_type, false},
        {"paste", do_paste, false},
        {"fetched", do_fetched, false},
        {"denied", do_denied, false},
        {"posted", do_posted, true},
        {"saved", do_saved, false},
        {"refused", do_refused, false},
        {"result", do_result, false},
        {"unlocked", do_unlocked, false},
        {"tick", do_tick, false},
        {"size", do_size, false},
        {"expect", do_expect, true},
        {"asked", do_asked, true},
        {"press", do_press, true},
        {"says", do_says, true},
        {"printed", do_printed, true},
        {"unprinted", do_unprinted, false},
        {"hides", do_hides, true},
        {"frame", do_frame, true},
        {"looks", do_looks, true},
        {"ascii", do_ascii, true},
        {"column", do_column, false},
        {"linear", do_linear, true},
        {"everywhere", do_everywhere, true},
        {"guide", do_guide, true},
    };
    line[strcspn(line, "\n")] = '\0';
    if (!*line || *line == '#')
        return;
    size_t length = strcspn(line, " ");
    const char *rest = line + length + (line[length] == ' ');
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strlen(words[i].word) == length && memcmp(words[i].word, line, length) == 0)
            return script->naughty ? run_naughty(script, words[i].run, words[i].looks, rest)
                   : script->other ? run_other(script, words[i].run, words[i].looks, rest)
                                   : words[i].run(script, rest);
    fail(script, "no command of scripts:", line);
}

static void script_end(struct script *script)
{
    for (int i = 0; i < script->answer_count; i++) {
        free(script->answers[i].what);
        json_free(&script->answers[i].json);
    }
    effects_deinit(&script->seen);
    free(script->type);
    free(script->fetch);
    free(script->posted);
    json_free(&script->body);
    frame_deinit(&script->frame);
    app_free(&script->app);
    keymap_free(&script->keys);
}

static void run(const char *file, const struct script *as)
{
    char fault[300] = "", line[LINE_BYTES], path[300];
    struct script script = *as;
    script.file = path;
    str_format(path, sizeof path, "tests/screen/%s", file);
    FILE *in = fopen(path, "re");
    REQUIRE(in);
    script.keys = action_keymap(fault, sizeof fault);
    CHECK_TEXT(fault, "");
    script.app = app_new(script.keys, LANG_EN);
    frame_init(&script.frame, 80, 24);
    zone_set("Asia/Jakarta");
    while (fgets(line, sizeof line, in) &&
           !(as->other && as->other->last && script.line >= as->other->last)) {
        script.line++;
        run_line(&script, line);
    }
    fclose(in);
    if (as->other && mistakes(&script) > as->other->mistakes)
        as->other->said = true;
    script_end(&script);
}

void script_run(const char *file)
{
    run(file, &(struct script){.lang = LANG_EN});
}

void script_run_naughty(const char *file, struct naughty *naughty, enum naughty_reach reach)
{
    run(file, &(struct script){.lang = LANG_EN, .naughty = naughty, .reach = reach});
}

void script_run_other(const char *file, struct script_other *other)
{
    run(file, &(struct script){.lang = LANG_EN, .other = other});
}
