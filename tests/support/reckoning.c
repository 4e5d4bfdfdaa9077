/* tests/support/reckoning.c: see reckoning.h. */
#include "tests/support/reckoning.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/db/rows.h"
#include "core/hall/session.h"
#include "tests/support/test.h"

enum { COMPLAINTS_MAX = 20 };

struct books {
    const struct crew *crew;
    struct db *hall;
    int complaints; /* then it is quiet: one mistake makes many */
    struct reckoned sum;
};

static void complain(struct books *books, const char *format, ...) PRINTF(2, 3);
static void complain(struct books *books, const char *format, ...)
{
    va_list args;
    if (books->complaints++ >= COMPLAINTS_MAX)
        return;
    va_start(args, format);
    fputs("    ", stdout);
    vprintf(format, args);
    putchar('\n');
    va_end(args);
    check(false, __FILE__, __LINE__, "the books agree");
}

static struct db *open_file(const char *folder, const char *name)
{
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = xasprintf("%s/%s", folder, name);
    if (db_open(&db, path, 0, &info) != ERR_OK)
        printf("  %s\n", info.text);
    free(path);
    REQUIRE(db != NULL);
    return db;
}

static int64_t number(struct db *db, const char *sql)
{
    struct stmt *s = db_query(db, sql);
    int64_t value = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return value;
}

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    REQUIRE(text && json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

/* --- one command: in the outbox, at the hall --- */

struct entry {
    const char *client, *id, *type, *state;
    int64_t seq, rev;
};

static void check_result(struct books *books, const struct entry *e)
{
    static const char sql[] = "SELECT id, rev, status FROM result WHERE client = $1 AND seq = $2";
    struct stmt *s = db_query(books->hall, sql);
    db_bind_text(s, 1, e->client);
    db_bind_int(s, 2, e->seq);
    /* forgotten only when the workstation allowed it, which it does when the record is safe */
    if (db_step(s) != ERR_OK)
        complain(books, "%s %s has no answer at the hall", e->type, e->id);
    else if (!str_equal(db_text(s, 0), e->id) || db_int(s, 1) != e->rev ||
             !str_equal(db_text(s, 2), e->state))
        complain(books, "%s %s is %s at %lld here, %s at %lld there", e->type, e->id, e->state,
                 (long long)e->rev, db_text(s, 2), (long long)db_int(s, 1));
    db_done(s);
}

static void check_audit(struct books *books, const struct entry *e)
{
    static const char sql_change[] = "SELECT command FROM change WHERE rev = $1";
    static const char sql_audit[] = "SELECT client, type, outcome FROM audit WHERE rev = $1";
    struct stmt *s = db_query(books->hall, sql_change);
    db_bind_int(s, 1, e->rev);
    if (db_step(s) != ERR_OK || !str_equal(db_text(s, 0), e->id))
        complain(books, "change %lld is not %s %s", (long long)e->rev, e->type, e->id);
    db_done(s);
    s = db_query(books->hall, sql_audit);
    db_bind_int(s, 1, e->rev);
    if (db_step(s) != ERR_OK || !str_equal(db_text(s, 0), e->client) || !str_equal(db_text(s, 1), e->type) ||
        !str_starts(db_text(s, 2), e->state))
        complain(books, "audit line %lld is not %s %s, %s", (long long)e->rev, e->type, e->id, e->state);
    db_done(s);
}

/* A refused record of work waits for a person. */
static void check_dispute(struct books *books, const struct entry *e)
{
    static const char sql[] = "SELECT count(*) FROM disputes WHERE row LIKE $1";
    if (!str_equal(e->state, "refused") || command_class(e->type) == COMMAND_ONLINE)
        return;
    char *its_own = xasprintf("%%\"id\":\"%s\"%%", e->id);
    struct stmt *s = db_query(books->hall, sql);
    db_bind_text(s, 1, its_own);
    free(its_own);
    if (db_step(s) != ERR_OK || db_int(s, 0) != 1)
        complain(books, "%s %s was refused and has %lld disputes", e->type, e->id, (long long)db_int(s, 0));
    db_done(s);
}

/* --- one workstation --- */

static void check_outbox(struct books *books, struct db *cache)
{
    static const char sql[] = "SELECT client, id, type, state, seq, rev FROM outbox ORDER BY client, seq";
    struct stmt *s = db_query(cache, sql);
    int64_t expected = 1;
    while (db_step(s) == ERR_OK) {
        const struct entry e = {.client = db_text(s, 0),
                                .id = db_text(s, 1),
                                .type = db_text(s, 2),
                                .state = db_text(s, 3),
                                .seq = db_int(s, 4),
                                .rev = db_int(s, 5)};
        if (e.seq != expected++)
            complain(books, "seq %lld stands where %lld belongs", (long long)e.seq, (long long)expected - 1);
        if (str_equal(e.state, "pending")) {
            complain(books, "%s %s was never answered", e.type, e.id);
            continue;
        }
        check_result(books, &e);
        check_audit(books, &e);
        check_dispute(books, &e);
        books->sum.commands++;
        books->sum.applied += str_equal(e.state, "applied");
        books->sum.refused += str_equal(e.state, "refused");
    }
    db_done(s);
}

/* What it had said of a line is what its file says. */
static void check_said(struct books *books, struct db *cache, int hand)
{
    static const char sql[] = "SELECT id, state FROM outbox WHERE seq = $1";
    for (size_t i = 0; i < books->crew->said_count; i++) {
        const struct said *said = &books->crew->said[i];
        if (said->hand != hand || said->state != SAID_SAVED)
            continue;
        struct stmt *s = db_query(cache, sql);
        db_bind_int(s, 1, said->seq);
        if (db_step(s) != ERR_OK || !str_equal(db_text(s, 0), said->id))
            complain(books, "%s was said to be saved and is gone", said->id);
        else if (*said->result && !str_equal(db_text(s, 1), said->result))
            complain(books, "%s was said to be %s and is %s", said->id, said->result, db_text(s, 1));
        db_done(s);
    }
}

/* As the hall shows it to this person; NULL: not at all. Takes the row. */
static struct json *as_seen(const struct actor *actor, enum table table, struct json *row)
{
    if (!row_show(actor, table, row))
        json_free(&row);
    return row;
}

static struct json *copied(struct db *cache, const char *sql, const char *id)
{
    struct json *row = NULL;
    struct stmt *s = db_query(cache, sql);
    db_bind_text(s, 1, id);
    (void)!rows_first(s, &row);
    return row;
}

/* Rows newer than the copy may be there: the hall notes by itself who was heard of. Nothing else changes then. */
static void check_rows(struct books *books, struct db *cache, const struct actor *actor, enum table table,
                       const char *sql_hall, const char *sql_base, const char *sql_count, int64_t cursor)
{
    int64_t seen = 0;
    struct stmt *s = db_query(books->hall, sql_hall);
    while (db_step(s) == ERR_OK) {
        char id[UUID_TEXT];
        str_copy(id, sizeof id, db_text(s, 0));
        struct json *want = as_seen(actor, table, parse(db_text(s, 1))), *got = copied(cache, sql_base, id);
        bool newer = json_int(want, "row_rev", 0) > cursor;
        seen += want != NULL;
        if (newer && table != TABLE_COUNTER)
            complain(books, "%s does not know %s %s of %lld, only up to %lld", actor->login,
                     table_wire(table), id, (long long)json_int(want, "row_rev", 0), (long long)cursor);
        else if (!newer && !json_equal(want, got) && (want || got))
            complain(books, "%s has another %s %s than the hall", actor->login, table_wire(table), id);
        json_free(&want);
        json_free(&got);
    }
    db_done(s);
    if (number(cache, sql_count) != seen)
        complain(books, "%s has %lld rows of %s, the hall %lld for them", actor->login,
                 (long long)number(cache, sql_count), table_wire(table), (long long)seen);
}

static void check_copy(struct books *books, struct db *cache, const struct actor *actor)
{
    static const char sql_cursor[] = "SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'place'";
    static const struct {
        enum table table;
        const char *hall, *base, *count, *overlay;
    } tables[] = {
#define TABLE(id, wire, name)                                                                \
    {TABLE_##id, "SELECT id, row FROM " name, "SELECT row FROM base_" name " WHERE id = $1", \
     "SELECT count(*) FROM base_" name, "SELECT count(*) FROM overlay_" name},
#include "core/db/tables.def"
    };
    int64_t cursor = number(cache, sql_cursor);
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++) {
        check_rows(books, cache, actor, tables[i].table, tables[i].hall, tables[i].base, tables[i].count,
                   cursor);
        if (number(cache, tables[i].overlay) != 0)
            complain(books, "%s still shows own work over the hall's %s", actor->login,
                     table_wire(tables[i].table));
    }
}

static void read_actor(struct books *books, const char *login, struct actor *actor)
{
    static const char sql[] = "SELECT row FROM users WHERE login = $1";
    struct json *user = NULL;
    struct stmt *s = db_query(books->hall, sql);
    db_bind_text(s, 1, login);
    REQUIRE(rows_first(s, &user) == ERR_OK);
    actor_read(user, "", actor);
    json_free(&user);
}

/* --- the hall --- */

/* "TICKET GEN" of an answer; NULL: it gave nobody. The caller frees. */
static char *given(const char *answer)
{
    struct json *json = NULL;
    char *text = NULL;
    if (json_parse(answer, strlen(answer), &json, NULL) == ERR_OK) {
        const struct json *ticket = json_get(json_get(json, "data"), "ticket");
        if (json_text(ticket, "id"))
            text = xasprintf("%s %lld", json_text(ticket, "id"), (long long)json_int(ticket, "gen", 0));
    }
    json_free(&json);
    return text;
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

static void check_calls(struct books *books)
{
    static const char sql[] =
        "SELECT answer FROM result JOIN audit USING (rev)"
        " WHERE audit.type = 'ticket.call_next' AND status = 'applied' AND answer <> ''";
    char **calls = NULL;
    size_t count = 0;
    struct stmt *s = db_query(books->hall, sql);
    while (db_step(s) == ERR_OK) {
        char *one = given(db_text(s, 0));
        if (!one)
            continue;
        calls = xrealloc(calls, (count + 1) * sizeof *calls);
        calls[count++] = one;
    }
    db_done(s);
    if (count)
        qsort(calls, count, sizeof *calls, compare_texts);
    for (size_t i = 0; i < count; i++) {
        if (i && strcmp(calls[i - 1], calls[i]) == 0)
            complain(books, "a call gave a citizen who was given already: %s", calls[i]);
    }
    for (size_t i = 0; i < count; i++)
        free(calls[i]);
    free(calls);
}

static void check_hall(struct books *books)
{
    static const struct {
        const char *sql, *what;
    } zeros[] = {
        {"SELECT max(rev) - count(*) FROM change", "revs that are missing"},
        {"SELECT count(*) - count(DISTINCT command) FROM change JOIN audit USING (rev) WHERE client <> ''",
         "commands that took effect twice"},
        {"SELECT count(*) - count(DISTINCT day || number) FROM tickets", "numbers that were given twice"},
        {"SELECT (SELECT count(*) FROM tickets) - (SELECT count(*) FROM audit WHERE type = 'ticket.issue' AND"
         " outcome LIKE 'applied%')",
         "tickets more than were issued"},
        {"SELECT (SELECT count(*) FROM cases) - (SELECT count(*) FROM audit WHERE type = 'case.open' AND"
         " outcome LIKE 'applied%')",
         "applications more than were opened"},
        {"SELECT count(*) FROM client WHERE frozen <> 0", "clients that are frozen"},
    };
    for (size_t i = 0; i < sizeof zeros / sizeof *zeros; i++)
        if (number(books->hall, zeros[i].sql) != 0)
            complain(books, "%lld %s", (long long)number(books->hall, zeros[i].sql), zeros[i].what);
    static const char sql_theirs[] = "SELECT count(*) FROM audit WHERE client <> ''";
    if (!books->crew->guests && number(books->hall, sql_theirs) != books->sum.commands)
        complain(books, "the hall has %lld records of workstations that have %lld",
                 (long long)number(books->hall, sql_theirs), (long long)books->sum.commands);
    check_calls(books);
}

struct reckoned reckon(const struct crew *crew, const char *hall_folder)
{
    struct books books = {.crew = crew, .hall = open_file(hall_folder, "hall.db")};
    for (int i = 0; i < crew->hand_count; i++) {
        struct actor actor;
        struct db *cache = open_file(crew->hands[i].data, "cache.db");
        read_actor(&books, crew->hands[i].login, &actor);
        check_outbox(&books, cache);
        check_said(&books, cache, i);
        check_copy(&books, cache, &actor);
        db_close(&cache);
    }
    check_hall(&books);
    books.sum.tickets = number(books.hall, "SELECT count(*) FROM tickets");
    books.sum.cases = number(books.hall, "SELECT count(*) FROM cases");
    books.sum.decisions = number(books.hall, "SELECT count(*) FROM decisions");
    books.sum.disputes = number(books.hall, "SELECT count(*) FROM disputes");
    db_close(&books.hall);
    return books.sum;
}
