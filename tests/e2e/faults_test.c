/* tests/e2e/faults_test.c: every row of the table of faults (PROTOCOL.md section 9), made with the real loket and loketd,
 * and the words of its last column as the clerk reads them.
 *
 * fault                                   test
 * LAN drops while typing                  lan_drops_while_typing
 * drops during call-next                  drops_during_call_next
 * call-next while offline                 call_next_while_offline
 * answer duplicated or minutes late       answer_duplicated_and_late
 * two counters press at once              two_counters_press_at_once
 * counter taken over                      counter_taken_over
 * power cut after "saved"                 power_cut_after_saved
 * power cut before "saved"                power_cut_before_saved
 * kill -9, then power cut                 kill_then_power_cut
 * client disk full, fsync error           client_disk_full
 * cache corrupt                           cache_corrupt, cache_corrupt_at_its_head
 * backend disk full                       backend_disk_full
 * backend kill -9 mid commit, power loss  backend_killed_in_the_middle
 * backend restored from an old backup     backend_restored
 * database failover                       none: there is no standby yet; a new epoch with nothing lost is backend_restored
 * stale server process still alive        stale_server
 * cursor too old                          cursor_too_old
 * poison command                          poison_command
 * token expired offline                   token_expired_offline
 * offline decision against reassignment   offline_decision_against_reassignment
 * overlapping draft edits                 overlapping_draft_edits, overlapping_draft_edits_kept_whole
 * clock wrong by a day, 1970              clock_wrong_by_a_day, clock_of_1970
 * cloned disk                             cloned_disk
 * proxy answers 200 with HTML             proxy_answers_with_a_page
 * bus lost or recalled                    with the bus: tests/hall and tests/e2e of the mobile hall */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/base/str.h"
#include "core/db/db.h"
#include "tests/support/day.h"
#include "tests/support/program.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

/* --- the network --- */

/* A day with somebody between workstation and hall. */
struct far_day {
    struct day day;
    struct stranger between;
};

static void far_open(struct far_day *far, int people)
{
    *far = (struct far_day){0};
    place_init(&far->day.place);
    hall_open(&far->day.hall);
    let_arrive(&far->day.hall, people);
    stranger_start(&far->between, STRANGER_PASSES, far->day.hall.port);
    far->day.pty = open_loket(&far->day.place, far->between.url);
}

static void far_close(struct far_day *far)
{
    stranger_stop(&far->between);
    day_close(&far->day);
}

/* The network is as it should be again, and the clerk does not want to wait. */
static void reach_again(struct far_day *far)
{
    stranger_be(&far->between, STRANGER_PASSES);
    pty_type(far->day.pty, F5);
    CHECK(pty_wait(far->day.pty, "all safe"));
}

TEST(lan_drops_while_typing)
{
    struct far_day far;
    far_open(&far, 2);
    struct pty *pty = far.day.pty;
    open_form(pty);
    pty_type(pty, "abc ");
    stranger_be(&far.between, STRANGER_GONE);
    pty_type(pty, "def");
    CHECK(pty_shows(pty, "abc def"));
    pty_type(pty, " ghi\t");
    CHECK(pty_wait(pty, "○ saved"));
    CHECK(pty_wait(pty, "○ Offline since "));
    CHECK(pty_wait(pty, "1 unsent"));
    pty_type(pty, " and on\t"); /* no window is in the way */
    CHECK(pty_shows(pty, "abc def ghi and on"));
    pty_type(pty, ESC);
    CHECK(pty_wait(pty, "draft           ○"));
    pty_type(pty, "5");
    CHECK(pty_wait(pty, "Work is kept here (2 records)"));
    pty_type(pty, "1");
    reach_again(&far);
    check_note(&far.day.hall, "abc def ghi and on");
    far_close(&far);
}

/* The counter is open, nobody is there yet. */
static void open_counter(struct pty *pty, const char *counter)
{
    pty_type(pty, "c");
    REQUIRE(pty_wait(pty, "At which counter"));
    pty_type(pty, counter);
    pty_type(pty, "\r");
    REQUIRE(pty_wait(pty, "n call next"));
}

static void check_call_next(enum stranger_manner manner)
{
    struct far_day far;
    far_open(&far, 2);
    struct pty *pty = far.day.pty;
    sign_in(pty);
    open_counter(pty, "1");
    stranger_be(&far.between, manner);
    pty_type(pty, "n");
    CHECK(pty_shows(pty, "Calling…"));
    CHECK(pty_wait(pty, "Offline since"));
    CHECK(pty_shows(pty, "Calling…"));
    reach_again(&far);
    CHECK(pty_wait(pty, "P001    Card"));
    CHECK(!pty_shows(pty, "Calling…"));
    CHECK_INT(rows_at_hall(&far.day.hall, "ticket", "/state", "called"), 1);
    far_close(&far);
}

TEST(drops_during_call_next)
{
    check_call_next(STRANGER_DEAF);
    check_call_next(STRANGER_LOSES);
    check_call_next(STRANGER_CUTS);
}

TEST(call_next_while_offline)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, "typed");
    hall_kill(&day.hall);
    CHECK(pty_wait(day.pty, "Hall not reachable since"));
    pty_type(day.pty, " on\t" ESC);
    CHECK(pty_wait(day.pty, "draft           ○"));
    pty_type(day.pty, "h1");
    CHECK(pty_wait(day.pty, "Remind you when?"));
    pty_type(day.pty, "1");
    CHECK(pty_wait(day.pty, "2 unsent"));
    CHECK(pty_shows(day.pty, "Hall not reachable: cannot call."));
    pty_type(day.pty, "n");
    CHECK(pty_shows(day.pty, "Hall not reachable: cannot call."));
    CHECK(pty_wait(day.pty, "2 unsent")); /* a call is not kept for later */
    pty_type(day.pty, "e");
    CHECK(pty_wait(day.pty, "3 unsent"));
    pty_type(day.pty, "o"); /* the form stays usable */
    CHECK(pty_wait(day.pty, "[typed on"));
    pty_type(day.pty, ESC);
    hall_start(&day.hall);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    CHECK_INT(rows_at_hall(&day.hall, "ticket", "/state", "serving"), 1);
    CHECK_INT(rows_at_hall(&day.hall, "ticket", "/state", "waiting"), 2);
    day_close(&day);
}

/* The hall's computer stands still: nothing is refused, nothing is answered. When it goes on it finds the same push
 * twice, and the first answer comes when nobody listens any more. */
TEST(answer_duplicated_and_late)
{
    struct day day;
    day_open(&day);
    kill(day.hall.pid, SIGSTOP);
    pty_type(day.pty, "typed meanwhile\t");
    CHECK(pty_wait(day.pty, "○ saved"));
    CHECK(pty_wait(day.pty, "Hall not reachable since"));
    pty_type(day.pty, ESC);
    CHECK(pty_wait(day.pty, "draft           ○"));
    pty_type(day.pty, F5);
    kill(day.hall.pid, SIGCONT);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "typed meanwhile");
    CHECK_INT(rows_at_hall(&day.hall, "dispute", NULL, NULL), 0);
    kill(day.hall.pid, SIGSTOP); /* nothing is sent, and it is noticed all the same */
    CHECK(pty_wait(day.pty, "Offline since"));
    kill(day.hall.pid, SIGCONT);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    day_close(&day);
}

/* --- other counters --- */

/* A second workstation at the same hall. */
struct other {
    struct place place;
    struct pty *pty;
};

static void other_open(struct other *other, const char *url, const char *login)
{
    place_init(&other->place);
    other->pty = open_loket(&other->place, url);
    sign_in_as(other->pty, login);
}

static void other_close(struct other *other)
{
    quit(&other->pty);
    place_deinit(&other->place);
}

TEST(two_counters_press_at_once)
{
    struct day day = {0};
    struct other other;
    place_init(&day.place);
    hall_open(&day.hall);
    let_arrive(&day.hall, 2);
    day.pty = open_loket(&day.place, day.hall.url);
    sign_in(day.pty);
    open_counter(day.pty, "1");
    other_open(&other, day.hall.url, "clerk2");
    open_counter(other.pty, "2");
    pty_send(day.pty, "n");
    pty_send(other.pty, "n");
    CHECK(pty_wait(day.pty, "s start"));
    CHECK(pty_wait(other.pty, "s start"));
    bool first = pty_shows(day.pty, "P001    Card");
    CHECK(pty_shows(first ? other.pty : day.pty, "P002    Card"));
    CHECK(pty_shows(first ? day.pty : other.pty, "P001    Card"));
    other_close(&other);
    day_close(&day);
}

TEST(counter_taken_over)
{
    struct day day;
    struct hall_client clerk;
    day_open(&day);
    pty_type(day.pty, "half a line");
    CHECK_INT(hall_sign_in(&clerk, &day.hall, "clerk2", TEST_PASSWORD), 200);
    struct json *data = hall_do(&clerk, "counter.open", "{\"counter\":\"c1\",\"takeover\":true}");
    CHECK(pty_wait(day.pty, "Counter 1 taken over by Person clerk2 at "));
    CHECK(pty_shows(day.pty, "half a line"));
    pty_type(day.pty, " and on\t"); /* the application is still this clerk's */
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "half a line and on");
    pty_type(day.pty, ESC);
    CHECK(pty_wait(day.pty, "Counter 1 taken over by Person clerk2 at "));
    json_free(&data);
    hall_sign_out(&clerk);
    day_close(&day);
}

/* --- power --- */

static void power_cut(struct day *day)
{
    pty_kill(day->pty, SIGKILL);
    CHECK_INT(pty_end(day->pty), 128 + SIGKILL);
    pty_free(&day->pty);
}

TEST(power_cut_after_saved)
{
    struct day day;
    day_open(&day);
    hall_kill(&day.hall);
    pty_type(day.pty, "all of it\t");
    CHECK(pty_wait(day.pty, "○ saved"));
    power_cut(&day);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "[all of it")); /* the same form */
    CHECK(pty_wait(day.pty, "1 unsent"));
    CHECK(pty_shows(day.pty, "○"));
    CHECK(!pty_shows(day.pty, "Recovered"));
    hall_start(&day.hall);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "all of it");
    day_close(&day);
}

TEST(power_cut_before_saved)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, "half a sent");
    wait_written(&day.place, "half a sent"); /* a pause of a second, and it is in the journal */
    power_cut(&day);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "Recovered text from"));
    CHECK(pty_shows(day.pty, "half a sent"));
    pty_type(day.pty, "ence\t");
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "half a sentence");
    pty_type(day.pty, ESC); /* the desk is below it */
    CHECK(pty_wait(day.pty, "P001    Card"));
    day_close(&day);
}

/* A start makes its own durable write before it shows or sends anything: what a killed program left in the page cache
 * is on the disk before it is relied on. That nothing is reused afterwards is the simulator's to prove, which loses
 * unsynced writes; here both sides come up again from two cuts in a row. */
TEST(kill_then_power_cut)
{
    struct day day;
    day_open(&day);
    hall_kill(&day.hall);
    pty_type(day.pty, "kept\t");
    CHECK(pty_wait(day.pty, "○ saved"));
    power_cut(&day);
    for (int i = 0; i < 2; i++) {
        day.pty = open_loket(&day.place, day.hall.url);
        CHECK(pty_wait(day.pty, "[kept"));
        power_cut(&day);
        hall_start(&day.hall);
        hall_kill(&day.hall);
    }
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "1 unsent"));
    hall_start(&day.hall);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "kept");
    CHECK_INT(rows_at_hall(&day.hall, "dispute", NULL, NULL), 0);
    day_close(&day);
}

TEST(backend_killed_in_the_middle)
{
    struct day day;
    day_open(&day);
    for (int i = 0; i < 3; i++) {
        pty_type(day.pty, "x");
        pty_send(day.pty, "\t");
        hall_kill(&day.hall); /* somewhere between the key and the answer */
        hall_start(&day.hall);
        pty_type(day.pty, F5);
        CHECK(pty_wait(day.pty, "all safe"));
    }
    check_note(&day.hall, "xxx");
    CHECK_INT(rows_at_hall(&day.hall, "dispute", NULL, NULL), 0);
    CHECK_INT(rows_at_hall(&day.hall, "case", NULL, NULL), 1);
    day_close(&day);
}

/* --- disks and files --- */

TEST(client_disk_full)
{
    struct day day = {0};
    char disk[200];
    small_disk(disk);
    place_init(&day.place);
    str_format(day.place.data, sizeof day.place.data, "%s/data", disk);
    hall_open(&day.hall);
    let_arrive(&day.hall, 2);
    day.pty = open_loket(&day.place, day.hall.url);
    open_form(day.pty);
    fill_disk(disk);
    /* The log of writes has some room of its own, which must be used up first. */
    char typed[1200] = "";
    while (strlen(typed) < 1000 && !pty_shows(day.pty, "NOT saved")) {
        str_format(typed + strlen(typed), sizeof typed - strlen(typed), "%s", "a");
        pty_type(day.pty, "a\t");
    }
    CHECK(pty_wait(day.pty, "NOT saved"));
    CHECK(pty_shows(day.pty, "what you typed is still here"));
    CHECK(pty_shows(day.pty, "Free some space"));
    pty_type(day.pty, " and on");
    CHECK(pty_shows(day.pty, "a and on"));
    free_disk(disk);
    pty_type(day.pty, "\t");
    CHECK(pty_wait_gone(day.pty, "! NOT saved"));
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    char *want = xasprintf("%s and on", typed);
    check_note(&day.hall, want);
    free(want);
    day_close(&day);
    drop_disk(disk);
}

TEST(client_starts_on_a_full_disk)
{
    char disk[200];
    small_disk(disk);
    char *data = xasprintf("%s/data", disk);
    struct ran ran = RUN(NULL, "loket", "outbox", "list", "--data", data);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    fill_disk(disk);
    ran = RUN(NULL, "loket", "outbox", "list", "--data", data);
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "/data/cache.db cannot be opened: the disk is full. Nothing saved before is lost. "
                          "Free some space and start again.\n"));
    ran_free(&ran);
    free_disk(disk);
    ran = RUN(NULL, "loket", "outbox", "list", "--data", data);
    CHECK_INT(ran.status, 0);
    ran_free(&ran);
    free(data);
    drop_disk(disk);
}

TEST(backend_disk_full)
{
    struct day day = {0};
    char disk[200];
    small_disk(disk);
    place_init(&day.place);
    hall_make(&day.hall);
    struct ran copied = RUN(NULL, "cp", "-a", "--", day.hall.folder, disk);
    REQUIRE(copied.status == 0);
    ran_free(&copied);
    char *folder = xasprintf("%s%s", disk, strrchr(day.hall.folder, '/'));
    str_copy(day.hall.folder, sizeof day.hall.folder, folder);
    hall_start(&day.hall);
    let_arrive(&day.hall, 2);
    day.pty = open_loket(&day.place, day.hall.url);
    open_form(day.pty);
    fill_disk(disk);
    pty_type(day.pty, "one\t");
    CHECK(pty_wait(day.pty, "Hall cannot record"));
    CHECK(pty_wait(day.pty, "1 unsent"));
    pty_type(day.pty, " two\t");
    CHECK(pty_wait(day.pty, "2 unsent"));
    free_disk(disk);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "one two");
    day_close(&day);
    free(folder);
    drop_disk(disk);
}

/* So many records wait, then the file is overwritten at a place: they come through all the same. */
static void check_damage(const char *near, const char *garbage)
{
    struct day day;
    size_t length;
    day_open(&day);
    hall_kill(&day.hall);
    pty_type(day.pty, "not yet sent\t");
    CHECK(pty_wait(day.pty, "1 unsent"));
    pty_type(day.pty, "!\t");
    CHECK(pty_wait(day.pty, "2 unsent"));
    pty_type(day.pty, "?\t");
    CHECK(pty_wait(day.pty, "3 unsent"));
    quit(&day.pty);
    char *path = xasprintf("%s/cache.db", day.place.data), *bytes = read_bytes(path, &length);
    const char *found = near ? memmem(bytes, length, near, strlen(near)) : bytes;
    REQUIRE(found);
    off_t page = (off_t)(found - bytes) / 4096 * 4096;
    int fd = open(path, O_WRONLY | O_CLOEXEC);
    REQUIRE(pwrite(fd, garbage, strlen(garbage), page) == (ssize_t)strlen(garbage));
    close(fd);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "Cache rebuilt; 3 records recovered"));
    hall_start(&day.hall);
    sign_in(day.pty);
    check_note(&day.hall, "not yet sent!?");
    free(bytes);
    free(path);
    day_close(&day);
}

TEST(cache_corrupt)
{
    check_damage("\"number\":\"P001\"", "this is no page of a database at all");
}

TEST(cache_corrupt_at_its_head)
{
    check_damage(NULL, "this is no page of a database at all, and so it goes on for eighty bytes or so");
}

/* --- the hall's history --- */

static void restore(struct day *day, const char *backup)
{
    struct ran ran = RUN(NULL, "loketd", "restore", "--data", day->hall.folder, backup);
    if (!CHECK_INT(ran.status, 0))
        printf("%s", ran.err);
    ran_free(&ran);
}

static char *back_up(struct day *day)
{
    char *backup = xasprintf("%s.backup", day->hall.folder);
    struct ran ran = RUN(NULL, "loketd", "backup", "--data", day->hall.folder, backup);
    if (!CHECK_INT(ran.status, 0))
        printf("%s", ran.err);
    ran_free(&ran);
    return backup;
}

TEST(backend_restored)
{
    struct day day;
    day_open(&day);
    char *backup = back_up(&day);
    for (const char *letter = "lost?"; *letter; letter++) {
        pty_type(day.pty, (const char[]){*letter, '\t', '\0'});
        CHECK(pty_wait(day.pty, "all safe"));
    }
    check_note(&day.hall, "lost?");
    hall_kill(&day.hall);
    restore(&day, backup);
    hall_start(&day.hall);
    char *before = note_at_hall(&day.hall);
    CHECK(before == NULL || str_equal(before, "lost?")); /* the workstation may have been quick */
    free(before);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "Hall restored; re-sending 5 records"));
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "lost?");
    CHECK_INT(rows_at_hall(&day.hall, "dispute", NULL, NULL), 0);
    free(backup);
    day_close(&day);
}

/* The hall was restored and has a new epoch, but the old server still runs on its own file and is reached by a
 * network that does not know better: it is not believed, and takes nothing. */
TEST(stale_server)
{
    struct far_day far;
    far_open(&far, 2);
    struct day *day = &far.day;
    open_form(day->pty);
    char *backup = back_up(day), *folder = xasprintf("%s.stale", day->hall.folder);
    hall_stop(&day->hall);
    struct ran copied = RUN(NULL, "cp", "-a", "--", day->hall.folder, folder);
    CHECK_INT(copied.status, 0);
    ran_free(&copied);
    struct test_hall stale = {0};
    str_copy(stale.folder, sizeof stale.folder, folder);
    hall_start(&stale);
    restore(day, backup);
    hall_start(&day->hall);
    pty_type(day->pty, "one\t" F5);
    CHECK(pty_wait(day->pty, "all safe"));
    check_note(&day->hall, "one");
    stranger_go_to(&far.between, stale.port);
    stranger_be(&far.between, STRANGER_GONE); /* those who are connected must call again */
    pty_type(day->pty, " two\t");
    CHECK(pty_wait(day->pty, "Offline since"));
    stranger_be(&far.between, STRANGER_PASSES);
    pty_type(day->pty, F5);
    pty_type(day->pty, " three\t");
    pty_type(day->pty, F5);
    CHECK(pty_wait(day->pty, "2 unsent"));
    char *note = note_at_hall(&stale);
    CHECK(note == NULL);
    free(note);
    stranger_go_to(&far.between, day->hall.port);
    stranger_be(&far.between, STRANGER_GONE);
    reach_again(&far);
    check_note(&day->hall, "one two three");
    CHECK(!pty_shows(day->pty, "Hall restored"));
    hall_kill(&stale);
    free(folder);
    free(backup);
    far_close(&far);
}

TEST(proxy_answers_with_a_page)
{
    struct day day;
    struct stranger between;
    place_init(&day.place);
    hall_open(&day.hall);
    let_arrive(&day.hall, 2);
    stranger_start(&between, STRANGER_PASSES, day.hall.port);
    day.pty = open_loket(&day.place, between.url);
    open_form(day.pty);
    stranger_be(&between, STRANGER_PAGE);
    pty_type(day.pty, "kept\t");
    CHECK(pty_wait(day.pty, "Offline (unexpected answer)"));
    CHECK(pty_wait(day.pty, "1 unsent"));
    stranger_be(&between, STRANGER_PASSES);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "kept");
    stranger_stop(&between);
    day_close(&day);
}

/* A statement on a file of either program, which does not run. */
static void alter_file(const char *folder, const char *name, const char *statement)
{
    struct err_info info = {0};
    struct db *db = NULL;
    char *path = xasprintf("%s/%s", folder, name);
    if (!CHECK_INT(db_open(&db, path, DB_WRITE, &info), ERR_OK))
        printf("  %s\n", info.text);
    else
        CHECK_INT(db_script(db, statement), ERR_OK);
    db_close(&db);
    free(path);
}

/* A record of a kind that this hall does not know, as from a newer workstation whose folder was taken over. */
TEST(poison_command)
{
    struct day day;
    day_open(&day);
    hall_kill(&day.hall);
    pty_type(day.pty, "poison\t");
    CHECK(pty_wait(day.pty, "1 unsent"));
    quit(&day.pty);
    alter_file(
        day.place.data, "cache.db",
        "UPDATE outbox SET command = replace(command, 'case.draft', 'case.confetti'), type = 'case.confetti'"
        " WHERE state = 'pending'");
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "1 unsent"));
    pty_type(day.pty, "behind it\t" ESC);
    CHECK(pty_wait(day.pty, "2 unsent"));
    hall_start(&day.hall);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "1 record needs attention"));
    check_note(&day.hall, "behind it");
    CHECK_INT(rows_at_hall(&day.hall, "dispute", "/code", "unknown_command"), 1);
    pty_type(day.pty, "5d");
    CHECK(pty_wait(day.pty, "does not know this kind of record"));
    CHECK(pty_shows(day.pty, "poison")); /* what it carries can be read */
    day_close(&day);
}

/* The hall signs everybody out whose password is changed. */
static void end_sign_in(const struct day *day)
{
    struct ran ran = RUN(TEST_PASSWORD "\n", "loketd", "user", "password", "--data", day->hall.folder,
                         "--login", "clerk1", "--password-file", "-");
    if (!CHECK_INT(ran.status, 0))
        printf("%s", ran.err);
    ran_free(&ran);
}

TEST(token_expired_offline)
{
    struct day day;
    day_open(&day);
    hall_kill(&day.hall);
    pty_type(day.pty, "one\t");
    pty_type(day.pty, " two\t" ESC);
    CHECK(pty_wait(day.pty, "2 unsent"));
    end_sign_in(&day);
    hall_start(&day.hall);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "Sign in to send 2 records"));
    pty_type(day.pty, "o");
    CHECK(pty_wait(day.pty, "[one two")); /* work goes on */
    pty_type(day.pty, ESC);
    pty_type(day.pty, "\x1bo"); /* Alt-O */
    CHECK(pty_wait(day.pty, "Still with you"));
    pty_type(day.pty, "\x1bo"); /* all the same */
    CHECK(pty_wait(day.pty, "Sign out?"));
    pty_type(day.pty, "y");
    sign_in_as(day.pty, "clerk2"); /* another person sends none of it */
    char *note = note_at_hall(&day.hall);
    CHECK(note == NULL);
    free(note);
    pty_type(day.pty, "5");
    CHECK(pty_wait(day.pty, "2 of other people"));
    CHECK(!pty_shows(day.pty, "one two"));
    pty_type(day.pty, "\x1boy");
    CHECK(pty_wait(day.pty, "Login"));
    sign_in(day.pty);
    check_note(&day.hall, "one two");
    day_close(&day);
}

/* A ticket is work like any other: while the hall is away it gets a number at once, and keeps it. */
TEST(tickets_are_issued_while_offline)
{
    struct day day = {0};
    place_init(&day.place);
    hall_open(&day.hall);
    day.pty = open_loket(&day.place, day.hall.url);
    sign_in_as(day.pty, "reception");
    hall_kill(&day.hall);
    CHECK(pty_wait(day.pty, "Offline since"));
    pty_type(day.pty, "card\r");
    pty_type(day.pty, F10);
    CHECK(pty_wait(day.pty, "1 unsent"));
    pty_type(day.pty, ESC "5"); /* Alt-5: the outbox */
    CHECK(pty_wait(day.pty, "ticket issued"));
    CHECK(pty_wait(day.pty, "W1-P001"));
    hall_start(&day.hall);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    CHECK_INT(rows_at_hall(&day.hall, "ticket", "/number", "W1-P001"), 1);
    day_close(&day);
}

/* --- the cursor --- */

/* Here, and perhaps at the hall already: a picture may lie between. */
static bool is_recorded(const char *screen, const void *ctx)
{
    (void)ctx;
    return strstr(screen, "saved") || strstr(screen, "at the hall");
}

TEST(cursor_too_old)
{
    struct far_day far;
    far_open(&far, 2);
    struct day *day = &far.day;
    open_form(day->pty);
    stranger_be(&far.between, STRANGER_GONE);
    CHECK(pty_wait(day->pty, "Offline since"));
    let_arrive(&day->hall, 5);
    hall_stop(&day->hall);
    alter_file(day->hall.folder, "hall.db", "DELETE FROM change WHERE rev < (SELECT rev FROM hall_state)");
    hall_start(&day->hall);
    stranger_be(&far.between, STRANGER_HOLDS);
    pty_type(day->pty, F5);
    CHECK(pty_wait(day->pty, "copying the hall ░"));
    pty_type(day->pty, "typed meanwhile"); /* nothing waits for the copy */
    CHECK(pty_shows(day->pty, "[typed meanwhile"));
    pty_type(day->pty, "\t");
    CHECK(pty_wait_until(day->pty, is_recorded, NULL, "the note is recorded"));
    stranger_be(&far.between, STRANGER_PASSES);
    CHECK(pty_wait(day->pty, "all safe"));
    check_note(&day->hall, "typed meanwhile");
    pty_type(day->pty, ESC);
    CHECK(pty_wait(day->pty, "P  Cards            6")); /* what came meanwhile is here */
    far_close(&far);
}

/* --- two who did not know of each other --- */

static void submit(struct pty *pty)
{
    pty_type(pty, "note\t");
    pty_type(pty, F10);
    CHECK(pty_wait(pty, "complete"));
    CHECK(pty_wait(pty, "all safe"));
    pty_type(pty, ESC);
    CHECK(pty_wait(pty, "d  decide"));
}

/* The first row of a table at the hall, as the supervisor sees it: its id. */
static char *first_case(const struct test_hall *hall)
{
    struct hall_client clerk;
    int status;
    char *id = NULL;
    CHECK_INT(hall_sign_in(&clerk, hall, "clerk1", TEST_PASSWORD), 200);
    struct json *page = hall_ask(&clerk, "GET", "/v1/snapshot", NULL, &status);
    for (const struct json *row = json_first(json_get(page, "rows")); row && !id; row = json_next(row))
        if (str_equal(json_text(row, "t"), "case"))
            id = xstrdup(json_text(row, "id"));
    json_free(&page);
    hall_sign_out(&clerk);
    REQUIRE(id);
    return id;
}

static void do_as(const struct test_hall *hall, const char *login, const char *type, const char *body)
{
    struct hall_client client;
    CHECK_INT(hall_sign_in(&client, hall, login, TEST_PASSWORD), 200);
    struct json *data = hall_do(&client, type, body);
    json_free(&data);
    hall_sign_out(&client);
}

TEST(offline_decision_against_reassignment)
{
    struct far_day far;
    struct other other, chief;
    far_open(&far, 2);
    struct day *day = &far.day;
    open_form(day->pty);
    submit(day->pty);
    other_open(&other, day->hall.url, "clerk2");
    other_open(&chief, day->hall.url, "supervisor");
    stranger_be(&far.between, STRANGER_GONE);
    CHECK(pty_wait(day->pty, "Offline since"));
    pty_type(day->pty, "day"); /* decide, approve, yes */
    CHECK(pty_wait(day->pty, "1 unsent"));
    char *id = first_case(&day->hall);
    char *assign = xasprintf("{\"case\":\"%s\",\"to\":{\"user\":\"clerk2\"}}", id);
    char *decide = xasprintf("{\"case\":\"%s\",\"decision\":\"d0000000-0000-7000-8000-000000000002\","
                             "\"outcome\":\"refuse\",\"text\":\"not genuine\"}",
                             id);
    do_as(&day->hall, "supervisor", "case.assign", assign);
    do_as(&day->hall, "clerk2", "case.decide", decide);
    stranger_be(&far.between, STRANGER_PASSES);
    pty_type(day->pty, F5);
    CHECK(pty_wait(day->pty, "Two decisions: supervisor")); /* both sides */
    CHECK(pty_wait(other.pty, "Two decisions: supervisor"));
    CHECK(pty_wait(chief.pty, "Two decisions: supervisor"));
    CHECK_INT(rows_at_hall(&day->hall, "decision", NULL, NULL), 2);
    CHECK_INT(rows_at_hall(&day->hall, "case", "/flags/0", "contested"), 1);
    struct hall_client clerk;
    CHECK_INT(hall_sign_in(&clerk, &day->hall, "clerk2", TEST_PASSWORD), 200);
    char *deliver = xasprintf("{\"case\":\"%s\"}", id);
    struct json *result = hall_push(&clerk, "case.deliver", deliver); /* locked */
    CHECK_TEXT(json_text(json_get(result, "error"), "code"), "contested");
    json_free(&result);
    hall_sign_out(&clerk);
    pty_type(chief.pty, "5d");
    CHECK(pty_wait(chief.pty, "counts now"));
    pty_type(chief.pty, "\x1b[B"); /* the refused delivery may stand before it */
    pty_type(chief.pty, "\x1b[A");
    CHECK(pty_wait(chief.pty, "not genuine"));
    CHECK(pty_shows(chief.pty, "approved"));
    CHECK(pty_shows(chief.pty, "refused"));
    pty_type(chief.pty, "s2\r");
    CHECK(pty_wait(chief.pty, "Settled."));
    CHECK(pty_wait(day->pty, "settled TEST-01-2026-000001: yours counts"));
    CHECK(pty_wait(other.pty, "settled TEST-01-2026-000001: the other one counts"));
    CHECK_INT(rows_at_hall(&day->hall, "case", "/flags/0", "contested"), 0);
    free(id);
    free(assign);
    free(decide);
    free(deliver);
    other_close(&other);
    other_close(&chief);
    far_close(&far);
}

/* Two clerks write in the same field while one of them is cut off. */
static void overlap(struct far_day *far)
{
    struct day *day = &far->day;
    far_open(far, 2);
    open_form(day->pty);
    char *id = first_case(&day->hall);
    stranger_be(&far->between, STRANGER_GONE);
    pty_type(day->pty, "by the first\t");
    CHECK(pty_wait(day->pty, "1 unsent"));
    char *body = xasprintf("{\"case\":\"%s\",\"patch\":{\"note\":\"by the second\"}}", id);
    do_as(&day->hall, "clerk2", "case.draft", body);
    stranger_be(&far->between, STRANGER_PASSES);
    pty_type(day->pty, F5);
    CHECK(pty_wait(day->pty, "1 record needs attention"));
    pty_type(day->pty, ESC "5");
    pty_type(day->pty, "d");
    CHECK(pty_wait(day->pty, "now: Person clerk2"));
    CHECK(pty_shows(day->pty, "typed: Person clerk1"));
    CHECK(pty_shows(day->pty, "by the first"));
    CHECK(pty_shows(day->pty, "by the second"));
    free(id);
    free(body);
}

TEST(overlapping_draft_edits)
{
    struct far_day far;
    overlap(&far);
    pty_type(far.day.pty, "s3"); /* field by field: the right one */
    pty_type(far.day.pty, "\x1b[C\r");
    pty_type(far.day.pty, "asked both\r");
    CHECK(pty_wait(far.day.pty, "all safe"));
    check_note(&far.day.hall, "by the first");
    far_close(&far);
}

TEST(overlapping_draft_edits_kept_whole)
{
    struct far_day far;
    overlap(&far);
    pty_type(far.day.pty, "s1\r");
    CHECK(pty_wait(far.day.pty, "all safe"));
    check_note(&far.day.hall, "by the second");
    far_close(&far);
}

/* --- clocks and copies --- */

static const char faketime[] = "/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1";

/* The workstation's clock is wrong; work goes on, and the hall takes it with its own time. */
static void check_clock(const char *fake, const char *words)
{
    struct day day = {0};
    char *fake_env = xasprintf("FAKETIME=%s", fake), *preload = xasprintf("LD_PRELOAD=%s", faketime);
    const char *const env[] = {fake_env, preload, "FAKETIME_DONT_FAKE_MONOTONIC=1",
                               "ASAN_OPTIONS=verify_asan_link_order=0:detect_leaks=0", NULL};
    const struct look look = {.env = env};
    if (access(faketime, R_OK) != 0)
        test_skip("libfaketime is not installed");
    place_init(&day.place);
    hall_open(&day.hall);
    let_arrive(&day.hall, 1);
    day.pty = open_loket_as(&day.place, day.hall.url, &look);
    REQUIRE(pty_wait(day.pty, "Login"));
    pty_type(day.pty, "clerk1\t" TEST_PASSWORD "\r");
    CHECK(pty_wait(day.pty, words)); /* and it stays in the title line */
    open_counter(day.pty, "1");
    serve_next(day.pty);
    pty_type(day.pty, "+");
    REQUIRE(pty_wait(day.pty, "Which service?"));
    pty_type(day.pty, "Card\r");
    REQUIRE(pty_wait(day.pty, "Note"));
    pty_type(day.pty, "typed\t");
    CHECK(pty_wait(day.pty, "at the hall"));
    CHECK(pty_wait(day.pty, words));
    check_note(&day.hall, "typed");
    CHECK_INT(rows_at_hall(&day.hall, "dispute", NULL, NULL), 0);
    free(fake_env);
    free(preload);
    day_close(&day);
}

TEST(clock_wrong_by_a_day)
{
    check_clock("-26h", "Clock differs by 26 h");
    check_clock("+26h", "Clock differs by 26 h");
}

TEST(clock_of_1970)
{
    check_clock("@1970-01-02 00:00:00", "Clock differs by ");
}

TEST(cloned_disk)
{
    struct day day;
    day_open(&day);
    quit(&day.pty);
    struct place copy;
    place_init(&copy);
    struct ran copied = RUN(NULL, "cp", "-a", "--", day.place.data, copy.data);
    CHECK_INT(copied.status, 0);
    ran_free(&copied);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "all safe"));
    pty_type(day.pty, "the first\t");
    CHECK(pty_wait(day.pty, "all safe"));
    struct pty *second = open_loket(&copy, day.hall.url);
    CHECK(pty_wait(second, "the first"));
    pty_type(second, "the copy\t");
    CHECK(pty_wait(second, "This installation is a copy; ask an administrator"));
    CHECK(pty_shows(second, "run `loket outbox")); /* the way out */
    CHECK(pty_shows(second, "the copy"));          /* kept */
    check_note(&day.hall, "the first");
    quit(&second);
    struct ran adopted = RUN("adopt\n", "loket", "--data", copy.data, "outbox", "adopt");
    CHECK_INT(adopted.status, 0);
    ran_free(&adopted);
    second = open_loket(&copy, day.hall.url);
    REQUIRE(pty_wait(second, "Login"));
    sign_in(second); /* and what was typed in the copy arrives, behind what it saw of the first */
    check_note(&day.hall, "the firstthe copy");
    quit(&second);
    place_deinit(&copy);
    day_close(&day);
}
