/* screens/anonymise.c: a recorded session through the real app, to know which keys are words of somebody's, and then line by
 * line with stand-ins; see anonymise.h. */
#include "screens/anonymise.h"

#include <stdlib.h>
#include <string.h>

#include "screens/app.h"
#include "screens/record.h"
#include "screens/veil.h"

enum { NO_RUN = -1 };

/* What was typed into one field, one key after the other. */
struct run {
    struct buf text, as;
    int signs;
};
struct line {
    struct json *json;
    bool words; /* a key of somebody's words, or pasted ones */
    int run, at;
    int32_t code;
};
struct work {
    struct veil *veil;
    struct app *app;
    struct line *lines;
    int count, capacity;
    struct run *runs;
    int run_count, run; /* the one being typed */
    int *ahead;         /* lines of keys that wait for the hall */
    int ahead_first, ahead_count;
};

/* --- reading --- */

static enum err read_lines(struct work *work, FILE *in, long *number, struct err_info *info)
{
    char *text = NULL;
    size_t capacity = 0;
    enum err err = ERR_OK;
    for (ssize_t length; !err && (length = getline(&text, &capacity, in)) > 0;) {
        if (work->count == work->capacity) {
            work->capacity = work->capacity ? 2 * work->capacity : 256;
            work->lines = xrealloc(work->lines, (size_t)work->capacity * sizeof *work->lines);
        }
        ++*number;
        work->lines[work->count] = (struct line){.run = NO_RUN};
        err = json_parse(text, (size_t)length, &work->lines[work->count].json, info);
        work->count += !err;
    }
    free(text);
    return err;
}

/* --- which keys are words --- */

static void end_run(struct work *work)
{
    work->run = NO_RUN;
}

static struct run *current_run(struct work *work)
{
    if (work->run == NO_RUN) {
        work->runs = xrealloc(work->runs, (size_t)(work->run_count + 1) * sizeof *work->runs);
        work->runs[work->run_count] = (struct run){0};
        work->run = work->run_count++;
    }
    return &work->runs[work->run];
}

static void add_text(struct run *run, const char *text)
{
    for (size_t used; *text; text += used ? used : 1, run->signs++) {
        utf8_decode(text, strlen(text), &used);
        buf_addf(&run->text, "%.*s", (int)(used ? used : 1), text);
    }
}

static void mark(struct work *work, int index, const struct key *key)
{
    struct line *line = &work->lines[index];
    if (app_types(work->app) != APP_WORDS)
        return end_run(work);
    struct run *run = current_run(work);
    line->words = true;
    line->run = work->run;
    line->at = run->signs;
    line->code = key->code;
    add_text(run, key->text);
}

static void take_back(struct work *work)
{
    struct run *run = work->run == NO_RUN ? NULL : &work->runs[work->run];
    if (!run || !run->signs)
        return;
    size_t length = run->text.length;
    char *kept = xstrdup(buf_text(&run->text));
    while (length > 0 && ((unsigned char)kept[--length] & 0xc0) == 0x80)
        ;
    kept[length] = '\0';
    buf_clear(&run->text);
    buf_adds(&run->text, kept);
    run->signs--;
    free(kept);
}

static void on_key(struct work *work, int index, const struct msg *msg, int ahead_before)
{
    if (app_ahead_count(work->app) > ahead_before) { /* its turn comes later */
        work->ahead[work->ahead_first + work->ahead_count++] = index;
        return;
    }
    if (key_is(msg->key, "Backspace"))
        take_back(work);
    else if (!key_types(msg->key))
        end_run(work);
}

static void before(struct work *work, int index, const struct msg *msg)
{
    struct msg next;
    if (msg->kind == MSG_KEY && key_types(msg->key) && !app_ahead_count(work->app))
        mark(work, index, &msg->key);
    if (msg->kind == MSG_PASTE && app_types(work->app) == APP_WORDS) {
        end_run(work);
        work->lines[index].words = true;
        work->lines[index].run = (int)(current_run(work) - work->runs);
        add_text(current_run(work), msg->text ? msg->text : "");
        end_run(work);
    }
    if (msg->kind == MSG_READY && work->ahead_count > 0 &&
        record_read(work->lines[work->ahead[work->ahead_first]].json, &next, NULL)) {
        if (key_types(next.key))
            mark(work, work->ahead[work->ahead_first], &next.key);
        else
            end_run(work);
        work->ahead_first++;
        work->ahead_count--;
    }
}

static enum err play(struct work *work, int index, struct err_info *info)
{
    struct msg msg;
    struct effects effects = {0};
    if (!record_read(work->lines[index].json, &msg, info))
        return ERR_INVALID;
    int ahead = app_ahead_count(work->app);
    before(work, index, &msg);
    app_update(work->app, &msg, &effects);
    effects_deinit(&effects);
    if (msg.kind == MSG_KEY)
        on_key(work, index, &msg, ahead);
    if (!app_ahead_count(work->app))
        work->ahead_count = 0;
    return ERR_OK;
}

static enum err play_all(struct work *work, const struct keymap *keys, long *number, struct err_info *info)
{
    enum lang lang;
    enum screen_id first;
    struct effects effects = {0};
    *number = 1;
    if (!work->count || !record_read_head(work->lines[0].json, &lang, &first))
        return err_set(info, ERR_INVALID, "this is no recorded session of loket");
    work->app = app_new(keys, lang);
    app_open(work->app, first, NULL, &effects);
    effects_deinit(&effects);
    work->ahead = xcalloc((size_t)work->count, sizeof *work->ahead);
    for (int i = 1; i < work->count; i++) {
        *number = i + 1;
        enum err err = play(work, i, info);
        if (err)
            return err;
    }
    return ERR_OK;
}

/* --- stand-ins --- */

static void learn_all(struct work *work)
{
    for (int i = 1; i < work->count; i++)
        veil_learn_codes(work->veil, json_get(work->lines[i].json, "json"));
    for (int i = 1; i < work->count; i++)
        veil_learn(work->veil, json_get(work->lines[i].json, "json"));
    for (int i = 0; i < work->run_count; i++) {
        veil_learn_text(work->veil, buf_text(&work->runs[i].text));
        veil_value(work->veil, buf_text(&work->runs[i].text), &work->runs[i].as);
    }
}

/* The sign at a place of a text; 0: there is none. */
static int32_t sign_at(const char *text, int at)
{
    size_t used;
    int32_t code = 0;
    for (int i = 0; i <= at; i++) {
        if (!*text)
            return 0;
        code = utf8_decode(text, strlen(text), &used);
        text += used ? used : 1;
    }
    return code;
}

/* Bytes of the first signs of a text. */
static size_t bytes_of(const char *text, int signs)
{
    size_t used, all = 0;
    for (int i = 0; i < signs && text[all]; i++) {
        utf8_decode(text + all, strlen(text + all), &used);
        all += used ? used : 1;
    }
    return all;
}

static void write_key(struct work *work, const struct line *line, struct json *made)
{
    const struct run *run = &work->runs[line->run];
    struct buf other = {0};
    char name[KEY_NAME], typed[8] = "";
    if (str_equal(json_text(line->json, "key"), "*"))
        return;
    int32_t code =
        sign_at(buf_text(&run->text), line->at) == line->code ? sign_at(buf_text(&run->as), line->at) : 0;
    if (!code) { /* it was taken back */
        utf8_encode(line->code, typed);
        veil_value(work->veil, typed, &other);
        code = sign_at(buf_text(&other), 0);
    }
    json_set_text(made, "key", key_text(key_typed(code), name));
    buf_free(&other);
}

/* "/v1/search?limit=20&q=K%C9%99rimov": the letters that the screen waits for. */
static void write_path(struct work *work, const char *what, const char *typed, const char *as,
                       struct json *made)
{
    const char *query = strstr(what, "q=");
    struct buf plain = {0}, path = {0};
    struct json *asked = json_new_object();
    if (!query || what[0] != '/' || (query > what && !strchr("?&", query[-1])))
        return json_free(&asked);
    const char *at = query + 2;
    for (unsigned byte; *at && *at != '&'; at++) {
        if (*at == '%' && sscanf(at + 1, "%2x", &byte) == 1)
            at += 2;
        else
            byte = (unsigned char)*at;
        buf_addc(&plain, (char)byte);
    }
    json_set_text(asked, "q", buf_text(&plain));
    struct json *veiled = veil_json(work->veil, asked, typed, as);
    buf_addf(&path, "%.*s", (int)(query + 2 - what), what);
    for (const char *c = json_text_or(veiled, "q", ""); *c; c++)
        buf_addf(&path,
                 strchr("-_.~", *c) || (*c >= '0' && *c <= '9') || ((*c | 32) >= 'a' && (*c | 32) <= 'z')
                     ? "%c"
                     : "%%%02X",
                 (unsigned char)*c);
    buf_adds(&path, at);
    json_set_text(made, "what", buf_text(&path));
    json_free(&veiled);
    json_free(&asked);
    buf_free(&plain);
    buf_free(&path);
}

static void write_text(struct work *work, const struct line *line, const char *text, struct json *made)
{
    struct buf out = {0};
    if (line->words)
        veil_value(work->veil, text, &out);
    else
        veil_sentence(work->veil, text, &out);
    json_set_text(made, "text", buf_text(&out));
    buf_free(&out);
}

static struct json *made_of(struct work *work, const struct line *line, const char *typed, const char *as)
{
    struct json *made = json_copy(line->json);
    const struct json *json = json_get(line->json, "json");
    const char *text = json_text(line->json, "text"), *what = json_text(line->json, "what");
    if (json)
        json_set(made, "json", veil_json(work->veil, json, typed, as));
    if (str_equal(what, "services") && json_text(json, "q")) /* of the catalogue, and typed as it is */
        json_set_text(json_edit(made, "json"), "q", json_text(json, "q"));
    if (what)
        write_path(work, what, typed, as, made);
    if (text)
        write_text(work, line, text, made);
    if (line->words && json_text(line->json, "key"))
        write_key(work, line, made);
    return made;
}

static enum err write_all(struct work *work, FILE *out, struct err_info *info)
{
    char *typed = xstrdup(""), *as = xstrdup("");
    for (int i = 0; i < work->count; i++) {
        const struct line *line = &work->lines[i];
        if (line->run != NO_RUN) {
            const struct run *run = &work->runs[line->run];
            const char *text = buf_text(&run->text), *other = buf_text(&run->as);
            free(typed);
            free(as);
            typed = xstrndup(text, bytes_of(text, line->at + 1));
            as = xstrndup(other, bytes_of(other, line->at + 1));
        }
        record_line(out, i ? made_of(work, line, typed, as) : json_copy(line->json));
    }
    free(typed);
    free(as);
    return ferror(out) ? err_set(info, ERR_DISK, "it could not be written") : ERR_OK;
}

static void forget(struct work *work)
{
    for (int i = 0; i < work->count; i++)
        json_free(&work->lines[i].json);
    for (int i = 0; i < work->run_count; i++) {
        buf_free(&work->runs[i].text);
        buf_free(&work->runs[i].as);
    }
    free(work->lines);
    free(work->runs);
    free(work->ahead);
    app_free(&work->app);
    veil_free(&work->veil);
}

enum err anonymise(const struct keymap *keys, FILE *in, FILE *out, struct rng *rng, long *line,
                   struct err_info *info)
{
    struct work work = {.veil = veil_new(rng), .run = NO_RUN};
    *line = 0;
    enum err err = read_lines(&work, in, line, info);
    if (!err)
        err = play_all(&work, keys, line, info);
    if (!err) {
        learn_all(&work);
        err = write_all(&work, out, info);
    }
    forget(&work);
    return err;
}
