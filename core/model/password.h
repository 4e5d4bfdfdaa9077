/* core/model/password.h: which new passwords are too easy to guess. One rule for the hall that decides and the screen that
 * says so before anything is sent. Whoever has an older one keeps it until it is changed. */
#pragma once
#include <stdbool.h>

/* A sign is a letter of any script, a digit, a space: whatever was typed, as it was typed (no normal form: the same keyboard
 * gives the same bytes, and nothing is cut off or changed unseen). */
enum { PASSWORD_SIGNS_MIN = 12, PASSWORD_SIGNS_MAX = 128, PASSWORD_BYTES_MAX = 4 * PASSWORD_SIGNS_MAX };

/* Whose password it shall be; each may be NULL. */
struct password_of {
    const char *login, *name, *hall;
};

/* Too short or long; one or two signs again and again; a row of the keyboard or alphabet; one of the commonest
 * (common_passwords.def); a common word, the login, or a word of the person's or hall's name with next to nothing or
 * only digits and dots beside it. Letters count in either case. No kind of sign is asked for. */
bool password_is_weak(const char *password, const struct password_of *of);
