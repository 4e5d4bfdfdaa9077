/* tests/unit/factor_test.c: second factors: codes by the time, each once; codes of loss; what of it the store tells. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/hall/account_rules.h"
#include "core/hall/factor.h"
#include "core/hall/store.h"
#include "core/hall/totp.h"
#include "screens/record.h"
#include "tests/support/test.h"

/* "12345678901234567890", as RFC 6238 has it in appendix B. */
#define SECRET "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
enum { STEP_MS = TOTP_STEP_S * 1000 };

/* The last six figures of the RFC's eight. */
TEST(totp_is_that_of_the_standard)
{
    static const struct {
        int64_t second;
        const char *code;
    } known[] = {{59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
                 {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"}};
    int64_t step;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        CHECK(totp_fits(SECRET, known[i].code, known[i].second * 1000, -1, &step));
        CHECK_INT(step, known[i].second / TOTP_STEP_S);
        CHECK(!totp_fits(SECRET, known[i].code, known[i].second * 1000, step, &step)); /* once */
        CHECK(totp_fits(SECRET, known[i].code, known[i].second * 1000 - STEP_MS, -1,
                        &step)); /* a clock behind */
        CHECK(totp_fits(SECRET, known[i].code, known[i].second * 1000 + STEP_MS, -1, &step)); /* or ahead */
        CHECK_INT(step, known[i].second / TOTP_STEP_S);
        CHECK(i == 0 || !totp_fits(SECRET, known[i].code, known[i].second * 1000 - 2 * STEP_MS, -1, &step));
        CHECK(!totp_fits(SECRET, known[i].code, known[i].second * 1000 + 2 * STEP_MS, -1, &step));
    }
    CHECK(!totp_fits(SECRET, "28708", 59000, -1, &step) && !totp_fits(SECRET, "2870820", 59000, -1, &step));
    CHECK(!totp_fits(SECRET, "", 59000, -1, &step) && !totp_fits(SECRET, " 287082", 59000, -1, &step));
    CHECK(!totp_fits("GEZDGNBV", "287082", 59000, -1, &step) && !totp_fits("", "287082", 59000, -1, &step));
    CHECK(!totp_is_secret("gezdgnbvgy3tqojqgezdgnbvgy3tqojq") && !totp_is_secret(SECRET "A"));
}

struct place {
    struct db *db;
    struct factor_key key;
    struct json *codes;
};

static struct place open_place(void)
{
    struct err_info info = {0};
    struct place p = {.codes = json_new_array()};
    char *path = xasprintf("%s/factor.key", test_folder());
    REQUIRE(store_open(&p.db, test_folder(), true, &info) == ERR_OK);
    REQUIRE(factor_key_open(&p.key, path, true, &info) == ERR_OK);
    free(path);
    REQUIRE(db_begin(p.db) == ERR_OK);
    REQUIRE(factor_put(p.db, &p.key, "u1", SECRET, 0, p.codes) == ERR_OK);
    return p;
}

static void close_place(struct place *p)
{
    json_free(&p->codes);
    db_rollback(p->db);
    db_close(&p->db);
}

static int try_code(struct place *p, const char *user, const char *code, int64_t second, int *left)
{
    enum factor_said said;
    REQUIRE(factor_try(p->db, &p->key, user, code, second * 1000, &said, left) == ERR_OK);
    return (int)said;
}

TEST(factor_opens_once_by_each_code)
{
    struct place p = open_place();
    bool stands;
    int left;
    CHECK(factor_stands(p.db, "u1", &stands) == ERR_OK && stands);
    CHECK(factor_stands(p.db, "u2", &stands) == ERR_OK && !stands);
    CHECK_INT(try_code(&p, "u1", "000000", 1111111109, &left), FACTOR_WRONG);
    CHECK_INT(try_code(&p, "u1", "050471", 1111111111, &left), FACTOR_RIGHT);
    CHECK_INT(try_code(&p, "u1", "050471", 1111111111, &left), FACTOR_USED);
    CHECK_INT(try_code(&p, "u1", "081804", 1111111109, &left),
              FACTOR_USED); /* an earlier one that was not typed */
    CHECK_INT(try_code(&p, "u1", "005924", 1234567890, &left), FACTOR_RIGHT);
    CHECK_INT(left, -1);
    CHECK_INT(try_code(&p, "u2", "005924", 1234567890, &left), FACTOR_WRONG);
    /* Another secret: the codes of before are nobody's. */
    REQUIRE(factor_put(p.db, &p.key, "u1", "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", 0, p.codes) == ERR_OK);
    CHECK_INT(try_code(&p, "u1", "279037", 2000000000, &left), FACTOR_WRONG);
    REQUIRE(factor_drop(p.db, "u1") == ERR_OK);
    CHECK(factor_stands(p.db, "u1", &stands) == ERR_OK && !stands);
    close_place(&p);
}

/* A code of loss as a person types it; each once, and none of before a new factor. */
TEST(factor_that_is_lost_opens_by_codes_kept_on_paper)
{
    struct place p = open_place();
    char typed[40];
    int left;
    CHECK_INT(json_count(p.codes), FACTOR_CODES);
    const char *first = json_as_text(json_first(p.codes));
    size_t length = strlen(first);
    for (size_t i = 0; i <= length; i++) /* small letters, spaces */
        typed[i] = (char)(first[i] == '-' ? ' ' : first[i] >= 'A' ? first[i] - 'A' + 'a' : first[i]);
    CHECK_INT(try_code(&p, "u2", first, 59, &left), FACTOR_WRONG);
    CHECK_INT(try_code(&p, "u1", typed, 59, &left), FACTOR_RIGHT);
    CHECK_INT(left, FACTOR_CODES - 1);
    CHECK_INT(try_code(&p, "u1", first, 59, &left), FACTOR_WRONG);
    CHECK_INT(left, -1);
    const char *second = json_as_text(json_at(p.codes, 1));
    struct json *anew = json_new_array();
    REQUIRE(factor_put(p.db, &p.key, "u1", SECRET, 0, anew) == ERR_OK);
    CHECK_INT(try_code(&p, "u1", second, 59, &left), FACTOR_WRONG);
    CHECK_INT(try_code(&p, "u1", json_as_text(json_at(anew, 7)), 59, &left), FACTOR_RIGHT);
    json_free(&anew);
    close_place(&p);
}

/* Whoever has the store and not the key has no secret; nor does a box open as somebody else's. */
static int64_t times_told(struct db *db)
{
    struct json *told = json_new_array();
    CHECK(account_told(db, "u1", 59000, told) == ERR_OK);
    int64_t times = json_int(json_first(told), "times", 0);
    CHECK(times == 0 || str_equal(json_text(json_first(told), "what"), "codes_refused"));
    json_free(&told);
    return times;
}

/* Somebody has the password and all the time: they get so far, and the owner hears how often. */
TEST(factor_is_guessed_so_often_and_then_no_more)
{
    struct place p = open_place();
    enum factor_said said;
    int left;
    for (int round = 0; round < 2; round++) {
        int64_t at_ms = 58000 + 500 * round;
        for (int i = 1; i <= FACTOR_WRONG_MAX; i++) {
            CHECK(factor_try(p.db, &p.key, "u1", "000000", at_ms + i, &said, &left) == ERR_OK);
            CHECK_INT(said, FACTOR_WRONG);
            if (round == 0 && i == FACTOR_WRONG_TOLD - 1)
                CHECK_INT(times_told(p.db), 0); /* one's own slip is no news */
        }
        CHECK(factor_try(p.db, &p.key, "u1", "287082", at_ms + 400, &said, &left) == ERR_OK);
        CHECK_INT(said, FACTOR_OFF); /* right as it is */
        CHECK_INT(times_told(p.db), FACTOR_WRONG_MAX + 1);
        CHECK(factor_try(p.db, &p.key, "u1", json_as_text(json_at(p.codes, (size_t)round)), 59000, &said,
                         &left) == ERR_OK);
        CHECK_INT(said, FACTOR_RIGHT); /* and with it the app opens again */
    }
    CHECK(factor_try(p.db, &p.key, "u1", "000000", 59000, &said, &left) == ERR_OK);
    CHECK(factor_try(p.db, &p.key, "u1", "287082", 59000, &said, &left) == ERR_OK);
    CHECK_INT(said, FACTOR_RIGHT);
    close_place(&p);
}

TEST(factor_is_nothing_without_its_key)
{
    struct place p = open_place();
    struct factor_key key = p.key;
    char box[BOX_TEXT], plain[BOX_PLAIN];
    int left;
    struct stmt *s = db_query(p.db, "SELECT box FROM factor");
    REQUIRE(db_step(s) == ERR_OK && str_copy(box, sizeof box, db_text(s, 0)));
    db_done(s);
    CHECK(!strstr(box, SECRET) && box_open(key.bytes, "u1", box, plain) && str_equal(plain, SECRET));
    CHECK(!box_open(key.bytes, "u2", box, plain));
    box_key_new(p.key.bytes);
    CHECK_INT(try_code(&p, "u1", "050471", 1111111111, &left), FACTOR_UNREADABLE);
    CHECK_INT(try_code(&p, "u1", json_as_text(json_first(p.codes)), 59, &left), FACTOR_UNREADABLE);
    p.key.there = false;
    CHECK_INT(try_code(&p, "u1", "050471", 1111111111, &left), FACTOR_UNREADABLE);
    p.key = key;
    CHECK_INT(try_code(&p, "u1", "050471", 1111111111, &left), FACTOR_RIGHT);
    close_place(&p);
}

TEST(factor_key_is_its_owners_alone)
{
    struct err_info info = {0};
    struct factor_key key, again;
    struct stat about;
    char *path = xasprintf("%s/some.key", test_folder());
    CHECK(factor_key_open(&key, path, false, &info) == ERR_ABSENT && !key.there);
    REQUIRE(factor_key_open(&key, path, true, &info) == ERR_OK && key.there);
    CHECK(stat(path, &about) == 0 && (about.st_mode & 0777) == 0600);
    REQUIRE(factor_key_open(&again, path, false, &info) == ERR_OK);
    CHECK(memcmp(key.bytes, again.bytes, sizeof key.bytes) == 0);
    REQUIRE(chmod(path, 0640) == 0);
    CHECK(factor_key_open(&again, path, true, &info) == ERR_REFUSED && !again.there);
    REQUIRE(chmod(path, 0600) == 0);
    FILE *file = fopen(path, "w");
    REQUIRE(file && fputs("no key\n", file) >= 0 && fclose(file) == 0);
    CHECK(factor_key_open(&again, path, true, &info) == ERR_INVALID && !again.there);
    free(path);
}

/* A thief who came in first has heard of it, too: so it is told again. */
TEST(account_is_told_for_a_month_what_others_did_to_it)
{
    const int64_t at_ms = 1790000000000, day_ms = (int64_t)24 * 3600 * 1000;
    struct place p = open_place();
    REQUIRE(account_note(p.db, "u1", at_ms, "password_given", "") == ERR_OK);
    REQUIRE(account_note(p.db, "u1", at_ms + 60000, "factor_removed", "Bos B.") == ERR_OK);
    REQUIRE(account_note(p.db, "u2", at_ms, "password_given", "") == ERR_OK);
    for (int day = 1; day <= NOTES_DAYS + 1; day += NOTES_DAYS / 2) {
        struct json *told = json_new_array();
        REQUIRE(account_told(p.db, "u1", at_ms + day * day_ms, told) == ERR_OK);
        if (day > NOTES_DAYS) {
            CHECK_INT(json_count(told), 0);
        } else if (CHECK_INT(json_count(told), 2)) {
            CHECK_TEXT(json_text(json_at(told, 0), "what"), "factor_removed"); /* the newest first */
            CHECK_TEXT(json_text(json_at(told, 0), "by"), "Bos B.");
            CHECK_TEXT(json_text(json_at(told, 1), "at"), "2026-09-21T14:13:20.000Z");
        }
        json_free(&told);
    }
    struct json *told = json_new_array();
    CHECK(account_told(p.db, "u2", at_ms, told) == ERR_OK && json_count(told) == 1);
    json_free(&told);
    close_place(&p);
}

TEST(factor_is_in_no_recording)
{
    struct json *answer = json_new_object();
    json_set_text(answer, "secret", SECRET);
    struct msg msg = {.kind = MSG_DATA, .what = "new_factor", .json = answer};
    struct json *line = record_message(&msg, true);
    char *text = json_print(line);
    CHECK(strstr(text, "new_factor") && !strstr(text, SECRET));
    free(text);
    json_free(&line);
    json_free(&answer);
}

static bool due(const char *policy, const char *user)
{
    struct json *hall = NULL, *row = NULL;
    REQUIRE(json_parse(policy, strlen(policy), &hall, NULL) == ERR_OK);
    REQUIRE(json_parse(user, strlen(user), &row, NULL) == ERR_OK);
    bool due = account_factor_due(hall, row);
    json_free(&hall);
    json_free(&row);
    return due;
}

TEST(factor_is_asked_of_the_roles_that_the_policy_names)
{
    static const char both[] = "{\"policy\":{\"second_factor\":[\"administrator\",\"supervisor\"]}}";
    CHECK(!due("{}", "{\"roles\":[\"administrator\"]}"));
    CHECK(!due("{\"policy\":{\"second_factor\":[]}}", "{\"roles\":[\"administrator\"]}"));
    CHECK(due(both, "{\"roles\":[\"administrator\"]}") &&
          due(both, "{\"roles\":[\"clerk\",\"supervisor\"]}"));
    CHECK(!due(both, "{\"roles\":[\"clerk\"]}") && !due(both, "{\"roles\":[]}") && !due(both, "{}"));
}
