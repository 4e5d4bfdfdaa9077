/* core/cache/load_rehearsal.c: what another rule would do to a queue, as this copy knows it, for the screen on which it is
 * chosen. The judgement is the hall's own (core/command/rehearsals.h). */
#include "core/cache/load.h"
#include "core/command/rehearsals.h"

enum err load_rehearsal(struct cache *cache, const struct json *args, int64_t now_ms, struct json *answer)
{
    struct command command = {.type = "queue.rule", .body = args};
    struct tx tx = foreseeing(cache, &command, now_ms);
    struct outcome out;
    enum err err = rule_foresee(&tx, args, &out);
    tx_deinit(&tx);
    if (err == ERR_OK && out.applied)
        json_set(answer, "rehearsal", json_copy(out.data));
    if (err == ERR_OK && !out.applied)
        put_refused(answer, &out);
    json_free(&out.data);
    return err;
}
