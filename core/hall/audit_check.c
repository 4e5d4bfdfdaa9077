/* core/hall/audit_check.c: see audit_check.h. */
#include "core/hall/audit_check.h"

#include <stdlib.h>

#include "core/base/log.h"
#include "core/hall/audit_chain.h"
#include "core/hall/bus.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"

enum {
    SLICE_MS = 1,      /* whoever asks meanwhile waits for no more */
    SLICE_LINES = 200, /* between two looks at the clock */
};

enum state { NONE, RUNNING, TELLING /* the result is among the writes */, DONE, FAILED };

struct audit_check {
    enum state state;
    struct actor actor;
    struct audit_place place;
    int64_t base, lines; /* where the chain begins, and how many were looked at */
    int64_t begun_ms, ended_ms;
    enum audit_fault fault;
    char column[16];
    int64_t kept_rev;
    char kept_hash[SHA256_TEXT], kept_found[SHA256_TEXT], kept_at[TIME_TEXT];
};

struct audit_check *audit_check_new(void)
{
    return xcalloc(1, sizeof(struct audit_check));
}

void audit_check_free(struct audit_check **check)
{
    free(*check);
    *check = NULL;
}

enum err audit_check_start(struct hall *hall, const struct actor *actor, int64_t kept_rev,
                           const char *kept_hash)
{
    struct audit_check *check = hall->audit_check;
    if (check->state == RUNNING || check->state == TELLING)
        return ERR_IN_USE;
    *check = (struct audit_check){.actor = *actor, .begun_ms = hall->wall_ms, .kept_rev = kept_rev};
    enum err err = bus_base(hall->db, &check->base, check->place.hash);
    str_copy(check->kept_hash, sizeof check->kept_hash, kept_hash ? kept_hash : "");
    check->place.rev = check->base;
    check->state = err == ERR_OK ? RUNNING : FAILED;
    return err;
}

/* --- what is told --- */

static struct json *kept_json(const struct audit_check *check)
{
    struct json *kept = json_new_object();
    json_set_int(kept, "rev", check->kept_rev);
    json_set_text(kept, "hash", check->kept_hash);
    json_set_text(kept, "found", *check->kept_found ? check->kept_found : NULL);
    json_set_text(kept, "at", *check->kept_at ? check->kept_at : NULL);
    json_set_bool(kept, "same", str_equal(check->kept_hash, check->kept_found));
    return kept;
}

static struct json *bad_json(const struct audit_check *check)
{
    struct json *bad = json_new_object();
    json_set_int(bad, "rev", check->place.rev + 1);
    json_set_text(bad, "fault", audit_fault_text(check->fault));
    json_set_text(bad, "column", check->column);
    return bad;
}

static struct json *head_json(const struct audit_place *place)
{
    struct json *head = json_new_object();
    json_set_int(head, "rev", place->rev);
    json_set_text(head, "hash", place->hash);
    json_set_text(head, "at", *place->at ? place->at : NULL);
    return head;
}

/* What came of it: what the screen shows and the audit keeps. */
static struct json *result_json(const struct audit_check *check)
{
    struct json *result = json_new_object();
    json_set_int(result, "lines", check->lines);
    json_set(result, "head", head_json(&check->place));
    json_set(result, "bad", check->fault == AUDIT_FITS ? json_new_null() : bad_json(check));
    json_set(result, "kept", check->kept_rev ? kept_json(check) : json_new_null());
    return result;
}

struct json *audit_check_tell(const struct hall *hall)
{
    static const char *const names[] = {"none", "running", "running", "done", "failed"};
    const struct audit_check *check = hall->audit_check;
    char at[TIME_TEXT];
    struct json *told = check->state == DONE ? result_json(check) : json_new_object();
    json_set_text(told, "state", names[check->state]);
    if (check->state == NONE)
        return told;
    json_set_int(told, "done", check->lines);
    json_set_int(told, "total", hall->state.rev - check->base);
    json_set_text(told, "by", check->actor.name);
    time_text(check->begun_ms, at);
    json_set_text(told, "begun_at", at);
    if (check->ended_ms) {
        time_text(check->ended_ms, at);
        json_set_text(told, "ended_at", at);
    }
    return told;
}

/* --- a slice --- */

static enum err note_result(void *ctx, const struct server_env *env)
{
    struct hall *hall = ctx;
    int64_t rev;
    struct json *result = result_json(hall->audit_check);
    enum err err = server_note_by(env, &hall->audit_check->actor, "audit.verify", result, &rev);
    json_free(&result);
    return err;
}

static void noted(void *ctx, enum err err)
{
    struct hall *hall = ctx;
    hall->audit_check->state = err == ERR_OK ? DONE : FAILED;
    if (err != ERR_OK)
        log_write(LOG_WARN, "a check of the audit could not be recorded: %s", err_text(err));
}

static void end(struct hall *hall)
{
    struct audit_check *check = hall->audit_check;
    check->ended_ms = hall->wall_ms;
    check->state = TELLING;
    if (check->fault == AUDIT_FITS)
        log_write(LOG_INFO, "the audit is unbroken: %lld lines, head %s", (long long)check->lines,
                  check->place.hash);
    else
        log_write(LOG_ERROR, "audit line %lld is %s", (long long)check->place.rev + 1,
                  audit_fault_text(check->fault));
    writer_add(hall->writer, note_result, noted, hall);
}

/* The line that was saved is read by itself: what the walk passes in a stretch has no other look at it. */
static enum err look_at_kept(struct hall *hall, struct audit_check *check)
{
    static const char sql[] = "SELECT hash, at_ FROM audit WHERE rev = $1"; /* primary key */
    struct stmt *s = db_query(hall->db, sql);
    db_bind_int(s, 1, check->kept_rev);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        str_copy(check->kept_found, sizeof check->kept_found, db_text(s, 0) ? db_text(s, 0) : "");
        str_copy(check->kept_at, sizeof check->kept_at, db_text(s, 1) ? db_text(s, 1) : "");
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* Up to the last line that is committed, whose hash is the hall's own head. */
static void judge_end(const struct hall *hall, struct audit_check *check)
{
    if (check->place.rev != hall->state.rev)
        check->fault = AUDIT_MISSING;
    else if (!str_equal(check->place.hash, hall->state.audit_head))
        check->fault = AUDIT_APART;
}

static enum err run_slice(struct hall *hall, bool *ended)
{
    struct audit_check *check = hall->audit_check;
    int64_t until_ms = clock_mono_now_ms() + SLICE_MS;
    enum err err;
    bool last = false;
    do {
        int64_t from = check->place.rev;
        err = audit_chain_walk(hall->db, &check->place, SLICE_LINES, &last, &check->fault);
        check->lines += check->place.rev - from;
    } while (err == ERR_OK && !last && check->fault == AUDIT_FITS && clock_mono_now_ms() < until_ms);
    *ended = last || check->fault != AUDIT_FITS;
    return err;
}

static enum err finish(struct hall *hall)
{
    struct audit_check *check = hall->audit_check;
    if (check->fault == AUDIT_FITS)
        judge_end(hall, check);
    enum err err = check->kept_rev ? look_at_kept(hall, check) : ERR_OK;
    if (err == ERR_OK && check->fault == AUDIT_ALTERED)
        err = audit_chain_column(hall->db, &check->place, check->column);
    return err;
}

bool audit_check_due(const struct hall *hall)
{
    return hall->audit_check && hall->audit_check->state == RUNNING;
}

void audit_check_follow(struct hall *hall)
{
    bool ended = false;
    if (!audit_check_due(hall))
        return;
    enum err err = run_slice(hall, &ended);
    if (err == ERR_OK && ended)
        err = finish(hall);
    if (err != ERR_OK) {
        hall->audit_check->state = FAILED;
        log_write(LOG_WARN, "the audit could not be read for its check: %s", err_text(err));
    } else if (ended) {
        end(hall);
    }
}
