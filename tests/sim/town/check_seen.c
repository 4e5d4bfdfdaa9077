/* tests/sim/town/check_seen.c: what a person sees at a workstation: the own work that was saved, nobody else's records, the
 * text typed last, and marks that are true. The dear ones are sampled. */
#include <string.h>

#include "core/cache/store.h"
#include "tests/sim/town/checking.h"

/* A chance of the checker's own: what is looked at changes nothing. */
static bool sampled(struct town *town, unsigned of_1000)
{
    return town_chance(&town->check->chance, of_1000);
}

static struct json *look(struct station *station, const char *what, const char *member, const char *value)
{
    struct json *args = json_new_object(), *answer = NULL;
    disk_fail_reads(station->machine.disk, "", 0); /* nor does whoever only looks meet a bad place */
    json_set_text(args, member, value);
    struct machine *before = town_enter(&station->machine);
    if (cache_load(station->cache, what, args, clock_wall_now_ms(), &answer) != ERR_OK)
        json_free(&answer);
    town_leave(before);
    json_free(&args);
    return answer;
}

/* --- the own work --- */

/* The copy has it in its base though its answer is lost: the feed told of it. Words of others may stand upon it then. A
 * copy that is still of the epoch before the hall's, or has heard of the new one and waits for its rows, knows what the
 * hall may know no more. */
static bool is_in_base(const struct town *town, const struct station *station, const struct op *op,
                       bool overlaid)
{
    bool before = cache_epoch(station->cache) != town->check->epoch || cache_needs_snapshot(station->cache);
    return !overlaid && (op->given_rev > 0 || before);
}

/* Not answered, or applied by a rev that the copy has not reached: nobody else's word is in it yet. */
static bool is_ahead(const struct town *town, const struct station *station, const struct op *op)
{
    static const char sql[] = "SELECT state, rev, replay FROM outbox WHERE id = $1";
    struct stmt *s = db_query(station->cache->db, sql);
    db_bind_text(s, 1, op->id);
    bool there = db_step(s) == ERR_OK;
    bool pending =
        there && str_equal(db_text(s, 0), "pending") && !is_in_base(town, station, op, db_int(s, 2) == 1);
    bool applied =
        there && str_equal(db_text(s, 0), "applied") && db_int(s, 1) > cache_cursor(station->cache);
    db_done(s);
    return pending || applied;
}

/* A later word of the same clerk on the same member. */
static bool is_superseded(const struct check *check, const struct op *op, const char *member)
{
    for (size_t i = (size_t)(op - check->ops) + 1; i < check->op_count; i++) {
        const struct op *later = &check->ops[i];
        if (strcmp(later->type, "case.draft") == 0 && strcmp(later->user, op->user) == 0 &&
            str_equal(json_text(later->body, "case"), json_text(op->body, "case")) &&
            json_get(json_get(later->body, "patch"), member))
            return true;
    }
    return false;
}

static bool in_branch(const struct json *row, const char *member, const struct json *value)
{
    char pointer[64];
    str_format(pointer, sizeof pointer, "/%s", member);
    const struct json *branches = json_get(row, "branches");
    for (const struct json *b = json_first(branches); b; b = json_next(b))
        if (str_equal(json_text(b, "pointer"), pointer) && json_equal(json_get(b, "value"), value))
            return true;
    return false;
}

/* What was decided meanwhile takes no more words; the record is then among those that wait for their answer. */
static bool takes_words(const struct json *row)
{
    static const char *const states[] = {"draft",     "submitted", "complete",
                                         "in_review", "returned",  "referred"};
    for (size_t i = 0; i < sizeof states / sizeof *states; i++)
        if (str_equal(json_text(row, "state"), states[i]))
            return true;
    return false;
}

static void see_draft(struct town *town, struct station *station, const struct op *op, const struct json *row)
{
    const struct json *patch = json_get(op->body, "patch");
    if (!takes_words(row))
        return;
    for (const struct json *word = json_first(patch); word; word = json_next(word)) {
        const struct json *shown = json_get(json_get(row, "draft"), json_name(word));
        if ((shown && json_equal(shown, word)) || in_branch(row, json_name(word), word) ||
            is_superseded(town->check, op, json_name(word)))
            continue;
        town_violated(town, "station %d does not show its own %s of %s (seq %lld)", station->machine.number,
                      json_name(word), op->user, (long long)op->seq);
    }
}

static bool is_held(struct station *station, enum table table, const char *id)
{
    struct json *row = NULL;
    struct machine *before = town_enter(&station->machine);
    enum err err = id ? row_get(station->cache->db, table, id, &row) : ERR_OK;
    town_leave(before);
    json_free(&row);
    return err != ERR_ABSENT;
}

static const struct op *opening_of(const struct check *check, const char *id)
{
    for (size_t i = 0; i < check->op_count; i++)
        if (strcmp(check->ops[i].type, "case.open") == 0 &&
            str_equal(json_text(check->ops[i].body, "case"), id))
            return &check->ops[i];
    return NULL;
}

/* A restored hall may know no more of the ticket that an application came from, until its reception sends that anew; nor
 * of the application, when a colleague opened it and has not sent that anew, or the copy has not heard of it. */
static bool has_ground(const struct town *town, struct station *station, const struct op *op)
{
    const struct op *opening = opening_of(town->check, json_text(op->body, "case"));
    if (channel_lacks(town, json_text(op->body, "case"), cache_cursor(station->cache)))
        return false;
    if (opening && strcmp(opening->client, op->client) != 0 &&
        (!opening->answered || opening->rev > cache_cursor(station->cache)))
        return false;
    return !opening || (is_held(station, TABLE_TICKET, json_text(opening->body, "ticket")) &&
                        is_held(station, TABLE_PERSON, json_text(opening->body, "person")));
}

static void see_case(struct town *town, struct station *station, const struct op *op)
{
    struct json *answer = look(station, "case", "case", json_text_or(op->body, "case", ""));
    const struct json *row = json_get(answer, "case");
    if (machine_down(&station->machine) || db_failed(station->cache->db)) {
        json_free(&answer);
        return;
    }
    if (!json_is_object(row) && has_ground(town, station, op))
        town_violated(town, "station %d does not show the application of its own %s seq %lld",
                      station->machine.number, op->type, (long long)op->seq);
    else if (json_is_object(row) && strcmp(op->type, "case.draft") == 0 && is_ahead(town, station, op))
        see_draft(town, station, op, row);
    json_free(&answer);
}

static bool queue_has_left(struct station *station, const char *id)
{
    struct json *service = NULL, *queue = NULL;
    struct machine *before = town_enter(&station->machine);
    enum err err = row_get(station->cache->db, TABLE_SERVICE, id, &service);
    if (err == ERR_OK)
        err = row_get(station->cache->db, TABLE_QUEUE, json_text_or(service, "queue", ""), &queue);
    town_leave(before);
    bool left = err == ERR_OK && json_text(queue, "home_name");
    json_free(&service);
    json_free(&queue);
    return left;
}

/* Its queue, or one of its visit, has left with a bus since: nobody gets a number for it here, and the hall will say so. */
static bool has_left(struct station *station, const struct op *op)
{
    const struct json *services = json_get(op->body, "services");
    bool left = !services && queue_has_left(station, json_text_or(op->body, "service", ""));
    for (const struct json *one = json_first(services); one && !left; one = json_next(one))
        left = queue_has_left(station, json_as_text(one));
    return left;
}

static void see_ticket(struct town *town, struct station *station, const struct op *op)
{
    if (op->made[0] && !has_left(station, op) && !is_held(station, TABLE_TICKET, op->made))
        town_violated(town, "station %d does not show the ticket of its own ticket.issue seq %lld",
                      station->machine.number, (long long)op->seq);
}

/* Whoever has just signed in has nothing yet but the own outbox: the first page is on its way. */
static bool has_base(struct station *station)
{
    struct json *row = NULL;
    struct machine *before = town_enter(&station->machine);
    enum err err = row_get(station->cache->db, TABLE_HALL, "hall", &row);
    town_leave(before);
    json_free(&row);
    return err == ERR_OK;
}

static bool is_shown(const struct op *op)
{
    bool refused = op->answered && !op->applied;
    return !op->doubtful && !op->covered && !refused &&
           (strcmp(op->type, "ticket.issue") == 0 || strcmp(op->type, "case.open") == 0 ||
            strcmp(op->type, "case.draft") == 0);
}

static void see(struct town *town, struct station *station, const struct op *op)
{
    if (strcmp(op->type, "ticket.issue") == 0)
        see_ticket(town, station, op);
    else
        see_case(town, station, op);
}

/* The newest ones of whoever sits there. */
static void see_own(struct town *town, struct station *station)
{
    enum { LOOKED_AT = 3, BACK = 60 };
    struct check *check = town->check;
    const struct actor *actor = cache_actor(station->cache);
    int at = (int)(station - town->stations), seen = 0, back = 0;
    if (!actor || !has_base(station))
        return;
    for (size_t i = check->op_count; i > 0 && seen < LOOKED_AT && back < BACK; i--, back++) {
        const struct op *op = &check->ops[i - 1];
        if (op->station != at || !is_shown(op) || strcmp(op->user, actor->user) != 0 ||
            !is_ahead(town, station, op))
            continue;
        see(town, station, op);
        seen++;
    }
}

/* --- the outbox --- */

static void see_outbox(struct town *town, struct station *station)
{
    const struct actor *actor = cache_actor(station->cache);
    if (!actor)
        return;
    struct json *answer = look(station, "outbox", "nothing", NULL);
    const struct json *rows = json_get(answer, "rows");
    for (const struct json *line = json_first(rows); line; line = json_next(line)) {
        const struct op *op = op_find(town->check, json_text_or(line, "id", ""));
        bool safe = str_equal(json_text(line, "mark"), "safe");
        if (op && strcmp(op->user, actor->user) != 0)
            town_violated(town, "%s sees %s of %s in the outbox", actor->user, op->type, op->user);
        else if (op && !op->doubtful && safe && (!op->answered || op->rev > town->check->safe))
            town_violated(town,
                          "station %d shows %s seq %lld as safe; the hall is safe up to %lld, it is %s %lld",
                          station->machine.number, op->type, (long long)op->seq, (long long)town->check->safe,
                          op->answered ? "of rev" : "not answered,", (long long)op->rev);
    }
    json_free(&answer);
}

void check_unsure(struct town *town, struct station *station, const struct json *body)
{
    const char *object = json_text(body, "case");
    for (size_t i = 0; object && i < town->check->op_count; i++) {
        struct op *op = &town->check->ops[i];
        if (&town->stations[op->station] == station && str_equal(json_text(op->body, "case"), object))
            op->covered = true;
    }
    if (object)
        check_typed(town, station, object, NULL);
}

/* --- what is typed --- */

static struct typed *typed_of(struct check *check, int station, const char *user, const char *object)
{
    for (int i = 0; i < check->typed_count; i++) {
        struct typed *typed = &check->typed[i];
        if (typed->station == station && strcmp(typed->user, user) == 0 && strcmp(typed->object, object) == 0)
            return typed;
    }
    return NULL;
}

static void forget_typed(struct check *check, struct typed *typed)
{
    *typed = check->typed[--check->typed_count];
}

void check_typed(struct town *town, struct station *station, const char *object, const struct json *words)
{
    struct check *check = town->check;
    int at = (int)(station - town->stations);
    const char *user = cache_actor(station->cache)->user;
    struct typed *typed = typed_of(check, at, user, object);
    if (!words && typed)
        forget_typed(check, typed);
    if (!words)
        return;
    if (!typed) {
        if (check->typed_count == (int)(sizeof check->typed / sizeof *check->typed))
            return;
        typed = &check->typed[check->typed_count++];
        typed->station = at;
        str_copy(typed->user, sizeof typed->user, user);
        str_copy(typed->object, sizeof typed->object, object);
    }
    str_copy(typed->words, sizeof typed->words, json_text_or(words, "street", ""));
}

/* What is confirmed needs no recovering; what was confirmed is seen at once. */
void seen_confirmed(struct town *town, struct station *station, const struct op *op)
{
    bool confirms = strcmp(op->type, "case.draft") == 0 || strcmp(op->type, "case.submit") == 0;
    const char *object = confirms ? json_text(op->body, "case") : NULL;
    struct typed *typed =
        object ? typed_of(town->check, (int)(station - town->stations), op->user, object) : NULL;
    if (typed)
        forget_typed(town->check, typed);
    if (!op->doubtful && is_shown(op) && sampled(town, 500))
        see(town, station, op);
}

void seen_replaced(struct town *town, struct station *station)
{
    struct check *check = town->check;
    check->station_safe[station - town->stations] = 0;
    for (int i = check->typed_count - 1; i >= 0; i--)
        if (&town->stations[check->typed[i].station] == station)
            forget_typed(check, &check->typed[i]);
}

static void see_typed(struct town *town, struct station *station, const struct typed *typed)
{
    static const char sql[] =
        "SELECT typed FROM draft_journal WHERE user_ = $1 AND screen = 'form' AND object = $2";
    struct stmt *s = db_query(station->cache->db, sql);
    db_bind_text(s, 1, typed->user);
    db_bind_text(s, 2, typed->object);
    enum err err = db_step(s);
    if (err == ERR_ABSENT || (err == ERR_OK && !strstr(db_text(s, 0), typed->words)))
        town_violated(town, "station %d started without \"%s\", which %s had typed last",
                      station->machine.number, typed->words, typed->user);
    db_done(s);
}

/* --- when --- */

void seen_started(struct town *town, struct station *station)
{
    struct check *check = town->check;
    int at = (int)(station - town->stations);
    check->station_safe[at] = 0;
    for (int i = 0; i < check->typed_count && !(town->faults >> FAULT_SYNC & 1); i++)
        if (check->typed[i].station == at)
            see_typed(town, station, &check->typed[i]);
    see_own(town, station);
    see_outbox(town, station);
}

/* safe_through is the hall's word: within an epoch it only grows, and no workstation knows better. */
static void see_safe(struct town *town, struct station *station)
{
    struct check *check = town->check;
    int at = (int)(station - town->stations);
    int64_t safe = cache_safe_through(station->cache), epoch = cache_epoch(station->cache);
    bool may_fall = town->faults >> FAULT_SYNC & 1; /* a disk that fails takes back what it had */
    if (epoch == check->station_epoch[at] && safe < check->station_safe[at] && !may_fall)
        town_violated(town, "safe_through of station %d fell from %lld to %lld", station->machine.number,
                      (long long)check->station_safe[at], (long long)safe);
    if (epoch == check->epoch && safe > check->safe)
        town_violated(town, "station %d believes that rev %lld is safe, and the hall says %lld",
                      station->machine.number, (long long)safe, (long long)check->safe);
    check->station_safe[at] = safe;
    check->station_epoch[at] = epoch;
}

void seen_stepped(struct town *town, struct station *station, bool fed)
{
    see_safe(town, station);
    if (fed && sampled(town, 150))
        see_own(town, station);
    if (fed && sampled(town, 50))
        see_outbox(town, station);
}

void seen_hall(struct town *town, const struct backend *backend)
{
    struct check *check = town->check;
    int64_t safe = backend->hall.state.safe_through, epoch = backend->hall.state.epoch;
    if (epoch == check->safe_epoch && safe < check->safe)
        town_violated(town, "the hall's safe_through fell from %lld to %lld", (long long)check->safe,
                      (long long)safe);
    check->safe = safe;
    check->safe_epoch = epoch;
}
