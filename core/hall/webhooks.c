/* core/hall/webhooks.c: the addresses that agencies' events are sent to, and how far each is. loketd deliver (courier.c)
 * does the sending; it asks here what is next, and tells what came of it. The place of each is in the hall's file, so that a
 * backup that is restored sends again what it does not know to have been received. */
#include "core/hall/partners_inside.h"
#include "core/hall/wall.h"

#include <string.h>

enum {
    FIRST_MS = 5 * 1000,      /* after the first failure; doubled by each that follows */
    LONGEST_MS = 3600 * 1000, /* an address that is away for a week is asked every hour */
    TURN_MAX = 64,            /* events handed out in one turn */
    PROBLEM_MAX = 200,
};

/* --- administration --- */

static bool is_address(const char *url)
{
    return partner_line(url, PARTNER_URL_MAX) && !strchr(url, ' ') &&
           ((str_starts(url, "http://") && url[7]) || (str_starts(url, "https://") && url[8]));
}

/* From the newest event on, or from a place such as an export names. */
static enum err first_place(struct partner_task *t, struct cursor *at)
{
    const char *after = json_text(t->request, "after");
    struct cursor asked;
    enum place place;
    *at = (struct cursor){.epoch = t->env->epoch};
    if (!after)
        return events_last(t->env->db, &at->seq);
    if (!cursor_read(after, &asked))
        return err_set(t->info, ERR_USAGE, "--after is a place in the events such as 1.812, not \"%s\".",
                       after);
    enum err err = events_place(t->env->db, t->env->epoch, &asked, &place, at);
    if (err == ERR_OK && place == PLACE_AHEAD)
        return err_set(t->info, ERR_USAGE, "This hall has told nothing as new as %s.", after);
    return err;
}

static enum err insert(struct partner_task *t, const char *id, const struct cursor *at)
{
    static const char sql[] =
        "INSERT INTO webhook (id, agency, url, made_at, epoch, seq, removed_at, sent_at, failures, failed_at,"
        " next_at, problem) VALUES ($1, $2, $3, $4, $5, $6, '', '', 0, '', '', '')";
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, id);
    db_bind_text(s, 2, json_text_or(t->request, "agency", ""));
    db_bind_text(s, 3, json_text_or(t->request, "url", ""));
    db_bind_text(s, 4, t->now);
    db_bind_int(s, 5, at->epoch);
    db_bind_int(s, 6, at->seq);
    return db_run(s);
}

enum err webhook_add(struct partner_task *t)
{
    static const char sql[] = "SELECT count(*) FROM webhook";
    char id[PARTNER_ID];
    struct cursor at;
    const char *agency = json_text(t->request, "agency");
    if (!is_address(json_text(t->request, "url")))
        return err_set(t->info, ERR_USAGE,
                       "--url is an address that starts with https:// or http://, of at most %d"
                       " bytes.",
                       PARTNER_URL_MAX);
    enum err err = wall_may_tell(t->env->db, json_text(t->request, "url"), t->info);
    if (err == ERR_OK)
        err = partner_need_agency(t, agency);
    if (err == ERR_OK)
        err = first_place(t, &at);
    if (err == ERR_OK)
        err = partner_need_signing_key(t);
    if (err == ERR_OK)
        err = partner_next_id(t, sql, 'W', id);
    if (err == ERR_OK)
        err = insert(t, id, &at);
    if (err == ERR_OK)
        err = partner_note(t, "webhook.add", id, agency);
    json_set_text(t->answer, "id", err == ERR_OK ? id : NULL);
    return err;
}

enum err webhook_list(struct partner_task *t)
{
    static const char sql[] =
        "SELECT id, agency, url, made_at, removed_at, sent_at, failed_at, next_at, problem,"
        " epoch, seq, failures FROM webhook ORDER BY made_at, id LIMIT $1";
    static const char *const texts[] = {"id",      "agency",    "url",     "made_at", "removed_at",
                                        "sent_at", "failed_at", "next_at", "problem", NULL};
    static const char *const numbers[] = {"epoch", "seq", "failures", NULL};
    return partner_list(t, sql, texts, numbers);
}

enum err webhook_remove(struct partner_task *t)
{
    static const char sql_find[] =
        "SELECT agency FROM webhook WHERE id = $1 AND removed_at = ''"; /* primary key */
    static const char sql[] = "UPDATE webhook SET removed_at = $1 WHERE id = $2";
    char agency[64];
    enum err err = partner_agency_of(t, sql_find, "webhook", agency);
    if (err == ERR_OK)
        err = partner_end(t, sql);
    return err == ERR_OK ? partner_note(t, "webhook.remove", json_text(t->request, "id"), agency) : err;
}

/* --- what came of it --- */

static enum err note_sent(struct partner_task *t, const struct json *one)
{
    static const char sql[] =
        "UPDATE webhook SET epoch = $1, seq = $2, sent_at = $3, failures = 0, failed_at = '',"
        " next_at = '', problem = '' WHERE id = $4 AND seq < $2"; /* primary key */
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_int(s, 1, t->env->epoch);
    db_bind_int(s, 2, json_int(one, "seq", 0));
    db_bind_text(s, 3, t->now);
    db_bind_text(s, 4, json_text_or(one, "id", ""));
    return db_run(s);
}

static int64_t pause_ms(int64_t failures)
{
    int64_t ms = FIRST_MS;
    while (--failures > 0 && ms < LONGEST_MS)
        ms *= 2;
    return ms < LONGEST_MS ? ms : LONGEST_MS;
}

static enum err count_failures(struct partner_task *t, const char *id, int64_t *failures)
{
    static const char sql[] = "SELECT failures FROM webhook WHERE id = $1"; /* primary key */
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, id);
    enum err err = db_step(s);
    *failures = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* What one address does holds up no other: each has its own time of the next try. chance (0 to 999) spreads those that
 * failed together. */
static enum err note_failed(struct partner_task *t, const struct json *one)
{
    static const char sql[] =
        "UPDATE webhook SET failures = failures + 1, next_at = $1, problem = $2,"
        " failed_at = CASE WHEN failed_at = '' THEN $3 ELSE failed_at END WHERE id = $4"; /* primary key */
    char next[TIME_TEXT], problem[PROBLEM_MAX];
    int64_t failures = 0;
    const char *id = json_text_or(one, "id", "");
    enum err err = count_failures(t, id, &failures);
    if (err != ERR_OK)
        return err;
    int64_t pause = pause_ms(failures + 1);
    time_text(t->env->now_ms + pause / 2 + pause / 2 * json_int(one, "chance", 0) / 1000, next);
    str_copy(problem, sizeof problem, json_text_or(one, "problem", "?"));
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, next);
    db_bind_text(s, 2, problem);
    db_bind_text(s, 3, t->now);
    db_bind_text(s, 4, id);
    return db_run(s);
}

/* --- what is next --- */

struct webhook {
    char id[PARTNER_ID], agency[64], url[PARTNER_URL_MAX + 1];
    struct cursor at;
    int64_t next_ms; /* -1: at once */
};

/* A clock that was turned back does not silence an address for longer than the longest pause. */
static bool is_due(const struct partner_task *t, const struct webhook *webhook)
{
    int64_t left_ms = webhook->next_ms - t->env->now_ms;
    return webhook->next_ms < 0 || left_ms <= 0 || left_ms > LONGEST_MS;
}

static enum err first_event(struct partner_task *t, const struct webhook *webhook, int64_t after,
                            int64_t *seq, struct json *next)
{
    static const char sql[] = "SELECT seq, id, event FROM event WHERE agency = $1 AND seq > $2 ORDER BY seq"
                              " LIMIT 1"; /* event_agency */
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_text(s, 1, webhook->agency);
    db_bind_int(s, 2, after);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        *seq = db_int(s, 0);
        json_set_text(next, "event", db_text(s, 1));
        json_set_text(next, "body", db_text(s, 2));
    }
    db_done(s);
    return err;
}

/* {"id","url","seq","event","body","at","signature"} is added to the answer when there is something to send. */
static enum err add_next(struct partner_task *t, const struct webhook *webhook, struct json *out)
{
    char signature[PARTNER_SIGNATURE];
    struct cursor resume;
    enum place place;
    int64_t seq = 0, now_s = t->env->now_ms / 1000;
    struct json *next = json_new_object();
    enum err err = events_place(t->env->db, t->env->epoch, &webhook->at, &place, &resume);
    if (err == ERR_OK)
        err = first_event(t, webhook, resume.seq, &seq, next);
    const char *body = json_text_or(next, "body", "");
    if (err == ERR_OK)
        err = partner_sign(t->env->db, json_text_or(next, "event", ""), now_s, body, strlen(body), signature);
    if (err == ERR_OK) {
        json_set_text(next, "id", webhook->id);
        json_set_text(next, "url", webhook->url);
        json_set_int(next, "seq", seq);
        json_set_int(next, "at", now_s);
        json_set_text(next, "signature", signature);
        json_add(out, next);
        next = NULL;
    }
    json_free(&next);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static void read_webhook(struct stmt *s, struct webhook *webhook)
{
    *webhook = (struct webhook){.at = {db_int(s, 3), db_int(s, 4)}};
    str_copy(webhook->id, sizeof webhook->id, db_text(s, 0));
    str_copy(webhook->agency, sizeof webhook->agency, db_text(s, 1));
    str_copy(webhook->url, sizeof webhook->url, db_text(s, 2));
    if (!time_parse(db_text(s, 5), &webhook->next_ms))
        webhook->next_ms = -1;
}

static enum err add_all(struct partner_task *t, struct json *out)
{
    static const char sql[] =
        "SELECT id, agency, url, epoch, seq, next_at FROM webhook WHERE removed_at = ''"
        " ORDER BY sent_at, id LIMIT $1"; /* a few rows; who waits longest comes first */
    const struct json *busy = json_get(t->request, "busy");
    struct stmt *s = db_query(t->env->db, sql);
    db_bind_int(s, 1, PARTNERS_MAX);
    enum err err;
    while ((err = db_step(s)) == ERR_OK && json_count(out) < TURN_MAX) {
        struct webhook webhook;
        read_webhook(s, &webhook);
        if (json_has_text(busy, webhook.id) || !is_due(t, &webhook))
            continue;
        err = add_next(t, &webhook, out);
        if (err != ERR_OK)
            break;
    }
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* {"sent":[{id,seq}],"failed":[{id,problem,chance}],"busy":[id]} → {"next":[…]}. A webhook that is busy gets nothing: its
 * events go out one after the other. */
enum err webhook_turn(struct partner_task *t)
{
    struct json *next = json_new_array();
    enum err err = ERR_OK;
    json_set(t->answer, "next", next);
    for (const struct json *one = json_first(json_get(t->request, "sent")); one && err == ERR_OK;
         one = json_next(one))
        err = note_sent(t, one);
    for (const struct json *one = json_first(json_get(t->request, "failed")); one && err == ERR_OK;
         one = json_next(one))
        err = note_failed(t, one);
    return err == ERR_OK ? add_all(t, next) : err;
}
