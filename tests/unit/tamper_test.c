/* tests/unit/tamper_test.c: a value of any column of any table of the hall, altered in its store, is named by verify; or the column
 * stands in the list below with the reason why it is not sealed. Tables and columns are those of the store itself, so that a new
 * one cannot be forgotten; the walk is the same in both stores. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/applications.h"
#include "core/hall/daybook.h"
#include "core/hall/server_core.h"
#include "core/hall/verify.h"
#include "tests/support/cluster.h"
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
    {"factor", NULL,
     "secrets in boxes, that nobody else's opens; that one was set up or taken away is a line"},
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

/* A store remembers a statement by the address of its text, so each text made here stays until the hall is closed. */
struct texts {
    char **list;
    size_t count;
};

static const char *keep(struct texts *texts, char *text)
{
    texts->list = xrealloc(texts->list, (texts->count + 1) * sizeof *texts->list);
    return texts->list[texts->count++] = text;
}

static void texts_free(struct texts *texts)
{
    for (size_t i = 0; i < texts->count; i++)
        free(texts->list[i]);
    free(texts->list);
    *texts = (struct texts){0};
}

/* A column of a table in a hall. */
struct spot {
    struct pair *pair;
    struct texts *texts;
    const char *table, *column, *key; /* key: what finds a row again */
};

/* Another value of its kind; of null, one that any column takes. The caller frees. */
static char *other_value(const char *kind, const char *value)
{
    size_t length = value ? strlen(value) : 0;
    if (str_equal(kind, "null") || !value)
        return xstrdup("7");
    if (str_equal(kind, "integer"))
        return xasprintf("%lld", (long long)strtoll(value, NULL, 10) + 1000);
    if (length < 3 || value[length - 3] & 0x80)
        return xasprintf("%sa", value);
    char *other = xstrdup(value);
    other[length - 3] = other[length - 3] == 'a' ? 'b' : 'a';
    return other;
}

/* One value of the column becomes another of its kind; where there is none, one becomes something. */
static bool alter(const struct spot *p)
{
    const char *c = p->column, *where = where_of(p->table);
    char *row =
        xasprintf("FROM %s WHERE %s ORDER BY %s IS NULL, %s DESC LIMIT 1", p->table, where, c, p->key);
    const char *find = keep(p->texts, xasprintf("SELECT typeof(%s), %s %s", c, c, row));
    const char *does = keep(p->texts, xasprintf("UPDATE %s SET %s = $1 WHERE %s = (SELECT %s %s)", p->table,
                                                c, p->key, p->key, row));
    struct stmt *s = db_query(p->pair->hall, find);
    char *value = db_step(s) == ERR_OK ? other_value(db_text(s, 0), db_text(s, 1)) : NULL;
    db_done(s);
    free(row);
    if (!value)
        return false;
    s = db_query(p->pair->hall, does);
    db_bind_text(s, 1, value);
    if (!CHECK(db_run(s) == ERR_OK))
        printf("    %s: %s\n", does, db_message(p->pair->hall));
    free(value);
    return db_changes(p->pair->hall) > 0;
}

static void try_column(const struct spot *p)
{
    struct err_info info;
    const char *reason = reason_of(p->table, p->column);
    REQUIRE(db_begin(p->pair->hall) == ERR_OK);
    bool altered = alter(p);
    enum err err = verify(p->pair, &info);
    if (!CHECK(altered))
        printf("    %s has no row: the story of this test must make one\n", p->table);
    else if (!CHECK(reason ? err == ERR_OK : err == ERR_CORRUPT && *info.text))
        printf("    %s.%s: %s\n", p->table, p->column, err == ERR_OK ? "whole" : info.text);
    db_rollback(p->pair->hall);
}

/* What a row is found by: its place, but in a table of SQLite that has none its key. The caller frees. */
static char *key_of(struct db *db, const char *table)
{
    static const char sql[] = "SELECT CASE WHEN instr(sql, 'WITHOUT ROWID') > 0 THEN (SELECT name FROM"
                              " pragma_table_info($1) WHERE pk = 1) ELSE 'rowid' END FROM sqlite_schema"
                              " WHERE name = $1";
    if (db_is_address(db_address(db)))
        return xstrdup("ctid");
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, table);
    REQUIRE(db_step(s) == ERR_OK);
    char *key = xstrdup(db_text(s, 0));
    db_done(s);
    return key;
}

/* Every column of every table, as the store itself lists them: the table's name, then the column's. */
static struct texts columns_of(struct db *db)
{
    struct texts texts = {0};
    struct stmt *s = db_columns(db);
    while (db_step(s) == ERR_OK) {
        keep(&texts, xstrdup(db_text(s, 0)));
        keep(&texts, xstrdup(db_text(s, 1)));
    }
    db_done(s);
    return texts;
}

static void tamper_with_every_column(void)
{
    struct pair pair;
    struct err_info info;
    struct texts texts = {0};
    int tables = 0;
    open_hall(&pair);
    if (!CHECK(verify(&pair, &info) == ERR_OK))
        printf("    %s\n", info.text);
    struct texts columns = columns_of(pair.hall);
    for (size_t i = 0; i < columns.count; i += 2) {
        const char *table = columns.list[i];
        tables += i == 0 || !str_equal(table, columns.list[i - 2]);
        if (reason_of(table, NULL))
            continue;
        char *key = key_of(pair.hall, table);
        try_column(&(struct spot){&pair, &texts, table, columns.list[i + 1], key});
        free(key);
    }
    CHECK(tables > TABLE_COUNT);
    pair_close(&pair);
    texts_free(&texts);
    texts_free(&columns);
}

TEST(tamper_with_any_column_of_the_hall_is_named)
{
    tamper_with_every_column();
}

TEST(tamper_with_any_column_in_postgres_is_named)
{
    if (cluster_lacks())
        test_skip(cluster_lacks());
    cluster_keep_halls(true);
    tamper_with_every_column();
    cluster_keep_halls(false);
}
