/* core/hall/verify_rules.c: the invariants of PROTOCOL.md section 8 that a hall's file can show: what a row may not
 * become from one change to the next, what answers and changes say of each other, what may not be twice. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/command/persons.h"
#include "core/hall/result.h"
#include "core/hall/verify_inside.h"
#include "core/hall/wall.h"
#include "core/model/ticket.h"

/* --- from change to change --- */

static bool same_holder(const struct json *known, const struct json *row)
{
    return str_equal(json_text_or(known, "user", ""), json_text_or(row, "user", "")) &&
           str_equal(json_text_or(known, "counter", ""), json_text_or(row, "counter", ""));
}

/* The last event that was stamped must be one that leads to the state; a word that is no event of a ticket says
 * nothing of it. */
static bool stamp_fits(const struct json *row, enum ticket_state state)
{
    static const enum ticket_state leads_to[TICKET_EVENT_COUNT] = {
        [TICKET_CALL] = TICKET_CALLED,      [TICKET_RECALL] = TICKET_CALLED,
        [TICKET_START] = TICKET_SERVING,    [TICKET_HOLD] = TICKET_HELD,
        [TICKET_RESUME] = TICKET_SERVING,   [TICKET_RETURN] = TICKET_WAITING,
        [TICKET_TRANSFER] = TICKET_WAITING, [TICKET_HAND] = TICKET_HELD,
        [TICKET_MISS] = TICKET_NO_SHOW,     [TICKET_FINISH] = TICKET_DONE,
        [TICKET_CANCEL] = TICKET_CANCELLED, [TICKET_GO_ON] = TICKET_WAITING,
    };
    const struct json *stamps = json_get(row, "stamps");
    for (size_t i = json_count(stamps); i > 0; i--) {
        enum ticket_event event;
        const char *text = json_text_or(json_at(stamps, i - 1), "event", "");
        if (str_equal(text, "issue"))
            return state == TICKET_WAITING;
        if (ticket_event_find(text, &event))
            return event == TICKET_UNDO || (event == TICKET_TAKE && ticket_is_open(state)) ||
                   leads_to[event] == state;
    }
    return state == TICKET_WAITING;
}

/* By its identity; of two that share a place the later stays. */
static struct json **closed_place(struct verify *v, const char *id)
{
    uint32_t hash = 2166136261u; /* FNV-1a */
    for (const char *c = id; *c; c++)
        hash = (hash ^ (unsigned char)*c) * 16777619u;
    return &v->closed[hash % VERIFY_CLOSED];
}

static const struct json *find_known(struct verify *v, const char *id)
{
    const struct json *known = json_get(v->open, id), *closed = *closed_place(v, id);
    return known ? known : str_equal(json_text(closed, "id"), id) ? closed : NULL;
}

static void remember_holder(struct verify *v, const char *id, const struct json *row, bool held)
{
    struct json *note = json_new_object();
    json_set_int(note, "gen", json_int(row, "gen", 0));
    json_set_bool(note, "held", held);
    json_set_text(note, "user", json_text_or(row, "user", ""));
    json_set_text(note, "counter", json_text_or(row, "counter", ""));
    json_set(v->open, id, note);
}

/* Who had it last still counts: nobody else may have it again in the same gen. */
static void remember_closed(struct verify *v, const char *id, const struct json *known,
                            const struct json *row)
{
    struct json *note = known ? json_copy(known) : json_new_object(), **place = closed_place(v, id);
    if (json_int(note, "gen", -1) != json_int(row, "gen", 0))
        json_set_bool(note, "held", false);
    json_set_int(note, "gen", json_int(row, "gen", 0));
    json_set_text(note, "id", id);
    json_free(place);
    *place = note;
    json_remove(v->open, id);
}

/* gen never decreases, and one gen has one holder. */
static enum err check_ticket(struct verify *v, int64_t rev, const char *id, const struct json *row)
{
    enum ticket_state state;
    int64_t gen = json_int(row, "gen", 0);
    const struct json *known = find_known(v, id);
    if (!ticket_state_find(json_text_or(row, "state", ""), &state))
        return bad(v, "change %" PRId64 ": the ticket %s has no state that there is.", rev, id);
    if (known && gen < json_int(known, "gen", 0))
        return bad(v, "change %" PRId64 ": gen of the ticket %s decreases.", rev, id);
    bool held = ticket_is_open(state);
    if (held && (str_empty(json_text(row, "user")) || str_empty(json_text(row, "counter"))))
        return bad(v, "change %" PRId64 ": the ticket %s is %s, but nobody has it.", rev, id,
                   json_text(row, "state"));
    if (held && known && json_bool(known, "held", false) && gen == json_int(known, "gen", 0) &&
        !same_holder(known, row))
        return bad(v, "change %" PRId64 ": the ticket %s has two holders in one gen.", rev, id);
    if (!stamp_fits(row, state))
        return bad(v, "change %" PRId64 ": the ticket %s is %s without a stamp of it.", rev, id,
                   json_text(row, "state"));
    if (held || state == TICKET_WAITING)
        remember_holder(v, id, row, held);
    else
        remember_closed(v, id, known, row);
    return ERR_OK;
}

static enum err check_never_less(struct verify *v, int64_t rev, enum table table, const char *id,
                                 const struct json *row, const char *member)
{
    char *key = xasprintf("%s %s %s", table_wire(table), id, member);
    int64_t before = json_int(v->never_less, key, INT64_MIN), now = json_int(row, member, INT64_MIN);
    if (now >= before)
        json_set_int(v->never_less, key, now);
    free(key);
    return now >= before
               ? ERR_OK
               : bad(v, "change %" PRId64 ": %s of the %s %s decreases.", rev, member, table_wire(table), id);
}

enum err check_step(struct verify *v, int64_t rev, enum table table, const char *id, const struct json *row)
{
    static const struct {
        enum table table;
        const char *member;
    } grow[] = {
        {TABLE_COUNTER, "fence"}, {TABLE_QUEUE, "home_gen"}, {TABLE_HALL, "epoch"}, {TABLE_CASE, "hold_gen"}};
    if (table == TABLE_TICKET)
        return check_ticket(v, rev, id, row);
    for (size_t i = 0; i < sizeof grow / sizeof *grow; i++)
        if (grow[i].table == table && json_is_integer(json_get(row, grow[i].member)))
            return check_never_less(v, rev, table, id, row, grow[i].member);
    return ERR_OK;
}

/* --- the hall's own line --- */

enum err check_state(struct verify *v)
{
    struct json *hall = NULL;
    enum err err = store_hall(v->db, &hall);
    int64_t epoch = json_int(hall, "epoch", v->state.epoch);
    bool practice = json_bool(hall, "practice", false);
    json_free(&hall);
    if (err == ERR_ABSENT && v->state.rev > 0)
        return bad(v, "the hall's own row is gone.");
    if (err != ERR_OK)
        return err == ERR_ABSENT ? ERR_OK : err;
    if (epoch != v->state.epoch)
        return bad(v, "the hall counts epoch %" PRId64 ", but its row says %" PRId64 ".", v->state.epoch,
                   epoch);
    if (v->state.safe_through < 0 || v->state.safe_through > v->state.rev)
        return bad(v, "changes up to %" PRId64 " are called safe, but the last is %" PRId64 ".",
                   v->state.safe_through, v->state.rev);
    if (v->state.pruned_through < 0 || v->state.pruned_through > v->state.rev)
        return bad(v, "changes up to %" PRId64 " are called shortened, but the last is %" PRId64 ".",
                   v->state.pruned_through, v->state.rev);
    if (v->state.always_safe && !practice)
        return bad(v, "everything is called safe without a backup, but this is no practice hall.");
    struct err_info own = {0};
    if (wall_marks_agree(v->db, &own) != ERR_OK)
        return bad(v, "%s", own.text);
    return ERR_OK;
}

/* --- what a column holds --- */

/* A statement that finds what must not be: its first two columns name it. */
static enum err find_none(struct verify *v, const char *sql, const char *what)
{
    struct stmt *s = db_query(v->db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK)
        err = bad(v, "%s: %s, %s.", what, db_text(s, 0) ? db_text(s, 0) : "?",
                  db_text(s, 1) ? db_text(s, 1) : "?");
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* SQLite keeps the kind of each value beside it, and a byte there can turn a text into bytes that read the same.
 * (PostgreSQL has no such thing, and no need of this.) */
enum err check_types(struct verify *v)
{
    static const struct {
        const char *sql, *what;
    } kinds[] = {
        {"SELECT rev, at_ FROM audit WHERE typeof(rev) <> 'integer' OR typeof(at_) <> 'text' OR "
         "typeof(actor) <> "
         "'text'"
         " OR typeof(client) <> 'text' OR typeof(type) <> 'text' OR typeof(body_sha256) <> 'text'"
         " OR typeof(outcome) <> 'text' OR typeof(prev) <> 'text' OR typeof(hash) <> 'text' LIMIT 1",
         "an audit line was altered"},
        {"SELECT rev, command FROM change WHERE typeof(rev) <> 'integer' OR typeof(command) <> 'text'"
         " OR typeof(by_) <> 'text' OR typeof(item) <> 'text' OR typeof(h) <> 'text' LIMIT 1",
         "a change was altered"},
        {"SELECT client, seq FROM result WHERE typeof(client) <> 'text' OR typeof(seq) <> 'integer'"
         " OR typeof(fingerprint) <> 'text' OR typeof(id) NOT IN ('text', 'null') OR typeof(status) <> 'text'"
         " OR typeof(rev) <> 'integer' OR typeof(answer) <> 'text' OR typeof(seal) <> 'text' LIMIT 1",
         "an answer was altered"},
        {"SELECT client, user_ FROM client WHERE typeof(client) <> 'text' OR typeof(user_) <> 'text'"
         " OR typeof(last_seq) <> 'integer' OR typeof(acked) <> 'integer' OR frozen NOT IN (0, 1)"
         " OR typeof(frozen) <> 'integer' LIMIT 1",
         "a client was altered"},
#define TABLE(ID, wire, name)                                                                      \
    {"SELECT id, row_rev FROM " name " WHERE typeof(id) <> 'text' OR typeof(row_rev) <> 'integer'" \
     " OR typeof(row) <> 'text' LIMIT 1",                                                          \
     wire " was altered"},
#include "core/db/tables.def"
    };
    enum err err = ERR_OK;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds && err == ERR_OK; i++)
        err = find_none(v, kinds[i].sql, kinds[i].what);
    return err;
}

/* --- answers --- */

static bool is_sealed(struct stmt *s)
{
    char seal[RESULT_SEAL];
    const struct result result = {
        .client = db_text(s, 0),
        .seq = db_int(s, 1),
        .fingerprint = db_text(s, 2),
        .id = db_text(s, 3),
        .status = db_text(s, 4),
        .rev = db_int(s, 5),
        .answer = db_text(s, 6),
    };
    result_seal(&result, seal);
    return str_equal(seal, db_text(s, 7));
}

/* Rows are looked at in the order of each client's own numbers: dense from 1, and done in that order but for an
 * identity that was done before under another number. */
struct order {
    char client[64];
    int64_t seq, rev;
};

static enum err check_order(struct verify *v, struct order *order, struct stmt *s)
{
    const char *client = db_text(s, 0);
    int64_t seq = db_int(s, 1), rev = db_int(s, 5);
    bool repeats = db_int(s, 8) != 0;
    if (!str_equal(client, order->client))
        *order = (struct order){0};
    str_copy(order->client, sizeof order->client, client);
    if (seq != order->seq + 1)
        return bad(v, "the answer %" PRId64 " of client %s is missing.", order->seq + 1, client);
    if (!repeats && rev <= order->rev)
        return bad(v, "the command %" PRId64 " of client %s was done before the one before it.", seq, client);
    order->seq = seq;
    if (rev > order->rev)
        order->rev = rev;
    return ERR_OK;
}

enum err check_results(struct verify *v)
{
    static const char sql[] =
        "SELECT client, seq, fingerprint, id, status, rev, answer, seal,"
        " EXISTS (SELECT 1 FROM result AS other WHERE other.id = result.id AND (other.client <> result.client"
        " OR other.seq <> result.seq)), client IN (SELECT instance FROM away_merge)"
        " FROM result ORDER BY client, seq"; /* primary key; result_id */
    struct order order = {0};
    struct stmt *s = db_query(v->db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        if (!is_sealed(s))
            err = bad(v, "the answer %" PRId64 " of client %s was altered.", db_int(s, 1), db_text(s, 0));
        else if (db_int(s, 9) == 0) /* what a bus did has the bus's numbers */
            err = check_order(v, &order, s);
        if (err != ERR_OK)
            break;
        v->done->results++;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Every refused record that carried work is a dispute of the change that refused it. What a bus refused was refused
 * there: no change of this hall did it, and its dispute came along. */
static enum err check_disputes(struct verify *v)
{
    static const char sql[] =
        "SELECT result.id, result.rev, audit.type, change.item FROM result JOIN audit ON audit.rev = "
        "result.rev"
        " JOIN change ON change.rev = result.rev WHERE result.status = 'refused' AND (change.command = "
        "result.id"
        " OR result.client NOT IN (SELECT instance FROM away_merge))"; /* primary keys */
    struct stmt *s = db_query(v->db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        const char *type = db_text(s, 2);
        if (command_known(type) && command_class(type) != COMMAND_WORK)
            continue;
        if (!strstr(db_text(s, 3), "{\"t\":\"dispute\",")) {
            err = bad(v, "the record %s was refused by change %" PRId64 " and no dispute was made.",
                      db_text(s, 0), db_int(s, 1));
            break;
        }
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* A record that was merged and the one that goes on name each other, and the way from one to the next has an end. */
static enum err check_goes_on(struct verify *v, const char *id, const struct json *row)
{
    struct json *root = NULL, *into = NULL;
    const char *next = json_text(row, "merged_into");
    enum err err = row_get(v->db, TABLE_PERSON, next, &into);
    bool listed = json_has_text(json_get(into, "merged"), id);
    json_free(&into);
    if (err == ERR_ABSENT || (err == ERR_OK && !listed))
        return bad(v, "the person %s was merged into %s, which does not say so.", id, next);
    if (err == ERR_OK)
        err = person_root(person_get_row, v->db, id, &root);
    bool ends = str_empty(json_text(root, "merged_into"));
    json_free(&root);
    return err == ERR_OK && !ends ? bad(v, "the person %s was merged in a circle.", id) : err;
}

static enum err check_listed(struct verify *v, const char *id, const struct json *row)
{
    enum err err = ERR_OK;
    for (const struct json *one = json_first(json_get(row, "merged")); one && err == ERR_OK;
         one = json_next(one)) {
        struct json *other = NULL;
        err = row_get(v->db, TABLE_PERSON, json_as_text(one), &other);
        bool says = str_equal(json_text(other, "merged_into"), id);
        json_free(&other);
        if (err == ERR_ABSENT || (err == ERR_OK && !says))
            err = bad(v, "the person %s lists %s as merged, which does not say so.", id, json_as_text(one));
    }
    return err;
}

static enum err check_merged(struct verify *v)
{
    static const char sql[] =
        "SELECT id, row FROM persons WHERE row LIKE '%\"merged%' ORDER BY id"; /* once a run */
    struct stmt *s = db_query(v->db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        struct json *row = NULL;
        const char *id = db_text(s, 0), *text = db_text(s, 1);
        err = json_parse(text, strlen(text), &row, NULL);
        if (err == ERR_OK && !str_empty(json_text(row, "merged_into")))
            err = check_goes_on(v, id, row);
        if (err == ERR_OK)
            err = check_listed(v, id, row);
        json_free(&row);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- what may not be twice, or missing --- */

enum err check_invariants(struct verify *v)
{
    static const struct {
        const char *sql, *what;
    } rules[] = {
        {"SELECT number, day FROM tickets WHERE number IS NOT NULL GROUP BY day, number"
         " HAVING count(*) > 1 ORDER BY day, number LIMIT 1", /* tickets_number */
         "one ticket number was given twice on one day"},
        {"SELECT number, min(id) FROM cases WHERE number IS NOT NULL GROUP BY number HAVING count(*) > 1"
         " LIMIT 1", /* cases_number */
         "one application number was given twice"},
        {"SELECT login, min(id) FROM users GROUP BY login HAVING count(*) > 1 LIMIT 1", /* users_login */
         "two accounts have one login"},
        {"SELECT client, CAST(max(seq) AS TEXT) FROM result GROUP BY client"
         " HAVING max(seq) > (SELECT last_seq FROM client WHERE client.client = result.client) LIMIT 1",
         "a client has an answer beyond its last command"},
        {"SELECT client, CAST(last_seq AS TEXT) FROM client WHERE user_ <> '' AND last_seq <>"
         " coalesce((SELECT max(seq) FROM result WHERE result.client = client.client), 0) LIMIT 1",
         "the last command of a client has no answer"},
        {"SELECT client, CAST(acked AS TEXT) FROM client WHERE acked > last_seq OR acked < 0 LIMIT 1",
         "a client has acknowledged more than it sent"},
        {"SELECT client, user_ FROM client WHERE user_ <> '' AND user_ NOT IN (SELECT id FROM users) LIMIT 1",
         "a client belongs to nobody"},
        {"SELECT result.id, CAST(result.rev AS TEXT) FROM result LEFT JOIN change ON change.rev = result.rev"
         " WHERE (change.rev IS NULL OR change.command <> result.id)"
         " AND client NOT IN (SELECT instance FROM away_merge) LIMIT 1", /* primary key */
         "a record was answered that no change carried out"},
        {"SELECT result.id, audit.outcome FROM result JOIN audit ON audit.rev = result.rev"
         " WHERE (result.status = 'applied') <> (audit.outcome = 'applied')"
         " AND result.client NOT IN (SELECT instance FROM away_merge) LIMIT 1", /* primary key */
         "a record was answered otherwise than it went"},
        {"SELECT min(change.command), CAST(max(change.rev) AS TEXT) FROM change JOIN audit ON audit.rev = "
         "change.rev"
         " WHERE audit.client <> '' GROUP BY change.command HAVING count(*) > 1 LIMIT 1",
         "one record had two effects"},
        {"SELECT change.rev, change.by_ FROM change JOIN audit ON audit.rev = change.rev"
         " WHERE audit.actor <> change.by_ LIMIT 1", /* primary key */
         "a change and its audit line name different people"},
        {"SELECT id, case_ FROM decisions WHERE case_ NOT IN (SELECT id FROM cases) LIMIT 1",
         "a decision belongs to no application"},
    };
    enum err err = check_disputes(v);
    if (err == ERR_OK)
        err = check_merged(v);
    for (size_t i = 0; i < sizeof rules / sizeof *rules && err == ERR_OK; i++)
        err = find_none(v, rules[i].sql, rules[i].what);
    return err;
}
