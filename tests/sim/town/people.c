/* tests/sim/town/people.c: what people do at a workstation. Each act reads what a screen would show and confirms what a
 * person could; a part of it is late, wrong or refused, as it is with people. */
#include <string.h>

#include "tests/sim/town/town.h"

enum { SITI, RINA, ADI, TONO, BUDI, AYU };
const struct person people[PEOPLE] = {
    {"siti", "u-siti", "clerk"}, {"rina", "u-rina", "reception"},  {"adi", "u-adi", "clerk"},
    {"tono", "u-tono", "clerk"}, {"budi", "u-budi", "supervisor"}, {"ayu", "u-ayu", "approver"},
};

static bool is(const struct station *station, const char *does)
{
    return strcmp(people[station->person].does, does) == 0;
}

static struct json *object(const char *name, const char *text)
{
    struct json *json = json_new_object();
    if (name)
        json_set_text(json, name, text);
    return json;
}

static struct json *of_ticket(const struct json *ticket)
{
    struct json *body = object("ticket", json_text_or(ticket, "id", ""));
    json_set_int(body, "gen", json_int(ticket, "gen", 0));
    return body;
}

static struct json *load(struct station *station, const char *what, struct json *args)
{
    struct json *answer = NULL;
    struct machine *before = town_enter(&station->machine);
    if (cache_load(station->cache, what, args, clock_wall_now_ms(), &answer) != ERR_OK)
        json_free(&answer);
    town_leave(before);
    json_free(&args);
    return answer;
}

static void remember(char (*list)[UUID_TEXT], int *count, const char *id)
{
    str_copy(list[(*count)++ % KNOWN_MAX], UUID_TEXT, id);
}

static const char *any(struct town *town, char (*list)[UUID_TEXT], int count)
{
    int known = count < KNOWN_MAX ? count : KNOWN_MAX;
    return known ? list[rng_below(&town->people, (uint64_t)known)] : NULL;
}

static int64_t pick(struct town *town, int64_t below)
{
    return (int64_t)rng_below(&town->people, (uint64_t)below);
}

static const char *any_queue(struct town *town)
{
    static const char *const queues[] = {"p", "p", "q", "q", "t"};
    return queues[pick(town, 5)];
}

/* --- what comes back --- */

void people_result(struct town *town, struct station *station, int64_t seq, const struct json *result)
{
    const struct json *data = json_get(result, "data");
    (void)seq, (void)town;
    station->wants_answer = false;
    static const char *const gone[] = {"fence_old",        "counter_taken",  "other_agency",
                                       "not_your_counter", "counter_closed", "other_counter_open"};
    const char *code = json_text_or(json_get(result, "error"), "code", "");
    if (json_get(data, "fence") && json_get(data, "lease_s"))
        station->fence = json_int(data, "fence", 0);
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        if (strcmp(code, gone[i]) == 0)
            station->counter[0] = '\0';
}

/* --- reception --- */

/* So many different services of the hall. */
static struct json *any_services(struct town *town, int64_t least, int64_t most)
{
    static const char *const all[] = {"s1", "s2", "s3", "s4", "s5"};
    enum { ALL = sizeof all / sizeof *all };
    struct json *services = json_new_array();
    int64_t count = least + pick(town, most - least + 1);
    while ((int64_t)json_count(services) < count) {
        const char *one = all[pick(town, ALL)];
        if (!json_has_text(services, one))
            json_add_text(services, one);
    }
    return services;
}

/* On the road there are the services of one queue. */
static void want(struct town *town, struct json *body)
{
    static const char *const services[] = {"s1", "s1", "s2", "s3"};
    const char *service = services[pick(town, 4)];
    if (town->side == ON_ROAD) {
        json_set_text(body, "service", bus_service(town));
    } else if (town->rush && pick(town, 4)) {
        json_set_text(body, "service", "s2");
    } else if (pick(town, 3)) {
        json_set_text(body, "service", service);
    } else {
        json_set(body, "services", any_services(town, 2, 4));
        json_set_text(body, "order", pick(town, 2) ? "given" : "sensible");
    }
}

static void issue(struct town *town, struct station *station)
{
    struct json *body = json_new_object();
    want(town, body);
    json_set_text(body, "channel", pick(town, 5) ? "walk_in" : "home_visit");
    if (pick(town, 4) < (town->rush ? 3 : 1))
        json_set_text(body, "priority", pick(town, 2) ? "elderly" : "disabled");
    if (pick(town, 5) == 0) { /* for a later hour of the day, or for tomorrow */
        char at[TIME_TEXT];
        time_text(town->now_ms + (1 + pick(town, 36)) * (int64_t)TOWN_DAY_MS / 24, at);
        json_set_text(body, "channel", "booked");
        json_set_text(body, "appointment_at", at);
    }
    station_confirm(town, station, "ticket.issue", body);
}

static void issue_to_all(struct town *town, struct station *station)
{
    int64_t count = town->rush ? 1 + pick(town, 4) : 1;
    unsigned life = station->machine.life;
    while (count-- > 0 && station->machine.running && station->machine.life == life)
        issue(town, station);
}

static void record_person(struct town *town, struct station *station)
{
    static const char *const given[] = {"Aydan", "Murad", "Nigar", "Elvin"};
    struct json *body = json_new_object();
    char id[UUID_TEXT];
    uuid_v7(town->now_ms, &town->people, id);
    json_set_text(body, "person", id);
    json_set_text(body, "given", given[pick(town, 4)]);
    json_set_text(body, "family", "Testova");
    json_set_text(body, "born", "1990-01-02");
    if (station_confirm(town, station, "person.record", body))
        remember(station->persons, &station->person_count, id);
}

/* Somebody remembers another errand, or has no time for all of them any more. */
static void change_stops(struct town *town, struct station *station, const struct json *ticket)
{
    struct json *body = of_ticket(ticket);
    json_set(body, "services", any_services(town, 0, 3));
    station_confirm(town, station, "ticket.stops", body);
}

static void look_after_queue(struct town *town, struct station *station)
{
    static const char *const queues[] = {"p", "q", "t"};
    struct json *args = object("queue", queues[pick(town, 3)]);
    json_set_int(args, "limit", 5);
    struct json *answer = load(station, "queue", args);
    const struct json *waiting = json_get(answer, "rows");
    const struct json *ticket =
        json_count(waiting) ? json_at(waiting, (size_t)pick(town, (int64_t)json_count(waiting))) : NULL;
    if (ticket && pick(town, 3) == 0) {
        change_stops(town, station, ticket);
    } else if (ticket && pick(town, 2)) {
        station_confirm(town, station, "ticket.cancel", of_ticket(ticket));
    } else if (ticket) {
        struct json *body = object("ticket", json_text_or(ticket, "id", "")), *scores = json_new_array();
        for (int i = 0; i < 9; i++)
            json_add(scores, json_new_int(1 + pick(town, 4)));
        json_set(body, "scores", scores);
        station_confirm(town, station, "survey.record", body);
    }
    json_free(&answer);
}

static void receive(struct town *town, struct station *station)
{
    int64_t what = pick(town, 10);
    if (what < 6)
        issue_to_all(town, station);
    else if (what < 8)
        record_person(town, station);
    else
        look_after_queue(town, station);
}

/* --- cases --- */

static void open_case(struct town *town, struct station *station, const struct json *ticket)
{
    struct json *body = json_new_object();
    char id[UUID_TEXT];
    uuid_v7(town->now_ms, &town->people, id);
    const char *person = any(town, station->persons, station->person_count);
    json_set_text(body, "case", id);
    json_set_text(body, "service",
                  ticket                  ? json_text_or(ticket, "service", "s1")
                  : town->side == ON_ROAD ? bus_service(town)
                  : pick(town, 2)         ? "s1"
                                          : "s2");
    json_set_text(body, "channel", "walk_in");
    if (ticket)
        json_set_text(body, "ticket", json_text_or(ticket, "id", ""));
    if (person)
        json_set_text(body, "person", person);
    if (station_confirm(town, station, "case.open", body))
        remember(station->cases, &station->case_count, id);
}

/* seen_rev: of the row that the form was opened with. */
static struct json *draft_body(struct town *town, const char *id, int64_t seen_rev)
{
    static const char *const members[] = {"reason", "street", "note"};
    static const char *const reasons[] = {"expired", "expired", "lost", "eaten"};
    static const char *const words[] = {"Nizami 7", "Nizami 7", "Fuzuli 12", "Fuzuli 21"};
    struct json *body = object("case", id), *patch = json_new_object();
    int64_t member = pick(town, 3);
    json_set_text(patch, members[member], member ? words[pick(town, 4)] : reasons[pick(town, 4)]);
    if (member == 0 && pick(town, 2))
        json_set_text(patch, "street", words[pick(town, 4)]);
    json_set(body, "patch", patch);
    json_set_int(body, "base_row_rev", seen_rev);
    return body;
}

static struct json *decide_body(struct town *town, const char *id)
{
    static const char *const outcomes[] = {"approve", "approve", "refuse", "return"};
    struct json *body = object("case", id), *reasons = json_new_array();
    char decision[UUID_TEXT];
    int64_t outcome = pick(town, 4);
    uuid_v7(town->now_ms, &town->people, decision);
    json_set_text(body, "decision", decision);
    json_set_text(body, "outcome", outcomes[outcome]);
    if (outcome >= 2)
        json_add_text(reasons, "R1");
    json_set(body, "reasons", reasons);
    return body;
}

struct act {
    const char *type;
    struct json *body;
};

static void paper(struct town *town, struct act *act)
{
    act->type = "case.check_document";
    json_set_text(act->body, "document", "old-card");
    json_set_text(act->body, "state", pick(town, 6) ? "seen" : "missing");
}

static void pay(struct act *act)
{
    act->type = "case.pay";
    json_set_text(act->body, "amount", "5.00");
    json_set_text(act->body, "currency", "AZN");
    json_set_text(act->body, "method", "cash");
}

static void fill(struct town *town, struct act *act, const struct json *row)
{
    json_free(&act->body);
    act->type = "case.draft";
    act->body = draft_body(town, json_text_or(row, "id", ""), json_int(row, "row_rev", 0));
}

/* A form that has what it needs is handed in, mostly. */
static void go_on_with_draft(struct town *town, struct act *act, const struct json *row)
{
    bool filled = json_text(json_get(row, "draft"), "reason") != NULL;
    if (pick(town, filled ? 5 : 2) == 0)
        fill(town, act, row);
    else if (!filled && pick(town, 6))
        fill(town, act, row);
    else
        act->type = "case.submit";
}

static void go_on_with_decided(struct town *town, struct act *act, const struct json *decisions)
{
    if (json_count(decisions) && pick(town, 2)) {
        act->type = "case.confirm";
        json_set_text(act->body, "decision",
                      json_text_or(json_at(decisions, json_count(decisions) - 1), "id", ""));
        json_set_bool(act->body, "agree", pick(town, 5) != 0);
    } else {
        act->type = pick(town, 4) ? "case.deliver" : "case.correct";
        if (strcmp(act->type, "case.correct") == 0)
            json_set_text(act->body, "reason", "a letter was wrong");
    }
}

static bool is_one_of(const char *state, const char *const *states)
{
    for (; *states; states++)
        if (strcmp(state, *states) == 0)
            return true;
    return false;
}

static void assign(struct town *town, struct act *act)
{
    act->type = "case.assign";
    json_set(act->body, "to", object("user", people[pick(town, 3)].login));
}

/* What is next for a case in that state; a few times something that is not. */
static void choose_act(struct town *town, struct act *act, const struct json *answer)
{
    static const char *const drafts[] = {"draft", "returned", NULL};
    static const char *const decided[] = {"approved", "refused", "ready", NULL};
    const struct json *row = json_get(answer, "case");
    const char *state = json_text_or(row, "state", "");
    int64_t what = pick(town, 12);
    if (what == 0)
        pay(act);
    else if (what == 1)
        paper(town, act);
    else if (is_one_of(state, drafts))
        go_on_with_draft(town, act, row);
    else if (is_one_of(state, decided))
        go_on_with_decided(town, act, json_get(answer, "decisions"));
    else if (strcmp(state, "submitted") == 0 && what < 9)
        paper(town, act);
    else if (what == 2)
        act->type = "case.withdraw";
    else if (what < 5)
        fill(town, act, row);
    else if (what < 7)
        assign(town, act);
    else {
        json_free(&act->body);
        *act = (struct act){"case.decide", decide_body(town, json_text_or(row, "id", ""))};
    }
}

/* It stands open while its author talks to the citizen, and others write into it. */
static void leave_form_open(struct station *station, const struct json *row)
{
    str_copy(station->form, sizeof station->form, json_text_or(row, "id", ""));
    station->form_rev = json_int(row, "row_rev", 0);
}

static void confirm_open_form(struct town *town, struct station *station)
{
    struct json *body = draft_body(town, station->form, station->form_rev);
    station->form[0] = '\0';
    station_confirm(town, station, "case.draft", body);
}

static void go_on_with_case(struct town *town, struct station *station, const char *id)
{
    struct json *answer = load(station, "case", object("case", id));
    const struct json *row = json_get(answer, "case");
    if (row) {
        struct act act = {.body = object("case", id)};
        choose_act(town, &act, answer);
        if (strcmp(act.type, "case.draft") == 0 && pick(town, 2)) {
            leave_form_open(station, row);
            json_free(&act.body);
        } else {
            station_confirm(town, station, act.type, act.body);
        }
    }
    json_free(&answer);
}

/* One of the hall's, not only one's own: so that two meet at the same case. */
static void look_at_worklist(struct town *town, struct station *station)
{
    static const char *const filters[] = {"agency", "agency", "agency",  "confirm",
                                          "mine",   "online", "returned"};
    struct json *args = object("filter", filters[pick(town, 7)]);
    json_set_int(args, "limit", 6);
    struct json *answer = load(station, "worklist", args);
    const struct json *list = json_get(answer, "rows");
    if (json_count(list)) {
        char id[UUID_TEXT];
        /* Often the first, so that two meet at it. */
        size_t at = pick(town, 2) ? 0 : (size_t)pick(town, (int64_t)json_count(list));
        str_copy(id, sizeof id, json_text_or(json_at(list, at), "id", ""));
        if (pick(town, 6) == 0) {
            struct act act = {.body = object("case", id)};
            assign(town, &act);
            station_confirm(town, station, act.type, act.body);
        } else {
            go_on_with_case(town, station, id);
        }
    }
    json_free(&answer);
}

/* People talk: two write into the same form, or decide what another has begun. */
static const char *colleagues_case(struct town *town)
{
    int count;
    struct station *stations = town_stations(town, &count), *other = &stations[pick(town, count)];
    return any(town, other->cases, other->case_count < 4 ? other->case_count : 4);
}

/* Its citizen has come on to this desk meanwhile. */
static const char *form_elsewhere(struct town *town, const struct station *station)
{
    int count;
    const struct station *stations = town_stations(town, &count);
    for (int i = 0; i < count; i++)
        if (&stations[i] != station && stations[i].form[0] && stations[i].person != station->person)
            return stations[i].form;
    return NULL;
}

static void write_into(struct town *town, struct station *station, const char *id)
{
    struct json *answer = load(station, "case", object("case", id));
    const struct json *row = json_get(answer, "case");
    if (row)
        station_confirm(town, station, "case.draft", draft_body(town, id, json_int(row, "row_rev", 0)));
    json_free(&answer);
}

/* Two records that a clerk takes for one person; or what was one is taken apart again. */
static void join_records(struct town *town, struct station *station)
{
    struct json *found = load(station, "persons", object("q", "testova"));
    const struct json *rows = json_get(found, "rows"), *from, *into;
    int64_t count = (int64_t)json_count(rows);
    if (count < 2) {
        record_person(town, station);
    } else {
        int64_t at = pick(town, count);
        from = json_at(rows, (size_t)at);
        into = json_at(rows, (size_t)((at + 1) % count));
        const struct json *merged = json_get(from, "merged");
        bool apart = json_count(merged) && pick(town, 2);
        struct json *body =
            object("person", apart ? json_as_text(json_first(merged)) : json_text_or(from, "id", ""));
        if (!apart)
            json_set_text(body, "into", json_text_or(into, "id", ""));
        station_confirm(town, station, apart ? "person.unmerge" : "person.merge", body);
    }
    json_free(&found);
}

static void work_on_case(struct town *town, struct station *station)
{
    if (pick(town, 10) == 0) {
        join_records(town, station);
        return;
    }
    const char *own = pick(town, 3) ? any(town, station->cases, station->case_count) : colleagues_case(town);
    char id[UUID_TEXT];
    if (station->form[0] && pick(town, 3) == 0) {
        confirm_open_form(town, station);
    } else if (form_elsewhere(town, station) && pick(town, 2)) {
        write_into(town, station, form_elsewhere(town, station));
    } else if (own && pick(town, 4)) {
        str_copy(id, sizeof id, own);
        go_on_with_case(town, station, id);
    } else if (pick(town, 4)) {
        look_at_worklist(town, station);
    } else {
        open_case(town, station, NULL);
    }
}

/* --- the desk --- */

struct counters {
    char ids[4][UUID_TEXT];
    int count;
};

static void note_counter(void *ctx, const char *table, const char *id, const struct json *row)
{
    struct counters *counters = ctx;
    (void)table, (void)row;
    if (counters->count < (int)(sizeof counters->ids / sizeof *counters->ids))
        str_copy(counters->ids[counters->count++], UUID_TEXT, id);
}

/* A bus makes its counters itself. */
static void counter_of_bus(struct town *town, struct station *station, char id[UUID_TEXT])
{
    struct counters counters = {0};
    struct machine *before = town_enter(&station->machine);
    enum err err = cache_rows(station->cache, "counter", note_counter, &counters);
    town_leave(before);
    if (err == ERR_OK && counters.count)
        str_copy(id, UUID_TEXT, counters.ids[pick(town, counters.count)]);
}

static void open_counter(struct town *town, struct station *station)
{
    static const char *const counters[] = {"c1", "c2", "c2", "c4"}; /* of the first agency */
    char id[UUID_TEXT];
    bool other = strcmp(people[station->person].login, "tono") == 0;
    str_copy(id, sizeof id,
             pick(town, 10) && other ? "c3" : counters[town->rush ? 2 + pick(town, 2) : pick(town, 4)]);
    if (town->side == ON_ROAD)
        counter_of_bus(town, station, id);
    struct json *body = object("counter", id);
    if (pick(town, 3) == 0)
        json_set_bool(body, "takeover", true);
    if (station_confirm(town, station, "counter.open", body))
        str_copy(station->counter, sizeof station->counter, id);
}

static void call(struct town *town, struct station *station)
{
    struct json *body = object("counter", station->counter);
    json_set_int(body, "fence", station->fence);
    station_confirm(town, station, "ticket.call_next", body);
}

/* Out of turn: somebody who waits here is known to the clerk. */
static void call_named(struct town *town, struct station *station)
{
    struct json *args = object("queue", any_queue(town));
    json_set_int(args, "limit", 5);
    struct json *answer = load(station, "queue", args);
    const struct json *waiting = json_get(answer, "rows");
    if (json_count(waiting)) {
        size_t at = (size_t)pick(town, (int64_t)json_count(waiting));
        struct json *body = object("counter", station->counter);
        json_set_int(body, "fence", station->fence);
        json_set_text(body, "ticket", json_text_or(json_at(waiting, at), "id", ""));
        json_set_text(body, "reason", "has a train to catch");
        station_confirm(town, station, "ticket.call", body);
    }
    json_free(&answer);
}

static void leave_counter(struct town *town, struct station *station)
{
    struct json *body = object("counter", station->counter);
    json_set_int(body, "fence", station->fence);
    int64_t what = pick(town, 3);
    station_confirm(town, station,
                    what == 0   ? "counter.close"
                    : what == 1 ? "counter.pause"
                                : "counter.resume",
                    body);
    if (what == 0)
        station->counter[0] = '\0';
}

static bool supervisor_is_in(struct town *town)
{
    int count;
    const struct station *stations = town_stations(town, &count);
    for (int i = 0; i < count; i++)
        if (is(&stations[i], "supervisor"))
            return true;
    return false;
}

static bool wants_to_close(struct town *town, const struct json *counter)
{
    int64_t of = !supervisor_is_in(town) ? 20 : town->day == DAY_OF_VISITORS ? 2 : 4;
    return !json_get(counter, "closing") && pick(town, of) == 0;
}

/* Before the others do: a supervisor answers. */
static void ask_to_close(struct town *town, struct station *station)
{
    struct json *body = object("counter", station->counter);
    json_set_text(body, "reason", "end of the day");
    if (pick(town, 2))
        json_set_text(body, "serve", "waiting");
    station_confirm(town, station, "closure.request", body);
}

static void go_on_calling(struct town *town, struct station *station)
{
    struct json *body = object("counter", station->counter);
    json_set_int(body, "fence", station->fence);
    station_confirm(town, station, "counter.resume", body);
}

static void after_call(struct town *town, struct station *station, const struct json *ticket)
{
    static const char *const types[] = {"ticket.start",  "ticket.start",   "ticket.start",
                                        "ticket.recall", "ticket.no_show", "ticket.return"};
    station_confirm(town, station, types[pick(town, 6)], of_ticket(ticket));
}

static void transfer(struct town *town, struct station *station, const struct json *ticket)
{
    static const char *const places[] = {"keep", "first", "last"};
    struct json *body = of_ticket(ticket), *to = json_new_object();
    int64_t what = pick(town, 3);
    if (what == 0)
        json_set_text(to, "queue", pick(town, 2) ? "p" : "q");
    else if (what == 1)
        json_set_text(to, "counter", pick(town, 2) ? "c1" : "c2");
    else
        json_set_text(to, "user", people[pick(town, 3)].login);
    json_set(body, "to", to);
    json_set_text(body, "place", places[pick(town, 3)]);
    station_confirm(town, station, "ticket.transfer", body);
}

static void serve(struct town *town, struct station *station, const struct json *ticket)
{
    static const char *const outcomes[] = {"served", "served", "papers_missing", "left"};
    int64_t what = pick(town, 12);
    bool is_brief = (town->day == DAY_OF_VISITORS || town->side == ON_ROAD) && (town->rush || pick(town, 4));
    if (what < 2 && !is_brief) {
        open_case(town, station, ticket);
    } else if (what < 4 && !is_brief) {
        work_on_case(town, station);
    } else if (what < 9) {
        struct json *body = of_ticket(ticket);
        json_set_text(body, "outcome", outcomes[pick(town, 4)]);
        if (json_count(json_get(ticket, "stops")) && pick(town, 6) == 0)
            json_set_bool(body, "end_visit", true);
        station_confirm(town, station, "ticket.finish", body);
    } else if (what == 9 && pick(town, 3) == 0) {
        change_stops(town, station, ticket);
    } else if (what < 11) {
        struct json *body = of_ticket(ticket);
        json_set_text(body, "reason", "copies");
        station_confirm(town, station, "ticket.hold", body);
    } else {
        transfer(town, station, ticket);
    }
}

/* Taken back, or settled where they lie: ended, put back, handed over or sent on. */
static void settle_parked(struct town *town, struct station *station, const struct json *ticket)
{
    struct json *body = of_ticket(ticket);
    int64_t what = pick(town, 7);
    if (what == 0) {
        station_confirm(town, station, "ticket.return", body);
    } else if (what == 1) {
        json_set_text(body, "outcome", "papers_missing");
        station_confirm(town, station, "ticket.finish", body);
    } else if (what < 4) {
        json_free(&body);
        transfer(town, station, ticket);
    } else {
        station_confirm(town, station, "ticket.resume", body);
    }
}

static void take_from_colleague(struct town *town, struct station *station, const struct json *ticket)
{
    struct json *body = of_ticket(ticket);
    json_set_text(body, "counter", station->counter);
    json_set_int(body, "fence", station->fence);
    json_set_text(body, "reason", "away");
    station_confirm(town, station, "ticket.take", body);
}

static void at_counter(struct town *town, struct station *station)
{
    struct json *desk = load(station, "desk", object("counter", station->counter));
    const struct json *ticket = json_get(desk, "ticket"), *parked = json_get(desk, "parked");
    const struct json *undo = json_get(desk, "undo"), *others = json_get(desk, "others");
    if (json_is_object(ticket) && strcmp(json_text_or(ticket, "state", ""), "called") == 0)
        after_call(town, station, ticket);
    else if (json_is_object(ticket))
        serve(town, station, ticket);
    else if (json_count(parked) && pick(town, 3) == 0)
        settle_parked(town, station, json_at(parked, 0));
    else if (json_count(others) && pick(town, 5) == 0)
        take_from_colleague(town, station, json_at(others, 0));
    else if (json_is_object(undo) && pick(town, 5) == 0)
        station_confirm(town, station, "ticket.undo", object("ticket", json_text_or(undo, "ticket", "")));
    else if (strcmp(json_text_or(json_get(desk, "counter"), "state", ""), "paused") == 0 && pick(town, 3))
        go_on_calling(town, station);
    else if (pick(town, 20) == 0)
        leave_counter(town, station);
    else if (wants_to_close(town, json_get(desk, "counter")))
        ask_to_close(town, station);
    else if (json_count(json_get(desk, "next")) && pick(town, 12) == 0)
        call_named(town, station);
    else if (json_count(json_get(desk, "next")) ? pick(town, 5) != 0 : pick(town, 4) == 0)
        call(town, station);
    else
        work_on_case(town, station);
    json_free(&desk);
}

static void work(struct town *town, struct station *station)
{
    bool by_letter = town->day == DAY_OF_FORMS && town->side == AT_HOME && pick(town, 6);
    bool first = town->day == DAY_MIXED && !station->counter[0] && pick(town, 3) == 0;
    if (by_letter || first)
        work_on_case(town, station);
    else if (!station->counter[0] && sync_status(station->sync)->state == SYNC_ONLINE)
        open_counter(town, station);
    else if (!station->counter[0])
        work_on_case(town, station);
    else
        at_counter(town, station);
}

/* --- the supervisor --- */

static void resolve(struct town *town, struct station *station)
{
    static const char *const choices[] = {"discard", "apply", "keep"};
    struct json *args = json_new_object();
    json_set_int(args, "limit", 10);
    struct json *answer = load(station, "disputes", args);
    const struct json *list = json_get(answer, "rows");
    if (json_count(list)) {
        struct json *body = object("dispute", json_text_or(json_at(list, 0), "id", ""));
        json_set_text(body, "choice", choices[pick(town, 3)]);
        json_set_text(body, "note", "looked at");
        station_confirm(town, station, "dispute.resolve", body);
    }
    json_free(&answer);
}

static const char *any_counter(struct town *town)
{
    static const char *const counters[] = {"c1", "c2", "c3", "c4"};
    return counters[pick(town, 4)];
}

static void assign_queues(struct town *town, struct station *station)
{
    struct json *body = object("counter", any_counter(town)), *list = json_new_array();
    const char *first = any_queue(town), *second = any_queue(town);
    for (int i = 0; i < 2; i++) {
        if (i == 1 && (strcmp(first, second) == 0 || pick(town, 2)))
            break;
        struct json *one = object("queue", i == 0 ? first : second);
        json_set_int(one, "weight", 1 + pick(town, 3));
        json_add(list, one);
    }
    json_set(body, "queues", list);
    station_confirm(town, station, "queue.assign", body);
}

/* Some of those who wait: named ones, the first few, or those for one service. */
static struct json *any_filter(struct town *town, struct station *station, const char *from)
{
    struct json *filter = json_new_object();
    int64_t what = pick(town, 3);
    if (what == 0) {
        json_set_int(filter, "limit", 1 + pick(town, 3));
    } else if (what == 1) {
        json_set_text(filter, "service", pick(town, 2) ? "s1" : "s2");
    } else {
        struct json *args = object("queue", from), *names = json_new_array();
        json_set_int(args, "limit", 4);
        struct json *answer = load(station, "queue", args);
        for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row))
            if (pick(town, 2))
                json_add_text(names, json_text_or(row, "id", ""));
        json_set(filter, "tickets", names);
        json_free(&answer);
    }
    return filter;
}

static void move_people(struct town *town, struct station *station)
{
    const char *from = any_queue(town);
    struct json *body = object("from", from);
    json_set_text(body, "to", any_queue(town));
    if (pick(town, 2))
        json_set(body, "filter", any_filter(town, station, from));
    if (pick(town, 3) == 0)
        json_set_bool(body, "preview", true);
    station_confirm(town, station, "queue.move", body);
}

/* Counters and people at once. */
static void move_in_hall(struct town *town, struct station *station)
{
    static const char *const hows[] = {"only", "also", "also", "without"};
    struct json *body = object("to", any_queue(town));
    int64_t what = pick(town, 3);
    if (what != 1) {
        struct json *counters = json_new_array();
        json_add_text(counters, any_counter(town));
        json_set(body, "counters", counters);
        json_set_text(body, "how", hows[pick(town, 4)]);
    }
    if (what != 0) {
        struct json *args = object("queue", any_queue(town)), *names = json_new_array();
        json_set_int(args, "limit", 3);
        struct json *answer = load(station, "queue", args);
        for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row))
            json_add_text(names, json_text_or(row, "id", ""));
        json_set(body, "tickets", names);
        json_free(&answer);
    }
    if (what == 0 && pick(town, 2)) {
        char at[TIME_TEXT];
        time_text(town->now_ms + 1000 + pick(town, 60 * 1000), at);
        json_set_text(body, "until", at);
    }
    if (pick(town, 6) == 0)
        json_set_bool(body, "preview", true);
    station_confirm(town, station, "hall.move", body);
}

static void note_move(void *ctx, const char *table, const char *id, const struct json *row)
{
    (void)table;
    if (!json_text(row, "ended_at"))
        str_copy(ctx, UUID_TEXT, id);
}

/* The newest that stands. False: none. */
static bool undo_move(struct town *town, struct station *station)
{
    char id[UUID_TEXT] = "";
    struct machine *before = town_enter(&station->machine);
    enum err err = cache_rows(station->cache, "move", note_move, id);
    town_leave(before);
    if (err == ERR_OK && *id)
        station_confirm(town, station, "move.undo", object("move", id));
    return err == ERR_OK && *id;
}

static void set_rule(struct town *town, struct station *station)
{
    static const char *const kinds[] = {"fifo", "fifo", "priority", "priority", "weighted", "appointments"};
    struct json *body = object("queue", any_queue(town)), *rule = object("kind", kinds[pick(town, 6)]);
    json_set_int(rule, "max_run", 1 + pick(town, 3));
    json_set(body, "rule", rule);
    json_set_text(body, "reason", "many wait");
    if (pick(town, 2)) { /* for a while */
        char at[TIME_TEXT];
        time_text(town->now_ms + 1000 + pick(town, 60 * 1000), at);
        json_set_text(body, "until", at);
    }
    station_confirm(town, station, "queue.rule", body);
}

struct asked { /* a request to close a counter */
    char id[UUID_TEXT];
    bool approved;
};

static void note_asked(void *ctx, const char *table, const char *id, const struct json *row)
{
    struct asked *asked = ctx;
    const char *state = json_text_or(row, "state", "");
    (void)table;
    bool open = strcmp(state, "open") == 0;
    if (!open && (asked->id[0] || strcmp(state, "approved") != 0))
        return; /* what is asked goes before what was answered */
    asked->approved = !open;
    str_copy(asked->id, sizeof asked->id, id);
}

static void answer(struct town *town, struct station *station, const char *closure, const char *type)
{
    struct json *body = object("closure", closure);
    json_set_text(body, "reason", "as the queue stands");
    station_confirm(town, station, type, body);
}

/* False: nobody asks. */
static bool answer_closure(struct town *town, struct station *station)
{
    static const char *const types[] = {"closure.approve", "closure.approve", "closure.reject",
                                        "closure.withdraw"};
    struct asked asked = {0};
    struct machine *before = town_enter(&station->machine);
    enum err err = cache_rows(station->cache, "closure", note_asked, &asked);
    town_leave(before);
    int64_t seldom = town->day == DAY_OF_VISITORS ? 12 : 4;
    if (err != ERR_OK || !asked.id[0] || (asked.approved && pick(town, seldom)))
        return false;
    answer(town, station, asked.id, asked.approved ? "closure.withdraw" : types[pick(town, 4)]);
    if (pick(town, 3) == 0 &&
        station->machine.running) /* and thinks better of it before the answer is here */
        answer(town, station, asked.id, types[pick(town, 4)]);
    return true;
}

/* A colleague's counter, as it stands. */
static void mind_counter(struct town *town, struct station *station)
{
    static const char *const types[] = {"counter.close", "counter.pause", "counter.pause", "counter.resume"};
    struct json *body = object("counter", any_counter(town));
    json_set_text(body, "reason", "supervisor");
    station_confirm(town, station, types[pick(town, 4)], body);
}

static void supervise(struct town *town, struct station *station)
{
    int64_t what = pick(town, 12);
    if (pick(town, 3) && answer_closure(town, station))
        return;
    if (pick(town, 3) == 0 && undo_move(town, station))
        return;
    if (what < 1)
        assign_queues(town, station);
    else if (what < 2)
        move_people(town, station);
    else if (what < 4)
        move_in_hall(town, station);
    else if (what < 6)
        set_rule(town, station);
    else if (what < 8)
        mind_counter(town, station);
    else if (what < 9)
        look_after_queue(town, station);
    else if (what < 11)
        issue(town, station); /* reception is at lunch */
    else
        resolve(town, station);
}

/* --- one act --- */

/* Somebody types but does not confirm yet. */
static void type_something(struct town *town, struct station *station)
{
    const char *id = any(town, station->cases, station->case_count);
    if (!id)
        return;
    char words[32];
    str_format(words, sizeof words, "half a str %d", (int)pick(town, 1000));
    struct json *typed = object("street", words);
    struct machine *before = town_enter(&station->machine);
    enum err err = cache_journal_put(station->cache, "form", id, typed, clock_wall_now_ms());
    bool kept = err == ERR_OK && !machine_down(&station->machine);
    if (!kept)
        town_tell(town, "station %d: the journal could not be written", station->machine.number);
    check_typed(town, station, id, kept ? typed : NULL); /* else the one or the other may be there */
    town_leave(before);
    json_free(&typed);
    if (machine_down(&station->machine))
        station_bury(town, station);
    else if (kept && town_may(town, FAULT_POWER) && pick(town, 6) == 0)
        station_end(town, station, true); /* the power goes just after */
}

static void sign_in_again(struct town *town, struct station *station)
{
    enum sync_state state = sync_status(station->sync)->state;
    if (state == SYNC_SIGNED_OUT || state == SYNC_EXPIRED)
        station_sign_in(town, station, station->person);
}

static void act(struct town *town, struct station *station)
{
    if (!cache_actor(station->cache) || sync_status(station->sync)->state == SYNC_EXPIRED) {
        sign_in_again(town, station);
    } else if (station->wants_answer && pick(town, 4)) {
        return; /* "Calling…" */
    } else if (pick(town, 12) == 0) {
        type_something(town, station);
    } else if (is(station, "reception")) {
        receive(town, station);
    } else if (is(station, "supervisor")) {
        supervise(town, station);
    } else if (is(station, "approver")) {
        look_at_worklist(town, station);
    } else {
        work(town, station);
    }
}

static int next_person(struct town *town, const struct station *station)
{
    int count, at = 0;
    const int *crew = bus_crew(town, &count);
    if (town->side == AT_HOME)
        return (station->person + 1) % PEOPLE;
    while (at < count && crew[at] != station->person)
        at++;
    return crew[(at + 1) % count];
}

/* The quiet end: whoever left records here comes back once more, so that they go out under their own name. */
static void come_back(struct town *town, struct station *station)
{
    struct machine *before = town_enter(&station->machine);
    int64_t own = cache_unsent(station->cache), others = cache_unsent_others(station->cache);
    town_leave(before);
    enum sync_state state = sync_status(station->sync)->state;
    if (state == SYNC_ONLINE && own == 0 && others > 0) {
        int next = next_person(town, station);
        station_sign_out(town, station);
        if (station->machine.running)
            station_sign_in(town, station, next);
    } else {
        sign_in_again(town, station);
    }
}

/* Where people take their time, clocks matter: leases and sign-ins end, polls come back empty. */
void people_choose(struct town *town)
{
    static const int paces[] = {1, 6};
    static const int rosters[][STATIONS_MAX] = {{SITI, RINA, ADI, TONO, BUDI}, {SITI, ADI, RINA, AYU, BUDI},
                                                {ADI, SITI, TONO, RINA, AYU},  {RINA, ADI, SITI, BUDI, TONO},
                                                {SITI, BUDI, RINA, ADI, TONO}, {ADI, BUDI, SITI, RINA, TONO}};
    const int *roster = rosters[pick(town, 6)];
    town->pace = paces[pick(town, 2)];
    town->day = (enum day)pick(town, 3);
    town->rush = pick(town, 3) == 0;
    if (town->rush)
        town->day = DAY_OF_VISITORS;
    for (int i = 0; i < town->plan.stations; i++)
        town->stations[i].person = roster[i];
}

static int64_t time_to_next_ms(struct town *town)
{
    enum { LONGEST_MS = KEPT_MS / 2 }; /* whoever has to come back at the end comes in time */
    int64_t ms = town->pace * (pick(town, 5) ? town_between(&town->people, 20, 2000)
                                             : town_between(&town->people, 2000, 40 * 1000));
    return ms < LONGEST_MS ? ms : LONGEST_MS;
}

void people_act(struct town *town, struct station *station)
{
    unsigned life = station->machine.life;
    bool at_work = !town->quiet && !(town->side == ON_ROAD && bus_is_closing(town));
    if (at_work)
        act(town, station);
    else
        come_back(town, station);
    if (station->machine.running && station->machine.life == life)
        town_plan(town, at_work ? time_to_next_ms(town) : 1000, EVENT_PERSON, station->machine.number, NULL);
}
