/* screens/person_record.c: the sheet in which a person is recorded or corrected: quiet while typing, plain at a
 * field's end. The hall judges once more. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "screens/person.h"
#include "screens/show.h"
#include "tui/text.h"

static const struct member {
    const char *member, *label;
    enum sheet_kind kind;
    bool az, id; /* in which packs it is asked */
} members[PERSON_MEMBERS] = {
    [PERSON_NAME] = {"name", TR("Name"), SHEET_TEXT, false, true},
    [PERSON_FAMILY] = {"family", TR("Family name"), SHEET_TEXT, true, false},
    [PERSON_GIVEN] = {"given", TR("Given name"), SHEET_TEXT, true, false},
    [PERSON_FATHER] = {"father", TR("Father's name"), SHEET_TEXT, true, false},
    [PERSON_BORN] = {"born", TR("Date of birth"), SHEET_DATE, true, true},
    [PERSON_FIN] = {"fin", "FIN", SHEET_TEXT, true, false},
    [PERSON_NIK] = {"nik", "NIK", SHEET_TEXT, false, true},
    [PERSON_PHONE] = {"phone", TR("Phone"), SHEET_TEXT, true, true},
};

static bool is_id(const struct ui *ui)
{
    return str_equal(ui->session.pack, "id");
}

static bool is_asked(const struct ui *ui, int member)
{
    return is_id(ui) ? members[member].id : members[member].az;
}

/* --- what is typed, judged --- */

static int count_of(const char *text, const char *set)
{
    int count = 0;
    for (; *text; text++)
        count += strchr(set, *text) != NULL;
    return count;
}

bool person_number_kind(const struct ui *ui, const char *typed, enum identity *kind)
{
    static const char digits[] = "0123456789", separators[] = "./-";
    int numerals = count_of(typed, digits), spaces = count_of(typed, " ");
    bool whole = numerals + spaces + (*typed == '+') == (int)strlen(typed);
    if (!numerals || strpbrk(typed, separators))
        return false;
    if (!whole) {
        *kind = IDENTITY_FIN;
        return !is_id(ui) && !spaces;
    }
    if (is_id(ui))
        *kind = *typed == '+' || *typed == '0' ? IDENTITY_PHONE_ID : IDENTITY_NIK;
    else
        *kind = *typed == '+' || *typed == '0' || numerals > 7 ? IDENTITY_PHONE_AZ : IDENTITY_FIN;
    return true;
}

static const char *wrong_text(const struct ui *ui, enum identity kind)
{
    if (kind == IDENTITY_FIN)
        return tr(ui->lang, TR("A FIN has 7 letters and digits, never I or O."));
    if (kind == IDENTITY_NIK)
        return tr(ui->lang, TR("A NIK has 16 digits: region, date of birth, serial."));
    return tr(ui->lang, TR("This is no phone number."));
}

static void incomplete_text(const struct ui *ui, enum identity kind, int typed, char out[160])
{
    if (kind == IDENTITY_FIN)
        str_format(out, 160, tr(ui->lang, TR("FIN: 7 letters and digits; %d typed")), typed);
    else if (kind == IDENTITY_NIK)
        str_format(out, 160, tr(ui->lang, TR("NIK: 16 digits; %d typed")), typed);
    else
        str_format(out, 160, tr(ui->lang, TR("phone: %d digits typed")), typed);
}

enum verdict person_verdict(const struct ui *ui, enum identity kind, const char *typed, char out[160])
{
    struct identity_verdict verdict = {0};
    enum verdict found = identity_check(kind, typed, &verdict);
    out[0] = '\0';
    if (found == VERDICT_WRONG)
        str_copy(out, 160, wrong_text(ui, kind));
    if (found == VERDICT_INCOMPLETE)
        incomplete_text(ui, kind, (int)strlen(typed) - count_of(typed, " -+"), out);
    return found;
}

static enum identity kind_of(const struct ui *ui, int member)
{
    return member == PERSON_FIN   ? IDENTITY_FIN
           : member == PERSON_NIK ? IDENTITY_NIK
           : is_id(ui)            ? IDENTITY_PHONE_ID
                                  : IDENTITY_PHONE_AZ;
}

/* 31.12.1990, 31-12-1990 or 1990-12-31 → 1990-12-31. */
static bool date_of(const char *typed, char out[DATE_TEXT])
{
    static const int days[] = {31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int a = 0, b = 0, c = 0;
    char rest;
    if (sscanf(typed, "%4d%*1[-./]%2d%*1[-./]%4d%c", &a, &b, &c, &rest) != 3)
        return false;
    int year = a > 31 ? a : c, day = a > 31 ? c : a;
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    if (year < 1890 || year > 2199 || b < 1 || b > 12 || day < 1 || day > days[b - 1] ||
        (b == 2 && day == 29 && !leap))
        return false;
    return str_format(out, DATE_TEXT, "%04d-%02d-%02d", year, b, day);
}

static const char *born_fault(const struct ui *ui, const char *typed)
{
    char date[DATE_TEXT], today[DATE_TEXT];
    time_date(ui->now_ms, today);
    if (!date_of(typed, date))
        return tr(ui->lang, TR("Write it as day, month, year."));
    return strcmp(date, today) > 0 ? tr(ui->lang, TR("This day is still to come.")) : NULL;
}

/* NULL, or what is wrong with a member, as a sentence. */
static const char *fault_of(const struct person *self, const struct ui *ui, int member, char out[160])
{
    const char *typed = self->typed[member];
    if (!*typed || !is_asked(ui, member))
        return NULL;
    if (member == PERSON_BORN)
        return born_fault(ui, typed);
    if (member < PERSON_FIN)
        return NULL;
    return person_verdict(ui, kind_of(ui, member), typed, out) == VERDICT_OK ? NULL : out;
}

/* A NIK that does not fit the day of birth is only said: it never changes. */
static const char *nik_warning(const struct person *self, const struct ui *ui, char out[160])
{
    char born[DATE_TEXT], nik[IDENTITY_TEXT];
    if (!is_id(ui) || !identity_normal(IDENTITY_NIK, self->typed[PERSON_NIK], nik) ||
        !date_of(self->typed[PERSON_BORN], born) || nik_agrees(nik, born, 0, out, 160))
        return NULL;
    return tr(ui->lang, TR("The NIK tells another date of birth: look at the card."));
}

static bool has_name(const struct person *self)
{
    for (int i = PERSON_NAME; i <= PERSON_FATHER; i++)
        if (*self->typed[i])
            return true;
    return false;
}

/* --- the sheet --- */

struct items {
    struct sheet_item all[PERSON_MEMBERS];
    char faults[PERSON_MEMBERS][160];
    char warning[160];
    int count;
};

static void make_items(const struct person *self, const struct ui *ui, struct items *items)
{
    items->count = 0;
    for (int i = 0; i < PERSON_MEMBERS; i++) {
        if (!is_asked(ui, i))
            continue;
        struct sheet_item *item = &items->all[items->count++];
        *item = (struct sheet_item){.kind = members[i].kind,
                                    .id = members[i].member,
                                    .label = tr(ui->lang, members[i].label),
                                    .value = self->typed[i],
                                    .w = i <= PERSON_FATHER ? 36 : 20};
        if (i == PERSON_BORN)
            item->placeholder = tr(ui->lang, is_id(ui) ? TR("dd-mm-yyyy") : TR("dd.mm.yyyy"));
        const char *fault = fault_of(self, ui, i, items->faults[i]);
        if (fault && (self->left & 1U << i))
            item->error = fault;
        else if (fault && i >= PERSON_FIN)
            item->hint = fault;
        else if (i == PERSON_NIK)
            item->hint = nik_warning(self, ui, items->warning);
    }
}

static int member_of(const char *id)
{
    for (int i = 0; i < PERSON_MEMBERS; i++)
        if (strcmp(members[i].member, id) == 0)
            return i;
    return -1;
}

static void type_member(struct person *self, const struct ui *ui, int member, const char *value)
{
    str_copy(self->typed[member], PERSON_TEXT, value ? value : "");
    self->journal_due = true;
    self->typed_ms = ui->now_ms;
}

static void take_event(struct person *self, const struct ui *ui, const struct sheet_event *event,
                       struct effects *effects)
{
    int member = member_of(event->id);
    if (member >= 0 &&
        (event->kind == SHEET_CHANGED || event->kind == SHEET_LEFT || event->kind == SHEET_DONE))
        type_member(self, ui, member, event->value);
    if (member >= 0 && event->kind != SHEET_CHANGED)
        self->left |= 1U << member;
    if (event->kind == SHEET_DONE)
        effects_toast(effects, TOAST_PLAIN, "%s", tr(ui->lang, TR("F10 saves.")));
}

void person_record_key(struct person *self, const struct ui *ui, struct key key, struct effects *effects)
{
    struct items items;
    make_items(self, ui, &items);
    struct sheet_event event = sheet_key(&self->sheet, items.all, items.count, key);
    if (event.kind != SHEET_IGNORED && event.kind != SHEET_USED)
        take_event(self, ui, &event, effects);
}

void person_record_paste(struct person *self, const struct ui *ui, const char *text)
{
    struct items items;
    struct effects none = {0};
    make_items(self, ui, &items);
    struct sheet_event event = sheet_paste(&self->sheet, items.all, items.count, text, strlen(text));
    take_event(self, ui, &event, &none);
    effects_deinit(&none);
}

bool person_record_typing(const struct person *self, const struct ui *ui)
{
    (void)ui;
    return self->place == PERSON_RECORD; /* every field of the sheet is typed into */
}

void person_record_clear(struct person *self)
{
    memset(self->typed, 0, sizeof self->typed);
    self->edited[0] = '\0';
    self->left = 0;
    sheet_deinit(&self->sheet);
    sheet_init(&self->sheet);
}

/* --- kept until it is saved --- */

static const char record_journal[] = "person", record_object[] = "record";

void person_record_keep(struct person *self, struct effects *effects)
{
    if (!self->journal_due)
        return;
    struct json *typed = json_new_object();
    json_set_text(typed, "person", self->edited);
    for (int i = 0; i < PERSON_MEMBERS; i++)
        json_set_text(typed, members[i].member, self->typed[i]);
    effects_journal_put(effects, record_journal, record_object, typed);
    self->journal_due = false;
}

void person_record_recover(struct person *self, const struct json *rows)
{
    bool asked = self->recovered;
    self->recovered = true;
    if (asked || self->place == PERSON_RECORD)
        return;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const struct json *typed = json_get(row, "typed");
        if (!str_equal(json_text(row, "screen"), record_journal))
            continue;
        str_copy(self->edited, sizeof self->edited, json_text_or(typed, "person", ""));
        str_copy(self->kept_at, sizeof self->kept_at, json_text_or(row, "at", ""));
        for (int i = 0; i < PERSON_MEMBERS; i++)
            str_copy(self->typed[i], PERSON_TEXT, json_text_or(typed, members[i].member, ""));
    }
}

void person_record_forget(struct person *self, struct effects *effects)
{
    self->journal_due = false;
    effects_journal_drop(effects, record_journal, record_object);
}

/* What was searched for is what the person said. */
static void take_search(struct person *self, const struct ui *ui)
{
    const char *q = field_text(&self->find);
    enum identity kind;
    char date[DATE_TEXT];
    if (person_number_kind(ui, q, &kind)) {
        int member = kind == IDENTITY_FIN ? PERSON_FIN : kind == IDENTITY_NIK ? PERSON_NIK : PERSON_PHONE;
        str_copy(self->typed[member], PERSON_TEXT, q);
    } else if (date_of(q, date)) {
        str_copy(self->typed[PERSON_BORN], PERSON_TEXT, q);
    } else {
        str_copy(self->typed[is_id(ui) ? PERSON_NAME : PERSON_FAMILY], PERSON_TEXT, q);
    }
}

static void take_person(struct person *self, const struct ui *ui, const struct json *person)
{
    char born[SHOW_TEXT];
    str_copy(self->edited, sizeof self->edited, json_text_or(person, "id", ""));
    for (int i = 0; i < PERSON_MEMBERS; i++)
        str_copy(self->typed[i], PERSON_TEXT, json_text_or(person, members[i].member, ""));
    str_copy(self->typed[PERSON_BORN], PERSON_TEXT, show_day(ui, json_text(person, "born"), born));
}

/* person NULL: a new one; what was typed there before and not saved is still there. */
void person_record_begin(struct person *self, const struct ui *ui, const struct json *person,
                         struct effects *effects)
{
    const char *id = json_text_or(person, "id", "");
    bool empty = true;
    for (int i = 0; i < PERSON_MEMBERS; i++)
        empty = empty && !*self->typed[i];
    if (empty || strcmp(id, self->edited) != 0) {
        person_record_clear(self);
        if (person)
            take_person(self, ui, person);
        else
            take_search(self, ui);
    } else if (*self->kept_at) {
        char moment[SHOW_TEXT];
        effects_toast(effects, TOAST_WARN, tr(ui->lang, TR("Recovered text from %s")),
                      show_moment(ui, self->kept_at, moment));
    }
    self->kept_at[0] = '\0';
    self->place = PERSON_RECORD;
}

static void put_member(const struct person *self, int member, struct json *body)
{
    char date[DATE_TEXT];
    const char *text = self->typed[member];
    if (member == PERSON_BORN)
        text = date_of(text, date) ? date : "";
    if (*text)
        json_set_text(body, members[member].member, text);
    else if (*self->edited)
        json_set_null(body, members[member].member);
}

void person_record_save(struct person *self, const struct ui *ui, struct effects *effects)
{
    char fault[160];
    self->left = ~0U;
    if (!has_name(self))
        return effects_toast(effects, TOAST_WARN, "%s", tr(ui->lang, TR("A person needs a name.")));
    for (int i = 0; i < PERSON_MEMBERS; i++) {
        const char *why = fault_of(self, ui, i, fault);
        if (!why)
            continue;
        struct items items;
        make_items(self, ui, &items);
        sheet_focus(&self->sheet, items.all, items.count, members[i].member);
        return effects_toast(effects, TOAST_WARN, "%s", why);
    }
    struct json *body = json_new_object();
    if (*self->edited)
        json_set_text(body, "person", self->edited);
    if (*self->ticket)
        json_set_text(body, "ticket", self->ticket);
    for (int i = 0; i < PERSON_MEMBERS; i++)
        if (is_asked(ui, i))
            put_member(self, i, body);
    effects_command(effects, "person.record", body);
}

void person_record_view(const struct person *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    struct items items;
    make_items(self, ui, &items);
    struct rect head = rect_cut_top(&area, area.h > 12 ? 2 : 1);
    rect_cut_left(&head, 1);
    text_draw(frame, head,
              tr(ui->lang, *self->edited ? TR("Correct this person") : TR("Record a new person")),
              STYLE_TITLE | ATTR_BOLD);
    struct rect foot = area.h > 9 ? rect_cut_bottom(&area, 1) : (struct rect){0};
    rect_cut_left(&foot, 1);
    text_draw(frame, foot,
              tr(ui->lang, *self->ticket
                               ? TR("F10 saves and takes this person for the visit · Esc keeps what is typed")
                               : TR("F10 saves · Esc keeps what is typed")),
              STYLE_DIM);
    sheet_draw(&self->sheet, items.all, items.count, frame, rect_inset(area, 1, 0));
}
