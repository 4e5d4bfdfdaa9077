/* tests/unit/client_core_test.c: what the workstation says to the hall and when, from events alone. */
#include <string.h>

#include "core/sync/client_core.h"
#include "tests/support/test.h"

enum { START_MS = 1000 };

/* One workstation: its core, what its cache would say, and the effects of the last event. */
struct side {
    struct client_core core;
    struct client_effects did;
    struct client_facts facts;
    struct rng rng;
    int64_t mono_ms;
};

static void tell(struct side *s, struct client_event event)
{
    event.facts = s->facts;
    event.mono_ms = s->mono_ms;
    event.wall_ms = 1764000000000 + s->mono_ms;
    client_step(&s->core, &event, &s->did);
}

static const struct client_effect *did(const struct side *s, enum client_effect_kind kind,
                                       enum client_request request)
{
    for (int i = 0; i < s->did.count; i++)
        if (s->did.items[i].kind == kind && s->did.items[i].request == request)
            return &s->did.items[i];
    return NULL;
}

static const struct client_effect *sent(const struct side *s, enum client_request request)
{
    return did(s, CLIENT_DO_SEND, request);
}

static struct client_answer good(void)
{
    return (struct client_answer){.status = 200, .readable = true, .epoch = 1};
}

static struct client_answer error(int status, const char *code)
{
    struct client_answer answer = {.status = status, .readable = true};
    str_copy(answer.code, sizeof answer.code, code);
    str_copy(answer.text, sizeof answer.text, "A sentence.");
    return answer;
}

static void answer(struct side *s, enum client_request request, struct client_answer a)
{
    tell(s, (struct client_event){.kind = CLIENT_ANSWERED, .request = request, .answer = a});
}

static void stored(struct side *s, enum client_request request, enum err err)
{
    tell(s, (struct client_event){
                .kind = CLIENT_STORED, .request = request, .stored = err, .stored_text = "A sentence."});
}

static void wake(struct side *s, int64_t unsent)
{
    s->facts.unsent = unsent;
    tell(s, (struct client_event){.kind = CLIENT_WAKE});
}

/* Signed in, copied, the feed parked: an ordinary morning. */
static void open_side(struct side *s)
{
    *s = (struct side){.facts = {.has_token = true, .epoch = 1}, .mono_ms = START_MS};
    rng_seed(&s->rng, 5);
    client_init(&s->core, &s->rng);
    tell(s, (struct client_event){.kind = CLIENT_RESUME});
    REQUIRE(sent(s, CLIENT_FEED));
    CHECK_INT(sent(s, CLIENT_FEED)->wait_s, 0); /* the first does not park: the clerk soon sees the hall */
    answer(s, CLIENT_FEED, good());
    stored(s, CLIENT_FEED, ERR_OK);
    REQUIRE(sent(s, CLIENT_FEED));
    CHECK_INT(sent(s, CLIENT_FEED)->wait_s, CLIENT_POLL_WAIT_S);
    CHECK_INT(s->core.status.state, SYNC_ONLINE);
}

TEST(client_pushes_at_once_beside_the_parked_feed)
{
    struct side s;
    open_side(&s);
    wake(&s, 1);
    REQUIRE(sent(&s, CLIENT_PUSH));
    CHECK(!sent(&s, CLIENT_PUSH)->again);
    wake(&s, 2); /* one push in flight */
    CHECK(!sent(&s, CLIENT_PUSH));
    answer(&s, CLIENT_PUSH, good());
    CHECK(did(&s, CLIENT_DO_STORE, CLIENT_PUSH));
    CHECK(!sent(&s, CLIENT_PUSH)); /* its results are not on the disk yet */
    s.facts.unsent = 1;
    stored(&s, CLIENT_PUSH, ERR_OK);
    CHECK(sent(&s, CLIENT_PUSH));
}

TEST(client_repeats_the_same_bytes_until_answered)
{
    struct side s;
    struct client_answer lost = {.net = ERR_OFFLINE, .why = "no route"};
    open_side(&s);
    wake(&s, 1);
    answer(&s, CLIENT_PUSH, lost);
    CHECK_INT(s.core.status.state, SYNC_OFFLINE);
    CHECK(strstr(s.core.status.text, "Hall not reachable since") != NULL);
    CHECK(strstr(s.core.status.text, "1 record") != NULL);
    CHECK(did(&s, CLIENT_DO_CANCEL, CLIENT_FEED)); /* it may hang on the same dead line */
    CHECK(!sent(&s, CLIENT_PUSH));
    int64_t due_ms = client_due_ms(&s.core);
    CHECK(due_ms > s.mono_ms && due_ms <= s.mono_ms + CLIENT_BACKOFF_MIN_MS + 1);
    s.mono_ms = due_ms;
    tell(&s, (struct client_event){.kind = CLIENT_TIME});
    REQUIRE(sent(&s, CLIENT_PUSH));
    CHECK(sent(&s, CLIENT_PUSH)->again);
}

TEST(client_waits_longer_each_time_but_never_beyond_the_cap)
{
    struct side s;
    struct client_answer lost = {.net = ERR_OFFLINE};
    open_side(&s);
    wake(&s, 1);
    int64_t longest_ms = 0;
    for (int i = 0; i < 40; i++) {
        answer(&s, CLIENT_PUSH, lost);
        int64_t wait_ms = client_due_ms(&s.core) - s.mono_ms;
        CHECK(wait_ms > 0 && wait_ms <= CLIENT_BACKOFF_MAX_MS);
        longest_ms = wait_ms > longest_ms ? wait_ms : longest_ms;
        s.mono_ms += wait_ms;
        tell(&s, (struct client_event){.kind = CLIENT_TIME});
        REQUIRE(sent(&s, CLIENT_PUSH));
    }
    CHECK(longest_ms > 10 * CLIENT_BACKOFF_MIN_MS);
}

TEST(client_counts_two_that_fail_together_once)
{
    struct side s;
    struct client_answer lost = {.net = ERR_OFFLINE};
    open_side(&s);
    s.facts.needs_snapshot = true;
    wake(&s, 1);
    REQUIRE(sent(&s, CLIENT_PUSH) && sent(&s, CLIENT_SNAPSHOT));
    answer(&s, CLIENT_PUSH, lost);
    int64_t due_ms = client_due_ms(&s.core);
    answer(&s, CLIENT_SNAPSHOT, lost);
    CHECK_INT(client_due_ms(&s.core), due_ms);
    s.mono_ms = due_ms;
    tell(&s, (struct client_event){.kind = CLIENT_TIME});
    CHECK(sent(&s, CLIENT_PUSH) && sent(&s, CLIENT_SNAPSHOT));
    answer(&s, CLIENT_SNAPSHOT, lost);
    CHECK(client_due_ms(&s.core) <= due_ms + 2 * CLIENT_BACKOFF_MIN_MS); /* the second wait, not the third */
    CHECK_INT(s.core.failures, 2);
}

TEST(client_without_a_first_copy_is_not_due_for_its_records_while_the_copy_is_under_way)
{
    struct client_answer lost = {.net = ERR_OFFLINE};
    struct side s = {.facts = {.has_token = true, .needs_snapshot = true, .unsent = 2}, .mono_ms = START_MS};
    rng_seed(&s.rng, 5);
    client_init(&s.core, &s.rng);
    tell(&s, (struct client_event){.kind = CLIENT_RESUME});
    REQUIRE(sent(&s, CLIENT_SNAPSHOT));
    CHECK(!sent(&s, CLIENT_PUSH)); /* no epoch: to which history? */
    answer(&s, CLIENT_SNAPSHOT, lost);
    s.mono_ms = client_due_ms(&s.core);
    tell(&s, (struct client_event){.kind = CLIENT_TIME});
    REQUIRE(sent(&s, CLIENT_SNAPSHOT));
    CHECK_INT(client_due_ms(&s.core), -1); /* else it is called at once, again and again, until the answer */
}

TEST(client_retries_now_when_a_person_asks)
{
    struct side s;
    struct client_answer busy = error(429, "too_many");
    open_side(&s);
    wake(&s, 1);
    busy.retry_after_s = 30;
    answer(&s, CLIENT_PUSH, busy);
    CHECK(client_due_ms(&s.core) >= s.mono_ms + 30000); /* Retry-After is honoured */
    tell(&s, (struct client_event){.kind = CLIENT_RETRY});
    CHECK(sent(&s, CLIENT_PUSH));
}

TEST(client_takes_a_proxys_page_for_offline)
{
    struct side s;
    struct client_answer html = {.status = 200, .readable = false};
    open_side(&s);
    wake(&s, 1);
    answer(&s, CLIENT_PUSH, html);
    CHECK_INT(s.core.status.state, SYNC_OFFLINE);
    CHECK(strstr(s.core.status.text, "Offline (unexpected answer)") != NULL);
    CHECK(!did(&s, CLIENT_DO_STORE, CLIENT_PUSH));
}

TEST(client_asked_to_slow_down_is_not_offline)
{
    struct side s;
    struct client_answer busy = error(429, "too_many_requests");
    busy.retry_after_s = 7;
    open_side(&s);
    wake(&s, 1);
    answer(&s, CLIENT_PUSH, busy);
    CHECK_INT(s.core.status.state, SYNC_ONLINE);
    CHECK(!did(&s, CLIENT_DO_CANCEL, CLIENT_FEED)); /* the parked feed stays */
    s.mono_ms += 6999;
    wake(&s, 1);
    CHECK(!sent(&s, CLIENT_PUSH));
    s.mono_ms += 60000;
    wake(&s, 1);
    CHECK(sent(&s, CLIENT_PUSH));
}

/* What the former person asked for must not be answered to the next. */
TEST(client_drops_what_is_under_way_when_somebody_signs_in)
{
    struct side s;
    open_side(&s);
    wake(&s, 1);
    REQUIRE(sent(&s, CLIENT_PUSH));
    tell(&s, (struct client_event){.kind = CLIENT_SIGN_IN});
    answer(&s, CLIENT_SESSION, good());
    stored(&s, CLIENT_SESSION, ERR_OK);
    CHECK(did(&s, CLIENT_DO_CANCEL, CLIENT_FEED));
    CHECK(did(&s, CLIENT_DO_CANCEL, CLIENT_PUSH));
    CHECK(sent(&s, CLIENT_FEED)); /* asked again, in the new name */
}

TEST(client_keeps_the_outbox_when_the_sign_in_ran_out)
{
    struct side s;
    open_side(&s);
    wake(&s, 12);
    answer(&s, CLIENT_PUSH, error(401, "session_expired"));
    CHECK_INT(s.core.status.state, SYNC_EXPIRED);
    CHECK(strstr(s.core.status.text, "Sign in to send 12 records") != NULL);
    wake(&s, 13);
    CHECK(!sent(&s, CLIENT_PUSH));
    CHECK_INT(client_due_ms(&s.core), -1);
}

TEST(client_freezes_as_a_copy_and_sends_nothing_more)
{
    struct side s;
    open_side(&s);
    wake(&s, 1);
    answer(&s, CLIENT_PUSH, error(409, "seq_conflict"));
    CHECK_INT(s.core.status.state, SYNC_FROZEN);
    CHECK(strstr(s.core.status.text, "copy") != NULL);
    CHECK(!sent(&s, CLIENT_PUSH) && !sent(&s, CLIENT_FEED));
    wake(&s, 2);
    CHECK(!sent(&s, CLIENT_PUSH) && !sent(&s, CLIENT_FEED));
    tell(&s, (struct client_event){.kind = CLIENT_RETRY});
    CHECK(!sent(&s, CLIENT_PUSH));
}

TEST(client_meets_a_restored_hall)
{
    struct side s;
    struct client_answer other = good();
    open_side(&s);
    other.epoch = 2;
    answer(&s, CLIENT_FEED, other);
    const struct client_effect *epoch = NULL;
    for (int i = 0; i < s.did.count; i++)
        if (s.did.items[i].kind == CLIENT_DO_EPOCH)
            epoch = &s.did.items[i];
    REQUIRE(epoch);
    CHECK_INT(epoch->epoch, 2);
    CHECK(!did(&s, CLIENT_DO_STORE, CLIENT_FEED)); /* news of another history do not fit on ours */
    CHECK(sent(&s, CLIENT_SNAPSHOT) && sent(&s, CLIENT_SNAPSHOT)->first);
    CHECK_INT(s.core.status.state, SYNC_SNAPSHOT);
}

/* Of a sign-in that merely ran out a person signs in again; of a disabled account nobody works on. */
TEST(client_tells_a_disabled_account_from_an_old_sign_in)
{
    struct side s;
    open_side(&s);
    answer(&s, CLIENT_FEED, error(401, "session_ended"));
    CHECK_INT(s.core.status.state, SYNC_EXPIRED);
    CHECK(!s.core.status.disabled);
    tell(&s, (struct client_event){.kind = CLIENT_SIGN_OUT});
    open_side(&s);
    answer(&s, CLIENT_FEED, error(401, "account_disabled"));
    CHECK_INT(s.core.status.state, SYNC_EXPIRED);
    CHECK(s.core.status.disabled);
    tell(&s, (struct client_event){.kind = CLIENT_SIGN_OUT});
    CHECK_INT(s.core.status.state, SYNC_SIGNED_OUT);
    CHECK(!s.core.status.disabled);
}

/* The sign-in may be the first that is heard of it: a cursor of the old history means nothing in the new one. */
TEST(client_meets_a_restored_hall_when_it_signs_in)
{
    struct side s;
    struct client_answer other = good();
    open_side(&s);
    answer(&s, CLIENT_FEED, error(401, "session_ended"));
    tell(&s, (struct client_event){.kind = CLIENT_SIGN_IN});
    other.epoch = 2;
    answer(&s, CLIENT_SESSION, other);
    tell(&s, (struct client_event){.kind = CLIENT_STORED, .request = CLIENT_SESSION, .answer = other});
    CHECK(did(&s, CLIENT_DO_EPOCH, CLIENT_SESSION));
    CHECK(!sent(&s, CLIENT_FEED));
    CHECK(sent(&s, CLIENT_SNAPSHOT));
}

/* The epoch is known already, from a page of the copy: the push that still names the old one is made anew. */
TEST(client_does_not_repeat_a_push_of_the_old_epoch)
{
    struct side s;
    struct client_answer late = error(409, "epoch_changed");
    open_side(&s);
    wake(&s, 1);
    REQUIRE(sent(&s, CLIENT_PUSH));
    s.facts.epoch = late.epoch = 2;
    answer(&s, CLIENT_PUSH, late);
    REQUIRE(sent(&s, CLIENT_PUSH));
    CHECK(!sent(&s, CLIENT_PUSH)->again);
    CHECK(!sent(&s, CLIENT_SNAPSHOT));
}

/* The cache goes on naming the old epoch, so each answer would be the same: not one a round trip, but one a wait. */
TEST(client_whose_disk_cannot_take_a_restored_hall_waits_before_it_asks_again)
{
    struct side s;
    struct client_answer other = error(409, "epoch_changed");
    other.epoch = 2;
    open_side(&s);
    wake(&s, 1);
    int64_t waits_ms[3];
    for (int round = 0; round < 3; round++) {
        REQUIRE(sent(&s, CLIENT_PUSH));
        answer(&s, CLIENT_PUSH, other);
        tell(&s, (struct client_event){.kind = CLIENT_UNTURNED,
                                       .request = CLIENT_SNAPSHOT,
                                       .stored = ERR_DISK_FULL,
                                       .stored_text = "The disk is full."});
        CHECK(did(&s, CLIENT_DO_CANCEL, CLIENT_PUSH) && did(&s, CLIENT_DO_CANCEL, CLIENT_SNAPSHOT));
        CHECK_INT(s.core.status.state, SYNC_OFFLINE);
        CHECK_TEXT(s.core.status.text, "The disk is full.");
        wake(&s, 2); /* work goes on, and is no reason to ask sooner */
        CHECK(!sent(&s, CLIENT_PUSH) && !sent(&s, CLIENT_SNAPSHOT) && !sent(&s, CLIENT_FEED));
        REQUIRE(client_due_ms(&s.core) > s.mono_ms);
        waits_ms[round] = client_due_ms(&s.core) - s.mono_ms;
        s.mono_ms = client_due_ms(&s.core);
        tell(&s, (struct client_event){.kind = CLIENT_TIME});
    }
    CHECK(waits_ms[0] + waits_ms[1] + waits_ms[2] > 1000);
    REQUIRE(sent(&s, CLIENT_PUSH));
    CHECK(!sent(&s, CLIENT_PUSH)->again);
    answer(&s, CLIENT_PUSH, other); /* room was made: the cache has the epoch from here on */
    s.facts.epoch = 2;
    s.facts.needs_snapshot = true;
    REQUIRE(sent(&s, CLIENT_SNAPSHOT) && sent(&s, CLIENT_SNAPSHOT)->first);
    answer(&s, CLIENT_SNAPSHOT,
           (struct client_answer){.status = 200, .readable = true, .epoch = 2, .rev = 9});
    stored(&s, CLIENT_SNAPSHOT, ERR_OK);
    CHECK_INT(s.core.status.state, SYNC_SNAPSHOT);
}

TEST(client_copies_page_by_page_and_swaps_at_the_end)
{
    struct side s;
    struct client_answer page = good();
    open_side(&s);
    answer(&s, CLIENT_FEED, error(410, "snapshot_needed"));
    REQUIRE(sent(&s, CLIENT_SNAPSHOT));
    page.rev = 70;
    page.rows = 500;
    page.more = true;
    answer(&s, CLIENT_SNAPSHOT, page);
    stored(&s, CLIENT_SNAPSHOT, ERR_OK);
    REQUIRE(sent(&s, CLIENT_SNAPSHOT));
    CHECK(!sent(&s, CLIENT_SNAPSHOT)->first);
    page.rev = 75; /* the hall went on: the copy stands at the rev of its first page */
    page.more = false;
    answer(&s, CLIENT_SNAPSHOT, page);
    stored(&s, CLIENT_SNAPSHOT, ERR_OK);
    const struct client_effect *swap = did(&s, CLIENT_DO_SWAP, CLIENT_SESSION);
    REQUIRE(swap);
    CHECK_INT(swap->rev, 70);
    wake(&s, 1);
    CHECK(sent(&s, CLIENT_PUSH)); /* a clerk works on meanwhile */
    tell(&s, (struct client_event){.kind = CLIENT_SWAPPED, .request = CLIENT_SNAPSHOT});
    CHECK(sent(&s, CLIENT_FEED));
}

TEST(client_halves_a_batch_that_is_too_large)
{
    struct side s;
    open_side(&s);
    wake(&s, 40);
    CHECK_INT(sent(&s, CLIENT_PUSH)->batch_max, CLIENT_BATCH_MAX);
    answer(&s, CLIENT_PUSH, error(413, "too_large"));
    REQUIRE(sent(&s, CLIENT_PUSH));
    CHECK_INT(sent(&s, CLIENT_PUSH)->batch_max, CLIENT_BATCH_MAX / 2);
    CHECK(!sent(&s, CLIENT_PUSH)->again);
}

TEST(client_works_on_while_the_hall_cannot_record)
{
    struct side s;
    open_side(&s);
    wake(&s, 3);
    answer(&s, CLIENT_PUSH, error(507, "disk_full"));
    CHECK_INT(s.core.status.state, SYNC_OFFLINE);
    CHECK(strstr(s.core.status.text, "Hall cannot record") != NULL);
    answer(&s, CLIENT_FEED, good()); /* reading still goes */
    stored(&s, CLIENT_FEED, ERR_OK);
    CHECK(strstr(s.core.status.text, "Hall cannot record") != NULL);
}

TEST(client_too_old_still_sends_its_records)
{
    struct side s;
    open_side(&s);
    answer(&s, CLIENT_FEED, error(426, "upgrade_required"));
    CHECK_INT(s.core.status.state, SYNC_OFFLINE);
    CHECK_INT(s.core.status.err, ERR_TOO_OLD);
    CHECK(strstr(s.core.status.text, "too old for the hall") != NULL);
    wake(&s, 1);
    CHECK(sent(&s, CLIENT_PUSH));
}

TEST(client_says_when_the_clock_is_wrong_by_a_day)
{
    struct side s;
    struct client_answer late = good();
    open_side(&s);
    late.server_ms = 1764000000000 + s.mono_ms + 26LL * 3600 * 1000;
    answer(&s, CLIENT_FEED, late);
    CHECK(strstr(s.core.status.text, "Clock differs by 26 h") != NULL);
    s.facts.training = true; /* where it is another day than outside, and goes as fast as the trainer likes */
    wake(&s, 0);
    CHECK_TEXT(s.core.status.text, "");
}

TEST(client_ignores_answers_to_what_it_dropped)
{
    struct side s;
    open_side(&s);
    tell(&s, (struct client_event){.kind = CLIENT_SIGN_OUT});
    CHECK(did(&s, CLIENT_DO_CANCEL, CLIENT_FEED));
    answer(&s, CLIENT_FEED, good());
    CHECK(!did(&s, CLIENT_DO_STORE, CLIENT_FEED));
    CHECK_INT(s.core.status.state, SYNC_SIGNED_OUT);
}

/* The hall's clock stands on every screen, so what has been since when is told by it, too. */
TEST(client_says_since_when_by_the_halls_clock)
{
    struct side s;
    struct client_answer ahead = good(), lost = {.net = ERR_OFFLINE, .why = "no route"};
    char since[CLOCK_TEXT];
    const int64_t hall_ahead_ms = 5LL * 3600 * 1000;
    open_side(&s);
    wake(&s, 1);
    ahead.server_ms = 1764000000000 + s.mono_ms + hall_ahead_ms;
    answer(&s, CLIENT_PUSH, ahead);
    stored(&s, CLIENT_PUSH, ERR_OK);
    wake(&s, 1);
    answer(&s, CLIENT_PUSH, lost);
    CHECK_INT(s.core.status.state, SYNC_OFFLINE);
    time_clock(1764000000000 + s.mono_ms + s.core.status.offset_ms, since);
    CHECK(s.core.status.offset_ms > hall_ahead_ms / 2);
    CHECK(strstr(s.core.status.text, since) != NULL);
}
