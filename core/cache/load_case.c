/* core/cache/load_case.c: one application with all that belongs to it. */
#include <string.h>

#include "core/cache/load.h"
#include "core/cache/next.h"
#include "core/command/persons.h"

enum { PARTS_MAX = 200, LAST_LOOKED_AT = 10 };

static enum err put_parts(struct cache *cache, struct json *answer, const char *name, enum table table,
                          const char *sql, const char *case_id, int64_t now_ms)
{
    struct stmt *s = db_query(cache->db, sql);
    db_bind_text(s, 1, case_id);
    db_bind_int(s, 2, PARTS_MAX);
    return add_rows(cache, put_array(answer, name), table, s, PARTS_MAX, now_ms, NULL);
}

static enum err put_journal(struct cache *cache, const char *case_id, struct json *answer)
{
    static const char sql_typed[] =
        "SELECT typed, at_ms FROM draft_journal WHERE user_ = $1 AND screen = 'form'"
        " AND object = $2"; /* primary key */
    struct stmt *s = db_query(cache->db, sql_typed);
    db_bind_text(s, 1, cache->actor.user);
    db_bind_text(s, 2, case_id);
    enum err err = db_step(s);
    const char *text = err == ERR_OK ? db_text(s, 0) : NULL;
    struct json *typed = NULL;
    if (text && json_parse(text, strlen(text), &typed, NULL) == ERR_OK) {
        struct json *journal = json_new_object();
        char at[TIME_TEXT];
        time_text(db_int(s, 1), at);
        json_set(journal, "typed", typed);
        json_set_text(journal, "at", at);
        json_set(answer, "journal", journal);
    } else {
        json_set_null(answer, "journal");
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* The newest other draft of the record at the agency, when it is newer than *newest. */
static enum err last_of_record(struct cache *cache, const struct json *row, const char *record,
                               char newest[TIME_TEXT], struct json *answer)
{
    static const char sql_last[] = "SELECT row, opened_at FROM cases WHERE person = $1"
                                   " ORDER BY opened_at DESC LIMIT $2"; /* cases_person */
    struct json *found = json_new_array();
    struct stmt *s = db_query(cache->db, sql_last);
    db_bind_text(s, 1, record);
    db_bind_int(s, 2, LAST_LOOKED_AT);
    enum err err = add_rows(cache, found, TABLE_CASE, s, LAST_LOOKED_AT, 0, NULL);
    for (const struct json *other = json_first(found); other && err == ERR_OK; other = json_next(other)) {
        const char *opened_at = json_text_or(other, "opened_at", "");
        if (str_equal(json_text(other, "id"), json_text(row, "id")) ||
            !str_equal(json_text(other, "agency"), json_text(row, "agency")) || !json_get(other, "draft") ||
            strcmp(opened_at, newest) <= 0)
            continue;
        json_set(answer, "last", json_copy(json_get(other, "draft")));
        str_copy(newest, TIME_TEXT, opened_at);
        break;
    }
    json_free(&found);
    return err;
}

/* What the person wrote the last time at this agency, to fill fields in; another agency's is not looked at. */
static enum err put_last(struct cache *cache, const struct json *row, struct json *answer)
{
    struct json *records = json_new_array();
    char newest[TIME_TEXT] = "";
    json_set_null(answer, "last");
    enum err err = person_group(person_get_row, cache->db, json_text(row, "person"), records);
    for (const struct json *one = json_first(records); one && err == ERR_OK; one = json_next(one))
        err = last_of_record(cache, row, json_as_text(one), newest, answer);
    json_free(&records);
    return err;
}

/* The service in the application's own version. Of one that is not handed in yet also the newest, when that is another:
 * it is offered. "version_gone": the own one is not in this copy, so the newest stands in its place. */
static enum err put_service(struct cache *cache, struct json *answer, const struct json *row,
                            struct json **service)
{
    struct json *newest = NULL;
    bool gone;
    TRY(version_of_case(cache->db, row, service, &gone));
    json_set(answer, "service", *service ? *service : json_new_null());
    json_set_bool(answer, "version_gone", gone);
    json_set_null(answer, "newest");
    if (!*service || gone || json_text(row, "submitted_at"))
        return ERR_OK;
    TRY(find_row(cache, TABLE_SERVICE, json_text(row, "service"), 0, &newest));
    if (newest && json_int(newest, "form_version", 0) != json_int(row, "form_version", 0))
        json_set(answer, "newest", newest);
    else
        json_free(&newest);
    return ERR_OK;
}

enum err load_case(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    static const char sql_documents[] =
        "SELECT row, id FROM documents WHERE case_ = $1 LIMIT $2"; /* documents_case */
    static const char sql_payments[] =
        "SELECT row, id FROM payments WHERE case_ = $1 LIMIT $2"; /* payments_case */
    static const char sql_decisions[] = "SELECT row, at_ FROM decisions WHERE case_ = $1"
                                        " ORDER BY at_ LIMIT $2"; /* decisions_case */
    const char *id = json_text_or(args, "case", "");
    struct json *row, *service;
    TRY(put_row(cache, answer, "case", TABLE_CASE, id, now_ms, &row));
    TRY(put_service(cache, answer, row, &service));
    if (row)
        set_progress(row, service, now_ms);
    if (row)
        TRY(set_case_names(cache, row));
    TRY(put_hall(cache, answer));
    TRY(put_row(cache, answer, "agency", TABLE_AGENCY, json_text(row, "agency"), 0, NULL));
    TRY(put_row(cache, answer, "person", TABLE_PERSON, json_text(row, "person"), now_ms, NULL));
    TRY(put_row(cache, answer, "twin", TABLE_CASE, json_text(row, "duplicate_of"), 0, NULL));
    TRY(put_row(cache, answer, "ticket", TABLE_TICKET, json_text(row, "ticket"), now_ms, NULL));
    TRY(put_parts(cache, answer, "documents", TABLE_DOCUMENT, sql_documents, id, now_ms));
    TRY(put_parts(cache, answer, "payments", TABLE_PAYMENT, sql_payments, id, now_ms));
    TRY(put_parts(cache, answer, "decisions", TABLE_DECISION, sql_decisions, id, now_ms));
    TRY(put_journal(cache, id, answer));
    return put_last(cache, row, answer);
}
