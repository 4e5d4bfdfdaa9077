/* tests/unit/scenario_test.c: scenarios as trainers write them: each fault is told with its line, all at once. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/demo/scenario.h"
#include "tests/support/test.h"

#define TEXTS \
    "name.az A\nname.id A\nname.en A\nname.ru A\nabout.az B\nabout.id B\nabout.en B\nabout.ru B\n" /* lines 1 to 8 */

static void collect(void *context, const char *line)
{
    struct buf *all = context;
    buf_addf(all, "%s\n", line);
}

static enum err read_text(const char *text, struct scenario *out, struct buf *faults)
{
    struct err_info info = {0};
    return scenario_read("x/day.scenario", text, strlen(text), collect, faults, out, &info);
}

TEST(scenario_is_read_as_it_is_written)
{
    struct scenario s;
    struct buf faults = {0};
    const char *text =
        "# a day\n" TEXTS "doors 08:00 15:30   # closes late\npack az\nweekday fri\npeople 77\nbookings 5\n"
        "stay_away 30\nearly 41\nbusiest 50\nforgot 9\npriority 11\npatience 20 60\nclerks 4\n"
        "shape 08:00 3 12:00 1\nat 11:00 outage 25\nat 13:05 rush 40 10\nat 14:00 emergency\n";
    CHECK_INT(read_text(text, &s, &faults), ERR_OK);
    CHECK_TEXT(buf_text(&faults), "");
    CHECK_TEXT(s.id, "day");
    CHECK_TEXT(s.pack, "az");
    CHECK_TEXT(s.name[2], "A");
    CHECK_TEXT(s.about[3], "B");
    CHECK_INT(s.weekday, 5);
    CHECK_INT(s.open_min, 480);
    CHECK_INT(s.close_min, 930);
    CHECK_INT(s.people, 77);
    CHECK_INT(s.patience_min[0], 20);
    CHECK_INT(s.patience_min[1], 60);
    CHECK_INT(s.shape_count, 2);
    CHECK_INT(s.shape[1].from_min, 720);
    CHECK_INT(s.shape[1].weight, 1);
    CHECK_INT(s.trouble_count, 3);
    CHECK_INT(s.troubles[1].kind, TROUBLE_RUSH);
    CHECK_INT(s.troubles[1].at_min, 785);
    CHECK_INT(s.troubles[1].numbers[0], 40);
    CHECK_INT(s.troubles[1].numbers[1], 10);
    buf_free(&faults);
}

TEST(scenario_tells_each_fault_with_its_line)
{
    static const struct {
        const char *line, *told;
    } cases[] = {
        {"people many", "x/day.scenario:10: \"many\" should be a whole number from 0 to 5000."},
        {"people 5001", "x/day.scenario:10: \"5001\" should be a whole number from 0 to 5000."},
        {"people", "x/day.scenario:10: there should be 1 value here, and there are 0."},
        {"people 1 2", "x/day.scenario:10: there should be 1 value here, and there are 2."},
        {"weather rain", "x/day.scenario:10: \"weather\" is no word of a scenario."},
        {"pack xy", "x/day.scenario:10: \"xy\" is no pack. There are az, id and any."},
        {"weekday monday", "x/day.scenario:10: \"monday\" is no day."},
        {"patience 60 20", "x/day.scenario:10: the least patient come first: 60 is more than 20."},
        {"shape 08:00", "x/day.scenario:10: a shape is up to 24 pairs"},
        {"shape 09:00 1 08:00 1", "x/day.scenario:10: 08:00 does not come after the time before it."},
        {"shape 8 1", "x/day.scenario:10: \"8\" is no time of the day. Write it as 08:00."},
        {"at 11:00 flood", "x/day.scenario:10: \"flood\" is no trouble."},
        {"at 11:00 outage", "x/day.scenario:10: there should be 3 values here, and there are 2."},
        {"at 24:01 emergency", "x/day.scenario:10: \"24:01\" is no time of the day."},
        {"doors 08:00 15:00", "x/day.scenario:10: \"doors\" stands here twice."},
        {"name.en again", "x/day.scenario:10: \"name.en\" stands here twice."},
        {"name.fr jour", "x/day.scenario:10: \"fr\" is no language here."},
        {"shape 08:00 1 16:00 1", "x/day.scenario: the shape goes on after the doors have closed."},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct scenario s;
        struct buf faults = {0};
        char *text = xasprintf(TEXTS "doors 08:00 15:00\n%s\n", cases[i].line);
        CHECK_INT(read_text(text, &s, &faults), ERR_INVALID);
        if (!str_starts(buf_text(&faults), cases[i].told))
            check_text(buf_text(&faults), cases[i].told, __FILE__, __LINE__, cases[i].line);
        buf_free(&faults);
        free(text);
    }
}

TEST(scenario_tells_all_of_its_faults)
{
    struct scenario s;
    struct buf faults = {0};
    CHECK_INT(read_text("people x\nname.en N\nnonsense\n", &s, &faults), ERR_INVALID);
    CHECK_TEXT(buf_text(&faults), "x/day.scenario:1: \"x\" should be a whole number from 0 to 5000.\n"
                                  "x/day.scenario:3: \"nonsense\" is no word of a scenario.\n"
                                  "x/day.scenario: name.az and about.az are needed: trainees read them.\n"
                                  "x/day.scenario: name.id and about.id are needed: trainees read them.\n"
                                  "x/day.scenario: name.en and about.en are needed: trainees read them.\n"
                                  "x/day.scenario: name.ru and about.ru are needed: trainees read them.\n"
                                  "x/day.scenario: \"doors\" is missing.\n");
    buf_free(&faults);
}

TEST(scenario_that_is_no_text_is_told_and_not_read)
{
    static const char text[] = TEXTS "doors 08:00 15:00\npeople \xff\n";
    struct scenario s;
    struct buf faults = {0};
    CHECK_INT(read_text(text, &s, &faults), ERR_INVALID);
    CHECK(strstr(buf_text(&faults), "x/day.scenario:10: this line is no text") != NULL);
    buf_free(&faults);
}

static int ends_right(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot && str_equal(dot, ".scenario");
}

TEST(every_shipped_scenario_is_whole)
{
    struct dirent **files = NULL;
    int count = scandir("core/demo/scenarios", &files, ends_right, alphasort);
    CHECK(count >= 10);
    for (int i = 0; i < count; i++) {
        struct scenario s;
        struct err_info info = {0};
        struct buf faults = {0};
        char *path = xasprintf("core/demo/scenarios/%s", files[i]->d_name), *text = test_read_file(path);
        REQUIRE(text != NULL);
        CHECK_INT(scenario_read(path, text, strlen(text), collect, &faults, &s, &info), ERR_OK);
        CHECK_TEXT(buf_text(&faults), "");
        for (int lang = 1; lang < SCENARIO_LANGS; lang++)
            CHECK(!str_equal(s.about[0], s.about[lang]));
        buf_free(&faults);
        free(text);
        free(path);
        free(files[i]);
    }
    free(files);
}
