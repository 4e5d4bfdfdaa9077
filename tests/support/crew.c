/* tests/support/crew.c: see crew.h. */
#include "tests/support/crew.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/clock.h"
#include "core/hall/server_core.h"
#include "tests/support/hall.h"
#include "tests/support/test.h"

enum { WAITING_MAX = 6, LONG_AWAY_MS = 300, PACE_MS = 16 };

/* --- what is said --- */

static int64_t note_said(struct crew *crew, int hand)
{
    if (crew->said_count == crew->said_capacity) {
        crew->said_capacity = crew->said_capacity ? crew->said_capacity * 2 : 4096;
        crew->said = xrealloc(crew->said, crew->said_capacity * sizeof *crew->said);
    }
    crew->said[crew->said_count] = (struct said){.hand = hand};
    return (int64_t)crew->said_count++;
}

static int number_of(const struct crew *crew, const struct hand *hand)
{
    return (int)(hand - crew->hands);
}

/* Kept until the workstation takes it; body with ' for ". */
static void plan(struct hand *hand, const char *type, const char *format, ...) PRINTF(3, 4);
static void plan(struct hand *hand, const char *type, const char *format, ...)
{
    char *body = NULL;
    va_list args;
    if (hand->line_count == LINES_MAX)
        return;
    va_start(args, format);
    REQUIRE(vasprintf(&body, format, args) >= 0);
    va_end(args);
    hand->lines[hand->line_count++] = xasprintf("'type':'%s','body':{%s}", type, body);
    free(body);
}

static void say(struct crew *crew, struct hand *hand)
{
    int64_t tag = note_said(crew, number_of(crew, hand));
    char *line = xasprintf("{'tag':%lld,%s}", (long long)tag, hand->lines[0]);
    piped_say(&hand->piped, line);
    free(line);
    free(hand->lines[0]);
    hand->line_count--;
    memmove(hand->lines, hand->lines + 1, sizeof *hand->lines * (size_t)hand->line_count);
    hand->waiting++;
}

static void forget_plan(struct hand *hand)
{
    while (hand->line_count > 0)
        free(hand->lines[--hand->line_count]);
}

static void query(struct hand *hand, const char *what)
{
    char *line = xasprintf("{'tag':'%s','query':'%s'}", what, what);
    piped_say(&hand->piped, line);
    free(line);
}

/* --- a clerk's work --- */

static bool chance(struct crew *crew, unsigned one_in)
{
    return rng_below(&crew->rng, one_in) == 0;
}

static const char *any_case(struct crew *crew)
{
    int known = crew->case_count < NEWS_MAX ? crew->case_count : NEWS_MAX;
    return known ? crew->cases[rng_below(&crew->rng, (uint64_t)known)] : NULL;
}

static void plan_draft(struct crew *crew, struct hand *hand, const char *id)
{
    static const char *const fields[] = {"note", "street", "reason"};
    plan(hand, "case.draft", "'case':'%s','patch':{'%s':'text %llu by %s'}", id,
         fields[rng_below(&crew->rng, 3)], (unsigned long long)rng_below(&crew->rng, 100000), hand->login);
}

static void plan_decision(struct crew *crew, struct hand *hand, const char *id)
{
    if (chance(crew, 3))
        plan(hand, "case.decide", "'case':'%s','outcome':'refuse','text':'not enough','reasons':[]", id);
    else
        plan(hand, "case.decide", "'case':'%s','outcome':'approve','reasons':[]", id);
}

static void plan_case(struct crew *crew, struct hand *hand, const char *ticket)
{
    char *id = crew->cases[crew->case_count % NEWS_MAX];
    uuid_v7(clock_wall_now_ms(), &crew->rng, id);
    crew->case_count++;
    if (ticket)
        plan(hand, "case.open", "'case':'%s','service':'t.card','channel':'walk_in','ticket':'%s'", id,
             ticket);
    else
        plan(hand, "case.open", "'case':'%s','service':'t.visa','channel':'online'", id);
    for (uint64_t drafts = 1 + rng_below(&crew->rng, 3); drafts > 0; drafts--)
        plan_draft(crew, hand, id);
    if (!chance(crew, 3))
        plan(hand, "case.submit", "'case':'%s'", id);
    if (!chance(crew, 3))
        plan_decision(crew, hand, id);
}

/* Another's application: two people at one thing, so that drafts branch and decisions meet. */
static void plan_meddling(struct crew *crew, struct hand *hand)
{
    const char *id = any_case(crew);
    if (!id)
        return;
    if (chance(crew, 4))
        plan_decision(crew, hand, id);
    else
        plan_draft(crew, hand, id);
}

static void plan_end(struct crew *crew, struct hand *hand)
{
    static const char *const places[] = {"keep", "first", "last"};
    long long gen = hand->gen;
    switch (rng_below(&crew->rng, 6)) {
    case 0:
        plan(hand, "ticket.transfer", "'ticket':'%s','gen':%lld,'to':{'queue':'%s'},'place':'%s'",
             hand->ticket, gen, chance(crew, 2) ? "p" : "q", places[rng_below(&crew->rng, 3)]);
        return;
    case 1:
        plan(hand, "ticket.return", "'ticket':'%s','gen':%lld", hand->ticket, gen);
        return;
    default:
        plan(hand, "ticket.finish", "'ticket':'%s','gen':%lld,'outcome':'served'", hand->ticket, gen);
    }
}

static void plan_service(struct crew *crew, struct hand *hand)
{
    long long gen = hand->gen;
    if (chance(crew, 10)) {
        plan(hand, "ticket.no_show", "'ticket':'%s','gen':%lld", hand->ticket, gen);
        return;
    }
    plan(hand, "ticket.start", "'ticket':'%s','gen':%lld", hand->ticket, gen);
    if (chance(crew, 3)) {
        plan(hand, "ticket.hold", "'ticket':'%s','gen':%lld,'reason':'copies'", hand->ticket, gen);
        plan(hand, "ticket.resume", "'ticket':'%s','gen':%lld", hand->ticket, gen);
    }
    if (!chance(crew, 3))
        plan_case(crew, hand, hand->ticket);
    for (uint64_t others = rng_below(&crew->rng, 3); others > 0; others--)
        plan_meddling(crew, hand);
    plan_end(crew, hand);
}

/* What is known of is brought to its end, wherever it was; what that is not possible any more is refused here. */
static void plan_recovery(struct hand *hand)
{
    static const char *const types[] = {"ticket.start", "ticket.resume", "ticket.finish"};
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        plan(hand, types[i], "'ticket':'%s','gen':%lld%s", hand->ticket, (long long)hand->gen,
             i == 2 ? ",'outcome':'left'" : "");
}

static void plan_step(struct crew *crew, struct hand *hand)
{
    switch (hand->step) {
    case STEP_OPEN:
        plan(hand, "counter.open", "'counter':'c%d','takeover':true", hand->counter);
        hand->asked = true;
        break;
    case STEP_CALL:
        plan(hand, "ticket.call_next", "'counter':'c%d','fence':%lld", hand->counter, (long long)hand->fence);
        hand->asked = true;
        break;
    case STEP_SERVE:
        plan_service(crew, hand);
        hand->step = STEP_CALL;
        break;
    case STEP_LOOK:
        query(hand, "tickets");
        hand->asked = true;
        break;
    }
}

static void plan_reception(struct crew *crew, struct hand *hand)
{
    const char *queue = chance(crew, 2) ? "p" : "q";
    if (chance(crew, 5))
        plan(hand, "ticket.issue", "'queue':'%s','channel':'kiosk','priority':'disabled'", queue);
    else
        plan(hand, "ticket.issue", "'queue':'%s','channel':'walk_in'", queue);
    if (hand->gen >= 0 &&
        chance(crew, 12)) /* may be with a clerk meanwhile: then it is refused at the hall */
        plan(hand, "ticket.cancel", "'ticket':'%s','gen':%lld", hand->ticket, (long long)hand->gen);
}

/* Online work that waits keeps nobody from what can be done alone. */
static void think(struct crew *crew, struct hand *hand)
{
    if (!hand->clerk)
        plan_reception(crew, hand);
    else if (!hand->asked && hand->online)
        plan_step(crew, hand);
    else if (chance(crew, 3))
        plan_meddling(crew, hand);
    else if (chance(crew, 4))
        plan_case(crew, hand, NULL);
}

static void work(struct crew *crew, struct hand *hand, int64_t now_ms)
{
    if (!hand->ready || hand->at_rest || hand->due_ms > now_ms || hand->waiting >= WAITING_MAX)
        return;
    if (hand->line_count == 0 && !crew->resting)
        think(crew, hand);
    if (hand->line_count > 0)
        say(crew, hand);
    hand->due_ms = now_ms + 1 + (int64_t)rng_below(&crew->rng, (uint64_t)crew->pace_ms);
}

/* --- what is answered --- */

static struct said *said_of(struct crew *crew, const struct json *line)
{
    int64_t tag = json_int(line, "tag", -1);
    return tag >= 0 && tag < (int64_t)crew->said_count ? &crew->said[tag] : NULL;
}

static void hear_saved(struct crew *crew, struct hand *hand, const struct json *line)
{
    struct said *said = said_of(crew, line);
    REQUIRE(said && said->state == SAID_WAITS);
    said->state = SAID_SAVED;
    said->seq = json_int(line, "seq", 0);
    CHECK(said->seq > hand->saved_seq);
    hand->saved_seq = said->seq;
    str_copy(said->id, sizeof said->id, json_text_or(line, "id", ""));
    hand->waiting--;
}

static void hear_error(struct crew *crew, struct hand *hand, const struct json *line)
{
    struct said *said = said_of(crew, line);
    const char *code = json_text_or(line, "code", "");
    if (!CHECK(said && said->state == SAID_WAITS) || str_equal(code, "invalid_line") ||
        str_equal(code, "frozen") || str_equal(code, "cache")) {
        char *text = json_print(line);
        printf("    %s: %s\n", hand->login, text);
        free(text);
        CHECK(false);
        return;
    }
    said->state = str_equal(code, "not_saved") ? SAID_NOT_SAVED : SAID_REFUSED_HERE;
    hand->waiting--;
    if (str_equal(code, "offline")) {
        hand->asked = false;
        hand->due_ms = clock_mono_now_ms() + LONG_AWAY_MS;
    }
}

static struct said *saved_as(struct crew *crew, int hand, int64_t seq)
{
    for (size_t i = crew->said_count; i > 0; i--)
        if (crew->said[i - 1].hand == hand && crew->said[i - 1].seq == seq)
            return &crew->said[i - 1];
    return NULL;
}

static void take_ticket(struct hand *hand, const struct json *ticket)
{
    str_copy(hand->ticket, sizeof hand->ticket, json_text_or(ticket, "id", ""));
    hand->gen = json_int(ticket, "gen", -1);
}

/* The answer to a clerk's online command; of an earlier life of the workstation too. */
static void hear_online(struct hand *hand, const struct json *line)
{
    const struct json *data = json_get(line, "data"), *ticket = json_get(data, "ticket");
    const char *code = json_text_or(json_get(line, "error"), "code", "");
    if (json_get(data, "fence")) {
        hand->fence = json_int(data, "fence", -1);
        hand->step = STEP_CALL;
    } else if (json_is_object(ticket) && json_get(data, "why")) {
        take_ticket(hand, ticket);
        hand->step = STEP_SERVE;
    } else if (str_equal(code, "still_serving")) {
        hand->step = STEP_LOOK;
    } else if (*code) {
        hand->step = STEP_OPEN;
    }
    hand->asked = false;
}

static bool is_online(const struct json *line)
{
    const struct json *data = json_get(line, "data");
    return json_get(data, "fence") || json_get(data, "why") ||
           str_equal(json_text(line, "status"), "refused");
}

static void hear_result(struct crew *crew, struct hand *hand, const struct json *line)
{
    const char *status = json_text_or(line, "status", "");
    struct said *said = saved_as(crew, number_of(crew, hand), json_int(line, "seq", 0));
    crew->results++;
    crew->applied += str_equal(status, "applied");
    crew->refused += str_equal(status, "refused");
    crew->suspect += json_bool(json_get(line, "data"), "clock_suspect", false);
    if (said && CHECK_TEXT(said->result, "")) /* told once, whatever is killed */
        str_copy(said->result, sizeof said->result, status);
    if (hand->clerk && is_online(line))
        hear_online(hand, line);
    else if (!hand->clerk && json_is_object(json_get(json_get(line, "data"), "ticket")))
        take_ticket(hand, json_get(json_get(line, "data"), "ticket"));
}

/* Whom this clerk has, as the workstation knows it. */
static void hear_tickets(struct hand *hand, const struct json *rows)
{
    char me[UUID_TEXT];
    server_id(hand->login, me);
    hand->step = STEP_OPEN;
    hand->asked = false;
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const char *state = json_text_or(row, "state", "");
        if (!str_equal(json_text(row, "user"), me) ||
            (!str_equal(state, "called") && !str_equal(state, "serving")))
            continue;
        take_ticket(hand, row);
        plan_recovery(hand);
        return;
    }
}

static void hear_answer(struct hand *hand, const struct json *line)
{
    const struct json *rows = json_get(line, "rows"), *status = json_at(rows, 0);
    if (str_equal(json_text(line, "tag"), "tickets")) {
        hear_tickets(hand, rows);
        return;
    }
    hand->cursor = json_int(status, "cursor", -1);
    hand->unsent = json_int(status, "unsent", -1);
}

static void hear(struct crew *crew, struct hand *hand, const struct json *line)
{
    const char *event = json_text_or(line, "event", "");
    if (str_equal(event, "ready")) {
        hand->ready = true;
        hand->online = str_equal(json_text(line, "network"), "online");
    } else if (str_equal(event, "network")) {
        hand->online = str_equal(json_text(line, "state"), "online");
        crew->disconnected += !hand->online;
    } else if (str_equal(event, "saved")) {
        hear_saved(crew, hand, line);
    } else if (str_equal(event, "error")) {
        hear_error(crew, hand, line);
    } else if (str_equal(event, "result")) {
        hear_result(crew, hand, line);
    } else if (str_equal(event, "answer")) {
        hear_answer(hand, line);
    }
}

static void hear_all(struct crew *crew, struct hand *hand)
{
    struct json *line;
    while ((line = piped_line(&hand->piped)) != NULL) {
        hear(crew, hand, line);
        json_free(&line);
    }
}

/* --- birth, death --- */

static void start(struct crew *crew, struct hand *hand)
{
    const char *words[] = {"loket",           "pipe",         "--hall", crew->url,  "--user",  hand->login,
                           "--password-file", crew->password, "--data", hand->data, "--drain", NULL};
    hand->piped = piped_start(words);
    hand->ready = hand->asked = false;
    hand->waiting = 0;
    hand->cursor = hand->unsent = -1;
}

static void open_hand(struct crew *crew, bool clerk, int counter)
{
    struct hand *hand = &crew->hands[crew->hand_count++];
    *hand = (struct hand){.clerk = clerk, .counter = counter, .gen = -1};
    if (clerk)
        str_format(hand->login, sizeof hand->login, "clerk%d", counter);
    else
        str_copy(hand->login, sizeof hand->login, "reception");
    str_format(hand->data, sizeof hand->data, "%s/data",
               crew->place && crew->hand_count == 1 ? crew->place : test_folder());
    start(crew, hand);
}

void crew_open(struct crew *crew, const char *url, int receptions, int clerks, uint64_t seed)
{
    *crew = (struct crew){.pace_ms = PACE_MS, .place = crew->place};
    rng_seed(&crew->rng, seed);
    str_copy(crew->url, sizeof crew->url, url);
    str_format(crew->password, sizeof crew->password, "%s/password", test_folder());
    FILE *file = fopen(crew->password, "we");
    REQUIRE(file && fprintf(file, "%s\n", TEST_PASSWORD) > 0 && fclose(file) == 0);
    for (int i = 0; i < receptions; i++)
        open_hand(crew, false, 0);
    for (int i = 0; i < clerks; i++)
        open_hand(crew, true, i + 1);
    for (int i = 0; i < crew->hand_count; i++) {
        piped_skip(&crew->hands[i].piped, "ready", NULL);
        crew->hands[i].ready = crew->hands[i].online = true;
    }
}

void crew_free(struct crew *crew)
{
    for (int i = 0; i < crew->hand_count; i++)
        forget_plan(&crew->hands[i]);
    free(crew->said);
    *crew = (struct crew){0};
}

static void lose_waiting(struct crew *crew, int hand)
{
    for (size_t i = crew->said_count; i > 0; i--) {
        struct said *said = &crew->said[i - 1];
        if (said->hand == hand && said->state == SAID_WAITS)
            said->state = SAID_LOST;
    }
}

void crew_kill(struct crew *crew, int number)
{
    struct hand *hand = &crew->hands[number];
    kill(hand->piped.pid, SIGKILL);
    while (piped_read(&hand->piped)) {
    }
    hear_all(crew, hand);
    CHECK_INT(piped_end(&hand->piped, 0), 128 + SIGKILL);
    lose_waiting(crew, number);
    forget_plan(hand);
    if (hand->clerk && hand->gen >= 0)
        plan_recovery(hand);
    hand->step = STEP_OPEN;
    start(crew, hand);
}

/* --- turns --- */

static void take_news(struct crew *crew, struct hand *hand)
{
    if (!piped_read(&hand->piped)) {
        int status = piped_end(&hand->piped, SIGKILL);
        printf("  the workstation of %s ended with %d\n", hand->login, status);
        REQUIRE(false);
    }
    hear_all(crew, hand);
}

void crew_turn(struct crew *crew, int64_t until_ms, struct pollfd *extra, int extra_count)
{
    struct pollfd fds[HANDS_MAX + 4];
    int64_t now_ms = clock_mono_now_ms();
    REQUIRE(extra_count <= 4);
    for (int i = 0; i < crew->hand_count; i++) {
        struct hand *hand = &crew->hands[i];
        work(crew, hand, now_ms);
        bool works = hand->ready && hand->waiting < WAITING_MAX && (!crew->resting || hand->line_count);
        if (works && hand->due_ms < until_ms)
            until_ms = hand->due_ms;
        fds[i] = (struct pollfd){.fd = hand->piped.out, .events = POLLIN};
    }
    for (int i = 0; i < extra_count; i++)
        fds[crew->hand_count + i] = extra[i];
    int64_t left_ms = until_ms - clock_mono_now_ms();
    if (poll(fds, (nfds_t)(crew->hand_count + extra_count), left_ms > 0 ? (int)left_ms : 0) <= 0)
        return;
    for (int i = 0; i < extra_count; i++)
        extra[i] = fds[crew->hand_count + i];
    for (int i = 0; i < crew->hand_count; i++)
        if (fds[i].revents)
            take_news(crew, &crew->hands[i]);
}

static bool is_settled(const struct hand *hand, int64_t rev)
{
    return hand->ready && hand->line_count == 0 && hand->waiting == 0 && hand->unsent == 0 &&
           hand->cursor >= rev;
}

bool crew_settle(struct crew *crew, int64_t rev, int64_t patience_ms)
{
    enum { ASK_AGAIN_MS = 100 };
    int64_t until_ms = clock_mono_now_ms() + patience_ms;
    crew->resting = true;
    for (;;) {
        bool settled = true;
        for (int i = 0; i < crew->hand_count; i++) {
            struct hand *hand = &crew->hands[i];
            settled &= is_settled(hand, rev);
            if (hand->ready && !is_settled(hand, rev))
                query(hand, "status");
        }
        int64_t now_ms = clock_mono_now_ms();
        if (settled || now_ms > until_ms)
            return settled;
        while (clock_mono_now_ms() < now_ms + ASK_AGAIN_MS)
            crew_turn(crew, now_ms + ASK_AGAIN_MS, NULL, 0);
    }
}

void crew_go_home(struct crew *crew)
{
    for (int i = 0; i < crew->hand_count; i++) {
        struct hand *hand = &crew->hands[i];
        piped_end_input(&hand->piped);
        while (piped_read(&hand->piped)) {
        }
        hear_all(crew, hand);
        CHECK_INT(piped_end(&hand->piped, 0), 0);
    }
}
