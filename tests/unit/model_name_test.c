/* tests/unit/model_name_test.c: which names meet which. */
#include "core/model/name.h"

#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

/* Whether who types one finds who is kept as the other. */
static bool finds(const char *typed, const char *kept)
{
    struct name_word words[NAME_WORDS_MAX];
    struct buf folded = {0};
    int count = name_ask(typed, words);
    name_words(kept, &folded);
    bool found = count > 0 && name_answers(words, count, buf_text(&folded));
    buf_free(&folded);
    return found;
}

static void check_finds(const char *typed, const char *kept, bool expected)
{
    if (finds(typed, kept) == expected)
        return;
    char *sentence = xasprintf("\"%s\" %s \"%s\"", typed, expected ? "finds" : "does not find", kept);
    check(false, __FILE__, __LINE__, sentence);
    free(sentence);
}

/* Each spelling of a line finds each other. */
TEST(name_spellings_meet)
{
    static const char *const same[][8] = {
        {"Əliyev", "Aliyev", "Eliyev", "АЛИЕВ", "Алиев", "aliev", "ALİYEV"},
        {"İlqar", "Ilqar", "ılqar", "ilgar", "Ильгар", "Илгар"},
        {"Muhammad", "Muhamad", "Mohammad", "Mohamed", "Mochammad", "Məhəmməd", "Мухаммед", "Mukhamad"},
        {"Muhammad", "Moh.", "Muh.", "Mohd.", "Moch.", "MD"},
        {"Qasımov", "Gasimov", "Kasimov", "Гасымов", "qasimov"},
        {"Ağayev", "Agayev", "Aghayev", "Агаев", "AGAYEV"},
        {"Şahin", "Shahin", "Sahin", "Шахин", "şahin"},
        {"Çingiz", "Chingiz", "Cingiz", "Чингиз"},
        {"Xəlil", "Khalil", "Halil", "Халил", "Xalil"},
        {"Gözəl", "Gozal", "Gozel", "Гозал"},
        {"Hüseynov", "Huseynov", "Гусейнов", "Huseinov"},
        {"Həsənov", "Hasanov", "Гасанов", "Хасанов"},
        {"Cəfərov", "Jafarov", "Джафаров", "Dzhafarov", "Ceferov"},
        {"Soekarno", "Sukarno", "SUKARNO"},
        {"Soeharto", "Suharto"},
        {"Tjahjono", "Cahyono", "Tjahyono"},
        {"Djoko", "Joko"},
        {"Widjaja", "Wijaya", "Vijaya"},
        {"Jusuf", "Yusuf", "Joesoef"},
        {"Jahja", "Yahya"},
        {"Njoman", "Nyoman"},
        {"Sjarifoeddin", "Syarifuddin", "Sharifuddin", "Syarifudin"},
        {"Achmad", "Akhmad", "Ahmad", "Ahmed", "Əhməd", "Ахмед", "Ach."},
        {"Siti", "St.", "Sitti", "SITI"},
        {"Abdul", "Abd."},
        {"Chairil", "Khairil", "Hairil"},
        {"Ma'ruf", "Maruf", "Ma\u2019ruf", "Ma`ruf"},
        {"Rasim oğlu", "Rasim oglu", "Расим оглы"},
        {"Nigar qızı", "Nigar qizi", "Нигар кызы"},
    };
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        for (int a = 0; a < 8 && same[i][a]; a++)
            for (int b = 0; b < 8 && same[i][b]; b++)
                check_finds(same[i][a], same[i][b], true);
}

TEST(name_strangers_do_not_meet)
{
    static const char *const apart[][2] = {
        {"Əliyev", "Vəliyev"},    {"Əliyev", "Həsənov"},  {"Rzayev", "Əliyev"},
        {"Məmmədov", "Məhəmməd"}, {"Yusuf", "Yunus"},     {"Siti", "Sutikno"},
        {"Kamal", "Camal"},       {"Kərim", "Rəhim"},     {"Budi", "Dewi"},
        {"Agus", "Bagus"},        {"Joko", "Eko"},        {"Leyla", "Lalə"},
        {"Sukarno", "Sukarni"},   {"Muhammad", "Muhlis"}, {"Hadi", "Adi"},
        {"Cahyono", "Harjono"},   {"Orxan", "Turxan"},    {"Aliyeva Leyla", "Aliyev Leyla"},
        {"Wahyu", "Bayu"},        {"Nur", "Sari Dewi"},
    };
    for (size_t i = 0; i < sizeof apart / sizeof *apart; i++)
        check_finds(apart[i][0], apart[i][1], false);
}

/* From the first letter on, whatever follows, save within the two letters of one old sound. */
TEST(name_is_found_while_it_is_typed)
{
    static const char *const names[] = {"Əliyeva Leyla", "Muhammad Rizky", "Ayan Məmmədova", "Siti Nurhaliza",
                                        "Гусейнов Гейдар"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        for (size_t length = 1; length <= strlen(names[i]); length++) {
            char *typed = xstrndup(names[i], length);
            if (utf8_valid(typed, length))
                check_finds(typed, names[i], true);
            free(typed);
        }
}

TEST(name_words_in_any_order_and_each_once)
{
    struct buf words = {0};
    CHECK(finds("leyla aliyeva", "Əliyeva Leyla Rasim qızı"));
    CHECK(finds("ras ali", "Əliyeva Leyla Rasim qızı"));
    CHECK(!finds("leyla hasan", "Əliyeva Leyla Rasim qızı"));
    CHECK(!finds("eyla", "Leyla")); /* the middle of a word is not its beginning */
    name_words("Budi  Budi-Santoso,Budiman", &words);
    CHECK_TEXT(buf_text(&words), "budi santoso budiman");
    buf_free(&words);
}

/* Blanks, signs, broken bytes and endless words ask for nothing, and never for more than there is room for. */
TEST(name_of_anything_is_asked_safely)
{
    struct name_word words[NAME_WORDS_MAX];
    struct buf longest = {0};
    CHECK_INT(name_ask("", words), 0);
    CHECK_INT(name_ask(" .,-' ", words), 0);
    CHECK_INT(name_ask("\xff\xfe", words), 0);
    CHECK_INT(name_ask("a b c d e f g h", words), NAME_WORDS_MAX);
    for (int i = 0; i < 200; i++)
        buf_adds(&longest, "gəhxyk");
    CHECK_INT(name_ask(buf_text(&longest), words), 1);
    CHECK(words[0].count >= 1 && words[0].count <= NAME_KEYS_MAX);
    for (int k = 0; k < words[0].count; k++) {
        CHECK(strlen(words[0].keys[k].text) < NAME_KEY);
        CHECK(utf8_valid(words[0].keys[k].text, strlen(words[0].keys[k].text)));
    }
    CHECK(finds(buf_text(&longest), buf_text(&longest)));
    buf_free(&longest);
}

TEST(name_birth_dates_as_they_are_typed)
{
    static const struct {
        const char *typed, *born;
    } cases[] = {
        {"31.12.1990", "1990-12-31"},
        {"1/2/2001", "2001-02-01"},
        {"31-12-1990", "1990-12-31"},
        {"1990-12-31", "1990-12-31"},
        {"32.12.1990", NULL},
        {"31.13.1990", NULL},
        {"31.12.90", NULL},
        {"31.12", NULL},
        {"Aliyev", NULL},
        {"31.12.19901", NULL},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char born[11] = "";
        CHECK(born_typed(cases[i].typed, born) == (cases[i].born != NULL));
        if (cases[i].born)
            CHECK_TEXT(born, cases[i].born);
    }
}
