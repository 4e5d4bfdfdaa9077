/* tests/unit/hasher_test.c: what a password's hash costs: at least what OWASP asks, more where the computer is fast, the same
 * for whoever guesses wrong whatever there is to guess; and old hashes are made anew. */
#include <poll.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/base/str.h"
#include "core/hall/hasher.h"
#include "tests/support/test.h"

TEST(password_cost_is_measured_and_has_a_floor)
{
    CHECK(PASSWORD_KIB >= 19456 && PASSWORD_PASSES >= 2); /* OWASP's least for argon2id with one lane */
    const int64_t slow_us = 10 * 1000 * 1000, fast_us = 10;
    struct password_cost least = password_least(), slow = password_cost_here(slow_us);
    CHECK_INT(slow.kib, least.kib);
    CHECK_INT(slow.passes, least.passes);
    CHECK_INT(password_cost_here(fast_us).passes, PASSWORD_PASSES_MAX);
    struct password_cost some = password_cost_here(least.passes * 10000); /* ten milliseconds a pass */
    CHECK(some.passes > least.passes && some.passes < PASSWORD_PASSES_MAX);
    CHECK(some.passes * 10 <= PASSWORD_TAKES_MS);
    char hash[PASSWORD_HASH];
    const struct password_cost real = {PASSWORD_KIB, PASSWORD_PASSES};
    REQUIRE(password_hash_at("gizli", &real, hash));
    CHECK(str_starts(hash, "$argon2id$v=19$m=19456,t=2,p=1$"));
    CHECK(password_cost_of(hash, &some) && some.kib == PASSWORD_KIB && some.passes == PASSWORD_PASSES);
    CHECK(!password_cost_of("anything fits", &some));
}

static struct hashed hear(struct hasher *hasher)
{
    struct hashed result = {0};
    struct pollfd fd = {.fd = hasher_fd(hasher), .events = POLLIN};
    while (!hasher_take(hasher, &result))
        CHECK(poll(&fd, 1, TEST_PATIENCE_MS) == 1);
    return result;
}

static struct hashed ask(struct hasher *hasher, const char *hash, const char *password)
{
    REQUIRE(hasher_ask(hasher, 1, hash, password));
    return hear(hasher);
}

TEST(hasher_makes_old_hashes_anew_and_wrong_ones_cost_alike)
{
    struct err_info info = {0};
    struct hasher *hasher = NULL;
    struct password_cost cost, strong = {password_least().kib, PASSWORD_PASSES_MAX};
    const struct password_cost weak = {password_least().kib, 1};
    char old[PASSWORD_HASH], dear[PASSWORD_HASH];
    REQUIRE(hasher_open(&hasher, &info) == ERR_OK);
    REQUIRE(password_hash_at("right", &weak, old) && password_hash_at("right", &strong, dear));
    struct hashed made =
        ask(hasher, dear, "right"); /* from a faster computer: from now on all cost as much */
    CHECK(made.right && !made.made[0]);
    made = ask(hasher, NULL, "right");
    CHECK(made.right && password_cost_of(made.made, &cost));
    CHECK_INT(cost.passes, PASSWORD_PASSES_MAX);
    struct hashed renewed = ask(hasher, old, "right");
    CHECK(renewed.right && password_verify(renewed.made, "right"));
    CHECK(password_cost_of(renewed.made, &cost));
    CHECK_INT(cost.passes, PASSWORD_PASSES_MAX);
    CHECK(!ask(hasher, made.made, "right").made[0]); /* and that one stays */
    const char *const hashes[] = {old, dear, made.made, "", "not a hash"};
    for (size_t i = 0; i < sizeof hashes / sizeof *hashes; i++) {
        struct hashed wrong = ask(hasher, hashes[i], "wrong");
        CHECK(!wrong.right && !wrong.made[0]);
        CHECK_INT(wrong.passes, PASSWORD_PASSES_MAX);
    }
    hasher_close(&hasher);
}

/* However many guess, whoever the hall knows has places of their own, and is checked when what is under way is done. */
TEST(hasher_checks_known_ones_first_and_keeps_places_for_them)
{
    enum { KNOWN = 1000 };
    struct err_info info = {0};
    struct hasher *hasher = NULL;
    struct hashed result;
    const struct password_cost real = {PASSWORD_KIB, PASSWORD_PASSES};
    char dear[PASSWORD_HASH];
    int known = 0, strangers_before = 0;
    REQUIRE(password_hash_at("right", &real, dear) && hasher_open(&hasher, &info) == ERR_OK);
    for (int i = 0; i < HASHER_STRANGERS_MAX; i++)
        CHECK(hasher_ask(hasher, i, dear, "a guess"));
    CHECK(!hasher_ask(hasher, HASHER_STRANGERS_MAX, dear, "a guess"));
    for (int i = HASHER_STRANGERS_MAX; i < HASHER_QUEUE_MAX; i++)
        CHECK(hasher_ask_first(hasher, KNOWN + i, "", "a password"));
    CHECK(!hasher_ask_first(hasher, KNOWN, "", "a password"));
    while (hasher_take(hasher, &result)) /* what was done by now says nothing of the order */
        known += result.id >= KNOWN;
    while (known < HASHER_QUEUE_MAX - HASHER_STRANGERS_MAX) {
        bool is_known = hear(hasher).id >= KNOWN;
        known += is_known;
        strangers_before += !is_known;
    }
    CHECK(strangers_before <= 1);
    hasher_close(&hasher);
}
