/* core/hall/tls_peers.c: see tls_peers.h. */
#include "core/hall/tls_peers.h"

#include <gnutls/gnutls.h>
#include <gnutls/x509.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

enum { CHAIN_MAX = 8 };

struct tls_peers {
    gnutls_x509_trust_list_t list;
};

static gnutls_datum_t datum_of(const char *text)
{
    return (gnutls_datum_t){(unsigned char *)(uintptr_t)text, (unsigned)strlen(text)};
}

static int lists_in(const char *crl)
{
    static const char begins[] = "-----BEGIN X509 CRL-----";
    int count = 0;
    for (const char *at = crl; (at = strstr(at, begins)) != NULL; at += sizeof begins - 1)
        count++;
    return count;
}

static enum err fill(struct tls_peers *peers, const char *ca, const char *crl, struct err_info *info)
{
    const gnutls_datum_t authority = datum_of(ca);
    if (gnutls_x509_trust_list_init(&peers->list, 0) < 0)
        return err_set(info, ERR_SYSTEM, "There is no memory for the certificates of workstations.");
    if (gnutls_x509_trust_list_add_trust_mem(peers->list, &authority, NULL, GNUTLS_X509_FMT_PEM, 0, 0) < 1)
        return err_set(info, ERR_INVALID, "The file of --client-ca holds no certificate (PEM).");
    if (!crl)
        return ERR_OK;
    const gnutls_datum_t revoked = datum_of(crl);
    int count = gnutls_x509_trust_list_add_trust_mem(peers->list, NULL, &revoked, GNUTLS_X509_FMT_PEM,
                                                     GNUTLS_TL_VERIFY_CRL | GNUTLS_TL_FAIL_ON_INVALID_CRL, 0);
    return count >= 1 &&
                   count == lists_in(crl) /* none is left out in silence: whom it revokes would come in */
               ? ERR_OK
               : err_set(
                     info, ERR_INVALID,
                     "The file of --client-crl holds no list of revoked certificates (PEM), or one that the "
                     "authority of --client-ca has not signed or whose time is over.");
}

enum err tls_peers_open(struct tls_peers **out, const char *ca, const char *crl, struct err_info *info)
{
    struct tls_peers *peers = xcalloc(1, sizeof *peers);
    enum err err = fill(peers, ca, crl, info);
    if (err != ERR_OK)
        tls_peers_free(&peers);
    *out = peers;
    return err;
}

void tls_peers_free(struct tls_peers **slot)
{
    if (*slot && (*slot)->list)
        gnutls_x509_trust_list_deinit((*slot)->list, 1);
    free(*slot);
    *slot = NULL;
}

static const char *fault_of(unsigned status)
{
    if (status == 0)
        return NULL;
    if (status & GNUTLS_CERT_REVOKED)
        return "its certificate was revoked";
    if (status & (GNUTLS_CERT_EXPIRED | GNUTLS_CERT_NOT_ACTIVATED))
        return "its certificate has ended, or does not hold yet";
    if (status & GNUTLS_CERT_PURPOSE_MISMATCH)
        return "its certificate is not one for a client";
    return "its certificate is not of this hall's authority";
}

static const char *verify(const struct tls_peers *peers, gnutls_x509_crt_t *chain, unsigned count)
{
    gnutls_typed_vdata_st purpose = {.type = GNUTLS_DT_KEY_PURPOSE_OID,
                                     .data = (unsigned char *)(uintptr_t)GNUTLS_KP_TLS_WWW_CLIENT};
    unsigned status = 0;
    if (gnutls_x509_trust_list_verify_crt2(peers->list, chain, count, &purpose, 1, 0, &status, NULL) < 0)
        return "its certificate cannot be checked";
    return fault_of(status);
}

const char *tls_peers_fault(const struct tls_peers *peers, void *session)
{
    unsigned shown = 0, count = 0;
    const gnutls_datum_t *raw = session ? gnutls_certificate_get_peers(session, &shown) : NULL;
    gnutls_x509_crt_t chain[CHAIN_MAX];
    const char *fault = "its certificate cannot be read";
    if (!raw || shown == 0)
        return "it showed no certificate";
    if (shown > CHAIN_MAX)
        shown = CHAIN_MAX;
    while (count < shown && gnutls_x509_crt_init(&chain[count]) >= 0) {
        count++;
        if (gnutls_x509_crt_import(chain[count - 1], &raw[count - 1], GNUTLS_X509_FMT_DER) < 0)
            break;
        if (count == shown)
            fault = verify(peers, chain, count);
    }
    while (count > 0)
        gnutls_x509_crt_deinit(chain[--count]);
    return fault;
}
