/* tests/screen/training_test.c: a training hall as the trainer and as a trainee sees it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/demo/score.h"
#include "core/demo/talk.h"
#include "screens/trainer.h"
#include "screens/visitor.h"
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_trainer)
{
    script_run("trainer.script");
    script_run("trainer_clock.script");
}

TEST(screen_trainer_pages)
{
    script_run("trainer_pages.script");
}

TEST(screen_trainee)
{
    script_run("trainee.script");
}

TEST(screen_keys_are_counted_in_a_training_hall_alone)
{
    script_run("strokes.script");
    script_run("strokes_kept.script");
    script_run("strokes_real.script");
}

TEST(screen_talk)
{
    script_run("talk.script");
}

/* A code that only the hall knows would stand there as a word of the wire. */
static void check_sentence(char *(*sentence)(const struct ui *, const struct json *), const char *code)
{
    struct json *told = json_new_object();
    json_set_text(told, "code", code);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct ui ui = {.lang = (enum lang)lang}, english = {.lang = LANG_EN};
        char *text = sentence(&ui, told), *plain = sentence(&english, told);
        CHECK(strcmp(text, code) != 0);
        CHECK(lang == LANG_EN || strcmp(text, plain) != 0);
        free(text);
        free(plain);
    }
    json_free(&told);
}

/* Each code with which a training hall refuses, as its sources have it: three digits, then the code. */
static int check_refusals(const char *path)
{
    int found = 0;
    char *source = test_read_file(path);
    REQUIRE(source);
    for (const char *at = source; (at = strstr(at, ", \"")) != NULL; at++) {
        char code[40];
        size_t length = strspn(at + 3, "abcdefghijklmnopqrstuvwxyz_");
        if (at - source < 4 || (at[-3] != '4' && at[-3] != '5') || at[-4] != ' ' || at[3 + length] != '"' ||
            length >= sizeof code)
            continue;
        str_format(code, sizeof code, "%.*s", (int)length, at + 3);
        for (int lang = 0; lang < LANG_COUNT; lang++) { /* in English the hall's own words stand */
            const struct ui ui = {.lang = (enum lang)lang};
            if (lang != LANG_EN && !CHECK(strcmp(show_refusal(&ui, code, "?"), "?") != 0))
                printf("  %s: %s\n", code, lang_code((enum lang)lang));
        }
        found++;
    }
    free(source);
    return found;
}

TEST(training_every_refusal_of_the_hall_is_a_sentence_in_each_language)
{
    CHECK(check_refusals("core/hall/training_act.c") > 9);
    CHECK(check_refusals("core/hall/training_take.c") > 2);
    CHECK(check_refusals("core/hall/api_training.c") > 6);
    CHECK(check_refusals("core/hall/api_training_score.c") > 5);
}

/* The hall tells what things are called, in each language: no code of a paper or field stands on a screen. */
TEST(training_names_papers_and_fields_in_the_readers_language)
{
    static const char better[] =
        "{\"better\":{\"code\":\"ask_paper\",\"args\":{\"paper\":{\"az\":\"Şəhadətnamə\","
        "\"en\":\"Certificate\",\"ru\":\"Свидетельство\"}}}}",
                      line[] = "{\"code\":\"field_wrong\",\"args\":{\"number\":\"P-1\",\"is\":2,\"fields\":["
                               "{\"en\":\"Born\",\"ru\":\"Родился\"},{\"en\":\"Name\",\"ru\":\"Имя\"}]}}";
    struct json *row = NULL, *told = NULL;
    char out[SHOW_TEXT];
    const struct ui english = {.lang = LANG_EN}, russian = {.lang = LANG_RU};
    REQUIRE(json_parse(better, strlen(better), &row, NULL) == ERR_OK);
    REQUIRE(json_parse(line, strlen(line), &told, NULL) == ERR_OK);
    CHECK_TEXT(trainer_better(&english, row, out), "ask for a paper: Certificate");
    CHECK(strstr(trainer_better(&russian, row, out), ": Свидетельство"));
    char *text = trainer_score_text(&english, told), *other = trainer_score_text(&russian, told);
    CHECK_TEXT(text, "P-1: not as the papers show: Born, Name.");
    CHECK(strstr(other, ": Родился, Имя."));
    free(text);
    free(other);
    json_free(&row);
    json_free(&told);
}

TEST(training_every_code_of_the_hall_is_a_sentence_in_each_language)
{
    for (int i = 0; i < TALK_COUNT; i++)
        check_sentence(visitor_sentence, talk_code_text((enum talk_code)i));
    for (int i = 0; i < SCORE_RULE_COUNT; i++)
        check_sentence(trainer_score_text, score_rule_text((enum score_rule)i));
}

TEST(screen_trainer_begins_at_their_place_before_the_first_status)
{
    script_run("trainer_home.script");
}
