/* tests/e2e/bad_days_test.c: bad input and bad days, as a clerk meets them: the real loket on a pseudo-terminal.
 * Whatever comes, there is a clear sentence, nothing is lost, and the terminal is given back. The faults of PROTOCOL.md
 * section 9 are in faults_test.c. */
#include <arpa/inet.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/rng.h"
#include "core/base/str.h"
#include "tests/support/day.h"
#include "tests/support/program.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

/* --- who may come in, and where the hall is --- */

TEST(wrong_password_and_unknown_user)
{
    struct day day = {0};
    place_init(&day.place);
    hall_open(&day.hall);
    day.pty = open_loket(&day.place, day.hall.url);
    pty_wait(day.pty, "Login");
    pty_type(day.pty, "clerk1\tno such word\r");
    CHECK(pty_wait(day.pty, "The name or the password is not right."));
    pty_type(day.pty, ESC "[Z\x15nobody\t" TEST_PASSWORD "\r"); /* back to the name */
    CHECK(pty_wait_gone(day.pty, "asked"));
    CHECK(pty_shows(day.pty, "The name or the password is not right."));
    pty_type(day.pty, ESC "[Z\x15"
                          "clerk1\t" TEST_PASSWORD "\r"); /* and it works on */
    CHECK(pty_wait(day.pty, "all safe"));
    day_close(&day);
}

/* What is at an address that is none of a hall, and what the sign-in says of it. */
static void check_no_hall(const char *url, const char *words)
{
    struct place place;
    place_init(&place);
    struct pty *pty = open_loket(&place, url);
    pty_wait(pty, "Login");
    pty_type(pty, "clerk1\tsecret\r");
    CHECK(pty_wait_gone(pty, "asked"));
    CHECK(pty_wait(pty, words));
    pty_type(pty, ESC "[Z!"); /* keys still type */
    CHECK(pty_shows(pty, "clerk1!"));
    quit(&pty);
    place_deinit(&place);
}

TEST(url_that_nobody_answers)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof at;
    char url[64];
    int fd =
        socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0); /* bound and deaf: the port stays free of others */
    REQUIRE(bind(fd, (struct sockaddr *)&at, size) == 0 &&
            getsockname(fd, (struct sockaddr *)&at, &size) == 0);
    str_format(url, sizeof url, "http://127.0.0.1:%d", ntohs(at.sin_port));
    check_no_hall(url, "The hall cannot be reached");
    check_no_hall("https://hall.invalid:8080", "The hall cannot be reached");
    close(fd);
}

TEST(url_of_a_page)
{
    struct stranger stranger;
    stranger_start(&stranger, STRANGER_PAGE, 0);
    check_no_hall(stranger.url, "is not a hall");
    stranger_stop(&stranger);
}

TEST(url_with_tls_to_a_plain_port)
{
    struct test_hall hall;
    char url[80];
    hall_open(&hall);
    str_format(url, sizeof url, "https%s", hall.url + strlen("http"));
    check_no_hall(url, "The hall cannot be reached");
    hall_kill(&hall);
}

TEST(url_malformed)
{
    static const char *const urls[] = {"nonsense", "http://", "ftp://hall.example", "http://a b"};
    struct place place;
    place_init(&place);
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        struct pty *pty = open_loket(&place, urls[i]);
        CHECK_INT(pty_end(pty), 2);
        CHECK(pty_shows(pty, "is no address of a hall. It looks like https://"));
        pty_free(&pty);
    }
    place_deinit(&place);
}

/* --- the hall goes away --- */

TEST(answer_cut_in_its_middle)
{
    struct day day;
    struct stranger between;
    place_init(&day.place);
    hall_open(&day.hall);
    let_arrive(&day.hall, 2);
    stranger_start(&between, STRANGER_PASSES, day.hall.port);
    day.pty = open_loket(&day.place, between.url);
    open_form(day.pty);
    stranger_be(&between, STRANGER_CUTS);
    pty_type(day.pty, "once and no more\t");
    CHECK(pty_wait(day.pty, "Offline since"));
    CHECK(stranger_cuts(&between) > 0);
    stranger_be(&between, STRANGER_PASSES);
    pty_type(day.pty, F5);
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, "once and no more");
    stranger_stop(&between);
    day_close(&day);
}

/* --- its folder --- */

TEST(cache_in_use)
{
    struct day day = {0};
    place_init(&day.place);
    hall_open(&day.hall);
    day.pty = open_loket(&day.place, day.hall.url);
    pty_wait(day.pty, "Login");
    struct pty *second = open_loket(&day.place, day.hall.url);
    CHECK_INT(pty_end(second), 1);
    CHECK(pty_shows(second, "Another Loket is running on"));
    CHECK(pty_shows(second, "--data"));
    pty_free(&second);
    pty_type(day.pty, "still here");
    CHECK(pty_shows(day.pty, "still here"));
    day_close(&day);
}

/* --- disks --- */

/* As somebody who may write nothing there. */
TEST(folder_read_only)
{
    struct place place;
    place_init(&place);
    char *program = program_path("loket"), *below = xasprintf("%s/below", place.data);
    char *parent = xstrndup(place.data, (size_t)(strrchr(place.data, '/') - place.data));
    char *root = xstrndup(parent, (size_t)(strrchr(parent, '/') - parent));
    REQUIRE(mkdir(place.data, 0755) == 0 && chmod(parent, 0755) == 0 && chmod(root, 0755) == 0);
    struct ran able = geteuid() == 0
                          ? RUN(NULL, "setpriv", "--reuid=65534", "--clear-groups", program, "--version")
                          : RUN(NULL, "loket", "--version");
    if (able.status != 0)
        test_skip("nobody else may run the program here");
    ran_free(&able);
    CHECK(chmod(place.data, 0555) == 0 && chmod(place.config, 0755) == 0);
    const char *as_nobody[] = {"setpriv", "--reuid=65534", "--clear-groups",     program, "--data",
                               below,     "--hall",        "http://127.0.0.1:9", NULL};
    const struct pty_options options = {
        .cols = 300, .argv = as_nobody + (geteuid() == 0 ? 0 : 3), .env = (const char *const *)place.env};
    struct pty *pty = pty_start(&options);
    CHECK_INT(pty_end(pty), 1);
    CHECK(pty_shows(pty, "Choose another with --data"));
    CHECK(!pty_alternate(pty));
    pty_free(&pty);
    CHECK(chmod(place.data, 0755) == 0 && chmod(root, 0700) == 0);
    free(parent);
    free(root);
    free(program);
    free(below);
    place_deinit(&place);
}

/* --- terminals --- */

TEST(terminal_of_any_size)
{
    struct day day;
    struct rng rng;
    char typed[256] = "";
    day_open(&day);
    rng_seed(&rng, 7);
    pty_resize(day.pty, 20, 5);
    pty_type(day.pty, "a");
    pty_resize(day.pty, 1, 1);
    pty_type(day.pty, "b");
    for (int i = 0; i < 200; i++) {
        char letter[2] = {(char)('a' + rng_below(&rng, 26)), '\0'};
        str_format(typed + strlen(typed), 2, "%s", letter);
        pty_send(day.pty, letter);
        pty_resize(day.pty, 1 + (int)rng_below(&rng, 140), 1 + (int)rng_below(&rng, 50));
    }
    pty_resize(day.pty, 240, 24);
    pty_type(day.pty, ".");
    char *want = xasprintf("ab%s.", typed);
    pty_type(day.pty, "\t");
    CHECK(pty_wait(day.pty, "all safe"));
    check_note(&day.hall, want);
    free(want);
    day_close(&day);
}

/* Starts in each of these and goes up to the form; what is sent is returned. */
static char *bytes_sent(const char *const *env, const char *const *more, size_t *length)
{
    struct day day = {0};
    place_init(&day.place);
    hall_open(&day.hall);
    let_arrive(&day.hall, 1);
    const struct look look = {.env = env, .more = more};
    day.pty = open_loket_as(&day.place, day.hall.url, &look);
    open_form(day.pty);
    hall_kill(&day.hall);
    pty_type(day.pty, "text\t");
    pty_wait(day.pty, "1 unsent");
    pty_type(day.pty, ESC);
    pty_type(day.pty, "?");
    pty_type(day.pty, ESC); /* the help keeps every other key to itself */
    struct buf copy = {0};
    const char *bytes = pty_bytes(day.pty, length);
    buf_add(&copy, bytes, *length);
    day_close(&day);
    return buf_take(&copy);
}

static bool is_ascii(const char *bytes, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)bytes[i] > 126)
            return false;
    return true;
}

TEST(locale_that_is_not_utf8)
{
    static const char *const env[] = {"LC_ALL=C", NULL};
    size_t length;
    char *bytes = bytes_sent(env, NULL, &length);
    CHECK(is_ascii(bytes, length));
    free(bytes);
}

TEST(ascii_asked_for)
{
    static const char *const more[] = {"--ascii", "--lang", "ru", "--lang", "en", NULL};
    size_t length;
    char *bytes = bytes_sent(NULL, more, &length);
    CHECK(is_ascii(bytes, length));
    free(bytes);
}

/* Whether any sequence sets a colour. */
static bool has_colour(const char *bytes, size_t length)
{
    for (size_t i = 0; i + 2 < length; i++) {
        if (bytes[i] != 27 || bytes[i + 1] != '[')
            continue;
        size_t end = i + 2;
        while (end < length && strchr("0123456789;", bytes[end]))
            end++;
        for (size_t at = i + 2; end < length && bytes[end] == 'm' && at < end; at++) {
            int number = atoi(bytes + at);
            if (number >= 30 && number <= 48)
                return true;
            while (at < end && bytes[at] != ';')
                at++;
        }
    }
    return false;
}

TEST(terminal_without_colours)
{
    static const char *const none[] = {"NO_COLOR=1", NULL}, *const old[] = {"TERM=vt100", NULL};
    size_t length;
    char *bytes = bytes_sent(none, NULL, &length);
    CHECK(!has_colour(bytes, length));
    free(bytes);
    bytes = bytes_sent(old, NULL, &length);
    CHECK(!has_colour(bytes, length));
    free(bytes);
    bytes = bytes_sent(NULL, NULL, &length);
    CHECK(has_colour(bytes, length));
    free(bytes);
}

TEST(terminal_that_cannot)
{
    static const char *const kinds[][2] = {{"TERM=dumb", NULL}, {"TERM", NULL}, {"TERM=no-such-kind", NULL}};
    struct place place;
    place_init(&place);
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const struct look look = {.cols = 300, .env = kinds[i]};
        struct pty *pty = open_loket_as(&place, "http://127.0.0.1:9", &look);
        CHECK_INT(pty_end(pty), 1);
        CHECK(pty_shows(pty, "Try TERM=xterm-256color"));
        pty_free(&pty);
    }
    struct ran ran = RUN("", "loket", "--data", place.data, "--hall", "http://127.0.0.1:9");
    CHECK_INT(ran.status, 1);
    CHECK(strstr(ran.err, "Start the program in a terminal window.") != NULL);
    CHECK_TEXT(ran.out, "");
    ran_free(&ran);
    place_deinit(&place);
}

TEST(terminal_hung_up)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, "left behind");
    int status = pty_hang_up(day.pty);
    CHECK(status == 0 || status == 128 + SIGHUP);
    pty_free(&day.pty);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "left behind"));
    day_close(&day);
}

TEST(keys_that_stop_terminals)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, "\x13"
                      "ab\x11"); /* Ctrl-S must not freeze; Ctrl-Q leaves, twice as somebody is still open */
    CHECK(pty_wait(day.pty, "Still with you"));
    pty_type(day.pty, CTRL_Q);
    CHECK_INT(pty_end(day.pty), 0);
    CHECK(!pty_alternate(day.pty));
    pty_free(&day.pty);
    day.pty = open_loket(&day.place, day.hall.url);
    CHECK(pty_wait(day.pty, "[ab"));
    pty_type(day.pty, ESC); /* alone, and the frame that has it comes */
    CHECK(pty_shows(day.pty, "P001    Card"));
    pty_type(day.pty, "h");
    CHECK(pty_shows(day.pty, "Why does P001 wait?"));
    pty_type(day.pty, ESC);
    CHECK(!pty_shows(day.pty, "Why does P001 wait?"));
    day_close(&day);
}

TEST(suspended_and_back)
{
    struct place place;
    place_init(&place);
    char *program = program_path("loket");
    char *line = xasprintf("%s --data %s --hall http://127.0.0.1:9 --lang en\n", program, place.data);
    const char *argv[] = {"bash", "--norc", "--noprofile", "-i", NULL};
    const char *env[] = {place.env[0], "PS1=shell> ", "HISTFILE=/dev/null", NULL};
    const struct pty_options options = {.argv = argv, .env = env, .raw = true};
    struct pty *pty = pty_start(&options);
    pty_wait(pty, "shell>");
    pty_send(pty, line);
    CHECK(pty_wait(pty, "Login"));
    pty_send(pty, "before\x1a");
    CHECK(pty_wait(pty, "Stopped"));
    CHECK(!pty_alternate(pty));
    pty_send(pty, "fg\n");
    CHECK(pty_wait(pty, "before"));
    CHECK(pty_alternate(pty));
    pty_send(pty, " after");
    CHECK(pty_wait(pty, "before after"));
    pty_send(pty, CTRL_Q);
    CHECK(pty_wait_gone(pty, "Login"));
    pty_send(pty, "exit\n");
    pty_end(pty);
    pty_free(&pty);
    free(line);
    free(program);
    place_deinit(&place);
}

TEST(pasted_text_is_never_keys)
{
    struct day day;
    day_open(&day);
    pty_type(day.pty, ESC "[200~first\nsecond\tthird\x11\x1b\x1bOP\r" ESC "[201~");
    CHECK(pty_shows(day.pty, "first"));
    CHECK(pty_shows(day.pty, "Note"));
    pty_type(day.pty, "!\t");
    CHECK(pty_wait(day.pty, "all safe"));
    char *note = note_at_hall(&day.hall);
    CHECK(note && strstr(note, "first") && strstr(note, "second") && strchr(note, '!'));
    CHECK(note && !note[strcspn(note, "\x11\x1b\x01")]);
    free(note);
    pty_type(day.pty, ESC);
    CHECK(pty_wait(day.pty, "f finish"));
    pty_type(day.pty, ESC "[200~f1\nn" ESC "[201~"); /* at the desk letters act, pasted ones do not */
    CHECK(pty_shows(day.pty, "f finish"));
    CHECK(pty_wait(day.pty, "all safe"));
    day_close(&day);
}

TEST(names_with_control_characters)
{
    struct day day = {0};
    struct hall_client reception;
    size_t length;
    place_init(&day.place);
    hall_open(&day.hall);
    CHECK_INT(hall_sign_in(&reception, &day.hall, "reception", TEST_PASSWORD), 200);
    struct json *data =
        hall_do(&reception, "person.record",
                "{\"person\":\"0193c3d2-7b1a-7c41-9a55-000000000001\",\"given\":\"Ay\\u001b[31mEVIL\","
                "\"family\":\"Ta\\u202egnitset\\u0007\\u200f\"}");
    json_free(&data);
    data = hall_do(&reception, "ticket.issue",
                   "{\"service\":\"t.card\",\"channel\":\"walk_in\",\"person\":\"0193c3d2-7b1a-7c41-9a55-"
                   "000000000001\"}");
    json_free(&data);
    hall_sign_out(&reception);
    day.pty = open_loket(&day.place, day.hall.url);
    open_form(day.pty);
    pty_type(day.pty, ESC);
    CHECK(pty_wait(day.pty, "EVIL"));
    const char *bytes = pty_bytes(day.pty, &length);
    CHECK(!memmem(bytes, length, "\x1b[31mEVIL", 9));
    CHECK(!memmem(bytes, length, "\xe2\x80\xae", 3));
    CHECK(!memmem(bytes, length, "\xe2\x80\x8f", 3));
    day_close(&day);
}

/* --- settings --- */

static void check_complaint(const char *file, const char *text, const char *const *more, const char *words)
{
    struct place place;
    place_init(&place);
    char *path = xasprintf("%s/%s", place.config, file);
    char *folder = xstrndup(path, (size_t)(strrchr(path, '/') - path));
    mkdir(folder, 0700);
    put_file(path, text);
    const struct look look = {.cols = 200, .more = more};
    struct pty *pty = open_loket_as(&place, "http://127.0.0.1:9", &look);
    CHECK(pty_wait(pty, words));
    CHECK(pty_wait(pty, "Login"));
    quit(&pty);
    free(folder);
    free(path);
    place_deinit(&place);
}

TEST(settings_and_theme_lines)
{
    static const char *const theme[] = {"--theme", "own", NULL}, *const absent[] = {"--theme", "none-such",
                                                                                    NULL};
    check_complaint("config", "[look]\ntheme = default\nascii = perhaps\n[privacy]\n", NULL,
                    "config:3: say yes or no");
    check_complaint("config", "[look]\nbell = perhaps\nnonsense\n", NULL, "1 more line in the log");
    check_complaint("config", "[look]\nlang = xx\n", NULL, "config:2: say az, id, en or ru");
    check_complaint("config", "no equals sign\n[look]\n\xff\xfe\n", NULL, "config:1: expected NAME = VALUE");
    check_complaint("config", "[keys]\nfly = F5\n", NULL, "config:2: there is no such action");
    check_complaint("themes/own.theme", "accent = nonsense\n", theme, "own.theme:1:");
    check_complaint("config", "[look]\n", absent, "There is no theme none-such");
}

TEST(options_that_are_wrong)
{
    static const struct {
        const char *words[5];
        int status;
        const char *says;
    } wrong[] = {
        {{"loket", "--fly"}, 2, "--fly is not an option of loket; see loket --help"},
        {{"loket", "--lang", "xx"}, 2, "say az, id, en or ru"},
        {{"loket", "--data"}, 2, "--data needs a value"},
        {{"loket", "fly"}, 2, "fly is not a command of loket"},
        {{"loket", "--config", "/no/such/file"}, 1, "/no/such/file cannot be read: No such file"},
        {{"loket", "--hall", "nonsense"}, 2, "is no address of a hall"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct ran ran = program_run(NULL, wrong[i].words);
        CHECK_INT(ran.status, wrong[i].status);
        if (!CHECK(strstr(ran.err, wrong[i].says) != NULL))
            CHECK_TEXT(ran.err, wrong[i].says);
        CHECK_TEXT(ran.out, "");
        ran_free(&ran);
    }
}
