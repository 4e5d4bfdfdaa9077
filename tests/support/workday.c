/* tests/support/workday.c: see workday.h. */
#include "tests/support/workday.h"

#include <inttypes.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

#define CASE "01900000-0000-7000-8000-0000000000c1"

/* --- a day --- */

static void at_hall(struct pair *pair, const char *login, const char *type, const char *body)
{
    struct json *data = pair_at_hall(pair, login, type, body);
    pair->now_ms += 60000;
    json_free(&data);
}

static void write_text(char *out, size_t capacity, struct pair *pair, enum table table, const char *id,
                       const char *member)
{
    struct json *row = pair_hall_row(pair, table, id);
    str_copy(out, capacity, json_text_or(row, member, ""));
    json_free(&row);
}

/* A citizen called, an application from the first word to the decision. */
static void work_on_a_case(struct pair *pair)
{
    static const char *const steps[][2] = {
        {"person.record", "{\"person\":\"01900000-0000-7000-8000-0000000000b1\",\"name\":\"Leyla Aliyeva\","
                          "\"family\":\"Aliyeva\",\"nik\":\"9901014101900014\",\"born\":\"1990-01-01\"}"},
        {"case.open", "{\"case\":\"" CASE "\",\"service\":\"s1\",\"channel\":\"desk\","
                      "\"person\":\"01900000-0000-7000-8000-0000000000b1\"}"},
        {"case.draft", "{\"case\":\"" CASE
                       "\",\"patch\":{\"reason\":\"lost\",\"street\":\"Long St. 5\"},\"base_row_rev\":0}"},
        {"case.check_document", "{\"case\":\"" CASE "\",\"document\":\"old-card\",\"state\":\"seen\"}"},
        {"case.submit", "{\"case\":\"" CASE "\"}"},
        {"case.pay", "{\"case\":\"" CASE "\",\"amount\":\"10000\",\"currency\":\"IDR\",\"method\":\"cash\"}"},
        {"case.decide", "{\"case\":\"" CASE "\",\"decision\":\"01900000-0000-7000-8000-0000000000d1\","
                        "\"outcome\":\"approve\",\"reasons\":[]}"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        at_hall(pair, "siti", steps[i][0], steps[i][1]);
}

static void work_on_tickets(struct pair *pair)
{
    char ticket[64], body[400];
    for (int i = 0; i < 4; i++)
        at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    at_hall(pair, "adi", "counter.open", "{\"counter\":\"c2\"}");
    at_hall(pair, "adi", "ticket.call_next", "{\"counter\":\"c2\",\"fence\":1}");
    str_copy(ticket, sizeof ticket,
             workday_text(pair->hall, "SELECT id FROM tickets WHERE state = 'called'"));
    static const char *const steps[][2] = {{"ticket.start", ""},
                                           {"ticket.finish", ",\"outcome\":\"served\""}};
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1%s}", ticket, steps[i][1]);
        at_hall(pair, "adi", steps[i][0], body);
    }
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"scores\":[4,4,4,4,4,4,4,4,4]}", ticket);
    at_hall(pair, "adi", "survey.record", body);
    at_hall(pair, "adi", "closure.request", "{\"counter\":\"c2\",\"reason\":\"lunch\"}");
    at_hall(pair, "adi", "ticket.call_next", "{\"counter\":\"c2\",\"fence\":1}");
}

/* Cancelled here and there: the second one is refused, and a person must look. */
static void make_dispute(struct pair *pair)
{
    char ticket[64], body[200];
    str_copy(ticket, sizeof ticket,
             workday_text(pair->hall, "SELECT id FROM tickets WHERE state = 'waiting' ORDER BY id LIMIT 1"));
    pair_sync(pair, 0);
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":0,\"reason\":\"left\"}", ticket);
    pair_confirm(pair, 0, "ticket.cancel", body);
    at_hall(pair, "rina", "ticket.cancel", body);
    pair_sync(pair, 0);
}

void workday_open_in(struct pair *pair, const char *folder)
{
    pair_open_in(pair, folder);
    pair_start(pair, 0);
    pair_sign_in(pair, 0, "siti");
    work_on_a_case(pair);
    work_on_tickets(pair);
    make_dispute(pair);
    at_hall(pair, "adi", "hall.alert", "{\"kind\":\"technical\",\"counter\":\"c2\"}");
    pair_sync(pair, 0);
    char state[40];
    write_text(state, sizeof state, pair, TABLE_CASE, CASE, "state");
    CHECK(*state != '\0' && strcmp(state, "draft") != 0);
    CHECK_INT(workday_count(pair->hall, "SELECT count(*) FROM disputes"), 1);
}

void workday_open(struct pair *pair)
{
    workday_open_in(pair, test_folder());
}

void workday_unsent(struct pair *pair, int count)
{
    for (int i = 0; i < count; i++)
        pair_confirm(pair, 0, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
}

/* --- lies --- */

struct lie {
    enum table table;
    const char *id, *patch;
};

static enum err tell_lie(struct tx *tx, void *ctx)
{
    const struct lie *lie = ctx;
    struct json *row = NULL, *patch = NULL;
    enum err err = tx_get(tx, lie->table, lie->id, &row);
    if (err == ERR_ABSENT)
        row = json_new_object();
    if (lie->patch) {
        REQUIRE(json_parse(lie->patch, strlen(lie->patch), &patch, NULL) == ERR_OK);
        json_merge(row, patch);
    }
    err = tx_put(tx, lie->table, lie->id, row);
    if (err == ERR_OK && !lie->patch) { /* not by tx: it shall read that nothing is there */
        err = row_delete(tx->db, ROWS_PLAIN, lie->table, lie->id);
        tx_undone(tx, tx->change_count);
    }
    json_free(&row);
    json_free(&patch);
    return err;
}

void workday_lie(struct pair *pair, enum table table, const char *id, const char *patch)
{
    struct lie lie = {table, id, patch};
    struct hall_state state = {0};
    struct json *nothing = json_new_object();
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    const struct server_env env = {
        .db = pair->hall, .epoch = state.epoch, .now_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    REQUIRE(server_change(&env, "hall.lie", nothing, tell_lie, &lie) == ERR_OK);
    json_free(&nothing);
}

/* --- looking --- */

const char *workday_text(struct db *db, const char *sql)
{
    static char text[4000];
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    str_copy(text, sizeof text, err == ERR_OK && db_text(s, 0) ? db_text(s, 0) : "");
    db_done(s);
    return text;
}

int64_t workday_count(struct db *db, const char *sql)
{
    struct stmt *s = db_query(db, sql);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

static int dump_row(void *ctx, int count, char **values, char **names)
{
    (void)names;
    for (int i = 0; i < count; i++)
        buf_addf(ctx, "%s|", values[i] ? values[i] : "null");
    buf_addc(ctx, '\n');
    return 0;
}

static void dump_table(sqlite3 *db, const char *name, struct buf *out)
{
    struct buf sql = {0};
    sqlite3_stmt *columns = NULL;
    char *about = xasprintf("SELECT name FROM pragma_table_info('%s')", name);
    buf_adds(&sql, "SELECT 0");
    if (sqlite3_prepare_v2(db, about, -1, &columns, NULL) == SQLITE_OK)
        while (sqlite3_step(columns) == SQLITE_ROW)
            buf_addf(&sql, ", typeof(%s), quote(%s)", (const char *)sqlite3_column_text(columns, 0),
                     (const char *)sqlite3_column_text(columns, 0));
    sqlite3_finalize(columns);
    buf_addf(&sql, " FROM %s ORDER BY 3, 5, 7", name);
    buf_addf(out, "-- %s\n", name);
    if (sqlite3_exec(db, buf_text(&sql), dump_row, out, NULL) != SQLITE_OK)
        buf_addf(out, "%s\n", sqlite3_errmsg(db));
    free(about);
    buf_free(&sql);
}

char *workday_dump(const char *path)
{
    struct buf out = {0};
    sqlite3 *db = NULL;
    sqlite3_stmt *tables = NULL;
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name", -1,
                           &tables, NULL) == SQLITE_OK)
        while (sqlite3_step(tables) == SQLITE_ROW)
            dump_table(db, (const char *)sqlite3_column_text(tables, 0), &out);
    buf_addf(&out, "%s\n", sqlite3_errmsg(db));
    sqlite3_finalize(tables);
    sqlite3_close_v2(db);
    return buf_take(&out);
}

char *workday_digest(const char *path)
{
    struct sha256 sha;
    char *digest = xcalloc(1, SHA256_TEXT);
    FILE *file = fopen(path, "rb");
    REQUIRE(file);
    sha256_start(&sha);
    char chunk[8192];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        sha256_add(&sha, chunk, n);
    fclose(file);
    sha256_text(&sha, digest);
    return digest;
}

/* --- dumps --- */

void workday_load(const char *dump, const char *path)
{
    struct db *db = NULL;
    REQUIRE(db_open(&db, path, DB_WRITE | DB_CREATE, NULL) == ERR_OK);
    REQUIRE(db_script(db, dump) == ERR_OK);
    db_close(&db);
}

int64_t workday_inserts(const char *dump, const char *table)
{
    char *line = xasprintf("\nINSERT INTO %s VALUES(", table);
    int64_t count = 0;
    for (const char *at = dump; (at = strstr(at, line)); at++)
        count++;
    free(line);
    return count;
}

int64_t workday_rows(const char *path, const char *table)
{
    sqlite3 *db = NULL;
    sqlite3_stmt *s = NULL;
    int64_t count = -1;
    char *sql = xasprintf("SELECT count(*) FROM %s", table);
    if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(db, sql, -1, &s, NULL) == SQLITE_OK && sqlite3_step(s) == SQLITE_ROW)
        count = sqlite3_column_int64(s, 0);
    sqlite3_finalize(s);
    sqlite3_close_v2(db);
    free(sql);
    return count;
}

void workday_seal_lines(struct db *db, bool chain)
{
    static const char sql[] =
        "SELECT rev, prev, at_, actor, client, type, body_sha256, outcome FROM audit ORDER BY rev";
    char head[SHA256_TEXT] = "";
    struct stmt *s = db_query(db, sql);
    while (db_step(s) == ERR_OK) {
        static const char sql_seal[] = "UPDATE audit SET prev = $1, hash = $2 WHERE rev = $3";
        static const char sql_head[] = "UPDATE hall_state SET audit_head = $1";
        char rev[24];
        const char *members[8] = {chain ? head : db_text(s, 1), rev};
        str_format(rev, sizeof rev, "%" PRId64, db_int(s, 0));
        for (int i = 2; i < 8; i++)
            members[i] = db_text(s, i);
        char hash[SHA256_TEXT];
        audit_hash(members, hash);
        struct stmt *u = db_query(db, sql_seal);
        db_bind_text(u, 1, members[0]);
        db_bind_text(u, 2, hash);
        db_bind_int(u, 3, db_int(s, 0));
        REQUIRE(db_run(u) == ERR_OK);
        str_copy(head, sizeof head, hash);
        u = db_query(db, sql_head);
        db_bind_text(u, 1, head);
        REQUIRE(db_run(u) == ERR_OK);
    }
    db_done(s);
}
