/* screens/dossier.c: what the form, the papers and the decision of an application read and show alike. Knows
 * none of the three screens. */
#include "screens/dossier.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/person.h"
#include "screens/show.h"
#include "tui/text.h"

/* --- the data --- */

void dossier_init(struct dossier *of, const struct json *args)
{
    str_copy(of->id, sizeof of->id, json_text_or(args, "case", ""));
}

void dossier_deinit(struct dossier *of)
{
    json_free(&of->data);
}

void dossier_load(const struct dossier *of, struct effects *effects)
{
    effects_load(effects, "case", dossier_body(of));
}

void dossier_take(struct dossier *of, const struct json *data)
{
    json_free(&of->data);
    of->data = json_copy(data);
}

void dossier_open(const struct dossier *of, enum screen_id screen, struct effects *effects)
{
    effects_open(effects, screen, dossier_body(of));
}

int64_t dossier_reveal(const struct dossier *of, const struct ui *ui, int64_t shown_ms,
                       struct effects *effects)
{
    enum { REVEAL_MS = 15 * 1000 };
    if (shown_ms)
        return 0;
    effects_command(effects, "person.reveal", dossier_body(of));
    return ui->now_ms + REVEAL_MS;
}

struct json *dossier_body(const struct dossier *of)
{
    struct json *body = json_new_object();
    json_set_text(body, "case", of->id);
    return body;
}

const struct json *dossier_part(const struct dossier *of, const char *name)
{
    const struct json *part = json_get(of->data, name);
    return json_is_object(part) || json_is_array(part) ? part : NULL;
}

const struct json *dossier_row(const struct dossier *of)
{
    return dossier_part(of, "case");
}

const char *dossier_state(const struct dossier *of)
{
    const struct json *row = dossier_row(of);
    if (str_equal(json_text(row, "withdrawn_reason"), "lapsed") &&
        str_equal(json_text(row, "state"), "withdrawn"))
        return "lapsed"; /* nobody took it back: the clock did */
    return json_text_or(row, "state", "");
}

bool dossier_is_draft(const struct dossier *of)
{
    return str_equal(dossier_state(of), "draft") || str_equal(dossier_state(of), "returned");
}

bool dossier_is_undecided(const struct dossier *of)
{
    static const char *const states[] = {"submitted", "complete", "in_review", "referred"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (str_equal(dossier_state(of), states[i]))
            return true;
    return false;
}

bool dossier_is_absent(const struct dossier *of)
{
    return of->data && !dossier_row(of);
}

struct form_context dossier_form_context(const struct dossier *of, const struct ui *ui, char day[DATE_TEXT])
{
    time_date(ui->now_ms, day);
    return (struct form_context){.lang = lang_code(ui->lang),
                                 .today = day,
                                 .date_order = json_text(dossier_part(of, "hall"), "date_order"),
                                 .date_hyphens = show_date_hyphens(ui),
                                 .person = dossier_part(of, "person"),
                                 .last = dossier_part(of, "last")};
}

char *dossier_title(const struct dossier *of, const struct ui *ui, const char *before)
{
    struct buf text = {0};
    const char *service = show_name(ui, json_get(dossier_part(of, "service"), "name"));
    const char *number = json_text(dossier_part(of, "ticket"), "number");
    const char *name = json_text_or(dossier_part(of, "person"), "name", "");
    if (!dossier_row(of))
        return NULL;
    if (!number)
        number = json_text_or(dossier_row(of), "number", "");
    char *who = xasprintf("%s%s%s", number, *number && *name ? " " : "", name);
    if (before) /* who stands first, where not all has room */
        buf_addf(&text, "%s · %s · %s", before, who, service);
    else
        buf_addf(&text, "%s · %s", service, who);
    free(who);
    return buf_take(&text);
}

/* What the application's own row says that it costs: as it stood on the day on which it was opened or its speed was
 * chosen, whatever the service asks of others since. */
static bool own_fee(const struct dossier *of, const char *today, struct catalogue_fee *fee)
{
    const struct json *own = json_get(dossier_row(of), "fee"), *service = dossier_part(of, "service");
    const char *tier = json_text(own, "tier");
    struct money total;
    if (!tier || !catalogue_fee_find(service, tier, NULL, fee) ||
        !money_parse(json_text_or(own, "total", ""), &total, NULL))
        return false;
    struct catalogue_fee now;
    bool stands = catalogue_fee_find(service, tier, today, &now) && now.total.minor == total.minor;
    if (stands)
        *fee = now;
    else
        fee->until = NULL;
    fee->total = total;
    money_parse(json_text_or(own, "duty", ""), &fee->duty, NULL);
    money_parse(json_text_or(own, "charge", ""), &fee->charge, NULL);
    if (json_text(own, "time")) {
        fee->time = json_text(own, "time");
        fee->working = str_equal(json_text(own, "days"), "working");
    }
    return true;
}

bool dossier_fee(const struct dossier *of, const struct ui *ui, const char *tier, struct catalogue_fee *fee)
{
    char today[DATE_TEXT];
    const char *own = json_text(json_get(dossier_row(of), "fee"), "tier");
    time_date(ui->now_ms, today);
    if (str_empty(tier) || str_equal(tier, own)) {
        if (own_fee(of, today, fee))
            return true;
        tier = own;
    }
    return catalogue_fee_find(dossier_part(of, "service"), tier, today, fee);
}

int dossier_fees(const struct dossier *of, const struct ui *ui, struct catalogue_fee out[], int max)
{
    char today[DATE_TEXT];
    struct catalogue_fee own;
    time_date(ui->now_ms, today);
    int count = catalogue_fees(dossier_part(of, "service"), today, out, max);
    if (!own_fee(of, today, &own))
        return count;
    for (int i = 0; i < count; i++)
        if (strcmp(out[i].tier, own.tier) == 0) {
            out[i] = own;
            return count;
        }
    if (count < max)
        out[count++] = own; /* nobody else can choose it any more */
    return count;
}

bool dossier_fee_due(const struct dossier *of, const struct catalogue_fee *fee, struct money *due)
{
    struct money paid = {.minor = 0}, one;
    memcpy(paid.currency, fee->total.currency, sizeof paid.currency);
    for (const struct json *p = json_first(dossier_part(of, "payments")); p; p = json_next(p))
        if (money_parse(json_text_or(p, "amount", ""), &one, NULL))
            money_add(&paid, one);
    *due = fee->total;
    due->minor = fee->total.minor > paid.minor ? fee->total.minor - paid.minor : 0;
    return due->minor > 0;
}

int dossier_documents_unmet(const struct dossier *of)
{
    return catalogue_documents_unmet(dossier_part(of, "service"), json_get(dossier_row(of), "draft"),
                                     dossier_part(of, "documents"));
}

/* --- the legal clock --- */

static unsigned weekend_of(const struct json *hall)
{
    static const char *const names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    unsigned weekend = 0;
    if (!json_get(hall, "weekend"))
        return CALENDAR_SAT_SUN;
    for (unsigned i = 0; i < 7; i++)
        if (json_has_text(json_get(hall, "weekend"), names[i]))
            weekend |= 1U << i;
    return weekend;
}

void dossier_calendar(const struct dossier *of, struct dossier_days *days)
{
    const struct json *hall = dossier_part(of, "hall");
    int count = 0;
    for (const struct json *h = json_first(json_get(hall, "holidays")); h && count < DOSSIER_HOLIDAYS_MAX;
         h = json_next(h))
        count += json_as_text(h) && day_parse(json_as_text(h), &days->holidays[count]);
    days->calendar =
        (struct calendar){.weekend = weekend_of(hall), .holidays = days->holidays, .holiday_count = count};
}

static bool local_day(const char *time, int32_t *day)
{
    char text[DATE_TEXT];
    int64_t wall_ms;
    if (!time || !time_parse(time, &wall_ms))
        return time && day_parse(time, day);
    time_date(wall_ms, text);
    return day_parse(text, day);
}

/* Days from one to another as the law counts them here. */
static int days_between(const struct dossier_days *days, bool working, int32_t from, int32_t to)
{
    return working ? case_days_left(&days->calendar, from, to) : to - from;
}

/* Until when a return may be answered; "" when there is no such day. */
static const char *answer_by(const struct ui *ui, const struct json *row, int32_t today, char out[160],
                             unsigned *look)
{
    enum { DAYS_SHORT = 3 };
    int32_t last;
    char day[SHOW_TEXT];
    if (!local_day(json_text(row, "lapses_at"), &last))
        return out;
    *look = last - today <= DAYS_SHORT ? STYLE_WARN : STYLE_DIM;
    str_format(out, 160, tr(ui->lang, TR("Answer by %s, else it lapses")),
               show_day(ui, json_text(row, "lapses_at"), day));
    return out;
}

bool dossier_clock_runs_on(const struct dossier *of)
{
    return json_bool(json_get(dossier_part(of, "service"), "time"), "runs_on", false);
}

const char *dossier_clock(const struct dossier *of, const struct ui *ui, char out[160], unsigned *look)
{
    const struct json *row = dossier_row(of);
    int32_t start, due, today;
    struct dossier_days days;
    char day[DATE_TEXT];
    time_date(ui->now_ms, day);
    *look = STYLE_DIM;
    out[0] = '\0';
    if (str_equal(dossier_state(of), "returned") && day_parse(day, &today))
        return answer_by(ui, row, today, out, look);
    if (!dossier_is_undecided(of))
        return out;
    if (!local_day(json_text(row, "complete_at"), &start)) {
        if (row)
            str_copy(out, 160, tr(ui->lang, TR("legal clock: not running yet")));
        return out;
    }
    if (!local_day(json_text(row, "due_at"), &due) || !day_parse(day, &today))
        return out; /* the law sets no time for this service */
    struct catalogue_time time =
        catalogue_time(dossier_part(of, "service"), json_text(json_get(row, "fee"), "tier"), day);
    dossier_calendar(of, &days);
    bool working = time.working || !time.days;
    int all = days_between(&days, working, start, due), left = days_between(&days, working, today, due);
    if (time.deemed && (left == 0 || left == 1)) {
        *look = STYLE_DANGER;
        str_copy(out, 160,
                 tr(ui->lang, left ? TR("! deemed granted tomorrow") : TR("! deemed granted today")));
    } else if (left < 0) {
        *look = STYLE_DANGER;
        str_format(out, 160, tr(ui->lang, TR("legal clock: over by %d days")), -left);
    } else {
        *look = left <= 1 ? STYLE_WARN : STYLE_DIM;
        str_format(out, 160, tr(ui->lang, TR("legal clock: day %d of %d")), all > left ? all - left : 1, all);
    }
    return out;
}

/* --- pieces --- */

enum { FACT_W = 13 };

int dossier_mark_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *line)
{
    static const struct {
        const char *mark, *word;
        unsigned look;
    } marks[] = {{"saved", TR("saved"), STYLE_TEXT},
                 {"received", TR("at the hall"), STYLE_TEXT},
                 {"safe", TR("safe"), STYLE_GOOD},
                 {"trouble", TR("needs a person"), STYLE_DANGER}};
    const char *mark = json_text(dossier_row(of), "mark");
    for (size_t i = 0; mark && i < sizeof marks / sizeof *marks; i++) {
        if (strcmp(marks[i].mark, mark) != 0)
            continue;
        char text[SHOW_TEXT];
        str_format(text, sizeof text, "%s %s", ui_mark(mark), tr(ui->lang, marks[i].word));
        rect_cut_right(line, 1);
        struct rect place = rect_cut_right(line, text_width(text));
        rect_cut_right(line, 3);
        return text_draw(frame, place, text, marks[i].look);
    }
    return 0;
}

static void fact(struct frame *frame, struct rect *area, const char *label, const char *value)
{
    if (str_empty(value))
        return;
    struct rect line = rect_cut_top(area, 1), name = rect_cut_left(&line, FACT_W);
    text_draw(frame, name, label, STYLE_DIM);
    text_draw_as(frame, line, value, STYLE_TEXT, TEXT_MIDDLE);
}

void dossier_person_view(const struct dossier *of, const struct ui *ui, bool reveal, struct frame *frame,
                         struct rect *area)
{
    const struct json *person = dossier_part(of, "person");
    char masked[64] = "", day[SHOW_TEXT];
    show_heading(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Citizen")));
    rect_cut_left(area, 1);
    if (!person) {
        text_draw(frame, rect_cut_top(area, 1), tr(ui->lang, TR("not identified yet")), STYLE_DIM);
        return;
    }
    const char *nik = json_text(person, "nik"), *fin = json_text(person, "fin");
    const char *identity = !str_empty(nik) ? nik : fin;
    if (!str_empty(identity) && !reveal)
        identity_mask(!str_empty(nik) ? IDENTITY_NIK : IDENTITY_FIN, identity, false, masked, sizeof masked);
    text_draw(frame, rect_cut_top(area, 1), json_text_or(person, "name", ""), STYLE_TEXT | ATTR_BOLD);
    fact(frame, area, tr(ui->lang, TR("father")), json_text(person, "father"));
    fact(frame, area, tr(ui->lang, TR("born")), show_day(ui, json_text(person, "born"), day));
    fact(frame, area, !str_empty(nik) ? "NIK" : "FIN", reveal ? identity : masked);
}

const char *dossier_paper_sign(const struct catalogue_document *document, unsigned *look)
{
    bool missing = strcmp(document->state, "missing") == 0;
    *look = missing ? STYLE_WARN : !*document->state ? STYLE_DIM : STYLE_GOOD;
    return missing ? "!" : !*document->state ? "·" : strcmp(document->state, "waived") == 0 ? "–" : "✓";
}

/* It stops nothing: the clerk looks at the other one, or takes the mark off at the person's. */
void dossier_twin_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *area)
{
    enum { ROWS_LEFT = 8 }; /* below which the form itself is worth more */
    struct rect lines = rect_inset(*area, 1, 0);
    const char *number = json_text_or(dossier_part(of, "twin"), "number", "");
    if (!*show_twin(ui, dossier_row(of)) || area->h < ROWS_LEFT)
        return;
    char *text = *number ? xasprintf(tr(ui->lang, TR("! Possible duplicate: %s is this person's too, for the "
                                                     "same service.")),
                                     number)
                         : xstrdup(tr(ui->lang, TR("! Possible duplicate: this person has another open "
                                                   "application for the same service.")));
    lines.h = 2;
    rect_cut_top(area, text_draw_wrapped(frame, lines, text, STYLE_WARN, 0));
    free(text);
}

void dossier_papers_view(const struct dossier *of, const struct ui *ui, struct frame *frame,
                         struct rect *area)
{
    struct catalogue_document papers[CATALOGUE_DOCUMENTS_MAX];
    int count = catalogue_documents(dossier_part(of, "service"), json_get(dossier_row(of), "draft"),
                                    dossier_part(of, "documents"), papers, CATALOGUE_DOCUMENTS_MAX);
    if (count < 1)
        return;
    show_heading(frame, rect_cut_top(area, 1), tr(ui->lang, TR("Papers")));
    for (int i = 0; i < count && area->h > 0; i++) {
        struct rect line = rect_cut_top(area, 1);
        unsigned look;
        rect_cut_left(&line, 1);
        const char *sign = dossier_paper_sign(&papers[i], &look);
        struct rect place = rect_cut_left(&line, 2);
        text_draw(frame, place, sign, look);
        const char *name = show_name(ui, papers[i].name);
        text_draw(frame, line, *name ? name : papers[i].code, papers[i].met ? STYLE_TEXT : STYLE_DIM);
    }
}

bool dossier_nothing_view(const struct dossier *of, const struct ui *ui, struct frame *frame,
                          struct rect area)
{
    if (dossier_row(of))
        return false;
    rect_cut_top(&area, 2);
    frame_cursor(frame, area.x, area.y);
    const char *text = !of->data ? TR("The application is being loaded.")
                                 : TR("This application is not in this computer's copy. Esc goes back.");
    text_draw_wrapped(frame, rect_inset(area, 4, 0), tr(ui->lang, text), of->data ? STYLE_WARN : STYLE_DIM,
                      0);
    return true;
}
