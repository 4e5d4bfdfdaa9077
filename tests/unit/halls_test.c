/* tests/unit/halls_test.c: whom of many halls is asked when, their list as a file, what is known of one and what the disk
 * keeps of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/clock.h"
#include "core/sync/many_kept.h"
#include "core/sync/pace.h"
#include "screens/halls_file.h"
#include "screens/halls_seen.h"
#include "tests/support/quoted.h"
#include "tests/support/test.h"

/* --- pace --- */

enum { MANY = 305, SECOND = 1000 };

/* A quarter of an hour of halls of which some hang: an answer comes at once, none takes eight seconds. */
struct play {
    struct pace pace;
    struct pace_hall halls[MANY];
    int64_t until_ms[MANY]; /* of those that hang */
    int asked[MANY];
    int64_t longest_ms, last_ms[MANY];
    int most_busy;
};

static bool hangs(int hall, int every)
{
    return every && hall % every == 0;
}

static void play(struct play *p, int count, int hanging_every, uint64_t seed)
{
    struct rng rng;
    rng_seed(&rng, seed);
    *p = (struct play){0};
    pace_begin(&p->pace, p->halls, count, &rng, 0);
    for (int64_t now_ms = 0; now_ms < 15 * 60 * SECOND; now_ms += 50) {
        for (int i = 0; i < count; i++)
            if (p->until_ms[i] && p->until_ms[i] <= now_ms) {
                p->until_ms[i] = 0;
                pace_done(&p->pace, i, false, now_ms);
            }
        for (int hall; (hall = pace_next(&p->pace, now_ms)) >= 0;) {
            int64_t since_ms = now_ms - p->last_ms[hall];
            if (!hangs(hall, hanging_every) && since_ms > p->longest_ms)
                p->longest_ms = since_ms;
            p->last_ms[hall] = now_ms;
            p->asked[hall]++;
            p->most_busy = p->pace.busy > p->most_busy ? p->pace.busy : p->most_busy;
            if (hangs(hall, hanging_every))
                p->until_ms[hall] = now_ms + 8 * SECOND;
            else
                pace_done(&p->pace, hall, true, now_ms);
        }
    }
}

TEST(halls_are_asked_evenly_and_at_a_pace_that_costs_nothing)
{
    struct play p;
    play(&p, 26, 0, 1);
    for (int i = 0; i < 26; i++)
        CHECK(p.asked[i] > 140 && p.asked[i] < 230); /* every five seconds or so */
    play(&p, MANY, 0, 2);
    int all = 0;
    for (int i = 0; i < MANY; i++)
        all += p.asked[i];
    CHECK(all < 15 * 60 * 25); /* together 25 a second at most */
    CHECK(p.longest_ms < 20 * SECOND);
}

TEST(halls_that_hang_make_no_other_wait)
{
    struct play p;
    play(&p, MANY, 3, 3); /* a hundred of them */
    CHECK(p.most_busy <= PACE_AT_ONCE);
    for (int i = 0; i < MANY; i++) {
        if (hangs(i, 3))
            CHECK(p.asked[i] >= 5 && p.asked[i] < 30); /* ever more seldom, and never given up */
        else
            CHECK(p.asked[i] > 30);
    }
    CHECK(p.longest_ms < 60 * SECOND);
}

TEST(halls_that_failed_together_do_not_come_back_together)
{
    struct pace pace;
    struct pace_hall halls[100];
    struct rng rng;
    int same = 0;
    rng_seed(&rng, 4);
    pace_begin(&pace, halls, 100, &rng, 0);
    for (int i = 0; i < 100; i++)
        for (int n = 0; n < 9; n++)
            pace_done(&pace, i, false, 0);
    for (int i = 1; i < 100; i++) {
        CHECK(halls[i].due_ms >= PACE_LONGEST_MS * 3 / 4 && halls[i].due_ms <= PACE_LONGEST_MS * 5 / 4);
        same += halls[i].due_ms / SECOND == halls[0].due_ms / SECOND;
    }
    CHECK(same < 20);
    pace_now(&pace, 77);
    CHECK_INT(pace_due_ms(&pace, 77), 0);
    pace_done(&pace, pace_next(&pace, 77), true, 77);
    CHECK_INT(pace.busy, 0);
}

/* --- the file --- */

static char *write_file(const char *folder, const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    REQUIRE(file != NULL);
    fputs(text, file);
    fclose(file);
    return path;
}

static const struct sync_trust trust = {.plain = true};

TEST(halls_file_is_read_with_regions_names_and_keys)
{
    struct halls_file file;
    struct err_info info = {0};
    struct buf faults = {0};
    const char *folder = test_folder();
    free(write_file(folder, "halls-key", "  loketk_abc\n\n"));
    char *path =
        write_file(folder, "halls.list",
                   "# ours\nca = own.pem\npin = sha256//a;sha256//b\nhttp://a:1 halls-key\n[Bakı]\n; no\n"
                   "https://b:2/x  halls-key   ASAN 5 Xırdalan \n");
    if (!CHECK_INT(halls_file_read(&file, path, &trust, &faults, &info), ERR_OK))
        printf("    %s%s\n", buf_text(&faults), info.text);
    REQUIRE(file.count == 2);
    CHECK_TEXT(file.halls[0].url, "http://a:1");
    CHECK_TEXT(file.halls[0].key, "loketk_abc");
    CHECK_TEXT(file.halls[0].name, "");
    CHECK_TEXT(file.halls[0].region, "");
    CHECK_TEXT(file.halls[1].name, "ASAN 5 Xırdalan");
    CHECK_TEXT(file.halls[1].region, "Bakı");
    CHECK_TEXT(file.pin, "sha256//a;sha256//b");
    CHECK(strstr(file.ca, "/own.pem") && str_starts(file.ca, folder));
    halls_file_clear(&file);
    CHECK_INT(halls_file_read(&file, path, NULL, &faults, &info), ERR_INVALID);
    CHECK(strstr(buf_text(&faults), "halls.list:4: http://a:1 is not encrypted") != NULL);
    halls_file_clear(&file);
    buf_free(&faults);
    free(path);
}

TEST(halls_file_names_each_fault_with_its_line_and_no_key)
{
    struct halls_file file;
    struct err_info info = {0};
    struct buf faults = {0};
    const char *folder = test_folder();
    free(write_file(folder, "halls-two", "loketk_secret one\n"));
    free(write_file(folder, "halls-good", "loketk_secret\n"));
    char *path = write_file(folder, "halls.bad",
                            "ftp://a halls-good\nhttp://b:1\nhttp://c:1 halls-two\nhttp://d:1 nowhere\n"
                            "[open\nhttp://e:1 halls-good\nhttp://e:1 halls-good\n");
    static const int lines[] = {1, 2, 3, 4, 5, 7};
    CHECK_INT(halls_file_read(&file, path, &trust, &faults, &info), ERR_INVALID);
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char at[40];
        str_format(at, sizeof at, "halls.bad:%d: ", lines[i]);
        if (!CHECK(strstr(buf_text(&faults), at) != NULL))
            printf("    %s in %s\n", at, buf_text(&faults));
    }
    CHECK(strstr(buf_text(&faults), "halls.bad:6: ") == NULL);
    CHECK(strstr(buf_text(&faults), "secret") == NULL);
    halls_file_clear(&file);
    buf_free(&faults);
    free(path);
    path = write_file(folder, "halls.none", "# nothing\n");
    CHECK_INT(halls_file_read(&file, path, &trust, &faults, &info), ERR_INVALID);
    halls_file_clear(&file);
    free(path);
    CHECK_INT(halls_file_read(&file, "/nowhere/halls", &trust, &faults, &info), ERR_ABSENT);
    halls_file_clear(&file);
    buf_free(&faults);
}

/* --- what is known of one --- */

static const int64_t noon = INT64_C(1795514400000);

static void hear(struct seen *seen, enum many_why why, int waiting, int64_t at_ms)
{
    char *text =
        xasprintf("{\"rev\":7,\"hall\":{\"name\":{\"en\":\"Baku 5\"}},\"queues\":[],\"now\":{\"waiting\":%d,"
                  "\"counters\":{\"open\":3}}}",
                  waiting);
    struct json *figures = NULL;
    REQUIRE(json_parse(text, strlen(text), &figures, NULL) == ERR_OK);
    const struct many_answer answer = {.why = why,
                                       .figures = why == MANY_NEW ? figures : NULL,
                                       .text = why == MANY_NEW ? text : "",
                                       .tag = why == MANY_NEW ? "\"t\"" : "",
                                       .date_ms = at_ms / 1000 * 1000 + 60 * 1000};
    seen_take(seen, &answer, at_ms);
    json_free(&figures);
    free(text);
}

TEST(halls_seen_keeps_the_last_figures_with_their_time_when_there_is_no_answer)
{
    struct seen seen;
    REQUIRE(zone_set("Asia/Baku"));
    seen_begin(&seen);
    struct json *row = seen_row(&seen, 4, "http://a:1", "", "R");
    CHECK_TEXT(json_text(row, "state"), "first");
    CHECK_TEXT(json_text(row, "name"), "a:1");
    CHECK(json_get(row, "known_ms") == NULL && json_get(row, "waiting") == NULL);
    json_free(&row);
    hear(&seen, MANY_NEW, 12, noon);
    hear(&seen, MANY_SAME, 0, noon + 5000);
    row = seen_row(&seen, 4, "http://a:1", "", "R");
    CHECK_TEXT(json_text(row, "state"), "ok");
    CHECK_TEXT(json_name_in(json_get(row, "name"), "en"), "Baku 5");
    CHECK_INT(json_int(row, "known_ms", 0), noon + 5000);
    CHECK_INT(json_int(row, "offset_ms", 0), 60 * 1000);
    CHECK_INT(json_int(row, "open", 0), 3);
    json_free(&row);
    static const enum many_why bad[] = {MANY_NO_WAY, MANY_SILENT, MANY_CERTIFICATE, MANY_KEY,
                                        MANY_SCOPE,  MANY_OLD,    MANY_BUSY,        MANY_STRANGE};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        hear(&seen, bad[i], 0, noon + 9000);
        row = seen_row(&seen, 4, "http://a:1", "Own", "R");
        CHECK_TEXT(json_text(row, "state"), many_why_text(bad[i]));
        CHECK_TEXT(json_text(row, "name"), "Own");
        CHECK_INT(json_int(row, "waiting", 0), 12);
        CHECK_INT(json_int(row, "known_ms", 0), noon + 5000);
        json_free(&row);
    }
    hear(&seen, MANY_SAME, 0, noon + 20000);
    row = seen_row(&seen, 4, "http://a:1", "", "R");
    CHECK_TEXT(json_text(row, "state"), "ok");
    json_free(&row);
    seen_clear(&seen);
    zone_set("UTC");
}

TEST(halls_seen_draws_the_day_from_what_it_saw)
{
    struct seen seen;
    REQUIRE(zone_set("Asia/Baku"));
    seen_begin(&seen);
    hear(&seen, MANY_NEW, 5, noon);
    hear(&seen, MANY_NEW, 9, noon + 20 * 60 * 1000);
    struct json *whole = seen_whole(&seen, 0, "http://a:1", "", "");
    const struct json *series = json_get(whole, "series");
    CHECK_INT(json_count(series), SEEN_SLOTS);
    CHECK_INT(json_as_int(json_at(series, 84), -1), 5); /* 14:00 in Baku */
    CHECK(json_is_null(json_at(series, 85)));
    CHECK_INT(json_as_int(json_at(series, 86), -1), 9);
    json_free(&whole);
    hear(&seen, MANY_NEW, 2, noon + INT64_C(24) * 60 * 60 * 1000); /* another day begins anew */
    whole = seen_whole(&seen, 0, "http://a:1", "", "");
    CHECK_INT(json_as_int(json_at(json_get(whole, "series"), 84), -1), 2);
    CHECK(json_is_null(json_at(json_get(whole, "series"), 86)));
    json_free(&whole);
    seen_clear(&seen);
    zone_set("UTC");
}

/* --- the disk --- */

TEST(halls_kept_is_there_at_the_next_start_and_a_damaged_file_costs_a_memory)
{
    struct many_kept *kept;
    struct many_known known;
    struct seen seen;
    struct err_info info = {0};
    struct buf series = {0};
    char *folder = xasprintf("%s/kept/halls", test_folder()), *file = xasprintf("%s/halls.db", folder);
    REQUIRE(zone_set("Asia/Baku"));
    seen_begin(&seen);
    hear(&seen, MANY_NEW, 12, noon);
    seen_print_series(&seen, &series);
    REQUIRE(many_kept_open(&kept, folder, &info) == ERR_OK);
    CHECK_INT(many_kept_read(kept, "http://a:1", &known), ERR_ABSENT);
    const struct many_known told = {seen.text, seen.tag, seen.known_ms, seen.offset_ms, buf_text(&series)};
    REQUIRE(many_kept_begin(kept) == ERR_OK);
    CHECK(many_kept_write(kept, "http://a:1", &told) == ERR_OK);
    CHECK(many_kept_write(kept, "http://a:1", &told) == ERR_OK);
    CHECK(many_kept_end(kept) == ERR_OK);
    many_kept_close(&kept);
    seen_clear(&seen);
    REQUIRE(many_kept_open(&kept, folder, &info) == ERR_OK);
    REQUIRE(many_kept_read(kept, "http://a:1", &known) == ERR_OK);
    seen_recall(&seen, known.text, known.tag, known.known_ms, known.offset_ms, known.series);
    many_kept_close(&kept);
    struct json *whole = seen_whole(&seen, 0, "http://a:1", "", "");
    CHECK_TEXT(json_text(whole, "state"), "first"); /* known, and not asked yet */
    CHECK_INT(json_int(whole, "waiting", 0), 12);
    CHECK_INT(json_int(whole, "known_ms", 0), noon);
    CHECK_INT(json_as_int(json_at(json_get(whole, "series"), 84), -1), 12);
    CHECK_TEXT(seen.tag, "\"t\"");
    json_free(&whole);
    seen_clear(&seen);
    FILE *damage = fopen(file, "we");
    REQUIRE(damage != NULL);
    for (int i = 0; i < 5000; i++)
        fputs("this is no database ", damage);
    fclose(damage);
    if (CHECK_INT(many_kept_open(&kept, folder, &info), ERR_OK))
        CHECK_INT(many_kept_read(kept, "http://a:1", &known), ERR_ABSENT);
    else
        printf("    %s\n", info.text);
    many_kept_close(&kept);
    buf_free(&series);
    free(folder);
    free(file);
    zone_set("UTC");
}
