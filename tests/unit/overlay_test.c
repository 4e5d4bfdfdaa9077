/* tests/unit/overlay_test.c: what unsent records make of the copy is predicted anew only where news change something,
 * and is all the same what predicting everything anew would make of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/cache/footprints.h"
#include "core/cache/store.h"
#include "core/hall/session.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

/* --- what depends on what --- */

/* A record that reads and writes; uses end with key 0. */
static void record(struct footprints *all, int64_t seq, const struct footprint_use *uses)
{
    struct footprint print = {0};
    for (; uses->key; uses++)
        footprint_add(&print, uses->key, uses->use);
    footprints_append(all, seq, 1, &print);
}

/* The marked seqs as text: "1 3". */
static char *marked(struct footprints *all)
{
    struct buf text = {0};
    int64_t *seqs;
    footprints_close(all);
    int count = footprints_marked(all, &seqs);
    for (int i = 0; i < count; i++)
        buf_addf(&text, "%s%lld", i ? " " : "", (long long)seqs[i]);
    free(seqs);
    footprints_unmark(all);
    return text.data ? buf_take(&text) : xstrdup("");
}

static void check_marked(struct footprints *all, const char *want, int line)
{
    char *got = marked(all);
    check_text(got, want, __FILE__, line, "marked");
    free(got);
}
#define MARKED(want) check_marked(all, want, __LINE__)

enum { A = 1, B, C, LIST };

TEST(overlay_news_of_a_row_touch_who_read_or_wrote_it_and_what_follows)
{
    struct footprints *all = footprints_new();
    record(all, 1, (struct footprint_use[]){{A, USE_READ}, {B, USE_ROW}, {0}});
    record(all, 2, (struct footprint_use[]){{B, USE_READ}, {0}});
    record(all, 3, (struct footprint_use[]){{C, USE_ROW}, {0}});
    footprints_touch_row(all, A);
    MARKED("1 2");
    footprints_touch_row(all, C);
    MARKED("3");
    footprints_touch_row(all, B);
    MARKED("1 2");
    footprints_touch_row(all, 77);
    MARKED("");
    footprints_free(&all);
}

TEST(overlay_what_a_record_read_is_not_changed_by_those_behind_it)
{
    struct footprints *all = footprints_new();
    record(all, 1, (struct footprint_use[]){{B, USE_READ}, {A, USE_READ}, {0}});
    record(all, 2, (struct footprint_use[]){{B, USE_ROW}, {C, USE_READ}, {0}});
    footprints_touch_row(all, C);
    MARKED("2");
    footprints_touch_row(all, A); /* the first runs again, so the second's row must be out of its sight */
    MARKED("1 2");
    footprints_free(&all);
}

TEST(overlay_a_row_that_two_wrote_is_predicted_whole)
{
    struct footprints *all = footprints_new();
    record(all, 1, (struct footprint_use[]){{A, USE_ROW}, {0}});
    record(all, 2, (struct footprint_use[]){{A, USE_ROW}, {B, USE_READ}, {0}});
    footprints_touch_row(all, B);
    MARKED("1 2");
    footprints_free(&all);
}

TEST(overlay_rows_of_one_list_have_nothing_to_do_with_each_other_until_it_is_read)
{
    struct footprints *all = footprints_new();
    record(all, 1, (struct footprint_use[]){{A, USE_ROW}, {LIST, USE_LIST}, {0}});
    record(all, 2, (struct footprint_use[]){{B, USE_ROW}, {LIST, USE_LIST}, {0}});
    footprints_touch_row(all, A);
    MARKED("1");
    footprints_touch_list(all, LIST);
    MARKED("");
    record(all, 3, (struct footprint_use[]){{LIST, USE_READ}, {0}});
    footprints_touch_row(all, A);
    MARKED("1 3");
    footprints_touch_list(all, LIST);
    MARKED("3");
    footprints_free(&all);
}

TEST(overlay_who_leaves_takes_along_what_was_built_on_it)
{
    struct footprints *all = footprints_new();
    struct tx_change *rows;
    int count;
    record(all, 1, (struct footprint_use[]){{A, USE_ROW}, {LIST, USE_LIST}, {0}});
    record(all, 2, (struct footprint_use[]){{A, USE_READ}, {B, USE_ROW}, {0}});
    record(all, 3, (struct footprint_use[]){{B, USE_READ}, {0}});
    record(all, 4, (struct footprint_use[]){{LIST, USE_READ}, {0}});
    record(all, 5, (struct footprint_use[]){{C, USE_ROW}, {0}});
    CHECK(footprints_leave(all, 1, &rows, &count));
    free(rows);
    MARKED("2 3 4");
    CHECK(!footprints_leave(all, 1, &rows, &count));
    CHECK_INT(footprints_count(all), 4);
    footprints_free(&all);
}

TEST(overlay_another_footprint_shows_what_it_meets)
{
    struct footprints *all = footprints_new();
    struct footprint print = {0};
    record(all, 1, (struct footprint_use[]){{A, USE_READ}, {0}});
    record(all, 2, (struct footprint_use[]){{B, USE_READ}, {0}});
    footprints_touch_row(all, A);
    footprints_close(all);
    footprint_add(&print, C, USE_ROW);
    CHECK(!footprints_replace(all, 1, &print));
    footprint_add(&print, B, USE_ROW);
    CHECK(footprints_replace(all, 1, &print));
    MARKED("1 2");
    footprints_free(&all);
}

/* Places of records change when those before them have gone. */
TEST(overlay_goes_on_when_thousands_have_left)
{
    struct footprints *all = footprints_new();
    struct tx_change *rows;
    int count;
    for (int i = 1; i <= 5000; i++)
        record(all, i,
               (struct footprint_use[]){{(uint32_t)i + 100, USE_ROW}, {LIST, USE_LIST}, {A, USE_READ}, {0}});
    for (int i = 1; i <= 4990; i++) {
        CHECK(footprints_leave(all, i, &rows, &count));
        free(rows);
        if (i % 7 == 0)
            MARKED("");
    }
    footprints_touch_row(all, 4998 + 100);
    MARKED("4998");
    footprints_touch_row(all, A);
    MARKED("4991 4992 4993 4994 4995 4996 4997 4998 4999 5000");
    footprints_free(&all);
}

/* --- a clerk without the hall --- */

enum { CASES = 5, PEOPLE = 3, TICKETS = 24, STEPS_A_CASE = 20 };

struct world {
    struct pair pair;
    struct rng rng;
    char tickets[TICKETS][UUID_TEXT];
    int ticket_count;
    struct json *answer; /* of the hall, on its way */
    unsigned steps;
    int confirmed, refused, done, batches, leaving; /* done: by colleagues */
};

static unsigned any(struct world *w, unsigned count)
{
    return (unsigned)rng_below(&w->rng, count);
}

static const char *ticket_of(struct world *w)
{
    return w->ticket_count ? w->tickets[any(w, (unsigned)w->ticket_count)] : "none";
}

static void keep_ticket(struct world *w, const struct json *data)
{
    const char *id = json_text(json_get(data, "ticket"), "id");
    if (id)
        str_copy(w->tickets[w->ticket_count < TICKETS ? w->ticket_count++ : (int)any(w, TICKETS)], UUID_TEXT,
                 id);
}

static const char *const niks[PEOPLE] = {"3174015205900001", "3174011212850002", "3174016801990003"};

/* What may be made offline, and what needs the hall; on few rows, so that they meet. $c an application, $t a ticket and
 * $g its gen, $q a queue, $p perhaps a member with a person, $n a person, $i a number of one, $d a digit, $w a time of
 * today or tomorrow. */
struct kind {
    const char *type, *body;
};
static const struct kind offline[] = {
    {"ticket.issue", "{'queue':'$q'$p}"},
    {"ticket.issue", "{'service':'s1'$p}"},
    {"ticket.issue", "{'queue':'$q','priority':'elderly'}"},
    {"ticket.issue", "{'queue':'$q','channel':'booked','appointment_at':'$w'}"},
    {"ticket.check_in", "{'ticket':'$t'}"},
    {"ticket.check_in", "{'ticket':'$t','walk_in':true}"},
    {"ticket.rebook", "{'ticket':'$t','appointment_at':'$w'}"},
    {"case.open", "{'case':'$c','service':'s1'$p}"},
    {"case.open", "{'case':'$c','service':'s1','ticket':'$t'}"},
    {"case.open", "{'case':'$c','service':'s1','ticket':'$t'$p}"},
    {"case.draft", "{'case':'$c','patch':{'street':'street $d'}$p}"},
    {"case.draft", "{'case':'$c','patch':{'reason':'lost'}}"},
    {"case.draft", "{'case':'$c','patch':{'reason':'expired','street':'road $d'}}"},
    {"case.submit", "{'case':'$c','data':{'reason':'lost'}}"},
    {"case.check_document", "{'case':'$c','document':'old-card','state':'seen'}"},
    {"case.check_document", "{'case':'$c','document':'old-card','state':'missing'}"},
    {"case.pay", "{'case':'$c','amount':'$d000 IDR','method':'cash'}"},
    {"case.decide", "{'case':'$c','outcome':'approve','reasons':[]}"},
    {"case.decide", "{'case':'$c','outcome':'refuse','reasons':['R1'],'text':'so'}"},
    {"case.withdraw", "{'case':'$c'}"},
    {"case.duplicate", "{'case':'$c'}"},
    {"case.duplicate", "{'case':'$c','of':'$c'}"},
    {"case.complain", "{'case':'$c','text':'no','from':'them'}"},
    {"person.record", "{'person':'$n','name':'Leyla $d','nik':'$i'}"},
    {"person.record", "{'person':'$n','name':'Leyla $d','nik':'$i','ticket':'$t'}"},
    {"person.record", "{'person':'$n','ticket':'$t'}"},
    {"survey.record", "{'ticket':'$t','scores':[4,4,4,4,4,4,4,4,3]}"},
    {"ticket.transfer", "{'ticket':'$t','gen':$g,'to':{'queue':'$q'},'place':'keep'}"},
    {"ticket.cancel", "{'ticket':'$t','gen':$g}"},
    {"ticket.start", "{'ticket':'$t','gen':$g}"},
    {"ticket.start", "{'ticket':'$t','gen':$g}"},
    {"ticket.hold", "{'ticket':'$t','gen':$g,'reason':'papers'}"},
    {"ticket.resume", "{'ticket':'$t','gen':$g}"},
    {"ticket.return", "{'ticket':'$t','gen':$g}"},
    {"ticket.finish", "{'ticket':'$t','gen':$g,'outcome':'served'}"},
    {"ticket.finish", "{'ticket':'$t','gen':$g,'outcome':'left'}"},
};
enum { OFFLINE = sizeof offline / sizeof *offline };

static void add_person(struct world *w, struct buf *body)
{
    unsigned who = any(w, PEOPLE), how = any(w, 4);
    if (how == 0)
        buf_addf(body, ",\"person\":{\"nik\":\"%s\",\"name\":\"Person %u\"}", niks[who], who);
    else if (how == 1)
        buf_addf(body, ",\"person\":{\"id\":\"90000000-0000-7000-8000-00000000000%u\",\"name\":\"P\"}", who);
}

/* Mostly the one that the ticket has. */
static long long gen_of(struct world *w, struct db *db, const char *ticket)
{
    struct json *row = NULL;
    enum err err = row_get(db, TABLE_TICKET, ticket, &row);
    CHECK(err == ERR_OK || err == ERR_ABSENT);
    long long gen = json_int(row, "gen", 0);
    json_free(&row);
    return gen + (any(w, 8) == 0);
}

static void add_time(struct world *w, struct buf *body)
{
    enum { HOUR_MS = 60 * 60 * 1000 };
    char at[TIME_TEXT];
    time_text(w->pair.now_ms + any(w, 30) * (int64_t)HOUR_MS, at);
    buf_adds(body, at);
}

static void add_value(struct world *w, struct db *db, char letter, const char *ticket, struct buf *body)
{
    switch (letter) {
    case 'c':
        return buf_addf(body, "c0000000-0000-7000-8000-%012u", w->steps / STEPS_A_CASE + any(w, CASES));
    case 't':
        return buf_adds(body, ticket);
    case 'g':
        return buf_addf(body, "%lld", gen_of(w, db, ticket));
    case 'q':
        return buf_adds(body, any(w, 2) ? "p" : "q");
    case 'p':
        return add_person(w, body);
    case 'w':
        return add_time(w, body);
    case 'n':
        return buf_addf(body, "90000000-0000-7000-8000-00000000000%u", any(w, PEOPLE));
    case 'i':
        return buf_adds(body, niks[any(w, PEOPLE)]);
    default:
        return buf_addf(body, "%u", any(w, 9) + 1);
    }
}

/* db: the copy or the hall, as whoever makes it sees the ticket. */
static struct json *body_of(struct world *w, struct db *db, const char *template)
{
    struct buf text = {0};
    struct json *body = NULL;
    const char *ticket = ticket_of(w);
    for (const char *c = template; *c; c++) {
        if (*c == '$')
            add_value(w, db, *++c, ticket, &text);
        else
            buf_addc(&text, *c == '\'' ? '"' : *c);
    }
    REQUIRE(json_parse(buf_text(&text), text.length, &body, NULL) == ERR_OK);
    buf_free(&text);
    return body;
}

static void confirm_any(struct world *w)
{
    struct saved saved;
    struct cache *cache = w->pair.cache[0];
    const struct kind *kind = &offline[any(w, OFFLINE)];
    struct json *body = body_of(w, cache->db, kind->body);
    enum err err = cache_confirm(cache, kind->type, body, w->pair.now_ms, &w->pair.rng, &saved);
    if (!CHECK(err == ERR_OK || err == ERR_REFUSED))
        printf("    %s: %s\n", kind->type, cache_message(cache));
    keep_ticket(w, saved.outcome.data);
    w->confirmed += err == ERR_OK;
    w->refused += err == ERR_REFUSED;
    json_free(&saved.outcome.data);
    json_free(&body);
}

static void run_at_hall(struct world *w, const char *login, const char *type, const char *template)
{
    struct outcome outcome = {0};
    struct actor actor;
    char id[UUID_TEXT];
    struct server_env env = {
        .db = w->pair.hall, .epoch = 1, .now_ms = w->pair.now_ms, .mono_ms = w->pair.mono_ms};
    struct json *body = body_of(w, w->pair.hall, template);
    str_format(id, sizeof id, "u-%s", login);
    struct json *user = pair_hall_row(&w->pair, TABLE_USER, id);
    actor_read(user, "01900000-0000-7000-8000-0000000000aa", &actor);
    REQUIRE(db_begin(w->pair.hall) == ERR_OK);
    REQUIRE(server_command(&env, &actor, type, body, &outcome) == ERR_OK);
    REQUIRE(db_commit(w->pair.hall) == ERR_OK);
    keep_ticket(w, outcome.data);
    w->done += outcome.applied;
    json_free(&outcome.data);
    json_free(&user);
    json_free(&body);
}

/* siti calls at another computer: what she holds is in her copy with the news. */
static void call_next(struct world *w, bool siti)
{
    const char *id = siti ? "c1" : "c2";
    struct json *counter = pair_hall_row(&w->pair, TABLE_COUNTER, id);
    char *body = xasprintf("{'counter':'%s','fence':%lld}", id, (long long)json_int(counter, "fence", 0));
    if (!str_equal(json_text(counter, "state"), "open"))
        run_at_hall(w, siti ? "siti" : "adi", "counter.open", siti ? "{'counter':'c1'}" : "{'counter':'c2'}");
    else
        run_at_hall(w, siti ? "siti" : "adi", "ticket.call_next", body);
    json_free(&counter);
    free(body);
}

static void colleague(struct world *w)
{
    static const struct kind supervising[] = {
        {"queue.rule", "{'queue':'$q','rule':'priority','reason':'r'}"},
        {"queue.rule", "{'queue':'$q','rule':'fifo','reason':'r'}"},
        {"queue.move", "{'from':'p','to':'q','filter':{'limit':2}}"},
        {"queue.move", "{'from':'q','to':'p','filter':{'limit':2}}"},
        {"case.assign", "{'case':'$c','to':{'user':'u-adi'}}"},
        {"case.assign", "{'case':'$c','to':{'user':'u-siti'}}"},
        {"ticket.issue", "{'queue':'$q','priority':'elderly'}"},
    };
    const struct kind *kind = &offline[any(w, OFFLINE)];
    unsigned what = any(w, 10);
    if (what < 4)
        call_next(w, what < 2);
    else if (what < 8)
        run_at_hall(w, "adi", kind->type, kind->body);
    else {
        kind = &supervising[any(w, sizeof supervising / sizeof *supervising)];
        run_at_hall(w, "budi", kind->type, kind->body);
    }
}

/* --- the same as everything anew --- */

static void dump_table(struct db *db, const char *sql, const char *name, struct buf *out)
{
    struct stmt *s = db_query(db, sql);
    enum err err;
    while ((err = db_step(s)) == ERR_OK)
        buf_addf(out, "%s %s %lld %s\n", name, db_text(s, 0), (long long)db_int(s, 1),
                 db_text(s, 2) ? db_text(s, 2) : "-");
    db_done(s);
    CHECK(err == ERR_ABSENT);
}

/* All that the records make of the copy, and which record wrote what. */
static char *overlay_text(struct db *db)
{
    static const struct {
        const char *name, *sql;
    } tables[] = {
#define TABLE(ID, wire, name) {wire, "SELECT id, row_rev, row FROM overlay_" name " ORDER BY id"},
#include "core/db/tables.def"
        {"outbox_row", "SELECT id, seq, t FROM outbox_row ORDER BY t, id, seq"},
    };
    struct buf text = {0};
    for (size_t i = 0; i < sizeof tables / sizeof *tables; i++)
        dump_table(db, tables[i].sql, tables[i].name, &text);
    return text.data ? buf_take(&text) : xstrdup("");
}

/* As it would be if nothing were known; the file is as before afterwards, and so is what is known. */
static char *overlay_anew(struct cache *cache)
{
    struct overlay *known = cache->overlay;
    bool empty = cache->overlay_empty;
    overlay_new(cache);
    cache->overlay_empty = false;
    REQUIRE(db_begin(cache->db) == ERR_OK);
    REQUIRE(overlay_rebuild(cache, cache->place.cursor) == ERR_OK);
    char *text = overlay_text(cache->db);
    db_rollback(cache->db);
    overlay_free(cache);
    cache->overlay = known;
    cache->overlay_empty = empty;
    return text;
}

static bool same_as_anew(struct cache *cache)
{
    char *got = overlay_text(cache->db), *want = overlay_anew(cache);
    size_t at = 0, line = 0;
    while (got[at] && got[at] == want[at]) {
        at++;
        if (got[at - 1] == '\n')
            line = at;
    }
    bool same = got[at] == want[at];
    if (!same)
        printf("    is:   %.*s\n    anew: %.*s\n", (int)strcspn(got + line, "\n"), got + line,
               (int)strcspn(want + line, "\n"), want + line);
    free(got);
    free(want);
    return same;
}

/* --- a day of it --- */

/* A few, so that what stands on them waits on. */
static void push(struct world *w)
{
    char *text = NULL;
    struct json *body = NULL;
    struct server_answer answer = {0};
    struct server_env env = {
        .db = w->pair.hall, .epoch = 1, .now_ms = w->pair.now_ms, .mono_ms = w->pair.mono_ms};
    if (w->answer)
        return;
    REQUIRE(cache_push_body(w->pair.cache[0], 1 + (int)any(w, 6), 200 * 1024, &text) == ERR_OK);
    if (!text)
        return;
    REQUIRE(json_parse(text, strlen(text), &body, NULL) == ERR_OK);
    REQUIRE(db_begin(w->pair.hall) == ERR_OK);
    REQUIRE(server_push(&env, &w->pair.actor[0], body, &answer) == ERR_OK);
    REQUIRE(db_commit(w->pair.hall) == ERR_OK);
    w->answer = answer.body;
    json_free(&body);
    free(text);
}

static void take(struct world *w)
{
    if (!w->answer)
        return;
    pair_take(&w->pair, 0, w->answer);
    json_free(&w->answer);
    w->leaving++;
}

static void step(struct world *w)
{
    unsigned what = any(w, 40);
    w->pair.now_ms += any(w, 90000);
    w->steps++;
    if (what < 22) {
        confirm_any(w);
    } else if (what < 29) {
        colleague(w);
    } else if (what < 32) {
        pair_feed(&w->pair, 0);
        w->batches++;
    } else if (what < 35) {
        push(w);
    } else if (what < 38) {
        take(w);
    } else if (what == 38 && any(w, 6) == 0) {
        REQUIRE(cache_ask_snapshot(w->pair.cache[0]) == ERR_OK);
        pair_feed(&w->pair, 0);
    } else if (what == 39 && any(w, 8) == 0) {
        pair_start(&w->pair, 0);
    }
}

static enum err second_queue(struct tx *tx, void *ctx)
{
    (void)ctx;
    static const char row[] = "{\"id\":\"q\",\"code\":\"Q\",\"name\":{\"en\":\"Other\"},\"agency\":\"a1\","
                              "\"rule\":{\"kind\":\"priority\"},"
                              "\"home\":\"hall\",\"home_gen\":1,\"services\":[\"s1\"]}";
    struct json *json = NULL;
    REQUIRE(json_parse(row, strlen(row), &json, NULL) == ERR_OK);
    enum err err = tx_put(tx, TABLE_QUEUE, "q", json);
    json_free(&json);
    return err;
}

static void open_world(struct world *w, uint64_t seed)
{
    *w = (struct world){0};
    pair_open(&w->pair);
    rng_seed(&w->rng, seed);
    struct server_env env = {.db = w->pair.hall, .epoch = 1, .now_ms = w->pair.now_ms, .mono_ms = 1};
    struct json *nothing = json_new_object();
    REQUIRE(db_begin(w->pair.hall) == ERR_OK);
    REQUIRE(server_change(&env, "hall.setup", nothing, second_queue, NULL) == ERR_OK);
    REQUIRE(db_commit(w->pair.hall) == ERR_OK);
    json_free(&nothing);
    run_at_hall(w, "budi", "queue.assign", "{'counter':'c2','queues':['p','q']}");
    pair_start(&w->pair, 0);
    pair_sign_in(&w->pair, 0, "siti");
    pair_sync(&w->pair, 0);
}

static void close_world(struct world *w)
{
    json_free(&w->answer);
    pair_close(&w->pair);
}

static bool day_is_as_anew(uint64_t seed, struct world *w)
{
    enum { STEPS = 160 };
    open_world(w, seed);
    for (int i = 0; i < STEPS; i++) {
        step(w);
        if (CHECK(same_as_anew(w->pair.cache[0])))
            continue;
        printf("    seed %llu, step %d\n", (unsigned long long)seed, i);
        return false;
    }
    return true;
}

/* Days of a hundred numbers apart for each seed; LOKET_ROUNDS asks for more of them. */
TEST(overlay_after_any_news_is_what_predicting_everything_anew_makes)
{
    uint64_t first = test_seed() * 100, rounds = test_given("LOKET_ROUNDS", 4);
    int confirmed = 0, refused = 0, done = 0, batches = 0, leaving = 0;
    for (uint64_t seed = first; seed < first + rounds; seed++) {
        struct world w;
        bool same = day_is_as_anew(seed, &w);
        confirmed += w.confirmed, refused += w.refused, done += w.done;
        batches += w.batches, leaving += w.leaving;
        close_world(&w);
        if (!same)
            return;
    }
    CHECK(confirmed > 50 && refused > 20 && done > 20 && batches > 10 &&
          leaving > 5); /* it was no empty day */
}

static void issue(struct world *w, int count)
{
    for (int i = 0; i < count; i++)
        pair_confirm(&w->pair, 0, "ticket.issue", "{\"queue\":\"p\"}");
}

/* The copy is behind by what colleagues do in the same queue. */
TEST(overlay_news_cost_what_they_touch_however_many_records_wait)
{
    enum { UNSENT = 300 };
    struct world w;
    open_world(&w, 1);
    issue(&w, UNSENT);
    struct cache *cache = w.pair.cache[0];
    int64_t before = overlay_predictions(cache);
    run_at_hall(&w, "adi", "counter.open", "{'counter':'c2'}");
    run_at_hall(&w, "budi", "ticket.issue", "{'queue':'p','priority':'elderly'}");
    pair_feed(&w.pair, 0);
    CHECK_INT(overlay_predictions(cache) - before, 0);
    w.answer = pair_push(&w.pair, 0);
    take(&w);
    pair_feed(&w.pair, 0);
    CHECK_INT(overlay_predictions(cache) - before, 0); /* those that left, left; nothing stands on them */
    CHECK(same_as_anew(cache));
    pair_sync(&w.pair, 0);
    CHECK_INT(overlay_predictions(cache) - before, 0);
    close_world(&w);
}

/* A call by priority is remembered in the queue's row: no ticket is foreseen otherwise for it. */
TEST(overlay_a_call_is_no_reason_to_foresee_tickets_anew)
{
    struct world w;
    open_world(&w, 1);
    for (int i = 0; i < 3; i++)
        run_at_hall(&w, "budi", "ticket.issue", "{'queue':'q','priority':'elderly'}");
    run_at_hall(&w, "budi", "ticket.issue", "{'queue':'q'}");
    run_at_hall(&w, "adi", "counter.open", "{'counter':'c2'}");
    pair_feed(&w.pair, 0);
    pair_confirm(&w.pair, 0, "ticket.issue", "{\"queue\":\"q\"}");
    pair_confirm(&w.pair, 0, "ticket.issue", "{\"queue\":\"p\"}");
    int64_t before = overlay_predictions(w.pair.cache[0]);
    run_at_hall(&w, "adi", "ticket.call_next", "{'counter':'c2','fence':1}");
    struct json *queue = pair_hall_row(&w.pair, TABLE_QUEUE, "q");
    CHECK(json_int(queue, "run", 0) > 0);
    json_free(&queue);
    pair_feed(&w.pair, 0);
    CHECK_INT(overlay_predictions(w.pair.cache[0]) - before, 0);
    run_at_hall(&w, "budi", "queue.rule", "{'queue':'q','rule':'fifo','reason':'r'}");
    pair_feed(&w.pair, 0);
    CHECK_INT(overlay_predictions(w.pair.cache[0]) - before, 1);
    close_world(&w);
}

/* What was said at the desk stands, whatever the copy says later and after a restart. */
TEST(overlay_a_promise_made_at_the_desk_stands_until_the_hall_speaks)
{
    struct world w;
    open_world(&w, 1);
    run_at_hall(&w, "budi", "ticket.issue", "{'queue':'p'}");
    pair_feed(&w.pair, 0);
    issue(&w, 1);
    for (int i = 0; i < 5; i++)
        run_at_hall(&w, "budi", "ticket.issue", "{'queue':'p'}");
    pair_feed(&w.pair, 0);
    pair_start(&w.pair, 0);
    static const char sql[] = "SELECT row FROM overlay_tickets";
    struct json *row = NULL;
    REQUIRE(rows_first(db_query(w.pair.cache[0]->db, sql), &row) == ERR_OK);
    CHECK_INT(json_int(row, "ahead", -1), 1);
    CHECK_INT((int64_t)json_count(json_get(row, "promise_min")), 2);
    json_free(&row);
    pair_sync(&w.pair, 0);
    CHECK_INT(pair_count(&w.pair, "SELECT count(*) FROM tickets WHERE json_extract(row, '$.ahead') = 6"), 1);
    close_world(&w);
}

/* Those who come to the hall meanwhile are behind a booking that is checked in. */
TEST(overlay_a_promise_made_at_check_in_stands_too)
{
    struct world w;
    char at[TIME_TEXT];
    open_world(&w, 1);
    run_at_hall(&w, "budi", "ticket.issue", "{'queue':'p'}");
    time_text(w.pair.now_ms + 3600 * (int64_t)1000, at);
    char *booking = xasprintf("{'queue':'p','channel':'booked','appointment_at':'%s'}", at);
    run_at_hall(&w, "budi", "ticket.issue", booking);
    char *body = xasprintf("{\"ticket\":\"%s\"}", w.tickets[1]);
    pair_feed(&w.pair, 0);
    pair_confirm(&w.pair, 0, "ticket.check_in", body);
    int64_t before = overlay_predictions(w.pair.cache[0]);
    for (int i = 0; i < 5; i++)
        run_at_hall(&w, "budi", "ticket.issue", "{'queue':'p'}");
    pair_feed(&w.pair, 0);
    CHECK_INT(overlay_predictions(w.pair.cache[0]) - before, 0);
    pair_start(&w.pair, 0);
    struct json *row = NULL;
    REQUIRE(row_get(w.pair.cache[0]->db, TABLE_TICKET, w.tickets[1], &row) == ERR_OK);
    CHECK_INT(json_int(row, "ahead", -1), 1);
    json_free(&row);
    free(body);
    free(booking);
    close_world(&w);
}
