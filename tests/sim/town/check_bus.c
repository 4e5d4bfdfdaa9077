/* tests/sim/town/check_bus.c: what becomes of a bus's day (core/hall/README.md, "The bus"): its parcel holds what was
 * done there; a merge takes each of its rows that nobody changed at home meanwhile as it is, leaves those that went on at
 * home as they are and tells of them, keeps every command once, and brings the queue home; the same parcel again changes
 * nothing. Read from the two files on the stick and from the home's rows before and after, within the merge's own
 * transaction, where nobody else writes. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/bus.h"
#include "tests/sim/town/checking.h"

/* --- a parcel as lines --- */

static struct json *lines_of(const char *parcel)
{
    struct json *lines = json_new_array();
    for (const char *at = parcel; at && *at;) {
        const char *end = strchr(at, '\n');
        size_t length = end ? (size_t)(end - at) : strlen(at);
        struct json *line = NULL;
        if (json_parse(at, length, &line, NULL) == ERR_OK)
            json_add(lines, line);
        at = end ? end + 1 : NULL;
    }
    return lines;
}

static void key_of(char key[96], const char *table, const char *id)
{
    str_format(key, 96, "%.20s %.70s", table, id);
}

/* "table id": row, of the lines that are rows. */
static struct json *rows_of(const struct json *lines)
{
    struct json *rows = json_new_object();
    for (const struct json *line = json_first(lines); line; line = json_next(line)) {
        char key[96];
        if (!json_text(line, "t"))
            continue;
        key_of(key, json_text_or(line, "t", ""), json_text_or(line, "id", ""));
        json_set(rows, key, json_copy(json_get(line, "row")));
    }
    return rows;
}

static struct json *row_of(struct db *db, const char *table, const char *id)
{
    enum table which;
    struct json *row = NULL;
    if (table_find(table, &which) && row_get(db, which, id, &row) == ERR_OK)
        return row;
    json_free(&row);
    return NULL;
}

static int64_t rev_of(struct db *db)
{
    struct hall_state state;
    return store_state(db, &state) == ERR_OK ? state.rev : -1;
}

/* --- as it was before --- */

struct before {
    struct json *lines; /* of the return */
    struct json *left;  /* rows as they left */
    struct json *rows;  /* rows as they are at home */
    struct json *queue;
    int64_t rev, floor; /* floor: of the bus: up to here it came along or was merged before */
    bool in_time;       /* the queue is with this very trip */
    int done, kept;     /* commands of the bus after floor, and how many of them are here */
};

/* But for what a departure and a return write into every row. */
static bool same_but_place(const struct json *a, const struct json *b)
{
    static const char *const own[] = {"row_rev", "away", "hall"};
    struct json *x = json_copy(a), *y = json_copy(b);
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        json_remove(x, own[i]);
        json_remove(y, own[i]);
    }
    bool same = json_equal(x, y);
    json_free(&x);
    json_free(&y);
    return same;
}

/* How often, and what came of it the last time. */
static int results_of(struct db *db, const char *id, bool *applied)
{
    static const char sql[] = "SELECT status FROM result WHERE id = $1";
    int times = 0;
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, id);
    for (; db_step(s) == ERR_OK; times++)
        *applied = str_equal(db_text(s, 0), "applied");
    db_done(s);
    return times;
}

static void count_kept(struct before *before, struct db *db)
{
    for (const struct json *line = json_first(before->lines); line; line = json_next(line)) {
        const struct json *done = json_get(line, "done");
        bool applied;
        if (!done || json_int(done, "rev", 0) <= before->floor)
            continue;
        before->done++;
        before->kept += results_of(db, json_text_or(json_get(done, "command"), "id", "?"), &applied);
    }
}

struct before *before_merge(const struct trip *trip, struct db *db)
{
    struct before *before = xcalloc(1, sizeof *before);
    struct json *left = lines_of(trip->departure);
    char key[96];
    before->lines = lines_of(trip->parcel);
    before->left = rows_of(left);
    before->rows = json_new_object();
    before->queue = row_of(db, "queue", trip->queue);
    before->rev = rev_of(db);
    before->floor = trip_merged_rev(trip) > trip->loaded_rev ? trip_merged_rev(trip) : trip->loaded_rev;
    key_of(key, "queue", trip->queue);
    before->in_time =
        str_equal(json_text(before->queue, "home"), trip->code) &&
        json_int(before->queue, "home_gen", 0) == json_int(json_get(before->left, key), "home_gen", -1);
    for (const struct json *line = json_first(before->lines); line; line = json_next(line)) {
        const char *table = json_text_or(line, "t", ""), *id = json_text_or(line, "id", "");
        struct json *row = *table ? row_of(db, table, id) : NULL;
        key_of(key, table, id);
        if (row)
            json_set(before->rows, key, row);
    }
    count_kept(before, db);
    json_free(&left);
    return before;
}

void before_free(struct before **slot)
{
    struct before *before = *slot;
    if (!before)
        return;
    json_free(&before->lines);
    json_free(&before->left);
    json_free(&before->rows);
    json_free(&before->queue);
    free(before);
    *slot = NULL;
}

/* --- one merge --- */

struct judging {
    struct town *town;
    const struct trip *trip;
    const struct before *before;
    struct db *db;
    struct json *touched; /* the trip's */
};

static int64_t count_like(struct db *db, const char *first, const char *second)
{
    static const char sql[] = "SELECT count(*) FROM disputes WHERE row LIKE $1 AND row LIKE $2";
    char one[120], two[120];
    int64_t count = 0;
    str_format(one, sizeof one, "%%%.100s%%", first);
    str_format(two, sizeof two, "%%%.100s%%", second);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, one);
    db_bind_text(s, 2, two);
    if (db_step(s) == ERR_OK)
        count = db_int(s, 0);
    db_done(s);
    return count;
}

static bool has_dispute_of(struct db *db, const char *code, const char *id)
{
    char member[80] = "";
    if (*code)
        str_format(member, sizeof member, "\"code\":\"%s\"", code);
    return count_like(db, member, id) > 0;
}

static bool was_merged(const struct trip *trip, int64_t rev)
{
    for (int i = 0; i < trip->merge_count; i++)
        if (trip->merges[i].first_rev > 0 && trip->merges[i].first_rev <= rev &&
            rev <= trip->merges[i].last_rev)
            return true;
    return false;
}

/* Perhaps written by a merge that nobody heard of: its hall said that it could not, and its disk had it all the same. */
static bool may_be_merged(const struct trip *trip, int64_t rev)
{
    for (int i = 0; i < trip->merge_count; i++)
        if (trip->merges[i].first_rev == 0 && rev <= trip->merges[i].last_rev)
            return true;
    return false;
}

/* Someone at home wrote it since it left. */
static bool went_on_at_home(const struct judging *j, const char *table, const char *id)
{
    char key[96];
    key_of(key, table, id);
    const struct json *stood = json_get(j->before->rows, key), *left = json_get(j->before->left, key);
    if (json_get(j->touched, id))
        return true;
    if (!stood || was_merged(j->trip, json_int(stood, "row_rev", 0)))
        return false;
    return !left || !same_but_place(stood, left);
}

static const struct json *here_before(const struct judging *j, const char *table, const char *id)
{
    char key[96];
    key_of(key, table, id);
    return json_get(j->before->rows, key);
}

static bool same_members(const struct json *a, const struct json *b, const char *const *members,
                         const char **which)
{
    for (; *members; members++) {
        const struct json *x = json_get(a, *members), *y = json_get(b, *members);
        bool no_x = !x || json_is_null(x), no_y = !y || json_is_null(y);
        *which = *members;
        if (no_x != no_y || (!no_x && !json_equal(x, y)))
            return false;
    }
    return true;
}

static bool is_final(const char *state)
{
    return strcmp(state, "done") == 0 || strcmp(state, "no_show") == 0 || strcmp(state, "cancelled") == 0;
}

/* Whoever stood at a desk of the bus waits at home; whoever waited there for a day that is over has gone. */
static void judge_taken_ticket(const struct judging *j, const struct json *row, const struct json *now)
{
    static const char *const fixed[] = {"queue", "day", "service", "person", "arrived_at", NULL};
    const char *state = json_text_or(row, "state", ""), *state_now = json_text_or(now, "state", ""), *which;
    const char *number = json_text_or(row, "number", "");
    const struct json *stood = here_before(j, "ticket", json_text_or(row, "id", ""));
    bool waits = strcmp(state_now, "waiting") == 0 || strcmp(state_now, "cancelled") == 0;
    if (is_final(state) ? strcmp(state, state_now) != 0 ||
                              !str_equal(json_text_or(row, "outcome", ""), json_text_or(now, "outcome", ""))
                        : !waits)
        town_violated(j->town, "ticket %s was %s on the bus and is %s at home", number, state, state_now);
    if (json_int(now, "gen", 0) < json_int(row, "gen", 0) || json_text(now, "away"))
        town_violated(j->town, "ticket %s came home with gen %lld of %lld, away with %s", number,
                      (long long)json_int(now, "gen", 0), (long long)json_int(row, "gen", 0),
                      json_text_or(now, "away", "nobody"));
    if (!same_members(row, now, fixed, &which))
        town_violated(j->town, "ticket %s came home with another %s", number, which);
    bool renumbered =
        !str_equal(json_text_or(stood ? stood : row, "number", ""), json_text_or(now, "number", ""));
    unsigned excuses = 1u << FAULT_RESTORE | 1u << FAULT_HALL_CLOCK;
    if (renumbered && (stood || !(j->town->faults & excuses)))
        town_violated(j->town, "the number %s of the bus is %s at home", number,
                      json_text_or(now, "number", ""));
    else if (renumbered && !has_dispute_of(j->db, "number_clash", json_text_or(row, "id", "?")))
        town_violated(j->town, "number %s became %s, and nobody is told", number,
                      json_text_or(now, "number", ""));
}

static void judge_ticket(const struct judging *j, const struct json *row, const struct json *now)
{
    const char *id = json_text_or(row, "id", ""), *state = json_text_or(row, "state", "");
    const struct json *stood = here_before(j, "ticket", id);
    char key[96];
    key_of(key, "ticket", id);
    if (stood && may_be_merged(j->trip, json_int(stood, "row_rev", 0)))
        return;
    if (!went_on_at_home(j, "ticket", id)) {
        judge_taken_ticket(j, row, now);
        return;
    }
    if (j->before->in_time && json_get(j->before->left, key))
        town_violated(j->town, "ticket %s went on at home while its queue was away",
                      json_text_or(stood, "number", "?"));
    if (!json_equal(stood, now))
        town_violated(j->town, "ticket %s went on at home, and the merge changed it",
                      json_text_or(stood, "number", "?"));
    else if (is_final(state) && !has_dispute_of(j->db, "late_ticket", id))
        town_violated(j->town, "ticket %s is %s on the bus and %s here, and nobody is told",
                      json_text_or(stood, "number", "?"), state, json_text_or(stood, "state", "?"));
}

static bool in_branch(const struct json *row, const struct json *word)
{
    const struct json *branches = json_get(row, "branches");
    for (const struct json *b = json_first(branches); b; b = json_next(b))
        if (str_equal(json_text_or(b, "pointer", "/") + 1, json_name(word)) &&
            json_equal(json_get(b, "value"), word))
            return true;
    return false;
}

static const char *author_of(const struct json *row, const struct json *word)
{
    char pointer[80];
    str_format(pointer, sizeof pointer, "/%.60s", json_name(word));
    return json_text_or(json_get(json_get(row, "draft_revs"), pointer), "by", "");
}

/* What was written at home into the form meanwhile is not gone: it stands, or stands beside. */
static void judge_words(const struct judging *j, const struct json *row, const struct json *now)
{
    const char *id = json_text_or(row, "id", "");
    const struct json *stood = here_before(j, "case", id), *left;
    char key[96];
    key_of(key, "case", id);
    left = json_get(j->before->left, key);
    const struct json *draft = json_get(stood, "draft");
    for (const struct json *word = json_first(draft); word; word = json_next(word)) {
        const struct json *was = json_get(json_get(left, "draft"), json_name(word));
        const struct json *is = json_get(json_get(now, "draft"), json_name(word));
        bool own = strcmp(author_of(stood, word), author_of(row, word)) == 0;
        if ((was && json_equal(was, word)) || (is && json_equal(is, word)) || in_branch(now, word) || own)
            continue;
        town_violated(j->town, "the %s that %s wrote at home into application %s is gone after the merge",
                      json_name(word), author_of(stood, word), json_text_or(stood, "number", id));
    }
}

static void judge_case(const struct judging *j, const struct json *row, const struct json *now)
{
    static const char *const members[] = {"state",           "outcome",    "user",  "hold_gen",
                                          "decision",        "decided_by", "draft", "flags",
                                          "confirm_pending", "person",     NULL};
    const char *id = json_text_or(row, "id", ""), *which;
    if (json_get(j->touched, id)) {
        judge_words(j, row, now);
    } else if (!same_members(row, now, members, &which)) {
        town_violated(j->town, "application %s, which only the bus had, came home with another %s",
                      json_text_or(row, "number", id), which);
    }
}

static void judge_row(const struct judging *j, const struct json *line)
{
    const char *table = json_text_or(line, "t", ""), *id = json_text_or(line, "id", "");
    const struct json *row = json_get(line, "row");
    bool is_part = json_text(row, "case") && strcmp(table, "ticket") != 0;
    if (is_part && json_get(j->touched, json_text_or(row, "case", "")))
        return; /* its commands tell */
    if (strcmp(table, "case") == 0 && went_on_at_home(j, table, id))
        json_set_bool(j->touched, id, true);
    struct json *now = row_of(j->db, table, id);
    if (!now)
        town_violated(j->town, "%s %s of the bus is not at home after the merge", table, id);
    else if (j->trip->in_doubt)
        ; /* perhaps it came home with a merge that nobody heard of */
    else if (strcmp(table, "ticket") == 0)
        judge_ticket(j, row, now);
    else if (strcmp(table, "case") == 0)
        judge_case(j, row, now);
    else if (strcmp(table, "decision") == 0 && !same_but_place(row, now))
        town_violated(j->town, "decision %s came home otherwise than it was made", id);
    json_free(&now);
}

static void judge_rows(const struct judging *j)
{
    for (const struct json *line = json_first(j->before->lines); line && !j->town->violation[0];
         line = json_next(line))
        if (json_text(line, "t") && json_int(json_get(line, "row"), "row_rev", 0) > j->before->floor)
            judge_row(j, line);
}

static void judge_command(const struct judging *j, const struct json *done)
{
    const struct json *command = json_get(done, "command");
    const char *id = json_text_or(command, "id", "?"), *type = json_text_or(command, "type", "?");
    const char *object = json_text_or(json_get(command, "body"), "case", "");
    bool applied = false, was = str_equal(json_text(done, "status"), "applied");
    bool is_new = json_int(done, "rev", 0) > j->before->floor;
    int times = results_of(j->db, id, &applied);
    if (times != 1)
        town_violated(j->town, "%s of the bus is at home %d times after the merge", type, times);
    else if (applied != was && is_new && !json_get(j->touched, object))
        town_violated(j->town, "%s was %s on the bus and is %s at home", type, was ? "applied" : "refused",
                      applied ? "applied" : "refused");
    else if (was && !applied && !has_dispute_of(j->db, "", id))
        town_violated(j->town, "%s of the bus was refused at home, and nobody is told", type);
}

static void judge_commands(const struct judging *j)
{
    for (const struct json *line = json_first(j->before->lines); line && !j->town->violation[0];
         line = json_next(line))
        if (json_get(line, "done"))
            judge_command(j, json_get(line, "done"));
}

static int64_t count_away(struct db *db, const char *queue)
{
    static const char sql[] = "SELECT count(*) FROM tickets WHERE queue = $1 AND row LIKE '%\"away\":\"%'";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, queue);
    int64_t count = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return count;
}

static void judge_queue(const struct judging *j, const struct json *answer)
{
    struct json *now = row_of(j->db, "queue", j->trip->queue);
    const struct json *was = j->before->queue;
    bool came =
        !*json_text_or(now, "home", "") && json_int(now, "home_gen", 0) == json_int(was, "home_gen", 0) + 1;
    if (j->before->in_time && !came)
        town_violated(j->town,
                      "queue %s is at \"%s\" with home_gen %lld after its bus was merged, before %lld",
                      j->trip->queue, json_text_or(now, "home", ""), (long long)json_int(now, "home_gen", 0),
                      (long long)json_int(was, "home_gen", 0));
    if (j->before->in_time && count_away(j->db, j->trip->queue) != 0)
        town_violated(j->town, "queue %s is home, and %lld of its tickets are marked as away", j->trip->queue,
                      (long long)count_away(j->db, j->trip->queue));
    if (!j->before->in_time && !json_equal(was, now))
        town_violated(j->town, "a late bus changed where queue %s is", j->trip->queue);
    if (json_bool(answer, "late", false) == j->before->in_time)
        town_violated(j->town, "the bus was %s and is called %s", j->before->in_time ? "in time" : "late",
                      j->before->in_time ? "late" : "in time");
    json_free(&now);
}

static void judge_again(const struct judging *j, bool again)
{
    bool is_known = trip_merged_rev(j->trip) >= j->trip->packed_rev && !j->trip->in_doubt;
    if (again && rev_of(j->db) != j->before->rev)
        town_violated(j->town, "a parcel that was merged already changed something");
    if (again != is_known && !j->trip->in_doubt)
        town_violated(j->town, "a parcel of rev %lld is %s, and up to rev %lld it was merged",
                      (long long)j->trip->packed_rev, again ? "taken for merged" : "merged anew",
                      (long long)trip_merged_rev(j->trip));
}

void check_merge(struct town *town, const struct trip *trip, const struct before *before, struct db *db,
                 const struct json *answer)
{
    struct judging j = {.town = town, .trip = trip, .before = before, .db = db, .touched = trip->touched};
    bool again = json_bool(answer, "again", false);
    if (before->kept != 0 && before->kept != before->done)
        town_violated(town, "a merge that nobody heard of has kept %d of %d commands", before->kept,
                      before->done);
    judge_again(&j, again);
    if (!again) {
        judge_queue(&j, answer);
        judge_rows(&j);
        judge_commands(&j);
    }
}

/* --- the parcel --- */

static bool is_packed(enum table table)
{
    return table == TABLE_USER || table == TABLE_PERSON || table == TABLE_TICKET || table == TABLE_CASE ||
           table == TABLE_DOCUMENT || table == TABLE_PAYMENT || table == TABLE_DECISION ||
           table == TABLE_SURVEY || table == TABLE_DISPUTE;
}

static void note_must(struct trip *trip, const struct json *lines)
{
    struct json *commands = json_new_object(), *tickets = json_new_object();
    for (const struct json *line = json_first(lines); line; line = json_next(line)) {
        const struct json *done = json_get(line, "done");
        if (done)
            json_set_text(commands, json_text_or(json_get(done, "command"), "id", "?"),
                          json_text_or(done, "status", "?"));
        else if (str_equal(json_text(line, "t"), "ticket"))
            json_set_bool(tickets, json_text_or(line, "id", "?"), true);
    }
    json_set(trip->must, "commands", commands);
    json_set(trip->must, "tickets", tickets);
}

void check_parcel(struct town *town, struct trip *trip)
{
    struct check *check = town->check;
    struct json *lines = lines_of(trip->parcel), *rows = rows_of(lines);
    note_must(trip, lines);
    const struct json *commands = json_get(trip->must, "commands");
    for (size_t i = 0; i < check->op_count; i++) {
        const struct op *op = &check->ops[i];
        if (op->answered && op->rev <= trip->packed_rev &&
            !str_equal(json_text(commands, op->id), op->applied ? "applied" : "refused"))
            town_violated(town, "%s seq %lld was %s on the bus and is %s in its parcel", op->type,
                          (long long)op->seq, op->applied ? "applied" : "refused",
                          json_text_or(commands, op->id, "not"));
    }
    for (size_t i = 0; i < check->shadow_count; i++) {
        const struct shadow *shadow = &check->shadows[i];
        char key[96];
        if (!is_packed(shadow->table) || shadow->rev <= trip->loaded_rev || shadow->rev > trip->packed_rev)
            continue;
        key_of(key, table_wire(shadow->table), shadow->id);
        if (json_int(json_get(rows, key), "row_rev", 0) < shadow->rev)
            town_violated(town, "%s of rev %lld is not in the parcel", key, (long long)shadow->rev);
    }
    json_free(&lines);
    json_free(&rows);
}

void check_whole_parcel(struct town *town, const struct trip *trip)
{
    const struct json *commands = json_get(trip->must, "commands");
    for (size_t i = 0; i < town->check->op_count; i++) {
        const struct op *op = &town->check->ops[i];
        if (!json_get(commands, op->id))
            town_violated(town, "%s seq %lld was saved on the bus and stays behind", op->type,
                          (long long)op->seq);
    }
}

/* --- the end --- */

static void check_disputes(struct town *town, struct db *db)
{
    static const char sql[] = "SELECT row FROM disputes WHERE row LIKE '%\"origin\":%'";
    struct json *disputes = json_new_array();
    if (rows_collect(db_query(db, sql), disputes) != ERR_OK)
        town_violated(town, "the disputes cannot be read");
    for (const struct json *one = json_first(disputes); one; one = json_next(one))
        if (!dispute_is_closable(town, one))
            town_violated(town, "nobody may close the dispute %s of a bus", json_text_or(one, "code", "?"));
    json_free(&disputes);
}

void check_trip_at_end(struct town *town, const struct trip *trip)
{
    struct db *db = backend_home(town)->hall.db;
    const struct json *commands = json_get(trip->must, "commands"),
                      *tickets = json_get(trip->must, "tickets");
    for (const struct json *one = json_first(commands); one && !town->violation[0]; one = json_next(one)) {
        bool applied = false;
        int times = results_of(db, json_name(one), &applied);
        if (times != 1)
            town_violated(town, "command %s of a bus is at home %d times in the end", json_name(one), times);
        else if (!applied && str_equal(json_as_text(one), "applied") &&
                 !has_dispute_of(db, "", json_name(one)))
            town_violated(town, "command %s of a bus came to nothing, and nobody is told", json_name(one));
    }
    for (const struct json *one = json_first(tickets); one; one = json_next(one)) {
        struct json *row = row_of(db, "ticket", json_name(one));
        if (!row)
            town_violated(town, "ticket %s of a bus is not at home in the end", json_name(one));
        json_free(&row);
    }
    if (count_away(db, trip->queue) != 0)
        town_violated(town, "tickets of queue %s are away with a bus, and none is out", trip->queue);
    check_disputes(town, db);
}
