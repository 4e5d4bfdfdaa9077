/* core/base/clock.h: time. Wall time is milliseconds since 1970 UTC and is evidence only; durations
 * are measured on the monotonic clock. Only programs call *_now; rules are handed the time. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum { TIME_TEXT = 25, DATE_TEXT = 11, CLOCK_TEXT = 6 };

int64_t clock_wall_now_ms(void);
int64_t clock_mono_now_ms(void);

/* YYYY-MM-DDTHH:MM:SS.mmmZ, PROTOCOL.md section 5. */
void time_text(int64_t wall_ms, char out[TIME_TEXT]);
bool time_parse(const char *text, int64_t *wall_ms); /* also without milliseconds; UTC only */

/* The hall's time zone, an IANA name: set once, early, from the hall's own row. False: no such zone. */
bool zone_set(const char *name);
void time_local(int64_t wall_ms, struct tm *out);       /* in the hall's zone */
void time_date(int64_t wall_ms, char out[DATE_TEXT]);   /* YYYY-MM-DD in the hall's zone */
void time_clock(int64_t wall_ms, char out[CLOCK_TEXT]); /* HH:MM in the hall's zone */
/* The first moment of that day in the hall's zone: midnight, or what follows where clocks skip midnight. */
int64_t time_day_start(int64_t wall_ms);
/* The last millisecond of the day YYYY-MM-DD in the hall's zone; false when it is no date. */
bool time_day_end(const char *date, int64_t *wall_ms);
