/* tests/unit/command_hall.c: see command_hall.h. */
#include "tests/unit/command_hall.h"
#include "tests/support/quoted.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/role.h"
#include "tests/support/test.h"

/* People: two clerks of one agency, one of another, and one of each other role. */
static const struct person {
    const char *login, *name, *agency;
    unsigned roles;
} people[] = {
    {"leyla", "Leyla Quliyeva", "az.din", ROLE_CLERK},
    {"rauf", "Rauf Abbasov", "az.din", ROLE_CLERK},
    {"tural", "Tural Eyvazov", "az.taxes", ROLE_CLERK},
    {"nigar", "Nigar Sultanova", "", ROLE_RECEPTION},
    {"kamran", "Kamran Nagiyev", "", ROLE_SUPERVISOR},
    {"sevda", "Sevda Mirzeyeva", "az.din", ROLE_APPROVER},
    {"rena", "Rena Hasanova", "", ROLE_SUPERVISOR},
    {"orxan", "Orxan Salimov", "", ROLE_TRAINER},
    {"admin", "Aysel Feyziyeva", "", ROLE_ADMINISTRATOR},
};

void trial_put(struct command_hall *h, enum table table, const char *quoted)
{
    struct json *row = quoted_json(quoted);
    json_set_int(row, "row_rev", ++h->rev);
    CHECK(row_put(h->db, ROWS_PLAIN, table, row) == ERR_OK);
    json_free(&row);
}

static void put_people(struct command_hall *h)
{
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        char *row = xasprintf("{'id':'u-%s','login':'%s','name':'%s','agency':'%s','active':true,'roles':[]}",
                              people[i].login, people[i].login, people[i].name, people[i].agency);
        trial_put(h, TABLE_USER, row);
        free(row);
    }
}

static void put_places(struct command_hall *h)
{
    trial_put(
        h, TABLE_HALL,
        "{'id':'hall','code':'ASAN-01','timezone':'Asia/Baku','priorities':[{'code':'disabled','class':1},"
        "{'code':'elderly','class':2}],'policy':{'no_show_calls_min':2,'no_show_wait_min_s':30}}");
    trial_put(h, TABLE_QUEUE,
              "{'id':'p','code':'P','agency':'az.din','rule':{'kind':'priority','max_run':2},'home':''}");
    trial_put(h, TABLE_QUEUE, "{'id':'b','code':'B','agency':'az.din','rule':{'kind':'fifo'},'home':''}");
    trial_put(h, TABLE_QUEUE, "{'id':'w','code':'W','agency':'az.din','rule':{'kind':'weighted'},'home':''}");
    trial_put(h, TABLE_QUEUE, "{'id':'x','code':'X','agency':'az.din','rule':{'kind':'weighted'},'home':''}");
    trial_put(h, TABLE_QUEUE,
              "{'id':'a','code':'A','agency':'az.din','rule':{'kind':'appointments'},'home':''}");
    trial_put(h, TABLE_QUEUE, "{'id':'t','code':'T','agency':'az.taxes','rule':{'kind':'fifo'},'home':''}");
    trial_put(h, TABLE_SERVICE,
              "{'id':'az.din.passport','agency':'az.din','queue':'b','name':{'en':'Passport'}}");
    trial_put(h, TABLE_COUNTER,
              "{'id':'c-1','name':'1','agency':'az.din','state':'closed','fence':0,'queues':[{'queue':'b','"
              "weight':1}]}");
    trial_put(h, TABLE_COUNTER,
              "{'id':'c-2','name':'2','agency':'az.din','state':'closed','fence':0,'queues':[{'queue':'b','"
              "weight':1}]}");
    trial_put(h, TABLE_COUNTER,
              "{'id':'c-9','name':'9','agency':'az.taxes','state':'closed','fence':0,'queues':[{'queue':'t','"
              "weight':1}]}");
}

void trial_open(struct command_hall *h)
{
    static unsigned halls;
    struct err_info info;
    *h = (struct command_hall){.now_ms = COMMAND_HALL_START_MS};
    char *path = xasprintf("%s/hall-%u.db", test_folder(), halls++);
    bool open = db_open(&h->db, path, DB_WRITE | DB_CREATE, &info) == ERR_OK;
    free(path);
    REQUIRE(open && rows_create(h->db, ROWS_PLAIN) == ERR_OK);
    zone_set("Asia/Baku");
    REQUIRE(db_begin(h->db) == ERR_OK);
    put_people(h);
    put_places(h);
}

void trial_close(struct command_hall *h)
{
    json_free(&h->out.data);
    db_rollback(h->db);
    db_close(&h->db);
}

static struct actor actor_of(const char *login)
{
    struct actor actor = {.roles = ~0u, .client = "00000000-0000-7000-8000-000000000001"};
    for (size_t i = 0; i < sizeof people / sizeof *people; i++) {
        if (!str_equal(people[i].login, login))
            continue;
        actor.roles = people[i].roles;
        str_format(actor.user, sizeof actor.user, "u-%s", login);
        str_copy(actor.login, sizeof actor.login, login);
        str_copy(actor.name, sizeof actor.name, people[i].name);
        str_copy(actor.agency, sizeof actor.agency, people[i].agency);
    }
    return actor;
}

static bool run(struct command_hall *h, const char *login, const char *type, const struct json *body)
{
    char id[UUID_TEXT];
    struct actor actor = actor_of(login);
    str_format(id, sizeof id, "019abcde-0000-7000-8000-%012u", ++h->ids);
    struct command command = {.seq = 1,
                              .id = id,
                              .type = type,
                              .version = 1,
                              .wall_ms = h->wall_ms ? h->wall_ms : h->now_ms,
                              .offset_ms = h->offset_ms,
                              .base_rev = -1,
                              .base_row_rev = -1,
                              .base_hold_gen = -1,
                              .body = body};
    struct tx tx = {.db = h->db,
                    .predicting = h->predicting,
                    .rev = ++h->rev,
                    .now_ms = h->now_ms,
                    .mono_ms = h->now_ms,
                    .actor = &actor,
                    .command = &command};
    json_free(&h->out.data);
    REQUIRE(db_savepoint(h->db) == ERR_OK);
    bool ran = command_run(&tx, &command, &h->out) == ERR_OK;
    if (ran && h->out.applied)
        CHECK(db_release(h->db) == ERR_OK);
    else
        db_rollback_to(h->db);
    h->changes = tx.change_count;
    tx_deinit(&tx);
    CHECK(ran);
    return ran && h->out.applied;
}

bool trial_run(struct command_hall *h, const char *login, const char *type, const char *body, ...)
{
    char text[20000];
    va_list arguments;
    va_start(arguments, body);
    vsnprintf(text, sizeof text, body, arguments);
    va_end(arguments);
    struct json *json = quoted_json(text);
    bool applied = run(h, login, type, json);
    json_free(&json);
    const char *ticket = applied ? json_as_text(json_pointer(h->out.data, "/ticket/id")) : NULL;
    if (ticket)
        str_copy(h->last_ticket, sizeof h->last_ticket, ticket);
    return applied;
}

const char *trial_text(const struct command_hall *h, const char *pointer)
{
    const char *text = h->out.data ? json_as_text(json_pointer(h->out.data, pointer)) : NULL;
    return text ? text : "";
}

int64_t trial_int(const struct command_hall *h, const char *pointer)
{
    return h->out.data ? json_as_int(json_pointer(h->out.data, pointer), -1) : -1;
}

const char *trial_row_text(struct command_hall *h, enum table table, const char *id, const char *pointer)
{
    static char text[400];
    struct json *row = NULL;
    text[0] = '\0';
    if (row_get(h->db, table, id, &row) == ERR_OK) {
        const char *found = json_as_text(json_pointer(row, pointer));
        str_copy(text, sizeof text, found ? found : "");
    }
    json_free(&row);
    return text;
}

int64_t trial_row_int(struct command_hall *h, enum table table, const char *id, const char *pointer)
{
    struct json *row = NULL;
    int64_t value = -1;
    if (row_get(h->db, table, id, &row) == ERR_OK)
        value = json_as_int(json_pointer(row, pointer), -1);
    json_free(&row);
    return value;
}
