/* tests/unit/tamper_test.c: a value of any column of any table of the hall, altered in its file, is named by verify; or the column
 * stands in the list below with the reason why it is not sealed. Tables and columns are those of the file itself, so that a new
 * one cannot be forgotten. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/applications.h"
#include "core/hall/daybook.h"
#include "core/hall/server_core.h"
#include "core/hall/verify.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

/* --- what is not sealed --- */

/* column NULL: none of the table's. Two more are sealed within bounds alone: hall_state.safe_through and client.acked may be any
 * that are not beyond the last change and the last answer. */
static const struct unsealed {
    const char *table, *column, *reason;
} unsealed[] = {
    {"migrations", NULL, "the shape of the file"},
    {"credential", NULL,
     "hashes of passwords: secret, so in no chain; another's hash opens an account, which the audit then "
     "names"},
    {"factor", NULL, "secrets in boxes, that nobody else's opens; that one was set up or taken away is a line"},
    {"factor_code", NULL, "digests of codes of loss, under a key that is not in the store"},
    {"account_note", NULL, "what an account's owner is told once: each is a line of the audit"},
    {"session", NULL, "digests of tokens, for some hours"},
    {"issuer", NULL, "who numbers tickets without the hall: the numbers themselves are proved once given"},
    {"agency_key", NULL, "digests of keys; that one was made or revoked is a line"},
    {"webhook", NULL, "where events go and how far; that one was made or removed is a line"},
    {"event_about", NULL, "the hall's signing key: whoever has the file has it"},
    {"event_epoch", NULL, "how far older epochs' events are shared: readers are told again"},
    {"advice", NULL, "foreseen, made anew each day"},
    {"forecast", NULL, "foreseen, made anew each day"},
    {"level_note", NULL, "notes about service levels, made anew from the rows"},
    {"level_silence", NULL, "who was told of a level"},
    {"daybook_due", NULL, "days that are to be read anew"},
    {"audit_hour", NULL, "an index of the audit by hours, made anew from it"},
    {"audit_state", NULL, "how far the index of the audit is"},
    {"search_state", NULL, "how far the index of persons is"},
    {"import", NULL, "on its way into the catalogue"},
    {"import_line", NULL, "on its way into the catalogue"},
    {"training_state", NULL, "of a training hall alone"},
    {"away", NULL, "departures: the parcel bears the secret, bus_test.c"},
    {"away_merge", NULL, "what was merged of which bus, bus_test.c"},
    {"away_audit", NULL, "a bus's lines, chained: bus_test.c"},
    {"mobile", NULL, "of a bus alone: the parcel's seal"},
    {"mobile_base", NULL, "of a bus alone: the rows that it brought along"},
    {"journal", NULL, "of a bus alone: the parcel's seal"},
    {"hall_state", "boots", "how often it was started"},
    {"hall_state", "mobile", "of a bus, which its other tables say too"},
};

/* Of these tables some rows alone are sealed. */
static const struct sealed_rows {
    const char *table, *where, *reason;
} sealed_rows[] = {
    {"audit_note", "rev IN (SELECT rev FROM audit WHERE actor = '' AND outcome = 'applied')",
     "of a refusal only what names a row is kept, and the line's digest is of the whole command"},
};

static const char *where_of(const char *table)
{
    for (size_t i = 0; i < sizeof sealed_rows / sizeof *sealed_rows; i++)
        if (str_equal(sealed_rows[i].table, table))
            return sealed_rows[i].where;
    return "1 = 1";
}

static const char *reason_of(const char *table, const char *column)
{
    for (size_t i = 0; i < sizeof unsealed / sizeof *unsealed; i++)
        if (str_equal(unsealed[i].table, table) &&
            (!unsealed[i].column || (column && str_equal(unsealed[i].column, column))))
            return unsealed[i].reason;
    return NULL;
}

/* --- a hall in which each sealed table has rows --- */

static enum err put_station(struct tx *tx, void *ctx)
{
    struct json *row = json_new_object();
    (void)ctx;
    json_set_int(row, "unsent", 2);
    enum err err = tx_put(tx, TABLE_STATION, "c0ffee", row);
    if (err == ERR_OK)
        err = tx_put(tx, TABLE_TRAINING, "hall", row);
    json_free(&row);
    return err;
}

static void leave_application(const struct server_env *env)
{
    static const char text[] = "{\"reference\":\"R1\",\"service\":\"s1\",\"person\":{\"name\":\"Ayla "
                               "Quliyeva\"},\"answers\":{\"reason\":"
                               "\"lost\",\"street\":\"Long St. 5\"}}";
    const struct partner key = {.id = "K1", .agency = "a1", .name = "portal", .scope = PARTNER_APPLIES};
    const struct application_request request = {.from = &key};
    struct json *body = NULL;
    struct server_answer answer = {0};
    REQUIRE(json_parse(text, strlen(text), &body, NULL) == ERR_OK);
    CHECK(application_receive(env, &request, body, &answer) == ERR_OK);
    CHECK_INT(answer.status / 100, 2);
    json_free(&answer.body);
    json_free(&body);
}

static void open_hall(struct pair *pair)
{
    bool whole = false;
    workday_open(pair);
    workday_unsent(pair, 3);
    struct json *moved = pair_at_hall(pair, "budi", "hall.move",
                                      "{\"counters\":[\"2\"],\"to\":[{\"queue\":\"p\",\"weight\":2}]}");
    json_free(&moved);
    pair_sync(pair, 0);
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = 1};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    CHECK(server_change(&env, "hall.leases", NULL, put_station, NULL) == ERR_OK);
    leave_application(&env);
    struct json *detail = json_new_object();
    json_set_bool(detail, "sealed", true);
    CHECK(server_note(&env, "hall.backup", detail) == ERR_OK);
    json_free(&detail);
    CHECK(daybook_slice(pair->hall, "2026-11-26", &whole) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
}

/* --- a column --- */

static enum err verify(struct pair *pair, struct err_info *info)
{
    struct verified done;
    *info = (struct err_info){0};
    return verify_store(pair->hall, &done, info);
}

/* One value of the column becomes another of its kind; where there is none, one becomes a text. */
static bool alter(struct pair *pair, const char *table, const char *column, const char *key)
{
    static const char other[] =
        "CASE typeof(%s) WHEN 'integer' THEN %s + 1000 WHEN 'null' THEN 'x' ELSE CASE WHEN length(%s) > 2 "
        "THEN"
        " substr(%s, 1, length(%s) - 3) || CASE substr(%s, -3, 1) WHEN 'a' THEN 'b' ELSE 'a' END ||"
        " substr(%s, -2) ELSE %s || 'a' END END";
    char value[600], does[1400];
    const char *c = column;
    str_format(value, sizeof value, other, c, c, c, c, c, c, c, c);
    str_format(
        does, sizeof does,
        "UPDATE %s SET %s = %s WHERE %s = (SELECT %s FROM %s WHERE %s ORDER BY %s IS NULL, %s DESC LIMIT 1)",
        table, c, value, key, key, table, where_of(table), c, key);
    if (!CHECK(db_script(pair->hall, does) == ERR_OK))
        printf("    %s: %s\n", does, db_message(pair->hall));
    return db_changes(pair->hall) > 0;
}

static void try_column(struct pair *pair, const char *table, const char *column, const char *key)
{
    struct err_info info;
    const char *reason = reason_of(table, column);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    bool altered = alter(pair, table, column, key);
    enum err err = verify(pair, &info);
    if (!CHECK(altered))
        printf("    %s has no row: the story of this test must make one\n", table);
    else if (!CHECK(reason ? err == ERR_OK : err == ERR_CORRUPT && *info.text))
        printf("    %s.%s: %s\n", table, column, err == ERR_OK ? "whole" : info.text);
    db_rollback(pair->hall);
}

static char *lines_of(struct db *db, const char *sql, const char *value)
{
    struct stmt *s = db_query(db, sql);
    if (value)
        db_bind_text(s, 1, value);
    char *lines = db_step(s) == ERR_OK && db_text(s, 0) ? xstrdup(db_text(s, 0)) : NULL;
    db_done(s);
    REQUIRE(lines);
    return lines;
}

static void try_table(struct pair *pair, const char *table)
{
    static const char sql[] = "SELECT group_concat(name, char(10)) FROM pragma_table_info($1)";
    static const char sql_key[] = "SELECT CASE WHEN instr(sql, 'WITHOUT ROWID') > 0 THEN (SELECT name FROM"
                                  " pragma_table_info($1) WHERE pk = 1) ELSE 'rowid' END FROM sqlite_schema"
                                  " WHERE name = $1";
    if (reason_of(table, NULL))
        return;
    char *columns = lines_of(pair->hall, sql, table), *rest = columns,
         *key = lines_of(pair->hall, sql_key, table);
    for (char *column; (column = strsep(&rest, "\n"));)
        try_column(pair, table, column, key);
    free(columns);
    free(key);
}

TEST(tamper_with_any_column_of_the_hall_is_named)
{
    static const char sql[] = "SELECT group_concat(name, char(10)) FROM sqlite_schema WHERE type = 'table'"
                              " AND name NOT LIKE 'sqlite_%'";
    struct pair pair;
    struct err_info info;
    open_hall(&pair);
    if (!CHECK(verify(&pair, &info) == ERR_OK))
        printf("    %s\n", info.text);
    char *tables = lines_of(pair.hall, sql, NULL), *rest = tables;
    int count = 0;
    for (char *table; (table = strsep(&rest, "\n")); count++)
        try_table(&pair, table);
    CHECK(count > TABLE_COUNT);
    free(tables);
    pair_close(&pair);
}
