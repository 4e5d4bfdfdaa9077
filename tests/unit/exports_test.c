/* tests/unit/exports_test.c: what leaves the program as a file, a print or a clipboard: a spreadsheet runs nothing of it, and a
 * place that writes something new is in no list here. */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/csv.h"
#include "tests/support/naughty.h"
#include "tests/support/test.h"

/* --- every writer is known --- */

/* What writes for somebody outside the program; how often it says so in its file; where it is shown that nothing raw or run
 * comes of it. Tables all go through csv_write, which is tried below. */
static const struct writer {
    const char *file;
    int times;
    const char *shown;
} writers[] = {
    {"core/hall/api_audit.c", 2, "csv_write"},
    {"core/hall/api_read.c", 1, "csv_write, by core/hall/report.c"},
    {"core/hall/api_training_score.c", 2, "csv_write"},
    {"core/hall/report.c", 1, "csv_write; report_csv_is_no_formula"},
    {"core/wire/csv.c", 1, "below"},
    {"screens/audit_ask.c", 6, "csv_write"},
    {"screens/audit_screen.c", 1, "gives up what audit_ask.c began"},
    {"screens/decision_screen.c", 1, "a summary for the clipboard: screen_naughty_words_are_never_sent_raw"},
    {"screens/form_screen.c", 1, "the same"},
    {"screens/halls_screen.c", 1, "csv_write"},
    {"screens/halls_station.c", 1, "screens/notice_file.c"},
    {"screens/outbox_screen.c", 1, "JSON: screens/export.c"},
    {"screens/reception_screen.c", 1, "a number of a ticket for the clipboard"},
    {"screens/reports_screen.c", 1, "csv_write"},
    {"screens/screen.c", 2, "what all others ask with"},
    {"screens/station_effects.c", 5,
     "notice_file_of_text_…, printer_gets_the_text_…: print_fit takes out what steers"},
    {"screens/trainer_lists.c", 1, "csv_write"},
    {"screens/training_word.c", 2, "marks what others ask for"},
};

static int writings(const char *text)
{
    static const char *const words[] = {"csv_write(",    "text/csv",      "text/tab-",     "text/html",
                                        "EFFECT_EXPORT", "EFFECT_PIECES", "EFFECT_NOTICE", "EFFECT_PRINT",
                                        "EFFECT_COPY",   "<html"};
    int count = 0;
    for (const char *line = text; *line; line += strcspn(line, "\n"), line += *line == '\n')
        for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
            const char *at = strstr(line, words[i]);
            if (at && at < line + strcspn(line, "\n")) {
                count++;
                break;
            }
        }
    return count;
}

TEST(exports_are_all_known)
{
    static const char *const folders[] = {"core/*/*.c", "screens/*.c", "tui/*.c"};
    for (size_t f = 0; f < sizeof folders / sizeof *folders; f++) {
        glob_t found;
        REQUIRE(glob(folders[f], 0, NULL, &found) == 0);
        for (size_t i = 0; i < found.gl_pathc; i++) {
            char *text = test_read_file(found.gl_pathv[i]);
            int known = 0;
            for (size_t w = 0; w < sizeof writers / sizeof *writers; w++)
                known += str_equal(writers[w].file, found.gl_pathv[i]) ? writers[w].times : 0;
            if (!CHECK_INT(writings(text), known))
                printf("    %s: say in exports_test.c where it is shown that nothing of it is run\n",
                       found.gl_pathv[i]);
            free(text);
        }
        globfree(&found);
    }
}

/* --- no cell is run --- */

/* As a spreadsheet sees it that loses quotes and spaces before a cell, and takes the wide signs too. */
static bool is_run(const char *cell)
{
    static const char *const begin[] = {"=", "+", "-", "@", "＝", "＋", "－", "＠"};
    cell += strspn(cell, "\" ");
    for (size_t i = 0; i < sizeof begin / sizeof *begin; i++)
        if (str_starts(cell, begin[i]))
            return true;
    return false;
}

static void expect_not_run(const char *csv, const char *text)
{
    bool inside = false;
    /* Parted at commas, where quotes hold a cell together. */
    for (const char *c = csv; *c; c++) {
        inside = inside != (*c == '"');
        if (!inside && (c == csv || c[-1] == ',' || c[-1] == '\n') && !CHECK(!is_run(c)))
            printf("    parted at commas: %s\n", text);
        if (inside && *c == '"' && c > csv && c[-1] == ',' && !CHECK(!is_run(c + 1)))
            printf("    in quotes: %s\n", text);
    }
    /* Parted at semicolons, tabs and line ends, where quotes within a cell are letters like others. */
    for (const char *c = csv; *c; c++)
        if (c == csv || strchr(";\t\n", c[-1]))
            if (*c != '\n' && !CHECK(!is_run(c)))
                printf("    parted at semicolons: %s\n", text);
}

TEST(exports_of_tables_run_nothing_whatever_stands_in_a_cell)
{
    static const char *const before[] = {"", "a;", "a\n", "a\t", "\"", "a;\""};
    struct naughty naughty;
    naughty_init(&naughty, 0);
    for (const char *text = naughty_next(&naughty); naughty.turns == 0; text = naughty_next(&naughty))
        for (size_t i = 0; i < sizeof before / sizeof *before; i++) {
            struct json *names = json_new_array(), *rows = json_new_array(), *row = json_new_object();
            struct buf csv = {0};
            char *cell = xasprintf("%s%s", before[i], text);
            json_add_text(names, "a");
            json_add_text(names, "b");
            json_set_text(row, "a", cell);
            json_set_text(row, "b", cell);
            json_add(rows, row);
            csv_write(names, rows, &csv);
            expect_not_run(buf_text(&csv), cell);
            buf_free(&csv);
            free(cell);
            json_free(&names);
            json_free(&rows);
        }
    naughty_deinit(&naughty);
}
