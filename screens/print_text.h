/* screens/print_text.h: what is printed, as text: tickets, lists of papers, forms and notices. Pure; knows no printer.
 *
 * Each is written in the reader's language: print_reader makes of the clerk's ui the citizen's. No text holds an identity
 * number; what goes to a printer is cleaned of everything that would steer it (print_fit). The caller frees. */
#pragma once
#include "screens/screen.h"

/* The same hall and moment in another language; code: "az" …, NULL or unknown: as it is. */
struct ui print_reader(const struct ui *ui, const char *code);

/* facts: {"number","at": time of issue,"service": names,"queue","priority": names,"booked_at","ahead","estimate_min"};
 * any may be absent but the number. */
char *print_ticket(const struct ui *reader, const struct json *facts);
/* A row of the query "services": papers, fees, time, hours and where. */
char *print_papers(const struct ui *reader, const struct json *service);
/* lists: an array, or an object by whatever, of {"title": names of the service, "number"?: of the application, "papers":
 * [{"name": names,"group"?: of which one is enough}…]}; why: a word for why they
 * are missing, "" none. number: the ticket's, "" none. */
char *print_missing(const struct ui *reader, const char *number, const struct json *lists, const char *why);
/* Any other text under the hall's name and the day. */
char *print_sheet(const struct ui *reader, const char *title, const char *text);

/* Lines of width cells at most, broken at spaces and indented as they began; only printable characters. Appends. */
void print_fit(struct buf *out, const char *text, int width);
/* "~/P014-ticket.txt" of "P014/ticket": in signs that every disk takes. The caller frees. */
char *print_file_name(const char *name, const char *ending);

/* Sends it: as EFFECT_PRINT. kind: "ticket", "issued" (only where a ticket command is set) or "paper"; title: for people
 * and for a file's name. Takes text over. */
void print_send(struct effects *effects, const char *kind, const char *title, char *text);
