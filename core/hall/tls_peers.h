/* core/hall/tls_peers.h: which certificates a hall takes for those of its workstations: of its own authority, not over, for
 * that purpose, and not revoked. That whoever shows one has its key too is proved by TLS. Knows no HTTP. */
#pragma once
#include "core/base/err.h"

struct tls_peers;
/* PEM texts; crl NULL: none is revoked. ERR_INVALID: info says which of the two is none. */
enum err tls_peers_open(struct tls_peers **out, const char *ca, const char *crl,
                        struct err_info *info) MUST_USE;
void tls_peers_free(struct tls_peers **peers); /* NULL-safe */
/* session: GnuTLS's. NULL: it is a workstation of this hall; else what is wrong, "it showed no certificate". */
const char *tls_peers_fault(const struct tls_peers *peers, void *session);
