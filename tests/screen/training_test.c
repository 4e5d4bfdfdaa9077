/* tests/screen/training_test.c: a training hall as the trainer and as a trainee sees it. */
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

TEST(training_every_code_of_the_hall_is_a_sentence_in_each_language)
{
    for (int i = 0; i < TALK_COUNT; i++)
        check_sentence(visitor_sentence, talk_code_text((enum talk_code)i));
    for (int i = 0; i < SCORE_RULE_COUNT; i++)
        check_sentence(trainer_score_text, score_rule_text((enum score_rule)i));
}
