/* core/command/level_row.c: see level_row.h. Knows no store and no command. */
#include "core/command/level_row.h"

#include "core/base/clock.h"

static bool read_target(const struct json *set, struct level_target *target)
{
    int64_t wait_min = json_int(set, "wait_min", 0);
    *target = (struct level_target){.wait_min = (int)wait_min,
                                    .booked_wait_min = (int)json_int(set, "booked_wait_min", 0),
                                    .share = (int)json_int(set, "share", LEVEL_SHARE)};
    return wait_min > 0;
}

bool level_row_target(const struct json *queue, const char *service, const struct json *hall,
                      struct level_target *target)
{
    const struct json *level = json_get(queue, "level"), *services = json_get(level, "services");
    if (service && read_target(json_get(services, service), target))
        return true;
    if (json_is_object(level))
        return read_target(level, target); /* a queue may be without one on purpose */
    return read_target(json_get(json_get(hall, "policy"), "level"), target);
}

bool level_row_differs(const struct json *queue)
{
    return json_count(json_get(json_get(queue, "level"), "services")) > 0;
}

bool level_row_own(const struct json *queue, const char *service, struct level_target *target)
{
    return read_target(json_get(json_get(json_get(queue, "level"), "services"), service), target);
}

static int64_t until_of(const struct json *silence, int64_t now_ms)
{
    int64_t until_ms;
    const char *until = json_text(silence, "until");
    return until && time_parse(until, &until_ms) && until_ms > now_ms ? until_ms : -1;
}

int64_t level_row_silence(const struct json *queue, const char *service, int64_t now_ms)
{
    const struct json *silence = json_get(queue, "level_silence");
    int64_t all_ms = until_of(silence, now_ms),
            own_ms = service ? until_of(json_get(json_get(silence, "services"), service), now_ms) : -1;
    return own_ms > all_ms ? own_ms : all_ms;
}
