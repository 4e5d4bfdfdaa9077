/* core/hall/bus.c: departure and recall. See bus.h; the return is bus_merge.c, the laptop's half bus_mobile.c. */
#include "core/hall/bus.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/persons.h"
#include "core/model/role.h"
#include "core/model/ticket.h"

enum {
    CODE_MAX = 12, /* in front of every number that the bus gives out */
    NAME_MAX_BYTES = 120,
    QUEUES_MAX = 50,
    USERS_MAX = 100,
    TICKETS_MAX = 3000, /* of one queue */
    CASES_OF_ONE_MAX = 500,
    PARTS_MAX = 400,
    SERVICES_MAX = 20000, /* of one queue, with all their kept versions; or agencies */
    MARK_MAX = 500,       /* tickets marked in one change */
};

struct depart {
    const struct server_env *env;
    const struct json *request;
    struct err_info *info;
    const char *code, *name;
    struct json *queues;  /* rows, as they leave */
    struct json *users;   /* rows */
    struct json *tickets; /* rows that go along */
    struct json *services;
    struct json *seen; /* "table id": packed already */
    struct parcel_writer out;
    struct hall_state base;
    char label[CODE_MAX + 2];  /* of the trip: in front of ticket numbers */
    char block[CODE_MAX + 24]; /* the trip's own code: in front of application numbers */
    int64_t cases, persons;
};

/* --- who and what --- */

static bool is_code(const char *text)
{
    static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";
    size_t length = text ? strlen(text) : 0;
    return length > 0 && length <= CODE_MAX && strspn(text, letters) == length;
}

static enum err check_words(struct depart *d)
{
    struct json *hall = NULL;
    size_t name = d->name ? strlen(d->name) : 0;
    if (!is_code(d->code))
        return err_set(
            d->info, ERR_USAGE,
            "--to is the code of the bus, at most %d letters and digits, such as B3: its numbers begin "
            "with it.",
            CODE_MAX);
    if (name == 0 || name > NAME_MAX_BYTES || !utf8_valid(d->name, name) || strpbrk(d->name, "\r\n\t"))
        return err_set(d->info, ERR_USAGE, "--name is the name of the bus, one line of at most %d bytes.",
                       NAME_MAX_BYTES);
    enum err err = store_hall(d->env->db, &hall);
    if (err == ERR_OK && json_is_object(json_get(hall, "mobile")))
        err = err_set(d->info, ERR_CONFLICT, "This hall is a bus itself: its queues leave from %s.",
                      json_text_or(json_get(hall, "mobile"), "home", "their own hall"));
    else if (err == ERR_OK && str_equal(json_text(hall, "code"), d->code))
        err = err_set(d->info, ERR_USAGE, "%s is this hall's own code. Give the bus another.", d->code);
    json_free(&hall);
    return err;
}

static enum err first_by(struct db *db, const char *sql, const char *value, struct json **row)
{
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, value);
    return rows_first(s, row);
}

static enum err find_queue(const struct server_env *env, const char *named, struct json **row,
                           struct err_info *info)
{
    static const char sql_code[] = "SELECT row FROM queues WHERE code = $1"; /* queues_code */
    enum err err = first_by(env->db, sql_code, named, row);
    if (err == ERR_ABSENT)
        err = row_get(env->db, TABLE_QUEUE, named, row);
    if (err == ERR_ABSENT)
        err_set(info, err, "This hall has no queue \"%s\". Nothing was changed.", named);
    return err;
}

/* Through the command, so that it is one of the audit as if a supervisor had pressed a key. */
static enum err set_home(const struct server_env *env, const char *queue, const char *home, const char *name,
                         struct err_info *info)
{
    struct outcome out = {0};
    struct json *body = json_new_object();
    json_set_text(body, "queue", queue);
    json_set_text(body, "home", home);
    json_set_text(body, "name", name);
    enum err err = server_command(env, NULL, "queue.home", body, &out);
    if (err == ERR_OK && !out.applied)
        err = err_set(info, ERR_CONFLICT, "%s", out.message);
    json_free(&out.data);
    json_free(&body);
    return err;
}

static bool is_here(const struct json *queue, const struct json *hall)
{
    const char *home = json_text_or(queue, "home", "");
    return !*home || str_equal(home, "hall") || str_equal(home, json_text(hall, "code"));
}

/* One that left with this bus before and never came leaves anew: what the first brings home then is late. */
static enum err send_queue(struct depart *d, const char *named, const struct json *hall)
{
    struct json *row = NULL, *sent = NULL;
    enum err err = find_queue(d->env, named, &row, d->info);
    if (err != ERR_OK)
        return err;
    char id[64];
    str_copy(id, sizeof id, json_text_or(row, "id", ""));
    bool again = str_equal(json_text(row, "home"), d->code);
    if (!again && !is_here(row, hall))
        err = err_set(d->info, ERR_CONFLICT,
                      "Queue %s is with %s. Nothing was changed; loketd recall takes it back.", named,
                      json_text_or(row, "home_name", json_text_or(row, "home", "another bus")));
    json_free(&row);
    if (err == ERR_OK && again)
        err = set_home(d->env, id, NULL, NULL, d->info);
    if (err == ERR_OK)
        err = set_home(d->env, id, d->code, d->name, d->info);
    if (err == ERR_OK)
        err = row_get(d->env->db, TABLE_QUEUE, id, &sent);
    if (err == ERR_OK)
        json_add(d->queues, sent);
    return err;
}

static enum err send_queues(struct depart *d)
{
    struct json *hall = NULL;
    const struct json *named = json_get(d->request, "queues");
    if (json_count(named) == 0 || json_count(named) > QUEUES_MAX)
        return err_set(d->info, ERR_USAGE, "--queues names the queues that go along, at most %d.",
                       QUEUES_MAX);
    enum err err = store_hall(d->env->db, &hall);
    for (const struct json *one = json_first(named); one && err == ERR_OK; one = json_next(one))
        err = send_queue(d, json_as_text(one) ? json_as_text(one) : "", hall);
    json_free(&hall);
    return err;
}

static enum err find_users(struct depart *d)
{
    static const char sql[] = "SELECT row FROM users WHERE login = $1"; /* users_login */
    const struct json *named = json_get(d->request, "users");
    bool clerk = false;
    if (json_count(named) == 0 || json_count(named) > USERS_MAX)
        return err_set(d->info, ERR_USAGE, "--users names the people who go along, at most %d.", USERS_MAX);
    for (const struct json *one = json_first(named); one; one = json_next(one)) {
        struct json *row = NULL;
        const char *login = json_as_text(one) ? json_as_text(one) : "";
        enum err err = first_by(d->env->db, sql, login, &row);
        if (err == ERR_OK && !json_bool(row, "active", true))
            err = err_set(d->info, ERR_CONFLICT, "The account %s is disabled. Nothing was changed.", login);
        else if (err == ERR_ABSENT)
            err_set(d->info, err,
                    "There is no account %s. Nothing was changed; loketd user list shows them all.", login);
        if (err != ERR_OK) {
            json_free(&row);
            return err;
        }
        clerk = clerk || json_has_text(json_get(row, "roles"), "clerk");
        json_add(d->users, row);
    }
    return clerk ? ERR_OK
                 : err_set(d->info, ERR_USAGE,
                           "Nobody among --users is a clerk: nobody could call. Nothing was changed.");
}

/* --- the block of numbers --- */

/* Numbers of a day are unique also when a first trip of the same bus is still out or came home today. */
static enum err lease_block(struct depart *d)
{
    static const char sql[] = "SELECT state, day FROM away WHERE code = $1"; /* away_code */
    char today[DATE_TEXT];
    int64_t trips = 1, rivals = 0;
    time_date(d->env->now_ms, today);
    struct stmt *s = db_query(d->env->db, sql);
    db_bind_text(s, 1, d->code);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        trips++;
        rivals += !str_equal(db_text(s, 0), "merged") || str_equal(db_text(s, 1), today);
    }
    db_done(s);
    if (rivals > 25)
        return err_set(d->info, ERR_CONFLICT,
                       "%s left 26 times without coming home. Give the bus another code.", d->code);
    str_format(d->label, sizeof d->label, "%s", d->code);
    if (rivals)
        str_format(d->label, sizeof d->label, "%s%c", d->code, (char)('a' + rivals));
    str_format(d->block, sizeof d->block, "%s.%lld", d->code, (long long)trips);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- tickets --- */

static enum err find_tickets(struct depart *d)
{
    /* tickets_arrival; those sent to a counter or person of this hall stay, and so do bookings for a later day */
    static const char sql[] =
        "SELECT row, arrived_at, number FROM tickets WHERE queue = $1 AND state = 'waiting'"
        " AND arrived_at > '' AND COALESCE(counter, '') = '' AND COALESCE(user_, '') = ''"
        " ORDER BY arrived_at, number LIMIT $2";
    enum err err = ERR_OK;
    for (const struct json *q = json_first(d->queues); q && err == ERR_OK; q = json_next(q)) {
        struct stmt *s = db_query(d->env->db, sql);
        db_bind_text(s, 1, json_text(q, "id"));
        db_bind_int(s, 2, TICKETS_MAX);
        err = rows_collect(s, d->tickets);
    }
    return err;
}

struct marking {
    struct depart *d;
    const struct json *next;
};

static enum err mark_some(struct tx *tx, void *ctx)
{
    struct marking *m = ctx;
    enum err err = ERR_OK;
    for (int i = 0; i < MARK_MAX && m->next && err == ERR_OK; i++, m->next = json_next(m->next)) {
        struct json *row = json_copy(m->next);
        json_set_text(row, "away", m->d->code);
        err = tx_put(tx, TABLE_TICKET, json_text_or(row, "id", ""), row);
        json_free(&row);
    }
    return err;
}

static enum err mark_tickets(struct depart *d)
{
    struct marking m = {.d = d, .next = json_first(d->tickets)};
    struct json *detail = json_new_object();
    json_set_text(detail, "away", json_text(d->request, "id"));
    json_set_text(detail, "code", d->code);
    json_set_int(detail, "tickets", (int64_t)json_count(d->tickets));
    enum err err;
    do
        err = server_change(d->env, "bus.depart", detail, mark_some, &m);
    while (err == ERR_OK && m.next);
    json_free(&detail);
    return err;
}

/* --- packing --- */

static void pack_row(struct depart *d, enum table table, const struct json *row)
{
    char key[160];
    str_format(key, sizeof key, "%s %s", table_wire(table), json_text_or(row, "id", ""));
    if (json_get(d->seen, key))
        return;
    json_set_bool(d->seen, key, true);
    struct json *line = json_new_object(), *copy = json_copy(row);
    json_remove(copy, "away");
    json_set_text(line, "t", table_wire(table));
    json_set_text(line, "id", json_text(row, "id"));
    json_set(line, "row", copy);
    parcel_add(&d->out, line);
    d->cases += table == TABLE_CASE;
    d->persons += table == TABLE_PERSON;
}

static enum err pack_all(struct depart *d, enum table table, const char *sql, const char *key, int64_t max)
{
    struct json *rows = json_new_array();
    struct stmt *s = db_query(d->env->db, sql);
    db_bind_text(s, 1, key);
    db_bind_int(s, 2, max);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row))
        pack_row(d, table, row);
    json_free(&rows);
    return err;
}

static enum err pack_one(struct depart *d, enum table table, const char *id)
{
    struct json *row = NULL;
    enum err err = str_empty(id) ? ERR_ABSENT : row_get(d->env->db, table, id, &row);
    if (err == ERR_OK)
        pack_row(d, table, row);
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* With all records of that person: else the bus would show one that was merged. */
static enum err pack_person(struct depart *d, const char *id)
{
    struct json *records = json_new_array();
    enum err err = person_group(person_get_row, d->env->db, id, records);
    for (const struct json *one = json_first(records); one && err == ERR_OK; one = json_next(one))
        err = pack_one(d, TABLE_PERSON, json_as_text(one));
    json_free(&records);
    return err;
}

static bool goes_along(const struct depart *d, const char *service)
{
    return service && json_get(d->services, service);
}

static enum err pack_case(struct depart *d, const struct json *row)
{
    static const char sql_documents[] =
        "SELECT row, id FROM documents WHERE case_ = $1 LIMIT $2"; /* documents_case */
    static const char sql_payments[] =
        "SELECT row, id FROM payments WHERE case_ = $1 LIMIT $2"; /* payments_case */
    static const char sql_decisions[] =
        "SELECT row, id FROM decisions WHERE case_ = $1 LIMIT $2"; /* decisions_case */
    const char *id = json_text(row, "id");
    if (!goes_along(d, json_text(row, "service")))
        return ERR_OK;
    pack_row(d, TABLE_CASE, row);
    enum err err = pack_person(d, json_text(row, "person"));
    if (err == ERR_OK)
        err = pack_all(d, TABLE_DOCUMENT, sql_documents, id, PARTS_MAX);
    if (err == ERR_OK)
        err = pack_all(d, TABLE_PAYMENT, sql_payments, id, PARTS_MAX);
    return err == ERR_OK ? pack_all(d, TABLE_DECISION, sql_decisions, id, PARTS_MAX) : err;
}

static enum err pack_cases(struct depart *d, struct stmt *s)
{
    struct json *rows = json_new_array();
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row))
        err = pack_case(d, row);
    json_free(&rows);
    return err;
}

/* The applications of one person who is booked, and those that one of the people who go is working on. */
static enum err pack_cases_of(struct depart *d, const char *person, const char *user)
{
    static const char sql_person[] = "SELECT row, opened_at FROM cases WHERE person = $1"
                                     " ORDER BY opened_at DESC LIMIT $2"; /* cases_person */
    static const char sql_user[] = "SELECT row, opened_at FROM cases WHERE user_ = $1 AND state = $3"
                                   " ORDER BY opened_at LIMIT $2"; /* cases_user */
    static const char *const open[] = {"draft",    "submitted", "complete", "in_review", "approved",
                                       "returned", "referred",  "refused",  "confirmed", "ready"};
    enum err err = ERR_OK;
    for (size_t i = 0; i < (user ? sizeof open / sizeof *open : 1) && err == ERR_OK; i++) {
        struct stmt *s = db_query(d->env->db, user ? sql_user : sql_person);
        db_bind_text(s, 1, user ? user : person);
        db_bind_int(s, 2, CASES_OF_ONE_MAX);
        if (user)
            db_bind_text(s, 3, open[i]);
        err = pack_cases(d, s);
    }
    return err;
}

static enum err pack_visitor(struct depart *d, const char *person)
{
    struct json *records = json_new_array();
    enum err err = person_group(person_get_row, d->env->db, person, records);
    for (const struct json *one = json_first(records); one && err == ERR_OK; one = json_next(one))
        err = pack_cases_of(d, json_as_text(one), NULL);
    json_free(&records);
    return err == ERR_OK ? pack_person(d, person) : err;
}

static enum err pack_people(struct depart *d)
{
    enum err err = ERR_OK;
    for (const struct json *t = json_first(d->tickets); t && err == ERR_OK; t = json_next(t)) {
        const char *person = json_text(t, "person");
        pack_row(d, TABLE_TICKET, t);
        if (!str_empty(person))
            err = pack_visitor(d, person);
    }
    for (const struct json *u = json_first(d->users); u && err == ERR_OK; u = json_next(u))
        err = pack_cases_of(d, NULL, json_text(u, "id"));
    return err;
}

static enum err pack_users(struct depart *d)
{
    static const char sql[] = "SELECT hash FROM credential WHERE user_ = $1"; /* primary key */
    for (const struct json *u = json_first(d->users); u; u = json_next(u)) {
        pack_row(d, TABLE_USER, u);
        struct stmt *s = db_query(d->env->db, sql);
        db_bind_text(s, 1, json_text(u, "id"));
        enum err err = db_step(s);
        if (err == ERR_OK) {
            struct json *line = json_new_object();
            json_set_text(line, "credential", json_text(u, "id"));
            json_set_text(line, "hash", db_text(s, 0));
            parcel_add(&d->out, line);
        }
        db_done(s);
        if (err != ERR_OK && err != ERR_ABSENT)
            return err;
    }
    return ERR_OK;
}

/* Its own, and of its home (which_hall.h): a training hall's bus is one too. */
static void set_identity(struct json *row, const char *block)
{
    const char *home = json_text(row, "identity");
    if (str_empty(home))
        return;
    char *identity = xasprintf("%.*s/%s", (int)strcspn(home, "/"), home, block);
    json_set_text(row, "identity", identity);
    free(identity);
}

/* The hall's row as the bus's own. Its code is the trip's: a workstation that was on another trip must take this for
 * another hall, not for that one restored. */
static enum err pack_hall(struct depart *d)
{
    struct json *row = NULL, *mobile = json_new_object();
    enum err err = store_hall(d->env->db, &row);
    if (err == ERR_OK) {
        json_set_text(mobile, "home", json_text(row, "code"));
        json_set_text(mobile, "home_name", json_text(row, "name"));
        json_set_text(mobile, "away", json_text(d->request, "id"));
        json_set_text(row, "id", d->block);
        json_set_text(row, "code", d->block);
        json_set_text(row, "name", d->name);
        set_identity(row, d->block);
        json_set(row, "mobile", mobile);
        mobile = NULL;
        pack_row(d, TABLE_HALL, row);
    }
    json_free(&mobile);
    json_free(&row);
    return err;
}

static enum err pack_queues(struct depart *d)
{
    static const char sql_agencies[] =
        "SELECT row, id FROM agencies WHERE id > $1 ORDER BY id LIMIT $2"; /* primary key */
    static const char sql_services[] =
        "SELECT row, id FROM services WHERE queue = $1 LIMIT $2"; /* services_queue */
    enum err err = pack_all(d, TABLE_AGENCY, sql_agencies, "", SERVICES_MAX);
    for (const struct json *q = json_first(d->queues); q && err == ERR_OK; q = json_next(q)) {
        char prefix[64];
        struct json *row = json_copy(q), *services = json_new_array();
        str_format(prefix, sizeof prefix, "%s-%.30s", d->label, json_text_or(row, "code", ""));
        json_set_text(row, "prefix", prefix);
        json_set_text(row, "home", d->block); /* there it is at home */
        json_remove(row, "home_name");
        json_remove(row, "home_since");
        json_set_int(row, "run", 0);
        pack_row(d, TABLE_QUEUE, row);
        json_free(&row);
        struct stmt *s = db_query(d->env->db, sql_services);
        db_bind_text(s, 1, json_text(q, "id"));
        db_bind_int(s, 2, SERVICES_MAX);
        err = rows_collect(s, services);
        for (const struct json *one = json_first(services); one; one = json_next(one)) {
            json_set_bool(d->services, json_text_or(one, "id", "?"), true);
            pack_row(d, TABLE_SERVICE, one);
        }
        json_free(&services);
    }
    return err;
}

static struct json *about_trip(const struct depart *d)
{
    struct json *about = json_new_object(), *queues = json_new_array(), *logins = json_new_array();
    for (const struct json *q = json_first(d->queues); q; q = json_next(q)) {
        struct json *one = json_new_object();
        json_set_text(one, "queue", json_text(q, "id"));
        json_set_int(one, "home_gen", json_int(q, "home_gen", 0));
        json_add(queues, one);
    }
    for (const struct json *u = json_first(d->users); u; u = json_next(u))
        json_add_text(logins, json_text(u, "login"));
    json_set(about, "queues", queues);
    json_set(about, "logins", logins);
    return about;
}

static enum err keep_trip(const struct depart *d)
{
    static const char sql[] =
        "INSERT INTO away (id, code, name, day, state, base_rev, audit_head, secret, about)"
        " VALUES ($1, $2, $3, $4, 'away', $5, $6, $7, $8)";
    char day[DATE_TEXT];
    struct json *about = about_trip(d);
    char *text = json_print(about);
    struct stmt *s = db_query(d->env->db, sql);
    time_date(d->env->now_ms, day);
    db_bind_text(s, 1, json_text(d->request, "id"));
    db_bind_text(s, 2, d->code);
    db_bind_text(s, 3, d->name);
    db_bind_text(s, 4, day);
    db_bind_int(s, 5, d->base.rev);
    db_bind_text(s, 6, d->base.audit_head);
    db_bind_text(s, 7, json_text(d->request, "secret"));
    db_bind_text(s, 8, text);
    free(text);
    json_free(&about);
    return db_run(s);
}

static enum err pack(struct depart *d)
{
    char at[TIME_TEXT];
    struct json *head = json_new_object();
    time_text(d->env->now_ms, at);
    json_set_text(head, "id", json_text(d->request, "id"));
    json_set_text(head, "code", d->code);
    json_set_text(head, "name", d->name);
    json_set_text(head, "at", at);
    json_set_int(head, "base_rev", d->base.rev);
    json_set_text(head, "feed_head", d->base.feed_head);
    json_set_text(head, "audit_head", d->base.audit_head);
    json_set_text(head, "secret", json_text(d->request, "secret"));
    parcel_begin(&d->out, "departure", head);
    enum err err = pack_hall(d);
    if (err == ERR_OK)
        err = pack_queues(d);
    if (err == ERR_OK)
        err = pack_users(d);
    if (err == ERR_OK)
        err = pack_people(d);
    parcel_end(&d->out, json_text_or(d->request, "secret", ""));
    if (err == ERR_OK && d->out.text.length > PARCEL_BYTES_MAX)
        err = err_set(d->info, ERR_TOO_LARGE, "What would go along is larger than %d MiB. Send fewer queues.",
                      PARCEL_BYTES_MAX / (1024 * 1024));
    return err;
}

static void answer_depart(const struct depart *d, struct json **answer)
{
    struct json *prefixes = json_new_array();
    for (const struct json *q = json_first(d->queues); q; q = json_next(q)) {
        char prefix[64];
        str_format(prefix, sizeof prefix, "%s-%.30s", d->label, json_text_or(q, "code", ""));
        json_add_text(prefixes, prefix);
    }
    *answer = json_new_object();
    json_set_text(*answer, "parcel", buf_text(&d->out.text));
    json_set_int(*answer, "tickets", (int64_t)json_count(d->tickets));
    json_set_int(*answer, "users", (int64_t)json_count(d->users));
    json_set_int(*answer, "cases", d->cases);
    json_set_int(*answer, "persons", d->persons);
    json_set(*answer, "prefixes", prefixes);
}

enum err bus_depart(const struct server_env *env, const struct json *request, struct json **answer,
                    struct err_info *info)
{
    struct depart d = {.env = env,
                       .request = request,
                       .info = info,
                       .code = json_text(request, "code"),
                       .name = json_text(request, "name"),
                       .queues = json_new_array(),
                       .users = json_new_array(),
                       .tickets = json_new_array(),
                       .services = json_new_object(),
                       .seen = json_new_object()};
    static enum err (*const steps[])(struct depart * d) = {check_words, find_users,   send_queues,
                                                           lease_block, find_tickets, mark_tickets};
    enum err err = uuid_valid(json_text(request, "id")) && !str_empty(json_text(request, "secret"))
                       ? ERR_OK
                       : ERR_INVALID;
    for (size_t i = 0; i < sizeof steps / sizeof *steps && err == ERR_OK; i++)
        err = steps[i](&d);
    if (err == ERR_OK)
        err = store_state(env->db, &d.base);
    if (err == ERR_OK)
        err = keep_trip(&d);
    if (err == ERR_OK)
        err = pack(&d);
    if (err == ERR_OK)
        answer_depart(&d, answer);
    buf_free(&d.out.text);
    json_free(&d.queues);
    json_free(&d.users);
    json_free(&d.tickets);
    json_free(&d.services);
    json_free(&d.seen);
    return err;
}

/* --- recall --- */

/* The accounts of every trip of that bus that is not home. */
static enum err add_logins(const struct server_env *env, const char *code, struct json *logins)
{
    static const char sql[] = "SELECT about FROM away WHERE code = $1 AND state <> 'merged'"; /* away_code */
    struct json *trips = json_new_array();
    struct stmt *s = db_query(env->db, sql);
    db_bind_text(s, 1, code);
    enum err err = rows_collect(s, trips);
    for (const struct json *trip = json_first(trips); trip; trip = json_next(trip))
        for (const struct json *one = json_first(json_get(trip, "logins")); one; one = json_next(one))
            if (json_as_text(one) && !json_has_text(logins, json_as_text(one)))
                json_add_text(logins, json_as_text(one));
    json_free(&trips);
    return err;
}

static enum err recall_one(const struct server_env *env, const char *named, struct json *logins,
                           struct err_info *info)
{
    static const char sql[] =
        "UPDATE away SET state = 'recalled' WHERE code = $1 AND state = 'away'"; /* away_code */
    struct json *row = NULL, *hall = NULL;
    enum err err = find_queue(env, named, &row, info);
    if (err == ERR_OK)
        err = store_hall(env->db, &hall);
    if (err == ERR_OK && is_here(row, hall))
        err = err_set(info, ERR_CONFLICT, "Queue %s is here. Nothing was changed.", named);
    if (err == ERR_OK)
        err = add_logins(env, json_text_or(row, "home", ""), logins);
    if (err == ERR_OK)
        err = set_home(env, json_text_or(row, "id", ""), NULL, NULL, info);
    if (err == ERR_OK) {
        struct stmt *s = db_query(env->db, sql);
        db_bind_text(s, 1, json_text(row, "home"));
        err = db_run(s);
    }
    json_free(&row);
    json_free(&hall);
    return err;
}

enum err bus_recall(const struct server_env *env, const struct json *request, struct json **answer,
                    struct err_info *info)
{
    struct json *logins = json_new_array();
    const struct json *named = json_get(request, "queues");
    enum err err =
        json_count(named) ? ERR_OK : err_set(info, ERR_USAGE, "--queues names the queues to take back.");
    for (const struct json *one = json_first(named); one && err == ERR_OK; one = json_next(one))
        err = recall_one(env, json_as_text(one) ? json_as_text(one) : "", logins, info);
    *answer = json_new_object();
    json_set(*answer, "logins", logins);
    if (err != ERR_OK)
        json_free(answer);
    return err;
}
