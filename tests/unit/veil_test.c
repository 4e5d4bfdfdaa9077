/* tests/unit/veil_test.c: stand-ins for the values of people: of the same length and kind, the same for the same value. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/veil.h"
#include "tests/support/test.h"

static char *value(const struct veil *veil, const char *text)
{
    struct buf out = {0};
    veil_value(veil, text, &out);
    return buf_take(&out);
}

static struct veil *veil_of(uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    return veil_new(&rng);
}

static size_t signs(const char *text)
{
    size_t count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

/* For many keys: as long, another, and the same again. */
TEST(veil_values_keep_their_length_and_nothing_else)
{
    static const char *const values[] = {"Qasımov",      "Wahyuni Putri",   "Əliyeva",    "Jl. Kenanga 3",
                                         "ул. Мира 7",   "1990-05-12",      "12.05.1990", "12051990",
                                         "8S8M7S4",      "HEYOGCG",         "a@b.az",     "+994501234567",
                                         "081234567890", "3201015205900014"};
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct veil *veil = veil_of(seed);
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            char *one = value(veil, values[i]), *two = value(veil, values[i]);
            bool holds =
                signs(one) == signs(values[i]) && strcmp(one, values[i]) != 0 && strcmp(one, two) == 0;
            if (!CHECK(holds))
                printf("    %s: %s %s\n", values[i], one, two);
            free(one);
            free(two);
        }
        veil_free(&veil);
    }
}

TEST(veil_numbers_of_identity_are_of_province_99)
{
    for (uint64_t seed = 1; seed <= 200; seed++) {
        struct veil *veil = veil_of(seed);
        char *nik = value(veil, "3201015205900014"), *born = value(veil, "1990-05-12"),
             *fin = value(veil, "8S8M7S4");
        int day = 0, month = 0;
        CHECK(strncmp(nik, "99", 2) == 0 && strncmp(fin, "99", 2) == 0);
        CHECK(!strpbrk(fin, "IO"));
        CHECK(strncmp(born, "1990-", 5) == 0);
        REQUIRE(sscanf(born, "1990-%2d-%2d", &month, &day) == 2);
        char inside[8];
        str_format(inside, sizeof inside, "%02d%02d90", day + 40, month); /* of a woman */
        if (!CHECK(strncmp(nik + 6, inside, 6) == 0))
            printf("    %s %s\n", nik, born);
        free(nik);
        free(born);
        free(fin);
        veil_free(&veil);
    }
}

/* What was looked for letter by letter is still found, in capitals, too. */
TEST(veil_words_begin_as_their_beginnings)
{
    struct veil *veil = veil_of(7);
    char *whole = value(veil, "Kərimov Əli"), *part = value(veil, "Kəri"), *small = value(veil, "kərimov");
    CHECK(strncmp(whole, part, strlen(part)) == 0);
    CHECK(strncmp(whole + 1, small + 1, strlen(small) - 1) == 0);
    free(whole);
    free(part);
    free(small);
    veil_free(&veil);
}

/* Another key, other stand-ins: nobody undoes one recording with another. */
TEST(veil_of_another_key_is_another)
{
    struct veil *one = veil_of(1), *two = veil_of(2);
    char *first = value(one, "Qasımov Elnur"), *second = value(two, "Qasımov Elnur");
    CHECK(strcmp(first, second) != 0);
    free(first);
    free(second);
    veil_free(&one);
    veil_free(&two);
}

static const char rows[] =
    "{\"rows\":[{\"id\":\"p-1\",\"name\":\"Elnur "
    "Qasımov\",\"fin\":\"8S8M7S4\",\"state\":\"active\",\"born\":\"1990-05-12\"}],"
    "\"hall\":{\"lists\":{\"regions\":[{\"code\":\"baki\",\"name\":\"Bakı\"}]}},"
    "\"service\":{\"name\":{\"az\":\"Arayış\",\"en\":\"Certificate\"}},"
    "\"case\":{\"draft\":{\"address\":{\"region\":\"baki\",\"street\":\"Nizami\",\"house\":\"12\"},"
    "\"copies\":3}},"
    "\"why\":{\"rule\":\"fifo\",\"text\":\"P002 has waited longest\"},\"note\":\"asks for Elnur\","
    "\"notice\":\"Dear Elnur Qasımov, born 12.05.1990\",\"user\":\"0190b2a4-1111-7222-8333-444455556666\"}";

TEST(veil_of_a_document_knows_the_catalogue_from_people)
{
    struct json *json = NULL;
    struct veil *veil = veil_of(3);
    REQUIRE(json_parse(rows, strlen(rows), &json, NULL) == ERR_OK);
    veil_learn_codes(veil, json);
    veil_learn(veil, json);
    struct json *made = veil_json(veil, json, "", "");
    char *text = json_print(made);
    static const char *const gone[] = {"Elnur",  "Qas",    "8S8M7S4", "1990-05-12", "12.05.1990",
                                       "Nizami", "\"12\"", ":3",      "asks"};
    static const char *const stay[] = {"\"active\"", "\"p-1\"",
                                       "Bakı",       "\"baki\",\"street\"",
                                       "Arayış",     "P002 has waited longest",
                                       "\"fifo\"",   "Dear ",
                                       ", born ",    "0190b2a4-1111-7222-8333-444455556666"};
    for (size_t i = 0; i < sizeof gone / sizeof *gone; i++)
        if (!CHECK(!strstr(text, gone[i])))
            printf("    %s in %s\n", gone[i], text);
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++)
        if (!CHECK(strstr(text, stay[i])))
            printf("    no %s in %s\n", stay[i], text);
    free(text);
    json_free(&made);
    json_free(&json);
    veil_free(&veil);
}
