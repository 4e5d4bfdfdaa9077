/* tests/unit/verify_test.c: whatever is wrong with a hall's file is found, and the first bad row is named. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/result.h"
#include "core/hall/server_core.h"
#include "core/hall/verify.h"
#include "tests/support/test.h"
#include "tests/support/workday.h"

static enum err put_station(struct tx *tx, void *ctx)
{
    struct json *row = json_new_object();
    json_set_int(row, "unsent", 2);
    json_set_text(row, "seen_at", ctx);
    enum err err = tx_put(tx, TABLE_STATION, "c0ffee", row);
    if (err == ERR_OK)
        err = tx_put(tx, TABLE_TRAINING, "hall", row);
    json_free(&row);
    return err;
}

/* As the hall notes it of itself (leases.c). */
static void hear_of_station(struct pair *pair)
{
    static char seen_at[] = "2026-11-25T08:00:00.000Z";
    struct server_env env = {.db = pair->hall, .epoch = 1, .now_ms = pair->now_ms, .mono_ms = 1};
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    CHECK(server_change(&env, "hall.leases", NULL, put_station, seen_at) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
}

/* A day after which every table of the hall has rows, and siti's installation four answers. */
static void open_day(struct pair *pair)
{
    workday_open(pair);
    workday_unsent(pair, 3);
    struct json *moved = pair_at_hall(pair, "budi", "hall.move",
                                      "{\"counters\":[\"2\"],\"to\":[{\"queue\":\"p\",\"weight\":2}]}");
    json_free(&moved);
    hear_of_station(pair);
    pair_sync(pair, 0);
    CHECK_INT(workday_count(pair->hall, "SELECT count(*) FROM result"), 4);
}

static enum err verify(struct pair *pair, struct err_info *info)
{
    struct verified done;
    *info = (struct err_info){0};
    return verify_store(pair->hall, &done, info);
}

static void check_whole(struct pair *pair)
{
    struct err_info info;
    if (!CHECK(verify(pair, &info) == ERR_OK))
        printf("    %s\n", info.text);
}

/* What verify says contains words; what is wrong then is told beside what does it. */
static void check_says(struct pair *pair, const char *words, const char *does)
{
    struct err_info info;
    enum err err = verify(pair, &info);
    if (!CHECK(err == ERR_CORRUPT && *words && strstr(info.text, words)))
        printf("    after: %s\n    says: %s\n    not: %s\n", does, err == ERR_OK ? "whole" : info.text,
               words);
}

TEST(verify_finds_nothing_wrong_with_a_day)
{
    struct pair pair;
    struct err_info info = {0};
    struct verified done;
    open_day(&pair);
    CHECK(verify_store(pair.hall, &done, &info) == ERR_OK);
    CHECK_INT(done.changes, workday_count(pair.hall, "SELECT rev FROM hall_state"));
    CHECK_INT(done.audit, done.changes);
    CHECK_INT(done.results, 4);
    CHECK(done.rows > 20);
    pair_close(&pair);
}

/* --- damage --- */

/* How well whoever did the damage knows the file. */
enum forged {
    PLAIN,
    RESULTS, /* seals the answers anew */
    LINES,   /* and each line of the audit */
    CHAIN,   /* and chains those lines anew, to the hall's own */
};

static void forge(struct pair *pair, enum forged forged)
{
    if (forged >= RESULTS)
        REQUIRE(result_seal_all(pair->hall) == ERR_OK);
    if (forged >= LINES)
        workday_seal_lines(pair->hall, forged == CHAIN);
}

/* SQL that does it, and a SELECT of the words that name what it did, asked before. */
static const struct damage {
    const char *does, *says;
    enum forged forged;
} damages[] = {
    /* the hall's own line */
    {"DELETE FROM halls", "SELECT 'the hall''s own row is gone'", PLAIN},
    {"UPDATE hall_state SET epoch = 7", "SELECT 'the hall counts epoch 7, but its row says 1'", PLAIN},
    {"UPDATE hall_state SET safe_through = 99",
     "SELECT 'changes up to 99 are called safe, but the last is ' || rev FROM hall_state", PLAIN},
    {"UPDATE hall_state SET safe_through = -1", "SELECT 'changes up to -1 are called safe'", PLAIN},
    {"UPDATE hall_state SET pruned_through = 99", "SELECT 'changes up to 99 are called shortened'", PLAIN},
    {"UPDATE hall_state SET always_safe = 1", "SELECT 'everything is called safe without a backup'", PLAIN},

    /* codes of notices */
    {"DELETE FROM notice_code",
     "SELECT 'the decision ' || id || ' has no code by which its notice can be asked for' FROM decisions",
     PLAIN},
    {"UPDATE notice_code SET code = substr(code, 1, 1) || CASE substr(code, 2, 1) WHEN '7' THEN '8' ELSE '7' "
     "END"
     " || substr(code, 3)",
     "SELECT 'the decision ' || id || ' has a code that is not the one of its notice' FROM decisions", PLAIN},
    {"UPDATE notice_code SET decision = 'other'",
     "SELECT 'the decision other was never made, but has a code'", PLAIN},
    {"INSERT INTO notice_code VALUES ('7K3M-9QXT-0ABC-DE5F', 'other')",
     "SELECT 'the decision other was never made, but has a code'", PLAIN},
    {"INSERT INTO notice_code SELECT '7K3M-9QXT-0ABC-DE5F', id FROM decisions",
     "SELECT 'the decision ' || id || ' has a code that is not the one of its notice' FROM decisions", PLAIN},

    /* changes */
    {"UPDATE hall_state SET pruned_through = 5", "SELECT 'change 1 holds a row that cannot be read'", PLAIN},
    {"UPDATE change SET item = replace(item, '\"t\":\"ticket\"', '\"t\":\"tocket\"') WHERE rev = 9",
     "SELECT 'change 9 holds a row that cannot be read'", PLAIN},
    {"UPDATE change SET item = replace(item, '\"row_rev\":9', '\"row_rev\":8') WHERE rev = 9",
     "SELECT 'change 9: ticket ' || command || ' has another row_rev' FROM change WHERE rev = 9", PLAIN},
    {"UPDATE change SET item = replace(item, 'P001', 'P009') WHERE rev = 9",
     "SELECT 'change 9 was altered: its seal does not fit'", PLAIN},
    {"UPDATE change SET by_ = 'u-budi' WHERE rev = 9", "SELECT 'change 9 was altered'", PLAIN},
    {"UPDATE change SET command = 'x' WHERE rev = 9", "SELECT 'change 9 was altered'", PLAIN},
    {"UPDATE change SET h = hex(zeroblob(32)) WHERE rev = 9", "SELECT 'change 9 was altered'", PLAIN},
    {"UPDATE change SET item = '{' WHERE rev = 9", "SELECT 'change 9 cannot be read'", PLAIN},
    {"UPDATE change SET item = item || ' ' WHERE rev = 9",
     "SELECT 'change 9 was altered: it is not as it was written'", PLAIN},
    {"DELETE FROM change WHERE rev = 7", "SELECT 'change 7 is missing'", PLAIN},
    {"DELETE FROM change WHERE rev < 10", "SELECT 'change 1 is missing'", PLAIN},
    {"DELETE FROM change WHERE rev = (SELECT rev FROM hall_state)",
     "SELECT 'the last change is ' || (rev - 1) || ', but the hall counts ' || rev FROM hall_state", PLAIN},
    {"UPDATE hall_state SET feed_head = hex(zeroblob(32))", "SELECT 'the seal of the last change'", PLAIN},

    /* the audit */
    {"UPDATE audit SET actor = 'u-budi' WHERE rev = 9",
     "SELECT 'audit line 9 was altered: its hash does not fit'", PLAIN},
    {"UPDATE audit SET at_ = replace(at_, '02:07', '02:06') WHERE rev IN (9, 11)",
     "SELECT 'audit line 9 was altered'", PLAIN},
    {"UPDATE audit SET prev = hex(zeroblob(32)) WHERE rev = 9",
     "SELECT 'audit line 9 does not follow the one before it'", LINES},
    {"UPDATE audit SET actor = 'u-budi' WHERE rev = 9",
     "SELECT 'audit line 10 does not follow the one before it'", LINES},
    {"DELETE FROM audit WHERE rev = 9", "SELECT 'audit line 9 is missing'", PLAIN},
    {"DELETE FROM audit WHERE rev = 1", "SELECT 'audit line 1 is missing'", CHAIN},
    {"DELETE FROM audit WHERE rev = (SELECT rev FROM hall_state)",
     "SELECT 'audit line ' || rev || ' is missing' FROM hall_state", PLAIN},
    {"UPDATE hall_state SET audit_head = hex(zeroblob(32))",
     "SELECT 'the last audit line is not the hall''s'", PLAIN},

    {"DELETE FROM audit_tag WHERE rev = 9 AND tag LIKE 'u/%'", "SELECT 'audit line 9 is not in its index'",
     PLAIN},
    {"DELETE FROM audit_tag WHERE rev = 9 AND tag LIKE 'ticket/%'",
     "SELECT 'audit line 9 is not in its index with all its rows'", PLAIN},
    {"UPDATE audit_tag SET tag = 'c/nothing' WHERE rev = 9 AND tag LIKE 'c/%'",
     "SELECT 'audit line 9 is not in its index'", PLAIN},
    {"INSERT INTO audit_tag (tag, rev) VALUES ('u/u-nobody', 9)",
     "SELECT 'audit line 9 is in its index as another'", PLAIN},
    {"INSERT INTO audit_tag (tag, rev) VALUES ('case/k', 999)",
     "SELECT 'audit line 999 is in its index as another'", PLAIN},
    {"INSERT INTO audit_note (rev, about) VALUES (1, '[]')",
     "SELECT 'what audit line 1 was about was altered'", PLAIN},

    /* rows */
    {"UPDATE tickets SET row = '{' WHERE number = 'P002'",
     "SELECT 'ticket ' || id || ' cannot be read' FROM tickets WHERE number = 'P002'", PLAIN},
    {"UPDATE tickets SET id = 'x' WHERE number = 'P002'",
     "SELECT 'ticket x: id or row_rev differ from the row''s own'", PLAIN},
    {"UPDATE tickets SET row_rev = 3 WHERE number = 'P002'",
     "SELECT 'ticket ' || id || ': id or row_rev differ' FROM tickets WHERE number = 'P002'", PLAIN},
    {"UPDATE tickets SET state = 'waiting' WHERE number = 'P002'",
     "SELECT 'ticket ' || id || ': the column of \"state\" differs' FROM tickets WHERE number = 'P002'",
     PLAIN},
    {"UPDATE tickets SET counter = NULL WHERE number = 'P002'",
     "SELECT 'ticket ' || id || ': the column of \"counter\" differs' FROM tickets WHERE number = 'P002'",
     PLAIN},
    {"UPDATE tickets SET person = '' WHERE number = 'P002'",
     "SELECT 'ticket ' || id || ': the column of \"person\" differs' FROM tickets WHERE number = 'P002'",
     PLAIN},
    {"UPDATE tickets SET priority_class = 1 WHERE number = 'P002'",
     "SELECT 'ticket ' || id || ': the column of \"priority_class\" differs' FROM tickets"
     " WHERE number = 'P002'",
     PLAIN},
    {"UPDATE persons SET fold = 'x'",
     "SELECT 'person ' || id || ': the column of \"fold\" differs' FROM persons", PLAIN},
    {"UPDATE tickets SET row_rev = 999, row = replace(row, '\"row_rev\":19', '\"row_rev\":999')"
     " WHERE number = 'P002'",
     "SELECT 'ticket ' || id || ' names a change 999 that is not there' FROM tickets WHERE number = 'P002'",
     PLAIN},
    {"UPDATE persons SET row = replace(row, '1990-01-01', '1991-01-01'), born = '1991-01-01'",
     "SELECT 'person ' || id || ' is not as change 2 wrote it' FROM persons", PLAIN},
    {"INSERT INTO agencies SELECT 'a2', row_rev, replace(row, '\"a1\"', '\"a2\"') FROM agencies",
     "SELECT 'agency a2 is not as change 1 wrote it'", PLAIN},
    {"DELETE FROM tickets WHERE number = 'P002'",
     "SELECT 'ticket ' || id || ' was written by change 10 and is gone' FROM tickets WHERE number = 'P002'",
     PLAIN},

    /* answers */
    {"UPDATE result SET answer = replace(answer, 'P', 'Q') WHERE seq = 3",
     "SELECT 'the answer 3 of client ' || client || ' was altered' FROM client", PLAIN},
    {"UPDATE result SET answer = '' WHERE seq = 3",
     "SELECT 'the answer 3 of client ' || client || ' was altered' FROM client", PLAIN},
    {"UPDATE result SET status = 'refused' WHERE seq = 2",
     "SELECT 'the answer 2 of client ' || client || ' was altered' FROM client", PLAIN},
    {"DELETE FROM result WHERE seq = 2",
     "SELECT 'the answer 2 of client ' || client || ' is missing' FROM client", PLAIN},
    {"UPDATE result SET rev = CASE seq WHEN 2 THEN rev + 1 WHEN 3 THEN rev - 1 ELSE rev END",
     "SELECT 'the command 3 of client ' || client || ' was done before the one before it' FROM client",
     RESULTS},
    {"UPDATE result SET status = 'refused' WHERE seq = 2",
     "SELECT 'the record ' || id || ' was refused by change ' || rev || ' and no dispute was made'"
     " FROM result WHERE seq = 2",
     RESULTS},
    {"UPDATE result SET status = 'applied' WHERE seq = 1",
     "SELECT 'a record was answered otherwise than it went: ' || id FROM result WHERE seq = 1", RESULTS},
    {"UPDATE audit SET outcome = 'refused nonsense' WHERE rev = (SELECT rev FROM result WHERE seq = 3)",
     "SELECT 'a record was answered otherwise than it went: ' || id FROM result WHERE seq = 3", CHAIN},
    {"UPDATE result SET id = '01900000-0000-7000-8000-0000000000ff' WHERE seq = 3",
     "SELECT 'a record was answered that no change carried out: 01900000-0000-7000-8000-0000000000ff'",
     RESULTS},
    {"UPDATE client SET last_seq = 3",
     "SELECT 'a client has an answer beyond its last command: ' || client || ', 4' FROM client", PLAIN},
    {"UPDATE client SET last_seq = 9",
     "SELECT 'the last command of a client has no answer: ' || client || ', 9' FROM client", PLAIN},
    {"UPDATE client SET acked = 5",
     "SELECT 'a client has acknowledged more than it sent: ' || client FROM client", PLAIN},
    {"UPDATE client SET user_ = 'u-nobody'",
     "SELECT 'a client belongs to nobody: ' || client || ', u-nobody' FROM client", PLAIN},
    {"UPDATE client SET frozen = 2", "SELECT 'a client was altered: ' || client FROM client", PLAIN},
    {"UPDATE audit SET actor = 'u-budi' WHERE rev = 9",
     "SELECT 'a change and its audit line name different people: 9'", CHAIN},
};

/* Does it, and checks that it is found. */
static void try_damage(struct pair *pair, const struct damage *damage)
{
    char says[400];
    str_copy(says, sizeof says, workday_text(pair->hall, damage->says));
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(db_script(pair->hall, damage->does) == ERR_OK);
    forge(pair, damage->forged);
    check_says(pair, says, damage->does);
    db_rollback(pair->hall);
}

TEST(verify_names_what_was_done_to_the_file)
{
    struct pair pair;
    open_day(&pair);
    for (size_t i = 0; i < sizeof damages / sizeof *damages; i++)
        try_damage(&pair, &damages[i]);
    check_whole(&pair); /* each was undone */
    pair_close(&pair);
}

/* --- rules that are broken by rows whose chains and seals fit --- */

/* A SELECT of the row's id, one of the patch (NULL: the row is deleted), one of what verify says; asked before. */
static const struct broken {
    enum table table;
    const char *id, *patch, *says;
    const char *first; /* another patch to the same row, written before; NULL: none */
} rules[] = {
    {TABLE_TICKET, "SELECT id FROM tickets WHERE number = 'P002'", "SELECT '{\"state\":\"lost\"}'",
     "SELECT 'the ticket ' || id || ' has no state that there is' FROM tickets WHERE number = 'P002'", NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE number = 'P002'", "SELECT '{\"gen\":0}'",
     "SELECT 'gen of the ticket ' || id || ' decreases' FROM tickets WHERE number = 'P002'", NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE state = 'done'", "SELECT '{\"gen\":0}'",
     "SELECT 'gen of the ticket ' || id || ' decreases' FROM tickets WHERE state = 'done'", NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE number = 'P002'", "SELECT '{\"user\":null}'",
     "SELECT 'the ticket ' || id || ' is called, but nobody has it' FROM tickets WHERE number = 'P002'",
     NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE number = 'P002'", "SELECT '{\"counter\":\"\"}'",
     "SELECT 'the ticket ' || id || ' is called, but nobody has it' FROM tickets WHERE number = 'P002'",
     NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE number = 'P002'", "SELECT '{\"user\":\"u-siti\"}'",
     "SELECT 'the ticket ' || id || ' has two holders in one gen' FROM tickets WHERE number = 'P002'", NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE state = 'done'",
     "SELECT '{\"state\":\"serving\",\"user\":\"u-siti\",\"stamps\":[{\"event\":\"undo\"}]}'",
     "SELECT 'the ticket ' || id || ' has two holders in one gen' FROM tickets WHERE state = 'done'", NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE number = 'P003'", "SELECT '{\"state\":\"done\"}'",
     "SELECT 'the ticket ' || id || ' is done without a stamp of it' FROM tickets WHERE number = 'P003'",
     NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE number = 'P003'", "SELECT '{\"number\":\"P002\"}'",
     "SELECT 'one ticket number was given twice on one day: P002, 2026-11-25'", NULL},
    {TABLE_COUNTER, "SELECT 'c2'", "SELECT '{\"fence\":0}'", "SELECT 'fence of the counter c2 decreases'",
     NULL},
    {TABLE_QUEUE, "SELECT 'p'", "SELECT '{\"home_gen\":0}'", "SELECT 'home_gen of the queue p decreases'",
     NULL},
    {TABLE_HALL, "SELECT 'hall'", "SELECT '{\"epoch\":1}'", "SELECT 'epoch of the hall hall decreases'",
     "{\"epoch\":2}"},
    {TABLE_CASE, "SELECT id FROM cases", "SELECT '{\"hold_gen\":-1}'",
     "SELECT 'hold_gen of the case ' || id || ' decreases' FROM cases", NULL},
    {TABLE_CASE, "SELECT 'other'", "SELECT json_object('number', number) FROM cases",
     "SELECT 'one application number was given twice: ' || number FROM cases", NULL},
    {TABLE_USER, "SELECT 'u-adi'", "SELECT '{\"login\":\"siti\"}'",
     "SELECT 'two accounts have one login: siti'", NULL},
    {TABLE_DECISION, "SELECT id FROM decisions", "SELECT '{\"text\":\"otherwise\"}'",
     "SELECT 'the decision ' || id || ' of change 8 was changed afterwards' FROM decisions", NULL},
    {TABLE_DECISION, "SELECT id FROM decisions", NULL,
     "SELECT ': the decision ' || id || ' was deleted' FROM decisions", NULL},
    {TABLE_DECISION, "SELECT 'other'", "SELECT '{\"case\":\"nowhere\"}'",
     "SELECT 'a decision belongs to no application: other, nowhere'", NULL},
    {TABLE_PERSON, "SELECT 'other'", "SELECT '{\"merged_into\":\"nobody\"}'",
     "SELECT 'the person other was merged into nobody, which does not say so'", NULL},
    {TABLE_PERSON, "SELECT 'other'", "SELECT '{\"merged\":[\"nobody\"]}'",
     "SELECT 'the person other lists nobody as merged, which does not say so'", NULL},
    {TABLE_PERSON, "SELECT 'other'", "SELECT '{\"merged\":[\"other\"],\"merged_into\":\"other\"}'",
     "SELECT 'the person other was merged in a circle'", NULL},
    {TABLE_TICKET, "SELECT id FROM tickets WHERE number = 'P003'", NULL,
     "SELECT 'ticket ' || id || ' was written by change 11 and is gone' FROM tickets WHERE number = 'P003'",
     NULL},
};

static void break_rule(struct pair *pair, const struct broken *rule)
{
    char id[64], patch[400], says[400], does[600];
    str_copy(id, sizeof id, workday_text(pair->hall, rule->id));
    str_copy(patch, sizeof patch, rule->patch ? workday_text(pair->hall, rule->patch) : "");
    str_copy(says, sizeof says, workday_text(pair->hall, rule->says));
    str_format(does, sizeof does, "%s %s becomes %s", table_wire(rule->table), id, patch);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    if (rule->first)
        workday_lie(pair, rule->table, id, rule->first);
    workday_lie(pair, rule->table, id, rule->patch ? patch : NULL);
    check_says(pair, says, does);
    db_rollback(pair->hall);
}

TEST(verify_names_each_rule_that_is_broken)
{
    struct pair pair;
    open_day(&pair);
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        break_rule(&pair, &rules[i]);
    check_whole(&pair);
    pair_close(&pair);
}

/* The answer to a record was forgotten, and the record was carried out once more. */
TEST(verify_finds_a_record_that_had_two_effects)
{
    struct pair pair;
    char body[200], says[200];
    open_day(&pair);
    pair_start(&pair, 1);
    pair_sign_in(&pair, 1, "adi");
    pair_sync(&pair, 1);
    str_format(body, sizeof body, "{\"ticket\":\"%s\",\"gen\":1}",
               workday_text(pair.hall, "SELECT id FROM tickets WHERE state = 'called'"));
    pair_confirm(&pair, 1, "ticket.recall", body);
    struct json *answer = pair_push(&pair, 1);
    json_free(&answer);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(db_script(pair.hall,
                      "DELETE FROM result WHERE client IN (SELECT client FROM client WHERE user_ = 'u-adi');"
                      "UPDATE client SET last_seq = 0 WHERE user_ = 'u-adi'") == ERR_OK);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    answer = pair_push(&pair, 1);
    CHECK_TEXT(json_text(json_pointer(answer, "/results/0"), "status"), "applied");
    json_free(&answer);
    str_copy(says, sizeof says,
             workday_text(pair.hall,
                          "SELECT 'one record had two effects: ' || command || ', ' || rev FROM change"
                          " WHERE rev = (SELECT rev FROM hall_state)"));
    check_says(&pair, says, "the same record twice");
    pair_close(&pair);
}

/* --- any value of any column --- */

/* Names of a table's columns, one a line; the caller frees. */
static char *columns_of(struct db *db, const char *table)
{
    static const char sql[] = "SELECT group_concat(name, char(10)) FROM pragma_table_info($1)";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, table);
    char *names = db_step(s) == ERR_OK ? xstrdup(db_text(s, 0)) : NULL;
    db_done(s);
    REQUIRE(names);
    return names;
}

/* Text can become bytes that read the same, and no index finds them. */
static void try_kind(struct pair *pair, const char *table, const char *column, const char *names)
{
    char *does = xasprintf("UPDATE %s SET %s = CAST(%s AS BLOB) WHERE rowid = (SELECT max(rowid) FROM %s)",
                           table, column, column, table);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(db_script(pair->hall, does) == ERR_OK);
    struct err_info info;
    if (verify(pair, &info) != ERR_CORRUPT) { /* a null stays null */
        char *is_null =
            xasprintf("UPDATE %s SET %s = %s WHERE %s IS NULL AND rowid = (SELECT max(rowid) FROM %s)", table,
                      column, column, column, table);
        REQUIRE(db_script(pair->hall, is_null) == ERR_OK);
        if (!CHECK_INT(db_changes(pair->hall), 1))
            printf("    %s\n", does);
        free(is_null);
    } else if (!CHECK(strstr(info.text, names))) {
        printf("    %s\n    after: %s\n", info.text, does);
    }
    db_rollback(pair->hall);
    free(does);
}

static void try_columns(struct pair *pair, const char *table, const char *names)
{
    char *columns = columns_of(pair->hall, table), *rest = columns;
    for (char *column; (column = strsep(&rest, "\n"));)
        try_kind(pair, table, column, names);
    free(columns);
}

TEST(verify_finds_a_value_of_another_kind_in_any_column)
{
    struct pair pair;
    open_day(&pair);
    for (int table = 0; table < TABLE_COUNT; table++)
        try_columns(&pair, table_name((enum table)table), table_wire((enum table)table));
    try_columns(&pair, "audit", "audit line");
    try_columns(&pair, "change", "change");
    try_columns(&pair, "result", "answer");
    try_columns(&pair, "client", "client");
    pair_close(&pair);
}

/* --- any byte --- */

static uint64_t begin_chance(struct rng *rng)
{
    uint64_t seed = test_seed();
    rng_seed(rng, seed);
    return seed;
}

/* Another byte in its place; never NUL, which would only cut the text short. */
static char *turned(const char *text, struct rng *rng, size_t *place)
{
    char *copy = xstrdup(text), was;
    *place = (size_t)rng_below(rng, strlen(copy));
    was = copy[*place];
    while (copy[*place] == was)
        copy[*place] = (char)(1 + rng_below(rng, 255));
    return copy;
}

/* A text column of a sealed table; the statements live as long as the database. */
struct sealed {
    const char *table, *column;
    const char *key, *names; /* which column identifies the row, and how verify's words begin */
    char *read, *write;
};

static void turn_byte(struct pair *pair, const struct sealed *column, int64_t row, struct rng *rng,
                      uint64_t seed)
{
    struct stmt *s = db_query(pair->hall, column->read);
    db_bind_int(s, 1, row);
    char *was = db_step(s) == ERR_OK && !str_empty(db_text(s, 0)) ? xstrdup(db_text(s, 0)) : NULL;
    char names[64];
    str_format(names, sizeof names, "%s %" PRId64, column->names, was ? db_int(s, 1) : 0);
    db_done(s);
    if (!was)
        return;
    size_t place;
    struct err_info info;
    char *is = turned(was, rng, &place);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    s = db_query(pair->hall, column->write);
    db_bind_text(s, 1, is);
    db_bind_int(s, 2, row);
    REQUIRE(db_run(s) == ERR_OK);
    enum err err = verify(pair, &info);
    if (!CHECK(err == ERR_CORRUPT && strstr(info.text, names)))
        printf("    seed %" PRIu64 ": byte %zu of %s.%s in row %" PRId64 ": %s\n", seed, place, column->table,
               column->column, row, err == ERR_OK ? "whole" : info.text);
    db_rollback(pair->hall);
    free(was);
    free(is);
}

TEST(verify_finds_any_byte_of_the_audit_the_changes_and_the_answers)
{
    static struct sealed columns[] = {
        {"audit", "at_", "rev", "audit line", NULL, NULL},
        {"audit", "actor", "rev", "audit line", NULL, NULL},
        {"audit", "client", "rev", "audit line", NULL, NULL},
        {"audit", "type", "rev", "audit line", NULL, NULL},
        {"audit", "body_sha256", "rev", "audit line", NULL, NULL},
        {"audit", "outcome", "rev", "audit line", NULL, NULL},
        {"audit", "prev", "rev", "audit line", NULL, NULL},
        {"audit", "hash", "rev", "audit line", NULL, NULL},
        {"change", "command", "rev", "change", NULL, NULL},
        {"change", "by_", "rev", "change", NULL, NULL},
        {"change", "item", "rev", "change", NULL, NULL},
        {"change", "h", "rev", "change", NULL, NULL},
        {"result", "client", "seq", "answer", NULL, NULL},
        {"result", "fingerprint", "seq", "answer", NULL, NULL},
        {"result", "id", "seq", "answer", NULL, NULL},
        {"result", "status", "seq", "answer", NULL, NULL},
        {"result", "answer", "seq", "answer", NULL, NULL},
        {"result", "seal", "seq", "answer", NULL, NULL},
        {"event", "id", "seq", "event", NULL, NULL},
        {"event", "agency", "seq", "event", NULL, NULL},
        {"event", "case_", "seq", "event", NULL, NULL},
        {"event", "fact", "seq", "event", NULL, NULL},
        {"event", "event", "seq", "event", NULL, NULL},
        {"event", "h", "seq", "event", NULL, NULL},
    };
    struct pair pair;
    struct rng rng;
    uint64_t seed = begin_chance(&rng), rounds = test_given("LOKET_ROUNDS", 1);
    open_day(&pair);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        struct sealed *column = &columns[c];
        column->read =
            xasprintf("SELECT %s, %s FROM %s WHERE rowid = $1", column->column, column->key, column->table);
        column->write = xasprintf("UPDATE %s SET %s = $1 WHERE rowid = $2", column->table, column->column);
    }
    int64_t rows = workday_count(pair.hall, "SELECT max(rowid) FROM audit");
    for (uint64_t round = 0; round < rounds; round++)
        for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
            for (int64_t row = 1; row <= rows; row++)
                turn_byte(&pair, &columns[c], row, &rng, seed);
    pair_close(&pair);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        free(columns[c].read);
        free(columns[c].write);
    }
}

/* What of a dump is sealed: all but what the hall notes beside its history. */
static char *sealed_part(char *dump)
{
    static const char *const unsealed[] = {
        "client", "credential", "hall_state",  "issuer",      "journal",    "session", "migrations",
        "mobile", "away",       "event_epoch", "event_about", "agency_key", "webhook", "notice_code"};
    struct buf out = {0};
    bool counts = true;
    for (char *rest = dump, *line; (line = strsep(&rest, "\n"));) {
        if (str_starts(line, "-- ")) {
            counts = true;
            for (size_t i = 0; i < sizeof unsealed / sizeof *unsealed; i++)
                counts = counts && !str_starts(line + strlen("-- "), unsealed[i]);
        }
        if (counts)
            buf_addf(&out, "%s\n", line);
    }
    free(dump);
    return buf_take(&out);
}

static int byte_at(FILE *file, long place)
{
    REQUIRE(fseek(file, place, SEEK_SET) == 0);
    return fgetc(file);
}

/* Most of a small file is room: mostly one that holds something. */
static long used_place(FILE *file, long size, struct rng *rng)
{
    long place;
    do
        place = (long)rng_below(rng, (uint64_t)size);
    while (byte_at(file, place) == 0 && rng_below(rng, 50) > 0);
    return place;
}

static void write_byte(FILE *file, long place, int byte)
{
    REQUIRE(fseek(file, place, SEEK_SET) == 0 && fputc(byte, file) != EOF && fflush(file) == 0);
}

/* Either it is found, or it is one that holds nothing of the history. */
static void try_byte(const char *path, const char *whole, uint64_t seed, long place)
{
    struct err_info info = {0};
    struct verified done;
    struct db *db = NULL;
    enum err err = db_open(&db, path, 0, &info);
    if (err == ERR_OK)
        err = verify_store(db, &done, &info);
    db_close(&db);
    if (err != ERR_OK) {
        CHECK(*info.text);
        return;
    }
    char *left = sealed_part(workday_dump(path));
    if (!CHECK(strcmp(left, whole) == 0))
        printf("    seed %" PRIu64 ": byte %ld of the file\n", seed, place);
    free(left);
}

TEST(verify_finds_any_byte_of_the_file_that_holds_history)
{
    struct pair pair;
    struct rng rng;
    uint64_t seed = begin_chance(&rng), rounds = test_given("LOKET_ROUNDS", 1) * 100;
    open_day(&pair);
    char *path = xasprintf("%s/hall/hall.db", pair.folder);
    pair_close(&pair);
    char *whole = sealed_part(workday_dump(path));
    FILE *file = fopen(path, "r+b");
    REQUIRE(file && fseek(file, 0, SEEK_END) == 0);
    long size = ftell(file);
    for (uint64_t round = 0; round < rounds; round++) {
        long place = used_place(file, size, &rng);
        int was = byte_at(file, place);
        write_byte(file, place, (was + 1 + (int)rng_below(&rng, 255)) & 255);
        try_byte(path, whole, seed, place);
        write_byte(file, place, was);
    }
    fclose(file);
    try_byte(path, whole, seed, -1); /* all is as it was */
    free(whole);
    free(path);
}
