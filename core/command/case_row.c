/* core/command/case_row.c: a case's row and the rules of core/model/case.h: reading, writing, applying; its
 * papers and its legal clock. Knows no single command. */
#include "core/command/cases.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/catalogue/catalogue.h"
#include "core/command/version.h"

/* --- the row and the model --- */

/* Times of the row, and where they stand in the model's file. */
static const struct {
    const char *member;
    size_t offset;
} times[] = {
    {"submitted_at", offsetof(struct case_file, submitted_ms)},
    {"complete_at", offsetof(struct case_file, complete_ms)},
    {"due_at", offsetof(struct case_file, due_ms)},
    {"decided_at", offsetof(struct case_file, decided_ms)},
    {"delivered_at", offsetof(struct case_file, delivered_ms)},
    {"lapses_at", offsetof(struct case_file, lapses_ms)},
};
static const enum case_flag all_flags[] = {CASE_DUPLICATE, CASE_CONTESTED, CASE_COMPLAINED, CASE_VOIDED};

static int64_t *time_of(struct case_file *file, size_t offset)
{
    return (int64_t *)(void *)((char *)file + offset);
}

void case_read(const struct json *row, struct case_file *file)
{
    *file = (struct case_file){.state = case_state_of(row), .hold_gen = json_int(row, "hold_gen", 0)};
    str_copy(file->number, sizeof file->number, case_title(row));
    str_copy(file->agency, sizeof file->agency, json_text_or(row, "agency", ""));
    str_copy(file->user, sizeof file->user, json_text_or(row, "user", ""));
    str_copy(file->decided_by, sizeof file->decided_by, json_text_or(row, "decided_by", ""));
    str_copy(file->confirmed_by, sizeof file->confirmed_by, json_text_or(row, "confirmed_by", ""));
    file->four_eyes = json_bool(row, "confirm_pending", false) || *file->confirmed_by;
    for (size_t i = 0; i < sizeof all_flags / sizeof *all_flags; i++)
        if (row_has_flag(row, case_flag_text(all_flags[i])))
            file->flags |= all_flags[i];
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t ms = row_time(row, times[i].member);
        *time_of(file, times[i].offset) = ms < 0 ? 0 : ms;
    }
}

static void set_text_or_null(struct json *row, const char *name, const char *text)
{
    json_set_text(row, name, *text ? text : NULL);
}

/* Only what is approved or refused can wait for a second person (core/model/case.c). */
static bool is_pending(const struct case_file *file)
{
    return file->four_eyes && !*file->confirmed_by && *file->decided_by &&
           (file->state == CASE_APPROVED || file->state == CASE_REFUSED);
}

void case_write(const struct case_file *file, struct json *row)
{
    struct case_file copy = *file;
    if (json_int(row, "hold_gen", -1) != file->hold_gen)
        json_set_text(row, "holder_work", "idle");
    json_set_text(row, "state", case_state_text(file->state));
    json_set_int(row, "hold_gen", file->hold_gen);
    set_text_or_null(row, "user", file->user);
    set_text_or_null(row, "decided_by", file->decided_by);
    set_text_or_null(row, "confirmed_by", file->confirmed_by);
    json_set_bool(row, "confirm_pending", is_pending(file));
    row_list(row, "flags");
    for (size_t i = 0; i < sizeof all_flags / sizeof *all_flags; i++)
        row_set_flag(row, case_flag_text(all_flags[i]), file->flags & all_flags[i]);
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        int64_t ms = *time_of(&copy, times[i].offset);
        row_set_time(row, times[i].member, ms ? ms : -1);
    }
}

enum case_state case_state_of(const struct json *row)
{
    enum case_state state = CASE_DRAFT;
    case_state_find(json_text_or(row, "state", "draft"), &state);
    return state;
}

const char *case_title(const struct json *row)
{
    const char *number = json_text(row, "number");
    return str_empty(number) ? "This application" : number;
}

bool case_is_undecided(enum case_state state)
{
    return case_is_open(state) && state != CASE_APPROVED && state != CASE_READY;
}

enum err case_need_undecided(struct call *c, const struct json *row)
{
    enum case_state state = case_state_of(row);
    if (case_is_undecided(state))
        return ERR_OK;
    return refuse(c, case_is_open(state) || state == CASE_REFUSED ? "case_decided" : "case_closed", "",
                  "%s is %s and is not changed any more: only a correction or a complaint can be added.",
                  case_title(row), case_state_text(state));
}

void case_touch(const struct call *c, struct json *row)
{
    const char *user = json_text(row, "user");
    if (c->actor->machine) /* nobody here has looked at it yet */
        return;
    if ((str_empty(user) || is_me(c, user)) && !str_equal(json_text(row, "holder_work"), "decided"))
        json_set_text(row, "holder_work", "drafted");
}

/* --- loading, applying, saving --- */

enum err case_load(struct call *c, struct json **row, struct json **service)
{
    const char *id;
    TRY(body_need(c, "case", &id));
    TRY(load(c, TABLE_CASE, "case", id, row));
    TRY(need_agency(c, json_text(*row, "agency")));
    if (json_get(*row, "erased_at"))
        return refuse(
            c, "case_erased", "case",
            "What this application said was erased, as its person asked and nothing keeps it. Nothing was "
            "changed; open a new one if it is wanted.");
    return case_service(c, *row, service);
}

enum err case_service(struct call *c, const struct json *row, struct json **service)
{
    bool gone;
    TRY(version_of_case(c->tx->db, row, service, &gone));
    keep(c, *service ? *service : (*service = json_new_object()));
    return ERR_OK;
}

enum err case_do(struct call *c, struct json *row, const struct case_act *wanted)
{
    struct case_file file;
    struct refusal refusal = {0};
    struct case_act act = *wanted;
    act.now_ms = c->at_ms;
    if (!act.user) {
        act.user = c->actor->user;
        act.agency = c->actor->agency;
    }
    case_read(row, &file);
    if (!case_apply(&file, &act, &refusal))
        return refuse(c, refusal.code, "", "%s", refusal.text);
    case_write(&file, row);
    row_stamp(c, row, case_event_text(act.event));
    return ERR_OK;
}

/* Since when the second person is waited for: null while nobody is, so that those lists stay short. */
static void put_confirm_asked(struct call *c, struct json *row)
{
    bool pending = json_bool(row, "confirm_pending", false);
    if (!pending)
        json_set_null(row, "confirm_asked_at");
    else if (row_time(row, "confirm_asked_at") < 0)
        row_set_time(row, "confirm_asked_at", c->at_ms);
}

enum err case_save(struct call *c, struct json *row)
{
    put_confirm_asked(c, row);
    TRY(case_put_lapse(c, row));
    struct json *data = answer(c);
    json_set_text(data, "case", row_id(row));
    json_set_text(data, "state", json_text(row, "state"));
    return save(c, TABLE_CASE, row);
}

/* --- who can act on it --- */

enum err case_need_colleague(struct call *c, const struct json *row, const struct json *user)
{
    const char *agency = json_text(user, "agency");
    if (!json_bool(user, "active", true))
        return refuse(c, "user_inactive", "to", "%s does not work here any more.",
                      json_text_or(user, "name", "This person"));
    if (str_empty(agency) || str_equal(agency, json_text(row, "agency")))
        return ERR_OK;
    return refuse(c, "other_agency", "to", "%s works for another agency and cannot hold %s.",
                  json_text_or(user, "name", "This person"), case_title(row));
}

enum err case_need_own_queue(struct call *c, const struct json *row, const struct json *queue)
{
    const char *agency = json_text(queue, "agency");
    if (str_empty(agency) || str_equal(agency, json_text(row, "agency")))
        return ERR_OK;
    return refuse(c, "other_agency", "to", "Queue %.20s is another agency's: nobody there can act on %s.",
                  json_text_or(queue, "code", ""), case_title(row));
}

/* --- small --- */

static bool id_valid(const char *id)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    size_t length = strlen(id);
    return length > 0 && length < MODEL_ID && strspn(id, letters) == length;
}

enum err body_id(struct call *c, const char *name, char id[MODEL_ID])
{
    const char *text;
    TRY(body_text(c, name, &text));
    if (!text) {
        tx_new_id(c->tx, id);
        return ERR_OK;
    }
    if (!id_valid(text))
        return refuse(c, "invalid_body", name, "\"%s\" must be a UUID.", name);
    str_copy(id, MODEL_ID, text);
    return ERR_OK;
}

enum err body_word(struct call *c, const char *name, const char *const words[], const char **word)
{
    struct buf list = {0};
    TRY(body_text(c, name, word));
    for (int i = 0; words[i]; i++) {
        if (str_equal(words[i], *word)) {
            *word = words[i];
            buf_free(&list);
            return ERR_OK;
        }
        buf_addf(&list, "%s%s", i ? ", " : "", words[i]);
    }
    enum err err = refuse(c, "invalid_body", name, "\"%s\" must be one of: %s.", name, buf_text(&list));
    buf_free(&list);
    return err;
}

enum err case_list(struct call *c, struct json *row, const char *name, struct json **list)
{
    *list = row_list(row, name);
    if (json_count(*list) < CASE_LIST_MAX)
        return ERR_OK;
    return refuse(c, "list_full", "", "%s already has %d %s; no more are kept.", case_title(row),
                  CASE_LIST_MAX, name);
}

struct json *case_note(struct call *c)
{
    struct json *note = json_new_object();
    row_set_time(note, "at", c->at_ms);
    json_set_text(note, "by", c->actor->user);
    return note;
}

void case_part_id(const char *case_id, const char *part, char out[UUID_TEXT])
{
    struct sha256 sha;
    char h[SHA256_TEXT];
    sha256_start(&sha);
    sha256_add(&sha, case_id, strlen(case_id) + 1);
    sha256_add(&sha, part, strlen(part));
    sha256_text(&sha, h);
    str_format(out, UUID_TEXT, "%.8s-%.4s-8%.3s-a%.3s-%.12s", h, h + 8, h + 13, h + 17, h + 20);
}

const struct json *case_form_data(const struct json *row)
{
    const struct json *submitted = json_get(row, "submitted");
    return json_is_object(submitted) ? submitted : json_get(row, "draft");
}

bool case_wants_second(const struct json *service, const char *outcome)
{
    return (str_equal(outcome, "approve") || str_equal(outcome, "refuse")) &&
           catalogue_needs_confirm(service, outcome);
}

void case_list_set(struct json *row, const char *name, size_t index, struct json *element)
{
    char place[64];
    str_format(place, sizeof place, "/%s/%zu", name, index);
    json_set_pointer(row, place, element);
}

/* --- the legal clock --- */

static int by_day(const void *a, const void *b)
{
    int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
    return (x > y) - (x < y);
}

void hall_calendar_read(const struct json *hall, struct hall_calendar *out)
{
    static const char *const days[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
    *out = (struct hall_calendar){0};
    const struct json *weekend = json_get(hall, "weekend"), *holidays = json_get(hall, "holidays");
    if (!weekend)
        out->calendar.weekend = CALENDAR_SAT_SUN;
    for (unsigned i = 0; i < 7; i++)
        if (json_has_text(weekend, days[i]))
            out->calendar.weekend |= 1u << i;
    int count = 0;
    for (const struct json *day = json_first(holidays); day && count < HOLIDAYS_MAX; day = json_next(day))
        if (json_as_text(day) && day_parse(json_as_text(day), &out->holidays[count]))
            count++;
    qsort(out->holidays, (size_t)count, sizeof *out->holidays, by_day);
    out->calendar.holidays = out->holidays;
    out->calendar.holiday_count = count;
}

/* What was added to the term: by case.extend, and while the clock stood still, as the term's own days count. */
static int days_more(const struct json *row, const struct catalogue_time *time,
                     const struct calendar *calendar)
{
    int more = 0;
    int32_t from, until;
    const struct json *extensions = json_get(row, "extensions"), *pauses = json_get(row, "pauses");
    for (const struct json *one = json_first(extensions); one; one = json_next(one))
        more += (int)json_int(one, "days", 0);
    for (const struct json *one = json_first(pauses); one; one = json_next(one))
        if (day_parse(json_text_or(one, "from", ""), &from) &&
            day_parse(json_text_or(one, "until", ""), &until) && until > from)
            more += time->working ? case_days_left(calendar, from, until) : until - from;
    return more;
}

enum err case_set_due(struct call *c, struct json *row, const struct json *service)
{
    enum { MINUTE_MS = 60 * 1000 };
    struct json *hall;
    struct hall_calendar hall_calendar;
    char start[DATE_TEXT], due[DATE_TEXT];
    int64_t complete_ms = row_time(row, "complete_at"), end_ms;
    if (complete_ms < 0)
        return ERR_OK;
    TRY(load_hall(c, &hall));
    hall_calendar_read(hall, &hall_calendar);
    time_date(complete_ms, start);
    struct catalogue_time time = catalogue_time(service, json_text(json_get(row, "fee"), "tier"), start);
    int extra = days_more(row, &time, &hall_calendar.calendar);
    bool minutes = time.days == 0 && time.minutes > 0;
    if (minutes)
        end_ms = complete_ms + time.minutes * (int64_t)MINUTE_MS + extra * (int64_t)DAY_MS;
    else if (!catalogue_due(&time, &hall_calendar.calendar, start, extra, due) || !time_day_end(due, &end_ms))
        end_ms = -1;
    row_set_time(row, "due_at", end_ms);
    return ERR_OK;
}

/* --- papers --- */

static enum err papers_of(struct call *c, const char *case_id, struct json *states)
{
    static const char sql[] = "SELECT row, id FROM documents WHERE case_ = $1 LIMIT $2"; /* documents_case */
    struct stmt *s = tx_list(c->tx, sql, TABLE_DOCUMENT, "case", case_id);
    db_bind_int(s, 2, CASE_ROWS_MAX);
    return rows_collect(s, states);
}

/* A submitted application whose papers are all there is complete, and its clock starts. The row is not saved
 * here. The answer gets "unmet". */
enum err case_settle(struct call *c, struct json *row, const struct json *service)
{
    struct json *states = keep(c, json_new_array());
    TRY(papers_of(c, row_id(row), states));
    int unmet = catalogue_documents_unmet(service, case_form_data(row), states);
    json_set_int(answer(c), "unmet", unmet);
    if (unmet > 0 || case_state_of(row) != CASE_SUBMITTED)
        return ERR_OK;
    /* By the rule, not by a person: whoever brought the last paper need not be of this agency. */
    TRY(case_do(c, row, &(struct case_act){.event = CASE_DO_COMPLETE, .user = "system", .agency = ""}));
    return case_set_due(c, row, service);
}
