/* tests/unit/base_test.c: text, time, chance, hashes: what every other room stands on. */
#include <stdlib.h>
#include <string.h>

#include "core/base/arena.h"
#include "core/base/clock.h"
#include "core/base/crypto.h"
#include "core/base/rng.h"
#include "core/base/str.h"
#include "tests/support/test.h"

/* --- text --- */

TEST(str_copy_cuts_at_a_whole_character)
{
    char out[6];
    CHECK(!str_copy(out, sizeof out, "salamə"));
    CHECK_TEXT(out, "salam");
    CHECK(!str_copy(out, 6, "abcdə")); /* ə has two bytes: the second finds no room */
    CHECK_TEXT(out, "abcd");
    CHECK(str_copy(out, sizeof out, "abcd"));
}

TEST(buf_grows_and_stays_terminated)
{
    struct buf buf = {0};
    CHECK_TEXT(buf_text(&buf), "");
    for (int i = 0; i < 1000; i++)
        buf_addf(&buf, "%03d", i);
    CHECK_INT((int64_t)buf.length, 3000);
    CHECK_TEXT(buf_text(&buf) + 2997, "999");
    char *taken = buf_take(&buf);
    CHECK(buf.data == NULL);
    free(taken);
}

TEST(utf8_refuses_what_is_not)
{
    static const char *const wrong[] = {
        "\xC0\x80",         /* overlong */
        "\xED\xA0\x80",     /* surrogate */
        "\xF4\x90\x80\x80", /* beyond U+10FFFF */
        "\xC9",             /* cut */
        "\x80",             /* a tail without a head */
        "\xF8\x88\x80\x80\x80",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        CHECK(!utf8_valid(wrong[i], strlen(wrong[i])));
    CHECK(utf8_valid("Əliyev Ğ ı İ — ●", strlen("Əliyev Ğ ı İ — ●")));
    CHECK_INT((int64_t)utf8_count("Əli", strlen("Əli")), 3);
}

TEST(utf8_round_trip_of_every_plane)
{
    static const int32_t codes[] = {0x1, 0x7F, 0x80, 0x7FF, 0x800, 0xFFFF, 0x10000, 0x10FFFF};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++) {
        char bytes[4];
        size_t used, length = utf8_encode(codes[i], bytes);
        CHECK_INT(utf8_decode(bytes, length, &used), codes[i]);
        CHECK_INT((int64_t)used, (int64_t)length);
    }
}

static const char *name_of(const char *text, struct buf *buf)
{
    buf_clear(buf);
    utf8_fold_name(buf, text);
    return buf_text(buf);
}

/* A terminal's commands, C1 ones too, the turning of a text's direction, broken bytes; letters of all planes stay. */
TEST(utf8_plain_text_steers_neither_terminal_nor_reader)
{
    static const struct {
        const char *text, *plain;
    } cases[] = {
        {"two\nlines", "two\nlines"},
        {"a\tb\r\n", "a b \n"},
        {"\x1b[2J\x07\x7f", " [2J  "},
        {"\xC2\x9B"
         "31m",
         " 31m"},
        {"100\xE2\x80\xAE"
         "005 AZN\xE2\x80\xAC",
         "100005 AZN"},
        {"\xEF\xBB\xBF"
         "a\xE2\x80\xA8"
         "b\xE2\x81\xA6"
         "c",
         "abc"},
        {"\xff"
         "a\xC3",
         "\xEF\xBF\xBD"
         "a\xEF\xBF\xBD"},
        {"Əliyeva ğış Ёж \xF0\x9F\x98\x80", "Əliyeva ğış Ёж \xF0\x9F\x98\x80"},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct buf out = {0};
        utf8_add_plain(&out, cases[i].text);
        CHECK_TEXT(buf_text(&out), cases[i].plain);
        buf_free(&out);
    }
}

TEST(names_meet_in_any_spelling)
{
    static const char *const same[][5] = {
        {"Əliyev", "Aliyev", "Eliyev", "Алиев", "ALIYEV"},
        {"Məmmədov", "Mamedov", "Мамедов", "mammadov"},
        {"Şahin", "Shahin", "Шахин", "ŞAHİN"},
        {"Xəlilov", "Khalilov", "Халилов", "Halilov"},
        {"Quliyeva", "Guliyeva", "Гулиева", "guliyeva"},
        {"Cavid", "Javid", "Джавид", "CAVİD"},
        {"Soekarno", "Sukarno"},
        {"ılqar", "İlqar", "Ilgar"},
    };
    struct buf first = {0}, other = {0};
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        for (int n = 1; n < 5 && same[i][n]; n++)
            CHECK_TEXT(name_of(same[i][n], &other), name_of(same[i][0], &first));
    CHECK(strcmp(name_of("Rzayev", &first), name_of("Əliyev", &other)) != 0);
    buf_free(&first);
    buf_free(&other);
}

/* What is typed so far must begin what is looked for, letter by letter, save where a digraph is half typed. */
TEST(names_are_found_while_typed)
{
    static const char whole[] = "Əliyeva Leyla";
    struct buf all = {0}, part = {0};
    name_of(whole, &all);
    for (size_t length = 2; length <= strlen(whole); length++) {
        char *typed = xstrndup(whole, length);
        if (utf8_valid(typed, length))
            CHECK(str_starts(buf_text(&all), name_of(typed, &part)));
        free(typed);
    }
    buf_free(&all);
    buf_free(&part);
}

/* --- time --- */

TEST(time_text_and_back)
{
    char text[TIME_TEXT];
    int64_t ms;
    time_text(1764035125123, text);
    CHECK_TEXT(text, "2025-11-25T01:45:25.123Z");
    CHECK(time_parse(text, &ms));
    CHECK_INT(ms, 1764035125123);
    CHECK(time_parse("2024-02-29T00:00:00Z", &ms));
    CHECK(!time_parse("2023-02-29T00:00:00Z", &ms));
    CHECK(!time_parse("2024-02-29T24:00:00Z", &ms));
    CHECK(!time_parse("2024-02-29T00:00:00+04:00", &ms));
    CHECK(!time_parse("2024-02-29", &ms));
}

/* Against the C library itself, where quarters begin and end and where a zone changes, forwards and back. */
TEST(local_time_is_the_c_librarys)
{
    static const char *const zones[] = {"Asia/Baku", "Asia/Jakarta", "Asia/Kathmandu", "Europe/Berlin",
                                        "Australia/Lord_Howe"};
    static const int64_t around[] = {-1, 0, 1, 899, 900, 1774746000, 1774746000 - 1, 1792890000, 4000000000};
    for (size_t zone = 0; zone < sizeof zones / sizeof *zones; zone++) {
        if (!zone_set(zones[zone]))
            continue; /* this computer has a short list of zones */
        for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
            for (int64_t s = around[i] - 7200; s <= around[i] + 7200; s += 449) {
                time_t seconds = (time_t)s;
                struct tm expected, got;
                REQUIRE(localtime_r(&seconds, &expected));
                time_local(s * 1000, &got);
                CHECK(got.tm_mday == expected.tm_mday && got.tm_hour == expected.tm_hour &&
                      got.tm_min == expected.tm_min && got.tm_sec == expected.tm_sec &&
                      got.tm_isdst == expected.tm_isdst && got.tm_gmtoff == expected.tm_gmtoff);
            }
        }
    }
    REQUIRE(zone_set("UTC"));
}

TEST(zone_gives_the_halls_own_day)
{
    char date[DATE_TEXT], clock[CLOCK_TEXT];
    int64_t ms;
    REQUIRE(time_parse("2026-11-24T20:30:00.000Z", &ms));
    REQUIRE(zone_set("Asia/Baku")); /* UTC+4: tomorrow there */
    time_date(ms, date);
    time_clock(ms, clock);
    CHECK_TEXT(date, "2026-11-25");
    CHECK_TEXT(clock, "00:30");
    CHECK_INT(ms - time_day_start(ms), 30 * 60 * 1000);
    CHECK(!zone_set("Nowhere/At_all"));
    CHECK(!zone_set("../../etc/passwd"));
    REQUIRE(zone_set("UTC"));
}

/* --- chance --- */

TEST(uuid_v7_orders_by_time_and_derives_the_same)
{
    struct rng rng;
    char a[UUID_TEXT], b[UUID_TEXT], c[UUID_TEXT], d[UUID_TEXT];
    rng_seed(&rng, 1);
    uuid_v7(1764035125123, &rng, a);
    uuid_v7(1764035125124, &rng, b);
    CHECK(uuid_valid(a) && a[14] == '7' && strchr("89ab", a[19]));
    CHECK(strcmp(a, b) < 0);
    uuid_derive(a, 1, c);
    uuid_derive(a, 1, d);
    CHECK_TEXT(c, d);
    CHECK(strcmp(c, a) != 0 && uuid_valid(c));
    uuid_derive(a, 0, c);
    CHECK_TEXT(c, a);
    CHECK(!uuid_valid("01900000-0000-7000-8000-00000000000"));
    CHECK(!uuid_valid("01900000-0000-7000-8000-00000000000g"));
}

TEST(rng_below_reaches_all_and_is_repeatable)
{
    struct rng rng, again;
    int seen[7] = {0};
    rng_seed(&rng, 42);
    rng_seed(&again, 42);
    for (int i = 0; i < 7000; i++) {
        uint64_t n = rng_below(&rng, 7);
        REQUIRE(n < 7);
        CHECK_INT((int64_t)n, (int64_t)rng_below(&again, 7));
        seen[n]++;
    }
    for (int i = 0; i < 7; i++)
        CHECK(seen[i] > 800 && seen[i] < 1200);
}

/* --- hashes --- */

TEST(sha256_of_known_texts)
{
    struct sha256 sha;
    char out[SHA256_TEXT];
    sha256_start(&sha); /* FIPS 180-2, appendix B.1 */
    sha256_add(&sha, "abc", 3);
    sha256_text(&sha, out);
    CHECK_TEXT(out, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

/* However a text is cut into pieces, and whatever instructions the processor has: OpenSSL's digest of the same bytes. */
TEST(sha256_is_the_same_however_a_text_is_cut)
{
    static const size_t cuts[] = {1, 3, 55, 56, 63, 64, 65, 127, 128, 129, 200, 1000, 5000};
    unsigned char text[5000];
    char out[SHA256_TEXT];
    for (size_t i = 0; i < sizeof text; i++)
        text[i] = (unsigned char)(i * 7 + i / 256);
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        struct sha256 sha;
        sha256_start(&sha);
        for (size_t at = 0; at < sizeof text; at += cuts[i])
            sha256_add(&sha, text + at, at + cuts[i] < sizeof text ? cuts[i] : sizeof text - at);
        sha256_text(&sha, out);
        CHECK_TEXT(out, "1b5c855ff1052578ee7d262a7a7b784281ff77178d83435e3fc858874e8a5b10");
    }
}

TEST(password_hash_is_argon2id_and_salted)
{
    char one[PASSWORD_HASH], two[PASSWORD_HASH];
    REQUIRE(password_hash("gizli söz", one) && password_hash("gizli söz", two));
    CHECK(str_starts(one, "$argon2id$"));
    CHECK(strcmp(one, two) != 0);
    CHECK(password_verify(one, "gizli söz"));
    CHECK(!password_verify(one, "gizli soz"));
    CHECK(!password_verify("nonsense", "gizli söz"));
}

TEST(arena_keeps_what_it_gave)
{
    struct arena arena = {0};
    char *texts[2000];
    for (int i = 0; i < 2000; i++)
        texts[i] = arena_printf(&arena, "text %d", i);
    for (int i = 0; i < 2000; i++) {
        char want[32];
        str_format(want, sizeof want, "text %d", i);
        CHECK_TEXT(texts[i], want);
    }
    arena_free(&arena);
}
