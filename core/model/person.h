/* core/model/person.h: identity numbers and telephones: judged while they are typed, masked for display. */
#pragma once
#include <stdbool.h>
#include <stddef.h>

#define IDENTITY_LIST(X)    \
    X(FIN, "fin")           \
    X(NIK, "nik")           \
    X(VOEN, "voen")         \
    X(PHONE_AZ, "phone-az") \
    X(PHONE_ID, "phone-id")
enum identity {
#define X(name, text) IDENTITY_##name,
    IDENTITY_LIST(X)
#undef X
        IDENTITY_COUNT
};

/* INCOMPLETE: nothing is wrong so far. */
enum verdict { VERDICT_OK, VERDICT_INCOMPLETE, VERDICT_WRONG };

struct identity_verdict {
    enum verdict verdict;
    int position;   /* code points before the character at fault, or what is typed so far; 0 from the left */
    char text[160]; /* "16 digits; 9 typed"; "" when OK */
};

enum { IDENTITY_TEXT = 32 };

/* Judges what is typed, as typed: spaces, and in telephones also - ( ) . /, are allowed and mean nothing. */
enum verdict identity_check(enum identity kind, const char *typed, struct identity_verdict *verdict);
/* The stored form ("050 123 45 67" → "+994501234567", "7a2b3xk" → "7A2B3XK"); false when not VERDICT_OK. */
bool identity_normal(enum identity kind, const char *typed, char out[IDENTITY_TEXT]);
/* For display: NIK "9901••••••••0014", FIN "00•••3X", telephones the country and the last two digits. Never
 * more than the text has; ascii takes * for •. */
void identity_mask(enum identity kind, const char *text, bool ascii, char *out, size_t capacity);
bool identity_find(const char *format, enum identity *kind);
const char *identity_text(enum identity kind);

/* Of a stored form: whether it can be nobody's. A NIK of province 99, which does not exist; a FIN that begins with 99 and a
 * telephone with 0000 before its last four digits are a convention of ours, since neither country publishes numbers that it will
 * not give. A training hall takes no other (core/command/person.c), and core/demo makes none. VOEN: never. */
bool identity_is_invented(enum identity kind, const char *text);

/* A NIK tells a birth date and a sex, but it never changes, so that a mismatch is a warning and no error.
 * born is YYYY-MM-DD or "", sex 'm', 'f' or 0 when not known. False with a sentence when they differ. */
bool nik_agrees(const char *nik, const char *born, char sex, char *text, size_t capacity);
