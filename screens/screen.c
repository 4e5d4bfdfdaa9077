/* screens/screen.c: the list of screens, and how effects and questions are made. Carries nothing out. */
#include "screens/screen.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"

/* Weak, so that a test of one screen links without the others. */
#define SCREEN(ID, name, place, roles, title) \
    extern const struct screen_ops name##_screen __attribute__((weak));
#include "screens/screens.def"

const struct screen_ops *screen_ops(enum screen_id id)
{
    static const struct screen_ops *const all[SCREEN_COUNT] = {
#define SCREEN(ID, name, place, roles, title) [SCREEN_##ID] = &name##_screen,
#include "screens/screens.def"
    };
    return id < SCREEN_COUNT ? all[id] : NULL;
}

enum screen_id screen_place(enum action action)
{
    static const char prefix[] = "place_";
    const char *id = action_info(action)->id;
    enum screen_id screen;
    return str_starts(id, prefix) && screen_find(id + strlen(prefix), &screen) ? screen : SCREEN_COUNT;
}

bool action_is_built(enum action action)
{
    enum screen_id place = screen_place(action);
    if (place != SCREEN_COUNT && !screen_ops(place))
        return false;
    for (unsigned i = 0; i < SCREEN_COUNT; i++)
        if (action_info(action)->screens & 1U << i && screen_ops((enum screen_id)i))
            return true;
    return false;
}

const char *ui_mark(const char *mark)
{
    static const struct {
        const char *name, *sign;
    } marks[] = {{"saved", "○"}, {"received", "◐"}, {"safe", "●"}, {"trouble", "!"}};
    for (size_t i = 0; mark && i < sizeof marks / sizeof *marks; i++)
        if (str_equal(marks[i].name, mark))
            return marks[i].sign;
    return "";
}

static struct effect *add(struct effects *effects, enum effect_kind kind)
{
    if (effects->count == effects->capacity) {
        effects->capacity = effects->capacity ? 2 * effects->capacity : 8;
        effects->items = xrealloc(effects->items, (size_t)effects->capacity * sizeof *effects->items);
    }
    struct effect *effect = &effects->items[effects->count++];
    *effect = (struct effect){.kind = kind};
    return effect;
}

void effects_deinit(struct effects *effects)
{
    for (int i = 0; i < effects->count; i++) {
        struct effect *effect = &effects->items[i];
        if (effect->text)
            secret_wipe(effect->text, strlen(effect->text));
        free(effect->what);
        free(effect->text);
        json_free(&effect->json);
    }
    free(effects->items);
    *effects = (struct effects){0};
}

void effects_add(struct effects *effects, enum effect_kind kind, const char *what, const char *text)
{
    struct effect *effect = add(effects, kind);
    effect->what = what ? xstrdup(what) : NULL;
    effect->text = text ? xstrdup(text) : NULL;
}

static void add_json(struct effects *effects, enum effect_kind kind, const char *what, const char *text,
                     struct json *json)
{
    effects_add(effects, kind, what, text);
    effects->items[effects->count - 1].json = json;
}

void effects_move(struct effects *effects, struct effect *effect)
{
    *add(effects, effect->kind) = *effect;
    *effect = (struct effect){.kind = EFFECT_TOAST};
}

void effects_load(struct effects *effects, const char *what, struct json *args)
{
    add_json(effects, EFFECT_LOAD, what, NULL, args);
}

void effects_command(struct effects *effects, const char *type, struct json *body)
{
    add_json(effects, EFFECT_COMMAND, type, NULL, body);
}

void effects_open(struct effects *effects, enum screen_id screen, struct json *args)
{
    struct effect *effect = add(effects, EFFECT_OPEN);
    effect->screen = screen;
    effect->json = args;
}

void effects_back(struct effects *effects)
{
    add(effects, EFFECT_BACK);
}

void effects_do(struct effects *effects, enum action action)
{
    add(effects, EFFECT_DO)->action = action;
}

void effects_attend(struct effects *effects, const char *closure)
{
    add_json(effects, EFFECT_DO, closure, NULL, NULL);
    effects->items[effects->count - 1].action = ACTION_ATTENTION;
}

void effects_toast(struct effects *effects, enum toast_kind kind, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    effects_add(effects, EFFECT_TOAST, NULL, text);
    effects->items[effects->count - 1].toast = kind;
}

void effects_journal_put(struct effects *effects, const char *screen, const char *object, struct json *typed)
{
    add_json(effects, EFFECT_JOURNAL_PUT, screen, object, typed);
}

void effects_journal_drop(struct effects *effects, const char *screen, const char *object)
{
    effects_add(effects, EFFECT_JOURNAL_DROP, screen, object);
}

void effects_notice(struct effects *effects, const char *path, struct json *paper)
{
    add_json(effects, EFFECT_NOTICE, NULL, path, paper);
}

void effects_print(struct effects *effects, const char *kind, const char *title, const char *text)
{
    struct json *json = json_new_object();
    json_set_text(json, "title", title);
    add_json(effects, EFFECT_PRINT, kind, text, json);
}

void effects_setting(struct effects *effects, const char *name, const char *value)
{
    effects_add(effects, EFFECT_SETTING, name, value);
}

/* --- questions:
 * {"id","text","choices":[{"key","label","value","row"}],"list":[…],"ticks","ticked":[value…],"field":{"typed","optional"},
 * "search":{"what","typed"}} --- */

struct json *question_new(const char *id, const char *text)
{
    struct json *question = json_new_object();
    json_set_text(question, "id", id);
    json_set_text(question, "text", text);
    return question;
}

static void add_choice(struct json *question, const char *member, const char *key, const char *label,
                       const char *value, struct json *row)
{
    if (!json_get(question, member))
        json_set(question, member, json_new_array());
    struct json *choice = json_new_object();
    if (key)
        json_set_text(choice, "key", key);
    json_set_text(choice, "label", label);
    json_set_text(choice, "value", value);
    if (row)
        json_set(choice, "row", row);
    json_add(json_edit(question, member), choice);
}

void question_choice(struct json *question, const char *key, const char *label, const char *value,
                     struct json *row)
{
    add_choice(question, "choices", key, label, value, row);
}

void question_item(struct json *question, const char *label, const char *value, struct json *row)
{
    add_choice(question, "list", NULL, label, value, row);
}

void question_ticks(struct json *question)
{
    json_set_bool(question, "ticks", true);
}

void question_tick(struct json *question, const char *value)
{
    if (!json_get(question, "ticked"))
        json_set(question, "ticked", json_new_array());
    json_add_text(json_edit(question, "ticked"), value);
}

void question_field(struct json *question, const char *typed, bool optional)
{
    struct json *field = json_new_object();
    json_set_text(field, "typed", typed ? typed : "");
    json_set_bool(field, "optional", optional);
    json_set(question, "field", field);
}

void question_keep(struct json *question)
{
    json_set_bool(question, "keep", true);
}

void question_search(struct json *question, const char *what, const char *typed)
{
    struct json *search = json_new_object();
    json_set_text(search, "what", what);
    json_set_text(search, "typed", typed ? typed : "");
    json_set(question, "search", search);
}

void question_search_for(struct json *question, const char *name, const char *value)
{
    struct json *search = json_edit(question, "search");
    if (!search || str_empty(value))
        return;
    if (!json_get(search, "args"))
        json_set(search, "args", json_new_object());
    json_set_text(json_edit(search, "args"), name, value);
}

void effects_ask(struct effects *effects, struct json *question)
{
    add_json(effects, EFFECT_ASK, NULL, NULL, question);
}
