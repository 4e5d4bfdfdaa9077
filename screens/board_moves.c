/* screens/board_moves.c: from the board into a move and back: what is marked, or stands at the cursor, is what is moved;
 * the supervisor's last move is taken back with one key more. */
#include <string.h>

#include "screens/board.h"
#include "screens/show.h"

/* --- what is moved --- */

static void add_marks(const struct board *self, const struct ui *ui, enum board_pane pane, const char *name,
                      struct json *args)
{
    const struct json *marks = board_marks(self, pane), *row = board_chosen(self, pane);
    char label[160];
    struct json *list = json_new_object();
    for (const struct json *one = json_first(marks); one; one = json_next(one)) {
        const char *words = json_as_text(one) ? json_as_text(one) : "?";
        str_format(label, sizeof label, "%.*s", pane == BOARD_QUEUES ? (int)strcspn(words, " ") : 150, words);
        json_set_text(list, json_name(one), label);
    }
    if (!board_mark_count(self) && self->pane == pane && row)
        json_set_text(list, json_text_or(row, "id", ""),
                      pane == BOARD_QUEUES ? json_text(row, "code") : board_label(ui, pane, row, label));
    json_set(args, name, list);
}

/* Of one counter alone, the clerk may be asked to another. */
static void add_clerk(const struct board *self, struct json *args)
{
    const struct json *counters = json_get(args, "counters"), *first = json_first(counters);
    const struct json *row = json_count(counters) == 1 ? board_counter_row(self, json_name(first)) : NULL;
    bool alone = !json_count(json_get(args, "tickets")) && !json_count(json_get(args, "from"));
    if (!alone || str_empty(json_text(row, "user")))
        return;
    json_set_text(args, "user", json_text(row, "user"));
    json_set_text(args, "user_name", json_text(row, "user_name"));
}

void board_open_move(const struct board *self, const struct ui *ui, struct effects *effects)
{
    struct json *args = json_new_object();
    add_marks(self, ui, BOARD_COUNTERS, "counters", args);
    add_marks(self, ui, BOARD_PEOPLE, "tickets", args);
    add_marks(self, ui, BOARD_QUEUES, "from", args);
    add_clerk(self, args);
    effects_open(effects, SCREEN_MOVE, args);
}

const char *board_why_no_move(const struct board *self)
{
    return board_mark_count(self) || board_chosen(self, self->pane)
               ? NULL
               : TR("Choose a queue, a counter or a person.");
}

/* --- taking it back --- */

static const struct json *last_of(const struct board *self)
{
    const struct json *last = json_get(self->moves, "last");
    return json_is_object(last) ? last : NULL;
}

/* "10:05: counters 7, 8 → P", "10:05: 12 people → P", "10:05: Siti R. → counter 9" */
static void last_text(const struct ui *ui, const struct json *last, struct buf *out)
{
    char clock[SHOW_TEXT];
    const struct json *counters = json_get(last, "counters");
    int people = (int)json_int(last, "people_count", 0);
    struct buf names = {0};
    for (const struct json *one = json_first(counters); one; one = json_next(one))
        buf_addf(&names, "%s%s", names.length ? ", " : "", json_text_or(one, "name", "?"));
    buf_addf(out, "%s: ", show_clock(json_text(last, "at"), clock));
    if (json_text(last, "asked"))
        buf_addf(out, tr(ui->lang, TR("%s → counter %s")), json_text_or(last, "asked_name", "…"),
                 json_text_or(last, "counter_name", "?"));
    if (names.length)
        buf_addf(out,
                 json_count(counters) == 1 ? tr(ui->lang, TR("counter %s → %s"))
                                           : tr(ui->lang, TR("counters %s → %s")),
                 buf_text(&names), json_text_or(last, "codes", "?"));
    if (people) {
        buf_adds(out, names.length ? " · " : "");
        buf_addf(out, tr(ui->lang, TR("%d people → %s")), people, json_text_or(last, "codes", "?"));
    }
    buf_free(&names);
}

void board_ask_undo(const struct board *self, const struct ui *ui, struct effects *effects)
{
    struct buf what = {0}, text = {0};
    const struct json *last = last_of(self);
    last_text(ui, last, &what);
    buf_addf(&text, tr(ui->lang, TR("Take back %s?")), buf_text(&what));
    struct json *question = question_new("move_undo", buf_text(&text));
    question_choice(question, "y", tr(ui->lang, TR("undo")), json_text_or(last, "id", ""), NULL);
    effects_ask(effects, question);
    buf_free(&what);
    buf_free(&text);
}

const char *board_why_no_undo(const struct board *self, const struct ui *ui)
{
    if (!last_of(self))
        return TR("You have moved nothing today that could be taken back.");
    return ui->link.state == LINK_ONLINE
               ? NULL
               : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
}

void board_undo(const char *move, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "move", move);
    effects_command(effects, "move.undo", body);
}

void board_moved(const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "move.undo") && str_equal(json_text(msg->json, "status"), "applied"))
        effects_toast(effects, TOAST_GOOD, "%s",
                      tr(ui->lang, TR("Taken back: everything is as it was before.")));
}
