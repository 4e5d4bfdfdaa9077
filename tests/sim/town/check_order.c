/* tests/sim/town/check_order.c: the commands of a hall are linearizable in rev order (PROTOCOL.md section 8): the model
 * replays them as they are committed, each client's in the order of seq, each (ticket, gen) given once; and nobody was
 * answered before a command that comes earlier was even made. */
#include <stdlib.h>
#include <string.h>

#include "tests/sim/town/checking.h"
#include "tests/sim/town/model.h"

struct stream { /* of one client's commands */
    char client[UUID_TEXT];
    int64_t seq;
};

struct given {
    char text[80]; /* ticket and gen */
    int64_t rev;
};

struct order {
    struct model *model;
    size_t *ops; /* by rev: index + 1 of its command; 0: nobody's */
    int64_t revs, room;
    struct stream streams[64];
    int stream_count;
    struct given *given;
    size_t given_count, given_room;
    struct lookup given_texts;
};

struct order *order_new(void)
{
    struct order *order = xcalloc(1, sizeof *order);
    order->model = model_new();
    return order;
}

void order_free(struct order **slot)
{
    struct order *order = *slot;
    if (!order)
        return;
    model_free(&order->model);
    lookup_free(&order->given_texts);
    free(order->given);
    free(order->ops);
    free(order);
    *slot = NULL;
}

/* --- as it is committed --- */

static void note_rev(struct order *order, int64_t rev, size_t op)
{
    if (rev >= order->room) {
        int64_t room = rev * 2 + 64;
        order->ops = xrealloc(order->ops, sizeof *order->ops * (size_t)room);
        memset(order->ops + order->room, 0, sizeof *order->ops * (size_t)(room - order->room));
        order->room = room;
    }
    order->ops[rev] = op;
    if (rev >= order->revs)
        order->revs = rev + 1;
}

static void check_stream(struct town *town, const struct op *op, int64_t rev)
{
    struct order *order = town->check->order;
    int i = 0;
    while (i < order->stream_count && strcmp(order->streams[i].client, op->client) != 0)
        i++;
    if (i == (int)(sizeof order->streams / sizeof *order->streams))
        return;
    if (i == order->stream_count) {
        order->streams[order->stream_count++] = (struct stream){0};
        str_copy(order->streams[i].client, UUID_TEXT, op->client);
    }
    if (op->seq <= order->streams[i].seq)
        town_violated(town, "rev %lld: %s seq %lld of a client comes after its seq %lld", (long long)rev,
                      op->type, (long long)op->seq, (long long)order->streams[i].seq);
    order->streams[i].seq = op->seq;
}

struct wanted {
    const struct order *order;
    const char *text;
};

static bool is_given(const void *ctx, size_t index)
{
    const struct wanted *wanted = ctx;
    return strcmp(wanted->order->given[index].text, wanted->text) == 0;
}

static void check_given(struct town *town, const struct model_step *step)
{
    struct order *order = town->check->order;
    char text[80];
    str_format(text, sizeof text, "%.50s %lld", step->ticket, (long long)step->gen);
    struct wanted wanted = {order, text};
    ptrdiff_t at = lookup_find(&order->given_texts, text_hash(text), is_given, &wanted);
    if (at >= 0)
        town_violated(town, "ticket %s gen %lld was given at rev %lld and again at rev %lld", step->ticket,
                      (long long)step->gen, (long long)order->given[at].rev, (long long)step->rev);
    if (order->given_count == order->given_room) {
        order->given_room = order->given_room ? order->given_room * 2 : 64;
        order->given = xrealloc(order->given, sizeof *order->given * order->given_room);
    }
    lookup_add(&order->given_texts, text_hash(text), order->given_count);
    str_copy(order->given[order->given_count].text, sizeof order->given->text, text);
    order->given[order->given_count++].rev = step->rev;
}

void order_follow(struct town *town, const struct committed *committed)
{
    struct check *check = town->check;
    bool is_timed = !check->is_old;
    struct op *op = op_find(check, committed->command);
    bool known = op && strcmp(op->type, committed->type) == 0;
    struct model_step step = {
        .rev = committed->rev,
        .type = known ? op->type : NULL,
        .user = committed->by,
        .body = known ? op->body : NULL,
        .base_known = known && op->base_known,
        .base_row_rev = known ? op->base_row_rev : -1,
        .base_hold_gen = known ? op->base_hold_gen : -1,
        .made = known ? op->made : "",
        .applied = strcmp(committed->outcome, "applied") == 0,
        .code = strncmp(committed->outcome, "refused ", 8) == 0 ? committed->outcome + 8 : "",
        .rows = committed->rows,
        .now_ms = is_timed ? town->now_ms : -1,
        .hall_ms = is_timed ? backend_serving(town)->hall.wall_ms : -1, /* it does not believe each clock */
        .clocks_are_right = !(town->faults & (1u << FAULT_HALL_CLOCK | 1u << FAULT_CLOCK))};
    char why[300];
    note_rev(check->order, step.rev, known ? (size_t)(op - check->ops) + 1 : 0);
    if (known && !op->doubtful)
        check_stream(town, op, step.rev);
    if (known && !op->doubtful && *committed->by && strcmp(op->user, committed->by) != 0)
        town_violated(town, "rev %lld: %s of %s was done as %s", (long long)step.rev, op->type, op->user,
                      committed->by);
    town_tell(town, "rev %lld: %s by %s: %s", (long long)step.rev, committed->type, committed->by,
              committed->outcome);
    if (known && !op->doubtful && *committed->by && !str_equal(op->client, committed->client))
        town_violated(town, "rev %lld: %s of %s came under another client", (long long)step.rev, op->type,
                      op->user);
    if (!model_replay(check->order->model, &step, why))
        town_violated(town, "rev %lld: %s by %s is %s: %s", (long long)step.rev, committed->type,
                      committed->by, committed->outcome, why);
    if (step.ticket[0])
        check_given(town, &step);
    if (known) {
        str_copy(op->given, sizeof op->given, step.ticket);
        op->given_gen = step.gen;
        op->given_rev = step.rev;
        op->moved = step.moved;
    }
}

/* --- the answer that a person got --- */

/* A preview says how many it would be, a move how many it was. */
static void hold_moved(struct town *town, const struct op *op, const struct json *result)
{
    int64_t told = json_int(json_get(result, "data"), "moved", -1);
    if (op->moved >= 0 && told >= 0 && told != op->moved)
        town_violated(town, "the move of rev %lld is about %lld, and its supervisor was told %lld",
                      (long long)op->given_rev, (long long)op->moved, (long long)told);
}

void order_answered(struct town *town, const struct op *op, const struct json *result)
{
    const struct json *ticket = json_get(json_get(result, "data"), "ticket");
    if (op->doubtful || op->given_rev != json_int(result, "rev", -1))
        return;
    if (strcmp(op->type, "queue.move") == 0)
        hold_moved(town, op, result);
    if (strcmp(op->type, "ticket.call_next") != 0 ||
        strcmp(json_text_or(result, "status", ""), "applied") != 0 || !ticket)
        return; /* the answer itself may be dropped by then, or be of a history that is gone */
    if (strcmp(op->given, json_text_or(ticket, "id", "")) != 0 ||
        (*op->given && op->given_gen != json_int(ticket, "gen", -1)))
        town_violated(town,
                      "the call of rev %lld gave ticket %s gen %lld, and its clerk was told %s gen %lld",
                      (long long)op->given_rev, op->given, (long long)op->given_gen,
                      json_text_or(ticket, "id", "nobody"), (long long)json_int(ticket, "gen", -1));
}

/* --- return times --- */

/* From the highest rev down, with the earliest return seen so far: whoever was answered before another command was made
 * comes before it. A command without an answer yet returns at the end of all times. */
static void scan(struct town *town)
{
    struct check *check = town->check;
    const struct op *soonest = NULL;
    for (int64_t rev = check->order->revs - 1; rev > 0 && !town->violation[0]; rev--) {
        if (!check->order->ops[rev])
            continue;
        const struct op *op = &check->ops[check->order->ops[rev] - 1];
        if (op->doubtful)
            continue;
        if (soonest && op->confirmed_ms > soonest->returned_ms)
            town_violated(
                town,
                "%s of %s (rev %lld) was made after the answer to %s of %s (rev %lld), and comes before it",
                op->type, op->user, (long long)rev, soonest->type, soonest->user,
                (long long)soonest->given_rev);
        if (op->returned_ms >= 0 && op->given_rev == rev &&
            (!soonest || op->returned_ms < soonest->returned_ms))
            soonest = op;
    }
}

void order_finish(struct town *town)
{
    scan(town);
}

/* The rows are read again from the first on. */
void order_forget(struct check *check)
{
    struct order *order = check->order;
    model_free(&order->model);
    order->model = model_new();
    order->revs = order->stream_count = 0;
    if (order->room)
        memset(order->ops, 0, sizeof *order->ops * (size_t)order->room);
    order->given_count = 0;
    lookup_clear(&order->given_texts);
}
