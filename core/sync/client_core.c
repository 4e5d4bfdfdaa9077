/* core/sync/client_core.c: see client_core.h. */
#include "core/sync/client_core.h"

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"

void client_init(struct client_core *core, struct rng *rng)
{
    *core = (struct client_core){.rng = rng, .batch_max = CLIENT_BATCH_MAX};
}

static struct client_effect *effect(struct client_effects *effects, enum client_effect_kind kind)
{
    assert(effects->count < CLIENT_EFFECTS_MAX); /* no event has half as many */
    struct client_effect *e = &effects->items[effects->count++];
    *e = (struct client_effect){.kind = kind};
    return e;
}

static void request_effect(struct client_effects *effects, enum client_effect_kind kind,
                           enum client_request request)
{
    effect(effects, kind)->request = request;
}

/* --- waiting after a failure --- */

/* Full jitter: anywhere between nothing and the doubled time, so that a hall that comes back is not met by
 * all its workstations in the same second. */
static int64_t backoff_ms(struct client_core *core)
{
    enum { DOUBLINGS_MAX = 6 };
    int doublings = core->failures < DOUBLINGS_MAX ? core->failures : DOUBLINGS_MAX;
    int64_t limit_ms = (int64_t)CLIENT_BACKOFF_MIN_MS << doublings;
    if (limit_ms > CLIENT_BACKOFF_MAX_MS)
        limit_ms = CLIENT_BACKOFF_MAX_MS;
    core->failures++;
    return 1 + (int64_t)rng_below(core->rng, (uint64_t)limit_ms);
}

static int64_t wait_ms(struct client_core *core, const struct client_answer *answer)
{
    int64_t asked_ms = (int64_t)answer->retry_after_s * 1000, own_ms = backoff_ms(core);
    return asked_ms > own_ms ? asked_ms : own_ms;
}

static void forget_waits(struct client_core *core)
{
    memset(core->retry_at_ms, 0, sizeof core->retry_at_ms);
    core->failures = 0;
}

static void cancel(struct client_core *core, enum client_request request, struct client_effects *effects)
{
    if (core->phase[request] != CLIENT_SENT)
        return;
    core->phase[request] = CLIENT_IDLE;
    request_effect(effects, CLIENT_DO_CANCEL, request);
}

static void cancel_all(struct client_core *core, struct client_effects *effects)
{
    for (int request = 0; request < CLIENT_REQUESTS; request++)
        cancel(core, (enum client_request)request, effects);
}

/* Two that were sent together fail together: that is one failure, and the next try stands already. */
static int64_t next_try_ms(struct client_core *core, const struct client_event *event)
{
    int64_t stands_ms = core->link == CLIENT_LINK_DOWN ? core->retry_at_ms[event->request] : 0;
    int64_t asked_ms = event->mono_ms + (int64_t)event->answer.retry_after_s * 1000;
    if (stands_ms <= event->mono_ms)
        stands_ms = event->mono_ms + backoff_ms(core);
    return asked_ms > stands_ms ? asked_ms : stands_ms;
}

/* A parked feed may hang on the same dead line: it is dropped, and both are tried again together. */
static void link_down(struct client_core *core, const struct client_event *event, bool unexpected,
                      const char *why, struct client_effects *effects)
{
    int64_t until_ms = next_try_ms(core, event);
    core->link = CLIENT_LINK_DOWN;
    core->unexpected = unexpected;
    core->another_hall = false;
    str_copy(core->why, sizeof core->why, why);
    cancel(core, CLIENT_FEED, effects);
    for (int request = CLIENT_PUSH; request <= CLIENT_SNAPSHOT; request++)
        core->retry_at_ms[request] = until_ms;
}

static void link_up(struct client_core *core, enum client_request request)
{
    if (core->link != CLIENT_LINK_UP)
        memset(core->retry_at_ms, 0, sizeof core->retry_at_ms);
    core->link = CLIENT_LINK_UP;
    core->unexpected = core->another_hall = false;
    core->retry_at_ms[request] = 0;
    if (core->hold == HOLD_NONE)
        core->failures = 0;
}

static void hold(struct client_core *core, const struct client_event *event, enum client_hold why,
                 const char *text)
{
    core->hold = why;
    str_copy(core->why, sizeof core->why, text);
    core->retry_at_ms[event->request] = event->mono_ms + wait_ms(core, &event->answer);
}

static void freeze(struct client_core *core, const char *text, struct client_effects *effects)
{
    core->frozen = true;
    str_copy(core->why, sizeof core->why, text);
    cancel_all(core, effects);
}

/* --- copying the hall anew --- */

static void copy_begin(struct client_core *core, struct client_effects *effects)
{
    core->copying = true;
    core->copy_started = core->copy_last = false;
    core->status.done = core->status.total = 0;
    core->retry_at_ms[CLIENT_SNAPSHOT] = 0;
    cancel(core, CLIENT_FEED, effects);
    cancel(core, CLIENT_SNAPSHOT, effects);
}

/* True when the hall's history is another than ours: what was not safe becomes unsent, and all is copied. */
static bool meet_epoch(struct client_core *core, const struct client_event *event,
                       struct client_effects *effects)
{
    int64_t epoch = event->answer.epoch;
    if (epoch == 0 || epoch == event->facts.epoch)
        return false;
    effect(effects, CLIENT_DO_EPOCH)->epoch = epoch;
    core->push_again = false;
    copy_begin(core, effects);
    return true;
}

/* --- answers --- */

static void store(struct client_core *core, enum client_request request, struct client_effects *effects)
{
    core->phase[request] = CLIENT_STORING;
    request_effect(effects, CLIENT_DO_STORE, request);
}

static void note_clock(struct client_core *core, const struct client_event *event,
                       struct client_effects *effects)
{
    if (event->answer.server_ms == 0)
        return;
    core->status.offset_ms = event->answer.server_ms - event->wall_ms;
    effect(effects, CLIENT_DO_OFFSET);
}

static void session_answered(struct client_core *core, const struct client_event *event,
                             struct client_effects *effects)
{
    const struct client_answer *answer = &event->answer;
    if (answer->net == ERR_OK && answer->status == 200 && answer->readable) {
        store(core, CLIENT_SESSION, effects);
        return;
    }
    struct client_effect *e = effect(effects, CLIENT_DO_SIGNED_IN);
    e->err = answer->net != ERR_OK || !*answer->code ? ERR_OFFLINE : ERR_REFUSED;
}

static void push_too_large(struct client_core *core, const struct client_event *event,
                           struct client_effects *effects)
{
    core->push_again = false;
    if (core->batch_max > 1)
        core->batch_max /= 2;
    else
        link_down(core, event, true, "the hall accepts no record of that size", effects);
}

static void push_malformed(struct client_core *core, const struct client_event *event,
                           struct client_effects *effects)
{
    core->push_again = false;
    if (core->batch_max > 1) /* alone, the others go through */
        core->batch_max = 1;
    else
        link_down(core, event, true, event->answer.text, effects);
}

/* It took nothing and told nothing; the right one may answer there again by the next try. */
static bool is_another_hall(const char *code)
{
    static const char *const codes[] = {"hall_is_training", "hall_is_real", "another_hall"};
    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (strcmp(codes[i], code) == 0)
            return true;
    return false;
}

static void conflict(struct client_core *core, const struct client_event *event,
                     struct client_effects *effects)
{
    const char *code = event->answer.code;
    if (is_another_hall(code)) {
        link_down(core, event, false, event->answer.text, effects);
        core->another_hall = true;
        core->push_again = false;
    } else if (strcmp(code, "seq_conflict") == 0) {
        freeze(
            core,
            "This installation is a copy; ask an administrator to run `loket outbox adopt` here. Nothing is "
            "sent until then; what was typed is kept.",
            effects);
    } else if (strcmp(code, "server_regressed") == 0) {
        freeze(core,
               "The hall has lost changes that this computer has seen. Nothing here was changed; tell an "
               "administrator before working on.",
               effects);
    } else if (strcmp(code, "epoch_changed") == 0) {
        /* Its bytes name the epoch that is over, also where a page or a sign-in told of the new one. */
        core->push_again = false;
        if (!meet_epoch(core, event, effects) && event->answer.epoch == 0)
            copy_begin(core, effects); /* its first page names the epoch */
    } else {
        link_down(core, event, true, event->answer.text, effects);
    }
}

static void busy(struct client_core *core, const struct client_event *event, struct client_effects *effects)
{
    if (event->answer.status == 503)
        link_down(core, event, false, "it is not ready yet", effects);
    else
        core->retry_at_ms[event->request] = event->mono_ms + wait_ms(core, &event->answer);
}

static void refused(struct client_core *core, const struct client_event *event,
                    struct client_effects *effects)
{
    switch (event->answer.status) {
    case 401:
        core->expired = true;
        core->disabled = str_equal(event->answer.code, "account_disabled");
        cancel_all(core, effects);
        break;
    case 409:
        conflict(core, event, effects);
        break;
    case 410:
        link_up(core, event->request); /* it is there, and has said what to do */
        effect(effects, CLIENT_DO_COPY);
        copy_begin(core, effects);
        break;
    case 413:
        push_too_large(core, event, effects);
        break;
    case 422:
        push_malformed(core, event, effects);
        break;
    case 426:
        hold(core, event, HOLD_TOO_OLD, event->answer.text);
        core->retry_at_ms[event->request] = event->mono_ms + CLIENT_BACKOFF_MAX_MS;
        break;
    case 429:
    case 503:
        busy(core, event, effects);
        break;
    case 507:
        hold(core, event, HOLD_HALL_FULL, event->answer.text);
        break;
    default:
        link_down(core, event, true, event->answer.text, effects);
    }
}

static void page_answered(struct client_core *core, const struct client_answer *answer)
{
    if (!core->copy_started) {
        core->copy_rev = answer->rev;
        core->copy_epoch = answer->epoch;
    }
    core->copy_started = true;
    core->copy_last = !answer->more;
    core->status.done += answer->rows;
    core->status.total = answer->total > core->status.done ? answer->total : 0;
}

static void answered_well(struct client_core *core, const struct client_event *event,
                          struct client_effects *effects)
{
    bool push = event->request == CLIENT_PUSH;
    link_up(core, event->request);
    note_clock(core, event, effects);
    if (event->request == CLIENT_SNAPSHOT) {
        bool other_history = core->copy_started && event->answer.epoch != core->copy_epoch;
        if (event->facts.epoch != 0 && event->answer.epoch != 0 && event->answer.epoch != event->facts.epoch)
            effect(effects, CLIENT_DO_EPOCH)->epoch = event->answer.epoch;
        if (other_history) {
            copy_begin(core, effects); /* two histories never mix */
            return;
        }
        page_answered(core, &event->answer);
    } else if (meet_epoch(core, event, effects) && !push) {
        return; /* news of another history do not fit on ours */
    }
    store(core, event->request, effects);
}

/* Epochs only grow: who answers with an older one is a server that should be off, running on beside its restored
 * self. It is not believed. A sign-in is a person's own will and asks for no history. */
static bool is_stale(const struct client_event *event)
{
    return event->request != CLIENT_SESSION && event->answer.net == ERR_OK && event->answer.epoch != 0 &&
           event->answer.epoch < event->facts.epoch;
}

static void answered(struct client_core *core, const struct client_event *event,
                     struct client_effects *effects)
{
    const struct client_answer *answer = &event->answer;
    enum client_request request = event->request;
    if (core->phase[request] != CLIENT_SENT) /* cancelled meanwhile */
        return;
    core->phase[request] = CLIENT_IDLE;
    if (request == CLIENT_SESSION)
        session_answered(core, event, effects);
    else if (answer->net != ERR_OK)
        link_down(core, event, false, answer->why, effects);
    else if (is_stale(event))
        link_down(core, event, false, "an old server of the hall answers", effects);
    else if (answer->readable && (answer->status == 200 || (answer->status == 422 && request == CLIENT_PUSH)))
        answered_well(core, event, effects);
    else if (answer->status == 200 || !*answer->code)
        link_down(core, event, true, "", effects); /* a proxy's page, or not a hall at all */
    else
        refused(core, event, effects);
}

/* --- stored --- */

static void session_stored(struct client_core *core, const struct client_event *event,
                           struct client_effects *effects)
{
    effect(effects, CLIENT_DO_SIGNED_IN)->err = event->stored;
    if (event->stored != ERR_OK)
        return;
    cancel_all(core, effects); /* what is under way is the former person's */
    core->signed_in = true;
    core->expired = core->disabled = core->frozen = core->push_again = false;
    core->hold = HOLD_NONE;
    core->batch_max = CLIENT_BATCH_MAX;
    forget_waits(core);
    link_up(core, CLIENT_SESSION);
    meet_epoch(core, event, effects); /* the hall may have been restored while nobody was signed in */
}

static void page_stored(struct client_core *core, struct client_effects *effects)
{
    if (!core->copy_last)
        return;
    struct client_effect *swap = effect(effects, CLIENT_DO_SWAP);
    swap->rev = core->copy_rev;
    swap->epoch = core->copy_epoch;
    core->phase[CLIENT_SNAPSHOT] = CLIENT_STORING;
}

/* The cache could not: its disk, or data that cannot be. Nothing was taken over; the same is asked for again.
 */
static void not_stored(struct client_core *core, const struct client_event *event,
                       struct client_effects *effects)
{
    switch (event->stored) {
    case ERR_CORRUPT:
        freeze(core, event->stored_text, effects);
        break;
    case ERR_CONFLICT:
        if (event->request == CLIENT_PUSH) {
            freeze(core, event->stored_text, effects);
            break;
        }
        effect(effects, CLIENT_DO_COPY);
        copy_begin(core, effects);
        break;
    case ERR_INVALID:
        link_down(core, event, true, "", effects);
        break;
    default:
        hold(core, event, HOLD_DISK, event->stored_text);
    }
    if (event->request == CLIENT_SNAPSHOT) {
        copy_begin(core, effects);
        core->retry_at_ms[CLIENT_SNAPSHOT] = event->mono_ms + backoff_ms(core);
    }
}

static bool hold_ends(enum client_hold hold, enum client_request request)
{
    return hold == HOLD_DISK || (hold == HOLD_HALL_FULL && request == CLIENT_PUSH) ||
           (hold == HOLD_TOO_OLD && request != CLIENT_PUSH);
}

static void stored(struct client_core *core, const struct client_event *event, struct client_effects *effects)
{
    core->phase[event->request] = CLIENT_IDLE;
    if (event->request == CLIENT_SESSION) {
        session_stored(core, event, effects);
        return;
    }
    if (event->stored != ERR_OK) {
        not_stored(core, event, effects);
        return;
    }
    if (hold_ends(core->hold, event->request))
        core->hold = HOLD_NONE;
    core->failures = 0;
    if (event->request == CLIENT_SNAPSHOT) {
        page_stored(core, effects);
    } else if (event->request == CLIENT_PUSH) {
        core->push_again = false;
        core->batch_max = CLIENT_BATCH_MAX;
    }
}

static void swapped(struct client_core *core, const struct client_event *event,
                    struct client_effects *effects)
{
    core->phase[CLIENT_SNAPSHOT] = CLIENT_IDLE;
    if (event->stored == ERR_OK)
        core->copying = false;
    else
        not_stored(core, event, effects);
}

/* The cache has no room for the hall's new history. While it names the old one every answer says the same again, so
 * all of them wait: asked at once they would burn the hall, and each begin the copy anew. */
static void unturned(struct client_core *core, const struct client_event *event,
                     struct client_effects *effects)
{
    if (event->stored == ERR_CORRUPT) {
        freeze(core, event->stored_text, effects);
        return;
    }
    hold(core, event, HOLD_DISK, event->stored_text);
    for (int request = CLIENT_PUSH; request <= CLIENT_SNAPSHOT; request++) {
        cancel(core, (enum client_request)request, effects);
        core->retry_at_ms[request] = core->retry_at_ms[event->request];
    }
    core->push_again = false; /* its bytes name the epoch that is over */
}

/* --- what to ask next --- */

static bool may_send(const struct client_core *core, enum client_request request, int64_t mono_ms)
{
    return core->phase[request] == CLIENT_IDLE && core->retry_at_ms[request] <= mono_ms;
}

static void send_push(struct client_core *core, struct client_effects *effects)
{
    struct client_effect *e = effect(effects, CLIENT_DO_SEND);
    e->request = CLIENT_PUSH;
    e->batch_max = core->batch_max;
    e->again = core->push_again;
    core->phase[CLIENT_PUSH] = CLIENT_SENT;
    core->push_again = true;
}

/* The first feed after a silence does not park, so that the clerk soon sees that the hall is there again. */
static void send_feed(struct client_core *core, struct client_effects *effects)
{
    struct client_effect *e = effect(effects, CLIENT_DO_SEND);
    e->request = CLIENT_FEED;
    e->wait_s = core->link == CLIENT_LINK_UP ? CLIENT_POLL_WAIT_S : 0;
    core->phase[CLIENT_FEED] = CLIENT_SENT;
}

static void send_snapshot(struct client_core *core, struct client_effects *effects)
{
    struct client_effect *e = effect(effects, CLIENT_DO_SEND);
    e->request = CLIENT_SNAPSHOT;
    e->first = !core->copy_started;
    core->phase[CLIENT_SNAPSHOT] = CLIENT_SENT;
}

/* Before the first epoch is known there is no history to write to. */
static bool wants_push(const struct client_core *core)
{
    return core->unsent > 0 && core->knows_history;
}

/* A push goes out at once, also while the feed is parked: from key to hall nothing waits. */
static void advance(struct client_core *core, const struct client_event *event,
                    struct client_effects *effects)
{
    int64_t mono_ms = event->mono_ms;
    if (!core->signed_in || core->expired || core->frozen)
        return;
    if (event->facts.needs_snapshot && !core->copying)
        copy_begin(core, effects);
    if (wants_push(core) && may_send(core, CLIENT_PUSH, mono_ms))
        send_push(core, effects);
    if (core->copying && may_send(core, CLIENT_SNAPSHOT, mono_ms))
        send_snapshot(core, effects);
    else if (!core->copying && may_send(core, CLIENT_FEED, mono_ms))
        send_feed(core, effects);
}

int64_t client_due_ms(const struct client_core *core)
{
    int64_t due_ms = -1;
    if (!core->signed_in || core->expired || core->frozen)
        return -1;
    for (int request = CLIENT_PUSH; request <= CLIENT_SNAPSHOT; request++) {
        int64_t at_ms = core->retry_at_ms[request];
        bool wanted = request == CLIENT_PUSH       ? wants_push(core)
                      : request == CLIENT_SNAPSHOT ? core->copying
                                                   : !core->copying;
        if (wanted && at_ms > 0 && core->phase[request] == CLIENT_IDLE && (due_ms < 0 || at_ms < due_ms))
            due_ms = at_ms;
    }
    return due_ms;
}

/* --- what the clerk reads --- */

static enum sync_state state_of(const struct client_core *core)
{
    if (core->frozen)
        return SYNC_FROZEN;
    if (!core->signed_in)
        return SYNC_SIGNED_OUT;
    if (core->expired)
        return SYNC_EXPIRED;
    if (core->link == CLIENT_LINK_DOWN || core->hold != HOLD_NONE)
        return SYNC_OFFLINE;
    if (core->copying)
        return SYNC_SNAPSHOT;
    return core->link == CLIENT_LINK_UP ? SYNC_ONLINE : SYNC_CONNECTING;
}

static void kept_text(const struct client_core *core, char *out, size_t capacity)
{
    if (core->unsent == 0)
        str_format(out, capacity, "Work is kept here.");
    else
        str_format(out, capacity, "Work is kept here (%" PRId64 " record%s).", core->unsent,
                   core->unsent == 1 ? "" : "s");
}

static void offline_text(const struct client_core *core, struct sync_status *status)
{
    char kept[80], since[CLOCK_TEXT];
    kept_text(core, kept, sizeof kept);
    time_clock(status->since_ms + status->offset_ms, since); /* the hall's clock, as on the screen */
    if (core->link == CLIENT_LINK_DOWN && core->another_hall)
        str_format(status->text, sizeof status->text,
                   "Another hall answers at the hall's address since %s. Nothing was sent to it. %s", since,
                   kept);
    else if (core->link == CLIENT_LINK_DOWN)
        str_format(status->text, sizeof status->text, "%s since %s. %s Calling waits.",
                   core->unexpected ? "Offline (unexpected answer)" : "Hall not reachable", since, kept);
    else if (core->hold == HOLD_HALL_FULL)
        str_format(status->text, sizeof status->text, "Hall cannot record since %s. %s Calling waits.", since,
                   kept);
    else if (core->hold == HOLD_TOO_OLD)
        str_format(status->text, sizeof status->text,
                   "This Loket is too old for the hall: update it. Records are still sent. Calling waits.");
    else
        str_format(status->text, sizeof status->text, "%s", core->why);
}

/* "26 h", "5 min": as much as a person wants to know. */
static void online_text(const struct client_core *core, struct sync_status *status)
{
    enum { MINUTE_MS = 60 * 1000, HOUR_MS = 60 * MINUTE_MS };
    int64_t apart_ms = status->offset_ms < 0 ? -status->offset_ms : status->offset_ms;
    status->text[0] = '\0';
    if (core->training)
        return;
    if (apart_ms > 2 * HOUR_MS)
        str_format(status->text, sizeof status->text,
                   "Clock differs by %" PRId64 " h from the hall's: set it right.", apart_ms / HOUR_MS);
    else if (apart_ms > CLIENT_CLOCK_BANNER_MS)
        str_format(status->text, sizeof status->text,
                   "Clock differs by %" PRId64 " min from the hall's: set it right.", apart_ms / MINUTE_MS);
}

static enum err status_err(const struct client_core *core)
{
    static const enum err holds[] = {[HOLD_NONE] = ERR_OK,
                                     [HOLD_HALL_FULL] = ERR_DISK_FULL,
                                     [HOLD_TOO_OLD] = ERR_TOO_OLD,
                                     [HOLD_DISK] = ERR_DISK};
    if (core->frozen)
        return ERR_CONFLICT;
    if (core->link == CLIENT_LINK_DOWN)
        return core->another_hall ? ERR_CONFLICT : core->unexpected ? ERR_INVALID : ERR_OFFLINE;
    return holds[core->hold];
}

/* The same moment as wall time; said anew only when it is another, so that it does not flicker with the clocks. */
static void note_retry(struct client_core *core, int64_t wall_ms, int64_t mono_ms)
{
    int64_t due_ms = core->status.state == SYNC_OFFLINE ? client_due_ms(core) : -1;
    if (due_ms <= mono_ms)
        due_ms = 0;
    if (due_ms == core->retry_told_ms)
        return;
    core->retry_told_ms = due_ms;
    core->status.retry_ms = due_ms ? wall_ms + due_ms - mono_ms : 0;
}

static void describe(struct client_core *core, int64_t wall_ms)
{
    struct sync_status *status = &core->status;
    enum sync_state state = state_of(core);
    if (state != status->state || status->since_ms == 0)
        status->since_ms = wall_ms;
    status->state = state;
    status->disabled = state == SYNC_EXPIRED && core->disabled;
    status->err = status_err(core);
    if (state == SYNC_OFFLINE)
        offline_text(core, status);
    else if (state == SYNC_FROZEN)
        str_copy(status->text, sizeof status->text, core->why);
    else if (state == SYNC_EXPIRED)
        str_format(status->text, sizeof status->text, "Sign in to send %" PRId64 " record%s.", core->unsent,
                   core->unsent == 1 ? "" : "s");
    else
        online_text(core, status);
}

/* --- the step --- */

static void resume(struct client_core *core, const struct client_event *event)
{
    core->signed_in = event->facts.has_token;
    core->expired = core->disabled = core->frozen = false;
    forget_waits(core);
}

static void sign_out(struct client_core *core, struct client_effects *effects)
{
    cancel_all(core, effects);
    struct client_core fresh;
    client_init(&fresh, core->rng);
    fresh.status = core->status;
    memcpy(fresh.phase, core->phase, sizeof fresh.phase);
    *core = fresh;
}

static void take(struct client_core *core, const struct client_event *event, struct client_effects *effects)
{
    switch (event->kind) {
    case CLIENT_SIGN_IN:
        cancel(core, CLIENT_SESSION, effects);
        core->phase[CLIENT_SESSION] = CLIENT_SENT;
        request_effect(effects, CLIENT_DO_SEND, CLIENT_SESSION);
        break;
    case CLIENT_RESUME:
        resume(core, event);
        break;
    case CLIENT_SIGN_OUT:
        sign_out(core, effects);
        break;
    case CLIENT_RETRY:
        forget_waits(core);
        break;
    case CLIENT_ANSWERED:
        answered(core, event, effects);
        break;
    case CLIENT_STORED:
        stored(core, event, effects);
        break;
    case CLIENT_SWAPPED:
        swapped(core, event, effects);
        break;
    case CLIENT_UNTURNED:
        unturned(core, event, effects);
        break;
    case CLIENT_NOTHING:
        core->phase[CLIENT_PUSH] = CLIENT_IDLE;
        core->push_again = false;
        core->unsent = 0;
        break;
    case CLIENT_WAKE:
    case CLIENT_TIME:
        break;
    }
}

void client_step(struct client_core *core, const struct client_event *event, struct client_effects *effects)
{
    struct sync_status before = core->status;
    effects->count = 0;
    core->unsent = event->facts.unsent;
    core->knows_history = event->facts.epoch != 0;
    core->training = event->facts.training;
    take(core, event, effects);
    advance(core, event, effects);
    describe(core, event->wall_ms);
    note_retry(core, event->wall_ms, event->mono_ms);
    if (memcmp(&before, &core->status, sizeof before) != 0)
        effect(effects, CLIENT_DO_STATUS);
}
