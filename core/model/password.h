/* core/model/password.h: which passwords are too easy to guess. One rule for the hall that decides and the screen that says
 * so before anything is sent. */
#pragma once
#include <stdbool.h>

enum { PASSWORD_SIGNS_MIN = 8, PASSWORD_BYTES_MAX = 200 };

/* Fewer than eight signs, more than 200 bytes, one or two signs again and again, a row of the keyboard or alphabet, or
 * the person's own login or a word of their name with nothing much beside it. Letters count in either case. login and
 * name may be NULL. */
bool password_is_weak(const char *password, const char *login, const char *name);
