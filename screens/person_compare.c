/* screens/person_compare.c: two records of possibly one person side by side, merged into one, and taken apart again. What
 * differs is said by sign and word; Enter does nothing here, and the hall is asked only after a sentence. */
#include <string.h>

#include "screens/person.h"
#include "screens/show.h"
#include "tui/text.h"

enum { WORD_W = 13, NARROW_W = 45, MORE_THAN = 50, VALUE = 160 };

static const struct row {
    const char *member, *label;
    bool number; /* decides who it is: never taken from a record that has another */
} rows[] = {
    {"name", TR("Name"), false},
    {"father", TR("Father's name"), false},
    {"born", TR("Date of birth"), false},
    {"fin", "FIN", true},
    {"nik", "NIK", true},
    {"phone", TR("Phone"), false},
    {"address", TR("Address"), false},
    {"email", TR("E-mail"), false},
};
enum { ROWS = sizeof rows / sizeof *rows };

/* --- the two --- */

const struct json *person_other(const struct person *self)
{
    const struct json *other = json_get(self->history, "with");
    return json_is_object(other) && str_equal(json_text(other, "id"), self->other) ? other : NULL;
}

static const struct json *record(const struct person *self, int side)
{
    return side ? person_other(self) : person_shown(self);
}

enum likeness { BOTH_EMPTY, SAME, ONLY_ONE, DIFFERS };

/* Of what is stored: hidden digits count. */
static enum likeness compare(const struct person *self, int row)
{
    const char *left = json_text_or(record(self, 0), rows[row].member, ""),
               *right = json_text_or(record(self, 1), rows[row].member, "");
    if (!*left && !*right)
        return BOTH_EMPTY;
    if (strcmp(left, right) == 0)
        return SAME;
    return *left && *right ? DIFFERS : ONLY_ONE;
}

/* The side whose value goes on. */
static int kept_side(const struct person *self, int row)
{
    bool empty = str_empty(json_text(record(self, self->goes_on), rows[row].member));
    return empty || (self->taken >> row & 1) ? !self->goes_on : self->goes_on;
}

static const struct json *twins(const struct person *self)
{
    return json_get(self->history, "twins");
}

/* Which of those that are possibly the same stands at the right; -1: one that was looked for by hand. */
static int twin_at(const struct person *self)
{
    for (size_t i = 0; i < json_count(twins(self)); i++)
        if (str_equal(json_text(json_at(twins(self), i), "id"), self->other))
            return (int)i;
    return -1;
}

static void look_at(struct person *self, const char *other, struct effects *effects)
{
    str_copy(self->other, sizeof self->other, other);
    self->place = PERSON_COMPARE;
    self->taken = 0;
    self->goes_on = -1;
    self->merging = false;
    self->reveal_until = 0;
    self->first[0] = '\0';
    list_set_count(&self->members, ROWS);
    list_select(&self->members, 0);
    person_load_history(self, effects);
}

static bool has_number(const struct json *row)
{
    return !str_empty(json_text(row, "fin")) || !str_empty(json_text(row, "nik"));
}

bool person_unlooked(const struct json *row)
{
    return json_bool(row, "possible_duplicate", false);
}

/* F6 was pressed at one whom nobody looked at, before it was known who is alike. */
static void begin_due(struct person *self, const struct ui *ui, struct effects *effects)
{
    if (!self->compare_due || !person_shown(self) || self->place != PERSON_HISTORY)
        return;
    self->compare_due = false;
    if (json_first(twins(self)))
        return look_at(self, json_text_or(json_first(twins(self)), "id", ""), effects);
    effects_toast(
        effects, TOAST_PLAIN, "%s",
        tr(ui->lang, TR("Nobody alike is in this computer's copy. F4 and F10: somebody has looked.")));
}

/* Who was opened goes on, unless the other alone has a number, or nobody has looked at who was opened. */
void person_compare_data(struct person *self, const struct ui *ui, struct effects *effects)
{
    begin_due(self, ui, effects);
    if (self->goes_on < 0 && record(self, 0) && record(self, 1))
        self->goes_on = has_number(record(self, 0)) == has_number(record(self, 1))
                            ? person_unlooked(record(self, 0)) && !person_unlooked(record(self, 1))
                            : has_number(record(self, 1));
}

static void remember(struct person *self, const struct ui *ui, const struct json *row,
                     struct effects *effects)
{
    str_copy(self->first, sizeof self->first, json_text_or(row, "id", ""));
    str_copy(self->first_name, sizeof self->first_name, json_text_or(row, "name", "?"));
    self->place = PERSON_FIND;
    effects_toast(effects, TOAST_PLAIN, "%s",
                  tr(ui->lang, TR("Now choose the other record and press F6 again.")));
}

void person_compare_begin(struct person *self, const struct ui *ui, struct effects *effects)
{
    char other[64] = "";
    bool finding = self->place == PERSON_FIND;
    const struct json *row = finding ? person_row(self) : person_shown(self);
    const char *id = json_text_or(row, "id", "");
    if (*self->first && strcmp(self->first, id) != 0)
        str_copy(other, sizeof other, self->first);
    else if (finding && person_twin(self) && !person_only_archive(person_twin(self)))
        str_copy(other, sizeof other, json_text_or(person_twin(self), "id", ""));
    else if (!finding && json_first(twins(self)))
        str_copy(other, sizeof other, json_text_or(json_first(twins(self)), "id", ""));
    if (!*other && finding && person_unlooked(row)) {
        person_open(self, row, effects);
        self->compare_due = true;
        return;
    }
    if (!*other)
        return remember(self, ui, row, effects);
    if (finding)
        person_open(self, row, effects);
    look_at(self, other, effects);
}

const char *person_compare_why(const struct person *self)
{
    const struct json *row = self->place == PERSON_FIND ? person_row(self) : person_shown(self);
    if (self->place == PERSON_RECORD || !row)
        return TR("Choose a person first.");
    if (person_only_archive(row))
        return TR("This record is not in this computer's copy yet: it comes by itself.");
    return NULL;
}

/* --- keys --- */

static void turn_value(struct person *self)
{
    int row = self->members.selected;
    if (compare(self, row) == DIFFERS && !rows[row].number)
        self->taken ^= 1u << row;
}

static void next_twin(struct person *self, int step, struct effects *effects)
{
    int at = twin_at(self) + step;
    if (at >= 0 && at < (int)json_count(twins(self)))
        look_at(self, json_text_or(json_at(twins(self), (size_t)at), "id", ""), effects);
}

void person_compare_key(struct person *self, struct key key, struct effects *effects)
{
    if (key_is(key, "Space"))
        turn_value(self);
    else if ((key_is(key, "Tab") || key_is(key, "S-Tab")) && self->goes_on >= 0) {
        self->goes_on = !self->goes_on;
        self->taken = 0;
    } else if (key_is(key, "Left") || key_is(key, "Right"))
        next_twin(self, key_is(key, "Left") ? -1 : 1, effects);
    else
        list_key(&self->members, key);
}

/* --- merged --- */

const char *person_merge_why(const struct person *self)
{
    if (self->place != PERSON_COMPARE) {
        const char *why = person_compare_why(self); /* one key: F6 there puts them side by side */
        return why ? why : TR("Put two records side by side first.");
    }
    if (!record(self, 0) || !record(self, 1) || self->goes_on < 0)
        return TR("One of the two records is not in this computer's copy yet.");
    if (self->merging)
        return TR("The hall was asked already.");
    for (int i = 0; i < ROWS; i++)
        if (rows[i].number && compare(self, i) == DIFFERS)
            return TR("Different numbers: two people, or one number is wrong. Correct it first (F4).");
    return NULL;
}

void person_merge_ask(const struct person *self, const struct ui *ui, struct effects *effects)
{
    char text[600];
    const struct json *into = record(self, self->goes_on), *from = record(self, !self->goes_on);
    str_format(text, sizeof text, tr(ui->lang, TR("Merge %s into %s?")), json_text_or(from, "name", "?"),
               json_text_or(into, "name", "?"));
    struct json *question = question_new("merge", text);
    question_choice(question, "y", tr(ui->lang, TR("merge: visits and applications are found there")), "yes",
                    NULL);
    effects_ask(effects, question);
}

void person_merge_send(struct person *self, struct effects *effects)
{
    if (person_merge_why(self))
        return;
    const struct json *into = record(self, self->goes_on), *from = record(self, !self->goes_on);
    struct json *body = json_new_object(), *fields = json_new_array();
    for (int i = 0; i < ROWS; i++)
        if (self->taken >> i & 1)
            json_add_text(fields, rows[i].member);
    json_set_text(body, "person", json_text(from, "id"));
    json_set_text(body, "into", json_text(into, "id"));
    json_set(body, "fields", fields);
    json_set_int(body, "person_rev", json_int(from, "row_rev", 0)); /* what was compared */
    json_set_int(body, "into_rev", json_int(into, "row_rev", 0));
    self->merging = true;
    effects_command(effects, "person.merge", body);
}

/* --- taken apart --- */

static const struct json *merged_of(const struct person *self, const char *id)
{
    for (const struct json *row = json_first(json_get(self->history, "merged")); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id))
            return row;
    return NULL;
}

static void ask_which(const struct person *self, const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("apart", tr(ui->lang, TR("Which record shall stand by itself again?")));
    for (const struct json *row = json_first(json_get(self->history, "merged")); row; row = json_next(row)) {
        char label[300], day[SHOW_TEXT], moment[SHOW_TEXT];
        bool born = !str_empty(json_text(row, "born"));
        str_format(label, sizeof label, "%s%s%s · %s", json_text_or(row, "name", "?"), born ? " · " : "",
                   show_day(ui, json_text(row, "born"), day),
                   show_moment(ui, json_text(row, "merged_at"), moment));
        question_item(question, label, json_text_or(row, "id", ""), NULL);
    }
    effects_ask(effects, question);
}

/* id NULL: the only one, else it is asked which. */
void person_apart_ask(const struct person *self, const struct ui *ui, const char *id, struct effects *effects)
{
    const struct json *merged = json_get(self->history, "merged");
    if (!id && json_count(merged) > 1)
        return ask_which(self, ui, effects);
    const struct json *row = id ? merged_of(self, id) : json_first(merged);
    char text[600];
    if (!row)
        return;
    str_format(text, sizeof text, tr(ui->lang, TR("Take the record of %s apart again?")),
               json_text_or(row, "name", "?"));
    struct json *question = question_new("apart_y", text);
    question_choice(question, "y",
                    tr(ui->lang, TR("take apart: its own goes with it, what came since stays here")),
                    json_text_or(row, "id", ""), NULL);
    effects_ask(effects, question);
}

void person_apart(const char *id, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "person", id);
    effects_command(effects, "person.unmerge", body);
}

/* --- what the hall says --- */

void person_told(struct person *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    const struct json *data = json_get(msg->json, "data");
    bool applied = str_equal(json_text(msg->json, "status"), "applied");
    self->merging = false;
    if (!applied)
        return; /* app.c has said why */
    if (str_equal(msg->what, "person.unmerge")) {
        bool kept = json_count(json_get(data, "kept")) > 0;
        return effects_toast(
            effects, kept ? TOAST_WARN : TOAST_GOOD, "%s",
            tr(ui->lang, kept ? TR("They are two records again. What was written since stays: "
                                   "look at both.")
                              : TR("They are two records again, as they were.")));
    }
    effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("One person, one record. u takes it back.")));
    if (self->place != PERSON_COMPARE)
        return;
    str_copy(self->id, sizeof self->id, json_text_or(data, "person", self->id));
    self->other[0] = '\0';
    self->place = PERSON_HISTORY;
    person_load_history(self, effects);
}

/* --- drawing --- */

static const char *why_text(const struct person *self, const struct ui *ui)
{
    static const struct {
        const char *why, *text;
    } whys[] = {{"number", TR("possibly the same person: the same number")},
                {"name_born", TR("possibly the same person: the same name and date of birth")},
                {"name_phone", TR("possibly the same person: the same telephone and a like name")},
                {"name", TR("possibly the same person: the same name")}};
    int at = twin_at(self);
    const char *why = at < 0 ? NULL : json_text(json_at(twins(self), (size_t)at), "why");
    for (size_t i = 0; i < sizeof whys / sizeof *whys; i++)
        if (str_equal(whys[i].why, why))
            return tr(ui->lang, whys[i].text);
    return tr(ui->lang, TR("Two records side by side"));
}

static void head_view(const struct person *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    struct rect line = rect_cut_top(area, 1);
    int at = twin_at(self);
    rect_cut_left(&line, 1);
    if (at >= 0 && json_count(twins(self)) > 1) {
        char place[40];
        str_format(place, sizeof place, "← %d/%d →", at + 1, (int)json_count(twins(self)));
        struct rect right = rect_cut_right(&line, text_width(place) + 1);
        text_draw(frame, right, place, STYLE_DIM);
    }
    text_drawf(frame, line, at >= 0 ? STYLE_WARN : STYLE_TEXT, at >= 0 ? "! %s" : "%s", why_text(self, ui));
}

struct columns {
    struct rect label, word, side[2];
};

static struct columns columns_of(struct rect line)
{
    struct columns c;
    c.label = rect_cut_left(&line, PERSON_LABEL_W + 2);
    c.word = rect_cut_left(&line, line.w < NARROW_W ? 2 : WORD_W); /* the sign alone stays */
    c.side[0] = rect_cut_left(&line, line.w / 2);
    c.side[1] = line;
    rect_cut_right(&c.side[0], 1);
    return c;
}

static void sides_view(const struct person *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    struct columns c = columns_of(rect_cut_top(area, 1));
    for (int side = 0; side < 2; side++)
        text_draw(frame, c.side[side],
                  tr(ui->lang, side == self->goes_on ? TR("goes on") : TR("is merged into it")),
                  side == self->goes_on ? STYLE_GOOD | ATTR_BOLD : STYLE_DIM);
    if (area->h > ROWS + 2 && (person_unlooked(record(self, 0)) || person_unlooked(record(self, 1)))) {
        c = columns_of(rect_cut_top(area, 1));
        for (int side = 0; side < 2; side++)
            if (person_unlooked(record(self, side)))
                text_drawf(frame, c.side[side], STYLE_WARN, "! %s", tr(ui->lang, TR("came online")));
    }
    frame_rule(frame, rect_cut_top(area, 1));
}

static void word_view(const struct person *self, const struct ui *ui, int row, struct frame *frame,
                      struct rect area, unsigned look)
{
    static const char *const words[] = {
        [BOTH_EMPTY] = "", [SAME] = TR("same"), [ONLY_ONE] = TR("one only"), [DIFFERS] = TR("differs")};
    static const char *const signs[] = {[BOTH_EMPTY] = "", [SAME] = "=", [ONLY_ONE] = "+", [DIFFERS] = "≠"};
    enum likeness likeness = compare(self, row);
    if (likeness == BOTH_EMPTY)
        return;
    if (look == STYLE_TEXT)
        look = likeness == DIFFERS ? STYLE_WARN : STYLE_DIM;
    text_drawf(frame, area, look, "%s %s", signs[likeness], tr(ui->lang, words[likeness]));
}

struct drawing {
    const struct person *self;
    const struct ui *ui;
};

static void row_view(const void *data, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct drawing *d = data;
    struct columns c = columns_of(area);
    text_draw(frame, rect_cut_left(&c.label, 2), look == STYLE_TEXT ? " " : "›", look);
    text_draw(frame, c.label, tr(d->ui->lang, rows[row].label), look == STYLE_TEXT ? STYLE_DIM : look);
    word_view(d->self, d->ui, row, frame, c.word, look);
    bool kept_differs = compare(d->self, row) > SAME;
    for (int side = 0; side < 2; side++) {
        char value[VALUE];
        bool kept = kept_differs && side == kept_side(d->self, row);
        text_draw(frame, rect_cut_left(&c.side[side], 2), kept ? "✓" : " ",
                  look == STYLE_TEXT ? STYLE_GOOD : look);
        text_draw(frame, c.side[side],
                  person_value(d->self, d->ui, record(d->self, side), rows[row].member, value), look);
    }
}

static void count_view(const struct person *self, const char *label, const char *member, struct frame *frame,
                       struct rect line)
{
    struct columns c = columns_of(line);
    rect_cut_left(&c.label, 2);
    text_draw(frame, c.label, label, STYLE_DIM);
    for (int side = 0; side < 2; side++) {
        int64_t count = json_int(record(self, side), member, 0);
        rect_cut_left(&c.side[side], 2);
        text_drawf(frame, c.side[side], STYLE_TEXT, count > MORE_THAN ? "> %d" : "%d",
                   (int)(count > MORE_THAN ? MORE_THAN : count));
    }
}

static void foot_view(const struct person *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    const char *why = person_merge_why(self);
    struct rect line = rect_cut_top(&area, 1);
    rect_cut_left(&line, 1);
    rect_cut_left(&area, 1);
    if (why && !self->merging) {
        text_drawf(frame, line, STYLE_WARN, "! %s", tr(ui->lang, why));
        return;
    }
    text_draw(
        frame, line,
        tr(ui->lang, self->merging
                         ? TR("The hall is being asked.")
                         : TR("✓ goes on · Space takes the other value · Tab the other record goes on")),
        STYLE_DIM);
    text_draw_wrapped(
        frame, area,
        tr(ui->lang, TR("Merged, visits and applications of both are found in the record that goes on; "
                        "nothing is lost, and u takes it apart again at any time.")),
        STYLE_DIM, 0);
}

void person_compare_view(const struct person *self, const struct ui *ui, struct frame *frame,
                         struct rect area)
{
    const struct drawing drawing = {self, ui};
    const struct list_rows list = {.draw = row_view, .self = &drawing};
    head_view(self, ui, frame, &area);
    if (!record(self, 0) || !record(self, 1)) {
        rect_cut_left(&area, 1);
        text_draw(frame, area, tr(ui->lang, TR("The person is being loaded.")), STYLE_DIM);
        return;
    }
    if (area.h > ROWS + 5)
        rect_cut_top(&area, 1);
    sides_view(self, ui, frame, &area);
    list_draw(&self->members, &list, frame, rect_cut_top(&area, area.h > ROWS + 1 ? ROWS : area.h - 1), true);
    if (area.h > 2) {
        count_view(self, tr(ui->lang, TR("Applications")), "cases_here", frame, rect_cut_top(&area, 1));
        count_view(self, tr(ui->lang, TR("Visits")), "tickets_here", frame, rect_cut_top(&area, 1));
    }
    if (area.h > 1)
        rect_cut_top(&area, 1);
    foot_view(self, ui, frame, area);
}
