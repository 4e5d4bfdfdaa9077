/* tests/screen/reports_test.c: the reports' screen, as scripts, and the page that it saves. */
#include "screens/reports.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/model/calendar.h"
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_reports)
{
    script_run("reports.script");
    script_run("reports_languages.script");
}

static struct json *read_report(const char *name)
{
    char path[100];
    struct buf text = {0};
    struct json *report = NULL;
    str_format(path, sizeof path, "tests/screen/data/report_%s.json", name);
    FILE *file = fopen(path, "re");
    REQUIRE(file != NULL);
    for (int c; (c = fgetc(file)) != EOF;)
        buf_addc(&text, (char)c);
    fclose(file);
    REQUIRE(json_parse(buf_text(&text), text.length, &report, NULL) == ERR_OK);
    buf_free(&text);
    return report;
}

static int kind_of(const char *name)
{
    int kind = 0;
    while (kind + 1 < report_kinds() && strcmp(report_kind(kind)->name, name) != 0)
        kind++;
    return kind;
}

/* No line is longer than the paper is wide, and the page is one. */
static void check_page(const char *page)
{
    int lines = 0;
    for (const char *line = page; *line; lines++) {
        size_t length = strcspn(line, "\n");
        char *text = xstrndup(line, length);
        if (!CHECK(text_width(text) <= 92))
            printf("    %s\n", text);
        free(text);
        line += length + (line[length] == '\n');
    }
    CHECK(lines > 6 && lines < 60);
}

static void check_saved(const char *file, const char *name, bool compare, enum lang lang)
{
    struct reports self = {.kind = kind_of(name), .compare = compare, .shown_ms = INT64_C(1796007720000)};
    struct ui ui = {.lang = lang, .now_ms = self.shown_ms};
    char path[120];
    REQUIRE(day_parse("2026-11-01", &self.from) && day_parse("2026-11-30", &self.to));
    self.data = read_report(file);
    char *page = reports_paper(&self, &ui);
    check_page(page);
    str_format(path, sizeof path, "tests/screen/golden/printed/report_%s_%s.txt", file, lang_code(lang));
    CHECK_GOLDEN(page, path);
    free(page);
    json_free(&self.data);
}

TEST(screen_reports_saved_as_a_page)
{
    REQUIRE(zone_set("Asia/Jakarta"));
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        check_saved("waiting", "waiting", false, (enum lang)lang);
        check_saved("before", "waiting", true, (enum lang)lang);
    }
    check_saved("clerks", "clerks", false, LANG_ID);
    check_saved("load", "load", false, LANG_AZ);
    check_saved("survey", "survey", false, LANG_RU);
    zone_set("UTC");
}

/* What there is no room for on the page is in the other file, and the page says so. */
TEST(screen_reports_page_says_what_it_leaves_out)
{
    struct reports self = {.kind = kind_of("decisions")};
    struct ui ui = {.lang = LANG_EN};
    struct json *rows = json_new_array();
    self.data = json_new_object();
    for (int i = 0; i < 60; i++) {
        struct json *row = json_new_object();
        json_set_text(row, "name", "Passport");
        json_set_int(row, "decisions", i);
        json_add(rows, row);
    }
    json_set(self.data, "rows", rows);
    char *page = reports_paper(&self, &ui);
    check_page(page);
    CHECK(strstr(page, "12 more lines are in the file for spreadsheets (.csv).") != NULL);
    free(page);
    json_free(&self.data);
}
