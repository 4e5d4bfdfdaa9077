/* core/command/visit_row.h: the stops of a visit in its ticket's row. Several services of one citizen are one ticket, whose
 * number never changes:
 *   "stops": [{"queue","services":[id…],"state":"now|ahead|done|missed|dropped","why"(visit.h),
 *              "closes"|"opens":"HH:MM"?,
 *              of a stop that was begun: "from" since when the person stands in its queue,
 *              of one that is over, "counter","user","called_at","started_at","finished_at","held_ms","outcome","missing"}…]
 * in the order in which they are visited. The row's own queue and service are those of the stop that is "now". A ticket for
 * one service has no "stops". Rows alone: nothing here reads or writes a store. */
#pragma once
#include "core/model/ticket.h"
#include "core/model/visit.h"
#include "core/wire/json.h"

enum { VISIT_SERVICES_MAX = 8 };

const struct json *visit_stop_now(const struct json *ticket); /* NULL: no stops, or all are over */
const struct json *visit_stop_ahead(const struct json *ticket,
                                    int nth); /* of those to come, 0 the next; NULL: none */
int visit_ahead(const struct json *ticket);
/* It is for this service, now, before or still to come. */
bool visit_is_for(const struct json *ticket, const char *service);
/* It has one of the service's numbers: a cancelled one gives back what was not used. */
bool visit_takes_number(const struct json *ticket, const char *service);

/* {"queue","services","state":"ahead"} at the end of stops. */
struct json *visit_add_stop(struct json *stops, const char *queue);
/* The first stop of a new ticket begins. */
void visit_begin(struct json *ticket, const char *from);
/* What an event makes of the stops; the ticket has happened to the row already, was is how it was before. What undo needs
 * is kept in the row's "before"; undone: that of the event that is undone, NULL: none. */
void visit_follow(struct json *ticket, const struct ticket *was, const struct ticket_act *act,
                  const struct json *undone);
/* The row's queue was changed: the stop that is "now" follows, and one to come in that queue is part of it. */
void visit_moved(struct json *ticket);
/* The hall ends the visit at the turn of the day. */
void visit_close(struct json *ticket);

/* Kept by undo: copies of the members that visit_follow changes. NULL: there are no stops. The caller frees. */
struct json *visit_kept(const struct json *ticket);
/* The other way: the stops stand as they were kept. */
void visit_restore(struct json *ticket, const struct json *kept);
/* A stop as a ticket of its own, for whoever counts waits and services; NULL: a later one that was never begun. The first
 * is begun by the ticket itself, which may be a booking. The caller frees. */
struct json *visit_part(const struct json *ticket, const struct json *stop);
