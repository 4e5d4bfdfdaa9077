/* core/command/queue_level.c: queue.level sets how soon people of a queue, or of one of its services, shall be called;
 * level.silence quiets its alarm for a time. Both with a reason (level_row.h has the rows). */
#include "core/command/level_row.h"
#include "core/command/queues.h"

enum { SILENCE_MAX_MS = 12 * 60 * 60 * 1000 };

static void put_author(struct call *c, const char *reason, struct json *set)
{
    json_set_text(set, "reason", reason);
    json_set_text(set, "by", c->actor->user);
    row_set_time(set, "at", c->at_ms);
}

/* A wait of 0 means: no target. */
static enum err read_target(struct call *c, struct json *target)
{
    static const struct {
        const char *name;
        int64_t min, max;
    } members[] = {{"wait_min", 0, LEVEL_WAIT_MAX},
                   {"booked_wait_min", 1, LEVEL_WAIT_MAX},
                   {"share", 1, LEVEL_SHARE_MAX}};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *value = json_get(c->body, members[i].name);
        if (i > 0 && (!value || json_is_null(value)))
            continue;
        int64_t number = json_is_integer(value) ? json_as_int(value, -1) : -1;
        if (number < members[i].min || number > members[i].max)
            return refuse(c, "invalid_level", members[i].name,
                          "\"%s\" must be %d to %d. Nothing was changed.", members[i].name,
                          (int)members[i].min, (int)members[i].max);
        json_set_int(target, members[i].name, number);
    }
    return ERR_OK;
}

static enum err put_of_service(struct call *c, struct json *queue, const char *service, struct json *target)
{
    struct json *row, *services;
    TRY(load(c, TABLE_SERVICE, "service", service, &row));
    if (!json_has_text(json_get(queue, "services"), service) &&
        !str_equal(json_text(row, "queue"), row_id(queue)))
        return refuse(c, "invalid_level", "service",
                      "Queue %.40s does not give that service. Nothing was changed.",
                      json_text_or(queue, "code", row_id(queue)));
    if (!json_is_object(json_get(queue, "level")))
        json_set(queue, "level", json_new_object());
    if (!json_is_object(json_pointer(queue, "/level/services")))
        json_set(json_edit(queue, "level"), "services", json_new_object());
    services = json_edit(json_edit(queue, "level"), "services");
    if (json_int(target, "wait_min", 0) > 0)
        json_set(services, service, json_copy(target));
    else
        json_remove(services, service);
    return ERR_OK;
}

enum err queue_level(struct call *c)
{
    struct json *queue, *target = keep(c, json_new_object());
    const char *service, *reason;
    TRY(queue_load(c, "queue", &queue));
    TRY(body_text(c, "service", &service));
    TRY(read_target(c, target));
    TRY(body_text(c, "reason", &reason));
    if (!reason)
        return refuse(c, "reason_needed", "reason", "Why is the target changed? Give a reason: it is kept.");
    put_author(c, reason, target);
    if (service) {
        TRY(put_of_service(c, queue, service, target));
        return queue_done(c, queue);
    }
    const struct json *services = json_pointer(queue, "/level/services");
    if (services)
        json_set(target, "services", json_copy(services));
    json_set(queue, "level", json_copy(target));
    return queue_done(c, queue);
}

/* What stays when the queue's own silence, or that of one of its services, is set or (silence NULL) taken away. */
static void put_silence(struct json *queue, const char *service, const struct json *silence)
{
    struct json *all = json_is_object(json_get(queue, "level_silence"))
                           ? json_copy(json_get(queue, "level_silence"))
                           : json_new_object();
    struct json *services =
        json_is_object(json_get(all, "services")) ? json_copy(json_get(all, "services")) : json_new_object();
    if (service && silence)
        json_set(services, service, json_copy(silence));
    else if (service)
        json_remove(services, service);
    if (!service) {
        json_free(&all);
        all = silence ? json_copy(silence) : json_new_object();
    }
    json_remove(all, "services");
    if (json_count(services))
        json_set(all, "services", services);
    else
        json_free(&services);
    json_remove(queue, "level_silence");
    if (json_count(all))
        json_set(queue, "level_silence", all);
    else
        json_free(&all);
}

enum err level_silence(struct call *c)
{
    struct json *queue, *silence = keep(c, json_new_object());
    const char *reason, *service;
    struct level_target target;
    int64_t until_ms;
    TRY(queue_load(c, "queue", &queue));
    TRY(body_time(c, "until", &until_ms));
    TRY(body_text(c, "reason", &reason));
    TRY(body_text(c, "service", &service));
    if (service && !level_row_own(queue, service, &target))
        return refuse(c, "invalid_level", "service",
                      "Queue %.40s has no target for that service, and so no alarm. Nothing was changed.",
                      json_text_or(queue, "code", row_id(queue)));
    if (until_ms < 0) { /* it may be heard again */
        put_silence(queue, service, NULL);
        return queue_done(c, queue);
    }
    if (until_ms <= c->tx->now_ms || until_ms > c->tx->now_ms + SILENCE_MAX_MS)
        return refuse(c, "invalid_until", "until",
                      "An alarm is silenced for twelve hours at most, to a time that is to come. Nothing was "
                      "changed.");
    if (!reason)
        return refuse(c, "reason_needed", "reason", "Why is the alarm silenced? Give a reason: it is kept.");
    row_set_time(silence, "until", until_ms);
    put_author(c, reason, silence);
    put_silence(queue, service, silence);
    return queue_done(c, queue);
}
