/* tests/unit/notice_code_test.c: the code on a notice: the same on both sides, readable however it was typed, and a slip
 * of the hand is found out. */
#include <string.h>

#include "core/base/rng.h"
#include "core/base/str.h"
#include "core/model/notice_code.h"
#include "tests/support/test.h"

static const char the_case[] = "01900000-0000-7000-8000-0000000000c1";
static const char the_decision[] = "01900000-0000-7000-8000-0000000000d1";

/* Reckoned with sha256sum and paper: what is printed today must be found in ten years. */
TEST(notice_code_of_known_identities_never_changes)
{
    char code[NOTICE_CODE_TEXT];
    notice_code(the_case, the_decision, code);
    CHECK_TEXT(code, "XRKX-W02Q-G6SC-YT4D");
}

TEST(notice_code_differs_with_the_application_and_with_the_decision)
{
    char code[NOTICE_CODE_TEXT], other[NOTICE_CODE_TEXT];
    notice_code(the_case, the_decision, code);
    notice_code(the_case, the_case, other);
    CHECK(strcmp(code, other) != 0);
    notice_code(the_decision, the_decision, other);
    CHECK(strcmp(code, other) != 0);
}

TEST(notice_code_is_read_however_it_was_typed)
{
    char code[NOTICE_CODE_TEXT], read[NOTICE_CODE_TEXT], typed[64];
    struct rng rng;
    rng_seed(&rng, 7);
    for (int n = 0; n < 200; n++) {
        char id[UUID_TEXT];
        size_t length = 0;
        uuid_v7(1795576800000, &rng, id);
        notice_code(the_case, id, code);
        REQUIRE(notice_code_read(code, read));
        CHECK_TEXT(read, code);
        for (const char *c = code; *c; c++) {
            char sign = *c;
            if (sign == '-' && n % 2)
                sign = ' ';
            if (sign >= 'A' && n % 3)
                sign = (char)(sign + 'a' - 'A');
            if (sign == '0')
                sign = n % 2 ? 'o' : 'O';
            if (sign == '1')
                sign = n % 2 ? 'l' : 'I';
            typed[length++] = sign;
        }
        typed[length] = '\0';
        REQUIRE(notice_code_read(typed, read));
        CHECK_TEXT(read, code);
    }
}

TEST(notice_code_is_read_from_a_cyrillic_keyboard)
{
    char latin[NOTICE_CODE_TEXT], read[NOTICE_CODE_TEXT];
    struct buf typed = {0};
    static const struct {
        char latin;
        const char *cyrillic;
    } pairs[] = {{'A', "А"}, {'B', "в"}, {'C', "с"}, {'E', "Е"}, {'H', "н"}, {'K', "К"},
                 {'M', "м"}, {'P', "Р"}, {'T', "т"}, {'X', "х"}, {'0', "о"}};
    struct rng rng;
    rng_seed(&rng, 3);
    for (int n = 0; n < 100; n++) {
        char id[UUID_TEXT];
        uuid_v7(1795576800000, &rng, id);
        notice_code(the_case, id, latin);
        buf_clear(&typed);
        for (const char *c = latin; *c; c++) {
            const char *other = NULL;
            for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
                if (pairs[i].latin == *c)
                    other = pairs[i].cyrillic;
            buf_add(&typed, other ? other : c, other ? strlen(other) : 1);
        }
        CHECK(notice_code_read(buf_text(&typed), read) && strcmp(read, latin) == 0);
    }
    buf_free(&typed);
}

/* All of them, not a sample. */
TEST(notice_code_with_one_wrong_sign_or_two_that_changed_places_is_none)
{
    static const char signs[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    char code[NOTICE_CODE_TEXT], wrong[NOTICE_CODE_TEXT], read[NOTICE_CODE_TEXT];
    notice_code(the_case, the_decision, code);
    for (size_t i = 0; i < strlen(code); i++) {
        for (const char *s = signs; *s && code[i] != '-'; s++) {
            memcpy(wrong, code, sizeof wrong);
            wrong[i] = *s;
            CHECK(notice_code_read(wrong, read) == (*s == code[i]));
        }
        for (size_t j = i + 1; j < strlen(code); j++) {
            memcpy(wrong, code, sizeof wrong);
            wrong[i] = code[j];
            wrong[j] = code[i];
            bool same = code[i] == code[j] || code[i] == '-' || code[j] == '-';
            if (!same)
                CHECK(!notice_code_read(wrong, read));
        }
    }
}

TEST(notice_code_is_not_found_in_other_texts)
{
    static const char *const texts[] = {"",
                                        "-",
                                        "0",
                                        "0000-0000-0000-000",
                                        "0000-0000-0000-00000",
                                        "\xff\xfe",
                                        "UUUU-UUUU-UUUU-UUUU",
                                        "0000_0000_0000_0000",
                                        "Ж000-0000-0000-0000"};
    char read[NOTICE_CODE_TEXT];
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        CHECK(!notice_code_read(texts[i], read));
}
