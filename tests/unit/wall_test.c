/* tests/unit/wall_test.c: the wall between real halls and training halls where it stands in the code: what a workstation's copy
 * knows of its hall and never forgets, what it says when another answers, and the numbers that can be nobody's. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/cache/cache.h"
#include "core/catalogue/pack.h"
#include "core/db/rows.h"
#include "core/demo/citizen.h"
#include "core/model/person.h"
#include "core/sync/client_core.h"
#include "tests/support/hall_file.h"
#include "tests/support/test.h"

#define REAL_A     "'code':'A','practice':false,'identity':'0193b000-0000-7000-8000-00000000000a'"
#define REAL_B     "'code':'B','practice':false,'identity':'0193b000-0000-7000-8000-00000000000b'"
#define TRAINING_T "'code':'T','practice':true,'identity':'training-0193b000-0000-7000-8000-00000000000c'"
#define TRAINING_U "'code':'T','practice':true,'identity':'training-0193b000-0000-7000-8000-00000000000d'"
enum { NOW_MS = 1000 };

static struct json *parse(const char *quoted)
{
    struct json *json = NULL;
    char *text = xstrdup(quoted);
    for (char *c = text; *c; c++)
        if (*c == '\'')
            *c = '"';
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    free(text);
    return json;
}

/* --- which hall it is --- */

static void expect_kind(const char *hall, enum hall_kind kind)
{
    struct json *json = parse(hall);
    struct which_hall which;
    which_hall_read(json, &which);
    if (!CHECK_INT(which.kind, kind))
        printf("    %s\n", hall);
    json_free(&json);
}

TEST(wall_a_hall_tells_what_it_is)
{
    expect_kind("{}", HALL_UNKNOWN);
    expect_kind("{'code':'A','practice':false}", HALL_REAL);
    expect_kind("{'code':'A','practice':true}", HALL_TRAINING);
    expect_kind("{" REAL_A "}", HALL_REAL);
    expect_kind("{" TRAINING_T "}", HALL_TRAINING);
    /* whichever word says training counts */
    expect_kind("{'practice':false,'identity':'training-1'}", HALL_TRAINING);
    expect_kind("{'practice':true,'identity':'0193b000-0000-7000-8000-00000000000a'}", HALL_TRAINING);
    CHECK(hall_is_of_one_home("training-1", "training-1/B3") && hall_is_of_one_home("1/B3", "1/B4"));
    CHECK(!hall_is_of_one_home("", "") && !hall_is_of_one_home("1", "12") &&
          !hall_is_of_one_home("training-1", "1"));
}

/* --- a workstation's copy --- */

struct copy {
    char folder[300];
    struct cache *cache;
    struct rng rng;
};

static void copy_open(struct copy *copy)
{
    struct err_info info = {0};
    int recovered;
    if (cache_open(&copy->cache, copy->folder, NOW_MS, &copy->rng, &recovered, &info) != ERR_OK)
        printf("    %s\n", info.text);
    REQUIRE(copy->cache);
}

static void copy_begin(struct copy *copy)
{
    *copy = (struct copy){0};
    rng_seed(&copy->rng, 5);
    str_format(copy->folder, sizeof copy->folder, "%s/copy", test_folder());
    copy_open(copy);
}

static void copy_again(struct copy *copy)
{
    cache_close(&copy->cache);
    copy_open(copy);
}

static enum err sign_in(struct copy *copy, const char *hall)
{
    char *text = xasprintf(
        "{'token':'t','user':{'id':'0193b000-0000-7000-8000-000000000001','login':'leyla','name':'Leyla',"
        "'roles':['clerk'],'agency':''},'hall':{%s},'epoch':1}",
        hall);
    struct json *session = parse(text);
    enum err err = cache_sign_in(copy->cache, session);
    json_free(&session);
    free(text);
    return err;
}

static void record(struct copy *copy)
{
    struct saved saved;
    struct json *body = parse("{'person':'0193b000-0000-7000-8000-0000000000ff','name':'Nobody'}");
    CHECK_INT(cache_confirm(copy->cache, "person.record", body, NOW_MS, &copy->rng, &saved), ERR_OK);
    json_free(&saved.outcome.data);
    json_free(&body);
}

static void expect_refused(struct copy *copy, const char *hall, const char *words)
{
    enum hall_kind kind = cache_kind(copy->cache);
    int64_t unsent = cache_unsent(copy->cache);
    bool in = cache_actor(copy->cache) != NULL;
    char *before = xstrdup(cache_identity(copy->cache));
    CHECK_INT(sign_in(copy, hall), ERR_CONFLICT);
    if (!CHECK(strstr(cache_message(copy->cache), words) && strstr(cache_message(copy->cache), "--data")))
        printf("    %s\n", cache_message(copy->cache));
    CHECK_INT(cache_kind(copy->cache), kind);
    CHECK_INT(cache_unsent(copy->cache), unsent);
    CHECK_TEXT(cache_identity(copy->cache), before);
    CHECK((cache_actor(copy->cache) != NULL) == in);
    free(before);
}

TEST(wall_a_copy_stays_on_its_side)
{
    static const struct {
        const char *own, *other, *words;
        enum hall_kind kind;
    } sides[] = {{REAL_A, TRAINING_T, "T is a training hall", HALL_REAL},
                 {TRAINING_T, REAL_A, "A is a real hall", HALL_TRAINING}};
    for (size_t i = 0; i < sizeof sides / sizeof *sides; i++) {
        struct copy copy;
        copy_begin(&copy);
        CHECK_INT(cache_kind(copy.cache), HALL_UNKNOWN);
        CHECK_INT(sign_in(&copy, sides[i].own), ERR_OK);
        CHECK_INT(cache_kind(copy.cache), sides[i].kind);
        expect_refused(&copy, sides[i].other, sides[i].words);
        record(&copy);
        expect_refused(&copy, sides[i].other, "1 unsent record stay");
        CHECK_INT(cache_sign_out(copy.cache), ERR_OK);
        expect_refused(&copy, sides[i].other, sides[i].words);
        copy_again(&copy);
        expect_refused(&copy, sides[i].other, sides[i].words);
        int64_t unsent;
        CHECK_INT(cache_adopt(copy.cache, NOW_MS, &copy.rng, &unsent),
                  ERR_OK); /* another installation, the same hall */
        expect_refused(&copy, sides[i].other, sides[i].words);
        CHECK_INT(sign_in(&copy, sides[i].own), ERR_OK);
        cache_close(&copy.cache);
        char *command = xasprintf("rm -r %s", copy.folder);
        REQUIRE(system(command) == 0);
        free(command);
    }
}

static void spoil(const struct copy *copy, const char *sql)
{
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = xasprintf("%s/cache.db", copy->folder);
    REQUIRE(db_open(&db, path, DB_WRITE, &info) == ERR_OK && db_script(db, sql) == ERR_OK);
    db_close(&db);
    free(path);
}

/* A file that is healed, and one whose lines about the hall are lost: each record says for which hall it was made. */
TEST(wall_a_damaged_copy_stays_on_its_side)
{
    struct copy copy;
    copy_begin(&copy);
    CHECK_INT(sign_in(&copy, REAL_A), ERR_OK);
    record(&copy);
    cache_close(&copy.cache);
    char *note = xasprintf("%s/cache.damaged", copy.folder);
    close(open(note, O_CREAT | O_WRONLY | O_CLOEXEC, 0600));
    free(note);
    copy_open(&copy);
    CHECK_INT(cache_kind(copy.cache), HALL_REAL);
    expect_refused(&copy, TRAINING_T, "T is a training hall");
    cache_close(&copy.cache);
    spoil(&copy, "DELETE FROM meta WHERE name LIKE 'hall%'");
    copy_open(&copy);
    CHECK_INT(cache_kind(copy.cache), HALL_REAL);
    expect_refused(&copy, TRAINING_T, "T is a training hall");
    cache_close(&copy.cache);
}

/* An older hall says nothing at the sign-in: its row does, and a row of the other kind is none of it. */
TEST(wall_the_halls_row_counts_too)
{
    struct copy copy;
    struct json *
        real =
           parse("{'rows':[{'t':'hall','id':'A','row':{'id':'A','code':'A','row_rev':1,'practice':false}}]}"),
       *training =
           parse("{'rows':[{'t':'hall','id':'T','row':{'id':'T','code':'T','row_rev':1,'practice':true}}]}");
    copy_begin(&copy);
    CHECK_INT(sign_in(&copy, "'code':'A'"), ERR_OK);
    CHECK_INT(cache_kind(copy.cache), HALL_UNKNOWN);
    CHECK_INT(cache_snapshot_page(copy.cache, real, true), ERR_OK);
    CHECK_INT(cache_kind(copy.cache), HALL_REAL);
    CHECK_INT(cache_snapshot_page(copy.cache, training, true), ERR_CORRUPT); /* nothing of it was taken */
    copy_again(&copy);
    CHECK_INT(cache_kind(copy.cache), HALL_REAL);
    expect_refused(&copy, TRAINING_T, "T is a training hall");
    cache_close(&copy.cache);
    json_free(&real);
    json_free(&training);
}

TEST(wall_each_record_names_its_hall)
{
    struct copy copy;
    char *body = NULL;
    copy_begin(&copy);
    CHECK_INT(sign_in(&copy, TRAINING_T), ERR_OK);
    CHECK_INT(cache_new_epoch(copy.cache, 1), ERR_OK);
    record(&copy);
    CHECK_INT(cache_push_body(copy.cache, 10, 10000, &body), ERR_OK);
    CHECK(body && strstr(body, "\"hall\":\"training-0193b000-0000-7000-8000-00000000000c\""));
    free(body);
    cache_close(&copy.cache);
}

static void hear(void *ctx, int64_t seq, const struct json *result)
{
    (void)ctx, (void)seq, (void)result;
}

/* The hall has it, at rev, and a backup of everything up to safe. */
static void answered(struct copy *copy, int rev, int safe)
{
    char *body = NULL;
    struct json *push = NULL;
    CHECK_INT(cache_push_body(copy->cache, 10, 10000, &body), ERR_OK);
    REQUIRE(body && json_parse(body, strlen(body), &push, NULL) == ERR_OK);
    char *text = xasprintf(
        "{'epoch':1,'last_seq':1,'rev':%d,'safe_through':%d,'server_time':'2026-11-24T10:00:00.000Z',"
        "'results':[{'seq':1,'id':'%s','status':'applied','rev':%d,'data':{}}]}",
        rev, safe, json_text_or(json_at(json_get(push, "commands"), 0), "id", ""), rev);
    struct json *answer = parse(text);
    CHECK_INT(cache_push_results(copy->cache, answer, hear, NULL), ERR_OK);
    json_free(&push);
    json_free(&answer);
    free(body);
    free(text);
}

/* What one real hall took is never sent to another, also when that one is restored one day. */
TEST(wall_records_of_one_real_hall_never_reach_another)
{
    struct copy copy;
    copy_begin(&copy);
    CHECK_INT(sign_in(&copy, REAL_A), ERR_OK);
    CHECK_INT(cache_new_epoch(copy.cache, 1), ERR_OK);
    record(&copy);
    expect_refused(&copy, REAL_B, "not sent yet");
    answered(&copy, 20, 0);
    expect_refused(&copy, REAL_B, "in no backup of it yet");
    CHECK_INT(cache_kind(copy.cache), HALL_REAL);
    cache_close(&copy.cache);
}

TEST(wall_a_training_hall_made_anew_is_another_one)
{
    struct copy copy;
    copy_begin(&copy);
    CHECK_INT(sign_in(&copy, TRAINING_T), ERR_OK);
    record(&copy);
    expect_refused(&copy, TRAINING_U, "not sent yet"); /* the same code, another hall */
    cache_close(&copy.cache);
    spoil(&copy, "DELETE FROM outbox");
    copy_open(&copy);
    CHECK_INT(sign_in(&copy, TRAINING_U), ERR_OK);
    CHECK_TEXT(cache_identity(copy.cache), "training-0193b000-0000-7000-8000-00000000000d");
    cache_close(&copy.cache);
}

/* --- what is said when another hall answers --- */

TEST(wall_another_hall_is_no_hall_and_the_right_one_is_found_again)
{
    static const char *const codes[] = {"hall_is_training", "hall_is_real", "another_hall"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        struct client_core core;
        struct client_effects did = {0};
        struct rng rng;
        rng_seed(&rng, 1);
        client_init(&core, &rng);
        struct client_event event = {.kind = CLIENT_RESUME,
                                     .mono_ms = NOW_MS,
                                     .wall_ms = NOW_MS,
                                     .facts = {.has_token = true, .epoch = 1, .unsent = 3}};
        client_step(&core, &event, &did);
        event.kind = CLIENT_ANSWERED;
        event.request = CLIENT_PUSH;
        event.answer = (struct client_answer){.status = 409, .readable = true};
        str_copy(event.answer.code, sizeof event.answer.code, codes[i]);
        client_step(&core, &event, &did);
        CHECK_INT(core.status.state, SYNC_OFFLINE);
        CHECK_INT(core.status.err, ERR_CONFLICT);
        CHECK(strstr(core.status.text, "Another hall answers") && strstr(core.status.text, "3 records"));
        for (int n = 0; n < did.count; n++)
            CHECK(did.items[n].kind != CLIENT_DO_EPOCH && did.items[n].kind != CLIENT_DO_STORE);
        event.request = CLIENT_FEED;
        event.answer = (struct client_answer){.status = 200, .readable = true, .epoch = 1};
        core.phase[CLIENT_FEED] = CLIENT_SENT;
        client_step(&core, &event, &did);
        CHECK_INT(core.status.state, SYNC_ONLINE);
    }
}

/* --- numbers --- */

static void make_training(struct hall_file *hall)
{
    static const char sql[] = "SELECT row FROM halls LIMIT 1"; /* there is one */
    struct json *row = NULL;
    REQUIRE(rows_first(db_query(hall->db, sql), &row) == ERR_OK);
    json_set_bool(row, "practice", true);
    REQUIRE(row_put(hall->db, hall->set, TABLE_HALL, row) == ERR_OK);
    json_free(&row);
}

static const char *const could_be_real[] = {"'nik':'3275014505900014'", "'fin':'7A2B3XK'",
                                            "'phone':'+994501234567'", "'phone':'0812 3456 7890'"};
static const char *const invented[] = {"'nik':'9901014505900014'", "'fin':'99A2B3X'",
                                       "'phone':'+994500001234'", "'phone':'+6281200001234'"};

static const char *code_of(struct hall_file *hall, const char *number)
{
    static unsigned n;
    char *body = xasprintf("{'person':'0193c000-0000-7000-8000-%012u','name':'Nobody',%s}", ++n, number);
    hall_file_run(hall, LEYLA, "person.record", body);
    free(body);
    return hall_file_code(hall);
}

/* A real hall takes both: nobody loses anything by an invented number there. */
TEST(wall_a_training_hall_takes_no_number_that_could_be_somebodys)
{
    struct hall_file hall;
    hall_file_open(&hall);
    for (size_t i = 0; i < sizeof invented / sizeof *invented; i++) {
        CHECK_TEXT(code_of(&hall, invented[i]), "");
        CHECK_TEXT(code_of(&hall, could_be_real[i]), "");
    }
    make_training(&hall);
    for (size_t i = 0; i < sizeof invented / sizeof *invented; i++) {
        CHECK_TEXT(code_of(&hall, invented[i]), "");
        CHECK_TEXT(code_of(&hall, could_be_real[i]), "number_could_be_real");
    }
    hall_file_close(&hall);
}

TEST(wall_invented_people_have_nobodys_numbers)
{
    static const char *const folders[] = {"core/packs/az", "core/packs/id"};
    for (size_t p = 0; p < sizeof folders / sizeof *folders; p++) {
        struct pack pack = {0};
        struct err_info info = {0};
        struct rng rng;
        REQUIRE(pack_load(folders[p], NULL, NULL, &pack, &info) == ERR_OK);
        rng_seed(&rng, 3);
        for (int i = 0; i < 500; i++) {
            struct birth born;
            struct json *person = citizen_person(&pack, &rng, &born);
            const char *fin = json_text(person, "fin"), *nik = json_text(person, "nik"),
                       *phone = json_text(person, "phone");
            CHECK((fin && identity_is_invented(IDENTITY_FIN, fin)) ||
                  (nik && identity_is_invented(IDENTITY_NIK, nik)));
            CHECK(phone && identity_is_invented(p ? IDENTITY_PHONE_ID : IDENTITY_PHONE_AZ, phone));
            json_free(&person);
        }
        pack_free(&pack);
    }
}
