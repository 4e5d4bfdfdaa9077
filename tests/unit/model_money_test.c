/* tests/unit/model_money_test.c: amounts read, typed, written and added; the satisfaction index. */
#include <string.h>

#include "core/model/money.h"
#include "core/model/survey.h"
#include "tests/support/test.h"

TEST(model_money_wire_form)
{
    static const struct {
        const char *text;
        int64_t minor; /* -1 refused */
    } cases[] = {
        {"5.00 AZN", 500},
        {"0.00 AZN", 0},
        {"0.05 USD", 5},
        {"30000 IDR", 30000},
        {"1234567.89 AZN", 123456789},
        {"9999999999999999.99 AZN", 999999999999999999},
        {"99999999999999999.99 AZN", -1},
        {"5 AZN", -1},
        {"5.0 AZN", -1},
        {"5.000 AZN", -1},
        {"5,00 AZN", -1},
        {"30000.00 IDR", -1},
        {"30000. IDR", -1},
        {"5.00AZN", -1},
        {"5.00  AZN", -1},
        {"5.00 azn", -1},
        {"5.00 XYZ", -1},
        {"-5.00 AZN", -1},
        {"05.00 AZN", -1},
        {".50 AZN", -1},
        {"5.00 AZN ", -1},
        {"", -1},
        {"AZN", -1},
        {NULL, -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct money money;
        struct err_info info = {0};
        bool ok = money_parse(cases[i].text, &money, &info);
        if (!check(ok == (cases[i].minor >= 0), __FILE__, __LINE__, cases[i].text ? cases[i].text : "NULL"))
            continue;
        char text[MONEY_TEXT];
        if (ok) {
            CHECK_INT(money.minor, cases[i].minor);
            money_text(money, text);
            CHECK_TEXT(text, cases[i].text);
        } else {
            CHECK(info.text[0] != '\0');
        }
    }
}

TEST(model_money_typed)
{
    static const struct {
        const char *typed, *currency;
        int64_t minor; /* -1 refused */
    } cases[] = {
        {"5", "AZN", 500},
        {"5,5", "AZN", 550},
        {"5.50", "AZN", 550},
        {" 5,00 AZN ", "AZN", 500},
        {"5 ₼", "AZN", 500},
        {"1.234,50", "AZN", 123450},
        {"1,234.50", "AZN", 123450},
        {"1 234,50", "AZN", 123450},
        {"1 234", "AZN", 123400},
        {"1.234", "AZN", -1},
        {"1.234.567", "AZN", 123456700},
        {"1.23.45", "AZN", -1},
        {"1.234.50", "AZN", -1},
        {"5,,0", "AZN", -1},
        {"-5", "AZN", -1},
        {"five", "AZN", -1},
        {"", "AZN", -1},
        {NULL, "AZN", -1},
        {"30.000", "IDR", 30000},
        {"Rp 30.000", "IDR", 30000},
        {"Rp. 30.000", "IDR", 30000},
        {"30,000", "IDR", 30000},
        {"30000", "IDR", 30000},
        {"30.00", "IDR", -1},
        {"30.000,00", "IDR", -1},
        {"12.34.567", "IDR", -1},
        {"1.23.456,00", "AZN", -1},
        {"9999999999999999999", "IDR", -1},
        {"99999999999999999", "AZN", -1},
        {".", "AZN", -1},
        {"5", "XXX", -1},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct money money = {0};
        struct err_info info = {0};
        bool ok = money_typed(cases[i].typed, cases[i].currency, &money, &info);
        check_int(ok ? money.minor : -1, cases[i].minor, __FILE__, __LINE__,
                  cases[i].typed ? cases[i].typed : "NULL");
        CHECK(ok || info.text[0]);
    }
}

TEST(model_money_as_the_country_writes_it)
{
    static const struct {
        struct money money;
        const char *want;
    } cases[] = {
        {{500, "AZN"}, "5,00 AZN"},
        {{123456789, "AZN"}, "1.234.567,89 AZN"},
        {{30000, "IDR"}, "Rp 30.000"},
        {{999, "IDR"}, "Rp 999"},
        {{5, "USD"}, "0.05 USD"},
        {{-500, "AZN"}, "-5,00 AZN"},
        {{INT64_MIN, "IDR"}, "Rp -9.223.372.036.854.775.808"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        char out[MONEY_TEXT];
        money_display(cases[i].money, out);
        CHECK_TEXT(out, cases[i].want);
    }
}

TEST(model_money_never_overflows)
{
    struct money sum = {INT64_MAX - 1, "AZN"};
    CHECK(money_add(&sum, (struct money){1, "AZN"}));
    CHECK(!money_add(&sum, (struct money){1, "AZN"}));
    CHECK_INT(sum.minor, INT64_MAX);
    CHECK(!money_add(&sum, (struct money){0, "USD"}));
    CHECK(!money_multiply(&sum, 2));
    sum.minor = 500;
    CHECK(money_multiply(&sum, 3));
    CHECK_INT(sum.minor, 1500);
    CHECK_INT(money_decimals("IDR"), 0);
    CHECK_INT(money_decimals("AZN"), 2);
    CHECK_INT(money_decimals("???"), -1);
}

TEST(model_survey_exact_ninths)
{
    static const int best[] = {4, 4, 4, 4, 4, 4, 4, 4, 4}, worst[] = {1, 1, 1, 1, 1, 1, 1, 1, 1};
    struct survey_sum sum = {0};
    CHECK_INT(survey_index_hundredths(&sum), 0);
    CHECK_INT(survey_grade(0), 0);
    CHECK(survey_add(&sum, best, 9));
    CHECK_INT(survey_index_hundredths(&sum), 10000); /* with 0.11 for 1/9 it would be 9900 */
    CHECK_INT(survey_grade(10000), 'A');
    CHECK(survey_add(&sum, worst, 9));
    CHECK_INT(survey_index_hundredths(&sum), 6250);
    CHECK_INT(survey_mean_hundredths(&sum, 3), 250);
    /* 28 of 36 points: 25 × 28/9 = 77.777… */
    struct survey_sum one = {.people = 1, .score = {4, 4, 4, 4, 4, 2, 2, 2, 2}};
    CHECK_INT(survey_index_hundredths(&one), 7778);
}

TEST(model_survey_grades_at_their_limits)
{
    CHECK_INT(survey_grade(8831), 'A');
    CHECK_INT(survey_grade(8830), 'B');
    CHECK_INT(survey_grade(7661), 'B');
    CHECK_INT(survey_grade(7660), 'C');
    CHECK_INT(survey_grade(6500), 'C');
    CHECK_INT(survey_grade(6499), 'D');
    CHECK_INT(survey_grade(2500), 'D');
}

TEST(model_survey_refuses_wrong_scores)
{
    static const int high[] = {1, 2, 3, 4, 5, 1, 1, 1, 1};
    struct survey_sum sum = {0}, none = {0};
    struct refusal refusal;
    CHECK(!survey_add(&sum, high, 9));
    CHECK(!survey_add(&sum, high, 4));
    CHECK(memcmp(&sum, &none, sizeof none) == 0);
    CHECK(!survey_check(high, 9, &refusal));
    CHECK_TEXT(refusal.text, "Answer 5 must be 1 to 4, not 5.");
}
