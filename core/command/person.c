/* core/command/person.c: who the citizen is: found, recorded, put on a ticket.
 *
 * Identity numbers are judged and stored in one form (core/model/person.h). A NIK that does not match the birth
 * date is only a warning, because a NIK never changes; people with the same number are told, not merged. */
#include "core/model/person.h"

#include <string.h>

#include "core/command/cases.h"
#include "core/command/ticket_row.h"

enum { DUPLICATES_MAX = 5, TICKET_CASES_MAX = 50, NAME_MAX_BYTES = 200 };

/* --- members of a person, from an object --- */

/* persons_fin, persons_nik */
static const char sql_fin[] = "SELECT row, id FROM persons WHERE fin = $1 ORDER BY id LIMIT $2";
static const char sql_nik[] = "SELECT row, id FROM persons WHERE nik = $1 ORDER BY id LIMIT $2";

static const struct number_kind {
    const char *member, *sql; /* sql NULL: not an identity */
    enum identity kinds[2];   /* the first that fits */
} number_kinds[] = {
    {"fin", sql_fin, {IDENTITY_FIN, IDENTITY_FIN}},
    {"nik", sql_nik, {IDENTITY_NIK, IDENTITY_NIK}},
    {"phone", NULL, {IDENTITY_PHONE_AZ, IDENTITY_PHONE_ID}},
};
enum { NUMBER_KINDS = sizeof number_kinds / sizeof *number_kinds };

static const char *const plain_members[] = {"name",    "given", "father",  "family",
                                            "address", "email", "language"};

static bool normal(const struct number_kind *kind, const char *typed, char out[IDENTITY_TEXT])
{
    return identity_normal(kind->kinds[0], typed, out) || identity_normal(kind->kinds[1], typed, out);
}

/* A member that the object has: its text, or NULL for null and "". Absent: *given false. */
static enum err member(struct call *c, const struct json *from, const char *name, const char **text,
                       bool *given)
{
    const struct json *value = json_get(from, name);
    *given = value != NULL;
    *text = json_as_text(value);
    if (value && !json_is_null(value) && !*text)
        return refuse(c, "invalid_body", name, "\"%s\" must be a text.", name);
    if (*text && strlen(*text) > NAME_MAX_BYTES)
        return refuse(c, "invalid_body", name, "\"%s\" is longer than %d characters. Shorten it.", name,
                      NAME_MAX_BYTES);
    if (str_empty(*text))
        *text = NULL;
    return ERR_OK;
}

static enum err set_plain(struct call *c, const struct json *from, struct json *row)
{
    for (size_t i = 0; i < sizeof plain_members / sizeof *plain_members; i++) {
        const char *text;
        bool given;
        TRY(member(c, from, plain_members[i], &text, &given));
        if (given)
            json_set_text(row, plain_members[i], text);
    }
    return ERR_OK;
}

static enum err refuse_number(struct call *c, const struct number_kind *kind, const char *typed)
{
    struct identity_verdict verdict;
    char code[40];
    identity_check(kind->kinds[0], typed, &verdict);
    str_format(code, sizeof code, "invalid_%s", kind->member);
    return refuse(c, code, kind->member, "This number is not as it should be (%s). Look at the card again.",
                  verdict.text);
}

/* In a training hall, where everybody is invented, no number may be somebody's: what is typed there by mistake, or brought in,
 * is refused before it is kept. */
static enum err must_be_invented(struct call *c, const struct number_kind *kind, const char *text)
{
    struct json *hall;
    for (size_t i = 0; i < sizeof kind->kinds / sizeof *kind->kinds; i++)
        if (identity_is_invented(kind->kinds[i], text))
            return ERR_OK;
    TRY(load_hall(c, &hall));
    if (!json_bool(hall, "practice", false))
        return ERR_OK;
    return refuse(c, "number_could_be_real", kind->member,
                  "This is a training hall, and this number could be somebody's. Nothing was recorded. "
                  "Invented ones: NIK and "
                  "FIN begin with 99, telephones have 0000 before their last four digits.");
}

static enum err set_numbers(struct call *c, const struct json *from, struct json *row)
{
    for (int i = 0; i < NUMBER_KINDS; i++) {
        const struct number_kind *kind = &number_kinds[i];
        const char *typed;
        char text[IDENTITY_TEXT];
        bool given;
        TRY(member(c, from, kind->member, &typed, &given));
        if (typed && !normal(kind, typed, text))
            return refuse_number(c, kind, typed);
        if (typed)
            TRY(must_be_invented(c, kind, text));
        if (given)
            json_set_text(row, kind->member, typed ? text : NULL);
    }
    return ERR_OK;
}

static enum err set_born(struct call *c, const struct json *from, struct json *row)
{
    const char *text;
    bool given;
    int32_t day;
    TRY(member(c, from, "born", &text, &given));
    if (text && !day_parse(text, &day))
        return refuse(c, "invalid_born", "born", "\"%.20s\" is no date like 1990-12-31.", text);
    if (given)
        json_set_text(row, "born", text);
    return ERR_OK;
}

static enum err set_documents(struct call *c, const struct json *from, struct json *row)
{
    const struct json *documents = json_get(from, "documents");
    if (!documents || json_is_null(documents))
        return ERR_OK;
    if (!json_is_array(documents) || json_count(documents) > CASE_LIST_MAX)
        return refuse(c, "invalid_body", "documents", "\"documents\" must be a list of at most %d papers.",
                      CASE_LIST_MAX);
    json_set(row, "documents", json_copy(documents));
    return ERR_OK;
}

/* The name as it is spoken, from its parts, when nobody wrote a whole one. */
static void set_whole_name(const struct json *from, struct json *row)
{
    static const char *const parts[] = {"given", "father", "family"};
    struct buf name = {0};
    bool part_given = false;
    if (!str_empty(json_text(from, "name")))
        return;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        const char *part = json_text(row, parts[i]);
        part_given |= json_get(from, parts[i]) != NULL;
        if (!str_empty(part))
            buf_addf(&name, "%s%s", name.length ? " " : "", part);
    }
    if (name.length && (part_given || str_empty(json_text(row, "name"))))
        json_set_text(row, "name", buf_text(&name));
    buf_free(&name);
}

static enum err set_members(struct call *c, const struct json *from, struct json *row)
{
    TRY(set_plain(c, from, row));
    TRY(set_numbers(c, from, row));
    TRY(set_born(c, from, row));
    TRY(set_documents(c, from, row));
    set_whole_name(from, row);
    for (int i = 0; i < NUMBER_KINDS; i++)
        if (!str_empty(json_text(row, number_kinds[i].member)))
            return ERR_OK;
    if (str_empty(json_text(row, "name")))
        return refuse(c, "name_needed", "name", "A person needs a name or an identity number.");
    return ERR_OK;
}

/* Every member is there from the start, so that a reader need not know which come later. */
static struct json *new_person(struct call *c, const char *id)
{
    static const char *const members[] = {"name", "given", "father", "family", "fin", "nik", "born", "phone"};
    struct json *row = row_new(c, id);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        json_set_null(row, members[i]);
    json_set(row, "documents", json_new_array());
    return row;
}

/* --- several records of one person --- */

static enum err get_row(void *ctx, const char *id, struct json **row)
{
    struct call *c = ctx;
    return tx_get(c->tx, TABLE_PERSON, id, row);
}

enum err person_goes_on(struct call *c, const char *id, struct json **row)
{
    *row = NULL;
    enum err err = str_empty(id) ? ERR_ABSENT : person_root(get_row, c, id, row);
    keep(c, *row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err person_records(struct call *c, const char *id, struct json **ids)
{
    *ids = keep(c, json_new_array());
    return person_group(get_row, c, id, *ids);
}

enum err person_cases_of(struct call *c, const char *record, int max, struct json **found)
{
    static const char sql[] = "SELECT row, opened_at FROM cases WHERE person = $1"
                              " ORDER BY opened_at DESC LIMIT $2"; /* cases_person */
    *found = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql, TABLE_CASE, "person", record);
    db_bind_int(s, 2, max);
    return rows_collect(s, *found);
}

enum err person_cases(struct call *c, const char *person, int each_max, struct json **found)
{
    struct json *ids, *of_one;
    *found = keep(c, json_new_array());
    TRY(person_records(c, person, &ids));
    for (const struct json *id = json_first(ids); id; id = json_next(id)) {
        TRY(person_cases_of(c, json_as_text(id), each_max, &of_one));
        for (const struct json *one = json_first(of_one); one; one = json_next(one))
            json_add(*found, json_copy(one));
    }
    return ERR_OK;
}

/* --- finding --- */

static enum err same_number(struct call *c, const struct number_kind *kind, const char *number,
                            struct json **found)
{
    *found = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, kind->sql, TABLE_PERSON, kind->member, number);
    db_bind_int(s, 2, DUPLICATES_MAX);
    return rows_collect(s, *found);
}

static enum err find_by_number(struct call *c, const struct json *from, const char **person)
{
    *person = NULL;
    for (int i = 0; i < NUMBER_KINDS && !*person; i++) {
        char text[IDENTITY_TEXT];
        struct json *found;
        const char *typed = json_text(from, number_kinds[i].member);
        if (!number_kinds[i].sql || !typed || !normal(&number_kinds[i], typed, text))
            continue;
        TRY(same_number(c, &number_kinds[i], text, &found));
        if (json_count(found) == 0)
            continue;
        struct json *row;
        TRY(person_goes_on(c, row_id(json_first(found)), &row));
        *person = row ? row_id(row) : row_id(json_first(found));
    }
    return ERR_OK;
}

/* With all that was known of them (core/hall/person_erase.h): a record that leads to nobody. One whose application must be
 * kept still says who it is. */
static bool is_erased(const struct json *row)
{
    return json_get(row, "erased_at") && !json_get(row, "kept_until");
}

enum err person_resolve(struct call *c, const char **person)
{
    const struct json *named = json_get(c->body, "person");
    struct json *row;
    char id[UUID_TEXT];
    *person = NULL;
    if (!json_is_object(named)) {
        const char *text;
        TRY(body_text(c, "person", &text));
        if (!text)
            return ERR_OK;
        TRY(load(c, TABLE_PERSON, "person", text, &row));
        TRY(person_goes_on(c, text, &row));
        *person = is_erased(row) ? NULL : row_id(row); /* nobody that a visit could be of */
        return ERR_OK;
    }
    bool erased = false;
    if (!str_empty(json_text(named, "id"))) {
        TRY(person_goes_on(c, json_text(named, "id"), &row));
        erased = row && is_erased(row);
        *person = row && !erased ? row_id(row) : NULL;
    }
    if (!*person)
        TRY(find_by_number(c, named, person));
    if (*person)
        return ERR_OK;
    if (uuid_valid(json_text(named, "id")) && !erased)
        str_copy(id, sizeof id, json_text(named, "id"));
    else
        TRY(new_id(c, TABLE_PERSON, id));
    row = new_person(c, id);
    TRY(set_members(c, named, row));
    if (c->actor->machine) /* nobody has looked at a card: who it is may be known under another spelling */
        json_set_bool(row, "possible_duplicate", true);
    *person = row_id(row);
    return save(c, TABLE_PERSON, row);
}

/* --- on a ticket --- */

/* Applications of the visit that were opened before anybody knew for whom. */
static enum err identify_cases(struct call *c, const char *ticket, const char *person)
{
    static const char sql[] = "SELECT row, opened_at FROM cases WHERE ticket = $1"
                              " ORDER BY opened_at LIMIT $2"; /* cases_ticket */
    struct json *found = keep(c, json_new_array());
    struct stmt *s = tx_list(c->tx, sql, TABLE_CASE, "ticket", ticket);
    db_bind_int(s, 2, TICKET_CASES_MAX);
    TRY(rows_collect(s, found));
    for (const struct json *one = json_first(found); one; one = json_next(one)) {
        if (!str_empty(json_text(one, "person")) || !case_is_undecided(case_state_of(one)))
            continue;
        struct json *row = keep(c, json_copy(one));
        json_set_text(row, "person", person);
        TRY(case_mark_twin(c, row));
        TRY(save(c, TABLE_CASE, row));
    }
    return ERR_OK;
}

enum err ticket_identify(struct call *c, struct json *ticket, const char *person)
{
    json_set_text(ticket, "person", person);
    TRY(save(c, TABLE_TICKET, ticket));
    return identify_cases(c, row_id(ticket), person);
}

/* The holder says who stands at the desk; reception says it of whoever waits. */
static enum err need_ticket_mine(struct call *c, const struct json *ticket)
{
    const char *user = json_text(ticket, "user");
    TRY(ticket_need_here(c, ticket));
    if (str_empty(user) || is_me(c, user) || is_role(c, ROLE_RECEPTION | ROLE_SUPERVISOR))
        return ERR_OK;
    return refuse(c, "not_your_ticket", "ticket", "%s is with %s: only they can say who it is.",
                  json_text_or(ticket, "number", "This ticket"), user_name(c, user));
}

/* --- person.record --- */

static enum err put_duplicates(struct call *c, const struct json *row)
{
    struct json *list = json_new_array(), *own;
    json_set(answer(c), "duplicates", list);
    TRY(person_records(c, row_id(row), &own));
    for (int i = 0; i < NUMBER_KINDS; i++) {
        const char *number = json_text(row, number_kinds[i].member);
        struct json *found;
        if (!number_kinds[i].sql || str_empty(number))
            continue;
        TRY(same_number(c, &number_kinds[i], number, &found));
        for (const struct json *other = json_first(found); other; other = json_next(other)) {
            if (json_has_text(own, row_id(other)))
                continue;
            struct json *one = json_new_object();
            json_set_text(one, "id", row_id(other));
            json_set_text(one, "name", json_text(other, "name"));
            json_set_text(one, "by", number_kinds[i].member);
            json_add(list, one);
        }
    }
    return ERR_OK;
}

static void put_warnings(struct call *c, const struct json *row)
{
    char text[200];
    struct json *list = json_new_array();
    json_set(answer(c), "warnings", list);
    const char *nik = json_text(row, "nik"), *born = json_text(row, "born");
    if (str_empty(nik) || str_empty(born) || nik_agrees(nik, born, 0, text, sizeof text))
        return;
    struct json *warning = json_new_object();
    json_set_text(warning, "field", "nik");
    json_set_text(warning, "code", "nik_born");
    json_set_text(warning, "message", text);
    json_add(list, warning);
}

/* Whether the body says anything of the person beyond who it is. */
static bool says_something(const struct json *body)
{
    for (const struct json *m = json_first(body); m; m = json_next(m))
        if (!str_equal(json_name(m), "person") && !str_equal(json_name(m), "ticket") &&
            !str_equal(json_name(m), "case") && !str_equal(json_name(m), "known"))
            return true;
    return false;
}

/* Found in the hall's archive and not in this copy: "known" is what was shown there, so that the visit has a name here at
 * once. A hall that has the person looks no further; one that was restored from before has them again. */
static enum err record_known(struct call *c, const char *id, const struct json *known, struct json **row)
{
    *row = new_person(c, id);
    TRY(set_members(c, known, *row));
    return save(c, TABLE_PERSON, *row);
}

static enum err refuse_merged(struct call *c, const struct json *row)
{
    struct json *root;
    TRY(person_goes_on(c, row_id(row), &root));
    return refuse(
        c, "person_merged", "person",
        "This record was merged: it goes on as %s. Nothing was changed; what was typed is kept: open "
        "that record and compare.",
        json_text_or(root, "name", "another"));
}

/* What was written before the erasure may not bring back what it took; who comes again is recorded again. */
static enum err need_not_erased(struct call *c, struct json *row)
{
    int64_t seen = c->command->base_rev;
    if (!json_get(row, "erased_at"))
        return ERR_OK;
    if (is_erased(row) || (seen >= 0 && seen < json_int(row, "row_rev", 0)))
        return refuse(
            c, "person_erased", "person",
            "What the hall held of this person was erased meanwhile, as they asked. Nothing was recorded; if "
            "they are here again, record them anew.");
    json_remove(row, "erased_at");
    json_remove(row, "kept_until");
    return ERR_OK;
}

static enum err record(struct call *c, struct json **row)
{
    char id[MODEL_ID];
    const struct json *known;
    TRY(body_id(c, "person", id));
    TRY(body_object(c, "known", &known));
    TRY(peek(c, TABLE_PERSON, id, row));
    if (!*row && known && !says_something(c->body))
        return record_known(c, id, known, row);
    if (*row && !says_something(c->body))
        return person_goes_on(c, id, row); /* only put on a ticket */
    if (*row && !str_empty(json_text(*row, "merged_into")))
        return refuse_merged(c, *row);
    if (*row)
        TRY(need_not_erased(c, *row));
    if (!*row)
        *row = new_person(c, id);
    TRY(set_members(c, c->body, *row));
    json_remove(*row, "possible_duplicate"); /* somebody has looked */
    row_set_time(*row, "changed_at", c->at_ms);
    json_set_text(*row, "changed_by", c->actor->user);
    return save(c, TABLE_PERSON, *row);
}

/* {person, ticket?, known?, name? given? father? family? fin? nik? born? phone? documents?}: makes or changes a person;
 * members that are not named stay as they are. With a ticket it also says that this is who stands at the desk,
 * and that alone when nothing else is named. */
enum err person_record(struct call *c)
{
    const char *ticket_id;
    struct json *ticket = NULL, *row;
    TRY(body_text(c, "ticket", &ticket_id));
    if (ticket_id) {
        TRY(load(c, TABLE_TICKET, "ticket", ticket_id, &ticket));
        TRY(need_ticket_mine(c, ticket));
    }
    TRY(record(c, &row));
    if (ticket)
        TRY(ticket_identify(c, ticket, row_id(row)));
    json_set_text(answer(c), "person", row_id(row));
    put_warnings(c, row);
    return put_duplicates(c, row);
}

/* Why somebody looks whom no visit at their desk brought to it. */
static enum err read_purpose(struct call *c)
{
    enum { WORDS_MAX = 200 }; /* code points */
    static const char *const purposes[] = {"asked",       "complaint",   "correction",
                                           "same_person", "supervision", "other"};
    const char *purpose, *text;
    bool known = false;
    TRY(body_text(c, "purpose", &purpose));
    TRY(body_text(c, "text", &text));
    for (size_t i = 0; purpose && i < sizeof purposes / sizeof *purposes; i++)
        known |= str_equal(purpose, purposes[i]);
    if (purpose && !known)
        return refuse(c, "invalid_purpose", "purpose",
                      "A look has one of these purposes: asked, complaint, correction, same_person, "
                      "supervision, other.");
    if (str_equal(purpose, "other") && str_empty(text))
        return refuse(c, "reason_needed", "text", "Why? Say it in a word or two; it is kept with the look.");
    return text && utf8_count(text, strlen(text)) > WORDS_MAX
               ? refuse(c, "text_too_long", "text", "Say it shorter: %d signs at most.", WORDS_MAX)
               : ERR_OK;
}

/* {person, ticket?, purpose?, text?} or {case}: hidden values were shown on a screen. Nothing changes; the audit keeps who,
 * when, of whom and why: the visit that is served, the application that is worked on, else the purpose that was said
 * (core/hall/audit_index.c). A workstation from before there were purposes says none. */
enum err person_reveal(struct call *c)
{
    const char *person, *of_case;
    struct json *row, *service;
    TRY(read_purpose(c));
    TRY(body_text(c, "person", &person));
    TRY(body_text(c, "case", &of_case));
    if (of_case)
        return case_load(c, &row, &service);
    if (c->tx->predicting && !str_empty(person))
        return ERR_OK; /* of the hall's archive: it need not be in this copy */
    return load(c, TABLE_PERSON, "person", person ? person : "", &row);
}
