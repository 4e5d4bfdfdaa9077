/* core/command/level_row.h: service levels as rows keep them.
 *   queue "level"          {"wait_min","booked_wait_min"?,"share"?,"services":{SERVICE:{the same}}?,"reason","by","at"}
 *   queue "level_silence"  {"until","reason","by","at","services":{SERVICE:{the same}}?}: no alarm until then
 *   hall  "policy.level"   {"wait_min","booked_wait_min"?,"share"?}: the pack's, for queues that have none */
#pragma once
#include "core/model/level.h"
#include "core/wire/json.h"

/* The target of a service in a queue (NULL: of the queue): its own, else the queue's, else the hall's. False: none. */
bool level_row_target(const struct json *queue, const char *service, const struct json *hall,
                      struct level_target *target);
/* Whether a service of the queue has a target of its own. */
bool level_row_differs(const struct json *queue);
/* The target that the service itself has in the queue. False: none. */
bool level_row_own(const struct json *queue, const char *service, struct level_target *target);
/* Until when the alarm is silenced, of the queue or of that service in it (a queue's silence is its services' too); -1: it
 * is not. service NULL: of the queue. */
int64_t level_row_silence(const struct json *queue, const char *service, int64_t now_ms);
