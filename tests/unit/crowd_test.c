/* tests/unit/crowd_test.c: which connection goes when there are too many, and whose never does. */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/hall/crowd.h"
#include "core/hall/listener.h"
#include "tests/support/test.h"

enum { MANY = 200 };

static struct guest guests[MANY];
static enum crowd_why why;

/* 64 places: 8 of strangers, 4 of an address, 8 of an account, 56 of those who are known. */
static struct crowd *hall_of_64(void)
{
    const struct crowd_limits limits = crowd_limits(64, 4);
    memset(guests, 0, sizeof guests);
    return crowd_new(&limits);
}

static void all_leave(struct crowd **crowd)
{
    for (int i = 0; i < MANY; i++)
        crowd_leave(*crowd, &guests[i]);
    CHECK_INT(crowd_count(*crowd, false) + crowd_count(*crowd, true), 0);
    crowd_free(crowd);
}

TEST(crowd_limits_follow_from_the_connections)
{
    struct crowd_limits usual = crowd_limits(0, 0), small = crowd_limits(64, 0),
                        least = crowd_limits(1, 1000);
    CHECK_INT(usual.connections, CROWD_CONNECTIONS);
    CHECK_INT(usual.by_address, CROWD_BY_ADDRESS);
    CHECK(usual.connections - usual.strangers >= 10000);
    CHECK_INT(small.strangers, 8);
    CHECK_INT(small.by_address, 8); /* never more than all strangers */
    CHECK_INT(small.by_account, 8);
    CHECK_INT(least.connections, CROWD_LEAST);
    CHECK(least.strangers > 0 && least.by_address == least.strangers);
}

TEST(crowd_of_an_address_makes_its_own_oldest_go)
{
    struct crowd *crowd = hall_of_64();
    CHECK(!crowd_enter(crowd, &guests[0], "192.0.2.9", 0, &why)); /* of another address, and older than all */
    for (int i = 1; i <= 4; i++)
        CHECK(!crowd_enter(crowd, &guests[i], "192.0.2.1", i, &why));
    crowd_moved(crowd, &guests[1], false, 10); /* it has asked something */
    CHECK(crowd_enter(crowd, &guests[5], "192.0.2.1", 11, &why) == &guests[2]);
    CHECK_INT(why, CROWD_ADDRESS);
    CHECK_INT(crowd_count(crowd, false), 5);
    crowd_leave(crowd, &guests[2]); /* its end is heard of later: it is counted once */
    CHECK_INT(crowd_count(crowd, false), 5);
    crowd_moved(crowd, &guests[2], false, 12);
    CHECK(crowd_enter(crowd, &guests[6], "192.0.2.1", 13, &why) == &guests[3]);
    all_leave(&crowd);
}

TEST(crowd_spares_whoever_waits_for_an_answer)
{
    struct crowd *crowd = hall_of_64();
    for (int i = 0; i < 4; i++) {
        CHECK(!crowd_enter(crowd, &guests[i], "192.0.2.1", i, &why));
        crowd_moved(crowd, &guests[i], true, i); /* their passwords are being checked */
    }
    CHECK(crowd_enter(crowd, &guests[4], "192.0.2.1", 5, &why) == &guests[4]); /* then the newest goes */
    crowd_moved(crowd, &guests[2], false, 6);
    CHECK(crowd_enter(crowd, &guests[5], "192.0.2.1", 7, &why) == &guests[2]);
    all_leave(&crowd);
}

/* However many strangers come from however many addresses, nobody who is signed in goes, behind the same address either. */
TEST(crowd_of_strangers_takes_no_place_of_the_known)
{
    struct crowd *crowd = hall_of_64();
    char address[32], account[32];
    for (int i = 0; i < 56; i++) {
        str_format(account, sizeof account, "clerk%d", i);
        CHECK(!crowd_enter(crowd, &guests[i], "192.0.2.1", 0, &why));
        CHECK(!crowd_known(crowd, &guests[i], account, &why));
    }
    for (int i = 56; i < MANY; i++) {
        str_format(address, sizeof address, "198.51.100.%d", i % 3 == 0 ? 1 : i);
        struct guest *goes = crowd_enter(crowd, &guests[i], i % 5 == 0 ? "192.0.2.1" : address, i, &why);
        CHECK(!goes || goes >= &guests[56]);
        CHECK(crowd_count(crowd, false) <= 8);
    }
    CHECK_INT(crowd_count(crowd, true), 56);
    all_leave(&crowd);
}

TEST(crowd_of_an_account_makes_its_own_oldest_go)
{
    struct crowd *crowd = hall_of_64();
    CHECK(!crowd_enter(crowd, &guests[0], "192.0.2.1", 0, &why));
    CHECK(!crowd_known(crowd, &guests[0], "quiet", &why));
    for (int i = 1; i < 40; i++) {
        CHECK(!crowd_enter(crowd, &guests[i], "192.0.2.1", i, &why));
        struct guest *goes = crowd_known(crowd, &guests[i], "mad", &why);
        CHECK(i <= 8 ? !goes : goes == &guests[i - 8]);
        CHECK(i <= 8 || why == CROWD_ACCOUNT);
        CHECK(!crowd_known(crowd, &guests[i], "mad", &why)); /* asked again nothing changes */
    }
    CHECK_INT(crowd_count(crowd, true), 9);
    for (int i = 32; i < 40; i++)
        crowd_moved(crowd, &guests[i], true, 40); /* all of them wait for news */
    CHECK(!crowd_enter(crowd, &guests[40], "192.0.2.1", 41, &why));
    CHECK(crowd_known(crowd, &guests[40], "mad", &why) == &guests[40]);
    CHECK(
        !crowd_known(crowd, &guests[0], "other", &why)); /* a proxy's connection bears one after the other */
    all_leave(&crowd);
}

TEST(crowd_of_the_known_leaves_the_strangers_their_places)
{
    struct crowd *crowd = hall_of_64();
    char account[32];
    for (int i = 0; i < 100; i++) {
        str_format(account, sizeof account, "clerk%d", i);
        CHECK(!crowd_enter(crowd, &guests[i], "192.0.2.1", i, &why));
        struct guest *goes = crowd_known(crowd, &guests[i], account, &why);
        CHECK(i < 56 ? !goes : goes == &guests[i - 56] && why == CROWD_KNOWN);
    }
    CHECK_INT(crowd_count(crowd, true), 56);
    CHECK(!crowd_enter(crowd, &guests[100], "192.0.2.1", 100, &why));
    all_leave(&crowd);
}

TEST(crowd_lets_go_whoever_does_not_move)
{
    struct crowd *crowd = hall_of_64();
    for (int i = 0; i < 3; i++)
        CHECK(!crowd_enter(crowd, &guests[i], "192.0.2.1", 10 * i, &why));
    CHECK(!crowd_known(crowd, &guests[1], "clerk", &why));
    crowd_moved(crowd, &guests[0], false, 25);
    CHECK(!crowd_slow(crowd, false, 19));
    CHECK(crowd_slow(crowd, false, 20) == &guests[2]);
    CHECK(!crowd_slow(crowd, false, 20)); /* once */
    CHECK(crowd_slow(crowd, true, 20) == &guests[1]);
    CHECK(crowd_any(crowd) == &guests[0]);
    CHECK(!crowd_any(crowd));
    all_leave(&crowd);
}

TEST(crowd_counts_addresses_by_what_one_person_has)
{
    static const char *const texts[][2] = {{"192.0.2.1", "192.0.2.1"},
                                           {"::ffff:192.0.2.1", "192.0.2.1"},
                                           {"2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"},
                                           {"2001:db8:1:2::1", "2001:db8:1:2::/64"}};
    char out[ADDRESS_TEXT];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct sockaddr_in four = {.sin_family = AF_INET};
        struct sockaddr_in6 six = {.sin6_family = AF_INET6};
        const void *at = &four;
        if (inet_pton(AF_INET, texts[i][0], &four.sin_addr) != 1) {
            REQUIRE(inet_pton(AF_INET6, texts[i][0], &six.sin6_addr) == 1);
            at = &six;
        }
        address_text(at, out);
        CHECK_TEXT(out, texts[i][1]);
    }
    address_text(NULL, out);
    CHECK_TEXT(out, "?");
}

static int connect_to(const struct listener *listener)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons((uint16_t)listener_port(listener))};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(fd >= 0 && connect(fd, (const struct sockaddr *)&at, sizeof at) == 0);
    return fd;
}

/* Whoever comes when no descriptor is left is taken from the line and told, one after the other; then all is as before. */
TEST(listener_turns_away_when_descriptors_run_out)
{
    enum { COME = 3 };
    struct err_info info = {0};
    struct listener *listener;
    struct newcomer newcomer;
    struct rlimit before, few;
    char answer[1000];
    int come[COME];
    REQUIRE(listener_open(&listener, "127.0.0.1", "0", &info) == ERR_OK);
    for (int i = 0; i < COME; i++)
        come[i] = connect_to(listener);
    REQUIRE(getrlimit(RLIMIT_NOFILE, &before) == 0);
    int last = dup(come[0]); /* the first that is free, so all below are taken */
    few = before;
    few.rlim_cur = (rlim_t)last + 1;
    REQUIRE(setrlimit(RLIMIT_NOFILE, &few) == 0);
    for (int i = 0; i < 2; i++)
        CHECK_INT(listener_next(listener, true, 1000, &newcomer), ERR_SYSTEM);
    CHECK_INT(listener_deaf_ms(listener, 1000), 0);
    REQUIRE(setrlimit(RLIMIT_NOFILE, &before) == 0);
    close(last);
    CHECK_INT(listener_next(listener, true, 1000, &newcomer), ERR_OK);
    close(newcomer.fd);
    CHECK_INT(listener_next(listener, true, 1000, &newcomer), ERR_ABSENT);
    for (int i = 0; i < 2; i++) {
        ssize_t n = recv(come[i], answer, sizeof answer - 1, 0);
        answer[n > 0 ? n : 0] = '\0';
        CHECK(strstr(answer, "HTTP/1.1 503 ") == answer && strstr(answer, "try again"));
    }
    for (int i = 0; i < COME; i++)
        close(come[i]);
    listener_close(&listener);
}
