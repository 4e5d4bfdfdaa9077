/* core/cache/verifier.c: whether a password is the signed-in person's, without the hall: for a locked screen. Kept is an
 * argon2id hash of the one with which they signed in last, under their id; it goes with the sign-in (cache.c). Never
 * the password. */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/cache/store.h"

/* "USER HASH" */
static const char name_of_verifier[] = "verifier";

static char *verifier_text(const struct cache *cache, const char *password)
{
    char hash[PASSWORD_HASH];
    if (!password_hash(password, hash))
        return NULL;
    char *text = xasprintf("%s %s", cache->actor.user, hash);
    secret_wipe(hash, sizeof hash);
    return text;
}

enum err cache_keep_verifier(struct cache *cache, const char *password)
{
    if (!cache->signed_in)
        return file_refuse(cache, ERR_ABSENT, "Nobody is signed in.");
    char *text = verifier_text(cache, password);
    if (!text)
        return file_refuse(cache, ERR_SYSTEM, "There is not enough memory to make a password's hash.");
    enum err err = file_fail(cache, file_begin(cache, false));
    if (err == ERR_OK)
        err = file_end(cache, meta_set(cache->db, name_of_verifier, text));
    secret_wipe(text, strlen(text));
    free(text);
    return err;
}

enum err cache_verify(struct cache *cache, const char *password)
{
    char *kept = NULL;
    TRY(file_fail(cache, meta_get(cache->db, name_of_verifier, &kept)));
    const char *hash = kept ? strchr(kept, ' ') : NULL;
    enum err err = ERR_ABSENT;
    if (hash && cache->signed_in && strncmp(kept, cache->actor.user, (size_t)(hash - kept)) == 0 &&
        strlen(cache->actor.user) == (size_t)(hash - kept))
        err = password_verify(hash + 1, password) ? ERR_OK : ERR_REFUSED;
    free(kept);
    return err;
}
