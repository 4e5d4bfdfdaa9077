/* screens/halls_file.h: the list of halls that `loket halls FILE` looks at. Commented text:
 *
 *     # comment
 *     ca = region.pem                       trusted for https beside the system's own
 *     pin = sha256//…;sha256//…             the keys of which each hall's certificate must have one
 *     [Bakı]                                a region: those below it stand together
 *     https://asan5.example:8443  keys/asan5  ASAN 5     address, file with its key, and a name for it
 *
 * Without a name the hall's own is shown. Files are relative to FILE. The key is what `loketd key add --scope figures`
 * printed; it is read here and shown, logged and kept nowhere. */
#pragma once
#include "core/base/str.h"
#include "core/sync/sync.h"

enum { HALLS_FILE_MAX = 1000 };

struct halls_line {
    char *url, *key, *name, *region; /* name, region: "" none */
};
struct halls_file {
    struct halls_line *halls;
    int count;
    char *ca, *pin; /* NULL: as the settings say */
};
/* trust: whether an address may be spoken to (sync_check_way). Every fault is a line "FILE:LINE: sentence" of complaints; then ERR_INVALID, and nothing is asked: a hall that silently is
 * not among them would be missing from every sum. The caller clears in any case. */
enum err halls_file_read(struct halls_file *out, const char *path, const struct sync_trust *trust,
                         struct buf *complaints, struct err_info *info) MUST_USE;
void halls_file_clear(struct halls_file *file);
