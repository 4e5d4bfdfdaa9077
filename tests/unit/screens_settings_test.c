/* tests/unit/screens_settings_test.c: the settings file and the command line. */
#include <string.h>

#include "screens/options.h"
#include "tests/support/test.h"

TEST(settings_reads_every_section)
{
    struct settings settings;
    settings_init(&settings);
    settings_parse(
        &settings, "config",
        "# my settings\n[hall]\nurl = https://hall.example:8443\ncounter=7\n\n[look]\ntheme = light\n"
        "ascii = yes\nbell = no\n[keys]\ncall_next = F8 n\n[privacy]\nlock_after_min = 15\n");
    CHECK_TEXT(settings.hall, "https://hall.example:8443");
    CHECK_TEXT(settings.counter, "7");
    CHECK_TEXT(settings.theme, "light");
    CHECK(settings.ascii && settings.bell == BELL_OFF);
    CHECK_TEXT(settings.keys[ACTION_CALL_NEXT], "F8 n");
    CHECK_INT(settings.lock_after_min, 15);
    CHECK_TEXT(buf_text(&settings.complaints), "");
    settings_deinit(&settings);
}

TEST(settings_know_each_way_of_an_alarm)
{
    static const struct {
        const char *text;
        enum bell bell;
        bool calm;
    } ways[] = {{"bell = sound", BELL_SOUND, false},
                {"bell = yes", BELL_SOUND, false},
                {"bell = flash", BELL_FLASH, false},
                {"bell = both\nmotion = less", BELL_BOTH, true},
                {"bell = off\nmotion = full", BELL_OFF, false}};
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        struct settings settings;
        char text[80];
        settings_init(&settings);
        str_format(text, sizeof text, "[look]\n%s\n", ways[i].text);
        settings_parse(&settings, "config", text);
        CHECK_INT(settings.bell, ways[i].bell);
        CHECK(settings.calm == ways[i].calm);
        CHECK_TEXT(buf_text(&settings.complaints), "");
        settings_parse(&settings, "config", "[look]\nbell = loud\nmotion = wild\n");
        CHECK_TEXT(buf_text(&settings.complaints),
                   "config:2: say off, sound, flash or both\nconfig:3: say full or less\n");
        settings_deinit(&settings);
    }
}

TEST(settings_complains_by_line_and_goes_on)
{
    struct settings settings;
    settings_init(&settings);
    settings_parse(&settings, "/home/x/config",
                   "[hall]\nurl\n[look]\nascii = perhaps\nsound = loud\n[keys]\nfly = f\n[privacy]\n"
                   "lock_after_min = -1\n[look\n[look]\ntheme = mono");
    CHECK_TEXT(buf_text(&settings.complaints),
               "/home/x/config:2: expected NAME = VALUE\n"
               "/home/x/config:4: say yes or no\n"
               "/home/x/config:5: there is no such setting here; see loket(1)\n"
               "/home/x/config:7: there is no such action; `loket keys` lists them\n"
               "/home/x/config:9: say minutes, 0 to 1440\n"
               "/home/x/config:10: a section ends with ]\n");
    CHECK_TEXT(settings.theme, "mono");
    settings_deinit(&settings);
}

TEST(settings_survives_bytes_that_are_no_text)
{
    struct settings settings;
    settings_init(&settings);
    settings_parse(&settings, "config", "[look]\ntheme = \xff\xfe\nlang = az\n");
    CHECK_TEXT(buf_text(&settings.complaints), "config:2: this line is too long, or not UTF-8\n");
    CHECK_TEXT(settings.lang, "az");
    settings_deinit(&settings);
}

TEST(settings_file_that_is_not_there)
{
    struct settings settings;
    struct err_info info;
    settings_init(&settings);
    CHECK_INT(settings_read(&settings, "/nonexistent/config", &info), ERR_ABSENT);
    CHECK(strstr(info.text, "/nonexistent/config"));
    settings_deinit(&settings);
}

static enum err parse(struct options *options, struct settings *settings, struct err_info *info,
                      const char *line)
{
    static char words[400];
    static char *argv[20];
    int argc = 0;
    char *rest = NULL;
    str_copy(words, sizeof words, line);
    for (char *word = strtok_r(words, " ", &rest); word && argc < 19; word = strtok_r(NULL, " ", &rest))
        argv[argc++] = word;
    argv[argc] = NULL;
    settings_init(settings);
    return options_parse(argc, argv, options, settings, info);
}

TEST(options_of_the_workstation)
{
    struct options options;
    struct settings settings;
    struct err_info info;
    CHECK_INT(
        parse(&options, &settings, &info, "loket --hall practice --data /tmp/x --seed 7 --ascii --record r"),
        ERR_OK);
    CHECK_INT(options.verb, VERB_SCREEN);
    CHECK_TEXT(settings.hall, "practice");
    CHECK_TEXT(settings.data, "/tmp/x");
    CHECK_TEXT(settings.record, "r");
    CHECK_INT(settings.seed, 7);
    CHECK(settings.ascii);
    options_deinit(&options);
    settings_deinit(&settings);
}

TEST(options_of_a_command_stay_its_own)
{
    struct options options;
    struct settings settings;
    struct err_info info;
    CHECK_INT(parse(&options, &settings, &info, "loket --data /tmp/x outbox export out.json"), ERR_OK);
    CHECK_INT(options.verb, VERB_OUTBOX);
    CHECK_INT(options.arg_count, 2);
    CHECK_TEXT(options.args[1], "out.json");
    options_deinit(&options);
    settings_deinit(&settings);
    CHECK_INT(parse(&options, &settings, &info, "loket keys --json"), ERR_OK);
    CHECK_TEXT(options.args[0], "--json");
    options_deinit(&options);
    settings_deinit(&settings);
    CHECK_INT(parse(&options, &settings, &info, "loket outbox list --data /tmp/y"), ERR_OK);
    CHECK_TEXT(settings.data, "/tmp/y");
    CHECK_INT(options.arg_count, 1);
    options_deinit(&options);
    settings_deinit(&settings);
}

TEST(options_say_what_is_wrong)
{
    static const struct {
        const char *line, *says;
    } wrong[] = {
        {"loket --frobnicate", "--frobnicate is not an option"},
        {"loket --hall", "--hall needs a value"},
        {"loket --seed many", "--seed many: a whole number"},
        {"loket dance", "dance is not a command"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct options options;
        struct settings settings;
        struct err_info info = {0};
        CHECK_INT(parse(&options, &settings, &info, wrong[i].line), ERR_USAGE);
        if (!CHECK(strstr(info.text, wrong[i].says)))
            check(false, __FILE__, __LINE__, info.text);
        options_deinit(&options);
        settings_deinit(&settings);
    }
}
