/* screens/show.h: how values read on the screen: times, waiting, people, states, in the clerk's language.
 * All are pure; out is returned. */
#pragma once
#include "screens/screen.h"

enum { SHOW_TEXT = 160 };

const char *show_duration(const struct ui *ui, int64_t ms,
                          char out[SHOW_TEXT]); /* 03:12, from an hour on 1:03 h */
const char *show_minutes(const struct ui *ui, int64_t ms,
                         char out[SHOW_TEXT]);                 /* 12 min; from 100 on 1:45 h */
const char *show_clock(const char *time, char out[SHOW_TEXT]); /* 10:15 of a stored time; "" */
/* The same with its day before it when that is not today: 23.11.2026 10:15. */
const char *show_moment(const struct ui *ui, const char *time, char out[SHOW_TEXT]);
/* 10:15; of another day 23-11 10:15, as the country writes it. */
const char *show_since(const struct ui *ui, int64_t wall_ms, char out[SHOW_TEXT]);
const char *show_day(const struct ui *ui, const char *date, char out[SHOW_TEXT]); /* 24.11.2026, 24-11-2026 */
bool show_date_hyphens(const struct ui *ui); /* 24-11-2026, as this hall's country writes it */
const char *show_money(const char *money, char out[SHOW_TEXT]); /* "5.00 AZN" → 5,00 AZN; "" for NULL */
int64_t show_since_ms(const struct ui *ui, const char *time);   /* now - time, 0 at least */

/* "Wahyuni · born 1990 · NIK 9901••••••••0014"; "not identified yet" for no person. */
const char *show_person(const struct ui *ui, const struct json *person, char out[SHOW_TEXT]);
const char *show_identity(const struct json *person, char out[SHOW_TEXT]); /* "NIK 9901••••••••0014"; "" */
const char *show_name(const struct ui *ui,
                      const struct json *names); /* {az,id,en,ru} in the clerk's language */

/* Words of the wire in the clerk's language; a word that is not known stays as it is. */
const char *show_case_state(const struct ui *ui, const char *state);
const char *show_ticket_state(const struct ui *ui, const char *state);
const char *show_document_state(const struct ui *ui, const char *state);
const char *show_document_kind(const struct ui *ui, const char *kind); /* "original": the original */
const char *show_case_event(const struct ui *ui, const char *event);   /* of a stamp */
const char *show_channel(const struct ui *ui, const char *channel);
const char *show_rule(const struct ui *ui, const char *rule);
const char *show_outcome(const struct ui *ui, const char *outcome);
const char *show_role(const struct ui *ui, const char *role);
/* "visit finished: served": what a record is, by its command's type and body (show_record.c). */
const char *show_record(const struct ui *ui, const char *type, const struct json *body, char out[SHOW_TEXT]);
const char *show_age(const struct ui *ui, int64_t ms, char out[SHOW_TEXT]); /* 40 s, 12 min, 26 h, 3 days */
const char *show_size(int64_t bytes, char out[SHOW_TEXT]);                  /* 310 B, 1.4 KiB */
/* "! duplicate?" of an application that may be one; else "". */
const char *show_twin(const struct ui *ui, const struct json *row);
/* The state of an application's row, or that two decisions contest it; *look (may be NULL) fits. */
const char *show_case(const struct ui *ui, const struct json *row, unsigned *look);
unsigned show_case_look(const char *state); /* the look that fits a case's state */

/* Reasons and kinds of calls (show_reasons.c); somebody's own words stay as they are. The same as choices 1 … 9. */
const char *show_hold_reason(const struct ui *ui, const char *code);
const char *show_close_reason(const struct ui *ui, const char *code);
const char *show_pause_reason(const struct ui *ui, const char *code);
/* Why somebody was called, or passed over: a code of core/model/rule.h. */
const char *show_why(const struct ui *ui, const char *code);
const char *show_alert_kind(const struct ui *ui, const char *kind);
void show_add_hold_reasons(const struct ui *ui, struct json *question);
void show_add_close_reasons(const struct ui *ui, struct json *question);
void show_add_pause_reasons(const struct ui *ui, struct json *question);
void show_add_alert_kinds(const struct ui *ui, struct json *question);

/* A refusal of the hall in the clerk's language; its own sentence where there is none, and in English. */
const char *show_refusal(const struct ui *ui, const char *code, const char *message);
/* Of a result that was refused: with who did what when, and what it is now, where the answer names them. Returns out. */
enum { SHOW_REFUSED = 500 };
const char *show_refused(const struct ui *ui, const struct json *result, char out[SHOW_REFUSED]);
/* As show_refusal, with the times that the hall's sentence names, where they are known to stand in it. */
const char *show_refusal_told(const struct ui *ui, const char *code, const char *message,
                              char out[SHOW_REFUSED]);

/* Pieces that several screens draw: a heading, a line "key  what it does". Each returns the columns used. */
int show_heading(struct frame *frame, struct rect line, const char *text);
/* While the practice hall is being opened, or why it could not be, with what to do. Returns the rows used. */
int show_opening(const struct ui *ui, struct frame *frame, struct rect area);
int show_hint(struct frame *frame, struct rect line, const char *key, const char *text);
