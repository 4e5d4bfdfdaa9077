/* tests/support/hall_file.c: see hall_file.h. Everybody here is invented. */
#include "tests/support/hall_file.h"

#include <stdlib.h>
#include <string.h>

#include "core/model/role.h"

static const struct member {
    const char *id, *login, *name, *agency;
    unsigned roles;
} people[PEOPLE] = {
    [LEYLA] = {"00000000-0000-7000-8000-000000000001", "leyla", "Leyla A.", "t.a", ROLE_CLERK},
    [RASHAD] = {"00000000-0000-7000-8000-000000000002", "rashad", "Rashad B.", "t.a", ROLE_CLERK},
    [AYDAN] = {"00000000-0000-7000-8000-000000000003", "aydan", "Aydan C.", "t.a",
               ROLE_CLERK | ROLE_APPROVER},
    [SUPER] = {"00000000-0000-7000-8000-000000000004", "super", "Samir D.", "", ROLE_SUPERVISOR},
    [OTHER] = {"00000000-0000-7000-8000-000000000005", "other", "Omar E.", "t.b", ROLE_CLERK},
    [NIGAR] = {"00000000-0000-7000-8000-000000000006", "nigar", "Nigar F.", "t.a", ROLE_RECEPTION},
};

static const char service[] =
    "{'id':'t.card','agency':'t.a','queue':'q','name':{'en':'Card'},"
    "'documents':[{'code':'old-card','group':'id','name':{'en':'Old card'}},"
    " {'code':'birth-cert','group':'id','name':{'en':'Birth certificate'}},"
    " {'code':'loss-note','name':{'en':'Note of loss'},"
    "  'when':{'required':['reason'],'properties':{'reason':{'const':'lost'}}}}],"
    "'fees':[{'tier':'standard','duty':'5.00','charge':'0.00','currency':'AZN','time':'P10D'},"
    " {'tier':'day','duty':'70.00','charge':'0.00','currency':'AZN','time':'P1D','days':'working'}],"
    "'time':{'standard':'P10D','extend':'P5D'},"
    "'legal':[{'code':'L1','name':{'en':'The law'}}],"
    "'reasons':[{'code':'R12','outcomes':['refuse'],'legal':['L1'],'name':{'en':'Not genuine'}},"
    " {'code':'R20','outcomes':['return'],'legal':['L1'],'name':{'en':'Something is missing'}}],"
    "'confirm':['refuse'],"
    "'form':{'version':3,'schema':{'type':'object','required':['fin','reason'],'properties':{"
    " 'fin':{'type':'string','format':'fin','x-prefill':'person.fin'},"
    " 'born':{'type':'string','format':'date'},"
    " 'age':{'type':'integer','readOnly':true,'x-compute':{'fn':'age','of':['/born']}},"
    " 'reason':{'enum':['expired','lost','name']},"
    " 'home':{'type':'object','properties':{'street':{'type':'string'},'town':{'type':'string'}}}}}}}";

static const struct {
    enum table table;
    const char *row;
} rows[] = {
    {TABLE_HALL, "{'id':'hall','code':'T-01','name':'Test','timezone':'Asia/Baku','currency':'AZN',"
                 "'languages':['en'],'weekend':['sat','sun'],'holidays':['2026-11-27']}"},
    {TABLE_AGENCY, "{'id':'t.a','name':{'en':'A'}}"},
    {TABLE_AGENCY, "{'id':'t.b','name':{'en':'B'}}"},
    {TABLE_QUEUE, "{'id':'q','code':'Q','agency':'t.a','name':{'en':'Q'},'services':['t.card']}"},
    {TABLE_SERVICE, service},
    {TABLE_TICKET, "{'id':'t1','number':'Q001','queue':'q','service':'t.card','state':'serving','visit':'v1',"
                   "'gen':1,'user':'00000000-0000-7000-8000-000000000001'}"},
};

static struct json *parse(const char *text)
{
    char *copy = xstrdup(text);
    struct json *json = NULL;
    struct err_info info = {0};
    for (char *c = copy; *c; c++)
        if (*c == '\'')
            *c = '"';
    if (json_parse(copy, strlen(copy), &json, &info) != ERR_OK)
        check(false, __FILE__, __LINE__, info.text);
    free(copy);
    REQUIRE(json != NULL);
    return json;
}

static void put(struct hall_file *hall, enum table table, struct json *row)
{
    json_set_int(row, "row_rev", 1);
    REQUIRE(row_put(hall->db, hall->predicting ? ROWS_BASE : ROWS_PLAIN, table, row) == ERR_OK);
    json_free(&row);
}

static void put_people(struct hall_file *hall)
{
    for (int i = 0; i < PEOPLE; i++) {
        struct json *row = json_new_object();
        json_set_text(row, "id", people[i].id);
        json_set_text(row, "login", people[i].login);
        json_set_text(row, "name", people[i].name);
        json_set_text(row, "agency", people[i].agency);
        json_set_bool(row, "active", true);
        struct json *roles = json_new_array();
        for (unsigned bit = 1; bit < ROLE_ALL; bit <<= 1)
            if (people[i].roles & bit)
                json_add_text(roles, role_text(bit));
        json_set(row, "roles", roles);
        put(hall, TABLE_USER, row);
    }
}

static void make_tables(struct hall_file *hall)
{
    if (!hall->predicting) {
        REQUIRE(rows_create(hall->db, ROWS_PLAIN) == ERR_OK);
        return;
    }
    REQUIRE(rows_create(hall->db, ROWS_BASE) == ERR_OK);
    REQUIRE(rows_create(hall->db, ROWS_OVERLAY) == ERR_OK);
    REQUIRE(rows_create_views(hall->db) == ERR_OK);
}

static void open_as(struct hall_file *hall, bool predicting)
{
    struct err_info info = {0};
    char *path = xasprintf("%s/hall.db", test_folder());
    *hall = (struct hall_file){.set = predicting ? ROWS_OVERLAY : ROWS_PLAIN,
                               .predicting = predicting,
                               .rev = 1,
                               .base_row_rev = -1,
                               .base_hold_gen = -1};
    REQUIRE(zone_set("Asia/Baku"));
    REQUIRE(time_parse("2026-11-24T06:00:00.000Z", &hall->now_ms)); /* a Tuesday, 10:00 there */
    enum err err = db_open(&hall->db, path, DB_WRITE | DB_CREATE, &info);
    free(path);
    if (err != ERR_OK)
        check(false, __FILE__, __LINE__, info.text);
    REQUIRE(err == ERR_OK);
    make_tables(hall);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        put(hall, rows[i].table, parse(rows[i].row));
    put_people(hall);
}

void hall_file_open(struct hall_file *hall)
{
    open_as(hall, false);
}

void hall_file_open_station(struct hall_file *hall)
{
    open_as(hall, true);
}

void hall_file_close(struct hall_file *hall)
{
    json_free(&hall->out.data);
    db_close(&hall->db);
}

static void be(enum person_here who, struct actor *actor)
{
    *actor = (struct actor){.roles = people[who].roles, .client = "00000000-0000-7000-8000-0000000000c0"};
    str_copy(actor->user, sizeof actor->user, people[who].id);
    str_copy(actor->login, sizeof actor->login, people[who].login);
    str_copy(actor->name, sizeof actor->name, people[who].name);
    str_copy(actor->agency, sizeof actor->agency, people[who].agency);
}

/* What a person of masked sight is left of a row: members of no others' lives. A new member is hidden (sight.c), or
 * said here to be open. */
static void check_mask(enum table table, struct json *row)
{
    static const char *const open[TABLE_COUNT] = {
        [TABLE_CASE] =
            " id row_rev masked number service form_version form_sha256 agency ticket visit person "
            "channel state flags user opened_by opened_at hold_gen holder_work gen queue fee paid "
            "submitted_at complete_at due_at due_first_at decided_at delivered_at lapses_at stamps "
            "outcome decision decision_rev decided_by confirmed_by confirm_pending confirm_asked_at "
            "referred_by contests pauses duplicate_of bundle clock_suspect uncalled ",
        [TABLE_DOCUMENT] = " id row_rev masked case agency code state by at ",
        [TABLE_PAYMENT] = " id row_rev masked case agency amount method by at ",
        [TABLE_DECISION] =
            " id row_rev masked case agency kind of answer outcome form_version form_sha256 by at "
            "confirmed_by agree effective confirm meeting to deemed legal legal_name resolved_by ",
    };
    row_mask(table, row);
    for (const struct json *member = json_first(row); member && open[table]; member = json_next(member)) {
        char *word = xasprintf(" %s ", json_name(member));
        if (!strstr(open[table], word) && !json_is_null(member))
            check(false, __FILE__, __LINE__, word);
        free(word);
    }
}

static void check_masks(struct hall_file *hall, const struct tx *tx)
{
    for (int i = 0; i < tx->change_count; i++) {
        struct json *row = hall_file_row(hall, tx->changes[i].table, tx->changes[i].id);
        if (row)
            check_mask(tx->changes[i].table, row);
        json_free(&row);
    }
}

bool hall_file_run(struct hall_file *hall, enum person_here who, const char *type, const char *body)
{
    struct actor actor;
    char id[UUID_TEXT];
    struct json *json = parse(body);
    be(who, &actor);
    str_format(id, sizeof id, "00000000-0000-7000-9000-%012u", ++hall->commands);
    struct command command = {.seq = hall->commands,
                              .id = id,
                              .type = type,
                              .version = 1,
                              .wall_ms = hall->now_ms,
                              .base_rev = -1,
                              .base_row_rev = hall->base_row_rev,
                              .base_hold_gen = hall->base_hold_gen,
                              .body = json};
    struct tx tx = {.db = hall->db,
                    .set = hall->set,
                    .predicting = hall->predicting,
                    .rev = hall->predicting ? hall->rev : ++hall->rev,
                    .now_ms = hall->now_ms,
                    .actor = &actor,
                    .command = &command};
    hall->base_row_rev = hall->base_hold_gen = -1;
    json_free(&hall->out.data);
    hall->out = (struct outcome){0};
    REQUIRE(db_begin(hall->db) == ERR_OK && db_savepoint(hall->db) == ERR_OK);
    enum err err = command_run(&tx, &command, &hall->out);
    if (err == ERR_OK && hall->out.applied)
        REQUIRE(db_release(hall->db) == ERR_OK);
    else
        db_rollback_to(hall->db);
    REQUIRE(db_commit(hall->db) == ERR_OK);
    if (hall->out.applied)
        check_masks(hall, &tx);
    tx_deinit(&tx);
    json_free(&json);
    REQUIRE(err == ERR_OK);
    CHECK(hall->out.applied || hall->out.message[0]);
    hall->now_ms += 1000;
    return hall->out.applied;
}

const char *hall_file_code(const struct hall_file *hall)
{
    return hall->out.code;
}

struct json *hall_file_row(struct hall_file *hall, enum table table, const char *id)
{
    struct json *row = NULL;
    enum err err = row_get(hall->db, table, id, &row);
    REQUIRE(err == ERR_OK || err == ERR_ABSENT);
    return row;
}

static const char *shown(const struct json *value)
{
    static char texts[8][4000]; /* as many may be compared in one check */
    static int next;
    char *out = texts[next++ % 8];
    char *printed = value ? json_print(value) : NULL;
    str_copy(out, sizeof texts[0],
             !value || json_is_null(value) ? ""
             : json_as_text(value)         ? json_as_text(value)
                                           : printed);
    free(printed);
    return out;
}

const char *hall_file_text(struct hall_file *hall, enum table table, const char *id, const char *pointer)
{
    struct json *row = hall_file_row(hall, table, id);
    const char *text = shown(json_pointer(row, pointer));
    json_free(&row);
    return text;
}

const char *hall_file_data(struct hall_file *hall, const char *pointer)
{
    return shown(json_pointer(hall->out.data, pointer));
}

const char *hall_file_user(enum person_here who)
{
    return people[who].id;
}
