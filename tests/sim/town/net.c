/* tests/sim/town/net.c: what happens to requests and answers on their way. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/town.h"

static const char page[] = "<html><body>Please sign in to the network of this building.</body></html>";

void wire_request_free(struct wire_request *request)
{
    free(request->path);
    free(request->query);
    free(request->token);
    free(request->agent);
    free(request->body);
    free(request);
}

void wire_answer_free(struct wire_answer *answer)
{
    free(answer->body);
    free(answer);
}

static struct wire_request *request_copy(const struct wire_request *request)
{
    struct wire_request *copy = xmalloc(sizeof *copy);
    *copy = *request;
    copy->path = xstrdup(request->path);
    copy->query = xstrdup(request->query);
    copy->token = request->token ? xstrdup(request->token) : NULL;
    copy->agent = request->agent ? xstrdup(request->agent) : NULL;
    copy->body = request->body ? xstrdup(request->body) : NULL;
    return copy;
}

static struct wire_answer *answer_new(const struct wire_request *to, int status, const char *body,
                                      size_t length)
{
    struct wire_answer *answer = xcalloc(1, sizeof *answer);
    answer->exchange = to->exchange;
    answer->to = to->from;
    answer->status = status;
    answer->body = xstrndup(body, length);
    answer->length = length;
    return answer;
}

static int64_t delay_ms(struct town *town)
{
    if (town_may(town, FAULT_LATE) && town_chance(&town->net, 15))
        return town_between(&town->net, 1000, 200 * 1000);
    if (town->now_ms < town->congested_ms && town_chance(&town->net, 500))
        return town_between(&town->net, 1000, 20 * 1000);
    return town_between(&town->net, 1, 25);
}

/* At times the line is so thin that a copy of all rows takes seconds. */
static int64_t carry_ms(struct town *town, size_t length)
{
    enum { LINE_BYTES_A_MS = 10 };
    bool is_thin = town_may(town, FAULT_LATE) && town_chance(&town->net, 400);
    return is_thin ? (int64_t)length / LINE_BYTES_A_MS : 0;
}

static void arrives(struct town *town, struct wire_answer *answer, int64_t in_ms)
{
    town_plan(town, in_ms, EVENT_ANSWER, answer->to, answer);
}

static void refuse(struct town *town, const struct wire_request *request)
{
    struct wire_answer *answer = answer_new(request, 0, "", 0);
    answer->refused = true;
    arrives(town, answer, town_between(&town->net, 1, 5));
}

static void show_page(struct town *town, const struct wire_request *request)
{
    arrives(town, answer_new(request, town_chance(&town->net, 700) ? 200 : 502, page, strlen(page)),
            town_between(&town->net, 1, 30));
}

/* On the road there is one. At home the machine that a name stands for may still be the old one for a while after a fail-over. */
static int target(struct town *town)
{
    int other = 1 - town->serving;
    if (town->side == ON_ROAD)
        return BUS;
    if (town->halls[other].machine.running && town_chance(&town->net, 150))
        return other;
    return town->serving;
}

/* A program that asks again and again at once for what it is refused burns the hall. */
static void count_request(struct town *town, struct station *station)
{
    enum { WINDOW_MS = 1000, REQUESTS_MAX = 24 }; /* all purposes; an exchange takes about 25 ms */
    if (town->now_ms - station->asked_ms >= WINDOW_MS) {
        station->asked_ms = town->now_ms;
        station->asked = 0;
    }
    if (++station->asked > REQUESTS_MAX)
        town_violated(town, "station %d asks %d times within a second", station->machine.number,
                      station->asked);
}

/* It is lost, comes twice, meets a proxy, or is on its way. */
static void carry(struct town *town, struct wire_request *request)
{
    request->to = target(town);
    if (town_may(town, FAULT_TWICE) && town_chance(&town->net, 20))
        town_plan(town, delay_ms(town), EVENT_REQUEST, request->to, request_copy(request));
    if (town_may(town, FAULT_LOSE) && town_chance(&town->net, 15)) {
        wire_request_free(request);
    } else if (town_may(town, FAULT_PAGE) && town_chance(&town->net, 10)) {
        show_page(town, request);
        wire_request_free(request);
    } else {
        town_plan(town, delay_ms(town), EVENT_REQUEST, request->to, request);
    }
}

void net_request(struct town *town, struct wire_request *request)
{
    struct station *station = station_of(town, request->from);
    count_request(town, station);
    town_tell(town, "station %d asks %s%s%s", request->from, request->path, *request->query ? "?" : "",
              request->query);
    if (machine_down(&station->machine) || (station->cut_off && station->black_hole)) {
        wire_request_free(request);
    } else if (station->cut_off) {
        refuse(town, request);
        wire_request_free(request);
    } else {
        carry(town, request);
    }
}

void net_from_outside(struct town *town, struct wire_request *request)
{
    carry(town, request);
}

void net_arrived(struct town *town, struct wire_request *request)
{
    struct backend *backend = &town->halls[request->to];
    if (!backend->machine.running) {
        refuse(town, request);
        wire_request_free(request);
        return;
    }
    http_arrived(backend->hall.http, request);
}

void net_broken(struct town *town, const struct wire_request *to)
{
    if (town_chance(&town->net, 300)) /* nobody says so */
        return;
    struct wire_answer *answer = answer_new(to, 0, "", 0);
    answer->broken = true;
    arrives(town, answer, town_between(&town->net, 1, 20));
}

void net_answer(struct town *town, const struct wire_request *to, int status, int retry_after_s,
                const char *body, size_t length)
{
    struct backend *backend = &town->halls[to->to];
    if (machine_down(&backend->machine)) /* the program only thinks that it answers */
        return;
    town_tell(town, "hall %d answers station %d %s: %d %.80s", to->to, to->from, to->path, status, body);
    if (strcmp(to->path, "/v1/push") == 0)
        check_answered(town, backend, to, status, body, length);
    else if (to->from == OUTSIDE)
        channel_told(town, backend, to, status, body, length);
    if (town_may(town, FAULT_LOSE) && town_chance(&town->net, 15))
        return;
    if (town_may(town, FAULT_PAGE) && town_chance(&town->net, 6)) {
        show_page(town, to);
        return;
    }
    struct wire_answer *answer = answer_new(to, status, body, length);
    answer->retry_after_s = retry_after_s;
    if (town_may(town, FAULT_CUT) && town_chance(&town->net, 15)) {
        answer->broken = true;
        answer->length = rng_below(&town->net, length + 1);
        answer->body[answer->length] = '\0';
    }
    arrives(town, answer, delay_ms(town) + carry_ms(town, answer->length));
}
