/* tests/e2e/crowd_test.c: a morning with two supervisors at two boards and twenty clerks at twenty counters, each the real
 * loket on a terminal of its own, before one real loketd. What somebody does is on both boards; two who move the same meet
 * politely; no clerk loses anybody over it; and at the end each move is one line of the audit. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/hall/store.h"
#include "tests/support/day.h"
#include "tests/support/piped.h"
#include "tests/support/quoted.h"
#include "tests/support/real.h"
#include "tests/support/stranger.h"
#include "tests/support/test.h"

#define BACK_TAB "\x1b[Z"

enum { CLERKS = TEST_COUNTERS, CHIEFS = 2, EARLY = 30, LATE = 12, NUMBER = 16, LINE = 400 };
enum { FOR_A_TIME_MS = 8 * 1000 }; /* long enough to be seen on a slow machine */

struct desk {
    struct place place;
    struct pty *pty;
    int counter;         /* its name */
    char number[NUMBER]; /* whom they have; "": nobody */
};
struct chief {
    struct place place;
    struct pty *pty;
    const char *login, *name;
};
struct crowd {
    struct real real;
    struct stranger between; /* stands between the first supervisor and the hall */
    char password[200];      /* a file */
    struct desk desks[CLERKS];
    struct chief chiefs[CHIEFS];
    char served[EARLY + LATE][NUMBER];
    int served_count;
    int moved, undone; /* by what the supervisors were told */
};

/* --- the hall --- */

static void add_supervisor(struct crowd *crowd, const struct chief *chief)
{
    str_format(crowd->password, sizeof crowd->password, "%s/password", test_folder());
    put_file(crowd->password, TEST_PASSWORD "\n");
    struct ran ran =
        RUN(NULL, "loketd", "user", "add", "--data", crowd->real.hall.folder, "--login", chief->login,
            "--name", chief->name, "--roles", "supervisor", "--password-file", crowd->password);
    if (!CHECK_INT(ran.status, 0))
        printf("    %s\n", ran.err);
    ran_free(&ran);
}

static void let_come(struct crowd *crowd, int people)
{
    struct hall_client reception;
    REQUIRE(hall_sign_in(&reception, &crowd->real.hall, "reception", TEST_PASSWORD) == 200);
    for (int i = 0; i < people; i++) {
        struct json *data = hall_do(&reception, "ticket.issue",
                                    i % 2 ? "{\"service\":\"t.card\",\"channel\":\"walk_in\"}"
                                          : "{\"service\":\"t.visa\",\"channel\":\"walk_in\"}");
        json_free(&data);
    }
    hall_sign_out(&reception);
}

/* --- what a screen says --- */

/* The text from the line's beginning on (one space before it) up to the pillar; "" when there is no such line. */
static void line_of(const char *screen, const char *begins, char out[LINE])
{
    char *sought = xasprintf("\n %s ", begins);
    const char *found = strstr(screen, sought);
    size_t length = found ? strcspn(found + 1, "\n") : 0;
    str_format(out, LINE, "%.*s", (int)length, found ? found + 1 : "");
    char *pillar = strstr(out, "│");
    if (pillar)
        *pillar = '\0';
    free(sought);
}

static int number_after(const char *line, const char *word)
{
    const char *found = strstr(line, word);
    return found ? atoi(found + strlen(word)) : -1;
}

/* What the hall's rows say: how many wait in which queue, what is done at which counter. */
struct figures {
    int waiting, cards, visas;
    char doing[CLERKS][NUMBER]; /* "closed", "free", "break", or the number of whom they have */
    char queues[CLERKS][NUMBER];
};

static int counter_of(const struct json *row)
{
    return atoi(json_text_or(row, "name", "0")) - 1;
}

static void note_counter(struct figures *figures, const struct json *row)
{
    const struct json *queues = json_get(row, "queues");
    const char *state = json_text_or(row, "state", "");
    int at = counter_of(row);
    REQUIRE(at >= 0 && at < CLERKS);
    str_copy(figures->doing[at], NUMBER,
             str_equal(state, "open")     ? "free"
             : str_equal(state, "closed") ? "closed"
                                          : "break");
    for (const struct json *q = json_first(queues); q; q = json_next(q)) {
        size_t length = strlen(figures->queues[at]);
        str_format(figures->queues[at] + length, NUMBER - length, "%s%c", length ? " " : "",
                   str_equal(json_text(q, "queue"), "p") ? 'P' : 'Q');
    }
}

static void note_ticket(struct figures *figures, const struct json *rows, const struct json *ticket)
{
    const char *state = json_text_or(ticket, "state", "");
    bool here = str_equal(state, "called") || str_equal(state, "serving");
    if (str_equal(state, "waiting")) {
        figures->waiting++;
        figures->cards += str_equal(json_text(ticket, "queue"), "p");
        figures->visas += str_equal(json_text(ticket, "queue"), "q");
    }
    for (const struct json *one = json_first(rows); here && one; one = json_next(one)) {
        const struct json *row = json_get(one, "row");
        if (str_equal(json_text(one, "t"), "counter") &&
            str_equal(json_text(row, "user"), json_text_or(ticket, "user", "-")))
            str_copy(figures->doing[counter_of(row)], NUMBER, json_text_or(ticket, "number", "?"));
    }
}

static void read_figures(const struct crowd *crowd, struct figures *figures)
{
    struct json *rows = rows_of_hall(&crowd->real.hall, "supervisor");
    *figures = (struct figures){0};
    for (const struct json *one = json_first(rows); one; one = json_next(one))
        if (str_equal(json_text(one, "t"), "counter"))
            note_counter(figures, json_get(one, "row"));
    for (const struct json *one = json_first(rows); one; one = json_next(one))
        if (str_equal(json_text(one, "t"), "ticket"))
            note_ticket(figures, rows, json_get(one, "row"));
    json_free(&rows);
}

static bool says_figures(const char *screen, const void *ctx)
{
    const struct figures *figures = ctx;
    char line[LINE], begins[40];
    if (number_after(screen, figures->waiting ? "· waiting " : "· nobody waits") !=
        (figures->waiting ? figures->waiting : 0))
        return false;
    line_of(screen, "P   Cards", line);
    bool so = number_after(line, "Cards") == figures->cards;
    line_of(screen, "Q   Visas", line);
    so = so && number_after(line, "Visas") == figures->visas;
    for (int i = 0; so && i < CLERKS; i++) {
        str_format(begins, sizeof begins, "%-4d %-3s", i + 1, figures->queues[i]);
        line_of(screen, begins, line);
        so = strstr(line, figures->doing[i]) != NULL;
    }
    return so;
}

static void whole_board(struct chief *chief)
{
    pty_type(chief->pty, "/\x15\r");
}

/* Everybody's keys have come to the hall: both boards say what its rows say. */
static void boards_agree(struct crowd *crowd)
{
    struct figures figures;
    for (int i = 0; i < CLERKS; i++)
        REQUIRE(pty_wait(crowd->desks[i].pty, "all safe"));
    read_figures(crowd, &figures);
    for (int i = 0; i < CHIEFS; i++) {
        whole_board(&crowd->chiefs[i]);
        REQUIRE(pty_wait_until(crowd->chiefs[i].pty, says_figures, &figures, "the figures of the hall"));
    }
}

/* The counter's line on both boards. */
struct shown {
    char begins[40];
};

static bool says_line(const char *screen, const void *ctx)
{
    char line[LINE];
    line_of(screen, ((const struct shown *)ctx)->begins, line);
    return *line != '\0';
}

static void both_show_counter(struct crowd *crowd, int counter, const char *queues)
{
    struct shown shown;
    str_format(shown.begins, sizeof shown.begins, "%-4d %-3s", counter, queues);
    for (int i = 0; i < CHIEFS; i++) {
        whole_board(&crowd->chiefs[i]);
        REQUIRE(pty_wait_until(crowd->chiefs[i].pty, says_line, &shown, shown.begins));
    }
}

/* --- clerks --- */

static struct desk *desk_of(struct crowd *crowd, int counter)
{
    return &crowd->desks[counter - 1];
}

static void send_all(struct crowd *crowd, const char *keys)
{
    for (int i = 0; i < CLERKS; i++)
        pty_send(crowd->desks[i].pty, keys);
}

static void wait_all(struct crowd *crowd, const char *words)
{
    for (int i = 0; i < CLERKS; i++)
        REQUIRE(pty_wait(crowd->desks[i].pty, words));
}

static void clerks_come(struct crowd *crowd)
{
    char text[40];
    for (int i = 0; i < CLERKS; i++) {
        struct desk *desk = &crowd->desks[i];
        desk->counter = i + 1;
        place_init(&desk->place);
        desk->pty = open_loket(&desk->place, crowd->real.hall.url);
    }
    for (int i = 0; i < CLERKS; i++) {
        str_format(text, sizeof text, "clerk%d", i + 1);
        type_sign_in(crowd->desks[i].pty, text);
    }
    wait_all(crowd, "all safe");
    send_all(crowd, "c");
    wait_all(crowd, "At which counter");
    for (int i = 0; i < CLERKS; i++) {
        str_format(text, sizeof text, "%d\r", i + 1);
        pty_type(crowd->desks[i].pty, text);
    }
    for (int i = 0; i < CLERKS; i++) {
        str_format(text, sizeof text, "Counter %d ·", i + 1);
        REQUIRE(pty_wait(crowd->desks[i].pty, text));
        REQUIRE(pty_wait(crowd->desks[i].pty, "n   call next"));
    }
}

/* Somebody was called, or nobody was there any more. */
static bool has_answer(const char *screen, const void *ctx)
{
    (void)ctx;
    return strstr(screen, "s  the person is here: start") || strstr(screen, "Nobody is waiting.");
}

/* "  Q001    Visa   called  00:00" below the first rule. */
static void read_number(struct desk *desk)
{
    const char *screen = pty_screen(desk->pty), *rule = strstr(screen, "───");
    desk->number[0] = '\0';
    if (strstr(screen, "s  the person is here: start") && rule && (rule = strchr(rule, '\n')))
        (void)sscanf(rule, " %15s", desk->number);
}

static void calls(struct desk *desk)
{
    REQUIRE(pty_wait_until(desk->pty, has_answer, NULL, "somebody is called"));
    read_number(desk);
}

/* All who have nobody call at the same moment. */
static void all_call(struct crowd *crowd)
{
    for (int i = 0; i < CLERKS; i++)
        if (!*crowd->desks[i].number)
            pty_send(crowd->desks[i].pty, "n");
    for (int i = 0; i < CLERKS; i++) {
        struct desk *desk = &crowd->desks[i];
        if (*desk->number)
            continue;
        calls(desk);
        if (*desk->number)
            pty_type(desk->pty, "s");
    }
    for (int i = 0; i < CLERKS; i++)
        if (*crowd->desks[i].number)
            REQUIRE(pty_wait(crowd->desks[i].pty, "f finish"));
}

static void note_served(struct crowd *crowd, struct desk *desk)
{
    for (int i = 0; i < crowd->served_count; i++)
        CHECK(!str_equal(crowd->served[i], desk->number)); /* nobody twice */
    REQUIRE(crowd->served_count < EARLY + LATE);
    str_copy(crowd->served[crowd->served_count++], NUMBER, desk->number);
    desk->number[0] = '\0';
}

static void finish(struct crowd *crowd, struct desk *desk)
{
    char words[40];
    str_format(words, sizeof words, "Finish %s:", desk->number);
    pty_type(desk->pty, "f");
    REQUIRE(pty_wait(desk->pty, words));
    pty_type(desk->pty, "1");
    REQUIRE(pty_wait(desk->pty, "n   call next"));
    note_served(crowd, desk);
}

static void all_finish(struct crowd *crowd)
{
    for (int i = 0; i < CLERKS; i++)
        if (*crowd->desks[i].number)
            finish(crowd, &crowd->desks[i]);
}

/* --- supervisors --- */

static void start_board(struct crowd *crowd, struct chief *chief)
{
    const struct look wide = {.cols = 120, .rows = 40};
    bool first = chief == &crowd->chiefs[0];
    chief->pty = open_loket_as(&chief->place, first ? crowd->between.url : crowd->real.hall.url, &wide);
}

/* To the counters, where the cursor stays. */
static void begin_at_board(struct chief *chief)
{
    REQUIRE(pty_wait(chief->pty, "counter     who"));
    REQUIRE(pty_wait(chief->pty, "all safe"));
    pty_type(chief->pty, "\t");
}

/* "7": the counter stands alone on the board, and the move step is open with the queue chosen. */
static void prepare(struct chief *chief, int counter, const char *queue)
{
    char keys[60];
    str_format(keys, sizeof keys,
               "/\x15"
               "clerk%d\r",
               counter);
    pty_type(chief->pty, keys);
    str_format(keys, sizeof keys, "│ Counter %d", counter);
    REQUIRE(pty_wait(chief->pty, keys));
    pty_type(chief->pty, "m");
    REQUIRE(pty_wait(chief->pty, "to queue"));
    str_format(keys, sizeof keys, "/%s\r", queue);
    pty_type(chief->pty, keys);
    str_format(keys, sizeof keys, "→ %c %s", *queue == 'C' ? 'P' : 'Q', queue);
    REQUIRE(pty_wait(chief->pty, keys));
    REQUIRE(pty_wait(chief->pty, "other queues, unchanged"));
}

static void moves_it(struct crowd *crowd, struct chief *chief)
{
    pty_type(chief->pty, "y");
    REQUIRE(pty_wait(chief->pty, "✓ Moved."));
    crowd->moved++;
}

static void takes_back(struct crowd *crowd, struct chief *chief, const char *told)
{
    pty_type(chief->pty, "u");
    REQUIRE(pty_wait(chief->pty, "Take back"));
    pty_type(chief->pty, "y");
    REQUIRE(pty_wait(chief->pty, told));
    crowd->undone += str_equal(told, "✓ Taken back");
}

static bool is_answered(const char *screen, const void *ctx)
{
    (void)ctx;
    return strstr(screen, "✓ Moved.") || strstr(screen, " moved counter ");
}

/* --- the morning --- */

static void come(struct crowd *crowd)
{
    static const struct chief who[CHIEFS] = {{.login = "supervisor", .name = "Person supervisor"},
                                             {.login = "dina", .name = "Dina K."}};
    real_open(&crowd->real);
    stranger_start(&crowd->between, STRANGER_PASSES, crowd->real.hall.port);
    add_supervisor(crowd, &who[1]);
    let_come(crowd, EARLY);
    for (int i = 0; i < CHIEFS; i++) {
        crowd->chiefs[i] = who[i];
        place_init(&crowd->chiefs[i].place);
        start_board(crowd, &crowd->chiefs[i]);
        sign_in_as(crowd->chiefs[i].pty, who[i].login);
        begin_at_board(&crowd->chiefs[i]);
    }
    clerks_come(crowd);
    boards_agree(crowd);
}

/* Everybody calls; at three counters something else happens. */
static void begin(struct crowd *crowd)
{
    all_call(crowd);
    boards_agree(crowd);
    finish(crowd, desk_of(crowd, 3));
    finish(crowd, desk_of(crowd, 8));
    finish(crowd, desk_of(crowd, 11));
    pty_type(desk_of(crowd, 11)->pty, "z");
    REQUIRE(pty_wait(desk_of(crowd, 11)->pty, "Break:"));
    pty_type(desk_of(crowd, 11)->pty, "1");
    REQUIRE(pty_wait(desk_of(crowd, 11)->pty, "Until when?"));
    pty_type(desk_of(crowd, 11)->pty, "1");
    boards_agree(crowd);
}

/* Both have counter 7 before their eyes; its clerk is in the middle of somebody. */
static void meet(struct crowd *crowd)
{
    struct chief *one = &crowd->chiefs[0], *other = &crowd->chiefs[1];
    prepare(one, 7, "Cards");
    prepare(other, 7, "Visas");
    pty_send(one->pty, "y");
    pty_send(other->pty, "y");
    for (int i = 0; i < CHIEFS; i++)
        REQUIRE(pty_wait_until(crowd->chiefs[i].pty, is_answered, NULL, "made or refused"));
    bool first = pty_shows(one->pty, "✓ Moved.");
    struct chief *winner = first ? one : other, *loser = first ? other : one;
    crowd->moved++;
    char words[100];
    str_format(words, sizeof words, "%s moved counter 7 at ", winner->name);
    CHECK(pty_wait(loser->pty, words));
    CHECK(pty_wait(loser->pty, first ? "it serves P now" : "it serves Q now"));
    CHECK(!pty_shows(loser->pty, "✓ Moved."));
    CHECK(pty_wait(desk_of(crowd, 7)->pty, "your counter serves"));
    moves_it(crowd, loser); /* knowing it now */
    str_format(words, sizeof words, "%s moved counter 7 at ", loser->name);
    takes_back(crowd, winner, words);
    takes_back(crowd, loser, "✓ Taken back");
    takes_back(crowd, winner, "✓ Taken back");
    both_show_counter(crowd, 7, "P Q");
    boards_agree(crowd);
}

/* A move is taken back while nobody was called because of it. */
static void undo_too_late(struct crowd *crowd)
{
    struct chief *one = &crowd->chiefs[0], *other = &crowd->chiefs[1];
    struct desk *desk = desk_of(crowd, 8);
    prepare(other, 8, "Cards");
    moves_it(crowd, other);
    both_show_counter(crowd, 8, "P  ");
    prepare(one, 8, "Visas");
    moves_it(crowd, one);
    REQUIRE(pty_wait(desk->pty, "Counter 8 · Visas"));
    pty_type(desk->pty, "n");
    calls(desk);
    REQUIRE(*desk->number == 'Q');
    char words[80];
    str_format(words, sizeof words, "%s was called at counter 8 at ", desk->number);
    takes_back(crowd, one, words);
    pty_type(desk->pty, "s");
    REQUIRE(pty_wait(desk->pty, "f finish"));
}

/* By another program of the first supervisor; nobody ends it. */
static void move_for_a_time(struct crowd *crowd, struct piped *piped)
{
    char *data = xasprintf("%s/piped", test_folder()), until[TIME_TEXT];
    *piped = PIPED("--hall", crowd->real.hall.url, "--user", "dina", "--password-file", crowd->password,
                   "--data", data);
    piped_skip(piped, "ready", NULL);
    time_text(clock_wall_now_ms() + FOR_A_TIME_MS, until);
    char *line = xasprintf("{'tag':'t','type':'hall.move','body':{'counters':['c9'],'to':'p','how':'only',"
                           "'until':'%s'}}",
                           until);
    piped_say(piped, line);
    struct json *result = piped_await(piped, "result", "t");
    CHECK_TEXT(json_text(result, "status"), "applied");
    crowd->moved++;
    json_free(&result);
    free(line);
    free(data);
    both_show_counter(crowd, 9, "P  ");
}

static void move_has_ended(struct crowd *crowd, struct piped *piped)
{
    both_show_counter(crowd, 9, "P Q");
    REQUIRE(pty_wait(desk_of(crowd, 9)->pty, "Counter 9 · Cards, Visas"));
    piped_end_input(piped);
    CHECK_INT(piped_end(piped, 0), 0);
}

/* All who wait for visas wait for cards now, with their numbers; who is served goes on. */
static void move_a_queue(struct crowd *crowd)
{
    struct chief *other = &crowd->chiefs[1];
    struct figures before, after;
    boards_agree(crowd);
    read_figures(crowd, &before);
    pty_type(other->pty, BACK_TAB "/\x15visas\r");
    REQUIRE(pty_wait(other->pty, "│ Q Visas"));
    pty_type(other->pty, "m");
    REQUIRE(pty_wait(other->pty, "all who wait in Q"));
    REQUIRE(pty_wait(other->pty, "→ P Cards"));
    REQUIRE(pty_wait(other->pty, "longest wait in the next hour"));
    moves_it(crowd, other);
    pty_type(other->pty, "\t");
    boards_agree(crowd);
    read_figures(crowd, &after);
    CHECK(before.visas > 0);
    CHECK_INT(after.visas, 0);
    CHECK_INT(after.cards, before.cards + before.visas);
    for (int i = 0; i < CLERKS; i++)
        CHECK_TEXT(after.doing[i], before.doing[i]);
}

/* The answer to the first one's move is lost on its way: the hall has it, and asked again it is the same move. */
static void lose_the_answer(struct crowd *crowd)
{
    struct chief *one = &crowd->chiefs[0], *other = &crowd->chiefs[1];
    struct shown shown = {"5    P  "};
    prepare(one, 5, "Cards");
    stranger_be(&crowd->between, STRANGER_LOSES);
    pty_type(one->pty, "y");
    REQUIRE(pty_wait_until(other->pty, says_line, &shown, shown.begins));
    CHECK(!pty_shows(one->pty, "✓ Moved."));
    stranger_be(&crowd->between, STRANGER_PASSES);
    REQUIRE(pty_wait(one->pty, "✓ Moved."));
    crowd->moved++;
    whole_board(one);
    REQUIRE(pty_wait(one->pty, "all safe"));
}

/* The other one's program is killed with its move under way: it was made or it was not, and nothing is in between. */
static void kill_in_the_middle(struct crowd *crowd)
{
    struct chief *other = &crowd->chiefs[1];
    struct figures figures;
    prepare(other, 6, "Visas");
    pty_send(other->pty, "y");
    pty_kill(other->pty, SIGKILL);
    CHECK_INT(pty_end(other->pty), 128 + SIGKILL);
    pty_free(&other->pty);
    start_board(crowd, other); /* whose session was kept */
    begin_at_board(other);
    boards_agree(crowd);
    read_figures(crowd, &figures);
    crowd->moved += str_equal(figures.queues[6 - 1], "Q");
}

/* Counters of one queue alone serve who is left of it; those of both the rest. */
static void finish_the_day(struct crowd *crowd)
{
    struct figures figures;
    let_come(crowd, LATE);
    pty_type(desk_of(crowd, 11)->pty, "c");
    REQUIRE(pty_wait(desk_of(crowd, 11)->pty, "n   call next"));
    do {
        all_finish(crowd);
        all_call(crowd);
        read_figures(crowd, &figures);
    } while (figures.waiting);
    all_finish(crowd);
    boards_agree(crowd);
    CHECK_INT(crowd->served_count, EARLY + LATE);
    CHECK_INT(rows_at_hall(&crowd->real.hall, "ticket", "/state", "done"), EARLY + LATE);
    wait_all(crowd, "Nobody is waiting.");
}

static void go_home(struct crowd *crowd)
{
    for (int i = 0; i < CHIEFS; i++) {
        quit(&crowd->chiefs[i].pty);
        place_deinit(&crowd->chiefs[i].place);
    }
    for (int i = 0; i < CLERKS; i++) {
        quit(&crowd->desks[i].pty);
        place_deinit(&crowd->desks[i].place);
    }
    stranger_stop(&crowd->between);
    CHECK_INT(real_end(&crowd->real, SIGTERM), 0);
    real_verify(&crowd->real);
}

/* --- the audit --- */

static int lines_of(struct db *db, const char *type)
{
    static const char sql[] = "SELECT count(*) FROM audit WHERE type = $1 AND outcome = 'applied'";
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, type);
    REQUIRE(db_step(s) == ERR_OK);
    int count = (int)db_int(s, 0);
    db_done(s);
    return count;
}

static int moves_of(struct db *db)
{
    static const char sql[] = "SELECT count(*) FROM moves";
    struct stmt *s = db_query(db, sql);
    REQUIRE(db_step(s) == ERR_OK);
    int count = (int)db_int(s, 0);
    db_done(s);
    return count;
}

static void read_the_audit(const struct crowd *crowd)
{
    struct err_info info = {0};
    struct db *db = NULL;
    REQUIRE(store_open(&db, crowd->real.hall.folder, false, &info) == ERR_OK);
    CHECK_INT(moves_of(db), crowd->moved);
    CHECK_INT(lines_of(db, "hall.move"), crowd->moved);
    CHECK_INT(lines_of(db, "move.undo"), crowd->undone);
    CHECK_INT(lines_of(db, "move.over"), 1);
    CHECK_INT(lines_of(db, "ticket.finish"), EARLY + LATE);
    db_close(&db);
}

TEST(two_supervisors_and_twenty_clerks)
{
    static struct crowd crowd;
    struct piped piped;
    come(&crowd);
    begin(&crowd);
    meet(&crowd);
    undo_too_late(&crowd);
    move_for_a_time(&crowd, &piped);
    move_a_queue(&crowd);
    move_has_ended(&crowd, &piped);
    lose_the_answer(&crowd);
    kill_in_the_middle(&crowd);
    finish_the_day(&crowd);
    go_home(&crowd);
    read_the_audit(&crowd);
}
