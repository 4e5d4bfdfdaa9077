/* screens/reception_bookings.c: who has booked: found by number, name or time, and checked in with Enter, early, late or on
 * another day. A time that fits nobody is taken as a booking that this hall does not know: it goes with the ticket. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/reception.h"
#include "screens/service_view.h"
#include "tui/text.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MIN = 60, YEAR_FROM = 1900 };

/* --- a time as it is typed --- */

/* "10:30", "1030", "9.30" → minutes of the day; -1. */
static int minutes_of(const char *typed)
{
    int hour = -1, minute = 0;
    char rest;
    size_t digits = strspn(typed, "0123456789");
    if (digits == 4 && !typed[4]) {
        int all = atoi(typed);
        hour = all / 100;
        minute = all % 100;
    } else if (sscanf(typed, "%2d%*1[:. ]%2d%c", &hour, &minute, &rest) != 2) {
        return -1;
    }
    return hour >= 0 && hour < 24 && minute >= 0 && minute < HOUR_MIN ? HOUR_MIN * hour + minute : -1;
}

/* The year that is not typed: this one, or the next when that day is over. */
static bool day_of(const char *typed, int64_t now_ms, char date[DATE_TEXT])
{
    int day, month, year = 0;
    char rest, today[DATE_TEXT];
    int count = sscanf(typed, "%2d%*1[.-/]%2d%*1[.-/]%4d%c", &day, &month, &year, &rest);
    time_date(now_ms, today);
    if (count < 2 || count > 3 || day < 1 || day > 31 || month < 1 || month > 12)
        return false;
    bool given = count == 3;
    if (!given)
        year = atoi(today);
    if (year < YEAR_FROM || !str_format(date, DATE_TEXT, "%04d-%02d-%02d", year, month, day))
        return false;
    return given || strcmp(date, today) >= 0 ||
           str_format(date, DATE_TEXT, "%04d-%02d-%02d", year + 1, month, day);
}

/* "10:30" of today, "2.12 10:30" or "02.12.2026 1030" of another day. */
static bool moment_of(const char *typed, int64_t now_ms, char out[TIME_TEXT])
{
    char first[SHOW_TEXT], date[DATE_TEXT];
    const char *space = strrchr(typed, ' ');
    int64_t end_ms;
    int minutes = minutes_of(typed);
    if (minutes >= 0) {
        time_text(time_day_start(now_ms) + (int64_t)minutes * MINUTE_MS, out);
        return true;
    }
    if (!space || !str_format(first, sizeof first, "%.*s", (int)(space - typed), typed))
        return false;
    minutes = minutes_of(space + 1);
    if (minutes < 0 || !day_of(first, now_ms, date) || !time_day_end(date, &end_ms))
        return false;
    time_text(time_day_start(end_ms) + (int64_t)minutes * MINUTE_MS, out);
    return true;
}

/* --- the list --- */

static const struct json *rows_of(const struct reception *self)
{
    return json_get(self->booked_list, "rows");
}

static const struct json *chosen(const struct reception *self)
{
    return json_at(rows_of(self), (size_t)self->bookings.selected);
}

/* The last row of the list: the time typed, of a booking that is not in it. */
static bool typed_moment(const struct reception *self, const struct ui *ui, char out[TIME_TEXT])
{
    return moment_of(field_text(&self->find_booking), ui->now_ms, out);
}

static void count_rows(struct reception *self)
{
    char unused[TIME_TEXT];
    bool extra = moment_of(field_text(&self->find_booking), 0, unused);
    list_set_count(&self->bookings, (int)json_count(rows_of(self)) + extra);
}

void bookings_load(const struct reception *self, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "q", field_text(&self->find_booking));
    effects_load(effects, "bookings", args);
}

void bookings_open(struct reception *self, struct effects *effects)
{
    self->place = BOOKINGS;
    self->issued = NOT_ISSUED;
    field_set(&self->find_booking, "");
    list_select(&self->bookings, 0);
    bookings_load(self, effects);
}

void bookings_data(struct reception *self, const struct json *answer)
{
    if (!str_equal(json_text_or(answer, "q", ""), field_text(&self->find_booking)))
        return; /* an answer to what was typed before */
    json_free(&self->booked_list);
    self->booked_list = json_copy(answer);
    count_rows(self);
}

/* --- checking in --- */

static void check_in(const char *ticket, bool walk_in, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", ticket);
    if (walk_in)
        json_set_bool(body, "walk_in", true);
    effects_command(effects, "ticket.check_in", body);
}

static void ask_other_day(struct reception *self, const struct ui *ui, const struct json *row,
                          struct effects *effects)
{
    char text[SHOW_TEXT], moment[SHOW_TEXT];
    json_free(&self->other_day);
    self->other_day = json_copy(row);
    str_format(text, sizeof text, tr(ui->lang, TR("%s is booked for %s. What now?")),
               json_text_or(row, "person_name", json_text_or(row, "number", "")),
               show_moment(ui, json_text(row, "appointment_at"), moment));
    struct json *question = question_new("other_day", text);
    question_choice(question, "1", tr(ui->lang, TR("take as a walk-in of today")), "walk_in", NULL);
    question_choice(question, "2", tr(ui->lang, TR("move to another time")), "rebook", NULL);
    effects_ask(effects, question);
}

static void ask_time(const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("rebook", tr(ui->lang, TR("For which time? As 10:30, or 2.12 10:30 for another day")));
    question_field(question, "", false);
    effects_ask(effects, question);
}

static void rebook(const struct reception *self, const struct ui *ui, const char *typed,
                   struct effects *effects)
{
    char at[TIME_TEXT];
    struct json *body;
    if (!moment_of(typed, ui->now_ms, at))
        return effects_toast(effects, TOAST_WARN, "%s",
                             tr(ui->lang, TR("Write the time as 10:30, or 2.12 10:30.")));
    body = json_new_object();
    json_set_text(body, "ticket", json_text_or(self->other_day, "id", ""));
    json_set_text(body, "appointment_at", at);
    effects_command(effects, "ticket.rebook", body);
}

bool bookings_answered(struct reception *self, const struct ui *ui, const struct msg *msg,
                       struct effects *effects)
{
    const char *text = msg->text ? msg->text : "";
    if (str_equal(msg->what, "rebook"))
        rebook(self, ui, text, effects);
    else if (!str_equal(msg->what, "other_day"))
        return false;
    else if (str_equal(text, "rebook"))
        ask_time(ui, effects);
    else
        check_in(json_text_or(self->other_day, "id", ""), true, effects);
    return true;
}

/* The ticket is shown as one that was just issued: its number, and what its person is told. */
void bookings_saved(struct reception *self, const struct ui *ui, const struct msg *msg,
                    struct effects *effects)
{
    char moment[SHOW_TEXT];
    const struct json *data = json_get(msg->json, "data"), *ticket = json_get(data, "ticket");
    if (str_equal(msg->what, "ticket.rebook")) {
        bookings_load(self, effects);
        return effects_toast(
            effects, TOAST_GOOD, tr(ui->lang, TR("Booked for %s now.")),
            show_moment(ui, json_text(json_get(msg->json, "body"), "appointment_at"), moment));
    }
    const char *id = json_text(ticket, "id");
    struct json *shown = json_new_object();
    for (const struct json *row = json_first(rows_of(self)); row; row = json_next(row))
        if (str_equal(json_text(row, "id"), id) && json_get(row, "service_name"))
            json_set(shown, "name", json_copy(json_get(row, "service_name")));
    json_free(&self->ticket);
    json_free(&self->answer);
    self->ticket = shown;
    self->answer = data ? json_copy(data) : NULL;
    self->issued = ISSUED_HERE;
    self->seq = msg->seq;
    self->place = FINDER;
}

static void enter(struct reception *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = chosen(self);
    char at[TIME_TEXT];
    if (row && json_bool(row, "here", false))
        effects_toast(effects, TOAST_PLAIN, "%s", tr(ui->lang, TR("This booking is checked in already.")));
    else if (row && json_bool(row, "other_day", false))
        ask_other_day(self, ui, row, effects);
    else if (row)
        check_in(json_text_or(row, "id", ""), false, effects);
    else if (typed_moment(self, ui, at)) {
        str_copy(self->booked, sizeof self->booked, at);
        self->place = FINDER;
    }
}

static void typed(struct reception *self, struct effects *effects)
{
    list_select(&self->bookings, 0);
    count_rows(self);
    bookings_load(self, effects);
}

void bookings_key(struct reception *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (key_is(key, "Enter"))
        enter(self, ui, effects);
    else if (!list_key_below_field(&self->bookings, key) &&
             field_key(&self->find_booking, key) == EDIT_CHANGED)
        typed(self, effects);
}

void bookings_paste(struct reception *self, const char *text, struct effects *effects)
{
    field_paste(&self->find_booking, text, strlen(text));
    typed(self, effects);
}

/* --- what is told --- */

const char *bookings_told(const struct reception *self, const struct ui *ui, char out[SHOW_TEXT])
{
    const struct json *answer = self->answer;
    char minutes[SHOW_TEXT], clock[SHOW_TEXT];
    int64_t early = json_int(answer, "early_min", 0), late = json_int(answer, "late_min", 0);
    bool keeps = str_equal(json_text(answer, "place"), "booked");
    show_minutes(ui, (early > 0 ? early : late) * MINUTE_MS, minutes);
    show_clock(json_text(json_get(answer, "ticket"), "appointment_at"), clock);
    out[0] = '\0';
    if (early > 0 && keeps)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%s early: called at about %s")), minutes, clock);
    else if (early > 0)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%s early: in turn from now")), minutes);
    else if (late > 0 && json_bool(answer, "lapsed", false))
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%s late: the booking is over, in turn from now")),
                   minutes);
    else if (late > 0 && keeps)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%s late: the booking holds")), minutes);
    else if (late > 0)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%s late: in turn from now")), minutes);
    return out;
}

/* --- drawing --- */

struct view {
    const struct reception *self;
    const struct ui *ui;
};

/* At the right of a row: here, late, or of another day; "" when it is still to come. */
static const char *state_of(const struct ui *ui, const struct json *row, char out[SHOW_TEXT], unsigned *look)
{
    char minutes[SHOW_TEXT];
    int64_t late_ms = show_since_ms(ui, json_text(row, "appointment_at"));
    unsigned plain = *look;
    out[0] = '\0';
    if (json_bool(row, "other_day", false)) {
        *look = plain == STYLE_TEXT ? STYLE_WARN : plain;
        return show_day(ui, json_text(row, "day"), out);
    }
    if (json_bool(row, "here", false)) {
        *look = plain == STYLE_TEXT ? STYLE_GOOD : plain;
        str_format(out, SHOW_TEXT, "● %s", tr(ui->lang, TR("is here")));
    } else if (late_ms >= MINUTE_MS) {
        *look = plain == STYLE_TEXT ? STYLE_WARN : plain;
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("late %s")), show_minutes(ui, late_ms, minutes));
    }
    return out;
}

static void booking_row(const void *data, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct view *view = data;
    const struct json *found = json_at(rows_of(view->self), (size_t)row);
    char text[SHOW_TEXT], at[TIME_TEXT];
    struct rect sign = rect_cut_left(&area, 2);
    text_draw(frame, sign, look == STYLE_TEXT ? " " : "›", look);
    if (!found) {
        bool known = typed_moment(view->self, view->ui, at);
        char moment[SHOW_TEXT];
        str_format(text, sizeof text, tr(view->ui->lang, TR("not in the list: booked for %s")),
                   known ? show_moment(view->ui, at, moment) : "");
        text_draw(frame, area, text, look);
        return;
    }
    struct rect clock = rect_cut_left(&area, 6), number = rect_cut_left(&area, 6);
    unsigned at_right = look;
    rect_cut_right(&area, 1);
    const char *state = state_of(view->ui, found, text, &at_right);
    struct rect right = rect_cut_right(&area, text_width(state));
    char booked[SHOW_TEXT];
    rect_cut_right(&area, 1);
    text_draw(frame, clock, show_clock(json_text(found, "appointment_at"), booked), look);
    text_draw(frame, number, json_text_or(found, "number", "…"), look == STYLE_TEXT ? STYLE_ACCENT : look);
    const char *name = json_text(found, "person_name");
    text_draw(frame, area, name ? name : show_name(view->ui, json_get(found, "service_name")), look);
    text_draw(frame, right, state, at_right);
}

void bookings_list_view(const struct reception *self, const struct ui *ui, struct frame *frame,
                        struct rect area)
{
    struct view view = {self, ui};
    char here[SHOW_TEXT];
    struct list_rows rows = {.draw = booking_row,
                             .self = &view,
                             .empty = *field_text(&self->find_booking)
                                          ? tr(ui->lang, TR("Nobody has booked so."))
                                          : tr(ui->lang, TR("Nobody has booked for today."))};
    struct rect line = rect_cut_top(&area, 1);
    rect_cut_left(&line, 1);
    rect_cut_left(&line,
                  text_draw(frame, line, tr(ui->lang, TR("Whose booking?")), STYLE_TEXT | ATTR_BOLD) + 2);
    str_format(here, sizeof here, tr(ui->lang, TR("%d of %d here")),
               (int)json_int(self->booked_list, "here", 0), (int)json_int(self->booked_list, "booked", 0));
    struct rect count = rect_cut_right(&line, text_width(here) + 1);
    text_draw(frame, count, here, STYLE_DIM);
    rect_cut_right(&line, 1);
    list_draw(&self->bookings, &rows, frame, area, false);
    list_target(&self->bookings, frame, area, (struct key){.code = K_ENTER});
    field_draw(&self->find_booking, frame, line, tr(ui->lang, TR("number, name or time")), true);
}

void bookings_details_view(const struct reception *self, const struct ui *ui, struct frame *frame,
                           struct rect area)
{
    const struct json *row = chosen(self);
    char text[SHOW_TEXT], moment[SHOW_TEXT], wait[SHOW_TEXT];
    int64_t at_ms = 0;
    struct rect hint = rect_cut_bottom(&area, 1);
    text_draw(
        frame, hint,
        tr(ui->lang, row ? TR("Enter checks in · Esc back to the services") : TR("Esc back to the services")),
        STYLE_DIM);
    if (!row)
        return;
    const char *name = json_text(row, "person_name");
    str_format(text, sizeof text, "%s%s%s", json_text_or(row, "number", "…"), name ? " · " : "",
               name ? name : "");
    text_draw(frame, rect_cut_top(&area, 1), text, STYLE_TEXT | ATTR_BOLD);
    str_format(text, sizeof text, "%s · %s", json_text_or(row, "queue_code", ""),
               show_name(ui, json_get(row, "service_name")));
    text_draw(frame, rect_cut_top(&area, 1), text, STYLE_TEXT);
    time_parse(json_text_or(row, "appointment_at", ""), &at_ms);
    show_moment(ui, json_text(row, "appointment_at"), moment);
    if (at_ms - ui->now_ms >= MINUTE_MS && !json_bool(row, "other_day", false))
        str_format(text, sizeof text, tr(ui->lang, TR("booked for %s, in %s")), moment,
                   show_minutes(ui, at_ms - ui->now_ms, wait));
    else
        str_format(text, sizeof text, tr(ui->lang, TR("booked for %s")), moment);
    unsigned look = STYLE_TEXT;
    const char *state = state_of(ui, row, moment, &look);
    struct rect line = rect_cut_top(&area, 1);
    rect_cut_left(&line, text_draw(frame, line, text, STYLE_TEXT) + 2);
    if (!json_bool(row, "other_day", false))
        text_draw(frame, line, state, look);
    rect_cut_top(&area, area.h > 9 ? 1 : 0);
    service_papers_view(ui, row, frame, area);
}
