/* core/command/uncalled.h: applications that the digital channel left together with a booking, until the booking's
 * visitor is called ("uncalled" in their rows). Where the hall hides names, whoever may call sees such a draft
 * without a person, and what is handed in already without its ticket: it can be worked on (sight.c). */
#pragma once
#include "core/command/command.h"

/* A case that is opened by another system for a ticket that waits. ticket NULL: none. */
void uncalled_mark(const struct actor *actor, const struct json *ticket, struct json *row);
/* The ticket waits no more, whatever became of it: its applications have names again. */
enum err uncalled_end(struct tx *tx, const struct json *ticket) MUST_USE;
/* Their rows are sent once more, since what is hidden has changed; adds to *sent. */
enum err uncalled_send(struct tx *tx, const struct json *ticket, int64_t *sent) MUST_USE;
