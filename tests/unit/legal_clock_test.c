/* tests/unit/legal_clock_test.c: what the clock alone does: applications deemed granted, returns that lapse, the day
 * that turns; a hall that was off, and clocks that are wrong. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/clocks.h"
#include "core/hall/day.h"
#include "core/hall/inside.h"
#include "core/hall/verify.h"
#include "core/hall/writer.h"
#include "tests/support/pair.h"
#include "tests/support/test.h"

enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS, DAY_MS = 24 * HOUR_MS };

static struct json *parse(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

/* The service of the pair's hall, with this law of time. */
static enum err put_law(struct tx *tx, void *ctx)
{
    struct json *row = NULL;
    enum err err = row_get(tx->db, TABLE_SERVICE, "s1", &row);
    json_set(row, "time", parse(ctx));
    err = err == ERR_OK ? tx_put(tx, TABLE_SERVICE, "s1", row) : err;
    json_free(&row);
    return err;
}

static void open_hall(struct pair *pair, struct hall *hall, const char *law)
{
    pair_open(pair);
    *hall = (struct hall){.db = pair->hall, .epoch = 1, .wall_ms = pair->now_ms, .mono_ms = pair->mono_ms};
    hall->writer = writer_new(hall);
    REQUIRE(db_begin(pair->hall) == ERR_OK);
    struct server_env env = hall_env(hall);
    REQUIRE(server_change(&env, "test", NULL, put_law, (void *)(intptr_t)law) == ERR_OK);
    REQUIRE(db_commit(pair->hall) == ERR_OK);
    hall->clocks = clocks_new(hall);
}

static void close_hall(struct pair *pair, struct hall *hall)
{
    clocks_free(&hall->clocks);
    writer_free(&hall->writer);
    pair_close(pair);
}

/* Time goes by, and the hall looks at its clocks. */
static void later(struct pair *pair, struct hall *hall, int64_t ms)
{
    pair->now_ms += ms;
    pair->mono_ms += ms;
    hall->wall_ms = pair->now_ms;
    hall->mono_ms = pair->mono_ms;
    clocks_follow(hall);
    writer_flush(hall->writer);
}

static int64_t revs(struct pair *pair)
{
    struct hall_state state;
    REQUIRE(store_state(pair->hall, &state) == ERR_OK);
    return state.rev;
}

static void at_hall(struct pair *pair, const char *type, const char *body)
{
    struct json *data = pair_at_hall(pair, "siti", type, body);
    json_free(&data);
}

/* An application that is complete now. */
static void make_complete(struct pair *pair, const char *id)
{
    char body[300];
    str_format(body, sizeof body, "{\"case\":\"%s\",\"service\":\"s1\",\"channel\":\"walk_in\"}", id);
    at_hall(pair, "case.open", body);
    str_format(body, sizeof body, "{\"case\":\"%s\",\"patch\":{\"reason\":\"lost\"},\"base_row_rev\":0}", id);
    at_hall(pair, "case.draft", body);
    str_format(body, sizeof body, "{\"case\":\"%s\"}", id);
    at_hall(pair, "case.submit", body);
    str_format(body, sizeof body, "{\"case\":\"%s\",\"document\":\"old-card\",\"state\":\"seen\"}", id);
    at_hall(pair, "case.check_document", body);
}

static bool case_is(struct pair *pair, const char *id, const char *member, const char *value)
{
    struct json *row = pair_hall_row(pair, TABLE_CASE, id);
    bool same = CHECK_TEXT(json_text(row, member), value);
    json_free(&row);
    return same;
}

static struct json *decision_of(struct pair *pair, const char *id)
{
    struct json *row = pair_hall_row(pair, TABLE_CASE, id),
                *decision = pair_hall_row(pair, TABLE_DECISION, json_text_or(row, "decision", ""));
    json_free(&row);
    return decision;
}

static bool hall_is_sound(struct pair *pair)
{
    struct verified done;
    struct err_info info = {0};
    return CHECK(verify_store(pair->hall, &done, &info) == ERR_OK) || CHECK_TEXT(info.text, "");
}

static const char law_deemed[] =
    "{\"standard\":\"P5D\",\"days\":\"working\",\"deemed\":true,\"legal\":\"L1\"}";

TEST(clock_grants_what_nobody_decided)
{
    struct pair pair;
    struct hall hall;
    open_hall(&pair, &hall, law_deemed);
    make_complete(&pair, "k1"); /* Wednesday 2026-11-25: five working days end on Wednesday 2 December */
    case_is(&pair, "k1", "due_at", "2026-12-02T23:59:59.999Z");
    later(&pair, &hall, 7 * (int64_t)DAY_MS + 21 * HOUR_MS + 59 * MINUTE_MS); /* its last minute */
    case_is(&pair, "k1", "state", "complete");
    int64_t before = revs(&pair);
    later(&pair, &hall, MINUTE_MS); /* the day turns */
    case_is(&pair, "k1", "state", "approved");
    case_is(&pair, "k1", "decided_by", "system");
    case_is(&pair, "k1", "decided_at", "2026-12-03T00:00:00.000Z");
    struct json *decision = decision_of(&pair, "k1");
    CHECK_TEXT(json_text(decision, "by"), "system");
    CHECK_TEXT(json_text(decision, "outcome"), "approve");
    CHECK_TEXT(json_text(decision, "legal"), "L1");
    CHECK_TEXT(json_text(json_get(decision, "legal_name"), "en"), "Law 24");
    CHECK_TEXT(json_text(decision, "at"), "2026-12-03T00:00:00.000Z");
    CHECK(json_bool(decision, "effective", false));
    json_free(&decision);
    CHECK_INT(revs(&pair), before + 1); /* one change, with its feed item and line of the audit */
    for (int i = 0; i < 3; i++)
        later(&pair, &hall, DAY_MS);
    CHECK_INT(revs(&pair), before + 1); /* and only once */
    hall_is_sound(&pair);
    close_hall(&pair, &hall);
}

TEST(clock_grants_only_what_the_law_deems_granted)
{
    struct pair pair;
    struct hall hall;
    open_hall(&pair, &hall, "{\"standard\":\"P5D\",\"days\":\"working\"}");
    make_complete(&pair, "k1");
    int64_t before = revs(&pair);
    later(&pair, &hall, 30 * (int64_t)DAY_MS);
    case_is(&pair, "k1", "state", "complete");
    CHECK_INT(revs(&pair), before);
    close_hall(&pair, &hall);
}

TEST(clock_stands_still_for_what_was_decided_or_extended)
{
    struct pair pair;
    struct hall hall;
    open_hall(
        &pair, &hall,
        "{\"standard\":\"P5D\",\"days\":\"working\",\"deemed\":true,\"legal\":\"L1\",\"extend\":\"P10D\"}");
    make_complete(&pair, "refused");
    make_complete(&pair, "extended");
    at_hall(&pair, "case.decide",
            "{\"case\":\"refused\",\"decision\":\"d1\",\"outcome\":\"refuse\",\"reasons\":[\"R1\"]}");
    at_hall(&pair, "case.extend", "{\"case\":\"extended\",\"days\":5,\"reason\":\"an expert is asked\"}");
    later(&pair, &hall, 9 * (int64_t)DAY_MS);
    case_is(&pair, "refused", "state", "refused");
    case_is(&pair, "extended", "state", "complete");
    later(&pair, &hall, 7 * (int64_t)DAY_MS);
    case_is(&pair, "extended", "state", "approved");
    case_is(&pair, "extended", "decided_at", "2026-12-10T00:00:00.000Z");
    close_hall(&pair, &hall);
}

TEST(clock_of_a_hall_that_was_off_catches_up_with_the_right_dates)
{
    struct pair pair;
    struct hall hall;
    char id[16];
    open_hall(&pair, &hall, law_deemed);
    for (int i = 0; i < 450; i++) { /* more than two slices */
        str_format(id, sizeof id, "k%d", i);
        make_complete(&pair, id);
    }
    int64_t before = revs(&pair);
    clocks_free(&hall.clocks); /* off for ten days after the term */
    pair.now_ms += 18 * (int64_t)DAY_MS;
    hall.clocks = clocks_new(&hall);
    for (int i = 0; i < 4; i++)
        later(&pair, &hall, 5000);
    CHECK_INT(revs(&pair), before + 450);
    case_is(&pair, "k0", "decided_at", "2026-12-03T00:00:00.000Z");
    case_is(&pair, "k449", "decided_at", "2026-12-03T00:00:00.000Z");
    clocks_free(&hall.clocks); /* started again: nothing twice */
    hall.clocks = clocks_new(&hall);
    for (int i = 0; i < 4; i++)
        later(&pair, &hall, 5000);
    CHECK_INT(revs(&pair), before + 450);
    hall_is_sound(&pair);
    close_hall(&pair, &hall);
}

/* The workstation was offline when it decided, in time; the record came after the clock had granted. */
TEST(clock_and_a_decision_made_offline_meet_before_a_supervisor)
{
    struct pair pair;
    struct hall hall;
    open_hall(&pair, &hall, law_deemed);
    make_complete(&pair, "k1");
    make_complete(&pair, "k2");
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    pair_confirm(&pair, 0, "case.decide",
                 "{\"case\":\"k1\",\"decision\":\"d1\",\"outcome\":\"refuse\",\"reasons\":[\"R1\"]}");
    pair_confirm(&pair, 0, "case.decide", "{\"case\":\"k2\",\"decision\":\"d2\",\"outcome\":\"approve\"}");
    later(&pair, &hall, 8 * (int64_t)DAY_MS);
    pair_sync(&pair, 0);
    case_is(&pair, "k1", "state", "approved"); /* what was there first stays visible … */
    struct json *row = pair_hall_row(&pair, TABLE_CASE, "k1");
    CHECK(json_has_text(json_get(row, "flags"), "contested")); /* … and nothing is handed out */
    json_free(&row);
    row = pair_hall_row(&pair, TABLE_CASE, "k2");
    CHECK(!json_has_text(json_get(row, "flags"), "contested"));
    json_free(&row);
    row = pair_hall_row(&pair, TABLE_DECISION, "d2");
    CHECK_TEXT(json_text(row, "meeting"), "concurring");
    json_free(&row);
    hall_is_sound(&pair);
    close_hall(&pair, &hall);
}

TEST(clock_lets_a_return_lapse_that_nobody_answered)
{
    struct pair pair;
    struct hall hall;
    open_hall(&pair, &hall, "{\"standard\":\"P5D\",\"answer\":\"P10D\"}");
    make_complete(&pair, "k1");
    make_complete(&pair, "k2");
    for (int i = 1; i <= 2; i++) {
        char body[200];
        str_format(
            body, sizeof body,
            "{\"case\":\"k%d\",\"decision\":\"d%d\",\"outcome\":\"return\",\"reasons\":[],\"text\":\"the "
            "photo is missing\"}",
            i, i);
        at_hall(&pair, "case.decide", body);
    }
    case_is(&pair, "k1", "state", "returned");
    case_is(&pair, "k1", "lapses_at", "2026-12-05T23:59:59.999Z");
    later(&pair, &hall, 3 * (int64_t)DAY_MS);
    at_hall(&pair, "case.submit", "{\"case\":\"k2\"}"); /* answered: complete again */
    case_is(&pair, "k2", "state", "complete");
    case_is(&pair, "k2", "lapses_at", NULL);
    later(&pair, &hall, 40 * (int64_t)DAY_MS);
    case_is(&pair, "k1", "state", "withdrawn");
    case_is(&pair, "k1", "withdrawn_reason", "lapsed");
    case_is(&pair, "k2", "state", "complete");
    struct json *row = pair_hall_row(&pair, TABLE_CASE, "k1"), *stamps = json_edit(row, "stamps");
    const struct json *last = json_at(stamps, json_count(stamps) - 1);
    CHECK_TEXT(json_text(last, "event"), "lapse");
    CHECK_TEXT(json_text(last, "by"), "system");
    CHECK_TEXT(json_text(last, "at"),
               "2026-12-06T00:00:00.000Z"); /* though the hall came to it weeks later */
    json_free(&row);
    hall_is_sound(&pair);
    close_hall(&pair, &hall);
}

TEST(clock_reaches_workstations_by_the_feed)
{
    struct pair pair;
    struct hall hall;
    open_hall(&pair, &hall, law_deemed);
    make_complete(&pair, "k1");
    pair_start(&pair, 0);
    pair_sign_in(&pair, 0, "siti");
    pair_sync(&pair, 0);
    later(&pair, &hall, 8 * (int64_t)DAY_MS);
    pair_feed(&pair, 0);
    struct json *answer = pair_load(&pair, 0, "case", "{\"case\":\"k1\"}");
    CHECK_TEXT(json_text(json_get(answer, "case"), "state"), "approved");
    json_free(&answer);
    close_hall(&pair, &hall);
}

TEST(clock_of_1970_is_not_believed)
{
    struct pair pair;
    struct hall hall;
    open_hall(&pair, &hall, law_deemed);
    struct clocks *clocks = hall.clocks;
    int64_t mono_ms = clock_mono_now_ms(), day_ms = 86400000, first_ms = pair.now_ms;
    CHECK_INT(clocks_wall_ms(clocks, first_ms + 1000, mono_ms), first_ms + 1000);
    CHECK_INT(clocks_wall_ms(clocks, 0, mono_ms + 5000), first_ms + 6000); /* goes on by the other clock */
    CHECK_INT(clocks_wall_ms(clocks, 3000, mono_ms + 8000), first_ms + 9000);
    CHECK_INT(clocks_wall_ms(clocks, first_ms + 60000, mono_ms + 9000), first_ms + 60000); /* set right */
    /* A little backwards is believed: nothing here counts on it. */
    CHECK_INT(clocks_wall_ms(clocks, first_ms + 30000, mono_ms + 9500), first_ms + 30000);
    CHECK_INT(clocks_wall_ms(clocks, first_ms + 400 * day_ms, mono_ms + 9600), first_ms + 400 * day_ms);
    close_hall(&pair, &hall);
}

/* Years ahead by a wrong clock: nothing is granted before a person had time to set it right. */
TEST(clock_years_ahead_grants_nothing_at_once)
{
    struct pair pair;
    struct hall hall;
    open_hall(&pair, &hall, law_deemed);
    make_complete(&pair, "k1");
    int64_t mono_ms = pair.mono_ms = hall.mono_ms = clock_mono_now_ms();
    int64_t start_ms = pair.now_ms;
    CHECK_INT(clocks_wall_ms(hall.clocks, start_ms, mono_ms), start_ms);
    clocks_wall_ms(hall.clocks, start_ms + 400 * (int64_t)DAY_MS, mono_ms + 5000);
    pair.now_ms += 400 * (int64_t)DAY_MS;
    later(&pair, &hall, 5000);
    case_is(&pair, "k1", "state", "complete");
    later(&pair, &hall, 61 * MINUTE_MS); /* it stayed so: the hall had been away */
    case_is(&pair, "k1", "state", "approved");
    case_is(&pair, "k1", "decided_at", "2026-12-03T00:00:00.000Z");
    close_hall(&pair, &hall);
}

TEST(day_leaves_who_waited_to_their_own_day)
{
    struct pair pair;
    struct hall hall;
    open_hall(&pair, &hall, law_deemed);
    struct json *data =
        pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    char *id = xstrdup(json_text(json_get(data, "ticket"), "id"));
    json_free(&data);
    pair.now_ms += 10 * (int64_t)DAY_MS; /* the hall was off */
    hall.wall_ms = pair.now_ms;
    str_copy(hall.day, sizeof hall.day, "2026-11-25");
    day_follow(&hall);
    writer_flush(hall.writer);
    struct json *row = pair_hall_row(&pair, TABLE_TICKET, id),
                *own = pair_hall_row(&pair, TABLE_HALL, "hall");
    CHECK_TEXT(json_text(row, "state"), "cancelled");
    CHECK_TEXT(json_text(row, "finished_at"), "2026-11-25T23:59:59.999Z");
    CHECK_TEXT(json_text(own, "business_day"), "2026-12-05");
    json_free(&row);
    json_free(&own);
    data = pair_at_hall(&pair, "rina", "ticket.issue", "{\"queue\":\"p\",\"channel\":\"walk_in\"}");
    CHECK_TEXT(json_text(json_get(data, "ticket"), "number"), "P001");
    CHECK_TEXT(json_text(json_get(data, "ticket"), "day"), "2026-12-05");
    json_free(&data);
    free(id);
    hall_is_sound(&pair);
    close_hall(&pair, &hall);
}
