/* core/hall/export.c: the lines of an export. See export.h; export_file.c brings them to a file. */
#include "core/hall/export.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/command/persons.h"
#include "core/hall/events.h"
#include "core/wire/which_hall.h"

struct lines {
    struct db *db;
    const struct export_wish *wish;
    export_put *put;
    void *ctx;
    struct sha256 sha; /* of all lines before the last */
    struct buf text;
    int64_t cases;
};

static enum err put_line(struct lines *lines, const struct json *json)
{
    buf_clear(&lines->text);
    json_print_to(json, &lines->text);
    buf_addc(&lines->text, '\n');
    sha256_add(&lines->sha, lines->text.data, lines->text.length);
    return lines->put(lines->ctx, lines->text.data, lines->text.length);
}

/* --- first and last --- */

static enum err put_head(struct lines *lines, const struct json *hall, int64_t now_ms)
{
    struct hall_state state;
    struct cursor at = {0};
    char place[CURSOR_TEXT], now[TIME_TEXT];
    enum err err = store_state(lines->db, &state);
    if (err == ERR_OK)
        err = events_last(lines->db, &at.seq);
    if (err != ERR_OK)
        return err;
    at.epoch = state.epoch;
    cursor_print(&at, place);
    time_text(now_ms, now);
    struct json *head = json_new_object();
    json_set_text(head, "export", "loket.cases");
    json_set_int(head, "version", 1);
    json_set_text(head, "hall", json_text(hall, "code"));
    if (json_bool(hall, "practice", false))
        json_set_text(head, "training", hall_training_word(NULL));
    json_set_int(head, "epoch", state.epoch);
    json_set_int(head, "rev", state.rev);
    json_set_text(head, "events", place);
    json_set_text(head, "at", now);
    json_set_text(head, "agency", lines->wish->agency);
    json_set_text(head, "from", lines->wish->from);
    json_set_text(head, "until", lines->wish->until);
    json_set_bool(head, "masked", !lines->wish->unmasked);
    err = put_line(lines, head);
    json_free(&head);
    return err;
}

static enum err put_end(struct lines *lines)
{
    char digest[SHA256_TEXT];
    struct json *end = json_new_object();
    sha256_text(&lines->sha, digest);
    json_set_bool(end, "end", true);
    json_set_int(end, "cases", lines->cases);
    json_set_text(end, "sha256", digest);
    buf_clear(&lines->text);
    json_print_to(end, &lines->text);
    buf_addc(&lines->text, '\n');
    json_free(&end);
    return lines->put(lines->ctx, lines->text.data, lines->text.length);
}

/* --- an application --- */

static const char sql_documents[] =
    "SELECT row FROM documents WHERE case_ = $1 ORDER BY id"; /* documents_case */
static const char sql_payments[] =
    "SELECT row FROM payments WHERE case_ = $1 ORDER BY id"; /* payments_case */
static const char sql_decisions[] =
    "SELECT row FROM decisions WHERE case_ = $1 ORDER BY at_, id"; /* decisions_case */

static void hide(const struct lines *lines, enum table table, struct json *row)
{
    if (!lines->wish->unmasked)
        row_mask(table, row);
}

static enum err add_rows(struct lines *lines, struct json *line, const char *name, enum table table,
                         const char *sql, const char *id)
{
    struct json *rows = json_new_array(), *out = json_new_array();
    struct stmt *s = db_query(lines->db, sql);
    db_bind_text(s, 1, id);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row)) {
        struct json *copy = json_copy(row);
        hide(lines, table, copy);
        json_add(out, copy);
    }
    json_free(&rows);
    json_set(line, name, out);
    return err;
}

/* Masked, an application names its person by identity alone. */
static enum err add_person(struct lines *lines, struct json *line, const char *id)
{
    struct json *row = NULL;
    if (!lines->wish->unmasked || str_empty(id))
        return ERR_OK;
    enum err err = person_root(person_get_row, lines->db, id, &row);
    if (err == ERR_OK)
        json_set(line, "person", row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err put_case(struct lines *lines, const char *id, const char *text)
{
    struct json *row = NULL, *line = json_new_object();
    enum err err = json_parse(text, strlen(text), &row, NULL);
    if (err == ERR_OK) {
        const struct json *stamps = json_get(row, "stamps");
        struct json *timeline = stamps ? json_copy(stamps) : json_new_array();
        char person[64];
        str_copy(person, sizeof person, json_text_or(row, "person", ""));
        json_remove(row, "stamps");
        hide(lines, TABLE_CASE, row);
        json_set(line, "case", row);
        err = add_person(lines, line, person);
        if (err == ERR_OK)
            err = add_rows(lines, line, "documents", TABLE_DOCUMENT, sql_documents, id);
        if (err == ERR_OK)
            err = add_rows(lines, line, "payments", TABLE_PAYMENT, sql_payments, id);
        if (err == ERR_OK)
            err = add_rows(lines, line, "decisions", TABLE_DECISION, sql_decisions, id);
        json_set(line, "timeline", timeline);
        if (err == ERR_OK)
            err = put_line(lines, line);
        lines->cases++;
    }
    json_free(&line);
    return err;
}

/* --- which --- */

enum { PAGE = 500 };

static bool is_wished(const struct export_wish *wish, const char *agency, const char *opened_at)
{
    char day[DATE_TEXT] = "";
    int64_t opened_ms;
    if (wish->agency && !str_equal(wish->agency, agency))
        return false;
    if (!wish->from && !wish->until)
        return true;
    if (!opened_at || !time_parse(opened_at, &opened_ms))
        return false;
    time_date(opened_ms, day);
    return (!wish->from || strcmp(day, wish->from) >= 0) && (!wish->until || strcmp(day, wish->until) <= 0);
}

/* A page at a time: PostgreSQL gives a result as a whole. *after becomes the last one's id; *count: how many there were. */
static enum err put_page(struct lines *lines, char **after, int *count)
{
    static const char sql[] =
        "SELECT id, agency, opened_at, row FROM cases WHERE id > $1 ORDER BY id LIMIT $2";
    struct stmt *s = db_query(lines->db, sql); /* primary key: no sorting */
    enum err err;
    db_bind_text(s, 1, *after);
    db_bind_int(s, 2, PAGE);
    for (*count = 0; (err = db_step(s)) == ERR_OK; ++*count) {
        free(*after);
        *after = xstrdup(db_text(s, 0));
        if (is_wished(lines->wish, db_text(s, 1), db_text(s, 2)) &&
            (err = put_case(lines, *after, db_text(s, 3))) != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err put_cases(struct lines *lines)
{
    char *after = xstrdup("");
    int count = PAGE;
    enum err err = ERR_OK;
    while (err == ERR_OK && count == PAGE)
        err = put_page(lines, &after, &count);
    free(after);
    return err;
}

enum err export_lines(struct db *db, const struct export_wish *wish, int64_t now_ms, export_put *put,
                      void *ctx, int64_t *cases)
{
    struct lines lines = {.db = db, .wish = wish, .put = put, .ctx = ctx};
    struct json *hall = NULL;
    sha256_start(&lines.sha);
    enum err err = store_hall(db, &hall);
    if (err == ERR_OK && !zone_set(json_text_or(hall, "timezone", "UTC")))
        err = ERR_SYSTEM;
    if (err == ERR_OK)
        err = put_head(&lines, hall, now_ms);
    json_free(&hall);
    if (err == ERR_OK)
        err = put_cases(&lines);
    if (err == ERR_OK)
        err = put_end(&lines);
    *cases = lines.cases;
    buf_free(&lines.text);
    return err;
}
