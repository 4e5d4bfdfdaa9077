/* screens/away.c: see away.h. */
#include "screens/away.h"

#include "screens/show.h"
#include "tui/text.h"

static bool is_away(const struct json *queue)
{
    return !str_empty(json_text(queue, "home_name"));
}

static const struct json *away_find(const struct json *queues, const char *id)
{
    for (const struct json *row = json_first(json_get(queues, "rows")); row; row = json_next(row))
        if (is_away(row) && (!id || str_equal(json_text(row, "id"), id)))
            return row;
    return NULL;
}

int away_count(const struct json *queues)
{
    int count = 0;
    for (const struct json *row = json_first(json_get(queues, "rows")); row; row = json_next(row))
        count += is_away(row);
    return count;
}

static const char *code_of(const struct json *queue)
{
    return json_text_or(queue, "code", json_text_or(queue, "id", ""));
}

int away_view(const struct json *queues, const struct ui *ui, struct frame *frame, struct rect area)
{
    enum { LINES_MAX = 3 };
    char since[SHOW_TEXT], key[KEY_NAME];
    int used = 0;
    key_label(keymap_key(ui->keys, ACTION_QUEUE_BACK, 0), key);
    for (const struct json *row = json_first(json_get(queues, "rows")); row && used < LINES_MAX;
         row = json_next(row)) {
        if (!is_away(row))
            continue;
        struct rect line = rect_cut_top(&area, 1);
        rect_cut_left(&line, 1);
        text_drawf(frame, line, STYLE_WARN,
                   tr(ui->lang, TR("! Queue %s is with %s since %s. %s takes it back.")), code_of(row),
                   json_text_or(row, "home_name", ""), show_moment(ui, json_text(row, "home_since"), since),
                   key);
        used++;
    }
    return used;
}

static void ask_really(const struct json *queue, const struct ui *ui, struct effects *effects)
{
    char text[SHOW_TEXT];
    str_format(text, sizeof text, tr(ui->lang, TR("Take queue %s back from %s? Its people wait here again.")),
               code_of(queue), json_text_or(queue, "home_name", ""));
    struct json *question = question_new("queue_back", text);
    question_choice(question, "y", tr(ui->lang, TR("take it back")), json_text_or(queue, "id", ""), NULL);
    effects_ask(effects, question);
}

void away_ask(const struct json *queues, const struct ui *ui, struct effects *effects)
{
    if (away_count(queues) < 2)
        return ask_really(away_find(queues, NULL), ui, effects);
    struct json *question = question_new("queue_away", tr(ui->lang, TR("Which queue comes back?")));
    for (const struct json *row = json_first(json_get(queues, "rows")); row; row = json_next(row)) {
        char label[SHOW_TEXT];
        str_format(label, sizeof label, "%s · %s", code_of(row), json_text_or(row, "home_name", ""));
        if (is_away(row))
            question_item(question, label, json_text_or(row, "id", ""), NULL);
    }
    effects_ask(effects, question);
}

/* home_gen: who looked at an older state of the queue than the hall's is told so, and changes nothing. */
static void take_back(const struct json *queue, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "queue", json_text_or(queue, "id", ""));
    json_set_int(body, "home_gen", json_int(queue, "home_gen", 0));
    effects_command(effects, "queue.home", body);
}

bool away_answered(const struct json *queues, const struct ui *ui, const struct msg *msg,
                   struct effects *effects)
{
    bool chosen = str_equal(msg->what, "queue_away"), sure = str_equal(msg->what, "queue_back");
    const struct json *queue = chosen || sure ? away_find(queues, msg->text) : NULL;
    if (queue && chosen)
        ask_really(queue, ui, effects);
    else if (queue)
        take_back(queue, effects);
    return chosen || sure;
}
