/* screens/ask.c: one question in place of the action line. See screen.h for its document. */
#include "screens/ask.h"

#include <stdlib.h>
#include <string.h>

#include "screens/person.h"
#include "screens/show.h"
#include "tui/field.h"
#include "tui/list.h"
#include "tui/palette.h"
#include "tui/text.h"

enum {
    LIST_ROWS = 8,
    FIELD_BYTES = 400,
    /* Cells beside a question, with the way back; a field with less room stands below it. */
    FILTER_W = 20,
    FIELD_W = 34,
};

struct ask {
    struct json *question;
    struct field field; /* of a field, list or search */
    struct list list;
    struct json *rows; /* what a search found; NULL: the question's own list */
    const struct json *chosen;
    struct json *ticked; /* values, of a list with ticks; NULL: none, or it has none */
    char *answer;        /* of those, a line each */
};

struct ask *ask_new(struct json *question)
{
    struct ask *ask = xcalloc(1, sizeof *ask);
    ask->question = question;
    field_init(&ask->field, FIELD_BYTES);
    const struct json *field = json_get(question, "field"), *search = json_get(question, "search");
    field_set(&ask->field, json_text_or(field ? field : search, "typed", ""));
    list_set_count(&ask->list, (int)json_count(json_get(question, "list")));
    if (json_get(question, "ticked"))
        ask->ticked = json_copy(json_get(question, "ticked"));
    return ask;
}

void ask_free(struct ask **ask)
{
    if (!*ask)
        return;
    json_free(&(*ask)->question);
    json_free(&(*ask)->rows);
    json_free(&(*ask)->ticked);
    free((*ask)->answer);
    field_deinit(&(*ask)->field);
    free(*ask);
    *ask = NULL;
}

const char *ask_id(const struct ask *ask)
{
    return json_text_or(ask->question, "id", "");
}

static const struct json *rows_of(const struct ask *ask)
{
    return ask->rows ? ask->rows : json_get(ask->question, "list");
}

static bool has_list(const struct ask *ask)
{
    return json_get(ask->question, "list") || json_get(ask->question, "search");
}

const char *ask_text(const struct ask *ask)
{
    if (ask->answer)
        return ask->answer;
    return ask->chosen ? json_text_or(ask->chosen, "value", "") : field_text(&ask->field);
}

const struct json *ask_row(const struct ask *ask)
{
    return json_get(ask->chosen, "row");
}

bool ask_keeps(const struct ask *ask)
{
    return json_bool(ask->question, "keep", false);
}

const char *ask_given(const struct ask *ask)
{
    return json_text_or(json_get(ask->question, "field"), "typed", "");
}

/* --- searching --- */

const char *ask_search_what(const struct ask *ask)
{
    return json_text(json_get(ask->question, "search"), "what");
}

struct json *ask_search_args(const struct ask *ask, const struct ui *ui)
{
    const struct json *more = json_get(json_get(ask->question, "search"), "args");
    struct json *args = more ? json_copy(more) : json_new_object();
    json_set_text(args, "q", field_text(&ask->field));
    json_set_text(args, "lang", lang_code(ui->lang));
    return args;
}

/* Where all are of one agency, its name says nothing. */
static const char *agency_of(const struct ask *ask, const struct ui *ui, const struct json *row)
{
    bool one = json_text(json_get(json_get(ask->question, "search"), "args"), "agency");
    return one ? "" : json_name_in(json_get(row, "agency_name"), lang_code(ui->lang));
}

static void add_found(const struct ask *ask, const struct ui *ui, const struct json *row, struct json *rows)
{
    const char *lang = lang_code(ui->lang), *more = agency_of(ask, ui, row);
    struct json *found = json_new_object();
    char label[300];
    str_format(label, sizeof label, "%s%s%s", json_name_in(json_get(row, "name"), lang), *more ? " · " : "",
               more);
    if (json_text(row, "born") || json_text(row, "phone") || json_as_text(json_get(row, "name")))
        show_person(ui, row, label);
    json_set_text(found, "label", label);
    json_set_text(found, "value", json_text_or(row, "id", ""));
    json_set(found, "row", json_copy(row));
    json_add(rows, found);
}

void ask_data(struct ask *ask, const struct ui *ui, const struct json *answer)
{
    if (!ask_search_what(ask) || !str_equal(json_text_or(answer, "q", ""), field_text(&ask->field)))
        return; /* an answer to what was typed before */
    json_free(&ask->rows);
    ask->rows = json_new_array();
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row))
        add_found(ask, ui, row, ask->rows);
    list_set_count(&ask->list, (int)json_count(ask->rows));
    list_select(&ask->list, 0);
}

struct fit {
    int score;
    size_t at;
};

static int better_first(const void *a, const void *b)
{
    const struct fit *one = a, *other = b;
    if (one->score != other->score)
        return one->score > other->score ? -1 : 1;
    return one->at < other->at ? -1 : one->at > other->at;
}

/* The question's own list, less what does not fit what is typed, the best fit first. */
static void filter(struct ask *ask)
{
    const struct json *list = json_get(ask->question, "list");
    const char *typed = field_text(&ask->field);
    size_t count = 0, at = 0;
    if (ask_search_what(ask))
        return;
    struct fit *fits = xcalloc(json_count(list) + 1, sizeof *fits);
    for (const struct json *row = json_first(list); row; row = json_next(row), at++) {
        int score = *typed ? palette_score(typed, json_text_or(row, "label", "")) : 1;
        if (score)
            fits[count++] = (struct fit){score, at};
    }
    qsort(fits, count, sizeof *fits, better_first);
    json_free(&ask->rows);
    ask->rows = json_new_array();
    for (size_t i = 0; i < count; i++)
        json_add(ask->rows, json_copy(json_at(list, fits[i].at)));
    free(fits);
    list_set_count(&ask->list, (int)count);
    list_select(&ask->list, 0);
}

/* --- ticks --- */

static bool has_ticks(const struct ask *ask)
{
    return json_bool(ask->question, "ticks", false);
}

static void turn_tick(struct ask *ask)
{
    const char *value = json_text_or(json_at(rows_of(ask), (size_t)ask->list.selected), "value", NULL);
    struct json *now = json_new_array();
    for (const struct json *one = json_first(ask->ticked); one; one = json_next(one))
        if (!str_equal(json_as_text(one), value))
            json_add(now, json_copy(one));
    if (value && !json_has_text(ask->ticked, value))
        json_add_text(now, value);
    json_free(&ask->ticked);
    ask->ticked = now;
}

/* In the list's order, whatever is filtered just now. */
static void answer_ticked(struct ask *ask)
{
    struct buf lines = {0};
    const struct json *list = json_get(ask->question, "list");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (json_has_text(ask->ticked, json_text_or(one, "value", "")))
            buf_addf(&lines, "%s%s", lines.length ? "\n" : "", json_text_or(one, "value", ""));
    ask->answer = buf_take(&lines);
}

/* --- keys --- */

static enum ask_step key_to_choices(struct ask *ask, struct key key)
{
    for (const struct json *choice = json_first(json_get(ask->question, "choices")); choice;
         choice = json_next(choice)) {
        if (key_is(key, json_text_or(choice, "key", ""))) {
            ask->chosen = choice;
            return ASK_ANSWERED;
        }
    }
    return ASK_OPEN;
}

bool ask_types(const struct ask *ask)
{
    return !json_get(ask->question, "choices");
}

bool ask_chooses(const struct ask *ask)
{
    return has_list(ask) && !str_equal(ask_search_what(ask), "persons");
}

static enum ask_step enter(struct ask *ask)
{
    if (json_count(ask->ticked)) {
        answer_ticked(ask);
        return ASK_ANSWERED;
    }
    if (has_list(ask)) {
        ask->chosen = json_at(rows_of(ask), (size_t)ask->list.selected);
        bool typed_counts = ask_search_what(ask) && *field_text(&ask->field);
        return ask->chosen || typed_counts ? ASK_ANSWERED : ASK_OPEN;
    }
    bool optional = json_bool(json_get(ask->question, "field"), "optional", false);
    return optional || *field_text(&ask->field) ? ASK_ANSWERED : ASK_OPEN;
}

static enum ask_step changed(struct ask *ask)
{
    if (ask_search_what(ask))
        return ASK_SEARCH;
    if (has_list(ask))
        filter(ask);
    return ASK_OPEN;
}

enum ask_step ask_key(struct ask *ask, struct key key)
{
    if (key_is(key, "Esc"))
        return ASK_CANCELLED;
    if (json_get(ask->question, "choices"))
        return key_to_choices(ask, key);
    if (key_is(key, "Enter"))
        return enter(ask);
    if (has_ticks(ask) && key_is(key, "Space")) {
        turn_tick(ask);
        return ASK_OPEN;
    }
    if (has_list(ask) && list_key_below_field(&ask->list, key))
        return ASK_OPEN;
    return field_key(&ask->field, key) == EDIT_CHANGED ? changed(ask) : ASK_OPEN;
}

void ask_paste(struct ask *ask, const char *text)
{
    if (json_get(ask->question, "choices"))
        return;
    field_paste(&ask->field, text, strlen(text));
    if (!ask_search_what(ask))
        changed(ask);
}

/* --- drawing --- */

/* Places one `key label` at *x, *y, on a new line where it has no room; draws unless frame is NULL. */
static void place(const char *key, const char *label, struct frame *frame, struct rect area, int *x, int *y)
{
    int w = text_width(key) + 1 + text_width(label);
    if (*x > 0 && *x + w > area.w) {
        *x = 2;
        ++*y;
    }
    struct rect at = rect_row(area, *y);
    rect_cut_left(&at, *x);
    if (frame) {
        struct rect press = at;
        if (strcmp(key, "y") != 0) /* what may be dangerous is for a key alone */
            frame_target_key(frame, rect_cut_left(&press, w), key_of(key), 1);
        rect_cut_left(&at, text_draw(frame, at, key, STYLE_ACCENT | ATTR_BOLD) + 1);
        text_draw(frame, at, label, STYLE_TEXT);
    }
    *x += w + 3;
}

/* Rows of a question that needs them for itself; 0: what is asked stands behind it in the same line. */
static int text_rows(const struct ask *ask, int w, int room)
{
    const char *text = json_text_or(ask->question, "text", "");
    return text_width(text) + room > w ? text_wrap(text, w, NULL, 0) : 0;
}

/* The number of lines; draws unless frame is NULL. */
static int choices(const struct ask *ask, enum lang lang, struct frame *frame, struct rect area)
{
    const char *text = json_text_or(ask->question, "text", "");
    int rows = text_rows(ask, area.w, 0), x = rows ? area.w : text_width(text) + 3, y = rows ? rows - 1 : 0;
    if (frame)
        text_draw_wrapped(frame, area, text, STYLE_WARN | ATTR_BOLD, 0);
    for (const struct json *choice = json_first(json_get(ask->question, "choices")); choice;
         choice = json_next(choice))
        place(json_text_or(choice, "key", ""), json_text_or(choice, "label", ""), frame, area, &x, &y);
    place("Esc", tr(lang, TR("back")), frame, area, &x, &y);
    return y + 1;
}

static void row_draw(const void *self, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct ask *ask = self;
    const struct json *one = json_at(rows_of(ask), (size_t)row);
    struct rect sign = rect_cut_left(&area, 2);
    text_draw(frame, sign, look == STYLE_TEXT ? " " : "›", look);
    if (has_ticks(ask)) {
        bool ticked = json_has_text(ask->ticked, json_text_or(one, "value", ""));
        text_draw(frame, rect_cut_left(&area, 4), ticked ? "[x]" : "[ ]", look);
    }
    text_draw(frame, area, json_text_or(one, "label", ""), look);
}

int ask_lines(const struct ask *ask, int w)
{
    if (json_get(ask->question, "choices"))
        return choices(ask, LANG_EN, NULL, (struct rect){0, 0, w > 1 ? w - 2 : 1, 100});
    int text = text_rows(ask, w > 1 ? w - 2 : 1, has_list(ask) ? FILTER_W : FIELD_W);
    if (!has_list(ask))
        return 1 + text;
    /* No more than there can be, and no fewer while typing takes some away: nothing jumps. */
    int all = (int)json_count(json_get(ask->question, "list"));
    return 1 + text + (ask_search_what(ask) || all > LIST_ROWS ? LIST_ROWS : all < 1 ? 1 : all);
}

/* Nobody is found yet: perhaps the number is not whole, which is said while it is typed. */
static const char *empty_text(const struct ask *ask, const struct ui *ui, char out[160])
{
    const char *typed = field_text(&ask->field);
    enum identity kind;
    if (str_equal(ask_search_what(ask), "persons") && person_number_kind(ui, typed, &kind) &&
        person_verdict(ui, kind, typed, out) != VERDICT_OK)
        return out;
    if (str_equal(ask_search_what(ask), "persons")) /* before anything is typed nobody was looked for */
        return *typed ? tr(ui->lang, TR("Nobody is found. Enter records a new person.")) : "";
    return tr(ui->lang, TR("Nothing found."));
}

void ask_view(const struct ask *ask, const struct ui *ui, struct frame *frame, struct rect area)
{
    char empty[160];
    area = rect_inset(area, 1, 0);
    if (json_get(ask->question, "choices")) {
        choices(ask, ui->lang, frame, area);
        return;
    }
    const char *text = json_text_or(ask->question, "text", "");
    int above = text_rows(ask, area.w, has_list(ask) ? FILTER_W : FIELD_W);
    if (above)
        text_draw_wrapped(frame, rect_cut_top(&area, above), text, STYLE_WARN | ATTR_BOLD, 0);
    struct rect line = rect_cut_top(&area, 1);
    if (!above)
        rect_cut_left(&line, text_draw(frame, line, text, STYLE_WARN | ATTR_BOLD) + 1);
    struct rect back = rect_cut_right(&line, 1 + 4 + text_width(tr(ui->lang, TR("back"))));
    rect_cut_left(&back, 1);
    frame_target_key(frame, back, (struct key){.code = K_ESC}, 1);
    text_drawf(frame, back, STYLE_DIM, "Esc %s", tr(ui->lang, TR("back")));
    if (has_list(ask)) {
        struct list_rows rows = {.draw = row_draw, .self = ask, .empty = empty_text(ask, ui, empty)};
        list_draw(&ask->list, &rows, frame, area, true);
    }
    field_draw(&ask->field, frame, line, NULL, true);
}
