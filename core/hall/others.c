/* core/hall/others.c: see others.h, and "Many loketd on one hall" in README.md. */
#include "core/hall/others.h"

#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/hall/backup.h"
#include "core/hall/imports.h"
#include "core/hall/inside.h"
#include "core/hall/leases.h"
#include "core/hall/polls.h"
#include "core/hall/tokens.h"

enum {
    MEND_MS = 250,    /* between two tries to reach the store again */
    SETTLE_MS = 8000, /* so long everybody waits to hear what became of a commit */
    SETTLE_PAUSE_MS = 50,
    CHANGES_MAX = 200, /* read at once */
};

struct others {
    struct db_news *news;                   /* NULL: no line; whoever waits is told by looking alone */
    int64_t looked_ms, asked_ms, mended_ms; /* monotonic */
    bool first;
    bool lacks; /* the history of this epoch is without what was read here */
};

static void open_news(struct hall *hall)
{
    if (!hall->others->news && db_news_open(&hall->others->news, hall->db) != ERR_OK)
        log_write(LOG_WARN, "%s: no line to the others who serve this hall; it is looked up each second",
                  db_path(hall->db));
}

struct others *others_new(struct hall *hall)
{
    struct others *others = hall->others = xcalloc(1, sizeof *others);
    open_news(hall);
    others->first = db_leads(hall->db, true);
    return others;
}

void others_free(struct others **slot)
{
    if (*slot)
        db_news_close(&(*slot)->news);
    free(*slot);
    *slot = NULL;
}

bool others_first(const struct hall *hall)
{
    return !hall->others || (hall->others->first && db_leads(hall->db, false));
}

/* --- what the others did --- */

static void take_row(struct hall *hall, const char *table, const struct json *row)
{
    if (!json_is_object(row))
        return;
    if (str_equal(table, table_wire(TABLE_USER))) {
        tokens_clear(hall->tokens);
        polls_user_changed(hall, row);
    } else if (str_equal(table, table_wire(TABLE_STATION))) {
        leases_station(hall, row);
    } else if (str_equal(table, table_wire(TABLE_HALL))) {
        str_copy(hall->code, sizeof hall->code, json_text_or(row, "code", ""));
        str_copy(hall->name, sizeof hall->name, json_name_in(json_get(row, "name"), "en"));
        str_copy(hall->day, sizeof hall->day, json_text_or(row, "business_day", ""));
    }
}

static void take_item(struct hall *hall, const char *text)
{
    struct json *item = NULL;
    if (json_parse(text, strlen(text), &item, NULL) != ERR_OK)
        return;
    for (const struct json *line = json_first(json_get(item, "rows")); line; line = json_next(line))
        take_row(hall, json_text(line, "t"), json_get(line, "row"));
    json_free(&item);
}

/* Changes of rows that are kept in memory here; everything else is read where it is needed. */
static enum err take_changes(struct hall *hall, int64_t after, int64_t through)
{
    static const char sql[] =
        "SELECT rev, item FROM change WHERE rev > $1 AND rev <= $2 AND (item LIKE '%\"t\":\"user\"%'"
        " OR item LIKE '%\"t\":\"station\"%' OR item LIKE '%\"t\":\"hall\"%')"
        " ORDER BY rev LIMIT $3"; /* primary key */
    int count;
    enum err err = ERR_OK;
    do {
        struct stmt *s = db_query(hall->db, sql);
        db_bind_int(s, 1, after);
        db_bind_int(s, 2, through);
        db_bind_int(s, 3, CHANGES_MAX);
        for (count = 0; (err = db_step(s)) == ERR_OK; count++) {
            after = db_int(s, 0);
            take_item(hall, db_text(s, 1));
        }
        db_done(s);
    } while (err == ERR_ABSENT && count == CHANGES_MAX);
    return err == ERR_ABSENT ? ERR_OK : err;
}

/* A history that has not what was read here before lost what somebody was told: a standby took over that had not all of it. */
static enum err is_of_one_history(struct hall *hall, const struct hall_state *now, bool *same)
{
    char head[SHA256_TEXT];
    enum err err = ERR_OK;
    str_copy(head, sizeof head, now->feed_head);
    if (now->rev > hall->state.rev)
        err = store_head_at(hall->db, hall->state.rev, head);
    *same = now->rev >= hall->state.rev && (!*head || str_equal(head, hall->state.feed_head));
    return err;
}

static enum err follow(struct hall *hall, const struct hall_state *now)
{
    bool same;
    enum err err = is_of_one_history(hall, now, &same);
    if (err != ERR_OK)
        return err;
    hall->others->lacks = !same && now->epoch == hall->epoch;
    if (!same || now->epoch != hall->epoch) {
        log_write(LOG_ERROR, "%s: the hall is at epoch %lld, rev %lld, and was at epoch %lld, rev %lld here",
                  db_path(hall->db), (long long)now->epoch, (long long)now->rev, (long long)hall->epoch,
                  (long long)hall->state.rev);
        return ERR_CONFLICT;
    }
    if (now->rev > hall->state.rev)
        err = take_changes(hall, hall->state.rev, now->rev);
    if (err != ERR_OK)
        return err;
    hall->state = *now;
    hall->others->looked_ms = hall->mono_ms;
    return ERR_OK;
}

enum err others_turn(struct hall *hall)
{
    struct hall_state now;
    if (!hall->others)
        return ERR_OK;
    enum err err = store_turn(hall->db, &now);
    return err == ERR_OK ? follow(hall, &now) : err;
}

void others_look(struct hall *hall)
{
    struct hall_state now;
    if (!hall->others)
        return;
    enum err err = store_state(hall->db, &now);
    if (err == ERR_OK)
        err = follow(hall, &now);
    if (err == ERR_CONFLICT)
        hall->fatal = err;
    hall->others->looked_ms = hall->mono_ms;
}

bool others_follow(struct hall *hall)
{
    struct others *others = hall->others;
    bool before;
    if (!others || db_failed(hall->db))
        return false;
    if (hall->mono_ms - others->looked_ms >= OTHERS_LOOK_MS)
        others_look(hall);
    if (hall->mono_ms - others->asked_ms < OTHERS_LOOK_MS)
        return false;
    others->asked_ms = hall->mono_ms;
    open_news(hall);
    before = others->first;
    others->first = db_leads(hall->db, true);
    if (others->first && !imports_write_much(hall))
        imports_look(hall); /* that a command decided about one is no change of a row */
    if (others->first && !before)
        log_write(LOG_INFO, "%s: this loketd does from now on what is done once for the hall",
                  db_path(hall->db));
    return others->first && !before;
}

/* --- the line --- */

int others_fd(const struct hall *hall)
{
    return hall->others && hall->others->news ? db_news_fd(hall->others->news) : -1;
}

void others_hear(struct hall *hall)
{
    bool any = false;
    if (!hall->others || !hall->others->news)
        return;
    if (db_news_take(hall->others->news, &any) != ERR_OK)
        db_news_close(&hall->others->news);
    if (any)
        others_look(hall);
}

/* A connection that is lost is tried soon; else the next look, when somebody may be waiting. */
int others_timeout_ms(const struct hall *hall)
{
    const struct others *others = hall->others;
    if (!others)
        return -1;
    int64_t due_ms = db_failed(hall->db) ? others->mended_ms + MEND_MS : others->looked_ms + OTHERS_LOOK_MS;
    return due_ms > hall->mono_ms ? (int)(due_ms - hall->mono_ms) : 0;
}

/* --- a store that was lost --- */

void others_mend(struct hall *hall)
{
    struct others *others = hall->others;
    if (!db_failed(hall->db) || hall->mono_ms - others->mended_ms < MEND_MS)
        return;
    bool reached = db_revive(hall->db) == ERR_OK;
    others->mended_ms = clock_mono_now_ms();
    if (!reached)
        return;
    log_write(LOG_INFO, "%s: reached again", db_path(hall->db));
    others_look(hall);
}

/* The hall's row is the lost transaction's until it has ended, so whoever has it knows how that ended. A commit of the lock alone
 * follows all that was committed before: with a synchronous standby it is answered when that stands there too. Without it
 * somebody might be told of what a primary alone knows that came back after it died in the middle. */
static enum err ask_after(struct hall *hall, const struct hall_state *ours, struct hall_state *now,
                          bool *committed)
{
    char head[SHA256_TEXT] = "";
    enum err err = db_begin(hall->db);
    if (err == ERR_OK)
        err = store_turn(hall->db, now);
    if (err == ERR_OK)
        err = store_head_at(hall->db, ours->rev, head);
    if (err == ERR_OK)
        err = db_commit(hall->db);
    if (err != ERR_OK)
        db_rollback(hall->db);
    *committed = str_equal(head, ours->feed_head) && *head;
    return err;
}

/* By the change of the group's last rev: its link in the chain of the feed is made of all that the group did. A group that
 * changed nothing has none: what it did not answer is asked again. */
static enum err settle(struct hall *hall, const struct hall_state *ours)
{
    int64_t until_ms = clock_mono_now_ms() + SETTLE_MS;
    struct hall_state now;
    bool committed = false;
    enum err err;
    if (ours->rev == hall->state.rev)
        return ERR_DISK;
    while ((err = ask_after(hall, ours, &now, &committed)) != ERR_OK && clock_mono_now_ms() < until_ms)
        (void)poll(NULL, 0, SETTLE_PAUSE_MS);
    if (err != ERR_OK) {
        log_write(LOG_ERROR, "%s: what became of the commit of rev %lld is not known; nobody is told",
                  db_path(hall->db), (long long)ours->rev);
        return ERR_DISK;
    }
    if (now.epoch != hall->epoch)
        return ERR_CONFLICT;
    log_write(LOG_WARN, "%s: the answer to the commit of rev %lld was lost; it %s", db_path(hall->db),
              (long long)ours->rev, committed ? "is there" : "did not happen");
    return committed ? ERR_OK : ERR_DISK;
}

enum err others_commit(struct hall *hall)
{
    struct hall_state ours;
    int64_t start_ms = clock_mono_now_ms(), before = hall->state.rev;
    enum err err = store_state(hall->db, &ours); /* within the transaction: nobody else's is in between */
    if (err != ERR_OK)
        return err;
    err = db_commit(hall->db);
    if (err != ERR_OK && db_failed(hall->db))
        err = settle(hall, &ours);
    if (err != ERR_OK)
        return err;
    hall->state = ours;
    metrics_commit(&hall->metrics, clock_mono_now_ms() - start_ms);
    if (ours.rev > before && hall->others->news)
        db_news_tell(hall->others->news);
    return ERR_OK;
}

/* --- a history that was lost --- */

/* Behind the hall's row: of several who noticed it one does so, and the others find another epoch. */
static enum err begin_epoch(struct hall *hall)
{
    struct server_env env = hall_env(hall);
    struct hall_state now = {0};
    bool same = true;
    enum err err = db_begin(hall->db);
    if (err == ERR_OK)
        err = store_turn(hall->db, &now);
    if (err == ERR_OK)
        err = is_of_one_history(hall, &now, &same);
    env.epoch = hall->epoch + 1;
    if (err == ERR_OK && !same && now.epoch == hall->epoch)
        err = backup_new_epoch(&env, "hall.failover");
    if (err == ERR_OK)
        err = db_commit(hall->db);
    if (err != ERR_OK)
        db_rollback(hall->db);
    return err;
}

void others_end(struct hall *hall)
{
    if (!hall->others || !hall->others->lacks)
        return;
    enum err err = begin_epoch(hall);
    log_write(
        LOG_ERROR,
        err == ERR_OK
            ? "%s: the store has not all that was recorded here; workstations send it again under a new epoch"
            : "%s: the store has not all that was recorded here, and no new epoch could be begun",
        db_path(hall->db));
}
