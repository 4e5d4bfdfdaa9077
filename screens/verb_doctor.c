/* screens/verb_doctor.c: `loket doctor`: what is wrong on this computer, and what to do. Changes nothing. */
#include <langinfo.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "core/cache/cache.h"
#include "core/sync/sync.h"
#include "screens/config_lines.h"
#include "screens/notice_file.h"
#include "screens/printer.h"
#include "screens/runner.h"
#include "screens/verbs.h"
#include "tui/keymap.h"

enum { COLUMNS_MIN = 80, ROWS_MIN = 24, HALL_WAIT_MS = 3000, FREE_MIN_MB = 200 };

struct doctor {
    int faults;
    bool answered;
    enum err hall;
};

PRINTF(3, 4) static void say(struct doctor *doctor, bool well, const char *format, ...)
{
    va_list args;
    fputs(well ? "ok    " : "!     ", stdout);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
    doctor->faults += !well;
}

static void terminal(struct doctor *doctor)
{
    const char *name = getenv("TERM");
    struct winsize size = {0};
    bool is_terminal = isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0;
    if (!is_terminal)
        return say(doctor, true,
                   "terminal: output goes to a file or pipe; run doctor on the terminal to check it");
    say(doctor, !str_empty(name) && strcmp(name, "dumb") != 0, "terminal: TERM is %s%s",
        name ? name : "not set", str_empty(name) ? "; set it, for example TERM=xterm-256color" : "");
    say(doctor, size.ws_col >= COLUMNS_MIN && size.ws_row >= ROWS_MIN, "size: %d columns, %d rows%s",
        size.ws_col, size.ws_row,
        size.ws_col < COLUMNS_MIN || size.ws_row < ROWS_MIN ? "; 80 by 24 or more shows everything" : "");
}

static void colours(struct doctor *doctor)
{
    const char *name = getenv("TERM"), *truecolour = getenv("COLORTERM");
    const char *text = "16 or fewer: themes show their nearest";
    if (getenv("NO_COLOR"))
        text = "none, as NO_COLOR asks";
    else if (truecolour && (strstr(truecolour, "truecolor") || strstr(truecolour, "24bit")))
        text = "16 million";
    else if (name && strstr(name, "256"))
        text = "256";
    say(doctor, true, "colours: %s", text);
}

/* Who captures the mouse takes the terminal's own marking away, unless Shift is held. */
static void mouse(struct doctor *doctor, const struct settings *settings)
{
    say(doctor, true, "mouse: %s",
        settings->mouse
            ? "on; hold Shift to mark text with it, as without loket"
            : "off: it marks text as always; [look] mouse = on lets it press keys and choose rows");
}

static void locale(struct doctor *doctor)
{
    const char *charset = nl_langinfo(CODESET);
    bool utf8 = strcmp(charset, "UTF-8") == 0;
    say(doctor, utf8, "locale: %s%s", charset,
        utf8 ? ""
             : "; letters such as ə ş ğ cannot be shown, so loket draws ASCII. Set LANG=C.UTF-8 or your own "
               "UTF-8 "
               "locale");
}

static void disk(struct doctor *doctor, const char *dir)
{
    struct statvfs fs;
    struct stat st;
    char parent[400];
    str_copy(parent, sizeof parent, dir);
    while (stat(parent, &st) != 0 && strrchr(parent, '/') && strrchr(parent, '/') != parent)
        *strrchr(parent, '/') = '\0';
    if (statvfs(parent, &fs) != 0)
        return say(doctor, false, "disk: %s cannot be looked at; choose another folder with --data", dir);
    long long free_mb = (long long)(fs.f_bavail * fs.f_frsize / (1024 * 1024));
    say(doctor, free_mb >= FREE_MIN_MB, "disk: %lld MB free for %s%s", free_mb, dir,
        free_mb < FREE_MIN_MB ? "; make room, or choose another folder with --data" : "");
    say(doctor, access(parent, W_OK) == 0, "folder: %s %s", parent,
        access(parent, W_OK) == 0 ? "can be written to" : "cannot be written to; choose another with --data");
}

static void clock_(struct doctor *doctor)
{
    enum { YEAR_2024_S = 1704067200 };
    bool sane = clock_wall_now_ms() / 1000 > YEAR_2024_S;
    char now[TIME_TEXT];
    time_text(clock_wall_now_ms(), now);
    say(doctor, sane, "clock: %s%s", now, sane ? "" : "; set this computer's clock, records carry its time");
}

static void print(struct doctor *doctor)
{
    struct err_info info = {0};
    enum err err = notice_file_try(LANG_EN, &info);
    say(doctor, err == ERR_OK, "print: %s", err ? info.text : "notices can be saved as PDF");
}

/* The commands are the shell's to read; whether their program is there is all that can be told without printing. */
static void printers(struct doctor *doctor, const struct settings *settings)
{
    const struct {
        const char *what, *command;
    } all[] = {{"papers", settings->print}, {"tickets", settings->print_tickets}};
    char name[200];
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if (str_empty(all[i].command))
            continue;
        bool there = printer_there(all[i].command, name, sizeof name);
        say(doctor, there, "print: %s go to `%s`%s", all[i].what, all[i].command,
            there ? "" : ", whose program is not found; install it, or mend [print] in the settings");
    }
    if (str_empty(settings->print) && str_empty(settings->print_tickets))
        say(doctor, true,
            "print: no print command is set; Ctrl-O offers a file ([print] command in loket(1))");
}

static void on_answer(void *ctx, int64_t tag, enum err err, const struct json *body)
{
    struct doctor *doctor = ctx;
    (void)tag;
    doctor->answered = true;
    doctor->hall = err ? err : str_equal(json_text(body, "status"), "ok") ? ERR_OK : ERR_INVALID;
}

static void on_nothing(void *ctx)
{
    (void)ctx;
}

static void on_status(void *ctx, const struct sync_status *status)
{
    (void)ctx, (void)status;
}

static void on_result(void *ctx, int64_t seq, const struct json *result)
{
    (void)ctx, (void)seq, (void)result;
}

static void on_signed_in(void *ctx, enum err err, const char *code, const char *message,
                         const struct json *session)
{
    (void)ctx, (void)err, (void)code, (void)message, (void)session;
}

static void ask_hall(struct doctor *doctor, struct sync *sync)
{
    sync_get(sync, "/v1/health");
    int64_t until_ms = clock_mono_now_ms() + HALL_WAIT_MS;
    for (int64_t left_ms; !doctor->answered && (left_ms = until_ms - clock_mono_now_ms()) > 0;) {
        int due_ms = sync_timeout_ms(sync, clock_mono_now_ms());
        sync_wait(sync, NULL, 0, due_ms >= 0 && due_ms < left_ms ? due_ms : (int)left_ms);
        sync_step(sync, clock_wall_now_ms(), clock_mono_now_ms());
    }
}

static void certificate(struct doctor *doctor, const char *url, const struct sync_trust *trust)
{
    int64_t expires_ms;
    char day[DATE_TEXT];
    if (!sync_certificate(url, trust, &expires_ms))
        return say(doctor, false, "certificate: the hall's cannot be read; ask its administrator");
    int days = (int)((expires_ms - clock_wall_now_ms()) / (24 * 3600 * 1000LL));
    time_date(expires_ms, day);
    say(doctor, days >= CERTIFICATE_WARN_DAYS, "certificate: it holds until %s, for %d days%s", day, days,
        days < CERTIFICATE_WARN_DAYS ? "; the hall's administrator renews it" : "");
}

static void own_certificate(struct doctor *doctor, const char *path)
{
    struct err_info info = {0};
    struct buf text = {0};
    int64_t expires_ms;
    char day[DATE_TEXT];
    if (config_read(path, &text, &info)) {
        say(doctor, false, "own certificate: %s", info.text);
    } else if (!certificate_expires(buf_text(&text), &expires_ms)) {
        say(doctor, false, "own certificate: %s is not a PEM file with a certificate", path);
    } else {
        int days = (int)((expires_ms - clock_wall_now_ms()) / (24 * 3600 * 1000LL));
        time_date(expires_ms, day);
        say(doctor, days >= CERTIFICATE_WARN_DAYS, "own certificate: it holds until %s, for %d days%s", day,
            days, days < CERTIFICATE_WARN_DAYS ? "; the hall's administrator gives a new one" : "");
    }
    buf_free(&text);
}

static void hall(struct doctor *doctor, struct settings *settings)
{
    struct err_info info = {0};
    struct cache *cache = NULL;
    struct sync *sync = NULL;
    struct rng rng;
    const struct sync_events events = {.ctx = doctor,
                                       .changed = on_nothing,
                                       .status = on_status,
                                       .result = on_result,
                                       .signed_in = on_signed_in,
                                       .answer = on_answer};
    const struct sync_trust trust = settings_trust(settings);
    rng_seed_from_system(&rng);
    enum err err = cache_open(&cache, settings->data, clock_wall_now_ms(), &rng, NULL, &info);
    if (err) {
        say(doctor, err == ERR_IN_USE, "cache: %s", info.text);
        cache_close(&cache);
        return;
    }
    say(doctor, cache_unsent(cache) == 0, "outbox: %lld records unsent", (long long)cache_unsent(cache));
    const char *url = settings->hall ? settings->hall : cache_setting(cache, "hall_url");
    if (!url || strcmp(url, "practice") == 0) {
        say(doctor, true, "hall: %s",
            url ? "a practice hall of this computer" : "none chosen yet; start loket");
    } else if (sync_new(&sync, cache, url, &trust, &events, &rng, &info)) {
        say(doctor, false, "hall: %s", info.text);
    } else {
        ask_hall(doctor, sync);
        bool well = doctor->answered && doctor->hall == ERR_OK;
        say(doctor, well, "hall: %s %s", url,
            well               ? "answers"
            : doctor->answered ? "gives an answer that is not a hall's; check the address"
                               : "does not answer; check the network and the address");
    }
    if (settings->cert)
        own_certificate(doctor, settings->cert);
    if (url && str_starts(url, "https://") && doctor->answered && doctor->hall == ERR_OK)
        certificate(doctor, url, &trust);
    sync_free(&sync);
    cache_close(&cache);
}

int verb_doctor(const struct options *options, struct settings *settings)
{
    struct doctor doctor = {0};
    (void)options;
    terminal(&doctor);
    colours(&doctor);
    mouse(&doctor, settings);
    locale(&doctor);
    disk(&doctor, settings->data);
    clock_(&doctor);
    print(&doctor);
    printers(&doctor, settings);
    hall(&doctor, settings);
    struct keymap *keys = runner_keymap(settings); /* and what is wrong with [keys] */
    keymap_free(&keys);
    const char *complaints = buf_text(&settings->complaints);
    say(&doctor, !*complaints, "settings: %s", *complaints ? "see below" : "understood");
    fputs(complaints, stdout);
    printf("%s\n", doctor.faults ? "Lines with ! need attention." : "All is well.");
    return doctor.faults ? 1 : 0;
}
