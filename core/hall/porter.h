/* core/hall/porter.h: the answering side of DIR/admin.sock (door.h asks): what an administrator does on a hall at
 * work. One line of JSON in, {"answer":…} or {"error":{"err","message"}} out, then the connection ends. */
#pragma once
#include <stdbool.h>

struct hall;
struct porter;

/* *out NULL: the socket cannot be made here; the hall serves without it and the log says why. */
void porter_open(struct porter **out, struct hall *hall, const char *data);
void porter_close(struct porter **porter);  /* NULL-safe */
int porter_fd(const struct porter *porter); /* readable: call porter_run; -1 for NULL */
void porter_run(struct porter *porter);     /* adds writes to the hall's writer */
/* A copy of the hall is being made, or a request was read and waits for the next turn: call porter_work in each turn,
 * outside a group of writes, and do not wait. */
bool porter_is_busy(const struct porter *porter); /* false for NULL */
void porter_work(struct porter *porter);          /* one slice */
