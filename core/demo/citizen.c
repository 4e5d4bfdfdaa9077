/* core/demo/citizen.c: see citizen.h. */
#include "core/demo/citizen.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/demo/family.h"

enum {
    MINUTE_S = 60,
    FIRST_YEAR = 1948, /* of birth */
    YEARS = 58,
    CONFUSED = 10, /* of a hundred */
    ANGRY = 8,
    FRAUD_OF_1000 = 4,
    CONFUSED_TAKES = 140, /* percent */
    ANGRY_BEARS = 50,
    FIRST_LANGUAGE = 85,
};

static int below(struct rng *rng, int limit)
{
    return limit > 0 ? (int)rng_below(rng, (uint64_t)limit) : 0;
}

static bool chance(struct rng *rng, int percent)
{
    return below(rng, 100) < percent;
}

/* --- persons --- */

static const char *one_of(const struct pack *pack, struct rng *rng, const char *list)
{
    const struct json *names = json_get(json_get(pack->about, "practice"), list);
    size_t count = json_count(names);
    return count > 0 ? json_as_text(json_at(names, rng_below(rng, count))) : NULL;
}

/* Seven letters and digits, never I or O; 99 in front is what tells an invented one (identity_is_invented). */
static void invent_fin(struct rng *rng, char out[8])
{
    static const char letters[] = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ";
    for (int i = 0; i < 7; i++)
        out[i] = letters[below(rng, sizeof letters - 1)];
    out[0] = out[1] = '9';
    out[7] = '\0';
}

/* Province 99 does not exist; the day of a woman is 40 more. */
static void invent_nik(struct rng *rng, const struct birth *born, char out[17])
{
    int district = 1 + below(rng, 70), ward = 1 + below(rng, 30);
    str_format(out, 17, "99%02d%02d%02d%02d%02d%04d", district, ward, born->day + (born->woman ? 40 : 0),
               born->month, born->year % 100, 1 + below(rng, 9000));
}

struct json *citizen_person(const struct pack *pack, struct rng *rng, struct birth *born)
{
    born->woman = chance(rng, 50);
    born->year = FIRST_YEAR + below(rng, YEARS);
    born->month = 1 + below(rng, 12);
    born->day = 1 + below(rng, 28);
    return citizen_person_born(pack, rng, born);
}

struct json *citizen_person_born(const struct pack *pack, struct rng *rng, const struct birth *born)
{
    struct json *person = json_new_object();
    bool woman = born->woman, azerbaijan = str_equal(json_text(pack->about, "id"), "az");
    char text[40];
    json_set_text(person, "given", one_of(pack, rng, woman ? "given_f" : "given_m"));
    const char *father = one_of(pack, rng, "father");
    if (father)
        json_set_text(person, "father", father);
    json_set_text(person, "family", one_of(pack, rng, woman ? "family_f" : "family_m"));
    str_format(text, sizeof text, "%04d-%02d-%02d", born->year, born->month, born->day);
    json_set_text(person, "born", text);
    if (azerbaijan) {
        invent_fin(rng, text);
        json_set_text(person, "fin", text);
        str_format(text, sizeof text, "+99450000%04d", below(rng, 10000));
    } else {
        invent_nik(rng, born, text);
        json_set_text(person, "nik", text);
        str_format(text, sizeof text, "+628120000%04d", below(rng, 10000));
    }
    json_set_text(person, "phone", text);
    return person;
}

/* Whom the priorities that speak of an age or of women are for; the others may be anyone's. */
static bool may_have(const char *priority, int age, bool woman)
{
    static const struct {
        const char *code;
        int from, to;
        bool women;
    } rules[] = {
        {"elderly", 60, 120, false},    {"children", 0, 17, false},  {"pregnant", 18, 45, true},
        {"small-child", 18, 50, false}, {"veteran", 40, 120, false},
    };
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++)
        if (str_equal(rules[i].code, priority))
            return age >= rules[i].from && age <= rules[i].to && (woman || !rules[i].women);
    return true;
}

const char *citizen_priority(const struct pack *pack, struct rng *rng, const struct birth *born, int year)
{
    const struct json *priorities = json_get(pack->about, "priorities");
    int count = (int)json_count(priorities), first = below(rng, count);
    for (int i = 0; i < count; i++) {
        const char *code = json_text(json_at(priorities, (size_t)((first + i) % count)), "code");
        if (may_have(code, year - born->year, born->woman))
            return code;
    }
    return NULL;
}

/* --- what they need --- */

struct need {
    const struct json *service;
    int weight;
};
struct making {
    const struct scenario *scenario;
    const struct pack *pack;
    struct rng rng;
    int year;
    struct need *needs;
    int need_count, weights;
};

static int counters_of(const struct pack *pack, const char *agency)
{
    int count = 0;
    const struct json *counters = json_get(json_get(pack->about, "practice"), "counters");
    for (const struct json *counter = json_first(counters); counter; counter = json_next(counter))
        count += str_equal(json_text(counter, "agency"), agency);
    return count;
}

/* The agency that the pack gives most counters. */
static const char *busiest_agency(const struct pack *pack, citizens_served *served, const void *context)
{
    const char *best = NULL;
    int most = 0;
    const struct json *queues = json_get(pack->about, "queues");
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue)) {
        int count = counters_of(pack, json_text(queue, "agency"));
        if (count > most && served(context, json_text_or(queue, "id", ""))) {
            most = count;
            best = json_text(queue, "agency");
        }
    }
    return best;
}

/* Services of one agency after the other: the first of each is asked for most, as 1, 1/2, 1/3 … */
enum { SHARE_ALL = 100000 };

static int rank_share(int rank)
{
    return SHARE_ALL / (rank + 1);
}

/* Adds the services of the agencies chosen (or not) so that together they weigh percent of SHARE_ALL. */
static void add_needs(struct making *m, const char *agency, bool it, int percent, citizens_served *served,
                      const void *context)
{
    int from = m->need_count, rank = 0;
    int64_t sum = 0;
    const struct json *queues = json_get(m->pack->about, "queues");
    for (const struct json *queue = json_first(queues); queue; queue = json_next(queue)) {
        if (str_equal(json_text(queue, "agency"), agency) != it ||
            !served(context, json_text_or(queue, "id", "")))
            continue;
        const struct json *services = json_get(queue, "services");
        int within = 0;
        for (const struct json *id = json_first(services); id; id = json_next(id)) {
            const struct json *service = pack_service(m->pack, json_as_text(id));
            if (!service)
                continue;
            int weight = rank_share(rank + within++);
            m->needs[m->need_count++] = (struct need){service, weight};
            sum += weight;
        }
        rank += within > 0;
    }
    for (int i = from; i < m->need_count; i++) {
        int64_t share = (int64_t)m->needs[i].weight * percent * (SHARE_ALL / 100) / sum;
        m->needs[i].weight = share > 0 ? (int)share : 1;
        m->weights += m->needs[i].weight;
    }
}

static const struct json *choose_need(struct making *m)
{
    int left = below(&m->rng, m->weights);
    for (int i = 0; i < m->need_count; i++) {
        if (left < m->needs[i].weight)
            return m->needs[i].service;
        left -= m->needs[i].weight;
    }
    return m->needs[m->need_count - 1].service;
}

/* --- how long --- */

/* Thousandths of the mean at each sixteenth, of a log-normal law with a deviation of 0.6, as times of service are in the
 * reports of halls; straight lines between them. */
static const int quantiles[] = {207, 333,  419,  491,  558,  624,  691,  761, 836,
                                919, 1012, 1121, 1253, 1424, 1667, 2099, 3377};

static int64_t spread(struct rng *rng, int64_t mean)
{
    int at = below(rng, 16), within = below(rng, 1000);
    int64_t permille = quantiles[at] + (int64_t)(quantiles[at + 1] - quantiles[at]) * within / 1000;
    return mean * permille / 1000;
}

/* Four minutes, one for each paper to be looked at and three for a form. */
static int64_t mean_s(const struct json *service)
{
    int papers = (int)json_count(json_get(service, "documents"));
    return (4 + (papers < 8 ? papers : 8) + (catalogue_has_form(service) ? 3 : 0)) * (int64_t)MINUTE_S;
}

/* --- when --- */

static int part_end(const struct scenario *scenario, int part)
{
    return part + 1 < scenario->shape_count ? scenario->shape[part + 1].from_min : scenario->close_min;
}

static int64_t arrival_s(struct making *m)
{
    const struct scenario *scenario = m->scenario;
    int all = 0, part = 0;
    for (int i = 0; i < scenario->shape_count; i++)
        all += scenario->shape[i].weight;
    int left = below(&m->rng, all);
    while (part + 1 < scenario->shape_count && left >= scenario->shape[part].weight)
        left -= scenario->shape[part++].weight;
    int from = scenario->shape[part].from_min, until = part_end(scenario, part);
    return (int64_t)from * MINUTE_S + below(&m->rng, (until - from) * MINUTE_S);
}

/* Many two hours early, most a little, some late. */
static int64_t booked_arrival_s(struct making *m, int64_t booked_s)
{
    enum { LATE = 8 };
    int64_t open_s = (int64_t)m->scenario->open_min * MINUTE_S, early_s;
    if (chance(&m->rng, m->scenario->early))
        early_s = (100 + below(&m->rng, 40)) * (int64_t)MINUTE_S;
    else if (chance(&m->rng, LATE))
        early_s = -(int64_t)below(&m->rng, 20 * MINUTE_S);
    else
        early_s = below(&m->rng, 25 * MINUTE_S);
    return booked_s - early_s > open_s ? booked_s - early_s : open_s;
}

/* Whole ten minutes while the doors are open. */
static int64_t booking_s(struct making *m)
{
    enum { STEP_MIN = 10 };
    const struct scenario *scenario = m->scenario;
    int slots = (scenario->close_min - scenario->open_min) / STEP_MIN;
    return (scenario->open_min + below(&m->rng, slots) * (int64_t)STEP_MIN) * MINUTE_S;
}

/* How many come when the mean is that, nearly as Poisson's law has it: twelve even chances summed. */
static int poisson(struct rng *rng, int mean)
{
    int root = 0, sum = 0;
    while ((root + 1) * (root + 1) <= mean)
        root++;
    for (int i = 0; i < 12; i++)
        sum += below(rng, 1001);
    int count = mean + root * (sum - 6000) / 1000;
    return count > 0 ? count : 0;
}

/* --- a citizen --- */

static enum temper choose_temper(struct rng *rng)
{
    if (below(rng, 1000) < FRAUD_OF_1000)
        return TEMPER_FRAUD;
    int roll = below(rng, 100);
    return roll < CONFUSED ? TEMPER_CONFUSED : roll < CONFUSED + ANGRY ? TEMPER_ANGRY : TEMPER_CALM;
}

static const char *choose_language(struct making *m)
{
    const struct json *languages = json_get(m->pack->about, "languages");
    size_t count = json_count(languages);
    bool first = count < 2 || chance(&m->rng, FIRST_LANGUAGE);
    return json_as_text(json_at(languages, first ? 0 : 1 + rng_below(&m->rng, count - 1)));
}

static const char *choose_forgotten(struct making *m, const struct json *service)
{
    const struct json *papers = json_get(service, "documents");
    size_t count = json_count(papers);
    bool forgot = chance(&m->rng, m->scenario->forgot);
    return forgot && count > 0 ? json_text(json_at(papers, rng_below(&m->rng, count)), "code") : NULL;
}

/* What of somebody does not depend on who they are, or on when they come. */
static void give_need(struct making *m, const struct json *service, struct citizen *c)
{
    const int *patience = m->scenario->patience_min;
    c->language = choose_language(m);
    c->temper = choose_temper(&m->rng);
    c->forgot = choose_forgotten(m, service);
    c->takes_s = spread(&m->rng, mean_s(service));
    c->patience_s = (patience[0] + below(&m->rng, patience[1] - patience[0] + 1)) * (int64_t)MINUTE_S;
    if (c->temper == TEMPER_CONFUSED)
        c->takes_s = c->takes_s * CONFUSED_TAKES / 100;
    if (c->temper == TEMPER_ANGRY)
        c->patience_s = c->patience_s * ANGRY_BEARS / 100;
}

static void make_citizen(struct making *m, bool booked, struct citizen *c, struct birth *born)
{
    const struct json *service = choose_need(m);
    *c = (struct citizen){.booked_s = -1, .service = json_text(service, "id")};
    c->person = citizen_person(m->pack, &m->rng, born);
    give_need(m, service, c);
    if (booked) {
        c->booked_s = booking_s(m);
        c->comes_s = booked_arrival_s(m, c->booked_s);
        c->stays_away = chance(&m->rng, m->scenario->stay_away);
        return;
    }
    c->comes_s = arrival_s(m);
    if (chance(&m->rng, m->scenario->priority))
        c->priority = citizen_priority(m->pack, &m->rng, born, m->year);
}

static struct citizen *new_place(struct citizens *out)
{
    out->list = xrealloc(out->list, (size_t)(out->count + 1) * sizeof *out->list);
    return &out->list[out->count++];
}

/* --- families --- */

/* The grown-up who is with somebody and has a matter of their own. */
static void make_relative(struct making *m, const struct citizen *head, struct json *person,
                          struct citizen *c)
{
    const struct json *service = choose_need(m);
    *c = *head;
    c->service = json_text(service, "id");
    c->person = person;
    give_need(m, service, c);
    c->language = head->language;
}

/* Those of a family who have a ticket are at from … in out: they wait as one. */
static void join(struct citizens *out, int from, const char *priority)
{
    int64_t least_s = out->list[from].patience_s;
    for (int i = from; i < out->count; i++)
        if (out->list[i].patience_s < least_s)
            least_s = out->list[i].patience_s;
    for (int i = from; i < out->count; i++) {
        out->list[i].patience_s = least_s;
        if (priority)
            out->list[i].priority = priority;
    }
}

/* Whoever came last brings their family. */
static void add_family(struct making *m, struct citizens *out, const struct birth *born, bool room)
{
    struct family family;
    int head = out->count - 1;
    bool for_all = family_is_for_all(pack_service(m->pack, out->list[head].service));
    out->list[head].home = 1 + rng_below(&m->rng, UINT32_MAX);
    family_make(m->pack, &m->rng, out->list[head].person, born, m->year, &family);
    if (!for_all && !room) /* stays at home */
        json_free(&family.adult);
    const char *priority = family_priority(m->pack, &family, born, m->year);
    if (family.adult && !for_all) {
        struct citizen *other = new_place(out);
        make_relative(m, &out->list[head], family.adult, other);
    } else if (family.adult) { /* comes along to the counter and has no number */
        json_add(family.children, family_member(family.adult, m->year - family.born.year));
        json_free(&family.adult);
    }
    out->list[head].with = family.children;
    join(out, head, priority);
}

/* Somebody with a booking, or without one and then with whoever comes along: at most so many tickets. How many there are. */
static int add(struct making *m, struct citizens *out, bool booked, int most)
{
    struct birth born;
    int before = out->count;
    if (m->need_count == 0)
        return most;
    make_citizen(m, booked, new_place(out), &born);
    if (!booked && m->scenario->families > 0 && chance(&m->rng, m->scenario->families))
        add_family(m, out, &born, most > 1);
    return out->count - before;
}

/* A rush is people more than the day has. */
static void add_rush(struct making *m, const struct scenario_trouble *rush, struct citizens *out)
{
    for (int left = rush->numbers[0]; left > 0;) {
        int first = out->count;
        left -= add(m, out, false, left);
        if (out->count == first)
            return;
        int64_t comes_s = (int64_t)rush->at_min * MINUTE_S + below(&m->rng, rush->numbers[1] * MINUTE_S);
        for (int i = first; i < out->count; i++)
            out->list[i].comes_s = comes_s;
    }
}

static void add_rushes(struct making *m, struct citizens *out)
{
    for (int i = 0; i < m->scenario->trouble_count; i++)
        if (m->scenario->troubles[i].kind == TROUBLE_RUSH)
            add_rush(m, &m->scenario->troubles[i], out);
}

/* Whoever comes in the same second: in the order in which they were made, so that every machine sorts alike. */
static int by_coming(const void *a, const void *b)
{
    const struct citizen *x = a, *y = b;
    if (x->comes_s != y->comes_s)
        return x->comes_s < y->comes_s ? -1 : 1;
    int phones = strcmp(json_text_or(x->person, "phone", ""), json_text_or(y->person, "phone", ""));
    return phones ? phones : strcmp(json_text_or(x->person, "born", ""), json_text_or(y->person, "born", ""));
}

void citizens_make(const struct scenario *scenario, const struct pack *pack, uint64_t seed, int day, int year,
                   citizens_served *served, const void *context, struct citizens *out)
{
    struct making m = {.scenario = scenario, .pack = pack, .year = year};
    const char *busiest = busiest_agency(pack, served, context);
    *out = (struct citizens){0};
    rng_seed(&m.rng, seed * 1000003 + (uint64_t)day);
    m.needs = xcalloc((size_t)pack->service_count + 1, sizeof *m.needs);
    if (busiest) {
        add_needs(&m, busiest, true, scenario->busiest, served, context);
        add_needs(&m, busiest, false, 100 - scenario->busiest, served, context);
    }
    int people = poisson(&m.rng, scenario->people), bookings = poisson(&m.rng, scenario->bookings);
    for (int left = people; left > 0;)
        left -= add(&m, out, false, left);
    for (int i = 0; i < bookings; i++)
        add(&m, out, true, 1);
    add_rushes(&m, out);
    if (out->count > 0)
        qsort(out->list, (size_t)out->count, sizeof *out->list, by_coming);
    free(m.needs);
}

void citizens_free(struct citizens *citizens)
{
    for (int i = 0; i < citizens->count; i++) {
        json_free(&citizens->list[i].person);
        json_free(&citizens->list[i].with);
    }
    free(citizens->list);
    *citizens = (struct citizens){0};
}
