/* tests/unit/tui_widgets_test.c: question, toast, palette, help, action line, big letters, charts, progress.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"
#include "tui/big.h"
#include "tui/chart.h"
#include "tui/funcbar.h"
#include "tui/help.h"
#include "tui/palette.h"
#include "tui/progress.h"
#include "tui/question.h"
#include "tui/text.h"
#include "tui/toast.h"

static struct frame frame;
static char shown[4000];

static const char *text(void)
{
    char *rows = frame_text(&frame);
    snprintf(shown, sizeof shown, "%s", rows);
    free(rows);
    return shown;
}

TEST(tui_question_is_confirmed_by_its_key_alone)
{
    struct question question = {0};
    CHECK_INT(question_key(&question, key_of("y")), QUESTION_NONE);
    question_open(&question, "Refuse this application?", "refuse", "back", key_of("r"));
    static const char *const others[] = {"Enter", "r", "Space", "n", "Y", "C-y", "A-y", "Tab", "F10"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        CHECK_INT(question_key(&question, key_of(others[i])), QUESTION_WAITS);
    frame_init(&frame, 50, 1);
    question_draw(&question, &frame, frame_area(&frame));
    CHECK_TEXT(text(), " Refuse this application?  y refuse · Esc back\n");
    frame_resize(&frame, 34, 1); /* the keys stay in sight */
    question_draw(&question, &frame, frame_area(&frame));
    CHECK_TEXT(text(), " Refuse this…  y refuse · Esc back\n");
    CHECK_INT(question_key(&question, key_of("y")), QUESTION_CONFIRMED);
    CHECK_INT(question_key(&question, key_of("y")), QUESTION_NONE);
    question_open(&question, "Sure?", "go", "back", key_of("y"));
    CHECK_INT(question_key(&question, key_of("y")), QUESTION_WAITS); /* it opened it */
    CHECK_INT(question_key(&question, key_of("k")), QUESTION_CONFIRMED);
    question_open(&question, "Sure?", "go", "back", key_of("x"));
    CHECK_INT(question_key(&question, key_of("Esc")), QUESTION_CANCELLED);
    frame_deinit(&frame);
}

TEST(tui_toast_ends_with_its_time)
{
    struct toast toast = {0};
    frame_init(&frame, 20, 1);
    CHECK(!toast_draw(&toast, 0, &frame, frame_area(&frame)));
    toast_show(&toast, STYLE_WARN, "P009 gözləyir", 5000);
    CHECK(toast_draw(&toast, 4999, &frame, frame_area(&frame)));
    CHECK_TEXT(text(), " ! P009 gözləyir\n");
    CHECK(!toast_shown(&toast, 5000));
    frame_deinit(&frame);
}

static const struct palette_entry entries[] = {
    {"call next", "n", "növbətini çağır panggil berikutnya вызвать следующего", NULL, NULL},
    {"recall", "r", "təkrar çağır", "nobody was called", NULL},
    {"close counter", "C", "pəncərəni bağla", NULL, NULL},
    {"no-show", "x", "gəlmədi", NULL, NULL},
};

static void entry(const void *self, int index, struct palette_entry *out)
{
    (void)self;
    *out = entries[index];
}

static int typed(struct palette *palette, const struct palette_source *source, const char *keys)
{
    int chosen = -1;
    size_t used;
    for (const char *c = keys; *c; c += used)
        palette_key(palette, source, key_typed(text_decode(c, strlen(c), &used)), &chosen);
    return palette->match_count ? palette->matches[0] : -1;
}

TEST(tui_palette_finds_by_any_words)
{
    const struct palette_source source = {4, entry, NULL};
    static const struct {
        const char *query;
        int first;
    } cases[] = {{"", 0},      {"call", 0},    {"cn", 0},     {"next", 0}, {"recall", 1},    {"bagla", 2},
                 {"BAĞLA", 2}, {"вызвать", 0}, {"noshow", 3}, {"cc", 2},   {"next call", 0}, {"zzz", -1}};
    struct palette palette;
    palette_init(&palette);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        palette_open(&palette, &source);
        if (!CHECK_INT(typed(&palette, &source, cases[i].query), cases[i].first))
            printf("    for %s\n", cases[i].query);
    }
    palette_deinit(&palette);
}

static const struct palette_entry places[] = {
    {"export", "e", "", NULL, "Outbox"},
    {"expert", "x", "", NULL, NULL},
    {"extend one paper", "y", "", NULL, NULL}, /* its letters fit "exp", too */
    {"another", "z", "export of a list", NULL, NULL},
};

static void place(const void *self, int index, struct palette_entry *out)
{
    (void)self;
    *out = places[index];
}

/* Three for the label, one for further words, half for another place; the lower number of equal ones. */
TEST(tui_palette_scores_by_a_rule_that_can_be_told)
{
    const struct palette_source source = {4, place, NULL};
    struct palette palette;
    palette_init(&palette);
    palette_open(&palette, &source);
    CHECK_INT(typed(&palette, &source, "exp"), 1); /* "expert" here before "export" there, which fit alike */
    palette_open(&palette, &source);
    CHECK_INT(typed(&palette, &source, "export"), 0); /* but what fits better comes first */
    CHECK_INT(palette.matches[1], 3);
    CHECK_INT(palette.match_count, 2);
    palette_deinit(&palette);
}

TEST(tui_palette_chooses_what_is_possible)
{
    const struct palette_source source = {4, entry, NULL};
    struct palette palette;
    int chosen = -1;
    palette_init(&palette);
    palette_open(&palette, &source);
    palette_key(&palette, &source, key_of("Down"), &chosen);
    CHECK_INT(palette_key(&palette, &source, key_of("Enter"), &chosen), PALETTE_USED); /* greyed */
    palette_key(&palette, &source, key_of("Down"), &chosen);
    CHECK_INT(palette_key(&palette, &source, key_of("Enter"), &chosen), PALETTE_CHOSEN);
    CHECK_INT(chosen, 2);
    CHECK_INT(palette_key(&palette, &source, key_of("Esc"), &chosen), PALETTE_CANCELLED);
    frame_init(&frame, 34, 3);
    palette_open(&palette, &source);
    typed(&palette, &source, "c");
    palette_draw(&palette, &source, "what?", &frame, frame_area(&frame));
    CHECK_TEXT(text(), "c\n call next                      n\n close counter                  C\n");
    CHECK(frame.cursor_x == 1 && frame.cursor_y == 0);
    frame_deinit(&frame);
    palette_deinit(&palette);
}

TEST(tui_help_scrolls_to_its_last_line)
{
    static const struct help_row rows[] = {
        {NULL, "Desk", NULL, NULL},
        {"n", "call next", "Call the next person by the queue's rule.", NULL},
        {"f", "finish", "End the visit.", "nobody is at the desk"},
    };
    struct help help = {0};
    frame_init(&frame, 76, 4);
    help_draw(&help, rows, 3, &frame, frame_area(&frame));
    CHECK_TEXT(text(), "\nDesk\nn           call next           Call the next person by the queue's rule.\n"
                       "f           finish              nobody is at the desk\n");
    frame_resize(&frame, 40, 3);
    help_key(&help, key_of("G"));
    help_draw(&help, rows, 3, &frame, frame_area(&frame));
    CHECK_TEXT(text(), "            queue's rule.\nf           finish\n            nobody is at the desk\n");
    CHECK(!help_key(&help, key_of("x")));
    frame_deinit(&frame);
}

TEST(tui_funcbar_keeps_what_matters)
{
    static const struct funcbar_item items[] = {
        {.key = "f", .label = "finish", .priority = 5},
        {.key = "h", .label = "hold", .disabled = true, .priority = 3},
        {.key = "t", .label = "transfer", .priority = 1},
        {.key = "?", .label = "help", .priority = 9}};
    struct rect area;
    frame_init(&frame, 40, 1);
    area = frame_area(&frame);
    funcbar_draw(items, 4, &frame, area);
    CHECK_TEXT(text(), " f finish  h hold  t transfer  ? help\n");
    CHECK_INT(LOOK_STYLE(frame_at(&frame, 13, 0)->look), STYLE_BAR_DIM);
    CHECK_INT(funcbar_at(items, 4, area, 12), 1);
    CHECK_INT(funcbar_at(items, 4, area, 17), -1);
    frame_resize(&frame, 26, 1);
    funcbar_draw(items, 4, &frame, frame_area(&frame));
    CHECK_TEXT(text(), " f finish  h hold  ? help\n");
    CHECK_INT(funcbar_at(items, 4, frame_area(&frame), 20), 3);
    frame_resize(&frame, 8, 1);
    funcbar_draw(items, 4, &frame, frame_area(&frame));
    CHECK_TEXT(text(), " ? help\n");
    frame_deinit(&frame);
}

TEST(tui_big_letters_fit_the_hall)
{
    CHECK_INT(big_width("P014", 1), 46);
    CHECK_INT(big_scale("P014", 200, 60), 4);
    CHECK_INT(big_scale("P014", 200, 9), 1);
    CHECK_INT(big_scale("P014", 45, 60), 0);
    frame_init(&frame, 24, 5);
    CHECK_INT(big_draw(&frame, frame_area(&frame), "P1", STYLE_TEXT, 0), 1);
    frame_to_ascii(&frame);
    CHECK_TEXT(text(), " ########        ##\n ##      ##    ####\n ########        ##\n ##              ##\n"
                       " ##            ######\n");
    frame_resize(&frame, 9, 3);
    CHECK_INT(big_draw(&frame, frame_area(&frame), "P1", STYLE_TEXT, 0), 0);
    CHECK_TEXT(text(), "\n   P1\n\n");
    frame_deinit(&frame);
}

TEST(tui_chart_draws_any_number)
{
    const double values[] = {0, 1, 4, 8, NAN, -3, INFINITY};
    frame_init(&frame, 8, 2);
    struct rect area = frame_area(&frame);
    chart_spark(&frame, area, values, 7, 8, STYLE_TEXT);
    CHECK_TEXT(text(), "▁▁▄█▁▁▁\n\n");
    chart_bar(&frame, area, 3, 16, STYLE_TEXT);
    CHECK_TEXT(text(), "█▌\n\n");
    chart_bar(&frame, area, 1, 0, STYLE_TEXT);
    CHECK_TEXT(text(), "\n\n");
    chart_columns(&frame, area, values + 2, 2, 0, 2, STYLE_TEXT);
    CHECK_TEXT(text(), "   ██\n██ ██\n");
    chart_heat(&frame, (struct rect){0, 0, 2, 1}, 5, 10, STYLE_TEXT);
    CHECK_TEXT(text(), "▒▒ ██\n██ ██\n");
    frame_deinit(&frame);
}

TEST(tui_progress_is_quiet_at_first)
{
    frame_init(&frame, 24, 1);
    struct rect area = frame_area(&frame);
    CHECK(!progress_draw(&frame, area, "Copying", 1, 10, 1000, 1499));
    CHECK(progress_draw(&frame, area, "Copying", 5, 10, 1000, 1500));
    CHECK_TEXT(text(), "Copying ▓▓▓▓▓░░░░░  50 %\n");
    frame_clear(&frame);
    CHECK(progress_draw(&frame, area, "Copying", 0, 0, 1000, 1800));
    CHECK_TEXT(text(), "\\ Copying\n");
    frame_deinit(&frame);
}
