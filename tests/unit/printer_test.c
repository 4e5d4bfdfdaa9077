/* tests/unit/printer_test.c: the print command gets the text on its standard input, whole and as it is, and says what went
 * wrong; nothing of the text is ever the shell's to read. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "screens/printer.h"
#include "screens/settings.h"
#include "tests/support/test.h"

static enum err print(const char *command, const char *text, struct err_info *info)
{
    struct printer printer;
    enum err err = printer_start(&printer, command, text, LANG_EN, info);
    if (err == ERR_OK) {
        CHECK(printer.busy);
        CHECK(printer_done(&printer, true, &err, info));
        CHECK(!printer.busy);
    }
    return err;
}

TEST(printer_gets_the_text_on_its_standard_input)
{
    struct err_info info = {0};
    const char text[] = "Növbə P022\n$(touch oops) `id` \"quoted\" ; rm -r /\n";
    char *path = xasprintf("%s/out", test_folder()), *command = xasprintf("tr a-c x | cat > '%s'", path);
    CHECK_INT(print(command, text, &info), ERR_OK);
    char *got = test_read_file(path);
    CHECK_TEXT(got, "Növxə P022\n$(touxh oops) `id` \"quoted\" ; rm -r /\n");
    free(got);
    free(command);
    free(path);
}

TEST(printer_that_fails_says_its_first_line_and_what_is_safe)
{
    struct err_info info = {0};
    CHECK_INT(print("echo 'lp: no \033[31mpaper' >&2; echo more >&2; exit 1", "x", &info), ERR_SYSTEM);
    CHECK_TEXT(
        info.text,
        "Not printed: lp: no  [31mpaper. What was to be printed is still here; Ctrl-O prints it again.");
    CHECK_INT(print("exit 7", "x", &info), ERR_SYSTEM);
    CHECK(strstr(info.text, "the print command ended with status 7"));
    CHECK_INT(print("loket-has-no-such-program", "x", &info), ERR_SYSTEM);
    CHECK(strstr(info.text, "loket-has-no-such-program"));
}

/* One that hangs is given up with all that it started; nothing waits for it meanwhile. */
TEST(printer_that_hangs_is_given_up)
{
    struct err_info info = {0};
    struct printer printer;
    enum err err = ERR_OK;
    REQUIRE(printer_start(&printer, "sleep 1000 | cat", "x", LANG_EN, &info) == ERR_OK);
    CHECK(!printer_done(&printer, false, &err, &info));
    printer.child.until_ms = 0; /* its time is over */
    CHECK(printer_done(&printer, false, &err, &info));
    CHECK_INT(err, ERR_SYSTEM);
    CHECK(strstr(info.text, "did not end within 30 s"));
}

static int way_in; /* what the command waits to read from */
static volatile sig_atomic_t alarms;

static void on_alarm(int signal)
{
    enum { ENOUGH = 3 };
    (void)signal;
    if (++alarms == ENOUGH)
        (void)!write(way_in, "x\n", 2);
}

/* A terminal that is resized, or any other signal, is no reason to give it up: it has its time. */
TEST(printer_is_not_given_up_by_a_signal)
{
    struct err_info info = {0};
    struct sigaction alarm = {.sa_handler = on_alarm}, before;
    const struct itimerval soon = {{0, 2000}, {0, 2000}}, never = {{0, 0}, {0, 0}};
    char *path = xasprintf("%s/way", test_folder()), *command = xasprintf("read word < '%s'", path);
    REQUIRE(mkfifo(path, 0600) == 0);
    way_in = open(path, O_RDWR | O_CLOEXEC);
    REQUIRE(way_in >= 0 && sigaction(SIGALRM, &alarm, &before) == 0);
    alarms = 0;
    REQUIRE(setitimer(ITIMER_REAL, &soon, NULL) == 0);
    CHECK_INT(print(command, "x", &info), ERR_OK);
    REQUIRE(setitimer(ITIMER_REAL, &never, NULL) == 0);
    CHECK(alarms >= 3);
    sigaction(SIGALRM, &before, NULL);
    close(way_in);
    free(command);
    free(path);
}

/* The way to the hall is none of a command's. */
TEST(printer_inherits_nothing_that_is_open)
{
    struct err_info info = {0};
    int fd = dup(STDIN_FILENO); /* as curl's sockets: nothing closes it */
    REQUIRE(fd >= 0);
    char *command = xasprintf("test ! -e /proc/$$/fd/%d", fd);
    CHECK_INT(print(command, "x", &info), ERR_OK);
    free(command);
    close(fd);
}

TEST(printer_is_looked_for_where_the_shell_would)
{
    char name[64];
    CHECK(printer_there("cat -n | lp", name, sizeof name));
    CHECK_TEXT(name, "cat");
    CHECK(printer_there("/bin/sh -c true", name, sizeof name));
    CHECK(!printer_there("loket-has-no-such-program -d x", name, sizeof name));
    CHECK(!printer_there("", name, sizeof name));
}

TEST(printer_settings_are_read)
{
    struct settings settings;
    settings_init(&settings);
    CHECK_INT(settings.ticket_width, 40);
    settings_parse(&settings, "c",
                   "[print]\ncommand = lp -o media=A4\nticket_command=cat > /dev/usb/lp0\n"
                   "ticket_width = 32\nterminal = yes\nticket_width = 5\n");
    CHECK_TEXT(settings.print, "lp -o media=A4");
    CHECK_TEXT(settings.print_tickets, "cat > /dev/usb/lp0");
    CHECK_INT(settings.ticket_width, 32);
    CHECK(settings.print_by_terminal);
    CHECK_TEXT(buf_text(&settings.complaints), "c:6: say characters a line, 20 to 200\n");
    settings_deinit(&settings);
}
