/* tests/sim/town/check.c: PROTOCOL.md section 8, of every command that a person was told is saved. */
#include <stdlib.h>
#include <string.h>

#include "core/cache/store.h"
#include "core/command/disputes.h"
#include "core/hall/verify.h"
#include "core/model/role.h"
#include "tests/sim/town/checking.h"

struct check *check_new(struct town *town)
{
    struct check *check = xcalloc(1, sizeof *check);
    check->order = order_new();
    check->past = past_new();
    rng_seed(&check->chance, town->plan.seed);
    return check;
}

void check_free(struct check **slot)
{
    struct check *check = *slot;
    if (!check)
        return;
    for (size_t i = 0; i < check->op_count; i++) {
        json_free(&check->ops[i].body);
        json_free(&check->ops[i].data);
    }
    free(check->ops);
    free(check->shadows);
    order_free(&check->order);
    past_seen_free(&check->past);
    lookup_free(&check->op_ids);
    lookup_free(&check->shadow_ids);
    lookup_free(&check->numbers);
    free(check);
    *slot = NULL;
}

/* --- commands --- */

struct wanted {
    const struct check *check;
    const char *id;
};

static bool is_op(const void *ctx, size_t index)
{
    const struct wanted *wanted = ctx;
    return strcmp(wanted->check->ops[index].id, wanted->id) == 0;
}

struct op *op_find(struct check *check, const char *id)
{
    struct wanted wanted = {check, id};
    ptrdiff_t at = lookup_find(&check->op_ids, text_hash(id), is_op, &wanted);
    return at < 0 ? NULL : &check->ops[at];
}

/* What the person had before their eyes, as the command says it. */
static void read_base(struct station *station, struct op *op)
{
    static const char sql[] = "SELECT command FROM outbox WHERE id = $1";
    struct json *command = NULL;
    struct stmt *s = db_query(station->cache->db, sql);
    db_bind_text(s, 1, op->id);
    const char *text = db_step(s) == ERR_OK ? db_text(s, 0) : NULL;
    if (text && json_parse(text, strlen(text), &command, NULL) == ERR_OK) {
        const struct json *base = json_get(command, "base");
        op->base_known = true;
        op->base_row_rev = json_int(base, "row_rev", -1);
        op->base_hold_gen = json_int(base, "hold_gen", -1);
    }
    db_done(s);
    json_free(&command);
}

void check_confirmed(struct town *town, struct station *station, const struct saved *saved, const char *type,
                     const struct json *body)
{
    struct check *check = town->check;
    if (check->op_count == check->op_capacity) {
        check->op_capacity = check->op_capacity ? check->op_capacity * 2 : 128;
        check->ops = xrealloc(check->ops, sizeof *check->ops * check->op_capacity);
    }
    if (op_find(check, saved->id))
        town_violated(town, "command %s was confirmed twice", saved->id);
    lookup_add(&check->op_ids, text_hash(saved->id), check->op_count);
    struct op *op = &check->ops[check->op_count++];
    *op = (struct op){.seq = saved->seq,
                      .station = (int)(station - town->stations),
                      .online = command_class(type) == COMMAND_ONLINE,
                      .doubtful = station->copy,
                      .confirmed_ms = town->now_ms,
                      .returned_ms = -1,
                      .body = json_copy(body)};
    str_copy(op->id, sizeof op->id, saved->id);
    str_copy(op->client, sizeof op->client, cache_client(station->cache));
    str_copy(op->type, sizeof op->type, type);
    str_copy(op->user, sizeof op->user, cache_actor(station->cache)->user);
    str_copy(op->made, sizeof op->made, json_text_or(json_get(saved->outcome.data, "ticket"), "id", ""));
    if (json_get(body, "case"))
        read_base(station, op);
    seen_confirmed(town, station, op);
}

/* --- answers --- */

static void check_one_answer(struct town *town, const struct json *result)
{
    struct op *op = op_find(town->check, json_text_or(result, "id", ""));
    const char *code = json_text_or(json_get(result, "error"), "code", "");
    bool applied = strcmp(json_text_or(result, "status", ""), "applied") == 0;
    int64_t rev = json_int(result, "rev", -1);
    if (!op || op->doubtful || strcmp(code, "already_acknowledged") == 0)
        return;
    if (op->seq != json_int(result, "seq", 0))
        town_violated(town, "%s was sent as seq %lld and answered as %lld", op->type, (long long)op->seq,
                      (long long)json_int(result, "seq", 0));
    if (op->answered && (op->applied != applied || op->rev != rev))
        town_violated(town, "%s %s has two answers: %s at rev %lld, %s at rev %lld", op->type, op->id,
                      op->applied ? "applied" : "refused", (long long)op->rev,
                      applied ? "applied" : "refused", (long long)rev);
    op->answered = true;
    op->applied = applied;
    op->rev = rev;
    str_copy(op->code, sizeof op->code, code);
}

/* Records that were sent to the hall's former history are sent anew; they are not taken as if nothing had been. */
static void check_epoch_of(struct town *town, const struct backend *backend,
                           const struct wire_request *request)
{
    struct json *push = NULL;
    if (json_parse(request->body, request->length, &push, NULL) == ERR_OK &&
        json_int(push, "epoch", 0) != backend->hall.epoch)
        town_violated(town, "a push of epoch %lld was taken in epoch %lld",
                      (long long)json_int(push, "epoch", 0), (long long)backend->hall.epoch);
    json_free(&push);
}

void check_answered(struct town *town, struct backend *backend, const struct wire_request *request,
                    int status, const char *body, size_t length)
{
    struct json *answer = NULL;
    if (status != 200 || backend->stale || json_parse(body, length, &answer, NULL) != ERR_OK)
        return;
    if (strcmp(request->path, "/v1/push") == 0)
        check_epoch_of(town, backend, request);
    const struct json *results = json_get(answer, "results");
    for (const struct json *result = json_first(results); result; result = json_next(result))
        check_one_answer(town, result);
    json_free(&answer);
}

/* The same answer is news but once in the life of a program. */
static void tell_once(struct town *town, struct station *station, struct op *op, const struct json *result)
{
    const struct json *data = json_get(result, "data");
    int64_t rev = json_int(result, "rev", 0);
    bool same = op->data && data && json_equal(op->data, data);
    bool again = op->told_life == station->machine.life && op->told_rev == rev && same;
    if (op->online && again && !op->doubtful)
        town_violated(town, "station %d told its person twice what came of %s seq %lld",
                      station->machine.number, op->type, (long long)op->seq);
    /* What a hall that is the hall no more says otherwise makes the first answer news again. */
    op->told_life = same || !op->data ? station->machine.life : 0;
    op->told_rev = rev;
}

void check_result(struct town *town, struct station *station, int64_t seq, const struct json *result)
{
    struct op *op = op_find(town->check, json_text_or(result, "id", ""));
    if (!op)
        return;
    if (op->seq != seq || (op->station != (int)(station - town->stations) && !op->doubtful))
        town_violated(town, "station %d took the result of another's %s", station->machine.number, op->type);
    tell_once(town, station, op, result);
    order_answered(town, op, result);
    /* Of a hall that is the hall no more it is no answer: the next one gives it, or another. */
    if (op->returned_ms < 0 && cache_epoch(station->cache) == town->check->answering)
        op->returned_ms = town->now_ms;
    if (!op->data && json_get(result, "data"))
        op->data = json_copy(json_get(result, "data"));
}

/* --- the hall --- */

static void check_kept(struct town *town, struct backend *backend, const struct op *op)
{
    static const char sql[] = "SELECT id, status, rev FROM result WHERE client = $1 AND seq = $2";
    struct stmt *s = db_query(backend->hall.db, sql);
    db_bind_text(s, 1, op->client);
    db_bind_int(s, 2, op->seq);
    enum err err = db_step(s);
    if (err == ERR_ABSENT)
        town_violated(town, "%s of rev %lld was answered and is gone after a start of the hall", op->type,
                      (long long)op->rev);
    else if (err == ERR_OK && (!str_equal(db_text(s, 0), op->id) || db_int(s, 2) != op->rev ||
                               str_equal(db_text(s, 1), "applied") != op->applied))
        town_violated(town, "%s was answered at rev %lld, and the hall now says rev %lld, %s", op->type,
                      (long long)op->rev, (long long)db_int(s, 2), db_text(s, 1));
    db_done(s);
}

void check_hall_started(struct town *town, struct backend *backend)
{
    struct check *check = town->check;
    if (backend->hall.epoch != check->epoch) {
        if (backend->hall.epoch < check->epoch)
            town_violated(town, "the epoch went from %lld to %lld", (long long)check->epoch,
                          (long long)backend->hall.epoch);
        rows_forget(town);
    }
    check->epoch = check->answering = backend->hall.epoch;
    if (backend->hall.state.rev < check->seen_rev && check->seen_rev > 0)
        rows_forget(town); /* a commit that nobody was told of may be undone by the disk */
    for (size_t i = 0; i < check->op_count; i++)
        if (check->ops[i].answered && !check->ops[i].doubtful)
            check_kept(town, backend, &check->ops[i]);
    seen_hall(town, backend);
    rows_follow(town, backend);
    if (town->side == AT_HOME)
        channel_hold(town);
}

bool check_may_read(struct machine *machine, const struct db *db)
{
    disk_fail_reads(machine->disk, "", 0);
    return !db_failed(db);
}

/* The disk was well through the whole step, and the program opens its file of itself: nobody else does, since whoever
 * cannot be known, or does not type, writes nothing. */
static void check_opened(struct town *town, const struct machine *machine, const struct db *db)
{
    if (db_failed(db) && !db_being_read(db))
        town_violated(town, "the disk of machine %d is well, and its file stays shut: %s", machine->number,
                      db_message(db));
}

void check_hall_opened(struct town *town, const struct backend *backend)
{
    check_opened(town, &backend->machine, backend->hall.db);
}

void check_station_opened(struct town *town, const struct station *station)
{
    check_opened(town, &station->machine, station->cache->db);
}

/* A statement that is left open keeps a file that failed from being opened anew, for ever. */
static void check_done(struct town *town, const struct machine *machine, const struct db *db)
{
    const char *sql = db_being_read(db);
    if (sql)
        town_violated(town, "machine %d leaves a statement open: %s", machine->number, sql);
}

void check_hall_stepped(struct town *town, struct backend *backend)
{
    check_done(town, &backend->machine, backend->hall.db);
    if (backend->stale)
        return;
    seen_hall(town, backend);
    rows_follow(town, backend);
    if (town->side == AT_HOME)
        channel_hold(town);
}

/* It is to be done once more: what was answered is of a history that is gone. */
static void take_back(struct op *op)
{
    op->answered = false;
    op->returned_ms = -1;
    op->told_life = 0;
    op->given_rev = 0;
    json_free(&op->data);
}

void check_restored(struct town *town, int64_t rev, int64_t safe_through)
{
    struct check *check = town->check;
    order_finish(town);
    check->answering = -1;
    if (rev < safe_through)
        town_violated(town, "the hall said that rev %lld is safe, and the backup has %lld",
                      (long long)safe_through, (long long)rev);
    for (size_t i = 0; i < check->op_count; i++)
        if (check->ops[i].rev > rev || check->ops[i].given_rev > rev)
            take_back(&check->ops[i]);
    channel_restored(town, rev);
}

void check_failed_over(struct town *town, struct backend *old)
{
    (void)town, (void)old;
}

void check_cloned(struct town *town, struct station *from, struct station *to)
{
    for (size_t i = 0; i < town->check->op_count; i++) {
        struct op *op = &town->check->ops[i];
        if (&town->stations[op->station] == from || &town->stations[op->station] == to)
            op->doubtful = true;
    }
    seen_replaced(town, to);
    seen_replaced(town, from);
}

/* --- a workstation --- */

static void check_in_outbox(struct town *town, struct station *station, const struct op *op)
{
    static const char sql[] = "SELECT command FROM outbox WHERE id = $1";
    struct stmt *s = db_query(station->cache->db, sql);
    db_bind_text(s, 1, op->id);
    enum err err = db_step(s);
    db_done(s);
    if (err != ERR_ABSENT)
        return;
    if (!op->answered || op->rev > cache_safe_through(station->cache))
        town_violated(town, "station %d started without %s seq %lld, which was saved and is %s",
                      station->machine.number, op->type, (long long)op->seq,
                      op->answered ? "not safe" : "not answered");
}

void check_station_started(struct town *town, struct station *station, int recovered)
{
    struct check *check = town->check;
    int at = (int)(station - town->stations);
    if (recovered >= 0 && !(town->faults >> FAULT_SYNC & 1))
        town_violated(town, "station %d found its cache damaged", station->machine.number);
    check->cursor[at] = -1;
    check->station_safe[at] = 0; /* as the rest of what was fed it was not synced */
    if (station->copy)
        return;
    for (size_t i = 0; i < check->op_count; i++)
        if (check->ops[i].station == at && !check->ops[i].doubtful)
            check_in_outbox(town, station, &check->ops[i]);
    seen_started(town, station);
}

void check_station_stepped(struct town *town, struct station *station)
{
    struct check *check = town->check;
    int at = (int)(station - town->stations);
    int64_t cursor = cache_cursor(station->cache), epoch = cache_epoch(station->cache);
    check_done(town, &station->machine, station->cache->db);
    seen_stepped(town, station, cursor != check->cursor[at]);
    if (epoch == check->cursor_epoch[at] && cursor < check->cursor[at] &&
        !cache_needs_snapshot(station->cache) && !cache_needs_snapshot(station->cache))
        town_violated(town, "the cursor of station %d went from %lld to %lld", station->machine.number,
                      (long long)check->cursor[at], (long long)cursor);
    /* What was fed was not synced: a disk that fails may take it back. */
    bool may_go_back = cache_needs_snapshot(station->cache) || town->faults >> FAULT_SYNC & 1;
    check->cursor[at] = may_go_back ? -1 : cursor;
    check->cursor_epoch[at] = epoch;
}

static bool is_level(struct town *town, struct station *station)
{
    struct backend *backend = backend_serving(town);
    return station->machine.running && backend->machine.running && !db_failed(backend->hall.db) &&
           cache_actor(station->cache) && !cache_needs_snapshot(station->cache) &&
           cache_epoch(station->cache) == backend->hall.epoch &&
           cache_cursor(station->cache) == backend->hall.state.rev;
}

void check_now_and_then(struct town *town)
{
    int count;
    struct station *stations = town_stations(town, &count);
    struct station *station = &stations[rng_below(&town->starts, (uint64_t)count)];
    if (is_level(town, station))
        base_is_hall(town, station);
}

/* --- the end --- */

static bool has_frozen(const struct station *station)
{
    return station->copy && sync_status(station->sync)->state == SYNC_FROZEN;
}

static bool has_settled(struct town *town, struct station *station)
{
    if (!station->machine.running)
        return false;
    if (has_frozen(station))
        return true;
    return is_level(town, station) && sync_status(station->sync)->state == SYNC_ONLINE &&
           cache_unsent(station->cache) == 0 && cache_unsent_others(station->cache) == 0;
}

bool check_is_level(struct town *town)
{
    int count;
    struct station *stations = town_stations(town, &count);
    for (int i = 0; i < count; i++)
        if (!has_settled(town, &stations[i]))
            return false;
    return true;
}

bool check_settled(struct town *town)
{
    enum { LOOK_MS = 500 };
    if (!town->quiet || town->now_ms < town->check->settled_at_ms)
        return false;
    town->check->settled_at_ms = town->now_ms + LOOK_MS;
    const struct backend *backend = backend_serving(town); /* where all are frozen nobody needs it */
    return backend->machine.running && !db_failed(backend->hall.db) && check_is_level(town);
}

static void explain_unsettled(struct town *town)
{
    static const char *const states[] = {"signed out", "connecting", "snapshot", "online",
                                         "offline",    "expired",    "frozen"};
    int count;
    struct station *stations = town_stations(town, &count);
    for (int i = 0; i < count; i++) {
        struct station *station = &stations[i];
        if (has_settled(town, station))
            continue;
        if (!station->machine.running) {
            town_violated(town, "station %d does not come back", station->machine.number);
            return;
        }
        const struct sync_status *status = sync_status(station->sync);
        town_violated(town,
                      "station %d is not done: %s, %lld unsent, %lld of others, at rev %lld of %lld: %s",
                      station->machine.number, states[status->state], (long long)cache_unsent(station->cache),
                      (long long)cache_unsent_others(station->cache), (long long)cache_cursor(station->cache),
                      (long long)backend_serving(town)->hall.state.rev, status->text);
    }
}

static struct actor actor_of(struct town *town, const char *user)
{
    struct actor actor = {0};
    struct json *row = NULL;
    if (row_get(backend_serving(town)->hall.db, TABLE_USER, user, &row) != ERR_OK)
        return actor;
    const struct json *roles = json_get(row, "roles");
    str_copy(actor.user, sizeof actor.user, user);
    str_copy(actor.agency, sizeof actor.agency, json_text_or(row, "agency", ""));
    for (const struct json *role = json_first(roles); role; role = json_next(role))
        actor.roles |= role_find(json_as_text(role));
    json_free(&row);
    return actor;
}

/* Someone of the hall sees it, and it is closed or they may close it. */
bool dispute_is_closable(struct town *town, const struct json *dispute)
{
    for (int i = 0; i < PEOPLE; i++) {
        struct actor actor = actor_of(town, people[i].user);
        enum dispute_choice choices[DISPUTE_CHOICES];
        bool open = str_equal(json_text(dispute, "state"), "open");
        if (actor.user[0] && row_sight(&actor, TABLE_DISPUTE, dispute) == SIGHT_FULL &&
            (!open || dispute_choices(dispute, &actor, choices) > 0))
            return true;
    }
    return false;
}

static bool has_dispute(struct town *town, const struct op *op)
{
    static const char sql[] = "SELECT row FROM disputes WHERE row LIKE $1";
    char like[UUID_TEXT + 20];
    bool has = false;
    str_format(like, sizeof like, "%%\"id\":\"%s\"%%", op->id);
    struct stmt *s = db_query(backend_serving(town)->hall.db, sql);
    db_bind_text(s, 1, like);
    while (!has && db_step(s) == ERR_OK) {
        struct json *dispute = NULL;
        if (json_parse(db_text(s, 0), strlen(db_text(s, 0)), &dispute, NULL) == ERR_OK)
            has = dispute_is_closable(town, dispute);
        json_free(&dispute);
    }
    db_done(s);
    return has;
}

/* Applied, or visibly refused: exactly once. */
static void check_outcome(struct town *town, const struct op *op)
{
    static const char sql[] = "SELECT client, seq, status FROM result WHERE id = $1";
    struct stmt *s = db_query(backend_serving(town)->hall.db, sql);
    int times = 0;
    bool applied = false;
    db_bind_text(s, 1, op->id);
    while (db_step(s) == ERR_OK) {
        times++;
        applied = str_equal(db_text(s, 2), "applied");
        if (!str_equal(db_text(s, 0), op->client) || db_int(s, 1) != op->seq)
            town_violated(town, "%s seq %lld came under another client or seq", op->type, (long long)op->seq);
    }
    db_done(s);
    if (times != 1)
        town_violated(town, "%s seq %lld of station %d, saved, is at the hall %d times", op->type,
                      (long long)op->seq, op->station + FIRST_STATION, times);
    else if (!applied && !op->online && !has_dispute(town, op))
        town_violated(town, "%s seq %lld was refused, and no dispute that someone may close tells of it",
                      op->type, (long long)op->seq);
}

static void check_file(struct town *town)
{
    struct err_info info = {0};
    struct verified done = {0};
    struct backend *backend = backend_serving(town);
    struct machine *before = town_enter(&backend->machine);
    if (verify_store(backend->hall.db, &done, &info) != ERR_OK)
        town_violated(town, "verify: %s", info.text);
    town_leave(before);
}

void check_at_end(struct town *town)
{
    int count;
    struct station *stations = town_stations(town, &count);
    if (!check_is_level(town))
        explain_unsettled(town);
    for (size_t i = 0; i < town->check->op_count && !town->violation[0]; i++)
        if (!town->check->ops[i].doubtful)
            check_outcome(town, &town->check->ops[i]);
    for (int i = 0; i < count && !town->violation[0]; i++)
        if (is_level(town, &stations[i]))
            base_is_hall(town, &stations[i]);
    if (!town->violation[0])
        order_finish(town);
    if (!town->violation[0])
        check_file(town);
}
