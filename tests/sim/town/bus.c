/* tests/sim/town/bus.c: departures of mobile halls. A trip is a list of deeds, which whoever is in charge of it does one
 * after the other; what failed, or what nobody knows of whether it was done, is done again. The verbs of loketd run as
 * its porter runs them: core/hall/admin.h, in a group of the hall's writer. */
#include "tests/sim/town/bus.h"

#include <stdlib.h>
#include <string.h>

#include "core/hall/admin.h"
#include "core/hall/bus.h"
#include "core/hall/setup.h"
#include "core/hall/tokens.h"
#include "core/hall/writer.h"

enum deed {
    DEPART, /* at home */
    LOAD,   /* the laptop is made from the parcel, its workstations are put up */
    WORK,
    PACK,  /* on the road: everything so far into a parcel */
    MERGE, /* at home */
    AGAIN, /* the same parcel once more, or the one of noon: whoever has the stick does not know */
    RECALL,
    CLOSE, /* its people stop; their workstations send what they have */
    LEAVE, /* it never comes: the laptop is at the bottom of a river */
    HOME,  /* it is taken down */
    REST,  /* until the next trip */
    DEEDS
};

enum { DEEDS_MAX = 16, TRIPS_MAX = 4, SOON_MS = 300, LATER_MS = 1500 };

struct errand;
typedef void take_answer(struct town *town, struct trip *trip, const struct errand *errand);

/* A request to a hall at work. */
struct errand {
    struct town *town;
    struct errand *next;
    struct trip *trip; /* whose */
    take_answer *take;
    bool of_deed; /* then the deed is done with it; else it mends the past */
    bool ended;
    struct backend *backend;
    unsigned life; /* of its machine */
    struct json *request, *answer;
    struct err_info info;
    enum err err;
    int64_t before_rev, after_rev; /* as its transaction saw them */
    struct before *before;
};

struct bus {
    struct trip trips[TRIPS_MAX];
    int count;
    enum deed deeds[DEEDS_MAX];
    int64_t waits_ms[DEEDS_MAX];
    int deed_count, at;
    bool waiting; /* a wait of this deed was begun */
    int64_t until_ms;
    bool out, closing;
    struct errand *errand;  /* under way; NULL: none */
    struct errand *errands; /* all of them */
};

int64_t trip_merged_rev(const struct trip *trip)
{
    return trip->merge_count ? trip->merges[trip->merge_count - 1].to_rev : 0;
}

static struct trip *trip_now(const struct town *town)
{
    return (struct trip *)&town->bus->trips[town->bus->count - 1];
}

/* --- what the others ask --- */

bool bus_is_out(const struct town *town)
{
    return town->bus && town->bus->out;
}

bool bus_is_closing(const struct town *town)
{
    return town->bus && town->bus->closing;
}

bool bus_may_suffer(const struct town *town)
{
    return bus_is_out(town) && !town->bus->closing && !town->quiet;
}

const int *bus_crew(const struct town *town, int *count)
{
    *count = town->bus ? trip_now(town)->crew_count : 0;
    return town->bus ? trip_now(town)->crew : NULL;
}

const char *bus_service(const struct town *town)
{
    static const char *const services[][2] = {{"p", "s1"}, {"q", "s2"}, {"t", "s3"}};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (strcmp(trip_now(town)->queue, services[i][0]) == 0)
            return services[i][1];
    return "s1";
}

/* --- a trip --- */

static int64_t draw(struct town *town, int64_t low, int64_t high)
{
    return town_between(&town->trips, low, high);
}

static bool chance(struct town *town, unsigned of_1000)
{
    return town_chance(&town->trips, of_1000);
}

static void add_deed(struct bus *bus, enum deed deed, int64_t wait_ms)
{
    bus->deeds[bus->deed_count] = deed;
    bus->waits_ms[bus->deed_count++] = wait_ms;
}

static int person_of(const char *login)
{
    int i = 0;
    while (strcmp(people[i].login, login) != 0)
        i++;
    return i;
}

static void take_along(struct trip *trip, const char *login)
{
    trip->crew[trip->crew_count++] = person_of(login);
}

static void choose_crew(struct town *town, struct trip *trip)
{
    bool taxes = strcmp(trip->queue, "t") == 0;
    take_along(trip, taxes ? "tono" : chance(town, 500) ? "siti" : "adi");
    if (chance(town, 600))
        take_along(trip, "rina");
    if (!taxes && chance(town, 300))
        take_along(trip, "ayu");
    if (chance(town, 200))
        take_along(trip, "budi");
}

static void choose_way_home(struct town *town, struct bus *bus)
{
    bool lost = (town->faults >> FAULT_BUS_LOST & 1) && chance(town, 650);
    if (lost) {
        add_deed(bus, RECALL, 0);
        add_deed(bus, WORK, draw(town, 10 * 1000, 90 * 1000)); /* here its citizens are called meanwhile */
    }
    if (lost && chance(town, 350)) {
        add_deed(bus, LEAVE, 0);
    } else {
        add_deed(bus, CLOSE, 0);
        add_deed(bus, PACK, 0);
        add_deed(bus, MERGE, draw(town, 0, 5000));
        if (chance(town, 400))
            add_deed(bus, AGAIN, 0);
        add_deed(bus, HOME, 0);
    }
    add_deed(bus, REST, draw(town, 1000, 20 * 1000));
}

static void begin_trip(struct town *town)
{
    static const char *const queues[] = {"p", "p", "q", "t"};
    struct bus *bus = town->bus;
    struct trip *trip = &bus->trips[bus->count++];
    *trip = (struct trip){.must = json_new_object(), .touched = json_new_object()};
    str_copy(trip->code, sizeof trip->code, chance(town, 700) ? "B3" : "V1");
    str_copy(trip->queue, sizeof trip->queue, queues[draw(town, 0, 3)]);
    choose_crew(town, trip);
    bus->deed_count = bus->at = 0;
    add_deed(bus, DEPART, 0);
    add_deed(bus, LOAD, draw(town, 0, 5000));
    add_deed(bus, WORK, draw(town, 5000, chance(town, 300) ? 240 * 1000 : 40 * 1000));
    if (chance(town, 300)) { /* a parcel at noon */
        add_deed(bus, PACK, 0);
        add_deed(bus, MERGE, 0);
        add_deed(bus, WORK, draw(town, 1000, 20 * 1000));
    }
    choose_way_home(town, bus);
}

void bus_choose(struct town *town)
{
    unsigned bits = 0;
    if (chance(town, 600))
        bits |= 1u << FAULT_BUS;
    if (chance(town, 600))
        bits |= 1u << FAULT_BUS_LOST;
    town->faults |= bits & ~town->plan.without;
    if (!(town->faults >> FAULT_BUS & 1))
        return;
    town->bus = xcalloc(1, sizeof *town->bus);
    struct machine *laptop = &town->halls[BUS].machine;
    machine_init(town, laptop, BUS);
    for (int i = 0; i < BUS_STATIONS; i++)
        machine_init(town, &town->stations[STATIONS_MAX + i].machine, FIRST_STATION + STATIONS_MAX + i);
    begin_trip(town);
    town_plan(town, town->pace * draw(town, 2000, 20 * 1000), EVENT_BUS, HALL, NULL);
}

/* --- an errand --- */

static int64_t rev_of(struct db *db)
{
    struct hall_state state;
    return store_state(db, &state) == ERR_OK ? state.rev : -1;
}

static bool is_merge(const struct errand *errand)
{
    return str_equal(json_text(errand->request, "do"), "bus.merge");
}

/* As porter.c does it: what does not fit undoes itself alone. */
static enum err run_errand(void *ctx, const struct server_env *env)
{
    struct errand *errand = ctx;
    struct town *town = errand->town;
    json_free(&errand->answer);
    before_free(&errand->before);
    errand->before_rev = rev_of(env->db);
    if (is_merge(errand))
        errand->before = before_merge(errand->trip, env->db);
    errand->info.text[0] = '\0';
    enum err err = admin_apply(env, errand->request, &errand->answer, &errand->info);
    errand->after_rev = rev_of(env->db);
    bool lives =
        errand == town->bus->errand && !machine_down(&errand->backend->machine) && !errand->backend->stale;
    if (err == ERR_OK && is_merge(errand) && lives)
        check_merge(town, errand->trip, errand->before, env->db, errand->answer);
    bool refused = err != ERR_OK && errand->info.text[0] && !store_broken(err);
    return refused ? ERR_REFUSED : err;
}

static void errand_done(void *ctx, enum err err)
{
    struct errand *errand = ctx;
    tokens_clear(errand->backend->hall.tokens);
    if (machine_down(&errand->backend->machine) || errand->backend->stale)
        return; /* whoever asked hears nothing */
    errand->ended = true;
    errand->err = err;
}

/* Now and then just this is what the hall does not live through. */
static void strike(struct town *town, struct machine *machine)
{
    bool power = town_may(town, FAULT_HALL_POWER), kill = town_may(town, FAULT_HALL_KILL);
    if ((power || kill) && chance(town, 200))
        machine_end_soon(town, machine, power && (!kill || chance(town, 500)));
}

/* It lives as long as the run: a hall that is the hall no more may still come to it. */
static void errand_send(struct town *town, struct backend *backend, struct trip *trip, struct json *request,
                        take_answer *take)
{
    struct errand *errand = xcalloc(1, sizeof *errand);
    *errand = (struct errand){.town = town,
                              .next = town->bus->errands,
                              .trip = trip,
                              .take = take,
                              .of_deed = true,
                              .backend = backend,
                              .life = backend->machine.life,
                              .request = request};
    town->bus->errand = town->bus->errands = errand;
    writer_add(backend->hall.writer, run_errand, errand_done, errand);
    strike(town, &backend->machine);
    town_plan(town, 0, EVENT_TURN, backend->machine.number, NULL);
}

static void errands_free(struct errand **list)
{
    while (*list) {
        struct errand *errand = *list;
        *list = errand->next;
        json_free(&errand->request);
        json_free(&errand->answer);
        before_free(&errand->before);
        free(errand);
    }
}

static bool errand_waits(const struct errand *errand)
{
    const struct machine *machine = &errand->backend->machine;
    return !errand->ended && machine->running && machine->life == errand->life && !errand->backend->stale;
}

/* --- the laptop --- */

static enum err fill_laptop(struct town *town, const char *folder, const char *departure, int64_t *rev,
                            struct err_info *info)
{
    struct parcel parcel = {0};
    struct work work = {0};
    char instance[UUID_TEXT];
    uuid_v7(town->now_ms, &town->trips, instance);
    const struct bus_begin begin = {.instance = instance, .epoch = clock_wall_now_ms() / 1000};
    enum err err = parcel_read(departure, strlen(departure), "departure", &parcel, info);
    if (err == ERR_OK)
        err = setup_store(folder, &work.db, info);
    if (err == ERR_OK)
        err = work_begin(&work);
    if (err == ERR_OK)
        err = bus_begin(&work.env, &parcel, &begin, info);
    if (err == ERR_OK)
        err = db_commit(work.db);
    if (err == ERR_OK)
        *rev = rev_of(work.db);
    db_close(&work.db);
    parcel_free(&parcel);
    return err;
}

static void put_up_stations(struct town *town, const struct trip *trip)
{
    for (int i = 0; i < BUS_STATIONS; i++) {
        struct station *station = &town->stations[STATIONS_MAX + i];
        struct machine machine = station->machine;
        *station = (struct station){.machine = machine, .person = trip->crew[i % trip->crew_count]};
        new_station(machine.disk);
        town_plan(town, draw(town, 0, 3000), EVENT_START, machine.number, NULL);
    }
}

/* False: its disk or its power went meanwhile; it is begun anew. */
static bool load_laptop(struct town *town)
{
    struct err_info info = {0};
    struct trip *trip = trip_now(town);
    struct backend *laptop = &town->halls[BUS];
    new_laptop(laptop->machine.disk);
    disk_full(laptop->machine.disk, DISK_ENDLESS);
    struct machine *before = town_enter(&laptop->machine);
    enum err err = fill_laptop(town, "/sim/2/hall", trip->departure, &trip->loaded_rev, &info);
    town_leave(before);
    town_tell(town, "the bus %s is made: %s", trip->code, err == ERR_OK ? "well" : info.text);
    if (err != ERR_OK || machine_down(&laptop->machine)) {
        if (err == ERR_INVALID || err == ERR_CONFLICT)
            town_violated(town, "the mobile hall cannot be made: %s", info.text);
        return false;
    }
    laptop->stale = false;
    town->bus->out = true;
    town->checks[ON_ROAD] = check_new(town);
    enum side from = town_go(town, ON_ROAD);
    backend_start(town, laptop);
    put_up_stations(town, trip);
    town_go(town, from);
    return true;
}

static void take_down_station(struct station *station)
{
    station_close(station);
    station->gone = true;
}

static void take_down(struct town *town)
{
    town->halls[BUS].stale = true;
    backend_close(&town->halls[BUS]);
    for (int i = 0; i < BUS_STATIONS; i++)
        take_down_station(&town->stations[STATIONS_MAX + i]);
    check_free(&town->checks[ON_ROAD]);
    town->bus->out = town->bus->closing = false;
}

/* --- deeds: each returns whether it is done --- */

static struct json *request_of(const char *verb)
{
    struct json *request = json_new_object();
    json_set_text(request, "do", verb);
    return request;
}

static void set_list(struct json *request, const char *name, const char *one)
{
    struct json *list = json_new_array();
    json_add_text(list, one);
    json_set(request, name, list);
}

static struct json *departure_request(struct town *town, const struct trip *trip)
{
    struct json *request = request_of("bus.depart"), *users = json_new_array();
    char id[UUID_TEXT], secret[TOKEN_TEXT];
    uuid_v7(town->now_ms, &town->trips, id);
    token_new(secret);
    json_set_text(request, "code", trip->code);
    json_set_text(request, "name", "Bus 3");
    json_set_text(request, "id", id);
    json_set_text(request, "secret", secret);
    set_list(request, "queues", trip->queue);
    for (int i = 0; i < trip->crew_count; i++)
        json_add_text(users, people[trip->crew[i]].login);
    json_set(request, "users", users);
    return request;
}

static struct json *recall_request(const struct trip *trip)
{
    struct json *request = request_of("bus.recall");
    set_list(request, "queues", trip->queue);
    return request;
}

/* The departure goes in too: a hall that knows the trip needs it not. */
static struct json *merge_request(const struct trip *trip, const char *parcel)
{
    struct json *request = request_of("bus.merge");
    json_set_text(request, "parcel", parcel);
    json_set_text(request, "departure", trip->departure);
    return request;
}

static const char *any_merged(const struct trip *trip)
{
    return trip->older && trip_merged_rev(trip) >= trip->packed_rev ? trip->older : trip->parcel;
}

static void keep(char **to, const struct json *answer)
{
    free(*to);
    *to = xstrdup(json_text_or(answer, "parcel", ""));
}

static void departed(struct town *town, struct trip *trip, const struct errand *errand)
{
    (void)town;
    keep(&trip->departure, errand->answer);
    trip->departed_rev = errand->after_rev;
}

static void packed(struct town *town, struct trip *trip, const struct errand *errand)
{
    enum side from = town_go(town, ON_ROAD);
    free(trip->older);
    trip->older = trip->parcel;
    trip->parcel = NULL;
    keep(&trip->parcel, errand->answer);
    trip->packed_rev = json_int(errand->answer, "rev", 0);
    check_parcel(town, trip);
    town_go(town, from);
}

static void merged(struct town *town, struct trip *trip, const struct errand *errand)
{
    bool again = json_bool(errand->answer, "again", false);
    (void)town;
    if (trip_merged_rev(trip) < trip->packed_rev && trip->merge_count < MERGES_MAX)
        trip->merges[trip->merge_count++] =
            (struct merged){trip->packed_rev, again ? 0 : errand->before_rev + 1, errand->after_rev};
    trip->in_doubt = false;
}

static void told(struct town *town, const struct errand *errand)
{
    const struct json *a = errand->answer;
    town_tell(town,
              "%s: %s%s%s, rev %lld to %lld: %lld tickets, %lld applications, %lld commands, %lld disputes",
              json_text_or(errand->request, "do", "?"),
              !errand->ended               ? "no answer"
              : errand->err == ERR_OK      ? "done"
              : errand->err == ERR_REFUSED ? errand->info.text
                                           : err_text(errand->err),
              json_bool(a, "again", false) ? ", again" : "", json_bool(a, "late", false) ? ", late" : "",
              (long long)errand->before_rev, (long long)errand->after_rev,
              (long long)json_int(a, "tickets", 0), (long long)json_int(a, "cases", 0),
              (long long)json_int(a, "commands", 0), (long long)json_int(a, "disputes", 0));
}

/* What came of the errand; true: well. A refusal has no second try. */
static bool settle(struct town *town, struct errand *errand)
{
    bool lost = !errand->ended;
    told(town, errand);
    if (!lost && errand->err == ERR_OK)
        errand->take(town, errand->trip, errand);
    else if (!lost && errand->err == ERR_REFUSED)
        town_violated(town, "%s: %s", json_text_or(errand->request, "do", "?"), errand->info.text);
    else if (is_merge(errand) && (lost || errand->err != ERR_DISK_FULL))
        errand->trip->in_doubt = true; /* its hall ended, or its commit failed: perhaps it is there */
    return !lost && errand->err == ERR_OK;
}

/* Of a hall that is at work; otherwise later. */
static void ask(struct town *town, struct backend *backend, struct trip *trip, struct json *request,
                take_answer *take)
{
    if (backend->machine.running && !machine_down(&backend->machine) && backend->hall.fatal == ERR_OK)
        errand_send(town, backend, trip, request, take);
    else
        json_free(&request);
}

static void recalled(struct town *town, struct trip *trip, const struct errand *errand)
{
    (void)town, (void)trip, (void)errand;
}

/* With whom the hall believes the queue to be; "": with itself. */
static void home_of(struct town *town, const char *queue, char code[16])
{
    struct json *row = NULL;
    struct backend *home = backend_home(town);
    struct machine *before = town_enter(&home->machine);
    enum err err = row_get(home->hall.db, TABLE_QUEUE, queue, &row);
    town_leave(before);
    str_copy(code, 16, err == ERR_OK ? json_text_or(row, "home", "") : "");
    if (strcmp(code, "hall") == 0)
        code[0] = '\0';
    json_free(&row);
}

static bool is_at_home(struct town *town, const char *queue)
{
    char code[16];
    home_of(town, queue, code);
    return !*code;
}

/* Nobody asks to take back a queue that is here. */
static bool recall(struct town *town, struct trip *trip)
{
    struct backend *home = backend_home(town);
    if (home->machine.running && is_at_home(town, trip->queue))
        return true;
    ask(town, home, trip, recall_request(trip), recalled);
    return false;
}

/* What its workstations did not send waits in them: the laptop stays until it is all there. */
static bool close_desks(struct town *town)
{
    struct bus *bus = town->bus;
    enum side from = town_go(town, ON_ROAD);
    if (!bus->closing) {
        bus->closing = true;
        trouble_end_here(town);
    }
    bool done = check_is_level(town);
    town_go(town, from);
    return done;
}

static bool come_home(struct town *town, struct trip *trip)
{
    enum side from = town_go(town, ON_ROAD);
    bool done = check_is_level(town);
    if (done)
        check_at_end(town);
    if (done && !town->violation[0])
        check_whole_parcel(town, trip);
    town_go(town, from);
    if (done)
        take_down(town);
    return done;
}

static bool rest(struct town *town)
{
    if (town->bus->count < TRIPS_MAX && !town->quiet)
        begin_trip(town);
    return false; /* it has begun, or nothing comes after it */
}

static bool do_deed(struct town *town, enum deed deed)
{
    struct trip *trip = trip_now(town);
    switch (deed) {
    case DEPART:
        ask(town, backend_home(town), trip, departure_request(town, trip), departed);
        return false;
    case LOAD:
        return load_laptop(town);
    case WORK:
    case DEEDS:
        return true;
    case PACK:
        ask(town, &town->halls[BUS], trip, request_of("bus.parcel"), packed);
        return false;
    case AGAIN:
        ask(town, backend_home(town), trip, merge_request(trip, any_merged(trip)), merged);
        return false;
    case MERGE:
        ask(town, backend_home(town), trip, merge_request(trip, trip->parcel), merged);
        return false;
    case RECALL:
        return recall(town, trip);
    case CLOSE:
        return close_desks(town);
    case LEAVE:
        take_down(town);
        return true;
    case HOME:
        return come_home(town, trip);
    case REST:
        return rest(town);
    }
    return true;
}

/* --- in charge --- */

static bool is_waiting(struct town *town)
{
    struct bus *bus = town->bus;
    if (!bus->waiting) {
        bus->waiting = true;
        bus->until_ms = town->now_ms + (town->quiet ? 0 : town->pace * bus->waits_ms[bus->at]);
    }
    return town->now_ms < bus->until_ms && !town->quiet;
}

static struct trip *unmerged(struct town *town)
{
    for (int i = 0; i < town->bus->count; i++) {
        struct trip *trip = &town->bus->trips[i];
        bool under_way = trip == trip_now(town) && town->bus->deeds[town->bus->at] != REST;
        if (trip->parcel && !under_way && trip_merged_rev(trip) < trip->packed_rev)
            return trip;
    }
    return NULL;
}

/* A restore may bring back a time at which the queue was away. Before a departure only another bus is in the way: one
 * that leaves once more takes the queue anew. */
static struct trip *stranded(struct town *town)
{
    struct bus *bus = town->bus;
    struct backend *home = backend_home(town);
    enum deed deed = bus->deeds[bus->at];
    if ((deed != REST && deed != DEPART) || !home->machine.running)
        return NULL;
    for (int i = 0; i < bus->count; i++) {
        char code[16];
        struct trip *trip = &bus->trips[i];
        home_of(town, trip->queue, code);
        bool leaves = deed == DEPART && strcmp(trip->queue, trip_now(town)->queue) == 0 &&
                      strcmp(code, trip_now(town)->code) == 0;
        if (*code && !leaves)
            return trip;
    }
    return NULL;
}

/* The hall went back to before a merge: whoever has the file merges it anew. */
static bool mend_past(struct town *town)
{
    struct bus *bus = town->bus;
    struct trip *trip = unmerged(town);
    if (trip)
        ask(town, backend_home(town), trip, merge_request(trip, trip->parcel), merged);
    else if ((trip = stranded(town)))
        ask(town, backend_home(town), trip, recall_request(trip), recalled);
    if (bus->errand)
        bus->errand->of_deed = false;
    return trip;
}

static void go_on(struct bus *bus)
{
    bus->at++;
    bus->waiting = false;
}

void bus_step(struct town *town)
{
    struct bus *bus = town->bus;
    struct errand *errand = bus->errand;
    town_plan(town, errand || town->quiet ? SOON_MS : LATER_MS, EVENT_BUS, HALL, NULL);
    if (errand && errand_waits(errand))
        return;
    bus->errand = NULL;
    if (errand && settle(town, errand) && errand->of_deed)
        go_on(bus);
    else if (!errand && !mend_past(town) && !is_waiting(town) && do_deed(town, bus->deeds[bus->at]))
        go_on(bus);
}

bool bus_is_over(struct town *town)
{
    struct bus *bus = town->bus;
    return !bus ||
           (bus->deeds[bus->at] == REST && !bus->out && !bus->errand && !unmerged(town) && !stranded(town));
}

void bus_restored(struct town *town, int64_t rev)
{
    struct errand *errand = town->bus ? town->bus->errand : NULL;
    if (errand && errand->backend != &town->halls[BUS] && errand->after_rev > rev)
        errand->ended = false; /* what it was told of is gone before it was heard */
    for (int i = 0; town->bus && i < town->bus->count; i++) {
        struct trip *trip = &town->bus->trips[i];
        if (trip->departed_rev > rev)
            trip->departed_rev = 0;
        while (trip->merge_count > 0 && trip->merges[trip->merge_count - 1].last_rev > rev)
            trip->merge_count--;
    }
}

void bus_check_at_end(struct town *town)
{
    if (!town->bus)
        return;
    if (!bus_is_over(town))
        town_violated(town, "the bus %s does not come home: it is at deed %d", trip_now(town)->code,
                      (int)town->bus->deeds[town->bus->at]);
    for (int i = 0; i < town->bus->count && !town->violation[0]; i++)
        check_trip_at_end(town, &town->bus->trips[i]);
}

void bus_free(struct bus **slot)
{
    struct bus *bus = *slot;
    if (!bus)
        return;
    for (int i = 0; i < bus->count; i++) {
        free(bus->trips[i].departure);
        free(bus->trips[i].parcel);
        free(bus->trips[i].older);
        json_free(&bus->trips[i].must);
        json_free(&bus->trips[i].touched);
    }
    errands_free(&bus->errands);
    free(bus);
    *slot = NULL;
}
