/* tests/sim/town/channel.c: an outside system that leaves applications at the hall (POST /v1/applications), over the same
 * network as everybody: what is not answered it sends again under the same reference, at times what was answered too; it asks
 * what became of one (GET), and what the hall knows no more, as after a restore, it sends again.
 *
 * And the checker's part: one reference is one application for ever, under one identity, with one answer as long as it is
 * there; what was answered is there; what is there is told. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/town.h"

enum { LETTERS_MAX = 16, STEP_MS = 6 * 1000, PATIENCE_MS = 20 * 1000 };
static const char path[] = "/v1/applications";

enum belief { TO_SEND, LEFT, REFUSED }; /* of the system: it may be wrong after a restore */
struct letter {
    char reference[24], *body;
    enum belief belief;
    bool looked_up; /* in the quiet end: the hall has it */
    /* The checker's. */
    char application[UUID_TEXT]; /* whatever history first told of it */
    int64_t rev;                 /* of the hall's history as it is now; 0: it is not there */
    bool answered;               /* … as left */
    char *answer;
};

struct channel {
    struct letter letters[LETTERS_MAX];
    int count;
    int asked;         /* of which an answer is awaited; -1: none */
    bool looks;        /* … to a GET … */
    bool last;         /* … that was sent in the quiet end */
    uint64_t exchange; /* … */
    int64_t until_ms;
};

/* --- the letters --- */

static int64_t pick(struct town *town, int64_t below)
{
    return (int64_t)rng_below(&town->letters, (uint64_t)below);
}

static struct json *person_json(struct town *town)
{
    static const char *const given[] = {"Leyla", "Kamran", "Sevda"};
    static const char *const numbers[] = {"7A2B3XK", "5C1D9EF", "1Q2W3ER"};
    struct json *person = json_new_object();
    int64_t who = pick(town, 3);
    json_set_text(person, "given", given[who]);
    json_set_text(person, "family", "Uzaqova");
    if (pick(town, 2)) /* the same person again */
        json_set_text(person, "fin", numbers[who]);
    return person;
}

static void put_extras(struct town *town, struct json *body)
{
    if (pick(town, 3) == 0) {
        struct json *papers = json_new_array(), *paper = json_new_object();
        json_set_text(paper, "code", "old-card");
        json_set_text(paper, "state", pick(town, 3) ? "copied" : "missing");
        json_add(papers, paper);
        json_set(body, "documents", papers);
    }
    if (pick(town, 5) == 0) {
        char at[TIME_TEXT];
        time_text(town->now_ms + TOWN_DAY_MS + pick(town, TOWN_DAY_MS), at);
        json_set_text(body, "appointment_at", at);
    }
}

static void write_letter(struct town *town, struct channel *channel)
{
    static const char *const services[] = {"s1", "s2", "s3", "s4", "s5"};
    struct letter *letter = &channel->letters[channel->count++];
    struct json *body = json_new_object(), *answers = json_new_object();
    *letter = (struct letter){0};
    str_format(letter->reference, sizeof letter->reference, "portal-%d", channel->count);
    json_set_text(body, "reference", letter->reference);
    json_set_text(body, "service", services[pick(town, 5)]);
    json_set(body, "person", person_json(town));
    json_set_text(answers, "reason", pick(town, 2) ? "expired" : "lost");
    json_set(body, "answers", answers);
    json_set_bool(body, "complete", pick(town, 3) != 0);
    put_extras(town, body);
    letter->body = json_print(body);
    json_free(&body);
}

static struct letter *letter_of(struct channel *channel, const char *reference)
{
    for (int i = 0; channel && i < channel->count; i++)
        if (str_equal(channel->letters[i].reference, reference))
            return &channel->letters[i];
    return NULL;
}

/* --- asking --- */

static void ask(struct town *town, struct channel *channel, int at, bool looks)
{
    const struct letter *letter = &channel->letters[at];
    struct wire_request *request = xcalloc(1, sizeof *request);
    request->exchange = channel->exchange = ++town->exchanges;
    request->from = OUTSIDE;
    request->life = town->outside.life;
    str_copy(request->method, sizeof request->method, looks ? "GET" : "POST");
    request->path = looks ? xasprintf("%s/%s", path, letter->reference) : xstrdup(path);
    request->query = xstrdup("");
    request->token = xstrdup(CHANNEL_KEY);
    request->body = looks ? NULL : xstrdup(letter->body);
    request->length = looks ? 0 : strlen(letter->body);
    channel->asked = at;
    channel->looks = looks;
    channel->last = looks && town->quiet;
    channel->until_ms = town->now_ms + PATIENCE_MS;
    town_tell(town, "the portal %s %s", looks ? "asks for" : "leaves", letter->reference);
    net_from_outside(town, request);
}

static int first_believed(const struct channel *channel, enum belief belief)
{
    for (int i = 0; i < channel->count; i++)
        if (channel->letters[i].belief == belief)
            return i;
    return -1;
}

/* At the end it sends what is not answered and looks up each that was. */
static void finish(struct town *town, struct channel *channel)
{
    int at = first_believed(channel, TO_SEND);
    if (at >= 0) {
        ask(town, channel, at, false);
        return;
    }
    for (at = 0; at < channel->count; at++)
        if (channel->letters[at].belief == LEFT && !channel->letters[at].looked_up) {
            ask(town, channel, at, true);
            return;
        }
}

static void go_on(struct town *town, struct channel *channel)
{
    int at = first_believed(channel, TO_SEND);
    int64_t what = pick(town, 10);
    if (town->quiet)
        finish(town, channel);
    else if (at >= 0 && what < 7)
        ask(town, channel, at, false);
    else if (what < 5 && channel->count < LETTERS_MAX)
        write_letter(town, channel);
    else if (channel->count) /* its own memory is a backup too; or its citizen asks */
        ask(town, channel, (int)pick(town, channel->count), what < 8);
}

void channel_step(struct town *town)
{
    struct channel *channel = town->channel;
    if (channel->asked >= 0 && town->now_ms >= channel->until_ms)
        channel->asked = -1; /* nobody answers */
    if (channel->asked < 0)
        go_on(town, channel);
    town_plan(town, town->quiet ? 100 : town->pace * (200 + pick(town, STEP_MS)), EVENT_LETTER, OUTSIDE,
              NULL);
}

/* --- what it makes of an answer --- */

static void take(struct channel *channel, struct letter *letter, int status, const struct json *answer)
{
    bool told = str_equal(json_text(answer, "reference"), letter->reference) && json_text(answer, "case");
    if (status == 200 && told) {
        letter->belief = LEFT;
        letter->looked_up = letter->looked_up || channel->last;
    } else if (status == 404 && channel->looks && json_get(answer, "error")) {
        letter->belief = TO_SEND;
        letter->looked_up = false;
    } else if (status == 422 && !channel->looks && json_get(answer, "error")) {
        letter->belief = REFUSED;
    }
}

void channel_answered(struct town *town, const struct wire_answer *wire)
{
    struct channel *channel = town->channel;
    struct json *answer = NULL;
    if (channel->asked < 0 || wire->exchange != channel->exchange)
        return; /* it has asked again since */
    struct letter *letter = &channel->letters[channel->asked];
    channel->asked = -1;
    if (!wire->broken && !wire->refused && json_parse(wire->body, wire->length, &answer, NULL) == ERR_OK)
        take(channel, letter, wire->status, answer);
    json_free(&answer);
}

/* --- the checker: what leaves the hall --- */

/* Whatever hall says it, of whatever history. */
static void hold_identity(struct town *town, struct letter *letter, const char *application)
{
    if (letter->application[0] && !str_equal(letter->application, application))
        town_violated(town, "%s was application %s and is %s", letter->reference, letter->application,
                      application ? application : "none");
    str_copy(letter->application, sizeof letter->application, application ? application : "");
}

static void hold_answer(struct town *town, struct letter *letter, const char *body, size_t length)
{
    if (letter->answer && (strlen(letter->answer) != length || memcmp(letter->answer, body, length) != 0))
        town_violated(town, "%s was left twice and answered in two ways: %.150s and %.*s", letter->reference,
                      letter->answer, (int)(length < 150 ? length : 150), body);
    if (!letter->answer)
        letter->answer = xstrndup(body, length);
    letter->answered = true;
}

void channel_told(struct town *town, const struct backend *backend, const struct wire_request *request,
                  int status, const char *body, size_t length)
{
    struct json *asked = NULL, *answer = NULL;
    bool posts = strcmp(request->method, "POST") == 0;
    const char *reference = posts ? NULL : request->path + strlen(path) + 1;
    if (posts && json_parse(request->body, request->length, &asked, NULL) == ERR_OK)
        reference = json_text(asked, "reference");
    struct letter *letter = letter_of(town->channel, reference);
    if (letter && status == 200 && json_parse(body, length, &answer, NULL) == ERR_OK)
        hold_identity(town, letter, json_text(answer, "case"));
    if (letter && status == 200 && posts && !backend->stale)
        hold_answer(town, letter, body, length);
    if (letter && status == 409)
        town_violated(town, "%s was sent again as it was, and is said to be another", letter->reference);
    if (letter && (status == 404 || status == 422) && letter->rev > 0 && !backend->stale)
        town_violated(town, "%s is there since rev %lld, and the hall answers %d", letter->reference,
                      (long long)letter->rev, status);
    json_free(&asked);
    json_free(&answer);
}

/* --- the checker: what the hall has --- */

void channel_follow(struct town *town, const char *id, const struct json *row, int64_t rev)
{
    const struct json *arrival = json_get(row, "arrival");
    struct letter *letter = arrival ? letter_of(town->channel, json_text(arrival, "reference")) : NULL;
    if (!letter)
        return;
    hold_identity(town, letter, id);
    if (!letter->rev)
        letter->rev = rev;
}

void channel_received(struct town *town, const struct json *lines, int64_t rev)
{
    for (const struct json *line = json_first(lines); line; line = json_next(line)) {
        const struct json *row = json_get(line, "row");
        const char *reference = json_text(json_get(row, "arrival"), "reference");
        struct letter *letter = reference ? letter_of(town->channel, reference) : NULL;
        if (letter && letter->rev > 0 && letter->rev != rev)
            town_violated(town, "rev %lld: %s was received at rev %lld already", (long long)rev, reference,
                          (long long)letter->rev);
    }
}

void channel_hold(struct town *town)
{
    for (int i = 0; town->channel && i < town->channel->count; i++) {
        struct letter *letter = &town->channel->letters[i];
        if (letter->answered && letter->rev == 0)
            town_violated(town, "%s was answered, and is not there", letter->reference);
    }
}

void channel_forget(struct town *town)
{
    for (int i = 0; town->channel && i < town->channel->count; i++)
        town->channel->letters[i].rev = 0;
}

void channel_restored(struct town *town, int64_t rev)
{
    for (int i = 0; town->channel && i < town->channel->count; i++) {
        struct letter *letter = &town->channel->letters[i];
        if (letter->rev <= rev)
            continue;
        letter->rev = 0;
        letter->answered = false;
        free(letter->answer);
        letter->answer = NULL;
    }
}

bool channel_lacks(const struct town *town, const char *application, int64_t cursor)
{
    for (int i = 0; town->channel && i < town->channel->count; i++) {
        const struct letter *letter = &town->channel->letters[i];
        if (str_equal(letter->application, application))
            return letter->rev == 0 || letter->rev > cursor;
    }
    return false;
}

/* --- from the beginning to the end --- */

void channel_choose(struct town *town)
{
    town->outside = (struct machine){.number = OUTSIDE, .running = true, .life = 1, .ops_to_end = -1};
    if (!town_chance(&town->letters, 500) || town->plan.without >> FAULT_LETTERS & 1)
        return;
    town->channel = xcalloc(1, sizeof *town->channel);
    town->channel->asked = -1;
    town_plan(town, town->pace * pick(town, 20 * 1000), EVENT_LETTER, OUTSIDE, NULL);
}

bool channel_is_over(const struct town *town)
{
    for (int i = 0; town->channel && i < town->channel->count; i++) {
        const struct letter *letter = &town->channel->letters[i];
        if (letter->belief == TO_SEND || (letter->belief == LEFT && !letter->looked_up))
            return false;
    }
    return true;
}

void channel_check_at_end(struct town *town)
{
    if (!channel_is_over(town))
        town_violated(town, "an application that was left is not answered");
    for (int i = 0; town->channel && i < town->channel->count; i++) {
        const struct letter *letter = &town->channel->letters[i];
        if (letter->belief == LEFT && letter->rev == 0)
            town_violated(town, "%s was left and looked up, and is not there", letter->reference);
    }
}

void channel_free(struct channel **slot)
{
    struct channel *channel = *slot;
    for (int i = 0; channel && i < channel->count; i++) {
        free(channel->letters[i].body);
        free(channel->letters[i].answer);
    }
    free(channel);
    *slot = NULL;
}
