/* core/hall/person_overdue.c: see person_overdue.h. */
#include "core/hall/person_overdue.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/hall/audit_index.h"
#include "core/hall/inside.h"
#include "core/hall/person_erase.h"
#include "core/hall/writer.h"

/* While an application is under way nobody knows until when: it may have ended since yesterday. */
static enum err is_due(struct db *db, const char *person, const char *day, bool *due)
{
    struct json *row = NULL;
    enum err err = row_get(db, TABLE_PERSON, person, &row);
    const struct json *until = json_get(row, "kept_until");
    *due = until && json_get(row, "erased_at") &&
           (json_is_null(until) || strcmp(json_as_text(until) ? json_as_text(until) : "", day) <= 0);
    json_free(&row);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err person_of(struct db *db, int64_t rev, char person[64])
{
    struct json *about = NULL;
    enum err err = audit_index_about(db, rev, &about);
    if (!str_copy(person, 64, json_text_or(about, "person", "")))
        *person = '\0';
    json_free(&about);
    return err;
}

enum err person_overdue_next(struct db *db, const char *day, int64_t *after, char person[64])
{
    enum { LINES = 20 };
    static const char sql[] = "SELECT rev FROM audit_tag WHERE tag = 'c/person.erase' AND rev > $1"
                              " ORDER BY rev LIMIT 1"; /* primary key */
    *person = '\0';
    for (int i = 0; i < LINES; i++) {
        bool due = false;
        struct stmt *s = db_query(db, sql);
        db_bind_int(s, 1, *after);
        enum err err = db_step(s);
        if (err == ERR_OK)
            *after = db_int(s, 0);
        db_done(s);
        if (err != ERR_OK)
            return err == ERR_ABSENT ? ERR_OK : err;
        err = person_of(db, *after, person);
        if (err == ERR_OK && *person)
            err = is_due(db, person, day, &due);
        if (err != ERR_OK || due)
            return err;
        *person = '\0';
    }
    return ERR_OK;
}

/* Nearly always nothing does: who has an application under way is asked about each day, and no history is read for that. */
static enum err any_goes(const struct server_env *env, const char *person, bool *any)
{
    struct erase_plan plan;
    enum err err = erase_plan_rows(env, person, &plan);
    *any = err == ERR_OK && !plan.stop.code[0] && json_count(plan.goes) > 0;
    erase_plan_free(&plan);
    return err;
}

enum err person_overdue_run(const struct server_env *env, const char *person, int64_t *changed)
{
    struct erase_plan plan;
    bool any = false;
    *changed = 0;
    enum err err = any_goes(env, person, &any);
    if (!any)
        return err;
    err = erase_plan_make(env, person, &plan);
    if (err == ERR_OK && !plan.stop.code[0])
        err = erase_run(env, NULL, &plan, "what was kept by law is not kept any more", changed);
    erase_plan_free(&plan);
    return err;
}

/* --- as a write of the hall --- */

struct errand {
    struct hall *hall;
    char person[64];
    int64_t changed;
};

static enum err run(void *ctx, const struct server_env *env)
{
    struct errand *errand = ctx;
    return person_overdue_run(env, errand->person, &errand->changed);
}

static void done(void *ctx, enum err err)
{
    struct errand *errand = ctx;
    errand->hall->erasures.queued = false;
    if (err != ERR_OK)
        log_write(LOG_WARN, "what was kept of a person who was erased could not be taken away: %s",
                  err_text(err));
    free(errand);
}

void person_overdue_follow(struct hall *hall)
{
    char person[64];
    if (hall->full || hall->state.mobile || hall->erasures.queued)
        return;
    if (!str_equal(hall->erasures.day, hall->day)) {
        str_copy(hall->erasures.day, sizeof hall->erasures.day, hall->day);
        hall->erasures.after = 0;
    }
    if (person_overdue_next(hall->db, hall->day, &hall->erasures.after, person) != ERR_OK || !*person)
        return;
    struct errand *errand = xcalloc(1, sizeof *errand);
    errand->hall = hall;
    str_copy(errand->person, sizeof errand->person, person);
    hall->erasures.queued = true;
    writer_add(hall->writer, run, done, errand);
}
