/* tests/support/day.h: a day at a counter with the real programs: a hall, a workstation's folders, the real loket on a
 * pseudo-terminal, and the steps that most tests begin with. Also a small disk that can be full. */
#pragma once
#include "tests/support/hall.h"
#include "tests/support/pty.h"

#define ESC    "\x1b"
#define F5     "\x1b[15~"
#define F10    "\x1b[21~"
#define CTRL_Q "\x11"

/* --- a workstation --- */
struct place {
    char data[200], config[200];
    char *env[4];
};
/* Folders of its own, so that nothing of the person who runs the tests counts. */
void place_init(struct place *place);
void place_deinit(struct place *place);

struct look {
    int cols, rows;
    const char *const *env, *const *more; /* beside the place's; further arguments */
};
struct pty *open_loket_as(struct place *place, const char *url, const struct look *look);
struct pty *open_loket(struct place *place, const char *url);
/* Leaves by the key for it: the terminal must be as it was, and the status 0. */
void quit(struct pty **pty);

/* --- its first steps --- */
void type_sign_in(struct pty *pty, const char *login); /* and waits for nothing */
void sign_in_as(struct pty *pty, const char *login);   /* until everything is copied */
void sign_in(struct pty *pty);                         /* clerk1 */
/* Up to an open counter with somebody served and an empty form before the clerk. */
void open_form(struct pty *pty);
/* From an open counter on: calls and starts the next. */
void serve_next(struct pty *pty);
void let_arrive(const struct test_hall *hall, int people);

struct day {
    struct test_hall hall;
    struct place place;
    struct pty *pty;
};
/* A hall in which three wait, and a workstation with a form open. */
void day_open(struct day *day);
void day_close(struct day *day);

/* --- what came of it --- */
/* What the hall holds of the first case's draft; NULL: nothing. The caller frees. */
char *note_at_hall(const struct test_hall *hall);
void check_note(const struct test_hall *hall, const char *want);
/* Every row of the hall that this person sees, as the snapshot has it: [{"t","id","row"}]. The caller frees. */
struct json *rows_of_hall(const struct test_hall *hall, const char *login);
/* How many rows of a table the hall has whose member (a pointer; NULL: any) reads so. */
int rows_at_hall(const struct test_hall *hall, const char *table, const char *pointer, const char *want);
/* The same of those that somebody else than the supervisor sees, who sees no draft. */
int rows_seen_by(const struct test_hall *hall, const char *login, const char *table, const char *pointer,
                 const char *want);

void put_file(const char *path, const char *text);
char *read_bytes(const char *path, size_t *length); /* "" when it cannot be read; the caller frees */
/* Waits until the text is in the workstation's log of writes. */
void wait_written(const struct place *place, const char *text);

/* --- disks --- */
/* A folder on a small disk of its own, seen by this program and its children alone; skips the test when that is not
 * permitted. */
void small_disk(char path[200]);
void drop_disk(const char *path);
void fill_disk(const char *path); /* to the last byte */
void free_disk(const char *path);
