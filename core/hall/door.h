/* core/hall/door.h: a request of admin.h, carried out wherever the hall is: by the loketd at work, through
 * DIR/admin.sock, else here on the file that nobody holds. The socket's folder is 0700: whoever can open it may
 * read the file too. Lines of JSON both ways. */
#pragma once
#include "core/hall/admin.h"

/* *answer: as admin_apply's; the caller frees. */
enum err door_ask(const char *data, const struct json *request, struct json **answer,
                  struct err_info *info) MUST_USE;
/* The same only when a loketd is at work; ERR_ABSENT with an empty info when none is. */
enum err door_ask_running(const char *data, const struct json *request, struct json **answer,
                          struct err_info *info) MUST_USE;
