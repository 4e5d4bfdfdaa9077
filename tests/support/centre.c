/* tests/support/centre.c: see centre.h. */
#include "tests/support/centre.h"

#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/session.h"
#include "core/hall/setup.h"
#include "tests/support/day.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

/* --- its file, made once a program and copied for each story --- */

static const char *const services[] = {"az.din.residence-certificate", "az.din.criminal-record",
                                       "az.edliyye.birth", "az.dost.birth-benefit"};

static const struct account {
    const char *login, *name, *role, *agency;
} accounts[] = {
    {"aysel", "Aysel Məmmədova", "clerk", "az.din"},    {"murad", "Murad Cəfərov", "clerk", "az.din"},
    {"orxan", "Orxan Hüseynov", "clerk", "az.edliyye"}, {"leyla", "Leyla Həsənova", "clerk", "az.dost"},
    {"lale", "Lalə Rzayeva", "reception", ""},          {"sevda", "Sevda İbrahimova", "approver", ""},
    {"supervisor", "Kamran Əliyev", "supervisor", ""},
};

static const struct counter {
    const char *name, *agency, *queue;
} counters[] = {{"1", "az.din", "p"}, {"2", "az.din", "p"}, {"4", "az.edliyye", "v"}, {"7", "az.dost", "s"}};

static bool is_offered(const char *service)
{
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (str_equal(services[i], service))
            return true;
    return false;
}

static void keep_few(struct pack *pack)
{
    int kept = 0;
    for (int i = 0; i < pack->service_count; i++) {
        if (is_offered(json_text(pack->services[i], "id")))
            pack->services[kept++] = pack->services[i];
        else
            json_free(&pack->services[i]);
        free(pack->files[i]);
        pack->files[i] = NULL;
    }
    pack->service_count = kept;
}

static enum err put_account(struct tx *tx, const struct account *account)
{
    char id[UUID_TEXT];
    struct json *row = json_new_object(), *roles = json_new_array();
    server_id(account->login, id);
    json_add_text(roles, account->role);
    json_set_text(row, "id", id);
    json_set_text(row, "login", account->login);
    json_set_text(row, "name", account->name);
    json_set(row, "roles", roles);
    json_set_text(row, "agency", account->agency);
    json_set_bool(row, "active", true);
    enum err err = tx_put(tx, TABLE_USER, id, row);
    json_free(&row);
    return err == ERR_OK ? credential_put(tx->db, id, TEST_HASH) : err;
}

static enum err put_counter(struct tx *tx, const struct counter *counter)
{
    char id[16];
    struct json *row = json_new_object(), *queues = json_new_array(), *queue = json_new_object();
    str_format(id, sizeof id, "c%s", counter->name);
    json_set_text(queue, "queue", counter->queue);
    json_set_int(queue, "weight", 1);
    json_add(queues, queue);
    json_set_text(row, "id", id);
    json_set_text(row, "name", counter->name);
    json_set_text(row, "agency", counter->agency);
    json_set(row, "queues", queues);
    json_set_text(row, "state", "closed");
    json_set_null(row, "user");
    json_set_int(row, "fence", 0);
    json_set_null(row, "lease_until");
    enum err err = tx_put(tx, TABLE_COUNTER, id, row);
    json_free(&row);
    return err;
}

static enum err put_all(struct tx *tx, void *ctx)
{
    enum err err = ERR_OK;
    (void)ctx;
    for (size_t i = 0; err == ERR_OK && i < sizeof accounts / sizeof *accounts; i++)
        err = put_account(tx, &accounts[i]);
    for (size_t i = 0; err == ERR_OK && i < sizeof counters / sizeof *counters; i++)
        err = put_counter(tx, &counters[i]);
    return err;
}

/* A zone in which it was past ten in the morning when the program began: no story meets midnight by chance. */
static const char *zone_of_morning(void)
{
    enum { MORNING = 10, WEST_MAX = 12, HOURS = 24 };
    static char zone[32];
    if (*zone)
        return zone;
    int hour = (int)(clock_wall_now_ms() / (3600 * 1000) % HOURS), ahead = MORNING - hour;
    if (ahead < -WEST_MAX)
        ahead += HOURS;
    str_format(zone, sizeof zone, "Etc/GMT%+d", -ahead); /* the sign there is the other way round */
    return zone;
}

static void make_file(const char *folder)
{
    struct pack pack = {0};
    struct err_info info = {0};
    struct db *db = NULL;
    struct work work = {0};
    const struct setup setup = {
        .data = folder, .code = "ASAN-09", .name = "ASAN 9", .timezone = zone_of_morning()};
    enum err err = setup_pack("az", &pack, &info);
    if (err == ERR_OK) {
        keep_few(&pack);
        err = setup_hall(&setup, &pack, &db, &info);
    }
    db_close(&db);
    if (err == ERR_OK)
        err = work_open(&work, folder, &info);
    if (err == ERR_OK)
        err = work_close(&work, server_change(&work.env, "hall.init", NULL, put_all, NULL), &info);
    if (err != ERR_OK)
        printf("  %s\n", info.text);
    REQUIRE(err == ERR_OK);
    pack_free(&pack);
}

/* --- its life --- */

void centre_open(struct centre *centre)
{
    static char made[200];
    centre->real = (struct real){.listen = "127.0.0.1:0"};
    if (!*made) {
        str_format(made, sizeof made, "%s/centre", test_folder());
        make_file(made);
    }
    str_format(centre->real.hall.folder, sizeof centre->real.hall.folder, "%s/hall", test_folder());
    struct ran copied = RUN(NULL, "cp", "-a", "--", made, centre->real.hall.folder);
    REQUIRE(copied.status == 0);
    ran_free(&copied);
    real_start(&centre->real);
}

void centre_close(struct centre *centre)
{
    CHECK_INT(real_end(&centre->real, SIGTERM), 0);
    real_verify(&centre->real);
}

int64_t centre_now_ms(const struct centre *centre)
{
    return clock_wall_now_ms() + centre->ahead_ms;
}

static struct tm local_time(int minutes_ahead)
{
    enum { MINUTE_MS = 60 * 1000 };
    struct tm local;
    REQUIRE(zone_set(zone_of_morning()));
    time_local(clock_wall_now_ms() + (int64_t)minutes_ahead * MINUTE_MS, &local);
    return local;
}

int centre_minute_of_day(void)
{
    enum { HOUR_MIN = 60 };
    struct tm local = local_time(0);
    return HOUR_MIN * local.tm_hour + local.tm_min;
}

const char *centre_time(int minutes_ahead, char out[TIME_TEXT])
{
    struct tm local = local_time(minutes_ahead);
    str_format(out, TIME_TEXT, "%02d:%02d", local.tm_hour, local.tm_min);
    return out;
}

/* --- what others do there --- */

struct json *centre_do(struct centre *centre, const char *login, const char *type, const char *format, ...)
{
    struct hall_client client;
    char body[4000];
    va_list args;
    va_start(args, format);
    vsnprintf(body, sizeof body, format, args);
    va_end(args);
    CHECK_INT(hall_sign_in(&client, &centre->real.hall, login, TEST_PASSWORD), 200);
    client.ahead_ms = centre->ahead_ms;
    char *text = quoted(body);
    struct json *data = hall_do(&client, type, text);
    free(text);
    hall_sign_out(&client);
    return data;
}

const char *centre_user(const char *login)
{
    static char id[UUID_TEXT];
    server_id(login, id);
    return id;
}

/* A key that applies for the agency. The caller frees. */
static char *new_key(struct centre *centre, const char *agency)
{
    struct json *answer = NULL;
    struct ran ran = RUN(NULL, "loketd", "key", "add", "--data", centre->real.hall.folder, "--agency", agency,
                         "--scope", "apply", "--json");
    CHECK_INT(ran.status, 0);
    REQUIRE(json_parse(ran.out, strlen(ran.out), &answer, NULL) == ERR_OK);
    char *key = xstrdup(json_text_or(answer, "key", ""));
    json_free(&answer);
    ran_free(&ran);
    return key;
}

void centre_online(struct centre *centre, const char *agency, const char *service, const char *fin,
                   const char *answers)
{
    int status;
    char *key = new_key(centre, agency);
    char *body =
        xasprintf("{'reference':'portal-%s','service':'%s','person':{'given':'Lalə','family':'Quliyeva',"
                  "'father':'Vaqif','born':'1990-05-14','fin':'%s','phone':'+994500001234'},"
                  "'answers':%s}",
                  fin, service, fin, answers);
    char *text = quoted(body);
    char *answer = hall_request_text(&centre->real.hall, "POST", "/v1/applications", key, text, &status);
    if (!CHECK(status == 200 || status == 201))
        printf("    %d %s\n", status, answer);
    free(answer);
    free(text);
    free(body);
    free(key);
}

const char *centre_visitor(struct centre *centre, const char *service, const char *given, const char *fin)
{
    static char number[32];
    struct json *data = centre_do(
        centre, "lale", "ticket.issue",
        "{'service':'%s','channel':'walk_in','language':'az','person':{'given':'%s','family':'Quliyeva',"
        "'father':'Vaqif','born':'1990-05-14','fin':'%s','phone':'+994500001234'}}",
        service, given, fin);
    str_copy(number, sizeof number, json_text_or(json_get(data, "ticket"), "number", "?"));
    json_free(&data);
    return number;
}

int centre_count(struct centre *centre, const char *table, const char *pointer, const char *want)
{
    return rows_at_hall(&centre->real.hall, table, pointer, want);
}
