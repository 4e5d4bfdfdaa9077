/* tests/bench/bare.c: what PostgreSQL alone takes for the rows that a loketd wrote: the yardstick of a hall in PostgreSQL.
 *
 *   bench bare --from ADDRESS --to ADDRESS --after REV --clients 16 --pushes N      pushes a second
 *   … --gate FIFO                       says "ready" before the clock and waits until somebody opens FIFO to write: "began_us ended_us"
 *
 * Reads in what was written after REV, then writes the same rows into the other schema, which is as the first was at REV; the
 * last N pushes on the clock: by the same prepared statements, as many pushes a commit as there are clients, and nothing but that: no rule, no look, no HTTP. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/db/rows.h"
#include "tests/bench/bench.h"

enum { REVS_A_PUSH = 3 };

/* Rows of one table as text, in the order of their rev. */
struct lines {
    char ***rows;
    int64_t *revs;
    size_t count, next;
    int columns;
};

static void must(struct db *db, enum err err)
{
    if (err != ERR_OK)
        bench_fail("%s", db_message(db));
}

/* The first column is the rev. */
static struct lines read_lines(struct db *db, const char *sql, int columns, int64_t after)
{
    struct lines lines = {.columns = columns};
    enum err err;
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, after);
    while ((err = db_step(s)) == ERR_OK) {
        char **row = xcalloc((size_t)columns, sizeof *row);
        lines.rows = xrealloc(lines.rows, (lines.count + 1) * sizeof *lines.rows);
        lines.revs = xrealloc(lines.revs, (lines.count + 1) * sizeof *lines.revs);
        for (int i = 0; i < columns; i++)
            row[i] = db_text(s, i) ? xstrdup(db_text(s, i)) : NULL;
        lines.revs[lines.count] = db_int(s, 0);
        lines.rows[lines.count++] = row;
    }
    db_done(s);
    must(db, err == ERR_ABSENT ? ERR_OK : err);
    return lines;
}

static void write_row(struct db *db, const char *sql, char **row, int columns)
{
    struct stmt *s = db_query(db, sql);
    for (int i = 0; i < columns; i++)
        db_bind_text(s, i + 1, row[i]);
    must(db, db_run(s));
}

static void write_lines(struct db *db, const char *sql, struct lines *lines, int64_t rev)
{
    for (; lines->next < lines->count && lines->revs[lines->next] == rev; lines->next++)
        write_row(db, sql, lines->rows[lines->next], lines->columns);
}

/* Every row of the protocol that the change wrote. */
static void write_item(struct db *db, const struct json *item)
{
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line)) {
        const struct json *row = json_get(line, "row");
        enum table table;
        if (!table_find(json_text_or(line, "t", ""), &table) || !json_is_object(row))
            continue;
        char *text = json_print(row);
        must(db, row_put_text(db, ROWS_PLAIN, table, row, text));
        free(text);
    }
}

static void write_push(struct db *db, char **result)
{
    static const char sql_client[] = "INSERT INTO client (client, user_, last_seq, acked, frozen)"
                                     " VALUES ($1, '', 0, 0, 0) ON CONFLICT (client) DO NOTHING",
                      sql_seq[] = "UPDATE client SET last_seq = $2, acked = $3 WHERE client = $1",
                      sql_drop[] = "UPDATE result SET answer = '' WHERE client = $1 AND seq = $2";
    char *client = result[1];
    write_row(db, sql_client, &client, 1);
    write_row(db, sql_drop, (char *[]){client, result[2]}, 2);
    write_row(db, sql_seq, (char *[]){client, result[2], result[2]}, 3);
}

/* Several of one database begin together. */
static void wait_at(const char *gate)
{
    if (!*gate)
        return;
    puts("ready");
    fflush(stdout);
    int fd = open(gate, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        bench_fail("%s cannot be opened", gate);
    close(fd);
}

int bench_bare(int argc, char **argv)
{
    static const char read_change[] =
        "SELECT rev, command, by_, item, h FROM change WHERE rev > $1 ORDER BY rev",
                      read_audit[] =
                          "SELECT rev, at_, actor, client, type, body_sha256, outcome, prev, hash FROM audit"
                          " WHERE rev > $1 ORDER BY rev",
                      read_tag[] = "SELECT rev, tag FROM audit_tag WHERE rev > $1 ORDER BY rev",
                      read_result[] =
                          "SELECT rev, client, seq, fingerprint, id, status, answer, seal FROM result"
                          " WHERE rev > $1 ORDER BY rev";
    static const char
        write_change[] = "INSERT INTO change (rev, command, by_, item, h) VALUES ($1, $2, $3, $4, $5)",
        write_audit[] = "INSERT INTO audit (rev, at_, actor, client, type, body_sha256, outcome, prev, hash)"
                        " VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        write_tag[] = "INSERT INTO audit_tag (rev, tag) VALUES ($1, $2) ON CONFLICT (tag, rev) DO NOTHING",
        write_result[] = "INSERT INTO result (rev, client, seq, fingerprint, id, status, answer, seal)"
                         " VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        write_rev[] = "UPDATE hall_state SET rev = rev + 1 WHERE id = 1 RETURNING rev",
        write_heads[] = "UPDATE hall_state SET feed_head = $1, audit_head = $2 WHERE id = 1";
    struct err_info info = {0};
    struct db *from = NULL, *db = NULL;
    const char *gate = bench_option(argc, argv, "--gate", "");
    int64_t after = atoll(bench_option(argc, argv, "--after", "0"));
    size_t clients = (size_t)atoi(bench_option(argc, argv, "--clients", "16")), group = clients * REVS_A_PUSH,
           pushes = (size_t)atoi(bench_option(argc, argv, "--pushes", "1000"));
    if (db_open(&from, bench_option(argc, argv, "--from", ""), 0, &info) != ERR_OK ||
        db_open(&db, bench_option(argc, argv, "--to", ""), DB_WRITE | DB_EXCLUSIVE, &info) != ERR_OK)
        bench_fail("%s", info.text);
    struct lines change = read_lines(from, read_change, 5, after),
                 audit = read_lines(from, read_audit, 9, after), tag = read_lines(from, read_tag, 2, after),
                 result = read_lines(from, read_result, 8, after);
    struct json **items = xcalloc(change.count + 1, sizeof(struct json *));
    for (size_t i = 0; i < change.count; i++)
        if (json_parse(change.rows[i][3], strlen(change.rows[i][3]), &items[i], NULL) != ERR_OK)
            bench_fail("a change cannot be read");
    size_t revs = (pushes - clients) * REVS_A_PUSH + clients; /* the first push of each calls alone */
    size_t first = change.count > revs ? change.count - revs : 0;
    int64_t began = 0;
    for (size_t i = 0; i < change.count; i++) {
        bool begins = i == 0 || (i >= first && (i - first) % group == 0);
        bool ends = i + 1 == change.count || (i + 1 >= first && (i + 1 - first) % group == 0);
        if (i == first) {
            wait_at(gate);
            began = bench_now_us();
        }
        if (begins)
            must(db, db_begin(db));
        write_row(db, write_rev, NULL, 0);
        write_item(db, items[i]);
        write_row(db, write_change, change.rows[i], 5);
        write_lines(db, write_audit, &audit, change.revs[i]);
        write_lines(db, write_tag, &tag, change.revs[i]);
        write_row(db, write_heads, (char *[]){change.rows[i][4], change.rows[i][4]}, 2);
        if (i % REVS_A_PUSH == 0 && result.next < result.count)
            write_push(db, result.rows[result.next]);
        write_lines(db, write_result, &result, change.revs[i]);
        if (ends)
            must(db, db_commit(db));
    }
    if (*gate)
        printf("%lld %lld\n", (long long)began, (long long)bench_now_us());
    else
        printf("%.0f\n", (double)pushes * 1e6 / (double)(bench_now_us() - began));
    db_close(&db);
    db_close(&from);
    return 0;
}
