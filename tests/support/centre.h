/* tests/support/centre.h: a service centre in which stories happen (story.h): the real loketd on the rows of the pack az,
 * with a few of its services, so that it is copied in a moment. It is late in the morning there, whenever a test runs.
 *
 *     login   role       agency       counters   queue (rule)                     services
 *     aysel   clerk      az.din       1, 2       P identity cards (priority)      residence-certificate
 *     murad   clerk      az.din       the same   D certificates: no counter       criminal-record
 *     orxan   clerk      az.edliyye   4          V civil status (appointments)    birth
 *     leyla   clerk      az.dost      7          S social protection (priority)   birth-benefit
 *     lale    reception
 *     sevda   approver
 *     supervisor
 * Everybody's password is TEST_PASSWORD. */
#pragma once
#include "core/base/clock.h"
#include "tests/support/real.h"

struct centre {
    struct real real;
    int64_t ahead_ms; /* its clock, of the true one */
};
void centre_open(struct centre *centre);
void centre_close(struct centre *centre); /* loketd must end well, and verify must find nothing */
int64_t centre_now_ms(const struct centre *centre);
/* Of the day there; it is past ten when the program begins. */
int centre_minute_of_day(void);
/* The clock on the hall's wall, so many minutes from now: "13:30". */
const char *centre_time(int minutes_ahead, char out[TIME_TEXT]);
/* One command of a person who sits elsewhere, which must be applied: its data. The caller frees. */
struct json *centre_do(struct centre *centre, const char *login, const char *type, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* Somebody has taken a ticket for a service: invented, known by name and FIN. Its number; valid until the next call. */
const char *centre_visitor(struct centre *centre, const char *service, const char *given, const char *fin);
const char *centre_user(const char *login); /* their id; valid until the next call */
/* What a citizen began at home, by the agency's own system: POST /v1/applications with a key of it. answers is JSON as
 * above. */
void centre_online(struct centre *centre, const char *agency, const char *service, const char *fin,
                   const char *answers);
/* What the hall has: rows of a table whose member (a pointer) reads so. */
int centre_count(struct centre *centre, const char *table, const char *pointer, const char *want);
