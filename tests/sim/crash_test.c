/* tests/sim/crash_test.c: a power cut of the whole machine, at every fsync and at many moments between.
 *
 * A hall and two workstations work through a day on one simulated disk. At each of those moments the disk is copied,
 * the copy loses its power, and what is left of it is written into a real folder, opened by the shipped code on
 * SQLite's own VFS and asked for everything that was promised up to then: what a person was told is saved, what the
 * hall had answered, sign-ins, typed text, the backup. Then the work goes on there until everything is in agreement.
 *
 * The moments between are drawn by test_seed. */
#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/cache/store.h"
#include "core/hall/backup.h"
#include "core/hall/session.h"
#include "core/hall/verify.h"
#include "tests/sim/disk.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

enum { LIVE = 1, COPY = 2, STATIONS = 2, WORDS_MAX = 600 };

/* A command that a person was told is saved, and what was answered to it. */
struct word {
    int station;
    char client[UUID_TEXT];
    int64_t seq, rev;    /* rev 0: the hall has answered nothing yet */
    bool applied, taken; /* the workstation stored the answer */
};

/* What was promised up to this moment. */
struct promises {
    struct word words[WORDS_MAX];
    int count;
    int64_t hall_rev, backup_rev, settings[STATIONS], typed[STATIONS];
    char login[STATIONS][16]; /* "" nobody */
    bool signing;             /* a sign-in is under way: either person may be found */
};

struct day {
    struct pair pair;
    struct disk *disk;
    struct promises promises;
    struct rng rng;
    uint64_t seed;
    char real[200]; /* where the copies are looked at */
    int images, between_per_mille;
    bool quiet; /* the disk is being looked at, or the day has not begun */
    const char *step;
};

/* --- the real folder --- */

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *ftw)
{
    (void)st, (void)kind;
    return ftw->level > 0 ? remove(path) : 0;
}

static void sweep(const char *folder)
{
    nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- what is asked of a disk that was left --- */

static bool said(const struct day *day, bool ok, const char *what)
{
    if (!ok)
        printf("    image %d of seed %" PRIu64 ", at %s: %s\n", day->images, day->seed, day->step, what);
    return CHECK(ok);
}

static int64_t ask(struct db *db, const char *sql, const char *client, int64_t seq)
{
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, client);
    db_bind_int(s, 2, seq);
    int64_t value = db_step(s) == ERR_OK ? db_int(s, 0) : -1;
    db_done(s);
    return value;
}

static void hall_is_whole(const struct day *day, struct db *db)
{
    struct err_info info = {0};
    struct verified done;
    if (!said(day, verify_store(db, &done, &info) == ERR_OK, "the hall's file is not whole"))
        printf("    %s\n", info.text);
}

/* What the hall answered is in its file: the same word of the same command. */
static void hall_keeps_answers(const struct day *day, struct db *db)
{
    static const char sql[] = "SELECT rev FROM result WHERE client = $1 AND seq = $2 AND status = 'applied'";
    static const char sql_refused[] =
        "SELECT rev FROM result WHERE client = $1 AND seq = $2 AND status = 'refused'";
    for (int i = 0; i < day->promises.count; i++) {
        const struct word *word = &day->promises.words[i];
        if (word->rev > 0)
            said(day, ask(db, word->applied ? sql : sql_refused, word->client, word->seq) == word->rev,
                 "an answer that was given is gone");
    }
}

/* The backup appears whole or not at all, and nothing is called safe that it does not hold. */
static void backup_holds_what_is_safe(const struct day *day, const char *folder, int64_t safe_through)
{
    struct hall_state state = {0};
    struct db *db = NULL;
    char *path = xasprintf("%s/backup.db", folder);
    struct err_info info = {0};
    if (access(path, F_OK) == 0 &&
        said(day, db_open(&db, path, 0, &info) == ERR_OK, "the backup cannot be read")) {
        hall_is_whole(day, db);
        CHECK(store_state(db, &state) == ERR_OK);
    }
    said(day, state.rev >= day->promises.backup_rev, "the backup that was made is gone");
    said(day, state.rev >= safe_through, "the hall calls safe what no backup holds");
    db_close(&db);
    free(path);
}

static void open_hall(const struct day *day, struct pair *pair)
{
    struct err_info info = {0};
    struct hall_state state = {0};
    char *dir = xasprintf("%s/hall", pair->folder);
    if (store_open(&pair->hall, dir, false, &info) != ERR_OK)
        printf("    %s\n", info.text);
    free(dir);
    REQUIRE(said(day, pair->hall != NULL, "the hall does not open"));
    hall_is_whole(day, pair->hall);
    CHECK(store_state(pair->hall, &state) == ERR_OK);
    said(day, state.rev >= day->promises.hall_rev, "changes that were answered are gone");
    hall_keeps_answers(day, pair->hall);
    if (day->images % 2 == 0)
        backup_holds_what_is_safe(day, pair->folder, state.safe_through);
    REQUIRE(store_boot(pair->hall) == ERR_OK);
    pair->reads = reads_new(pair->hall);
}

static void outbox_holds_words(const struct day *day, struct db *db, int station)
{
    static const char sql[] = "SELECT (state = 'pending') FROM outbox WHERE client = $1 AND seq = $2";
    static const char sql_twice[] =
        "SELECT count(*) - count(DISTINCT id) FROM outbox WHERE $1 <> '' AND $2 = 0";
    static const char sql_gaps[] =
        "SELECT count(*) FROM client WHERE last_seq <> (SELECT count(*) FROM outbox"
        " WHERE outbox.client = client.id) AND $1 <> '' AND $2 = 0";
    struct err_info info = {0};
    said(day, db_integrity(db, &info) == ERR_OK, "the cache is damaged");
    for (int i = 0; i < day->promises.count; i++) {
        const struct word *word = &day->promises.words[i];
        if (word->station != station)
            continue;
        int64_t pending = ask(db, sql, word->client, word->seq);
        said(day, pending >= 0, "a record that was saved is gone");
        said(day, !word->taken || pending == 0, "an answer that was taken is forgotten");
    }
    said(day, ask(db, sql_twice, "x", 0) == 0, "one record is there twice");
    said(day, ask(db, sql_gaps, "x", 0) == 0, "a number was skipped or given twice");
}

static int64_t typed_now(struct pair *pair, int n)
{
    struct json *journal = pair_load(pair, n, "journal", NULL);
    const struct json *first = json_first(json_get(journal, "rows"));
    int64_t typed = json_int(json_get(first, "typed"), "n", 0);
    json_free(&journal);
    return typed;
}

/* A counter that was stored is there, or the next one that was on its way. */
static bool kept(int64_t is, int64_t promised)
{
    return is == promised || is == promised + 1;
}

static void person_is_there(const struct day *day, struct pair *pair, int n)
{
    struct cache *cache = pair->cache[n];
    const char *login = day->promises.login[n];
    const char *setting = cache_setting(cache, "count");
    said(day, kept(setting ? atoll(setting) : 0, day->promises.settings[n]), "a setting is gone");
    if (day->promises.signing)
        return;
    if (!*login) {
        said(day, !cache_actor(cache), "somebody who left is signed in");
        return;
    }
    if (said(day, cache_actor(cache) && str_equal(cache_actor(cache)->login, login), "the sign-in is gone"))
        said(day, kept(typed_now(pair, n), day->promises.typed[n]), "typed text is gone");
}

static void open_station(const struct day *day, struct pair *pair, int n)
{
    struct err_info info = {0};
    int recovered = 0;
    char *dir = pair_dir(pair, n);
    if (cache_open(&pair->cache[n], dir, pair->now_ms, &pair->rng, &recovered, &info) != ERR_OK)
        printf("    %s\n", info.text);
    free(dir);
    REQUIRE(said(day, pair->cache[n] != NULL, "the workstation does not open"));
    said(day, recovered == -1, "the cache was taken for damaged");
    outbox_holds_words(day, pair->cache[n]->db, n);
    person_is_there(day, pair, n);
}

static void sign_in_again(struct pair *pair, int n)
{
    static const char *const others[STATIONS] = {"siti", "rina"};
    const struct actor *actor = cache_actor(pair->cache[n]);
    struct json *row = actor ? pair_hall_row(pair, TABLE_USER, actor->user) : NULL;
    if (row)
        actor_read(row, cache_client(pair->cache[n]), &pair->actor[n]);
    else
        pair_sign_in(pair, n, others[n]);
    json_free(&row);
}

struct compared {
    struct pair *pair;
    int64_t rows;
    bool same;
};

static void compare_row(void *ctx, const char *table, const char *id, const struct json *row)
{
    struct compared *compared = ctx;
    struct json *theirs = pair_hall_row(compared->pair, TABLE_TICKET, id);
    (void)table;
    compared->rows++;
    compared->same = compared->same && json_equal(theirs, row);
    json_free(&theirs);
}

static void agrees_with_the_hall(const struct day *day, struct pair *pair, int n)
{
    static const char sql_tickets[] = "SELECT count(*) FROM tickets WHERE $1 <> '' AND $2 = 0";
    struct compared compared = {.pair = pair, .same = true};
    CHECK(cache_rows(pair->cache[n], "ticket", compare_row, &compared) == ERR_OK);
    said(day, compared.same && compared.rows == ask(pair->hall, sql_tickets, "x", 0),
         "the copy is not what the hall has");
    said(day, cache_unsent(pair->cache[n]) == 0, "a record does not leave");
}

/* Everything saved reaches the hall once, and what comes now is younger than all that was ever answered. */
static void goes_on(const struct day *day, struct pair *pair)
{
    static const char sql_once[] = "SELECT count(*) FROM result WHERE client = $1 AND seq = $2";
    static const char sql_twice[] = "SELECT count(*) FROM (SELECT id FROM result WHERE $1 <> '' AND $2 = 0"
                                    " GROUP BY id HAVING count(*) > 1)";
    static const char sql_rev[] = "SELECT rev FROM hall_state WHERE $1 <> '' AND $2 = 0";
    int64_t rev = ask(pair->hall, sql_rev, "x", 0);
    for (int n = 0; n < STATIONS; n++) {
        said(day, cache_cursor(pair->cache[n]) <= rev, "the workstation knows changes that the hall lost");
        sign_in_again(pair, n);
        pair_sync(pair, n);
    }
    for (int n = 0; n < STATIONS; n++) {
        pair_sync(pair, n);
        agrees_with_the_hall(day, pair, n);
    }
    for (int i = 0; i < day->promises.count; i++) {
        const struct word *word = &day->promises.words[i];
        bool here = cache_actor(pair->cache[word->station]) &&
                    str_equal(cache_client(pair->cache[word->station]), word->client);
        if (here || word->rev > 0)
            said(day, ask(pair->hall, sql_once, word->client, word->seq) == 1,
                 "a record has no effect, or two");
    }
    said(day, ask(pair->hall, sql_twice, "x", 0) == 0, "one record has two effects");
    struct json *data =
        pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    int64_t now = ask(pair->hall, sql_rev, "x", 0);
    said(day, now > rev && now > day->promises.hall_rev, "a rev was used again");
    json_free(&data);
}

/* The disk that is left in the real folder. */
static void look(const struct day *day)
{
    struct pair pair = {.now_ms = day->pair.now_ms + 60000, .mono_ms = 1000000};
    str_copy(pair.folder, sizeof pair.folder, day->real);
    rng_seed(&pair.rng, day->seed + (uint64_t)day->images);
    open_hall(day, &pair);
    for (int n = 0; n < STATIONS; n++)
        open_station(day, &pair, n);
    goes_on(day, &pair);
    if (day->images % 4 == 0)
        hall_is_whole(day, pair.hall);
    pair_close(&pair);
}

/* Records that nobody was told about yet, but that a workstation which started again shows and sends. */
static void outbox_seen(struct cache *cache, int station, struct promises *seen)
{
    static const char sql[] = "SELECT id, last_seq FROM client";
    struct stmt *s = db_query(cache->db, sql);
    while (db_step(s) == ERR_OK) {
        int64_t last = 0;
        for (int i = 0; i < seen->count; i++)
            if (str_equal(seen->words[i].client, db_text(s, 0)) && seen->words[i].seq > last)
                last = seen->words[i].seq;
        for (; last < db_int(s, 1) && seen->count < WORDS_MAX; last++) {
            struct word *word = &seen->words[seen->count++];
            *word = (struct word){.station = station, .seq = last + 1};
            str_copy(word->client, sizeof word->client, db_text(s, 0));
        }
    }
    db_done(s);
}

/* PROTOCOL.md rule 9: every program is killed before its write is on the disk, starts again from what the system still
 * knows, and then the power goes. What the second start saw, and could have told, counts as promised. */
static void kill_first(struct day *day, struct disk *copy)
{
    struct promises *seen = &day->promises;
    struct hall_state state = {0};
    struct pair pair = {.now_ms = day->pair.now_ms};
    str_format(pair.folder, sizeof pair.folder, "/sim/%d", COPY);
    rng_seed(&pair.rng, day->seed);
    disk_kill(copy);
    disk_boot(copy);
    char *dir = xasprintf("%s/hall", pair.folder);
    CHECK(store_open(&pair.hall, dir, false, NULL) == ERR_OK);
    if (pair.hall && CHECK(store_boot(pair.hall) == ERR_OK && store_state(pair.hall, &state) == ERR_OK))
        seen->hall_rev = state.rev;
    for (int n = 0; n < STATIONS; n++) {
        pair_start(&pair, n);
        outbox_seen(pair.cache[n], n, seen);
    }
    disk_power_cut(copy, &day->rng);
    pair_close(&pair);
    free(dir);
}

static void cut_now(struct day *day, bool killed_first)
{
    struct disk *copy = disk_at(COPY);
    struct promises *before = xmalloc(sizeof *before);
    char *path = xasprintf("/sim/%d", COPY);
    *before = day->promises;
    day->quiet = true;
    day->images++;
    disk_copy(day->disk, copy);
    if (killed_first)
        kill_first(day, copy);
    else
        disk_power_cut(copy, &day->rng);
    sweep(day->real);
    REQUIRE(disk_image_tree(copy, path, day->real));
    look(day);
    day->promises = *before;
    day->quiet = false;
    free(before);
    free(path);
}

static bool ends_with(const char *text, const char *tail)
{
    size_t length = strlen(text), of_tail = strlen(tail);
    return length >= of_tail && strcmp(text + length - of_tail, tail) == 0;
}

/* A log that is written and not yet synced is where a kill before the cut does harm. */
static void before_op(void *ctx, struct disk *disk, const struct disk_op *op)
{
    struct day *day = ctx;
    (void)disk;
    if (day->quiet)
        return;
    bool sync = op->kind == DISK_SYNC || op->kind == DISK_SYNC_FOLDER;
    bool between = (int)rng_below(&day->rng, 1000) < day->between_per_mille;
    if (sync || between)
        cut_now(day, between);
    if (sync && ends_with(op->path, "-wal"))
        cut_now(day, true);
}

/* --- the day --- */

/* Something was promised, and no later write has made it durable by chance. */
static void promised(struct day *day)
{
    if (rng_below(&day->rng, 4) == 0)
        cut_now(day, false);
}

static void save(struct day *day, int n, const char *type, const char *body)
{
    struct promises *p = &day->promises;
    day->step = type;
    int64_t seq = pair_confirm(&day->pair, n, type, body);
    REQUIRE(p->count < WORDS_MAX);
    struct word *word = &p->words[p->count++];
    *word = (struct word){.station = n, .seq = seq};
    str_copy(word->client, sizeof word->client, cache_client(day->pair.cache[n]));
    promised(day);
}

static void note_answer(struct day *day, int n, const struct json *answer, bool taken)
{
    const char *client = cache_client(day->pair.cache[n]);
    const struct json *results = json_get(answer, "results");
    for (const struct json *result = json_first(results); result; result = json_next(result))
        for (int i = 0; i < day->promises.count; i++) {
            struct word *word = &day->promises.words[i];
            if (word->seq != json_int(result, "seq", 0) || !str_equal(word->client, client))
                continue;
            word->rev = json_int(result, "rev", 0);
            word->applied = str_equal(json_text(result, "status"), "applied");
            word->taken |= taken;
        }
    if (json_int(answer, "rev", 0) > day->promises.hall_rev)
        day->promises.hall_rev = json_int(answer, "rev", 0);
    promised(day);
}

static void push(struct day *day, int n, bool lost)
{
    day->step = "push";
    struct json *answer = pair_push(&day->pair, n);
    if (!answer)
        return;
    note_answer(day, n, answer, false);
    day->step = "answer";
    if (!lost) {
        pair_take(&day->pair, n, answer);
        note_answer(day, n, answer, true);
    }
    json_free(&answer);
}

/* Both pushes in one commit of the hall, as its writer does with those who come together. */
static void push_together(struct day *day)
{
    struct server_answer answers[STATIONS] = {{0}};
    struct hall_state state;
    day->step = "group";
    REQUIRE(store_state(day->pair.hall, &state) == ERR_OK);
    struct server_env env = {
        .db = day->pair.hall, .epoch = state.epoch, .now_ms = day->pair.now_ms, .mono_ms = day->pair.mono_ms};
    REQUIRE(db_begin(env.db) == ERR_OK);
    for (int n = 0; n < STATIONS; n++) {
        char *text = NULL;
        struct json *push = NULL;
        REQUIRE(cache_push_body(day->pair.cache[n], 50, 200 * 1024, &text) == ERR_OK && text);
        REQUIRE(json_parse(text, strlen(text), &push, NULL) == ERR_OK);
        REQUIRE(server_push(&env, &day->pair.actor[n], push, &answers[n]) == ERR_OK);
        json_free(&push);
        free(text);
    }
    REQUIRE(db_commit(env.db) == ERR_OK);
    for (int n = 0; n < STATIONS; n++)
        note_answer(day, n, answers[n].body, false);
    for (int n = 0; n < STATIONS; n++) {
        pair_take(&day->pair, n, answers[n].body);
        note_answer(day, n, answers[n].body, true);
        json_free(&answers[n].body);
    }
}

static void hear(struct day *day, int n)
{
    day->step = "feed";
    pair_feed(&day->pair, n);
}

static void type_text(struct day *day, int n)
{
    struct json *typed = json_new_object();
    day->step = "typing";
    json_set_int(typed, "n", day->promises.typed[n] + 1);
    REQUIRE(cache_journal_put(day->pair.cache[n], "form", "x", typed, day->pair.now_ms) == ERR_OK);
    day->promises.typed[n]++;
    json_free(&typed);
    promised(day);
}

static void set(struct day *day, int n)
{
    char value[24];
    day->step = "setting";
    str_format(value, sizeof value, "%" PRId64, day->promises.settings[n] + 1);
    REQUIRE(cache_set_setting(day->pair.cache[n], "count", value) == ERR_OK);
    day->promises.settings[n]++;
    promised(day);
}

static void sign_in(struct day *day, int n, const char *login)
{
    day->step = "sign-in";
    day->promises.signing = true;
    pair_sign_in(&day->pair, n, login);
    str_copy(day->promises.login[n], sizeof day->promises.login[n], login);
    day->promises.typed[n] = typed_now(&day->pair, n);
    day->promises.signing = false;
    promised(day);
}

static void sign_out(struct day *day, int n)
{
    day->step = "sign-out";
    day->promises.signing = true;
    REQUIRE(cache_sign_out(day->pair.cache[n]) == ERR_OK);
    day->promises.login[n][0] = '\0';
    day->promises.signing = false;
    promised(day);
}

static void back_up(struct day *day)
{
    struct err_info info = {0};
    int64_t rev = 0;
    char *path = xasprintf("%s/backup.db", day->pair.folder);
    day->step = "backup";
    if (!CHECK(backup_take(day->pair.hall, path, &rev, &info) == ERR_OK))
        printf("    %s\n", info.text);
    day->promises.backup_rev = rev;
    free(path);
    promised(day);
}

/* Closing moves the log into the file and removes it; starting writes before anything else. */
static void restart(struct day *day, int n)
{
    struct err_info info = {0};
    day->step = "restart";
    pair_start(&day->pair, n);
    char *dir = xasprintf("%s/hall", day->pair.folder);
    reads_free(&day->pair.reads);
    db_close(&day->pair.hall);
    REQUIRE(store_open(&day->pair.hall, dir, false, &info) == ERR_OK);
    REQUIRE(store_boot(day->pair.hall) == ERR_OK);
    day->pair.reads = reads_new(day->pair.hall);
    free(dir);
    promised(day);
}

static void checkpoint(struct day *day, int n)
{
    day->step = "checkpoint";
    CHECK(db_checkpoint(day->pair.hall, 0) == ERR_OK);
    CHECK(cache_tidy(day->pair.cache[n]) == ERR_OK);
    promised(day);
}

static void issue(struct day *day)
{
    day->pair.now_ms += 20000;
    save(day, 1, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
}

/* A command on the ticket at siti's counter. */
static void on_ticket(struct day *day, const char *type, const char *more)
{
    struct json *desk = pair_load(&day->pair, 0, "desk", "{\"counter\":\"c1\"}");
    const struct json *ticket = json_get(desk, "ticket");
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%lld%s}", json_text_or(ticket, "id", "?"),
                           (long long)json_int(ticket, "gen", -1), more);
    save(day, 0, type, body);
    free(body);
    json_free(&desk);
}

static void call_next(struct day *day)
{
    struct json *desk = pair_load(&day->pair, 0, "desk", "{\"counter\":\"c1\"}");
    char *body = xasprintf("{\"counter\":\"c1\",\"fence\":%lld}",
                           (long long)json_int(json_get(desk, "counter"), "fence", -1));
    save(day, 0, "ticket.call_next", body);
    push(day, 0, true); /* the answer is lost on the way: asked again, answered the same */
    push(day, 0, false);
    hear(day, 0);
    free(body);
    json_free(&desk);
}

/* One citizen: a ticket, a call, an application, done. */
static void serve_one(struct day *day, int round)
{
    char *open = xasprintf("{\"case\":\"0197a2b4-0000-7000-8000-0000000001%02d\",\"service\":\"s1\"}", round);
    char *draft = xasprintf("{\"case\":\"0197a2b4-0000-7000-8000-0000000001%02d\",\"patch\":{\"reason\":"
                            "\"expired\",\"street\":\"Jalan %d\"}}",
                            round, round);
    issue(day);
    push(day, 1, false);
    hear(day, 0);
    call_next(day);
    on_ticket(day, "ticket.start", "");
    type_text(day, 0);
    save(day, 0, "case.open", open);
    save(day, 0, "case.draft", draft);
    issue(day);
    push_together(day);
    hear(day, 0);
    hear(day, 1);
    on_ticket(day, "ticket.finish", ",\"outcome\":\"served\"");
    set(day, 0);
    if (round % 2 == 1)
        push(day, 0, false);
    free(open);
    free(draft);
}

static void another_person(struct day *day)
{
    sign_out(day, 0);
    sign_in(day, 0, "adi");
    day->step = "another person";
    hear(day, 0); /* what adi may see is copied anew */
    type_text(day, 0);
    issue(day);
    sign_out(day, 0);
    sign_in(day, 0, "siti");
    hear(day, 0);
}

static void begin_day(struct day *day, const char *name)
{
    static const char *const people[STATIONS] = {"siti", "rina"};
    *day = (struct day){.seed = test_seed(), .quiet = true, .step = "the morning", .between_per_mille = 5};
    str_copy(day->real, sizeof day->real, test_folder());
    rng_seed(&day->rng, day->seed);
    disk_begin(day->seed);
    disk_new(COPY);
    day->disk = disk_new(LIVE);
    printf("  %s: seed %" PRIu64 "\n", name, day->seed);
    pair_open_in(&day->pair, "/sim/1");
    disk_on_op(day->disk, before_op, day);
    for (int n = 0; n < STATIONS; n++) {
        pair_start(&day->pair, n);
        pair_sign_in(&day->pair, n, people[n]);
        str_copy(day->promises.login[n], sizeof day->promises.login[n], people[n]);
        pair_sync(&day->pair, n);
    }
    day->quiet = false;
}

static void end_day(struct day *day)
{
    day->quiet = true;
    pair_close(&day->pair);
    const struct disk_counts *counts = disk_counts(day->disk);
    printf("  %d power cuts in %" PRIu64 " writes and %" PRIu64 " fsyncs\n", day->images, counts->writes,
           counts->syncs);
    disk_end();
}

TEST(crash_loses_nothing_that_was_promised)
{
    struct day *day = xcalloc(1, sizeof *day);
    begin_day(day, "a day");
    save(day, 0, "counter.open", "{\"counter\":\"c1\"}");
    push(day, 0, false);
    hear(day, 0);
    for (int round = 0; round < 4; round++) {
        serve_one(day, round);
        if (round == 1)
            back_up(day);
        if (round == 2)
            another_person(day);
        checkpoint(day, round % STATIONS);
    }
    restart(day, 0);
    back_up(day);
    end_day(day);
    free(day);
}

/* SQLite writes no page whose bytes stay the same. */
TEST(crash_every_start_writes_also_when_the_clock_stands_still)
{
    struct cache *cache = NULL;
    struct rng rng;
    rng_seed(&rng, 1);
    disk_begin(1);
    struct disk *disk = disk_new(LIVE);
    for (int start = 0; start < 3; start++) {
        uint64_t before = disk_counts(disk)->syncs;
        REQUIRE(cache_open(&cache, "/sim/1/station", 1000, &rng, NULL, NULL) == ERR_OK);
        CHECK(disk_counts(disk)->syncs > before);
        cache_close(&cache);
    }
    disk_end();
}
