/* tests/screen/halls_test.c: the screen of many halls, as a script, and the files that it saves. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/wire/csv.h"
#include "screens/halls.h"
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_halls)
{
    REQUIRE(zone_set("Asia/Baku"));
    script_run("halls.script");
    zone_set("UTC");
}

static void open_halls(struct halls *self, struct ui *ui)
{
    char *text = test_read_file("tests/screen/data/halls_26.json");
    *self = (struct halls){.w = 80, .h = 24};
    *ui = (struct ui){.lang = LANG_EN, .now_ms = INT64_C(1796007720000)};
    REQUIRE(text && json_parse(text, strlen(text), &self->data, NULL) == ERR_OK);
    free(text);
    field_init(&self->filter, 0);
    halls_arrange(self, ui);
}

static void close_halls(struct halls *self)
{
    json_free(&self->data);
    free(self->lines);
    field_deinit(&self->filter);
}

TEST(screen_halls_together_are_those_that_answer)
{
    struct halls self;
    struct ui ui;
    struct halls_sum sum;
    int64_t waiting = 0, late = 0, answering = 0, longest = 0;
    open_halls(&self, &ui);
    for (const struct json *row = json_first(json_get(self.data, "rows")); row; row = json_next(row)) {
        if (!str_equal(json_text(row, "state"), "ok"))
            continue;
        answering++;
        waiting += json_int(row, "waiting", 0);
        late += json_int(row, "late", 0);
        int64_t ms = halls_longest_ms(&ui, row);
        longest = ms > longest ? ms : longest;
    }
    halls_sum(&self, &ui, NULL, &sum);
    CHECK_INT(sum.halls, 26);
    CHECK_INT(sum.answering, answering);
    CHECK_INT(sum.asked, 26 - answering);
    CHECK_INT(sum.waiting, waiting);
    CHECK_INT(sum.late, late);
    CHECK_INT(sum.longest_ms, longest);
    close_halls(&self);
}

TEST(screen_halls_saved_as_lines_and_as_a_page)
{
    struct halls self;
    struct ui ui;
    struct buf csv = {0};
    REQUIRE(zone_set("Asia/Baku"));
    open_halls(&self, &ui);
    struct json *names = json_new_array(), *rows = halls_table(&self, &ui, names);
    csv_write(names, rows, &csv);
    CHECK_INT(json_count(rows), 26);
    CHECK_GOLDEN(buf_text(&csv), "tests/screen/golden/printed/halls.csv");
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        char path[80];
        ui.lang = (enum lang)lang;
        char *page = halls_paper(&self, &ui);
        str_format(path, sizeof path, "tests/screen/golden/printed/halls_%s.txt", lang_code(ui.lang));
        CHECK_GOLDEN(page, path);
        free(page);
    }
    json_free(&names);
    json_free(&rows);
    buf_free(&csv);
    close_halls(&self);
    zone_set("UTC");
}
