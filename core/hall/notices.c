/* core/hall/notices.c: see notices.h. */
#include "core/hall/notices.h"

#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "core/db/rows.h"
#include "core/model/notice_code.h"

/* --- codes --- */

static enum err put_code(struct db *db, const char *decision, const struct json *row)
{
    static const char sql[] =
        "INSERT INTO notice_code (code, decision) VALUES ($1, $2) ON CONFLICT (code) DO NOTHING";
    char code[NOTICE_CODE_TEXT];
    notice_code(json_text_or(row, "case", ""), decision, code);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, code);
    db_bind_text(s, 2, decision);
    return db_run(s);
}

enum err notices_note(struct db *db, const char *decision, const char *text)
{
    struct json *row = NULL;
    if (json_parse(text, strlen(text), &row, NULL) != ERR_OK)
        return ERR_CORRUPT;
    enum err err = put_code(db, decision, row);
    json_free(&row);
    return err;
}

enum err notices_note_all(struct db *db)
{
    static const char sql[] =
        "SELECT id, row FROM decisions ORDER BY id"; /* primary key; once, at a migration */
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK) {
        err = notices_note(db, db_text(s, 0), db_text(s, 1));
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- whether the codes are in order --- */

static enum err wrong_code(const char *id, const char *sentence, char decision[NOTICES_ID], const char **what)
{
    str_copy(decision, NOTICES_ID, id);
    *what = sentence;
    return ERR_CORRUPT;
}

static enum err check_code(struct stmt *s, char decision[NOTICES_ID], const char **what)
{
    char code[NOTICE_CODE_TEXT];
    struct json *row = NULL;
    const char *id = db_text(s, 0), *noted = db_text(s, 2);
    if (json_parse(db_text(s, 1), strlen(db_text(s, 1)), &row, NULL) != ERR_OK)
        return wrong_code(id, "cannot be read", decision, what);
    notice_code(json_text_or(row, "case", ""), id, code);
    json_free(&row);
    if (str_empty(noted))
        return wrong_code(id, "has no code by which its notice can be asked for", decision, what);
    return str_equal(noted, code)
               ? ERR_OK
               : wrong_code(id, "has a code that is not the one of its notice", decision, what);
}

/* A code without a decision would answer for a paper that this hall never gave. */
static enum err check_strays(struct db *db, char decision[NOTICES_ID], const char **what)
{
    static const char sql[] =
        "SELECT decision FROM notice_code WHERE typeof(code) <> 'text' OR typeof(decision) <> 'text'"
        " OR decision NOT IN (SELECT id FROM decisions) LIMIT 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK)
        err =
            wrong_code(db_text(s, 0) ? db_text(s, 0) : "", "was never made, but has a code", decision, what);
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err notices_verify(struct db *db, char decision[NOTICES_ID], const char **what)
{
    /* Each decision once for each code that names it. A table read whole, once a verification. */
    static const char sql[] = "SELECT d.id, d.row, n.code FROM decisions AS d LEFT JOIN notice_code AS n"
                              " ON n.decision = d.id ORDER BY d.id";
    enum err err = check_strays(db, decision, what);
    if (err != ERR_OK)
        return err;
    struct stmt *s = db_query(db, sql);
    while ((err = db_step(s)) == ERR_OK)
        if ((err = check_code(s, decision, what)) != ERR_OK)
            break;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* --- whether it stands --- */

static bool has_flag(const struct json *row, const char *flag)
{
    return json_has_text(json_get(row, "flags"), flag);
}

/* The decision itself, or a later word on it (a confirmation, a supervisor's choice, an answer to a complaint) that says
 * the same. */
static bool is_effective(const struct json *decision, const struct json *effective)
{
    const char *id = json_text(decision, "id");
    if (str_equal(id, json_text(effective, "id")))
        return true;
    return str_equal(id, json_text(effective, "of")) &&
           str_equal(json_text(decision, "outcome"), json_text(effective, "outcome"));
}

/* Two people decided the same without knowing of each other: what either paper says is so. */
static bool is_concurring(const struct json *decision, const struct json *effective)
{
    return str_equal(json_text(decision, "meeting"), "concurring") &&
           str_equal(json_text(decision, "outcome"), json_text(effective, "outcome"));
}

/* An application that was passed on has no effective decision until its next holder makes one. */
static bool is_passed_on(const struct json *decision, const struct json *row)
{
    return str_equal(json_text(decision, "outcome"), "refer") &&
           str_equal(json_text(row, "state"), "referred");
}

static const char *standing_of(const struct json *decision, const struct json *row,
                               const struct json *effective)
{
    const char *state = json_text_or(row, "state", "");
    if (str_equal(state, "withdrawn")) /* by the citizen, or by the clock (case_clock.c) */
        return str_equal(json_text(row, "withdrawn_reason"), "lapsed") ? "lapsed" : "withdrawn";
    if (has_flag(row, "contested"))
        return "contested";
    if (!effective)
        return is_passed_on(decision, row) ? "stands" : "annulled";
    if (!is_effective(decision, effective) && !is_concurring(decision, effective))
        return is_passed_on(decision, row) ? "stands" : "replaced";
    if (json_bool(row, "confirm_pending", false))
        return "pending";
    return has_flag(row, "voided") ? "voided" : "stands";
}

/* --- asking --- */

static enum err decision_of(struct db *db, const char *typed, char code[NOTICE_CODE_TEXT],
                            struct json **decision)
{
    static const char sql[] = "SELECT d.row FROM notice_code AS n JOIN decisions AS d ON d.id = n.decision"
                              " WHERE n.code = $1"; /* primary keys */
    bool read = notice_code_read(typed, code);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, read ? code : "");
    return rows_first(s, decision);
}

static enum err get_row(struct db *db, enum table table, const char *id, struct json **row)
{
    enum err err = str_empty(id) ? ERR_ABSENT : row_get(db, table, id, row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void set_date(struct json *answer, const struct json *decision)
{
    char day[DATE_TEXT] = "";
    int64_t at_ms;
    if (time_parse(json_text_or(decision, "at", ""), &at_ms))
        time_date(at_ms, day);
    json_set_text(answer, "date", day);
}

static struct json *answer_of(const char *code, const struct json *decision, const struct json *agency,
                              const char *standing)
{
    struct json *answer = json_new_object();
    const struct json *name = json_get(agency, "name");
    json_set_text(answer, "code", code);
    json_set_text(answer, "outcome", json_text_or(decision, "outcome", ""));
    set_date(answer, decision);
    json_set_text(answer, "agency", json_text(decision, "agency"));
    json_set(answer, "agency_name", name ? json_copy(name) : json_new_null());
    json_set_bool(answer, "stands", str_equal(standing, "stands"));
    json_set_text(answer, "standing", standing);
    return answer;
}

enum err notices_ask(struct db *db, const char *typed, struct json **answer)
{
    char code[NOTICE_CODE_TEXT] = "";
    struct json *decision = NULL, *row = NULL, *effective = NULL, *agency = NULL;
    *answer = NULL;
    enum err err = decision_of(db, typed, code, &decision);
    if (err == ERR_OK)
        err = get_row(db, TABLE_CASE, json_text(decision, "case"), &row);
    if (err == ERR_OK)
        err = get_row(db, TABLE_DECISION, json_text(row, "decision"), &effective);
    if (err == ERR_OK)
        err = get_row(db, TABLE_AGENCY, json_text(decision, "agency"), &agency);
    if (err == ERR_OK)
        *answer = answer_of(code, decision, agency, standing_of(decision, row, effective));
    json_free(&decision);
    json_free(&row);
    json_free(&effective);
    json_free(&agency);
    return err;
}
