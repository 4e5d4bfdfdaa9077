/* screens/service_view.h: a service as a citizen asks about it: which papers, what it costs, how long it takes.
 * Reads the rows of the query "services" (queries.h, FORMS.md section 3). Pure; knows no screen. */
#pragma once
#include "screens/screen.h"
#include "screens/show.h"

/* "P10D" and "working" → "10 working days"; "" when it is no duration. */
const char *service_duration(const struct ui *ui, const char *iso, const char *days, char out[SHOW_TEXT]);

/* A heading and the papers; alternatives stand below "one of these". Returns the rows used. */
int service_papers_view(const struct ui *ui, const struct json *service, struct frame *frame,
                        struct rect area);
/* A heading, the fees of today by tier, those that begin or end soon with their dates, and the time that the law gives.
 * Returns the rows used. */
int service_fees_view(const struct ui *ui, const struct json *service, struct frame *frame, struct rect area);
/* "until 31.12.2026" of a fee that ends within a month, "from 01.01.2027" of one that begins then; "" otherwise. from and
 * until are dates or NULL. */
const char *service_fee_dates(const struct ui *ui, const char *from, const char *until, char out[SHOW_TEXT]);
/* Whether it is open and numbers are left, and when it opens next (service_hours.c); calendar: {"weekend","holidays"} of the
 * hall. Nothing where the service says neither hours nor quota. Returns the rows used. */
int service_hours_view(const struct ui *ui, const struct json *service, const struct json *calendar,
                       struct frame *frame, struct rect area);
/* When a queue's last ticket is given, or when there are numbers again; nothing where its row says no hours. Returns the rows
 * used. */
int service_numbers_view(const struct ui *ui, const struct json *queue, const struct json *calendar,
                         struct frame *frame, struct rect area);
/* "numbers again: Wed 25.11.2026 09:00" of a queue that gives none now; else "". */
const char *service_numbers_next(const struct ui *ui, const struct json *queue, const struct json *calendar,
                                 char out[SHOW_TEXT]);
/* The hours of a week as plain text under a heading; nothing when none are said. */
void service_hours_add(struct buf *out, const struct ui *ui, const struct json *service);
/* Papers, fees, time and hours as plain text, to be printed or pasted; the caller frees. */
char *service_summary(const struct ui *ui, const struct json *service);
