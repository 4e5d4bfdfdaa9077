/* core/catalogue/exchange_inside.h: what the readers of exchange.h share. Included by them alone. */
#pragma once
#include "core/catalogue/exchange.h"

/* An agency by one of its names, folded. */
struct called {
    char *folded;
    const char *id; /* borrowed from the agency */
};
struct catalogue_reading {
    const struct catalogue_home *home;
    struct catalogue_file *file;
    struct called *called; /* of the hall's agencies and the file's; words_forget frees */
    size_t called_count, called_capacity;
};

/* Both take where and service. */
void exchange_add(struct catalogue_reading *reading, char *where, struct json *service);
void exchange_refuse(struct catalogue_reading *reading, char *where, const char *format, ...) PRINTF(3, 4);
/* Takes agency. One that the file names already is left out, and told. */
void exchange_agency(struct catalogue_reading *reading, struct json *agency);
void exchange_note(struct catalogue_reading *reading, const char *format, ...) PRINTF(2, 3);
/* One that is read later: where is taken, text borrowed. */
void exchange_piece(struct catalogue_reading *reading, char *where, const char *text, size_t length);

/* Each service of {"services":[…]} or […] becomes such an entry; rest becomes the document without them. False: it is not
 * of that shape, or not JSON; entries may have been added all the same. exchange_pieces.c */
bool exchange_find_pieces(struct catalogue_reading *reading, const char *bytes, size_t length,
                          struct buf *rest);

/* "POINTER: sentence" about what of a document, or of a service, would not be kept as it stands in its text; NULL: nothing.
 * The caller frees. exchange_faithful.c */
char *exchange_unfaithful(const char *text, size_t length, const struct json *document);

/* Those that are services, in the order of their ids, then of the file. The caller frees. */
struct catalogue_entry **exchange_sorted(struct catalogue_file *file, size_t *count);

/* The readers of one shape each; for a document of that shape. */
void exchange_read_list(struct catalogue_reading *reading, const struct json *data);
void exchange_read_linked(struct catalogue_reading *reading, const struct json *graph);
enum err exchange_read_table(struct catalogue_reading *reading, const char *bytes, size_t length,
                             struct err_info *info);

/* --- words of foreign lists (exchange_words.c) --- */
/* "Doğumun qeydə alınması" as dogumun-qeyde-alinmasi, at most max bytes; never empty. The caller frees. */
char *words_slug(const char *text, size_t max);
/* {"lang":text}, or the text alone when lang is NULL or "". */
struct json *words_name(const char *lang, const char *text);
/* "10 working days", "up to 2 days", "30 min", "5 hari kerja" or an ISO length as {"standard","days"}; NULL: it is
 * prose. *whole false: something stands behind it in brackets. */
struct json *words_time(const char *text, bool *whole);
/* Puts what is told of the time into the service: "time", and "x-time" for what only people can read. */
void words_set_time(struct json *service, const char *lang, const char *text);
/* The id of the agency of that name among those of the hall and of this file, else of a new one of the file, made
 * with prefix. */
void words_forget(struct catalogue_reading *reading);
const char *words_agency(struct catalogue_reading *reading, const char *prefix, const char *id,
                         const char *name, const char *lang);
/* Adds {"code","name",…} to a list under a code of its own, made from name; returns it to add to. */
struct json *words_add_coded(struct json *list, const char *lang, const char *name);
/* Adds ["…"] of texts between separators, trimmed; empty ones are left out. */
struct json *words_split(const char *text, char separator);
char *words_trimmed(const char *text, size_t length);

/* --- hours of a week (exchange_hours.c) --- */
/* ["Mo 09:00-13:00",…] of service.hours.week, from Monday on. */
struct json *exchange_week_texts(const struct json *week);
/* The week that such texts tell; NULL: not one of them, or one is prose. */
struct json *exchange_week_of(const struct json *texts);
