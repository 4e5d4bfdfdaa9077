/* tests/unit/way_test.c: which address a workstation speaks to without TLS, and who must have said so. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/settings.h"
#include "tests/support/test.h"

static void check_way(const char *url, bool plain, enum err expected)
{
    struct err_info info = {0};
    const struct sync_trust trust = {.plain = plain};
    if (!CHECK_INT(sync_check_way(url, &trust, &info), expected))
        printf("    %s: %s\n", url, info.text);
    if (expected == ERR_REFUSED) {
        CHECK(strstr(info.text, "nothing was sent") != NULL);
        CHECK(strstr(info.text, "LOKET_PLAIN_HTTP=yes") != NULL);
    }
}

TEST(way_without_tls_leads_to_this_computer_alone)
{
    static const char *const own[] = {"http://127.0.0.1:7070", "http://127.9.9.9", "http://localhost:1/",
                                      "http://[::1]:7070"};
    static const char *const others[] = {"http://hall.example:7070",
                                         "http://10.0.0.5",
                                         "http://localhost.evil.test",
                                         "http://127.evil.test",
                                         "http://127.0.0.1.evil.test",
                                         "http://[::1:2]:1",
                                         "http://[::2]",
                                         "http://0.0.0.0:7070"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++)
        check_way(own[i], false, ERR_OK);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        check_way(others[i], false, ERR_REFUSED);
        check_way(others[i], true, ERR_OK);
    }
    check_way("https://hall.example", false, ERR_OK);
    check_way("ftp://127.0.0.1", true, ERR_USAGE);
    struct err_info info;
    CHECK_INT(sync_check_way("http://hall.example", NULL, &info), ERR_REFUSED);
}

/* In the file or by the option, and in the environment: one alone is not enough. */
TEST(way_without_tls_is_allowed_by_saying_so_twice)
{
    for (int said = 0; said < 4; said++) {
        struct settings settings;
        settings_init(&settings);
        settings_parse(&settings, "config",
                       said & 1 ? "[hall]\nplain_http = yes\ncert = own.pem\nkey = own.key\nca = a\npin = p\n"
                                : "");
        CHECK_INT((int64_t)settings.complaints.length, 0);
        if (said & 2)
            setenv("LOKET_PLAIN_HTTP", "yes", 1);
        settings_environment(&settings);
        unsetenv("LOKET_PLAIN_HTTP");
        struct sync_trust trust = settings_trust(&settings);
        CHECK(trust.plain == (said == 3));
        if (said & 1)
            CHECK(str_equal(trust.cert, "own.pem") && str_equal(trust.key, "own.key") &&
                  str_equal(trust.ca, "a") && str_equal(trust.pin, "p"));
        settings_deinit(&settings);
    }
}
