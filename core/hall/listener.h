/* core/hall/listener.h: the place where a hall listens, and what happens there when descriptors run out: whoever comes is
 * told so as far as that can be, once a minute the log is, and nothing spins. */
#pragma once
#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>

#include "core/base/err.h"

enum { ADDRESS_TEXT = 64 };

struct listener;
enum err listener_open(struct listener **out, const char *host, const char *port,
                       struct err_info *info) MUST_USE;
void listener_close(struct listener **listener); /* NULL-safe */
int listener_fd(const struct listener *listener);
int listener_port(const struct listener *listener);

struct newcomer {
    int fd; /* not blocking; the caller's */
    struct sockaddr_storage address;
    socklen_t length;
};
/* ERR_ABSENT: nobody is there. ERR_SYSTEM: somebody is, and there is no descriptor for them: they were told to come again,
 * in plain words where plain is set. */
enum err listener_next(struct listener *listener, bool plain, int64_t mono_ms,
                       struct newcomer *newcomer) MUST_USE;
/* Milliseconds until one is looked for again that there was no way to turn away; 0: now. */
int64_t listener_deaf_ms(const struct listener *listener, int64_t mono_ms);
/* 503 with a sentence, on a connection on which nothing is being answered; whoever does not take it misses it. */
void listener_say_full(int fd);

/* By which an address is counted: IPv4 as it is, also within IPv6; of IPv6 the network of 64 bits, as whoever has one
 * address there has all of it. */
void address_text(const struct sockaddr *address, char out[ADDRESS_TEXT]);
