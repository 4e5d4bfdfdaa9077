/* tui/palette.h: any action by words: a field, and below it the entries that fit what is typed, best first.
 * The letters must occur in their order; starts of words and runs count more. What stands in the label counts three times
 * what stands in the further words, an entry of another place half. Of equal fits the lower number stands first.
 * Entries are asked for by number. */
#pragma once
#include "tui/field.h"
#include "tui/list.h"

struct palette_entry {   /* borrowed for the call; NULL texts are "" */
    const char *label;   /* drawn */
    const char *keys;    /* drawn at the right */
    const char *also;    /* further words that find it: other languages, the help */
    const char *why_not; /* not NULL: greyed, with this sentence */
    const char *place;   /* of another place: drawn dim behind it; NULL: it is here */
};
struct palette_source {
    int count;
    void (*entry)(const void *self, int index, struct palette_entry *out);
    const void *self;
};
enum { PALETTE_MATCHES = 2000 }; /* the best that are kept */
struct palette {
    struct field query;
    struct list list;
    int *matches; /* indexes of entries */
    int match_count;
};
enum palette_step { PALETTE_IGNORED, PALETTE_USED, PALETTE_CHOSEN, PALETTE_CANCELLED };

void palette_init(struct palette *palette);
void palette_deinit(struct palette *palette);
void palette_open(struct palette *palette,
                  const struct palette_source *source); /* an empty query: all entries */
/* PALETTE_CHOSEN: Enter on an entry that is not greyed: *chosen is its index. */
enum palette_step palette_key(struct palette *palette, const struct palette_source *source, struct key key,
                              int *chosen);
void palette_paste(struct palette *palette, const struct palette_source *source, const char *text,
                   size_t length);
void palette_draw(const struct palette *palette, const struct palette_source *source, const char *placeholder,
                  struct frame *frame, struct rect area);
/* How well text fits the query: 0 not at all. Case and the diacritics of az and tr do not count. */
int palette_score(const char *query, const char *text);
/* Whether the text is the query, or begins with it. */
enum palette_start { PALETTE_ELSEWHERE, PALETTE_BEGINS, PALETTE_WHOLE };
enum palette_start palette_start(const char *query, const char *text);
