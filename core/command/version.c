/* core/command/version.c: see version.h. */
#include "core/command/version.h"

#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"

/* --- what a form is --- */

static int by_name(const void *a, const void *b)
{
    const struct json *const *x = a, *const *y = b;
    return strcmp(json_name(*x), json_name(*y));
}

static bool needs_escape(const char *name)
{
    for (; *name; name++)
        if ((unsigned char)*name < ' ' || *name == '"' || *name == '\\')
            return true;
    return false;
}

static void add_name(struct buf *out, const char *name)
{
    if (!needs_escape(name)) { /* as nearly all of them */
        buf_addc(out, '"');
        buf_adds(out, name);
        buf_adds(out, "\":");
        return;
    }
    struct json *text = json_new_text(name);
    json_print_to(text, out);
    json_free(&text);
    buf_addc(out, ':');
}

static void canonical(const struct json *json, struct buf *out)
{
    bool object = json_is_object(json);
    if (!object && !json_is_array(json)) {
        json_print_to(json, out);
        return;
    }
    size_t count = json_count(json), i = 0;
    const struct json **members = xcalloc(count + 1, sizeof *members);
    for (const struct json *member = json_first(json); member; member = json_next(member))
        members[i++] = member;
    if (object && count > 1)
        qsort(members, count, sizeof *members, by_name);
    buf_addc(out, object ? '{' : '[');
    for (i = 0; i < count; i++) {
        if (i)
            buf_addc(out, ',');
        if (object)
            add_name(out, json_name(members[i]));
        canonical(members[i], out);
    }
    buf_addc(out, object ? '}' : ']');
    free(members);
}

void version_digest(const struct json *service, char out[SHA256_TEXT])
{
    struct buf text = {0};
    struct sha256 sha;
    const struct json *shapes = json_get(json_get(service, "common"), "$defs");
    out[0] = '\0';
    if (!catalogue_has_form(service))
        return;
    canonical(json_get(service, "form"), &text);
    if (shapes)
        canonical(shapes, &text);
    sha256_start(&sha);
    sha256_add(&sha, buf_text(&text), text.length);
    sha256_text(&sha, out);
    buf_free(&text);
}

/* --- publishing --- */

static char *kept_id(const char *service, int64_t version)
{
    return xasprintf("%s@%lld", service, (long long)version);
}

bool version_is_kept(const struct json *service)
{
    return json_text(service, "version_of") != NULL;
}

enum err version_check(const struct json *old, const struct version_service *service, struct err_info *info)
{
    char before[SHA256_TEXT];
    int64_t was = catalogue_form_version(old), is = service->form_version;
    version_digest(old, before);
    if (is < was)
        return err_set(
            info, ERR_CONFLICT,
            "%s has form version %lld; version %lld is older. Nothing was changed: give the form a "
            "version above %lld.",
            service->id, (long long)was, (long long)is, (long long)was);
    if (is == was && strcmp(before, service->digest) != 0)
        return err_set(
            info, ERR_CONFLICT,
            "The form of %s was published as version %lld and is another now. Applications stand on "
            "that version, so nothing was changed: give the new form version %lld.",
            service->id, (long long)was, (long long)was + 1);
    return ERR_OK;
}

/* What is kept stays in its queue, so that a bus takes it along. */
static enum err keep_old(struct tx *tx, const struct json *old)
{
    const char *service = json_text_or(old, "id", "");
    char *id = kept_id(service, catalogue_form_version(old));
    struct json *kept = json_copy(old);
    json_set_text(kept, "id", id);
    json_set_text(kept, "version_of", service);
    enum err err = tx_put(tx, TABLE_SERVICE, id, kept);
    json_free(&kept);
    free(id);
    return err;
}

struct version_service version_service(const struct json *service, const char *text, char digest[SHA256_TEXT])
{
    version_digest(service, digest);
    return (struct version_service){.id = json_text_or(service, "id", ""),
                                    .agency = json_text_or(service, "agency", ""),
                                    .queue = json_text_or(service, "queue", ""),
                                    .form_version = catalogue_form_version(service),
                                    .digest = digest,
                                    .text = text};
}

/* What stands behind the service in its row. */
static void add_tail(struct buf *row, int64_t form_version, int64_t row_rev)
{
    buf_addf(row, ",\"form_version\":%lld,\"row_rev\":%lld}", (long long)form_version, (long long)row_rev);
}

size_t version_told(const char *text, int64_t row_rev)
{
    static const char name[] = ",\"form_version\":";
    struct buf tail = {0};
    size_t length = strlen(text), told = length;
    while (told > 0 && text[told] != ',') /* before "row_rev" */
        told--;
    while (told > 0 && text[--told] != ',')
        ;
    add_tail(&tail, str_starts(text + told, name) ? strtoll(text + told + strlen(name), NULL, 10) : 0,
             row_rev);
    bool ours = tail.length == length - told && memcmp(tail.data, text + told, tail.length) == 0;
    buf_free(&tail);
    return ours ? told : 0;
}

static enum err put(struct tx *tx, const struct version_service *service)
{
    struct buf row = {0};
    struct json *columns = json_new_object();
    json_set_text(columns, "agency", service->agency);
    json_set_text(columns, "queue", service->queue);
    buf_add(&row, service->text, strlen(service->text) - 1);
    add_tail(&row, service->form_version, tx->rev);
    enum err err = tx_put_text(tx, TABLE_SERVICE, service->id, columns, buf_text(&row));
    json_free(&columns);
    buf_free(&row);
    return err;
}

enum err version_publish(struct tx *tx, const struct version_service *service, struct err_info *info)
{
    struct json *old = NULL;
    enum err err = tx_get(tx, TABLE_SERVICE, service->id, &old);
    if (err == ERR_OK)
        err = version_check(old, service, info);
    else if (err == ERR_ABSENT)
        err = ERR_OK;
    if (err == ERR_OK && old && catalogue_form_version(old) != service->form_version)
        err = keep_old(tx, old);
    json_free(&old);
    return err == ERR_OK ? put(tx, service) : err;
}

/* --- an application's own --- */

void version_put(struct json *row, const struct json *service)
{
    char digest[SHA256_TEXT];
    version_digest(service, digest);
    json_set_int(row, "form_version", catalogue_form_version(service));
    json_set_text(row, "form_sha256", *digest ? digest : NULL);
}

static enum err find(struct db *db, const char *id, struct json **service)
{
    enum err err = row_get(db, TABLE_SERVICE, id, service);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err version_of_case(struct db *db, const struct json *row, struct json **service, bool *gone)
{
    const char *id = json_text_or(row, "service", "");
    struct json *kept = NULL;
    *service = NULL;
    *gone = false;
    enum err err = *id ? find(db, id, service) : ERR_OK;
    int64_t wanted = json_int(row, "form_version", 0);
    if (err != ERR_OK || !*service || !json_get(row, "form_version") ||
        wanted == catalogue_form_version(*service))
        return err;
    char *old = kept_id(id, wanted);
    err = find(db, old, &kept);
    free(old);
    *gone = err == ERR_OK && !kept;
    if (kept) {
        json_set_text(kept, "id", id); /* to whoever reads it, it is the service */
        json_free(service);
        *service = kept;
    }
    return err;
}
