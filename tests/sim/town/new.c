/* tests/sim/town/new.c: the disks that a run begins with: a hall just set up, a workstation just installed. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/partners.h"
#include "core/hall/session.h"
#include "core/model/role.h"
#include "tests/sim/town/town.h"

static const struct row {
    enum table table;
    const char *row;
} rows[] = {
    {TABLE_HALL, "{\"id\":\"hall\",\"code\":\"T1\",\"name\":\"Test "
                 "hall\",\"timezone\":\"Asia/Baku\",\"pack\":\"az\",\"epoch\":1,"
                 "\"business_day\":\"2026-11-25\",\"currency\":\"AZN\",\"date_order\":\"dmy\",\"weekend\":["
                 "\"sat\",\"sun\"],"
                 "\"holidays\":[],\"priorities\":[{\"code\":\"elderly\",\"class\":1},{\"code\":\"disabled\","
                 "\"class\":2}],"
                 "\"policy\":{\"no_show_calls_min\":1,\"no_show_wait_min_s\":5}}"},
    {TABLE_AGENCY, "{\"id\":\"a1\",\"name\":{\"en\":\"Population\"}}"},
    {TABLE_AGENCY, "{\"id\":\"a2\",\"name\":{\"en\":\"Taxes\"}}"},
    {TABLE_QUEUE, "{\"id\":\"p\",\"code\":\"P\",\"name\":{\"en\":\"Population\"},\"agency\":\"a1\",\"rule\":{"
                  "\"kind\":\"fifo\"},"
                  "\"home\":\"hall\",\"home_gen\":1,\"services\":[\"s1\",\"s4\"]}"},
    {TABLE_QUEUE, "{\"id\":\"q\",\"code\":\"Q\",\"name\":{\"en\":\"Quick\"},\"agency\":\"a1\",\"rule\":{"
                  "\"kind\":\"priority\","
                  "\"max_run\":2},\"home\":\"hall\",\"home_gen\":1,\"services\":[\"s2\",\"s5\"]}"},
    {TABLE_QUEUE, "{\"id\":\"t\",\"code\":\"T\",\"name\":{\"en\":\"Taxes\"},\"agency\":\"a2\",\"rule\":{"
                  "\"kind\":\"fifo\"},"
                  "\"home\":\"hall\",\"home_gen\":1,\"services\":[\"s3\"]}"},
#define FORM                                                                                             \
    "\"form\":{\"version\":1,\"schema\":{\"type\":\"object\",\"required\":[\"reason\"],\"properties\":{" \
    "\"reason\":{"                                                                                       \
    "\"enum\":[\"expired\",\"lost\"]},\"street\":{\"type\":\"string\"},\"note\":{\"type\":\"string\"}}}}"
#define SERVICE(id, agency, queue, more)                                                                  \
    "{\"id\":\"" id "\",\"agency\":\"" agency "\",\"queue\":\"" queue                                     \
    "\",\"form_version\":1,\"name\":{\"en\":\"Service " id "\"},\"documents\":[{\"code\":\"old-card\"}]," \
    "\"fees\":[{\"tier\":\"standard\",\"duty\":\"5.00 AZN\",\"charge\":\"0 AZN\",\"currency\":\"AZN\"}]," \
    "\"time\":{\"standard\":\"P5D\",\"days\":\"working\"},\"legal\":[{\"code\":\"L1\",\"name\":{\"en\":"  \
    "\"Law\"}}],"                                                                                         \
    "\"reasons\":[{\"code\":\"R1\",\"outcomes\":[\"refuse\",\"return\"],\"legal\":[\"L1\"],\"name\":{"    \
    "\"en\":\"Not "                                                                                       \
    "genuine\"}}]," more FORM "}"
    {TABLE_SERVICE, SERVICE("s1", "a1", "p", "")},
    {TABLE_SERVICE, SERVICE("s2", "a1", "q", "\"confirm\":[\"approve\",\"refuse\"],")},
    {TABLE_SERVICE, SERVICE("s3", "a2", "t", "")},
    {TABLE_SERVICE, SERVICE("s4", "a1", "p", "")},
    {TABLE_SERVICE, SERVICE("s5", "a1", "q", "\"bundle\":[\"s1\"],")},
#define COUNTER(id, name, agency, queues)                                                    \
    "{\"id\":\"" id "\",\"name\":\"" name "\",\"agency\":\"" agency "\",\"queues\":[" queues \
    "],\"state\":\"closed\",\"user\":null,\"fence\":0}"
    {TABLE_COUNTER, COUNTER("c1", "1", "a1", "{\"queue\":\"p\",\"weight\":1}")},
    {TABLE_COUNTER,
     COUNTER("c2", "2", "a1", "{\"queue\":\"p\",\"weight\":1},{\"queue\":\"q\",\"weight\":2}")},
    {TABLE_COUNTER, COUNTER("c3", "3", "a2", "{\"queue\":\"t\",\"weight\":1}")},
    {TABLE_COUNTER, COUNTER("c4", "4", "a1", "{\"queue\":\"q\",\"weight\":1}")},
#define USER(login, roles, agency)                                                             \
    "{\"id\":\"u-" login "\",\"login\":\"" login "\",\"name\":\"" login "\",\"roles\":[" roles \
    "],\"agency\":\"" agency "\",\"active\":true}"
    {TABLE_USER, USER("siti", "\"clerk\"", "a1")},
    {TABLE_USER, USER("adi", "\"clerk\"", "a1")},
    {TABLE_USER, USER("tono", "\"clerk\"", "a2")},
    {TABLE_USER, USER("rina", "\"reception\"", "")},
    {TABLE_USER, USER("budi", "\"supervisor\"", "")},
    {TABLE_USER, USER("ayu", "\"approver\",\"clerk\"", "a1")},
};

static enum err write_rows(struct tx *tx, void *ctx)
{
    (void)ctx;
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < sizeof rows / sizeof *rows; i++) {
        struct json *row = NULL;
        err = json_parse(rows[i].row, strlen(rows[i].row), &row, NULL);
        if (err == ERR_OK)
            err = tx_put(tx, rows[i].table, json_text(row, "id"), row);
        json_free(&row);
    }
    for (int i = 0; err == ERR_OK && i < PEOPLE; i++)
        err = credential_put(tx->db, people[i].user, "anything fits");
    return err;
}

/* Applications that the evening left, so that a run meets them at every point of their way. */
#define CASE(n) "019ff1c0-0000-7000-8000-00000000000" n
static const struct actor siti = {.user = "u-siti", .login = "siti", .agency = "a1", .roles = ROLE_CLERK},
                          tono = {.user = "u-tono", .login = "tono", .agency = "a2", .roles = ROLE_CLERK},
                          rina = {.user = "u-rina", .login = "rina", .roles = ROLE_RECEPTION};
#define OPENED(who, n, service)                                                                            \
    {                                                                                                      \
        who, "case.open", "{\"case\":\"" CASE(n) "\",\"service\":\"" service "\",\"channel\":\"walk_in\"}" \
    }
#define HANDED_IN(who, n, service)                                                            \
    OPENED(who, n, service),                                                                  \
        {who, "case.draft", "{\"case\":\"" CASE(n) "\",\"patch\":{\"reason\":\"expired\"}}"}, \
    {                                                                                         \
        who, "case.submit", "{\"case\":\"" CASE(n) "\"}"                                      \
    }
#define PAPERS_SEEN(who, n)                                                           \
    {                                                                                 \
        who, "case.check_document",                                                   \
            "{\"case\":\"" CASE(n) "\",\"document\":\"old-card\",\"state\":\"seen\"}" \
    }
#define DECIDED(who, n, decision, outcome, reasons)                                                    \
    {                                                                                                  \
        who, "case.decide",                                                                            \
            "{\"case\":\"" CASE(n) "\",\"decision\":\"" CASE(decision) "\",\"outcome\":\"" outcome     \
                                                                       "\",\"reasons\":[" reasons "]}" \
    }
static const struct work {
    const struct actor *who;
    const char *type, *body;
} evening[] = {
    HANDED_IN(&siti, "1", "s1"),
    HANDED_IN(&siti, "2", "s1"),
    PAPERS_SEEN(&siti, "2"),
    HANDED_IN(&siti, "3", "s2"), /* which a second person has to confirm */
    PAPERS_SEEN(&siti, "3"),
    DECIDED(&siti, "3", "a", "approve", ""),
    HANDED_IN(&siti, "4", "s1"),
    PAPERS_SEEN(&siti, "4"),
    DECIDED(&siti, "4", "b", "approve", ""),
    HANDED_IN(&tono, "5", "s3"),
    PAPERS_SEEN(&tono, "5"),
    HANDED_IN(&siti, "6", "s1"),
    PAPERS_SEEN(&siti, "6"),
    DECIDED(&siti, "6", "c", "refuse", "\"R1\""),
    OPENED(&siti, "7", "s1"), /* nothing is written in these yet: two may begin at once */
    OPENED(&siti, "8", "s2"),
    OPENED(&siti, "9", "s1"),
};

/* Who came before the doors opened has a number. */
#define CAME(service)                                                                  \
    {                                                                                  \
        &rina, "ticket.issue", "{\"service\":\"" service "\",\"channel\":\"walk_in\"}" \
    }
#define CAME_FOR(services)                                                             \
    {                                                                                  \
        &rina, "ticket.issue", "{\"services\":[" services "],\"channel\":\"walk_in\"}" \
    }
static const struct work morning[] = {CAME("s1"), CAME_FOR("\"s2\",\"s1\""),       CAME("s1"), CAME("s3"),
                                      CAME("s1"), CAME_FOR("\"s5\",\"s3\",\"s4\"")};

/* One a minute. */
static enum err do_work(struct server_env *env, const struct work *work, size_t count)
{
    enum { APART_MS = 60 * 1000 };
    enum err err = ERR_OK;
    for (size_t i = 0; err == ERR_OK && i < count; i++, env->now_ms += APART_MS) {
        struct json *body = NULL;
        struct outcome outcome = {0};
        err = json_parse(work[i].body, strlen(work[i].body), &body, NULL);
        if (err == ERR_OK)
            err = server_command(env, work[i].who, work[i].type, body, &outcome);
        if (err == ERR_OK && !outcome.applied) {
            fprintf(stderr, "sim: %s: %s\n", work[i].type, outcome.message);
            err = ERR_INVALID;
        }
        json_free(&outcome.data);
        json_free(&body);
    }
    return err;
}

/* An outside system leaves applications of both agencies. */
static enum err make_key(struct server_env *env, struct err_info *info)
{
    char sha[SHA256_TEXT], secret[SIGN_SECRET], public[SIGN_PUBLIC];
    struct json *request = json_new_object(), *answer = NULL;
    struct sha256 sum;
    sha256_start(&sum);
    sha256_add(&sum, CHANNEL_KEY, strlen(CHANNEL_KEY));
    sha256_text(&sum, sha);
    str_format(secret, sizeof secret, "%088d", 0); /* signs nothing here */
    str_format(public, sizeof public, "%044d", 0);
    json_set_text(request, "do", "key.add");
    json_set_text(request, "agency", "a1");
    json_set_text(request, "name", "portal");
    json_set_text(request, "scope", "apply");
    json_set_text(request, "services", "a1,a2");
    json_set_text(request, "sha256", sha);
    json_set_text(request, "secret", secret);
    json_set_text(request, "public", public);
    enum err err = partners_apply(env, request, &answer, info);
    json_free(&answer);
    json_free(&request);
    return err;
}

static const int64_t evening_ms =
    1795532400000; /* 2026-11-24T15:00:00Z: the hall was set up the evening before */
static const int64_t before_eight_ms = 1795578300000; /* 2026-11-25T03:45:00Z */

static enum err make_hall(const char *folder, struct err_info *info)
{
    struct db *db = NULL;
    struct json *nothing = json_new_object();
    enum err err = store_open(&db, folder, true, info);
    if (err == ERR_OK)
        err = db_begin(db);
    struct server_env env = {.db = db, .epoch = 1, .now_ms = evening_ms, .mono_ms = 1000};
    if (err == ERR_OK)
        err = server_change(&env, "hall.setup", nothing, write_rows, NULL);
    if (err == ERR_OK)
        err = make_key(&env, info);
    if (err == ERR_OK)
        err = do_work(&env, evening, sizeof evening / sizeof *evening);
    env.now_ms = before_eight_ms;
    if (err == ERR_OK)
        err = do_work(&env, morning, sizeof morning / sizeof *morning);
    if (err == ERR_OK)
        err = db_commit(db);
    json_free(&nothing);
    db_close(&db);
    return err;
}

/* Each copy is an installation of its own: the identity is made at the next start. */
static enum err make_station(const char *folder, struct err_info *info)
{
    static const char sql[] = "DELETE FROM meta WHERE name = 'install'";
    struct cache *cache = NULL;
    struct db *db = NULL;
    struct rng rng;
    char path[64];
    rng_seed(&rng, 0);
    enum err err = cache_open(&cache, folder, evening_ms, &rng, NULL, info);
    cache_close(&cache);
    str_format(path, sizeof path, "%s/cache.db", folder);
    if (err == ERR_OK)
        err = db_open(&db, path, DB_WRITE | DB_EXCLUSIVE, info);
    if (err == ERR_OK)
        err = db_run(db_query(db, sql));
    db_close(&db);
    return err;
}

enum { HALL_DISK = 60, STATION_DISK, EMPTY_DISK }; /* beside all machines */

/* Made once a process, at whatever run comes first: nothing of that run goes into them. */
static struct disk *made(int number)
{
    static struct disk *aside[3];
    struct disk **slot = &aside[number - HALL_DISK];
    struct err_info info = {0};
    if (*slot)
        return *slot;
    disk_begin(0);
    *slot = disk_new(number);
    enum err err = number == HALL_DISK      ? make_hall("/sim/60/hall", &info)
                   : number == STATION_DISK ? make_station("/sim/61/station", &info)
                                            : ERR_OK;
    if (err != ERR_OK) {
        fprintf(stderr, "sim: %s\n", info.text);
        abort();
    }
    disk_put_aside(*slot);
    return *slot;
}

void new_prepare(void)
{
    (void)made(HALL_DISK);
    (void)made(STATION_DISK);
    (void)made(EMPTY_DISK);
}

void new_hall(struct disk *disk)
{
    disk_copy(made(HALL_DISK), disk);
}

void new_station(struct disk *disk)
{
    disk_copy(made(STATION_DISK), disk);
}

void new_laptop(struct disk *disk)
{
    disk_copy(made(EMPTY_DISK), disk);
}
