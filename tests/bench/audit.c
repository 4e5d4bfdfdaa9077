/* tests/bench/audit.c: how long the audit's pages take among many lines, what its index costs a command, and the check.
 *
 *   bench audit DIR N   "p50 p99 longest index slice check": microseconds of the processor of a page of 50 lines over all kinds of questions,
 *                       the longest of the kinds by its own median, of the index for one command, of the longest slice of a
 *                       check of 200 lines, and how long a check of all N takes (ms). Fills the hall of DIR, when it is empty,
 *                       with N lines: 200 people of 20 agencies, 30 000 lines a day, six a ticket and eight an application.
 *   With BENCH_TELL=1 each question is told with its times. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "core/hall/audit.h"
#include "core/hall/audit_chain.h"
#include "core/hall/audit_index.h"
#include "core/model/role.h"
#include "tests/bench/bench.h"

enum {
    DAY_LINES = 30000,
    PEOPLE = 200,
    AGENCIES = 20,
    PAGES = 40,
    LIMIT = 50,
    QUESTIONS_MAX = 16,
    NOTES = 4000
};
static const int64_t begin_ms = 1735689600000; /* 2025-01-01 */

static void need(enum err err, const char *what, struct db *db)
{
    if (err != ERR_OK)
        bench_fail("%s: %s: %s", what, err_text(err), db ? db_message(db) : "");
}

/* Of the processor: what others do on this machine meanwhile is not measured. */
static int64_t cpu_us(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

static uint64_t seed = 7;
static unsigned chance(unsigned below)
{
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    return (unsigned)((seed >> 33) % below);
}

/* --- lines --- */

static void line_at(int64_t rev, char at[TIME_TEXT])
{
    int64_t day = rev / DAY_LINES, of_day = rev % DAY_LINES;
    time_text(begin_ms + day * 24 * 3600 * 1000 + 6 * 3600 * 1000 + of_day * 1000, at);
}

static const char *type_of(unsigned number)
{
    static const char *const types[] = {"ticket.issue",  "ticket.call_next", "ticket.start",
                                        "ticket.finish", "case.open",        "case.draft",
                                        "case.draft",    "case.submit",      "case.decide"};
    return number == 77777 ? "hall.policy" : types[number % 9];
}

static void put_line(struct db *db, int64_t rev, char head[SHA256_TEXT])
{
    static const char sql[] =
        "INSERT INTO audit (prev, rev, at_, actor, client, type, body_sha256, outcome, hash)"
        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
                      sql_item[] =
                          "INSERT INTO change (rev, command, by_, item, h) VALUES ($1, '', $2, $3, '')";
    char number[24], at[TIME_TEXT], actor[40], client[40], item[400], hash[SHA256_TEXT];
    unsigned who = chance(PEOPLE);
    str_format(number, sizeof number, "%lld", (long long)rev);
    str_format(actor, sizeof actor, "u-%03u", who);
    str_format(client, sizeof client, "019ac000-0000-7000-8000-%012u", who);
    line_at(rev, at);
    const char *members[8] = {head,
                              number,
                              at,
                              actor,
                              client,
                              type_of(chance(100000)),
                              "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
                              chance(50) ? "applied" : "refused not_yours"};
    audit_hash(members, hash);
    struct stmt *s = db_query(db, sql);
    for (int i = 0; i < 8; i++)
        db_bind_text(s, i + 1, members[i]);
    db_bind_int(s, 2, rev);
    db_bind_text(s, 9, hash);
    need(db_run(s), "a line", db);
    str_copy(head, SHA256_TEXT, hash);
    str_format(item, sizeof item,
               "{\"rev\":%lld,\"command\":\"\",\"by\":\"%s\",\"rows\":[{\"t\":\"ticket\",\"id\":\"t-%09lld\","
               "\"row\":null},"
               "{\"t\":\"case\",\"id\":\"k-%09lld\",\"row\":null}],\"h\":\"\"}",
               (long long)rev, actor, (long long)(rev / 6), (long long)(rev / 8));
    s = db_query(db, sql_item);
    db_bind_int(s, 1, rev);
    db_bind_text(s, 2, actor);
    db_bind_text(s, 3, item);
    need(db_run(s), "a change", db);
}

/* In the order of the tree, so that ten million lines are there in minutes. */
static void put_index(struct db *db)
{
    need(db_script(
             db,
             "DELETE FROM audit_tag; DELETE FROM audit_hour;"
             "INSERT INTO audit_tag SELECT 'a/a' || (CAST(substr(actor, 3) AS INTEGER) % 20) AS tag, rev "
             "FROM audit"
             " WHERE actor <> '' ORDER BY tag, rev;"
             "INSERT INTO audit_tag SELECT 'c/' || type AS tag, rev FROM audit ORDER BY tag, rev;"
             "INSERT INTO audit_tag SELECT 'case/k-' || substr('000000000' || (rev / 8), -9) AS tag, rev "
             "FROM audit"
             " ORDER BY rev;"
             "INSERT INTO audit_tag SELECT 'o/refused', rev FROM audit WHERE outcome <> 'applied' ORDER BY "
             "rev;"
             "INSERT INTO audit_tag SELECT 'ticket/t-' || substr('000000000' || (rev / 6), -9) AS tag, rev "
             "FROM"
             " audit ORDER BY rev;"
             "INSERT INTO audit_tag SELECT 'u/' || actor AS tag, rev FROM audit ORDER BY tag, rev;"
             "INSERT INTO audit_hour SELECT min(rev), substr(at_, 1, 13) AS hour FROM audit GROUP BY hour;"
             "UPDATE audit_state SET place = 0"),
         "the index", db);
}

static void fill(struct db *db, int64_t count)
{
    enum { BATCH = 50000 };
    struct hall_state state;
    need(store_state(db, &state), "state", db);
    char head[SHA256_TEXT];
    str_copy(head, sizeof head, state.audit_head);
    for (int64_t rev = state.rev + 1; rev <= count;) {
        need(db_begin(db), "begin", db);
        for (int i = 0; i < BATCH && rev <= count; i++)
            put_line(db, rev++, head);
        need(db_commit(db), "commit", db);
        need(db_checkpoint(db, 0), "checkpoint", db);
    }
    need(db_begin(db), "begin", db);
    put_index(db);
    char *sql = xasprintf("UPDATE hall_state SET rev = %lld, audit_head = '%s'", (long long)count, head);
    need(db_script(db, sql), "state", db);
    need(db_commit(db), "commit", db);
    need(db_checkpoint(db, 0), "checkpoint", db);
    free(sql);
}

/* --- questions --- */

struct question {
    const char *name;
    struct audit_ask ask;
    const char *agency;
};

static void ask_pages(struct db *db, const struct question *q, int64_t from, int64_t *times, size_t *count)
{
    struct actor viewer = {.user = "u", .roles = ROLE_SUPERVISOR};
    str_copy(viewer.agency, sizeof viewer.agency, q->agency ? q->agency : "");
    int64_t before = from;
    for (int i = 0; i < PAGES && before > 0; i++) {
        struct json *page = NULL;
        int64_t start_us = cpu_us();
        need(audit_find(db, &viewer, &q->ask, before, LIMIT, &page), q->name, db);
        times[(*count)++] = cpu_us() - start_us;
        before = json_int(page, "next", 0);
        json_free(&page);
    }
}

static int64_t measure_index(struct db *db)
{
    struct actor actor = {.user = "u-001", .agency = "a1"};
    struct json *body = json_new_object();
    struct command command = {.type = "ticket.call_next", .body = body};
    struct tx_change rows[2] = {{TABLE_TICKET, ""}, {TABLE_COUNTER, "c7"}};
    json_set_text(body, "counter", "c7");
    need(db_begin(db), "begin", db);
    int64_t start_us = cpu_us();
    for (int64_t i = 0; i < NOTES; i++) {
        str_format(rows[0].id, sizeof rows[0].id, "t-%09d", (int)(900000000 + i / 6));
        const struct audit_entry entry = {.rev = 900000000 + i,
                                          .at = "2026-11-30T06:00:00.000Z",
                                          .outcome = "applied",
                                          .actor = &actor,
                                          .command = &command,
                                          .rows = rows,
                                          .row_count = 2};
        need(audit_index_note(db, &entry), "index", db);
    }
    int64_t us = (cpu_us() - start_us) / NOTES;
    db_rollback(db);
    json_free(&body);
    return us;
}

static int64_t measure_check(struct db *db, int64_t *slice_us)
{
    struct audit_place place = {0};
    enum audit_fault fault = AUDIT_FITS;
    bool end = false;
    int64_t start_us = cpu_us();
    *slice_us = 0;
    while (!end && fault == AUDIT_FITS) {
        int64_t from_us = cpu_us();
        need(audit_chain_walk(db, &place, 200, &end, &fault), "check", db);
        int64_t us = cpu_us() - from_us;
        *slice_us = us > *slice_us ? us : *slice_us;
    }
    if (fault != AUDIT_FITS)
        bench_fail("line %lld is %s", (long long)place.rev + 1, audit_fault_text(fault));
    return (cpu_us() - start_us) / 1000;
}

int bench_audit(int argc, char **argv)
{
    struct db *db = NULL;
    struct err_info info = {0};
    if (argc < 2)
        bench_fail("audit DIR N");
    int64_t count = atoll(argv[1]);
    if (store_open(&db, argv[0], false, &info) != ERR_OK)
        bench_fail("%s", info.text);
    fill(db, count);
    char from[TIME_TEXT], to[TIME_TEXT], ticket[40], middle[40];
    line_at(count / 2 / DAY_LINES * DAY_LINES, from);
    line_at((count / 2 / DAY_LINES + 1) * DAY_LINES, to);
    str_format(ticket, sizeof ticket, "ticket/t-%09lld", (long long)count / 12);
    str_format(middle, sizeof middle, "case/k-%09lld", (long long)count / 16);
    const struct question questions[] = {
        {"all", {0}, NULL},
        {"a person", {.user = "u-017"}, NULL},
        {"a kind", {.types = "case.decide"}, NULL},
        {"a rare kind", {.types = "hall.policy"}, NULL},
        {"a person and a kind", {.user = "u-017", .types = "case.decide"}, NULL},
        {"a person and a rare kind", {.user = "u-017", .types = "hall.policy"}, NULL},
        {"an agency", {0}, "a7"},
        {"an agency, refused", {.refused = true}, "a7"},
        {"an agency, another's person", {.user = "u-018"}, "a7"},
        {"an old day", {.from = from, .to = to}, NULL},
        {"an old day, a person", {.from = from, .to = to, .user = "u-017"}, NULL},
        {"a ticket", {.subject = ticket}, NULL},
        {"an application, a person", {.subject = middle, .user = "u-017"}, NULL},
        {"letters", {.letters = "decide"}, NULL},
        {"letters of nothing", {.letters = "zzz"}, NULL},
    };
    enum { KINDS = sizeof questions / sizeof *questions };
    int64_t *times = xcalloc(KINDS * PAGES * 2, sizeof *times), longest = 0, slice_us = 0;
    size_t all = 0;
    for (size_t i = 0; i < KINDS; i++) {
        int64_t own[PAGES * 2];
        size_t own_count = 0;
        ask_pages(db, &questions[i], INT64_MAX, own, &own_count);
        ask_pages(db, &questions[i], count / 2, own, &own_count);
        memcpy(times + all, own, own_count * sizeof *own);
        all += own_count;
        int64_t p50 = bench_share(own, own_count, 0.5), p99 = bench_share(own, own_count, 0.99);
        longest = p50 > longest ? p50 : longest;
        if (getenv("BENCH_TELL"))
            fprintf(stderr, "bench: %s: p50 %lld us, p99 %lld us\n", questions[i].name, (long long)p50,
                    (long long)p99);
    }
    int64_t index_us = measure_index(db), check_ms = measure_check(db, &slice_us);
    printf("%lld %lld %lld %lld %lld %lld\n", (long long)bench_share(times, all, 0.5),
           (long long)bench_share(times, all, 0.99), (long long)longest, (long long)index_us,
           (long long)slice_us, (long long)check_ms);
    free(times);
    db_close(&db);
    return 0;
}
