/* tests/screen/words_test.c: what people read for the words of the protocol. */
#include <stdio.h>
#include <string.h>

#include "core/command/command.h"
#include "screens/show.h"
#include "tests/support/test.h"

/* A dot would be the protocol's own name, "counter.open", which is nobody's language. */
TEST(every_record_has_words_in_each_language)
{
    int count = 0, checked = 0;
    const struct command_info *kinds = command_table(&count);
    struct json *body = json_new_object();
    for (int i = 0; i < count; i++) {
        char english[SHOW_TEXT], text[SHOW_TEXT];
        struct ui ui = {.lang = LANG_EN};
        show_record(&ui, kinds[i].type, body, english);
        for (int lang = 0; lang < LANG_COUNT; lang++, checked++) {
            ui.lang = (enum lang)lang;
            show_record(&ui, kinds[i].type, body, text);
            bool own = lang == LANG_EN || strcmp(text, english) != 0;
            if (!CHECK(!strchr(text, '.') && own))
                printf("    %s in %s: %s\n", kinds[i].type, lang_code(ui.lang), text);
        }
    }
    CHECK(checked > 100);
    json_free(&body);
}

TEST(a_record_that_nobody_here_knows_says_that_it_is_of_a_newer_program)
{
    char text[SHOW_TEXT];
    const struct ui ui = {.lang = LANG_EN};
    CHECK_TEXT(show_record(&ui, "hologram.make", NULL, text), "of a newer program: hologram.make");
}

/* The mark's word says how safe it is: three grades, and no two of them read alike. */
TEST(saved_here_at_the_hall_and_safe_are_three_words_in_each_language)
{
    static const char *const grades[] = {"saved", "at the hall", "safe"};
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        const char *words[3];
        for (int i = 0; i < 3; i++)
            words[i] = tr((enum lang)lang, grades[i]);
        if (!CHECK(strcmp(words[0], words[1]) != 0 && strcmp(words[1], words[2]) != 0 &&
                   strcmp(words[0], words[2]) != 0))
            printf("    %s: %s, %s, %s\n", lang_code((enum lang)lang), words[0], words[1], words[2]);
    }
}
