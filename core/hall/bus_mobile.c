/* core/hall/bus_mobile.c: the bus's own half: a hall made from a departure's parcel, and the parcel of everything that it
 * did. See bus.h. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/bus.h"
#include "core/hall/session.h"
#include "core/model/ticket.h"

enum { ROWS_A_CHANGE = 50, COUNTERS_MAX = 50 };

/* --- a hall from a parcel --- */

struct beginning {
    const struct server_env *env;
    const struct parcel *parcel;
    const struct bus_begin *begin;
    const struct json *next; /* of the parcel's lines */
    struct json *queues;     /* [{queue,weight}], of the counters */
    const char *agency;      /* of the queues when they share one, else NULL */
    int counters;            /* one for each clerk */
    enum err err;
};

static bool is_row(const struct json *line, enum table *table)
{
    return json_is_object(json_get(line, "row")) && table_find(json_text_or(line, "t", ""), table);
}

static void count_in(struct beginning *b, enum table table, const struct json *row)
{
    if (table == TABLE_USER && json_has_text(json_get(row, "roles"), "clerk") && b->counters < COUNTERS_MAX)
        b->counters++;
    if (table != TABLE_QUEUE)
        return;
    struct json *one = json_new_object();
    json_set_text(one, "queue", json_text(row, "id"));
    json_set_int(one, "weight", 1);
    if (json_count(b->queues) == 0)
        b->agency = json_text(row, "agency");
    else if (!str_equal(b->agency, json_text(row, "agency")))
        b->agency = NULL;
    json_add(b->queues, one);
}

/* What it brought along stays known: what is changed on the road is compared with it at home. */
static enum err keep_base(struct db *db, enum table table, const struct json *row)
{
    static const char sql[] = "INSERT INTO mobile_base (t, id, row) VALUES ($1, $2, $3)";
    if (table != TABLE_TICKET && table != TABLE_CASE && table != TABLE_PERSON)
        return ERR_OK;
    char *text = json_print(row);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, table_wire(table));
    db_bind_text(s, 2, json_text(row, "id"));
    db_bind_text(s, 3, text);
    free(text);
    return db_run(s);
}

static enum err put_line(struct beginning *b, struct tx *tx, const struct json *line)
{
    enum table table;
    char id[64], day[DATE_TEXT];
    if (json_text(line, "credential"))
        return credential_put(tx->db, json_text(line, "credential"), json_text_or(line, "hash", ""));
    if (!is_row(line, &table) || !str_copy(id, sizeof id, json_text_or(line, "id", "")))
        return ERR_INVALID;
    struct json *row = json_copy(json_get(line, "row"));
    enum err err = keep_base(tx->db, table, row);
    time_date(tx->now_ms, day);
    if (table == TABLE_HALL) {
        json_set_int(row, "epoch", b->begin->epoch);
        json_set_text(row, "business_day", day);
    }
    count_in(b, table, json_get(line, "row")); /* whose texts outlive this change */
    if (err == ERR_OK)
        err = tx_put(tx, table, id, row);
    if (err == ERR_OK && table == TABLE_HALL && json_bool(row, "practice", false))
        err = store_set_always_safe(tx->db); /* the bus of a practice hall is practice too */
    json_free(&row);
    return err;
}

static enum err put_some(struct tx *tx, void *ctx)
{
    struct beginning *b = ctx;
    enum err err = ERR_OK;
    for (int i = 0; i < ROWS_A_CHANGE && b->next && err == ERR_OK; i++, b->next = json_next(b->next))
        err = put_line(b, tx, b->next);
    return err;
}

static enum err put_counters(struct tx *tx, void *ctx)
{
    struct beginning *b = ctx;
    enum err err = ERR_OK;
    for (int i = 1; i <= b->counters && err == ERR_OK; i++) {
        char id[UUID_TEXT], name[16];
        struct json *row = json_new_object();
        tx_new_id(tx, id);
        str_format(name, sizeof name, "%d", i);
        json_set_text(row, "name", name);
        json_set_text(row, "agency", b->agency ? b->agency : "");
        json_set(row, "queues", json_copy(b->queues));
        json_set_text(row, "state", "closed");
        json_set_null(row, "user");
        json_set_int(row, "fence", 0);
        json_set_null(row, "lease_until");
        err = tx_put(tx, TABLE_COUNTER, id, row);
        json_free(&row);
    }
    return err;
}

/* Its history goes on from the home's: revs above the base, chains from the home's heads. */
static enum err take_base(const struct beginning *b)
{
    static const char sql[] =
        "UPDATE hall_state SET rev = $1, epoch = $2, feed_head = $3, audit_head = $4, mobile = 1"
        " WHERE id = 1";
    const struct json *head = b->parcel->head;
    struct stmt *s = db_query(b->env->db, sql);
    db_bind_int(s, 1, json_int(head, "base_rev", 0));
    db_bind_int(s, 2, b->begin->epoch);
    db_bind_text(s, 3, json_text_or(head, "feed_head", ""));
    db_bind_text(s, 4, json_text_or(head, "audit_head", ""));
    return db_run(s);
}

static enum err keep_mobile(const struct beginning *b)
{
    static const char sql[] =
        "INSERT INTO mobile (id, away, instance, code, base_rev, import_rev, audit_head, secret)"
        " VALUES (1, $1, $2, $3, $4, $5, $6, $7)";
    const struct json *head = b->parcel->head;
    struct hall_state state;
    enum err err = store_state(b->env->db, &state);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(b->env->db, sql);
    db_bind_text(s, 1, json_text(head, "id"));
    db_bind_text(s, 2, b->begin->instance);
    db_bind_text(s, 3, json_text(head, "code"));
    db_bind_int(s, 4, json_int(head, "base_rev", 0));
    db_bind_int(s, 5, state.rev);
    db_bind_text(s, 6, json_text_or(head, "audit_head", ""));
    db_bind_text(s, 7, json_text(head, "secret"));
    return db_run(s);
}

enum err bus_begin(const struct server_env *env, const struct parcel *parcel, const struct bus_begin *begin,
                   struct err_info *info)
{
    struct server_env own = *env;
    struct beginning b = {.env = &own,
                          .parcel = parcel,
                          .begin = begin,
                          .next = json_first(parcel->lines),
                          .queues = json_new_array()};
    struct json *detail = json_new_object();
    own.epoch = begin->epoch;
    json_set_text(detail, "away", json_text(parcel->head, "id"));
    json_set_text(detail, "instance", begin->instance);
    enum err err =
        parcel_is_sealed_with(parcel, json_text_or(parcel->head, "secret", "")) ? take_base(&b) : ERR_INVALID;
    while (err == ERR_OK && b.next)
        err = server_change(&own, "bus.begin", detail, put_some, &b);
    if (err == ERR_OK)
        err = server_change(&own, "bus.counters", detail, put_counters, &b);
    if (err == ERR_OK)
        err = keep_mobile(&b);
    if (err == ERR_INVALID)
        err_set(info, err, "This parcel holds a row that cannot be read. Nothing was changed.");
    json_free(&detail);
    json_free(&b.queues);
    return err;
}

/* --- the parcel of a return --- */

struct mobile {
    char away[64], instance[64], code[64], audit_head[SHA256_TEXT], secret[128];
    int64_t base_rev, import_rev;
};

static enum err load_mobile(struct db *db, struct mobile *m)
{
    static const char sql[] =
        "SELECT away, instance, code, base_rev, import_rev, audit_head, secret FROM mobile"
        " WHERE id = 1"; /* primary key */
    *m = (struct mobile){0};
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        str_copy(m->away, sizeof m->away, db_text(s, 0));
        str_copy(m->instance, sizeof m->instance, db_text(s, 1));
        str_copy(m->code, sizeof m->code, db_text(s, 2));
        m->base_rev = db_int(s, 3);
        m->import_rev = db_int(s, 4);
        str_copy(m->audit_head, sizeof m->audit_head, db_text(s, 5));
        str_copy(m->secret, sizeof m->secret, db_text(s, 6));
    }
    db_done(s);
    return err;
}

enum err bus_base(struct db *db, int64_t *rev, char audit_head[SHA256_TEXT])
{
    struct mobile m;
    enum err err = load_mobile(db, &m);
    *rev = err == ERR_OK ? m.base_rev : 0;
    str_copy(audit_head, SHA256_TEXT, err == ERR_OK ? m.audit_head : "");
    return err == ERR_ABSENT ? ERR_OK : err;
}

struct packing {
    struct db *db;
    struct mobile mobile;
    struct parcel_writer out;
    int64_t tickets, cases, open, commands;
};

static void add_base(struct packing *p, enum table table, const char *id, enum err *err)
{
    static const char sql[] = "SELECT row FROM mobile_base WHERE t = $1 AND id = $2"; /* primary key */
    struct json *row = NULL;
    struct stmt *s = db_query(p->db, sql);
    db_bind_text(s, 1, table_wire(table));
    db_bind_text(s, 2, id);
    enum err found = rows_first(s, &row);
    if (found == ERR_OK) {
        struct json *line = json_new_object();
        json_set_text(line, "base", table_wire(table));
        json_set_text(line, "id", id);
        json_set(line, "row", row);
        parcel_add(&p->out, line);
    } else if (found != ERR_ABSENT) {
        *err = found;
    }
}

static enum err add_row(struct packing *p, enum table table, struct json *row)
{
    enum err err = ERR_OK;
    enum ticket_state state;
    const char *id = json_text_or(row, "id", "");
    struct json *line = json_new_object();
    add_base(p, table, id, &err);
    p->tickets += table == TABLE_TICKET;
    p->cases += table == TABLE_CASE;
    if (table == TABLE_TICKET && ticket_state_find(json_text_or(row, "state", ""), &state))
        p->open += ticket_is_open(state);
    json_set_text(line, "t", table_wire(table));
    json_set_text(line, "id", id);
    json_set(line, "row", json_copy(row));
    parcel_add(&p->out, line);
    return err;
}

static enum err add_rows(struct packing *p)
{
    /* once a day, on one laptop: each reads its table */
    static const char sql_users[] = "SELECT row FROM users WHERE row_rev > $1 ORDER BY row_rev, id";
    static const char sql_persons[] = "SELECT row FROM persons WHERE row_rev > $1 ORDER BY row_rev, id";
    static const char sql_tickets[] = "SELECT row FROM tickets WHERE row_rev > $1 ORDER BY row_rev, id";
    static const char sql_cases[] = "SELECT row FROM cases WHERE row_rev > $1 ORDER BY row_rev, id";
    static const char sql_documents[] = "SELECT row FROM documents WHERE row_rev > $1 ORDER BY row_rev, id";
    static const char sql_payments[] = "SELECT row FROM payments WHERE row_rev > $1 ORDER BY row_rev, id";
    static const char sql_decisions[] = "SELECT row FROM decisions WHERE row_rev > $1 ORDER BY row_rev, id";
    static const char sql_surveys[] = "SELECT row FROM surveys WHERE row_rev > $1 ORDER BY row_rev, id";
    static const char sql_disputes[] = "SELECT row FROM disputes WHERE row_rev > $1 ORDER BY row_rev, id";
    static const struct {
        enum table table;
        const char *sql;
    } tables[] = {
        {TABLE_USER, sql_users},         {TABLE_PERSON, sql_persons},     {TABLE_TICKET, sql_tickets},
        {TABLE_CASE, sql_cases},         {TABLE_DOCUMENT, sql_documents}, {TABLE_PAYMENT, sql_payments},
        {TABLE_DECISION, sql_decisions}, {TABLE_SURVEY, sql_surveys},     {TABLE_DISPUTE, sql_disputes}};
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && err == ERR_OK; i++) {
        struct json *rows = json_new_array();
        struct stmt *s = db_query(p->db, tables[i].sql);
        db_bind_int(s, 1, p->mobile.import_rev);
        err = rows_collect(s, rows);
        for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
            struct json *own = json_copy(row);
            err = add_row(p, tables[i].table, own);
            json_free(&own);
        }
        json_free(&rows);
    }
    return err;
}

static enum err add_journal(struct packing *p)
{
    static const char sql[] = "SELECT line FROM journal ORDER BY rev"; /* primary key */
    struct json *lines = json_new_array();
    enum err err = rows_collect(db_query(p->db, sql), lines);
    for (const struct json *one = json_first(lines); one; one = json_next(one), p->commands++) {
        struct json *line = json_new_object();
        json_set(line, "done", json_copy(one));
        parcel_add(&p->out, line);
    }
    json_free(&lines);
    return err;
}

static enum err add_audit(struct packing *p)
{
    static const char sql[] =
        "SELECT rev, prev, at_, actor, client, type, body_sha256, outcome, hash FROM audit"
        " ORDER BY rev"; /* primary key */
    struct stmt *s = db_query(p->db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *line = json_new_object(), *members = json_new_array();
        for (int i = 1; i <= 8; i++)
            json_add_text(members, db_text(s, i));
        json_set_int(line, "audit", db_int(s, 0));
        json_set(line, "line", members);
        parcel_add(&p->out, line);
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static struct json *return_head(const struct packing *p, const struct hall_state *state, int64_t now_ms)
{
    char at[TIME_TEXT];
    struct json *head = json_new_object();
    time_text(now_ms, at);
    json_set_text(head, "id", p->mobile.away);
    json_set_text(head, "instance", p->mobile.instance);
    json_set_text(head, "code", p->mobile.code);
    json_set_text(head, "at", at);
    json_set_int(head, "base_rev", p->mobile.base_rev);
    json_set_int(head, "import_rev", p->mobile.import_rev);
    json_set_int(head, "rev", state->rev);
    json_set_text(head, "feed_head", state->feed_head);
    json_set_text(head, "audit_head", state->audit_head);
    return head;
}

enum err bus_parcel(const struct server_env *env, struct json **answer, struct err_info *info)
{
    struct packing p = {.db = env->db};
    struct hall_state state;
    enum err err = load_mobile(env->db, &p.mobile);
    if (err == ERR_ABSENT)
        return err_set(
            info, ERR_CONFLICT,
            "This hall is no bus: it was not made from a parcel, so there is nothing to bring home.");
    if (err == ERR_OK)
        err = store_state(env->db, &state);
    if (err != ERR_OK)
        return err;
    parcel_begin(&p.out, "return", return_head(&p, &state, env->now_ms));
    err = add_rows(&p);
    if (err == ERR_OK)
        err = add_journal(&p);
    if (err == ERR_OK)
        err = add_audit(&p);
    parcel_end(&p.out, p.mobile.secret);
    if (err == ERR_OK && p.out.text.length > PARCEL_BYTES_MAX)
        err = err_set(info, ERR_TOO_LARGE, "This parcel would be larger than %d MiB.",
                      PARCEL_BYTES_MAX / (1024 * 1024));
    if (err == ERR_OK) {
        *answer = json_new_object();
        json_set_text(*answer, "parcel", buf_text(&p.out.text));
        json_set_int(*answer, "rev", state.rev);
        json_set_int(*answer, "tickets", p.tickets);
        json_set_int(*answer, "cases", p.cases);
        json_set_int(*answer, "commands", p.commands);
        json_set_int(*answer, "open", p.open);
    }
    buf_free(&p.out.text);
    return err;
}
