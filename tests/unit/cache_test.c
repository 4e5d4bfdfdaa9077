/* tests/unit/cache_test.c: the workstation's promises, against the hall's own core (tests/support/pair.h). */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/cache/load.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

/* A pair with a called citizen at siti's open counter c1. */
static void morning(struct pair *pair)
{
    pair_open(pair);
    for (int i = 0; i < 3; i++) {
        struct json *data =
            pair_at_hall(pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
        pair->now_ms += 60000;
        json_free(&data);
    }
    pair_start(pair, 0);
    pair_sign_in(pair, 0, "siti");
    pair_sync(pair, 0);
}

static void call_one(struct pair *pair)
{
    pair_confirm(pair, 0, "counter.open", "{\"counter\":\"c1\"}");
    pair_sync(pair, 0);
    struct json *desk = pair_load(pair, 0, "desk", "{\"counter\":\"c1\"}");
    char *body = xasprintf("{\"counter\":\"c1\",\"fence\":%lld}",
                           (long long)json_int(json_get(desk, "counter"), "fence", -1));
    pair_confirm(pair, 0, "ticket.call_next", body);
    pair_sync(pair, 0);
    free(body);
    json_free(&desk);
}

/* The ticket at the counter as the desk shows it. */
static struct json *ticket_here(struct pair *pair)
{
    struct json *desk = pair_load(pair, 0, "desk", "{\"counter\":\"c1\"}");
    struct json *ticket = json_copy(json_get(desk, "ticket"));
    json_free(&desk);
    return ticket;
}

static int64_t confirm_on_ticket(struct pair *pair, const char *type, const char *more)
{
    struct json *ticket = ticket_here(pair);
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%lld%s}", json_text_or(ticket, "id", "?"),
                           (long long)json_int(ticket, "gen", -1), more);
    int64_t seq = pair_confirm(pair, 0, type, body);
    free(body);
    json_free(&ticket);
    return seq;
}

static const char *state_here(struct pair *pair, char out[40])
{
    struct json *ticket = ticket_here(pair);
    str_format(out, 40, "%s %s", json_text_or(ticket, "state", "nobody"), json_text_or(ticket, "mark", ""));
    json_free(&ticket);
    return out;
}

/* Tickets are the rows that everyone sees whole and that change all day. */
static void same_as_the_hall(struct pair *pair, int n)
{
    static const char sql[] = "SELECT id FROM tickets ORDER BY id LIMIT 1000";
    struct stmt *s = db_query(pair->hall, sql);
    struct json *rows = pair_load(pair, n, "tickets", "{}");
    const struct json *row = json_first(json_get(rows, "rows"));
    while (db_step(s) == ERR_OK) {
        struct json *theirs = pair_hall_row(pair, TABLE_TICKET, db_text(s, 0)), *mine = json_copy(row);
        if (!CHECK(mine != NULL))
            break;
        json_remove(mine, "mark");
        json_remove(mine, "wait_ms");
        CHECK(json_equal(theirs, mine));
        json_free(&theirs);
        json_free(&mine);
        row = json_next(row);
    }
    CHECK(row == NULL);
    db_done(s);
    json_free(&rows);
}

TEST(cache_copies_the_hall_and_follows_it)
{
    struct pair pair;
    morning(&pair);
    same_as_the_hall(&pair, 0);
    struct json *data =
        pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    json_free(&data);
    pair_feed(&pair, 0);
    same_as_the_hall(&pair, 0);
    struct json *desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK_INT(json_int(json_at(json_get(desk, "queues"), 0), "waiting", 0), 4);
    json_free(&desk);
    pair_close(&pair);
}

/* ○ saved here, ◐ the hall has it, ● in a backup. */
TEST(cache_shows_own_work_at_once_with_its_mark)
{
    struct pair pair;
    char state[40];
    morning(&pair);
    call_one(&pair);
    CHECK_TEXT(state_here(&pair, state), "called received");
    confirm_on_ticket(&pair, "ticket.start", "");
    CHECK_TEXT(state_here(&pair, state), "serving saved");
    struct json *answer = pair_push(&pair, 0);
    pair_take(&pair, 0, answer);
    CHECK_TEXT(state_here(&pair, state), "serving received");
    pair_feed(&pair, 0);
    CHECK_TEXT(state_here(&pair, state), "serving received");
    pair_make_safe(&pair);
    pair_feed(&pair, 0);
    CHECK_TEXT(state_here(&pair, state), "serving safe");
    json_free(&answer);
    pair_close(&pair);
}

TEST(cache_never_predicts_a_call)
{
    struct pair pair;
    char state[40];
    morning(&pair);
    pair_confirm(&pair, 0, "counter.open", "{\"counter\":\"c1\"}");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "ticket.call_next", "{\"counter\":\"c1\",\"fence\":1}");
    CHECK_TEXT(state_here(&pair, state), "nobody ");
    pair_close(&pair);
}

TEST(cache_an_answer_lost_or_doubled_changes_nothing)
{
    struct pair pair;
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    struct json *lost = pair_push(&pair, 0), *again = pair_push(&pair, 0);
    REQUIRE(lost && again);
    CHECK(json_equal(json_get(lost, "results"), json_get(again, "results"))); /* the stored answer */
    pair_take(&pair, 0, again);
    pair_take(&pair, 0, lost); /* minutes late */
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    pair_feed(&pair, 0);
    same_as_the_hall(&pair, 0);
    json_free(&lost);
    json_free(&again);
    pair_close(&pair);
}

TEST(cache_keeps_everything_over_a_kill)
{
    struct pair pair;
    char state[40];
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    struct json *typed = json_new_object();
    json_set_text(typed, "street", "Jl. Melati 12");
    CHECK(cache_journal_put(pair.cache[0], "form", "case-1", typed, pair.now_ms) == ERR_OK);
    json_free(&typed);
    pair_start(&pair, 0); /* closed and opened: nothing but the file is left */
    REQUIRE(cache_actor(pair.cache[0]));
    CHECK_TEXT(cache_actor(pair.cache[0])->login, "siti");
    CHECK_TEXT(state_here(&pair, state), "serving saved");
    CHECK_INT(cache_unsent(pair.cache[0]), 1);
    struct json *journal = pair_load(&pair, 0, "journal", NULL);
    CHECK_TEXT(json_text(json_pointer(journal, "/rows/0/typed"), "street"), "Jl. Melati 12");
    json_free(&journal);
    pair_sync(&pair, 0);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    same_as_the_hall(&pair, 0);
    pair_close(&pair);
}

/* A refusal that the workstation foresees costs nothing; one that it could not foresee becomes a dispute. */
TEST(cache_refusals_foreseen_and_not)
{
    struct pair pair;
    struct saved saved;
    morning(&pair);
    call_one(&pair);
    struct json *ticket = ticket_here(&pair);
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%lld,\"outcome\":\"served\"}", json_text(ticket, "id"),
                           (long long)json_int(ticket, "gen", 0));
    struct json *json = NULL;
    REQUIRE(json_parse(body, strlen(body), &json, NULL) == ERR_OK);
    CHECK(cache_confirm(pair.cache[0], "ticket.finish", json, pair.now_ms, &pair.rng, &saved) == ERR_REFUSED);
    CHECK(*saved.outcome.message);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    json_free(&saved.outcome.data);
    /* Offline siti starts; meanwhile the supervisor puts the ticket back. */
    confirm_on_ticket(&pair, "ticket.start", "");
    char *back = xasprintf("{\"ticket\":\"%s\",\"gen\":%lld,\"reason\":\"mistake\"}", json_text(ticket, "id"),
                           (long long)json_int(ticket, "gen", 0));
    struct json *data = pair_at_hall(&pair, "budi", "ticket.return", back);
    json_free(&data);
    pair_sync(&pair, 0);
    struct json *disputes = pair_load(&pair, 0, "disputes", "{\"limit\":10}");
    CHECK_INT(json_int(disputes, "count", 0), 1);
    const struct json *dispute = json_at(json_get(disputes, "rows"), 0);
    CHECK_TEXT(json_text(json_get(dispute, "command"), "type"), "ticket.start");
    CHECK_TEXT(json_text(dispute, "state"), "open");
    same_as_the_hall(&pair, 0);
    json_free(&disputes);
    json_free(&json);
    json_free(&ticket);
    free(body);
    free(back);
    pair_close(&pair);
}

TEST(cache_people_of_one_workstation_do_not_meet)
{
    struct pair pair;
    char state[40];
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    REQUIRE(cache_sign_out(pair.cache[0]) == ERR_OK);
    pair_sign_in(&pair, 0, "adi");
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_INT(cache_unsent_others(pair.cache[0]), 1);
    CHECK(pair_push(&pair, 0) == NULL); /* nothing of siti's leaves as adi */
    struct json *outbox = pair_load(&pair, 0, "outbox", "{}");
    CHECK_INT((int64_t)json_count(json_get(outbox, "rows")), 0);
    json_free(&outbox);
    pair_sync(&pair, 0);
    REQUIRE(cache_sign_out(pair.cache[0]) == ERR_OK);
    pair_sign_in(&pair, 0, "siti");
    CHECK_INT(cache_unsent(pair.cache[0]), 1);
    pair_sync(&pair, 0);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_TEXT(state_here(&pair, state), "serving received");
    pair_close(&pair);
}

/* Between two people nothing of the first is seen, and a program started again knows nobody. */
TEST(cache_signed_out_shows_nobodys_work)
{
    struct pair pair;
    char state[40];
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    CHECK_TEXT(state_here(&pair, state), "serving saved");
    REQUIRE(cache_sign_out(pair.cache[0]) == ERR_OK);
    struct json *ticket = ticket_here(&pair), *board = pair_load(&pair, 0, "board", "{}");
    CHECK(!json_is_object(ticket));
    CHECK_TEXT(json_text(json_at(json_get(board, "calls"), 0), "state"), "called");
    json_free(&ticket);
    json_free(&board);
    pair_start(&pair, 0);
    CHECK(cache_actor(pair.cache[0]) == NULL);
    CHECK(cache_token(pair.cache[0]) == NULL);
    pair_close(&pair);
}

static void check_open(struct pair *pair, int n, const char *numbers)
{
    struct buf text = {0};
    struct json *open = pair_load(pair, n, "open", "{}"), *status = pair_load(pair, n, "status", "{}");
    for (const struct json *row = json_first(json_get(open, "rows")); row; row = json_next(row))
        buf_addf(&text, "%s%s %s", text.length ? ", " : "", json_text_or(row, "number", "?"),
                 json_text_or(row, "state", "?"));
    CHECK_TEXT(buf_text(&text), numbers);
    CHECK_INT(json_int(status, "open", -1), (int64_t)json_count(json_get(open, "rows")));
    buf_free(&text);
    json_free(&open);
    json_free(&status);
}

/* Whoever takes a counter over has a desk of their own: the citizen of the clerk before stays on that clerk's, who is
 * told of everyone that is still open, at the desk or parked, with the hall away too. */
TEST(cache_keeps_the_open_with_their_clerk)
{
    struct pair pair;
    char state[40];
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    confirm_on_ticket(&pair, "ticket.hold", ",\"reason\":\"copies\"");
    call_one(&pair);
    check_open(&pair, 0, "P002 called, P001 held");
    struct json *data = pair_at_hall(&pair, "adi", "counter.open", "{\"counter\":\"c1\",\"takeover\":true}");
    json_free(&data);
    pair_sync(&pair, 0);
    CHECK_TEXT(state_here(&pair, state), "called received");
    pair_start(&pair, 1);
    pair_sign_in(&pair, 1, "adi");
    pair_sync(&pair, 1);
    struct json *desk = pair_load(&pair, 1, "desk", "{\"counter\":\"c1\"}");
    CHECK(!json_is_object(json_get(desk, "ticket")));
    json_free(&desk);
    check_open(&pair, 1, "");
    confirm_on_ticket(&pair, "ticket.return", ""); /* not sent yet */
    check_open(&pair, 0, "P001 held");
    pair_close(&pair);
}

/* A misclick on "hold": undo names it until it was taken back. */
TEST(cache_offers_to_undo_a_hold_until_it_is_taken_back)
{
    struct pair pair;
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    struct json *ticket = ticket_here(&pair);
    confirm_on_ticket(&pair, "ticket.hold", ",\"reason\":\"copies\"");
    struct json *desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK_TEXT(json_text(json_get(desk, "undo"), "event"), "hold");
    CHECK_TEXT(json_text(json_get(desk, "undo"), "number"), "P001");
    json_free(&desk);
    char *body = xasprintf("{\"ticket\":\"%s\"}", json_text_or(ticket, "id", ""));
    pair_confirm(&pair, 0, "ticket.resume", body);
    desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK(!json_is_object(json_get(desk, "undo")));
    json_free(&desk);
    json_free(&ticket);
    free(body);
    pair_close(&pair);
}

/* What is confirmed is no longer typed text to be recovered; what was typed elsewhere still is. */
TEST(cache_confirming_ends_what_was_typed)
{
    static const char opened[] = "0197a2b4-0000-7000-8000-000000000021";
    static const char other[] = "0197a2b4-0000-7000-8000-000000000022";
    struct pair pair;
    morning(&pair);
    char *open = xasprintf("{\"case\":\"%s\",\"service\":\"s1\"}", opened);
    char *draft = xasprintf("{\"case\":\"%s\",\"patch\":{}}", opened);
    pair_confirm(&pair, 0, "case.open", open);
    struct json *typed = json_new_object();
    const struct cache_typed {
        const char *screen, *object;
    } places[] = {{"form", opened}, {"form", other}, {"decision", opened}};
    for (size_t i = 0; i < sizeof places / sizeof *places; i++)
        CHECK(cache_journal_put(pair.cache[0], places[i].screen, places[i].object, typed, pair.now_ms) ==
              ERR_OK);
    pair_confirm(&pair, 0, "case.draft", draft);
    struct json *journal = pair_load(&pair, 0, "journal", NULL);
    const struct json *rows = json_get(journal, "rows");
    CHECK_INT((int64_t)json_count(rows), 2);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        CHECK(!str_equal(json_text(row, "screen"), "form") || str_equal(json_text(row, "object"), other));
    json_free(&journal);
    json_free(&typed);
    free(open);
    free(draft);
    pair_close(&pair);
}

/* A feed as a hall might send it; text is freed. */
static enum err feed(struct pair *pair, char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    enum err err = cache_feed(pair->cache[0], json, pair->now_ms);
    json_free(&json);
    free(text);
    return err;
}

TEST(cache_takes_only_news_that_follow_on_its_own)
{
    static const char other_epoch[] = "{\"epoch\":2,\"from\":%lld,\"items\":[],\"to\":%lld}";
    static const char skips[] = "{\"epoch\":1,\"from\":1%lld,\"items\":[],\"to\":1%lld}";
    static const char differs[] =
        "{\"epoch\":1,\"from\":%lld,\"items\":[],\"to\":1%lld,\"digests\":{\"queue\":\"00\"}}";
    struct pair pair;
    morning(&pair);
    long long cursor = cache_cursor(pair.cache[0]);
    CHECK(feed(&pair, xasprintf(other_epoch, cursor, cursor)) == ERR_CONFLICT);
    CHECK(feed(&pair, xasprintf(skips, cursor, cursor)) == ERR_CONFLICT);
    CHECK_INT(cache_cursor(pair.cache[0]), cursor);
    CHECK(!cache_needs_snapshot(pair.cache[0]));
    CHECK(feed(&pair, xasprintf(differs, cursor, cursor)) ==
          ERR_OK); /* its rows are not the hall's: they are copied anew */
    CHECK(cache_needs_snapshot(pair.cache[0]));
    pair_close(&pair);
}

static void note_code(void *ctx, const char *table, const char *id, const struct json *row)
{
    (void)table, (void)id;
    str_copy(ctx, 8, json_text_or(row, "code", "none"));
}

/* The pages of a copy are younger than the rev at which it began. */
TEST(cache_older_news_do_not_undo_a_younger_copy)
{
    static const char page[] =
        "{\"rows\":[{\"t\":\"queue\",\"row\":{\"id\":\"z\",\"row_rev\":50,\"code\":\"NEW\"}}]}";
    static const char older[] =
        "{\"epoch\":1,\"from\":40,\"to\":41,\"items\":[{\"rev\":41,\"command\":\"x\",\"by\":\"y\",\"h\":"
        "\"0000000000000000000000000000000000000000000000000000000000000000\",\"rows\":[{\"t\":\"queue\","
        "\"id\":\"z\",\"row\":{\"id\":\"z\",\"row_rev\":41,\"code\":\"OLD\"}}]}]}";
    struct pair pair;
    struct json *json = NULL;
    char code[8] = "";
    pair_open(&pair);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    REQUIRE(json_parse(page, strlen(page), &json, NULL) == ERR_OK);
    REQUIRE(cache_snapshot_page(pair.cache[0], json, true) == ERR_OK);
    REQUIRE(cache_snapshot_swap(pair.cache[0], 40, 1, pair.now_ms) == ERR_OK);
    CHECK(feed(&pair, xstrdup(older)) == ERR_OK);
    CHECK_INT(cache_cursor(pair.cache[0]), 41);
    CHECK(cache_rows(pair.cache[0], "queue", note_code, code) == ERR_OK);
    CHECK_TEXT(code, "NEW");
    json_free(&json);
    pair_close(&pair);
}

/* The answer was lost, and the hall has gone on since: what was held here is served again there. */
TEST(cache_own_work_on_the_feed_is_shown_no_longer)
{
    struct pair pair;
    char state[40];
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    pair_sync(&pair, 0);
    confirm_on_ticket(&pair, "ticket.hold", ",\"reason\":\"copies\"");
    CHECK_TEXT(state_here(&pair, state), "nobody ");
    struct json *lost = pair_push(&pair, 0), *held = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    const struct json *ticket = json_pointer(held, "/parked/0");
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%lld}", json_text_or(ticket, "id", "?"),
                           (long long)json_int(ticket, "gen", -1));
    struct json *data = pair_at_hall(&pair, "budi", "ticket.resume", body);
    pair_feed(&pair, 0);
    struct json *here = ticket_here(&pair);
    CHECK_TEXT(json_text(here, "state"), "serving");
    json_free(&here);
    json_free(&data);
    json_free(&held);
    json_free(&lost);
    free(body);
    pair_close(&pair);
}

static int64_t acked(struct pair *pair)
{
    char *text = NULL;
    struct json *push = NULL;
    REQUIRE(cache_push_body(pair->cache[0], 50, 200 * 1024, &text) == ERR_OK && text);
    REQUIRE(json_parse(text, strlen(text), &push, NULL) == ERR_OK);
    int64_t through = json_int(push, "acked_through", -1);
    json_free(&push);
    free(text);
    return through;
}

/* Until a backup holds them the hall must keep its answers: a restored one is told the same again. */
TEST(cache_acknowledges_only_what_is_safe)
{
    struct pair pair;
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    CHECK_INT(acked(&pair), 0);
    pair_sync(&pair, 0);
    pair_make_safe(&pair);
    pair_feed(&pair, 0);
    confirm_on_ticket(&pair, "ticket.hold", ",\"reason\":\"copies\"");
    CHECK_INT(acked(&pair), 3);
    pair_close(&pair);
}

/* A hall that knows less than it answered gets the rest again. */
TEST(cache_sends_again_what_the_hall_forgot)
{
    static const char text[] = "{\"results\":[],\"last_seq\":1}";
    struct pair pair;
    struct json *answer = NULL;
    morning(&pair);
    call_one(&pair);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    REQUIRE(json_parse(text, strlen(text), &answer, NULL) == ERR_OK);
    pair_take(&pair, 0, answer);
    CHECK_INT(cache_unsent(pair.cache[0]), 1);
    json_free(&answer);
    pair_close(&pair);
}

TEST(cache_takes_back_a_call_only_before_it_left)
{
    struct pair pair;
    char *text = NULL;
    morning(&pair);
    int64_t seq = pair_confirm(&pair, 0, "counter.open", "{\"counter\":\"c1\"}");
    CHECK(cache_cancel_online(pair.cache[0], seq) == ERR_OK);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    CHECK_INT(pair_confirm(&pair, 0, "counter.open", "{\"counter\":\"c1\"}"), seq); /* its number again */
    REQUIRE(cache_push_body(pair.cache[0], 50, 200 * 1024, &text) == ERR_OK && text);
    CHECK(cache_cancel_online(pair.cache[0], seq) == ERR_CONFLICT);
    CHECK_INT(cache_unsent(pair.cache[0]), 1);
    free(text);
    pair_close(&pair);
}

/* Under another login, and so another stream, it is still the same person's work. */
TEST(cache_work_of_a_renamed_person_goes_with_them)
{
    static const char text[] = "{\"token\":\"t\",\"hall\":{\"code\":\"T1\"},\"user\":{\"id\":\"u-siti\","
                               "\"login\":\"siti.new\",\"roles\":[\"clerk\"],\"agency\":\"a1\"}}";
    struct pair pair;
    struct json *session = NULL, *push = NULL;
    char *body = NULL;
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    pair.now_ms -= 3600 * 1000; /* somebody set the clock right: the order stays */
    confirm_on_ticket(&pair, "ticket.finish", ",\"outcome\":\"served\"");
    REQUIRE(cache_sign_out(pair.cache[0]) == ERR_OK);
    REQUIRE(json_parse(text, strlen(text), &session, NULL) == ERR_OK);
    REQUIRE(cache_sign_in(pair.cache[0], session) == ERR_OK);
    CHECK_INT(cache_unsent(pair.cache[0]), 2);
    REQUIRE(cache_push_body(pair.cache[0], 50, 200 * 1024, &body) == ERR_OK && body);
    REQUIRE(json_parse(body, strlen(body), &push, NULL) == ERR_OK);
    CHECK_TEXT(json_text(push, "client"), cache_client(pair.cache[0]));
    CHECK_INT(json_int(json_pointer(push, "/commands/0"), "seq", 0), 1);
    CHECK_TEXT(json_text(json_pointer(push, "/commands/0"), "type"), "ticket.start");
    CHECK_TEXT(json_text(json_pointer(push, "/commands/1"), "type"), "ticket.finish");
    json_free(&push);
    json_free(&session);
    free(body);
    pair_close(&pair);
}

TEST(cache_belongs_to_one_program)
{
    struct pair pair;
    struct cache *second = NULL;
    struct err_info info = {0};
    pair_open(&pair);
    pair_start(&pair, 0);
    char *dir = pair_dir(&pair, 0);
    CHECK(cache_open(&second, dir, pair.now_ms, &pair.rng, NULL, &info) == ERR_IN_USE);
    CHECK(second == NULL && strstr(info.text, "Another Loket") != NULL);
    free(dir);
    pair_close(&pair);
}

/* Bytes in the middle of the file are not what was written: what the person did is saved, the rest copied anew. */
TEST(cache_heals_a_damaged_file)
{
    struct pair pair;
    struct err_info info = {0};
    int recovered = -1;
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    cache_close(&pair.cache[0]);
    char *dir = pair_dir(&pair, 0), *path = xasprintf("%s/cache.db", dir);
    int fd = open(path, O_RDWR | O_CLOEXEC);
    REQUIRE(fd >= 0);
    char header[16] = {0};
    CHECK(pwrite(fd, header, sizeof header, 0) == (ssize_t)sizeof header); /* no SQLite file any more */
    close(fd);
    CHECK(cache_open(&pair.cache[0], dir, pair.now_ms, &pair.rng, &recovered, &info) == ERR_OK);
    REQUIRE(pair.cache[0]);
    CHECK_INT(cache_actor(pair.cache[0]) != NULL, 0); /* whoever works here signs in anew */
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    same_as_the_hall(&pair, 0);
    free(path);
    free(dir);
    pair_close(&pair);
}

/* The hall came back from a backup of this morning: what it does not have is sent again. */
TEST(cache_sends_again_after_a_restore)
{
    struct pair pair;
    char state[40];
    morning(&pair);
    call_one(&pair);
    pair_make_safe(&pair);
    pair_feed(&pair, 0);
    char *backup = xasprintf("%s/backup.db", pair.folder), *file = xstrdup(db_path(pair.hall));
    struct err_info info = {0};
    REQUIRE(db_backup(pair.hall, backup, NULL, NULL, &info) == ERR_OK);
    confirm_on_ticket(&pair, "ticket.start", "");
    pair_sync(&pair, 0);
    CHECK_TEXT(state_here(&pair, state), "serving received");
    /* Back to the backup, under a new epoch. */
    reads_free(&pair.reads);
    db_close(&pair.hall);
    REQUIRE(rename(backup, file) == 0);
    REQUIRE(store_open_file(&pair.hall, file, false, &info) == ERR_OK);
    pair.reads = reads_new(pair.hall);
    REQUIRE(db_begin(pair.hall) == ERR_OK);
    REQUIRE(store_set_epoch(pair.hall, 2) == ERR_OK);
    REQUIRE(db_commit(pair.hall) == ERR_OK);
    REQUIRE(cache_new_epoch(pair.cache[0], 2) == ERR_OK);
    CHECK_INT(cache_unsent(pair.cache[0]), 1);
    pair_sync(&pair, 0);
    CHECK_TEXT(state_here(&pair, state), "serving received");
    struct json *ticket = ticket_here(&pair),
                *theirs = pair_hall_row(&pair, TABLE_TICKET, json_text(ticket, "id"));
    CHECK_TEXT(json_text(theirs, "state"), "serving");
    same_as_the_hall(&pair, 0);
    json_free(&ticket);
    json_free(&theirs);
    free(backup);
    free(file);
    pair_close(&pair);
}

static void new_epoch_at_hall(struct pair *pair)
{
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    REQUIRE(store_set_epoch(pair->hall, 2) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
}

static void count_news(void *ctx, int64_t seq, const struct json *result)
{
    (void)seq, (void)result;
    ++*(int *)ctx;
}

/* A standby that has everything went on as the hall: the same answers come again, and are no news to anybody. */
TEST(cache_tells_an_answer_once_although_a_standby_gives_it_again)
{
    struct pair pair;
    int news = 0;
    morning(&pair);
    call_one(&pair);
    new_epoch_at_hall(&pair);
    REQUIRE(cache_new_epoch(pair.cache[0], 2) == ERR_OK);
    CHECK_INT(cache_unsent(pair.cache[0]), 2);
    struct json *answer = pair_push(&pair, 0);
    CHECK_INT(json_count(json_get(answer, "results")), 2);
    REQUIRE(cache_push_results(pair.cache[0], answer, count_news, &news) == ERR_OK);
    CHECK_INT(news, 0);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    json_free(&answer);
    pair_close(&pair);
}

/* One hall has not kept all of an answer, and the next one, restored from an older backup, has: still no news. */
TEST(cache_tells_an_answer_once_although_a_hall_between_gave_it_without_its_data)
{
    struct pair pair;
    int news = 0;
    morning(&pair);
    call_one(&pair);
    new_epoch_at_hall(&pair);
    REQUIRE(cache_new_epoch(pair.cache[0], 2) == ERR_OK);
    struct json *whole = pair_push(&pair, 0), *less = json_copy(whole);
    CHECK(json_set_pointer(less, "/results/0/data", json_new_object()));
    CHECK(json_set_pointer(less, "/results/1/data", json_new_object()));
    REQUIRE(cache_push_results(pair.cache[0], less, count_news, &news) == ERR_OK);
    REQUIRE(cache_new_epoch(pair.cache[0], 3) == ERR_OK);
    CHECK_INT(cache_unsent(pair.cache[0]), 2);
    REQUIRE(cache_push_results(pair.cache[0], whole, count_news, &news) == ERR_OK);
    CHECK_INT(news, 0);
    json_free(&less);
    json_free(&whole);
    pair_close(&pair);
}

/* The disk was full when the new epoch was heard of: the copy of the other history makes up for it. */
TEST(cache_sends_again_what_a_copy_of_another_epoch_may_not_have)
{
    struct pair pair;
    morning(&pair);
    call_one(&pair);
    CHECK_INT(cache_unsent(pair.cache[0]), 0);
    REQUIRE(cache_snapshot_swap(pair.cache[0], cache_cursor(pair.cache[0]), 2, pair.now_ms) == ERR_OK);
    CHECK_INT(cache_unsent(pair.cache[0]), 2);
    pair_close(&pair);
}

/* Forms are published for years; what is kept for their applications takes no service its place. */
TEST(cache_finds_services_behind_any_number_of_kept_versions)
{
    enum { KEPT = 4200 };
    struct pair pair;
    pair_open(&pair);
    struct json *row = pair_hall_row(&pair, TABLE_SERVICE, "s1");
    json_set_text(row, "version_of", "a");
    for (int i = 0; i < KEPT; i++) {
        char id[32];
        str_format(id, sizeof id, "a@%d", i);
        json_set_text(row, "id", id);
        REQUIRE(row_put(pair.hall, ROWS_PLAIN, TABLE_SERVICE, row) == ERR_OK);
    }
    json_free(&row);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "rina");
    pair_feed(&pair, 0);
    struct json *found = pair_load(&pair, 0, "services", "{\"q\":\"ide\"}");
    CHECK_TEXT(json_text(json_first(json_get(found, "rows")), "id"), "s1");
    CHECK_INT((int64_t)json_count(json_get(found, "rows")), 1);
    json_free(&found);
    pair_close(&pair);
}

/* Every screen opens on an empty cache, before the first contact and without anybody signed in. */
TEST(cache_answers_every_query_when_empty)
{
    static const char *const queries[] = {"accounts", "desk",    "persons", "services", "priorities",
                                          "queues",   "users",   "outbox",  "disputes", "worklist",
                                          "board",    "journal", "status",  "waiting",  "bookings"};
    struct pair pair;
    pair_open(&pair);
    pair_start(&pair, 0);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        struct json *answer =
            pair_load(&pair, 0, queries[i], "{\"q\":\"a\",\"lang\":\"az\",\"filter\":\"mine\"}");
        if (!CHECK(answer != NULL))
            printf("    %s\n", queries[i]);
        json_free(&answer);
    }
    pair_close(&pair);
}

TEST(cache_finds_services_and_persons_as_typed)
{
    struct pair pair;
    morning(&pair);
    struct json *found = pair_load(&pair, 0, "services", "{\"q\":\"ide\",\"lang\":\"en\"}");
    CHECK_INT((int64_t)json_count(json_get(found, "rows")), 1);
    json_free(&found);
    struct json *data =
        pair_at_hall(&pair, "siti", "person.record",
                     "{\"person\":\"01900000-0000-7000-8000-0000000000b1\",\"name\":\"Leyla Əliyeva\","
                     "\"family\":\"Əliyeva\",\"nik\":\"9901014101900014\",\"born\":\"1990-01-01\"}");
    json_free(&data);
    pair_feed(&pair, 0);
    static const char *const typed[] = {"leyla",   "aliyeva", "Eliyeva L", "Алиева", "9901 0141 0190 0014",
                                        "1.1.1990"};
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        char *args = xasprintf("{\"q\":\"%s\"}", typed[i]);
        found = pair_load(&pair, 0, "persons", args);
        if (!CHECK_INT((int64_t)json_count(json_get(found, "rows")), 1))
            printf("    %s\n", typed[i]);
        json_free(&found);
        free(args);
    }
    pair_close(&pair);
}

/* The letters of one alphabet and the old spelling of another, as on the hall (core/model/name.h). */
TEST(cache_finds_persons_in_other_spellings)
{
    static const struct {
        const char *name, *typed[4];
    } people[] = {
        {"Qasımov Heydər", {"kasimov", "Гасымов", "Гейдар", "gasimov heydar"}},
        {"Moh. Jusuf", {"muhammad", "yusuf", "mohammad jusuf"}},
        {"Achmad Soekarno", {"ahmad", "sukarno", "Akhmad"}},
        {"Wahid Ma'ruf", {"vahid", "ma'ruf", "wahid ma"}},
    };
    struct pair pair;
    morning(&pair);
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        char *body = xasprintf("{\"person\":\"01900000-0000-7000-8000-0000000000b%zu\",\"name\":\"%s\"}", i,
                               people[i].name);
        struct json *data = pair_at_hall(&pair, "siti", "person.record", body);
        json_free(&data);
        free(body);
    }
    pair_feed(&pair, 0);
    for (size_t i = 0; i < sizeof people / sizeof *people; i++)
        for (size_t t = 0; t < 4 && people[i].typed[t]; t++) {
            char *args = xasprintf("{\"q\":\"%s\"}", people[i].typed[t]);
            struct json *found = pair_load(&pair, 0, "persons", args);
            if (!CHECK_TEXT(json_text(json_pointer(found, "/rows/0"), "name"), people[i].name))
                printf("    %s\n", people[i].typed[t]);
            json_free(&found);
            free(args);
        }
    pair_close(&pair);
}

/* A father's name, a second given name: each word alone, wherever it stands. */
TEST(cache_finds_persons_by_a_word_within_the_name)
{
    static const char *const typed[] = {"rizky",   "pratama", "wijaya", "Widjaja",
                                        "santoso", "agus",    "wij pra"};
    struct pair pair;
    morning(&pair);
    struct json *data =
        pair_at_hall(&pair, "siti", "person.record",
                     "{\"person\":\"01900000-0000-7000-8000-0000000000b1\",\"name\":\"Agus Rizky "
                     "Pratama Wijaya\",\"father\":\"Santoso\"}");
    json_free(&data);
    pair_feed(&pair, 0);
    pair_start(&pair, 1);
    pair_sign_in(&pair, 1, "siti");
    pair_sync(&pair, 1);
    for (int station = 0; station < 2; station++) { /* one that heard of it, one that copied it */
        for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
            char *args = xasprintf("{\"q\":\"%s\"}", typed[i]);
            struct json *found = pair_load(&pair, station, "persons", args);
            if (!CHECK_INT((int64_t)json_count(json_get(found, "rows")), 1))
                printf("    %s\n", typed[i]);
            json_free(&found);
            free(args);
        }
    }
    pair_close(&pair);
}

/* However many there are, a question about persons is a few looks. */
TEST(cache_asks_for_persons_by_an_index_in_every_statement)
{
    struct pair pair;
    struct err_info info = {0};
    struct db *db = NULL;
    int asked = 0;
    morning(&pair);
    char *dir = pair_dir(&pair, 0), *file = xasprintf("%s/cache.db", dir);
    cache_close(&pair.cache[0]);
    REQUIRE(db_open(&db, file, DB_WRITE, &info) == ERR_OK);
    for (int kind = 0; kind < 2; kind++)
        for (int n = 0; kind ? person_statement(n) != NULL : persons_statement(n) != NULL; n++, asked++) {
            const char *sql = kind ? person_statement(n) : persons_statement(n);
            char *plan = db_explain(db, sql);
            if (!CHECK(!strstr(plan, "SCAN") && !strstr(plan, "TEMP B-TREE") && strstr(plan, "USING INDEX")))
                printf("    %s\n%s", sql, plan);
            free(plan);
        }
    CHECK(asked >= 17);
    free(dir);
    free(file);
    db_close(&db);
    pair_close(&pair);
}

static void limit_service(struct pair *pair)
{
    struct json *row = pair_hall_row(pair, TABLE_SERVICE, "s1"), *quota = NULL;
    static const char text[] = "{\"day\":9,\"slots\":[{\"from\":\"00:00\",\"until\":\"12:00\",\"count\":4},"
                               "{\"from\":\"12:00\",\"until\":\"24:00\",\"count\":5}]}";
    REQUIRE(json_parse(text, sizeof text - 1, &quota, NULL) == ERR_OK);
    json_set(row, "quota", quota);
    REQUIRE(row_put(pair->hall, ROWS_PLAIN, TABLE_SERVICE, row) == ERR_OK);
    json_free(&row);
}

static void issue_here(struct pair *pair, const char *service, const char *booked_at)
{
    char *body = xasprintf("{\"service\":\"%s\",\"queue\":\"p\",\"channel\":\"walk_in\"%s%s%s}", service,
                           *booked_at ? ",\"appointment_at\":\"" : "", booked_at, *booked_at ? "\"" : "");
    pair_confirm(pair, 0, "ticket.issue", body);
    free(body);
}

static void check_issued(struct pair *pair, const char *wanted)
{
    struct json *all = pair_load(pair, 0, "services", "{\"q\":\"\",\"first\":\"s1\"}");
    char *text = json_print(json_get(json_first(json_get(all, "rows")), "issued"));
    CHECK_TEXT(text, wanted);
    CHECK(json_get(all, "calendar") && !json_get(all, "hall"));
    free(text);
    json_free(&all);
}

/* What the hall knows and what waits here is counted; another service, a cancelled one and another day are not. */
TEST(cache_counts_the_numbers_of_today_by_service)
{
    struct pair pair;
    char day[DATE_TEXT], noon[TIME_TEXT], tomorrow[TIME_TEXT], *wanted;
    enum { HOUR_MS = 3600 * 1000 };
    pair_open(&pair);
    limit_service(&pair);
    pair.now_ms = time_day_start(pair.now_ms) + 9 * HOUR_MS;
    time_date(pair.now_ms, day);
    time_text(pair.now_ms + 3 * HOUR_MS, noon);
    time_text(pair.now_ms + 24 * HOUR_MS, tomorrow);
    struct json *data = pair_at_hall(&pair, "rina", "ticket.issue",
                                     "{\"service\":\"s1\",\"queue\":\"p\",\"channel\":\"walk_in\"}");
    char *cancel =
        xasprintf("{\"ticket\":\"%s\",\"gen\":-1}", json_text_or(json_get(data, "ticket"), "id", ""));
    json_free(&data);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "rina");
    pair_sync(&pair, 0);
    issue_here(&pair, "s1", "");
    issue_here(&pair, "s1", noon);
    issue_here(&pair, "s1", tomorrow);
    pair_confirm(&pair, 0, "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    wanted = xasprintf("{\"day\":\"%s\",\"total\":3,\"slots\":[2,1]}", day);
    check_issued(&pair, wanted);
    free(wanted);
    pair_sync(&pair, 0);
    wanted = xasprintf("{\"day\":\"%s\",\"total\":3,\"slots\":[2,1]}", day);
    check_issued(&pair, wanted); /* the same once the hall has them */
    free(wanted);
    pair_confirm(&pair, 0, "ticket.cancel", cancel);
    free(cancel);
    wanted = xasprintf("{\"day\":\"%s\",\"total\":2,\"slots\":[1,1]}", day);
    check_issued(&pair, wanted);
    free(wanted);
    pair.now_ms += 24 * HOUR_MS;
    time_date(pair.now_ms, day);
    wanted = xasprintf("{\"day\":\"%s\",\"total\":1,\"slots\":[1,0]}", day);
    check_issued(&pair, wanted); /* the booking of its own day */
    free(wanted);
    pair_close(&pair);
}

/* More services than a list can hold: it says so, and letters narrow it. */
TEST(cache_says_when_there_are_more_services)
{
    enum { MANY = 400 };
    struct pair pair;
    pair_open(&pair);
    struct json *row = pair_hall_row(&pair, TABLE_SERVICE, "s1");
    for (int i = 0; i < MANY; i++) {
        char id[32];
        str_format(id, sizeof id, "many-%03d", i);
        json_set_text(row, "id", id);
        struct json *name = json_new_object();
        json_set_text(name, "en", i == 7 ? "Pigeons" : "Permit");
        json_set(row, "name", name);
        REQUIRE(row_put(pair.hall, ROWS_PLAIN, TABLE_SERVICE, row) == ERR_OK);
    }
    json_free(&row);
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "rina");
    pair_feed(&pair, 0);
    struct json *all = pair_load(&pair, 0, "services", "{\"q\":\"\"}");
    CHECK(json_bool(all, "more", false) && json_count(json_get(all, "rows")) < MANY);
    json_free(&all);
    struct json *one = pair_load(&pair, 0, "services", "{\"q\":\"pigeon\"}");
    CHECK(!json_bool(one, "more", true) && json_count(json_get(one, "rows")) == 1);
    json_free(&one);
    pair_close(&pair);
}

/* A colleague's parked citizen lies in the tray of whoever serves that queue; taken at the hall, whose it was is told by
 * whom and why, and nobody else is. */
TEST(cache_shows_colleagues_parked_and_tells_whose_was_taken)
{
    struct pair pair;
    morning(&pair);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    confirm_on_ticket(&pair, "ticket.hold", ",\"reason\":\"copies\"");
    call_one(&pair);
    pair_sync(&pair, 0);
    pair_start(&pair, 1);
    pair_sign_in(&pair, 1, "adi");
    pair_confirm(&pair, 1, "counter.open", "{\"counter\":\"c2\"}");
    pair_sync(&pair, 1);
    struct json *desk = pair_load(&pair, 1, "desk", "{\"counter\":\"c2\"}");
    const struct json *others = json_get(desk, "others"), *parked = json_at(others, 0);
    CHECK_INT((int64_t)json_count(others), 1); /* who is called at c1 stays there */
    CHECK_TEXT(json_text(parked, "number"), "P001");
    CHECK_TEXT(json_text(parked, "user_name"), "Siti");
    char *body = xasprintf("{\"counter\":\"c2\",\"fence\":%lld,\"ticket\":\"%s\",\"reason\":\"away\"}",
                           (long long)json_int(json_get(desk, "counter"), "fence", -1),
                           json_text_or(parked, "id", ""));
    pair_confirm(&pair, 1, "ticket.take", body);
    pair_sync(&pair, 1);
    pair_sync(&pair, 0);
    free(body);
    json_free(&desk);
    desk = pair_load(&pair, 1, "desk", "{\"counter\":\"c2\"}");
    CHECK_TEXT(json_text(json_get(desk, "ticket"), "number"), "P001");
    CHECK_INT((int64_t)json_count(json_get(desk, "told")), 0);
    json_free(&desk);
    desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    const struct json *told = json_at(json_get(desk, "told"), 0);
    CHECK_TEXT(json_text(told, "by_name"), "Adi");
    CHECK_TEXT(json_text(json_get(told, "taken"), "reason"), "away");
    CHECK_INT((int64_t)json_count(json_get(desk, "parked")), 0);
    json_free(&desk);
    pair.now_ms += 61 * 60 * 1000; /* it is no news any more */
    desk = pair_load(&pair, 0, "desk", "{\"counter\":\"c1\"}");
    CHECK_INT((int64_t)json_count(json_get(desk, "told")), 0);
    json_free(&desk);
    pair_close(&pair);
}

static void check_survey(struct pair *pair, const char *number, bool done)
{
    struct json *desk = pair_load(pair, 0, "desk", "{\"counter\":\"c1\"}");
    const struct json *survey = json_get(desk, "survey");
    CHECK_TEXT(json_text_or(survey, "number", ""), number);
    CHECK_INT(json_bool(survey, "done", false), done);
    json_free(&desk);
}

static void score(struct pair *pair)
{
    struct json *desk = pair_load(pair, 0, "desk", "{\"counter\":\"c1\"}");
    char *body = xasprintf("{\"ticket\":\"%s\",\"scores\":[4,4,4,4,4,4,4,4,3]}",
                           json_text_or(json_get(desk, "survey"), "ticket", ""));
    pair_confirm(pair, 0, "survey.record", body);
    json_free(&desk);
    free(body);
}

/* The survey is of whom one serves, else of whom one served last; with the hall away too, and once. */
TEST(cache_tells_the_desk_whom_a_survey_asks_and_whether_it_did)
{
    struct pair pair;
    morning(&pair);
    check_survey(&pair, "", false);
    call_one(&pair);
    check_survey(&pair, "", false); /* nobody has come yet */
    confirm_on_ticket(&pair, "ticket.start", "");
    check_survey(&pair, "P001", false);
    confirm_on_ticket(&pair, "ticket.finish", ",\"outcome\":\"served\"");
    check_survey(&pair, "P001", false);
    score(&pair); /* not sent yet */
    check_survey(&pair, "P001", true);
    pair_sync(&pair, 0);
    check_survey(&pair, "P001", true);
    call_one(&pair);
    confirm_on_ticket(&pair, "ticket.start", "");
    check_survey(&pair, "P002", false);
    pair.now_ms += 24LL * 3600 * 1000; /* yesterday's are asked no more */
    check_survey(&pair, "", false);
    pair_close(&pair);
}
