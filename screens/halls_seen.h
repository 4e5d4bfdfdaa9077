/* screens/halls_seen.h: what is known of one of many halls: its last answer, since when, and why it does not answer now; and the
 * row that the screen gets of it. Pure: knows no network and no disk. */
#pragma once
#include "core/sync/many.h"

enum { SEEN_SLOTS = 144, SEEN_SLOT_MS = 10 * 60 * 1000 }; /* of a day: who waited, in parts of ten minutes */

struct seen {
    char *text, *tag;     /* of the last answer; NULL: none yet */
    struct json *figures; /* the same; NULL: none yet */
    int64_t known_ms;     /* wall: when it was last heard to be so; 0: never */
    int64_t
        tried_ms; /* wall: the last question that was answered or given up; 0: none yet, since the start */
    int64_t offset_ms;          /* its clock less ours */
    enum many_why why;          /* of the last question */
    int64_t day;                /* of the series: wall / a day; its slots count from then */
    int16_t series[SEEN_SLOTS]; /* -1: not seen */
    bool unkept;                /* the disk knows less */
};
void seen_begin(struct seen *seen);
void seen_clear(struct seen *seen);
void seen_take(struct seen *seen, const struct many_answer *answer, int64_t wall_ms);
/* As the disk has it. Text that is none is as good as nothing. */
void seen_recall(struct seen *seen, const char *text, const char *tag, int64_t known_ms, int64_t offset_ms,
                 const char *series);
void seen_print_series(const struct seen *seen, struct buf *out);

/* "ok": it answers · "first": it was not asked since the start · else it does not answer, and the state is why
 * (many_why_text). */
const char *seen_state(const struct seen *seen);
/* {"hall": index, "url","name","region","state","known_ms"?, …figures, flat}: see halls_seen.c. The caller frees. */
struct json *seen_row(const struct seen *seen, int index, const char *url, const char *name,
                      const char *region);
/* The same with "figures", the whole answer, and "series", who waited in each ten minutes of the day (null: not seen). */
struct json *seen_whole(const struct seen *seen, int index, const char *url, const char *name,
                        const char *region);
