/* screens/show.c: how values read on the screen. Knows no screen. */
#include "screens/show.h"

#include <string.h>

#include "core/model/money.h"
#include "core/model/person.h"
#include "tui/text.h"

enum { SECOND_MS = 1000, MINUTE_S = 60, HOUR_S = 3600 };

const char *show_duration(const struct ui *ui, int64_t ms, char out[SHOW_TEXT])
{
    int64_t s = ms > 0 ? ms / SECOND_MS : 0;
    if (s < HOUR_S)
        str_format(out, SHOW_TEXT, "%02d:%02d", (int)(s / MINUTE_S), (int)(s % MINUTE_S));
    else
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d:%02d h")), (int)(s / HOUR_S),
                   (int)(s % HOUR_S / MINUTE_S));
    return out;
}

const char *show_minutes(const struct ui *ui, int64_t ms, char out[SHOW_TEXT])
{
    int64_t minutes = ms > 0 ? ms / (MINUTE_S * SECOND_MS) : 0;
    if (minutes < 100)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d min")), (int)minutes);
    else
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d:%02d h")), (int)(minutes / 60), (int)(minutes % 60));
    return out;
}

const char *show_clock(const char *time, char out[SHOW_TEXT])
{
    int64_t wall_ms;
    char clock[CLOCK_TEXT];
    out[0] = '\0';
    if (time && time_parse(time, &wall_ms)) {
        time_clock(wall_ms, clock);
        str_copy(out, SHOW_TEXT, clock);
    }
    return out;
}

bool show_date_hyphens(const struct ui *ui)
{
    return str_equal(ui->session.pack, "id");
}

const char *show_money(const char *text, char out[SHOW_TEXT])
{
    struct money money;
    char shown[MONEY_TEXT];
    bool read = text && money_parse(text, &money, NULL);
    if (read)
        money_display(money, shown);
    str_copy(out, SHOW_TEXT, read ? shown : text ? text : "");
    return out;
}

/* The order is day, month, year in all four languages; Indonesian forms write hyphens. */
const char *show_day(const struct ui *ui, const char *date, char out[SHOW_TEXT])
{
    char separator = show_date_hyphens(ui) ? '-' : '.';
    char local[DATE_TEXT];
    int64_t wall_ms;
    if (date && strchr(date, 'T') && time_parse(date, &wall_ms)) {
        time_date(wall_ms, local);
        date = local;
    }
    if (!date || strlen(date) != DATE_TEXT - 1)
        str_copy(out, SHOW_TEXT, date ? date : "");
    else
        str_format(out, SHOW_TEXT, "%.2s%c%.2s%c%.4s", date + 8, separator, date + 5, separator, date);
    return out;
}

const char *show_moment(const struct ui *ui, const char *time, char out[SHOW_TEXT])
{
    char day[SHOW_TEXT], today[DATE_TEXT], now[SHOW_TEXT], clock[SHOW_TEXT];
    time_date(ui->now_ms, today);
    show_day(ui, time, day);
    show_clock(time, clock);
    bool is_today = str_equal(day, show_day(ui, today, now));
    str_format(out, SHOW_TEXT, "%s%s%s", is_today ? "" : day, is_today ? "" : " ", clock);
    return out;
}

const char *show_since(const struct ui *ui, int64_t wall_ms, char out[SHOW_TEXT])
{
    char day[DATE_TEXT], today[DATE_TEXT], clock[CLOCK_TEXT];
    time_date(ui->now_ms, today);
    time_date(wall_ms, day);
    time_clock(wall_ms, clock);
    if (str_equal(day, today))
        str_copy(out, SHOW_TEXT, clock);
    else
        str_format(out, SHOW_TEXT, "%.2s%c%.2s %s", day + 8, show_date_hyphens(ui) ? '-' : '.', day + 5,
                   clock);
    return out;
}

int64_t show_since_ms(const struct ui *ui, const char *time)
{
    int64_t wall_ms;
    if (!time || !time_parse(time, &wall_ms) || wall_ms > ui->now_ms)
        return 0;
    return ui->now_ms - wall_ms;
}

const char *show_identity(const struct json *person, char out[SHOW_TEXT])
{
    char masked[64] = "";
    const char *nik = json_text(person, "nik"), *fin = json_text(person, "fin");
    if (!str_empty(nik))
        identity_mask(IDENTITY_NIK, nik, false, masked, sizeof masked);
    else if (!str_empty(fin))
        identity_mask(IDENTITY_FIN, fin, false, masked, sizeof masked);
    str_format(out, SHOW_TEXT, *masked ? "%s %s" : "", str_empty(nik) ? "FIN" : "NIK", masked);
    return out;
}

const char *show_person(const struct ui *ui, const struct json *person, char out[SHOW_TEXT])
{
    char number[SHOW_TEXT];
    const char *born = json_text(person, "born");
    if (!json_is_object(person)) {
        str_copy(out, SHOW_TEXT, tr(ui->lang, TR("not identified yet")));
        return out;
    }
    str_copy(out, SHOW_TEXT, json_text_or(person, "name", "–"));
    size_t length = strlen(out);
    if (!str_empty(born)) {
        str_format(out + length, SHOW_TEXT - length, tr(ui->lang, TR(" · born %.4s")), born);
        length = strlen(out);
    }
    if (*show_identity(person, number))
        str_format(out + length, SHOW_TEXT - length, " · %s", number);
    return out;
}

const char *show_name(const struct ui *ui, const struct json *names)
{
    return json_name_in(names, lang_code(ui->lang));
}

/* --- words of the wire --- */

struct word {
    const char *wire, *text;
    unsigned look;
};
enum { WORDS_MAX = 16 };

static const struct word case_states[WORDS_MAX] = {
    {"draft", TR("draft"), STYLE_TEXT},         {"submitted", TR("submitted"), STYLE_ACCENT},
    {"complete", TR("complete"), STYLE_ACCENT}, {"in_review", TR("in review"), STYLE_ACCENT},
    {"approved", TR("approved"), STYLE_GOOD},   {"refused", TR("refused"), STYLE_DANGER},
    {"returned", TR("returned"), STYLE_WARN},   {"referred", TR("referred"), STYLE_ACCENT},
    {"confirmed", TR("confirmed"), STYLE_GOOD}, {"ready", TR("ready"), STYLE_GOOD},
    {"delivered", TR("delivered"), STYLE_DIM},  {"withdrawn", TR("withdrawn"), STYLE_DIM},
    {"lapsed", TR("lapsed"), STYLE_DIM},
};
static const struct word ticket_states[WORDS_MAX] = {
    {"waiting", TR("waiting"), 0},     {"called", TR("called"), 0}, {"serving", TR("serving"), 0},
    {"held", TR("parked"), 0},         {"done", TR("finished"), 0}, {"no_show", TR("no-show"), 0},
    {"cancelled", TR("cancelled"), 0},
};
static const struct word document_states[WORDS_MAX] = {
    {"seen", TR("seen"), 0},
    {"copied", TR("copied"), 0},
    {"missing", TR("missing"), 0},
    {"waived", TR("waived"), 0},
};
static const struct word document_kinds[WORDS_MAX] = {
    {"original", TR("the original"), 0}, {"copy", TR("a copy"), 0},       {"form", TR("a filled form"), 0},
    {"photo", TR("a photo"), 0},         {"receipt", TR("a receipt"), 0}, {"statement", TR("a statement"), 0},
};
static const struct word case_events[] = {
    {"open", TR("opened"), 0},
    {"submit", TR("submitted"), 0},
    {"complete", TR("complete"), 0},
    {"review", TR("in review"), 0},
    {"approve", TR("approved"), 0},
    {"refuse", TR("refused"), 0},
    {"return", TR("returned"), 0},
    {"refer", TR("referred"), 0},
    {"confirm", TR("confirmed"), 0},
    {"disagree", TR("not confirmed"), 0},
    {"prepare", TR("ready"), 0},
    {"deliver", TR("delivered"), 0},
    {"deliver_copy", TR("a copy delivered"), 0},
    {"withdraw", TR("withdrawn"), 0},
    {"lapse", TR("lapsed"), 0},
    {"deem", TR("deemed granted"), 0},
    {"extend", TR("time extended"), 0},
    {"complain", TR("complaint"), 0},
    {"void", TR("voided"), 0},
    {"contested", TR("contested"), 0},
    {"concurring", TR("decided alike"), 0},
    {"assign", TR("taken over"), 0},
    {"correct", TR("corrected"), 0},
    {"note", TR("note kept"), 0},
    {"resolve", TR("settled"), 0},
    {"keep_mine", TR("text chosen"), 0},
    {"keep_theirs", TR("text chosen"), 0},
    {"fields", TR("text chosen"), 0},
    {"told", TR("decided elsewhere"), 0},
    {"duplicate", TR("possible duplicate"), 0},
    {"not_duplicate", TR("no duplicate"), 0},
    {NULL, NULL, 0},
};
static const struct word channels[WORDS_MAX] = {
    {"walk_in", TR("walk-in"), 0}, {"booked", TR("booked"), 0},   {"online", TR("online"), 0},
    {"bus", TR("bus"), 0},         {"home", TR("home visit"), 0},
};
static const struct word rules[WORDS_MAX] = {
    {"fifo", TR("first come, first served"), 0}, {"priority", TR("priority first"), 0},
    {"weighted", TR("shared by weight"), 0},     {"appointments", TR("bookings and walk-ins merged"), 0},
    {"named", TR("called out of turn"), 0},
};
static const struct word outcomes[WORDS_MAX] = {
    {"served", TR("served"), 0},
    {"papers_missing", TR("papers missing"), 0},
    {"not_eligible", TR("not entitled"), 0},
    {"wrong_service", TR("wrong service"), 0},
    {"left", TR("has left"), 0},
};

static const struct word roles[WORDS_MAX] = {
    {"clerk", TR("clerk"), 0},
    {"reception", TR("reception"), 0},
    {"supervisor", TR("supervisor"), 0},
    {"trainer", TR("trainer"), 0},
    {"approver", TR("second approver"), 0},
    {"administrator", TR("administrator"), 0},
};

static const struct word *find(const struct word words[WORDS_MAX], const char *wire)
{
    for (int i = 0; wire && i < WORDS_MAX && words[i].wire; i++)
        if (strcmp(words[i].wire, wire) == 0)
            return &words[i];
    return NULL;
}

static const char *show_word(const struct ui *ui, const struct word words[WORDS_MAX], const char *wire)
{
    const struct word *word = find(words, wire);
    return word ? tr(ui->lang, word->text) : wire ? wire : "";
}

const char *show_case_state(const struct ui *ui, const char *state)
{
    return show_word(ui, case_states, state);
}

const char *show_ticket_state(const struct ui *ui, const char *state)
{
    return show_word(ui, ticket_states, state);
}

const char *show_document_state(const struct ui *ui, const char *state)
{
    return show_word(ui, document_states, state);
}

const char *show_document_kind(const struct ui *ui, const char *kind)
{
    return show_word(ui, document_kinds, kind);
}

const char *show_case_event(const struct ui *ui, const char *event)
{
    for (const struct word *word = case_events; event && word->wire; word++)
        if (strcmp(word->wire, event) == 0)
            return tr(ui->lang, word->text);
    return event ? event : "";
}

const char *show_channel(const struct ui *ui, const char *channel)
{
    return show_word(ui, channels, channel);
}

const char *show_rule(const struct ui *ui, const char *rule)
{
    return show_word(ui, rules, rule);
}

const char *show_outcome(const struct ui *ui, const char *outcome)
{
    return show_word(ui, outcomes, outcome);
}

const char *show_role(const struct ui *ui, const char *role)
{
    return show_word(ui, roles, role);
}

const char *show_twin(const struct ui *ui, const struct json *row)
{
    return json_has_text(json_get(row, "flags"), "duplicate") ? tr(ui->lang, TR("! duplicate?")) : "";
}

const char *show_case(const struct ui *ui, const struct json *row, unsigned *look)
{
    const char *state = json_text_or(row, "state", "");
    bool contested = json_has_text(json_get(row, "flags"), "contested");
    if (look)
        *look = contested ? STYLE_DANGER : show_case_look(state);
    return contested ? show_case_event(ui, "contested") : show_case_state(ui, state);
}

unsigned show_case_look(const char *state)
{
    const struct word *word = find(case_states, state);
    return word ? word->look : STYLE_TEXT;
}

int show_heading(struct frame *frame, struct rect line, const char *text)
{
    return text_draw(frame, line, text, STYLE_TITLE);
}

int show_hint(struct frame *frame, struct rect line, const char *key, const char *text)
{
    int used = text_draw(frame, line, key, STYLE_ACCENT | ATTR_BOLD);
    int gap = used < 2 ? 3 : used + 2; /* keys of one letter stand in a column */
    rect_cut_left(&line, gap);
    return gap + text_draw(frame, line, text, STYLE_TEXT);
}

int show_opening(const struct ui *ui, struct frame *frame, struct rect area)
{
    char key[KEY_NAME];
    int top = area.y;
    if (!*ui->hall_fault) {
        text_draw(frame, area, tr(ui->lang, TR("The practice hall is being opened…")), STYLE_TEXT);
        return 1;
    }
    text_draw(frame, rect_cut_top(&area, 1), tr(ui->lang, TR("The practice hall could not be opened.")),
              STYLE_DANGER | ATTR_BOLD);
    rect_cut_top(&area, text_draw_wrapped(frame, area, ui->hall_fault, STYLE_TEXT, 0) + 1);
    key_label(keymap_key(ui->keys, ACTION_RETRY, 0), key);
    show_hint(frame, rect_cut_top(&area, 1), key, tr(ui->lang, TR("try again")));
    key_label(keymap_key(ui->keys, ACTION_QUIT, 0), key);
    show_hint(frame, rect_cut_top(&area, 1), key, tr(ui->lang, TR("quit; nothing is lost")));
    rect_cut_top(&area, 1);
    text_draw_wrapped(frame, area,
                      tr(ui->lang, TR("`loket doctor` in a shell says what is wrong on this computer.")),
                      STYLE_DIM, 0);
    return area.y - top + 1;
}
