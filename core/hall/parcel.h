/* core/hall/parcel.h: a parcel between a hall and its bus: JSON lines with a head, what it carries, and an end with the
 * count, the SHA-256 of every byte before it and a MAC over that. A file that was cut off or altered is refused whole.
 * Text in, lines out; knows no file, no store and no rule. */
#pragma once
#include "core/base/crypto.h"
#include "core/wire/json.h"

enum { PARCEL_VERSION = 1, PARCEL_BYTES_MAX = 60 * 1024 * 1024 };

/* --- writing --- */
struct parcel_writer {
    struct buf text;
    int64_t lines;
};
/* kind: "departure" or "return"; head gets "loket", "version" and "kind" and is taken, as is every line. */
void parcel_begin(struct parcel_writer *writer, const char *kind, struct json *head);
void parcel_add(struct parcel_writer *writer, struct json *line);
void parcel_end(struct parcel_writer *writer, const char *secret);

/* --- reading --- */
struct parcel {
    struct json *head, *lines; /* lines: without head and end */
    char digest[SHA256_TEXT], mac[SHA256_TEXT];
};
/* ERR_INVALID with its sentence: no parcel, another kind, cut off, altered, of a later version. */
enum err parcel_read(const char *text, size_t length, const char *kind, struct parcel *out,
                     struct err_info *info) MUST_USE;
bool parcel_is_sealed_with(const struct parcel *parcel, const char *secret);
void parcel_free(struct parcel *parcel);
