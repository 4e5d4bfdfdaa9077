/* core/hall/password.h: how a password reaches loketd: from a file, standard input or a terminal without echo;
 * never from the command line. */
#pragma once
#include "core/base/err.h"
#include "core/model/password.h"

enum { PASSWORD_MAX = PASSWORD_BYTES_MAX };

/* The first line of the file, "-" for standard input; NULL asks at the terminal, twice. The caller wipes
 * out (secret_wipe). ERR_USAGE: there is neither a file nor a terminal. */
enum err password_read(const char *file, char out[PASSWORD_MAX + 1], struct err_info *info) MUST_USE;
