/* tests/unit/model_person_test.c: identity numbers and telephones, as typed, stored and masked. */
#include <string.h>

#include "core/model/person.h"
#include "tests/support/test.h"

static const struct typed {
    enum identity kind;
    const char *typed;
    enum verdict verdict;
    int position;
    const char *text;   /* of the verdict; NULL: not compared */
    const char *normal; /* NULL: none */
} cases[] = {
    {IDENTITY_FIN, "", VERDICT_INCOMPLETE, 0, "7 letters and digits; 0 typed", NULL},
    {IDENTITY_FIN, "7A2B3", VERDICT_INCOMPLETE, 5, "7 letters and digits; 5 typed", NULL},
    {IDENTITY_FIN, "7a2b3xk", VERDICT_OK, 7, "", "7A2B3XK"},
    {IDENTITY_FIN, " 7A2 B3XK", VERDICT_OK, 9, "", "7A2B3XK"},
    {IDENTITY_FIN, "7O2B3XK", VERDICT_WRONG, 1, "FIN never has the letters I or O: use 1 or 0", NULL},
    {IDENTITY_FIN, "7A2B3Xi", VERDICT_WRONG, 6, NULL, NULL},
    {IDENTITY_FIN, "7A2B3XK9", VERDICT_WRONG, 7, "7 letters and digits; 8 typed", NULL},
    {IDENTITY_FIN, "7Ə2B3XK", VERDICT_WRONG, 1, "FIN has only the letters A to Z and digits", NULL},
    {IDENTITY_FIN, "+A2B3XK", VERDICT_WRONG, 0, NULL, NULL},
    {IDENTITY_FIN, "7A-B3XK", VERDICT_WRONG, 2, NULL, NULL},
    {IDENTITY_NIK, "9901014107", VERDICT_INCOMPLETE, 10, "16 digits; 10 typed", NULL},
    {IDENTITY_NIK, "9901 0141 0790 0014", VERDICT_OK, 19, "", "9901014107900014"},
    {IDENTITY_NIK, "9901013112900014", VERDICT_OK, 16, "", "9901013112900014"},
    {IDENTITY_NIK, "9901017112900014", VERDICT_OK, 16, "", "9901017112900014"},
    {IDENTITY_NIK, "9901010012900014", VERDICT_WRONG, 7, NULL, NULL},
    {IDENTITY_NIK, "9901013212900014", VERDICT_WRONG, 7, NULL, NULL},
    {IDENTITY_NIK, "9901014012900014", VERDICT_WRONG, 7, NULL, NULL},
    {IDENTITY_NIK, "9901017212900014", VERDICT_WRONG, 7, NULL, NULL},
    {IDENTITY_NIK, "9901018", VERDICT_WRONG, 6, "NIK: the day is 01 to 31, or 41 to 71 for a woman", NULL},
    {IDENTITY_NIK, "990101311390", VERDICT_WRONG, 9, "NIK: the month is 01 to 12", NULL},
    {IDENTITY_NIK, "9901013100900014", VERDICT_WRONG, 9, NULL, NULL},
    {IDENTITY_NIK, "990101312", VERDICT_WRONG, 8, NULL, NULL},
    {IDENTITY_NIK, "0", VERDICT_WRONG, 0, NULL, NULL},
    {IDENTITY_NIK, "99010A", VERDICT_WRONG, 5, "NIK has only digits", NULL},
    {IDENTITY_NIK, "99010131129000140", VERDICT_WRONG, 16, "16 digits; 17 typed", NULL},
    {IDENTITY_VOEN, "1700000001", VERDICT_OK, 10, "", "1700000001"},
    {IDENTITY_VOEN, "170000000", VERDICT_INCOMPLETE, 9, "10 digits; 9 typed", NULL},
    {IDENTITY_VOEN, "17000000011", VERDICT_WRONG, 10, NULL, NULL},
    {IDENTITY_VOEN, "17x", VERDICT_WRONG, 2, "VÖEN has only digits", NULL},
    {IDENTITY_PHONE_AZ, "050 123 45 67", VERDICT_OK, 13, "", "+994501234567"},
    {IDENTITY_PHONE_AZ, "+994 (50) 123-45-67", VERDICT_OK, 19, "", "+994501234567"},
    {IDENTITY_PHONE_AZ, "00994501234567", VERDICT_OK, 14, "", "+994501234567"},
    {IDENTITY_PHONE_AZ, "994501234567", VERDICT_OK, 12, "", "+994501234567"},
    {IDENTITY_PHONE_AZ, "501234567", VERDICT_OK, 9, "", "+994501234567"},
    {IDENTITY_PHONE_AZ, "0501234", VERDICT_INCOMPLETE, 7, NULL, NULL},
    {IDENTITY_PHONE_AZ, "+", VERDICT_INCOMPLETE, 1, NULL, NULL},
    {IDENTITY_PHONE_AZ, "+99", VERDICT_INCOMPLETE, 3, NULL, NULL},
    {IDENTITY_PHONE_AZ, "+7 901 123 45 67", VERDICT_WRONG, 0, "A number here begins with +994 or 0", NULL},
    {IDENTITY_PHONE_AZ, "05012345678", VERDICT_WRONG, 10, NULL, NULL},
    {IDENTITY_PHONE_AZ, "+9940501234567", VERDICT_WRONG, 4, NULL, NULL},
    {IDENTITY_PHONE_AZ, "050a", VERDICT_WRONG, 3, "A telephone number has only digits", NULL},
    {IDENTITY_PHONE_AZ, "050+1", VERDICT_WRONG, 3, NULL, NULL},
    {IDENTITY_PHONE_ID, "0812-3456-7890", VERDICT_OK, 14, "", "+6281234567890"},
    {IDENTITY_PHONE_ID, "+62 21 345678", VERDICT_OK, 13, "", "+6221345678"},
    {IDENTITY_PHONE_ID, "081234", VERDICT_INCOMPLETE, 6, NULL, NULL},
    {IDENTITY_PHONE_ID, "+628123456789012", VERDICT_WRONG, 15, NULL, NULL},
};

TEST(model_person_as_typed)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const struct typed *c = &cases[i];
        struct identity_verdict verdict;
        char normal[IDENTITY_TEXT];
        bool good = CHECK_INT(identity_check(c->kind, c->typed, &verdict), c->verdict);
        good &= CHECK_INT(verdict.verdict, c->verdict);
        good &= CHECK_INT(verdict.position, c->position);
        if (c->text)
            good &= CHECK_TEXT(verdict.text, c->text);
        good &= CHECK((verdict.text[0] == '\0') == (c->verdict == VERDICT_OK));
        good &= CHECK_INT(identity_normal(c->kind, c->typed, normal), c->normal != NULL);
        good &= CHECK_TEXT(normal, c->normal ? c->normal : "");
        if (!good)
            check_text(c->typed, "", __FILE__, __LINE__, "the case above");
    }
}

/* Every beginning of a right number is right so far, so that nobody is scolded while typing. */
TEST(model_person_beginnings_are_never_wrong)
{
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        if (cases[i].verdict != VERDICT_OK)
            continue;
        char part[64] = "";
        for (size_t n = 0; n < strlen(cases[i].typed); n++) {
            struct identity_verdict verdict;
            part[n] = cases[i].typed[n];
            CHECK(identity_check(cases[i].kind, part, &verdict) != VERDICT_WRONG);
        }
    }
}

TEST(model_person_strange_bytes_never_crash)
{
    struct identity_verdict verdict;
    char text[64];
    for (int kind = 0; kind < IDENTITY_COUNT; kind++) {
        for (int byte = 1; byte < 256; byte++) {
            memset(text, byte, 63);
            text[63] = '\0';
            CHECK(identity_check((enum identity)kind, text, &verdict) != VERDICT_OK);
            identity_mask((enum identity)kind, text, false, text, 8);
        }
        CHECK(identity_check((enum identity)kind, NULL, &verdict) == VERDICT_INCOMPLETE);
    }
}

TEST(model_person_masks)
{
    static const struct {
        enum identity kind;
        bool ascii;
        const char *text, *want;
    } masks[] = {
        {IDENTITY_NIK, false, "9901014107900014", "9901••••••••0014"},
        {IDENTITY_FIN, false, "00ABC3X", "00•••3X"},
        {IDENTITY_FIN, true, "00ABC3X", "00***3X"},
        {IDENTITY_PHONE_AZ, false, "+994501234567", "+994•••••••67"},
        {IDENTITY_PHONE_ID, true, "+6281234567890", "+62*********90"},
        {IDENTITY_FIN, false, "00A3", "••••"}, /* no part may tell the whole */
        {IDENTITY_FIN, false, "", ""},
        {IDENTITY_FIN, false, NULL, ""},
        {IDENTITY_FIN, false, "ƏƏABCÖÖ", "ƏƏ•••ÖÖ"},
    };
    for (size_t i = 0; i < sizeof masks / sizeof masks[0]; i++) {
        char out[64];
        identity_mask(masks[i].kind, masks[i].text, masks[i].ascii, out, sizeof out);
        CHECK_TEXT(out, masks[i].want);
    }
}

TEST(model_person_nik_only_warns)
{
    char text[160];
    CHECK(nik_agrees("9901014107900014", "1990-07-01", 'f', text, sizeof text));
    CHECK(!nik_agrees("9901014107900014", "1990-07-02", 'f', text, sizeof text));
    CHECK_TEXT(text, "The NIK says born on 01.07.90: look at the card; it may be right.");
    CHECK(!nik_agrees("9901014107900014", "1990-07-01", 'm', text, sizeof text));
    CHECK(strstr(text, "woman") != NULL);
    CHECK(!nik_agrees("9901010107900014", "", 'f', text, sizeof text));
    CHECK(nik_agrees("9901014107900014", "", 0, text, sizeof text));
    CHECK(nik_agrees("123", "1990-07-02", 'f', text, sizeof text));
}

TEST(model_person_words)
{
    for (int i = 0; i < IDENTITY_COUNT; i++) {
        enum identity kind = IDENTITY_COUNT;
        CHECK(identity_find(identity_text((enum identity)i), &kind) && (int)kind == i);
    }
    enum identity kind;
    CHECK(!identity_find("ssn", &kind));
}
