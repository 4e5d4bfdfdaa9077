/* core/command/visits.h: what a visit to several services would be, before anybody is given a number: asked by whoever stands
 * at reception. Nothing is written. */
#pragma once
#include "core/command/command.h"

/* body: {"services":[id…],"order":"given|sensible"?,"priority_class"?,"appointment_at"?}.
 * applied: out->data is {"stops":[…](visit_row.h),"visit_min":[low,high]}. Refused as ticket.issue would be, with the stops
 * beside it where there are any: quota_used_up, queue_elsewhere …; then data.service or field names what is at fault. */
enum err visit_foresee(struct tx *tx, const struct json *body, struct outcome *out) MUST_USE;
