/* screens/record.c: messages to JSON lines and back. Knows no screen. */
#include "screens/record.h"

#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
    [MSG_ACTION] = "action",       [MSG_KEY] = "key",
    [MSG_PASTE] = "paste",         [MSG_RESIZE] = "resize",
    [MSG_TICK] = "tick",           [MSG_LOAD] = "load",
    [MSG_HIDE] = "hide",           [MSG_DATA] = "data",
    [MSG_SAVED] = "saved",         [MSG_REFUSED] = "refused",
    [MSG_RESULT] = "result",       [MSG_ANSWERED] = "answered",
    [MSG_SIGNED_IN] = "signed_in", [MSG_FETCHED] = "fetched",
    [MSG_STATUS] = "status",       [MSG_SIGNED_OUT] = "signed_out",
    [MSG_TOAST] = "toast",         [MSG_READY] = "ready",
    [MSG_UNPRINTED] = "unprinted", [MSG_KEEP] = "keep",
    [MSG_LOCK] = "lock",           [MSG_POINT] = "point",
    [MSG_UNLOCKED] = "unlocked",
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void put_text(struct json *line, const char *name, const char *text)
{
    if (text)
        json_set_text(line, name, text);
}

static void put_int(struct json *line, const char *name, int64_t value)
{
    if (value)
        json_set_int(line, name, value);
}

struct json *record_message(const struct msg *msg, bool secret)
{
    struct json *line = json_new_object();
    json_set_text(line, "msg", kinds[msg->kind]);
    json_set_int(line, "at", msg->now_ms);
    if (msg->kind == MSG_ACTION)
        json_set_text(line, "action", action_info(msg->action)->id);
    if (msg->kind == MSG_KEY) {
        char name[KEY_NAME];
        key_text(msg->key, name);
        json_set_text(line, "key", secret && key_types(msg->key) ? "*" : name);
    }
    put_int(line, "w", msg->w);
    put_int(line, "h", msg->h);
    put_int(line, "seq", msg->seq);
    put_int(line, "to", msg->to);
    put_int(line, "toast", msg->toast);
    put_text(line, "what", msg->what);
    put_text(line, "code", msg->code);
    put_text(line, "text", secret && msg->kind == MSG_PASTE ? "*" : msg->text);
    if (msg->json && !str_equal(msg->what, "new_factor")) /* that is its owner's alone */
        json_set(line, "json", json_copy(msg->json));
    return line;
}

static bool read_kind(const char *name, enum msg_kind *out)
{
    for (int i = 0; i < KINDS; i++) {
        if (str_equal(kinds[i], name)) {
            *out = (enum msg_kind)i;
            return true;
        }
    }
    return false;
}

/* What an edge never leaves out, and a screen counts on (of a result the app knows the type by its seq). NULL: it is all there. */
static const char *missing(const struct msg *msg)
{
    switch (msg->kind) {
    case MSG_PASTE:
    case MSG_TOAST:
        return msg->text ? NULL : "text";
    case MSG_DATA:
    case MSG_SAVED:
    case MSG_REFUSED:
    case MSG_ANSWERED:
    case MSG_FETCHED:
        return msg->what ? NULL : "what";
    default:
        return NULL;
    }
}

bool record_read(const struct json *json, struct msg *msg, struct err_info *info)
{
    *msg = (struct msg){0};
    if (!read_kind(json_text_or(json, "msg", ""), &msg->kind)) {
        err_set(info, ERR_INVALID, "\"msg\":\"%s\" is no message", json_text_or(json, "msg", ""));
        return false;
    }
    if (msg->kind == MSG_ACTION && !action_find(json_text_or(json, "action", ""), &msg->action)) {
        err_set(info, ERR_INVALID, "\"%s\" is no action", json_text_or(json, "action", ""));
        return false;
    }
    if (msg->kind == MSG_KEY && !key_parse(json_text_or(json, "key", ""), &msg->key)) {
        err_set(info, ERR_INVALID, "\"%s\" is no key", json_text_or(json, "key", ""));
        return false;
    }
    int64_t toast = json_int(json, "toast", 0);
    msg->toast = toast >= 0 && toast <= TOAST_DANGER ? (enum toast_kind)toast : TOAST_PLAIN;
    msg->now_ms = json_int(json, "at", 0);
    msg->w = (int)json_int(json, "w", 0);
    msg->h = (int)json_int(json, "h", 0);
    msg->seq = json_int(json, "seq", 0);
    msg->to = (unsigned)json_int(json, "to", 0);
    msg->what = json_text(json, "what");
    msg->code = json_text(json, "code");
    msg->text = json_text(json, "text");
    msg->json = json_get(json, "json");
    if (missing(msg))
        err_set(info, ERR_INVALID, "\"msg\":\"%s\" has no \"%s\"", kinds[msg->kind], missing(msg));
    return missing(msg) == NULL;
}

struct json *record_head(enum lang lang, enum screen_id first)
{
    struct json *line = json_new_object();
    json_set_int(line, "loket_session", 1);
    json_set_text(line, "lang", lang_code(lang));
    json_set_text(line, "screen", screen_info(first)->name);
    return line;
}

bool record_read_head(const struct json *json, enum lang *lang, enum screen_id *first)
{
    return json_int(json, "loket_session", 0) == 1 && lang_find(json_text_or(json, "lang", ""), lang) &&
           screen_find(json_text_or(json, "screen", ""), first);
}

void record_line(FILE *file, struct json *line)
{
    if (file) {
        char *text = json_print(line);
        fprintf(file, "%s\n", text);
        fflush(file);
        free(text);
    }
    json_free(&line);
}
