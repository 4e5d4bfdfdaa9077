/* core/hall/door.h: a request of admin.h, carried out wherever the hall is: by the loketd at work, through
 * DIR/admin.sock, else here on the file that nobody holds; at an address here, beside whoever serves it (beside.h). The socket's folder is 0700: whoever can open it may
 * read the file too. Lines of JSON both ways. */
#pragma once
#include "core/hall/admin.h"

/* *answer: as admin_apply's; the caller frees. */
enum err door_ask(const char *data, const struct json *request, struct json **answer,
                  struct err_info *info) MUST_USE;
/* The same only when a loketd is at work; ERR_ABSENT with an empty info when none is. An address is as one at work: no
 * request holds it up for long. */
enum err door_ask_running(const char *data, const struct json *request, struct json **answer,
                          struct err_info *info) MUST_USE;

/* The same for one that has more to do than to wait for the answer: it may look whether call.fd can be read, and then hears
 * what is there. */
struct door_call {
    const char *data; /* as given */
    int fd;           /* -1: none under way */
    struct buf text;
};
/* ERR_ABSENT as above. *call is under way when it is ERR_OK. */
enum err door_call(const char *data, const struct json *request, struct door_call *call,
                   struct err_info *info) MUST_USE;
/* False: not all of it is here yet. True: *err and *answer as above, and the call has ended. */
bool door_call_hear(struct door_call *call, bool wait, enum err *err, struct json **answer,
                    struct err_info *info) MUST_USE;
void door_call_end(struct door_call *call);
