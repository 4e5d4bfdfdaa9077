/* core/command/dispute_bus.c: what a supervisor settles after a bus came home (core/hall/bus_merge.c): a ticket that went
 * on at both places, a person recorded or changed at both, and what only has to be known: a late upload, a number that was
 * given twice. drop (keep_theirs) leaves the hall as it is, apply (keep_mine) takes what the bus brought. */
#include "core/command/cases.h"
#include "core/command/ticket_row.h"

static enum err read_choice(struct call *c, const char *choice, bool *take)
{
    *take = str_equal(choice, "apply") || str_equal(choice, "keep_mine");
    if (*take || str_equal(choice, "drop") || str_equal(choice, "keep_theirs"))
        return ERR_OK;
    return refuse(c, "unknown_choice", "choice", "Choose drop or apply.");
}

enum err dispute_seen(struct call *c, const struct json *dispute, const char *choice)
{
    bool take;
    (void)dispute;
    return read_choice(c, choice, &take);
}

/* The bus's ticket takes the place of the hall's; gen goes on from whichever went further. */
enum err dispute_late_ticket(struct call *c, const struct json *dispute, const char *choice)
{
    struct json *here;
    struct ticket ticket;
    bool take;
    TRY(read_choice(c, choice, &take));
    if (!take)
        return ERR_OK;
    TRY(load(c, TABLE_TICKET, "dispute", json_text_or(dispute, "ticket", ""), &here));
    ticket_read(here, &ticket);
    if (ticket_is_open(ticket.state))
        return refuse(c, "still_serving", "dispute",
                      "%s is with %s at this moment. Choose when that visit is over.", ticket.number,
                      user_name(c, ticket.user));
    const struct json *upload = json_get(dispute, "upload");
    if (!json_is_object(upload))
        return refuse(c, "cannot_apply", "choice", "This record cannot be read. It can only be dropped.");
    struct json *row = keep(c, json_copy(upload));
    int64_t gen = json_int(row, "gen", 0) > ticket.gen ? json_int(row, "gen", 0) : ticket.gen;
    json_set_int(row, "gen", gen + 1);
    json_set_text(row, "number", json_text(here, "number"));
    row_stamp(c, row, "resolve");
    json_set_text(row, "id", row_id(here));
    return save(c, TABLE_TICKET, row);
}

/* --- persons --- */

/* The bus's record goes on as the hall's, as by person.merge: it can be taken apart again. */
enum err dispute_person_twice(struct call *c, const struct json *dispute, const char *choice)
{
    struct json *from, *into;
    bool take;
    TRY(read_choice(c, choice, &take));
    if (!take)
        return ERR_OK;
    TRY(load(c, TABLE_PERSON, "dispute", json_text_or(dispute, "person", ""), &from));
    TRY(load(c, TABLE_PERSON, "dispute", json_text_or(dispute, "other", ""), &into));
    return person_join(c, from, into, NULL);
}

enum err dispute_person_conflict(struct call *c, const struct json *dispute, const char *choice)
{
    struct json *row;
    bool take;
    TRY(read_choice(c, choice, &take));
    TRY(load(c, TABLE_PERSON, "dispute", json_text_or(dispute, "person", ""), &row));
    const struct json *patch = json_get(row, "conflict");
    if (take && !json_is_object(patch))
        return refuse(c, "cannot_apply", "choice",
                      "What the bus wrote is not here any more. It can only be dropped.");
    for (const struct json *field = json_first(patch); field && take; field = json_next(field))
        json_set(row, json_name(field), json_copy(field));
    json_remove(row, "conflict");
    return save(c, TABLE_PERSON, row);
}
