/* screens/people_sheet.c: what is filled in for an account or a counter, line by line. What was typed stays when the sheet is
 * closed, but for passwords, which are in their fields and nowhere else. */
#include <stdlib.h>
#include <string.h>

#include "core/model/password.h"
#include "screens/people.h"

#define BIT(item) (1u << (item))
enum { ALL_ROLES = 0x3fu << ITEM_ROLES, LOGIN_BYTES = 63, NAME_BYTES = 120 };

static const unsigned items[SHEET_KINDS] = {
    [SHEET_USER_ADD] = BIT(ITEM_LOGIN) | BIT(ITEM_NAME) | ALL_ROLES | BIT(ITEM_AGENCY) | BIT(ITEM_PASSWORD) |
                       BIT(ITEM_AGAIN),
    [SHEET_USER] = BIT(ITEM_NAME) | ALL_ROLES | BIT(ITEM_AGENCY),
    [SHEET_PASSWORD] = BIT(ITEM_PASSWORD) | BIT(ITEM_AGAIN),
    [SHEET_COUNTER_ADD] = BIT(ITEM_NAME) | BIT(ITEM_AGENCY) | BIT(ITEM_QUEUES),
    [SHEET_COUNTER] = BIT(ITEM_NAME) | BIT(ITEM_AGENCY) | BIT(ITEM_QUEUES),
};
/* As a person goes through them. */
static const enum sheet_item order[] = {
    ITEM_LOGIN,     ITEM_NAME,      ITEM_ROLES + 0, ITEM_ROLES + 1, ITEM_ROLES + 2, ITEM_ROLES + 3,
    ITEM_ROLES + 4, ITEM_ROLES + 5, ITEM_AGENCY,    ITEM_QUEUES,    ITEM_PASSWORD,  ITEM_AGAIN,
};
enum { ITEMS = sizeof order / sizeof *order };

bool people_sheet_has(const struct people_sheet *sheet, enum sheet_item item)
{
    return items[sheet->kind] & BIT(item);
}

/* --- opening and closing --- */

void people_sheet_init(struct people_sheet *sheet)
{
    for (int i = 0; i < ITEM_FIELDS; i++)
        field_init(&sheet->fields[i], i == ITEM_LOGIN  ? LOGIN_BYTES
                                      : i == ITEM_NAME ? NAME_BYTES
                                                       : PASSWORD_BYTES_MAX);
    for (int i = ITEM_PASSWORD; i <= ITEM_AGAIN; i++)
        sheet->fields[i].masked = sheet->fields[i].edit.secret = true;
    sheet->kind = SHEET_KINDS; /* nothing was filled in yet */
}

void people_sheet_deinit(struct people_sheet *sheet)
{
    for (int i = 0; i < ITEM_FIELDS; i++)
        field_deinit(&sheet->fields[i]);
    json_free(&sheet->queues);
    json_free(&sheet->was);
}

static void wipe(struct people_sheet *sheet)
{
    field_set(&sheet->fields[ITEM_PASSWORD], "");
    field_set(&sheet->fields[ITEM_AGAIN], "");
}

void people_sheet_close(struct people *self)
{
    wipe(&self->sheet);
    self->sheet.open = false;
    self->sheet.fault[0] = '\0';
}

void people_sheet_forget(struct people *self)
{
    people_sheet_close(self);
    self->sheet.kind = SHEET_KINDS;
}

/* Screens have no chance: a person does one thing in a millisecond. */
static void new_id(const struct ui *ui, char out[UUID_TEXT])
{
    struct rng rng;
    uint64_t seed = 0xcbf29ce484222325; /* FNV-1a */
    for (const char *c = ui->session.user; *c; c++)
        seed = (seed ^ (unsigned char)*c) * 0x100000001b3;
    rng_seed(&rng, seed ^ (uint64_t)ui->now_ms);
    uuid_v7(ui->now_ms, &rng, out);
}

static unsigned roles_of(const struct json *row)
{
    unsigned roles = 0;
    for (const struct json *role = json_first(json_get(row, "roles")); role; role = json_next(role))
        roles |= json_as_text(role) ? role_find(json_as_text(role)) : 0;
    return roles;
}

static void fill(struct people_sheet *sheet, const struct ui *ui, const struct json *row)
{
    field_set(&sheet->fields[ITEM_LOGIN], json_text_or(row, "login", ""));
    field_set(&sheet->fields[ITEM_NAME], json_text_or(row, "name", ""));
    sheet->roles = roles_of(row);
    str_copy(sheet->agency, sizeof sheet->agency, row ? json_text_or(row, "agency", "") : ui->session.agency);
    json_free(&sheet->queues);
    sheet->queues = json_get(row, "queues") ? json_copy(json_get(row, "queues")) : json_new_array();
}

static int first_item(const struct people_sheet *sheet)
{
    int at = 0;
    while (!people_sheet_has(sheet, order[at]))
        at++;
    return order[at];
}

void people_sheet_open(struct people *self, const struct ui *ui, enum sheet_kind kind, const struct json *row)
{
    struct people_sheet *sheet = &self->sheet;
    const char *id = json_text_or(row, "id", "");
    bool same = sheet->kind == kind && str_equal(sheet->row, id) && (!row || json_equal(row, sheet->was));
    sheet->open = true;
    sheet->fault[0] = '\0';
    wipe(sheet);
    json_free(&sheet->was);
    sheet->was = row ? json_copy(row) : NULL;
    sheet->kind = kind;
    sheet->focus = first_item(sheet);
    new_id(ui, sheet->id);
    if (same)
        return;
    str_copy(sheet->row, sizeof sheet->row, id);
    fill(sheet, ui, row);
}

bool people_sheet_is_secret(const struct people_sheet *sheet)
{
    return sheet->open && (sheet->focus == ITEM_PASSWORD || sheet->focus == ITEM_AGAIN);
}

/* --- keys --- */

static void move(struct people_sheet *sheet, int step)
{
    int at = 0;
    while ((int)order[at] != sheet->focus)
        at++;
    do
        at = (at + step + ITEMS) % ITEMS;
    while (!people_sheet_has(sheet, order[at]));
    sheet->focus = order[at];
}

static void ask_agency(const struct people *self, const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("agency", tr(ui->lang, TR("Which agency?")));
    if (!*ui->session.agency)
        question_item(question, tr(ui->lang, TR("the whole hall")), "", NULL);
    for (const struct json *row = json_first(json_get(self->data, "agencies")); row; row = json_next(row))
        if (!*ui->session.agency || str_equal(ui->session.agency, json_text(row, "id")))
            question_item(question, show_name(ui, json_get(row, "name")), json_text_or(row, "id", ""), NULL);
    effects_ask(effects, question);
}

static const struct json *line_of(const struct json *queues, const char *id)
{
    for (const struct json *line = json_first(queues); line; line = json_next(line))
        if (str_equal(json_text(line, "queue"), id))
            return line;
    return NULL;
}

static void ask_queues(const struct people *self, const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("queues", tr(ui->lang, TR("Which queues? Space ticks them.")));
    char text[SHOW_TEXT];
    question_ticks(question);
    for (const struct json *row = json_first(json_get(self->data, "queues")); row; row = json_next(row)) {
        const char *id = json_text_or(row, "id", "");
        str_format(text, sizeof text, "%s  %s", json_text_or(row, "code", ""),
                   show_name(ui, json_get(row, "name")));
        question_item(question, text, id, NULL);
        if (line_of(self->sheet.queues, id))
            question_tick(question, id);
    }
    effects_ask(effects, question);
}

static void to_choice(struct people *self, const struct ui *ui, struct key key, struct effects *effects)
{
    struct people_sheet *sheet = &self->sheet;
    if (sheet->focus == ITEM_AGENCY && (key_is(key, "Enter") || key_is(key, "Space")))
        ask_agency(self, ui, effects);
    else if (sheet->focus == ITEM_QUEUES && (key_is(key, "Enter") || key_is(key, "Space")))
        ask_queues(self, ui, effects);
    else if (key_is(key, "Space"))
        sheet->roles ^= 1u << (sheet->focus - ITEM_ROLES);
    else if (key_is(key, "Enter"))
        move(sheet, 1);
}

void people_sheet_key(struct people *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    struct people_sheet *sheet = &self->sheet;
    bool text = sheet->focus < ITEM_FIELDS;
    if (msg->kind == MSG_PASTE) {
        if (text)
            field_paste(&sheet->fields[sheet->focus], msg->text, strlen(msg->text));
        return;
    }
    if (key_is(msg->key, "Tab") || key_is(msg->key, "Down") || (text && key_is(msg->key, "Enter")))
        move(sheet, 1);
    else if (key_is(msg->key, "S-Tab") || key_is(msg->key, "Up"))
        move(sheet, -1);
    else if (text)
        field_key(&sheet->fields[sheet->focus], msg->key);
    else
        to_choice(self, ui, msg->key, effects);
}

/* Weights stay as they were: they are set beside the rules. */
static void take_queues(struct people_sheet *sheet, const char *lines)
{
    struct json *queues = json_new_array();
    char id[64];
    while (lines && *lines) {
        size_t length = strcspn(lines, "\n");
        str_format(id, sizeof id, "%.*s", (int)length, lines);
        const struct json *before = line_of(sheet->queues, id);
        struct json *line = json_new_object();
        json_set_text(line, "queue", id);
        json_set_int(line, "weight", json_int(before, "weight", 1));
        if (*id)
            json_add(queues, line);
        else
            json_free(&line);
        lines += length + (lines[length] == '\n');
    }
    json_free(&sheet->queues);
    sheet->queues = queues;
}

void people_sheet_answered(struct people *self, const struct msg *msg)
{
    if (str_equal(msg->what, "agency"))
        str_copy(self->sheet.agency, sizeof self->sheet.agency, msg->text ? msg->text : "");
    else
        take_queues(&self->sheet, msg->text);
    move(&self->sheet, 1);
}

/* --- saving --- */

static void fault(struct people_sheet *sheet, enum sheet_item item, const char *text)
{
    str_copy(sheet->fault, sizeof sheet->fault, text);
    sheet->code[0] = '\0';
    sheet->focus = (int)item;
}

static bool is_blank(const struct field *field)
{
    const char *text = field_text(field);
    return text[strspn(text, " ")] == '\0';
}

/* What can be said without the hall; it asks all of it again. */
static bool is_filled(struct people_sheet *sheet, const struct ui *ui)
{
    const char *password = field_text(&sheet->fields[ITEM_PASSWORD]);
    const char *login = field_text(&sheet->fields[ITEM_LOGIN]), *name = field_text(&sheet->fields[ITEM_NAME]);
    const struct password_of of = {login, name, ui->session.hall_name};
    if (people_sheet_has(sheet, ITEM_LOGIN) && (!*login || strpbrk(login, " \t")))
        fault(sheet, ITEM_LOGIN, TR("A login is one word. Nothing was sent."));
    else if (people_sheet_has(sheet, ITEM_NAME) && is_blank(&sheet->fields[ITEM_NAME]))
        fault(sheet, ITEM_NAME, TR("A name is missing. Nothing was sent."));
    else if (people_sheet_has(sheet, ITEM_ROLES) && !sheet->roles)
        fault(sheet, ITEM_ROLES, TR("At least one role: Space ticks it. Nothing was sent."));
    else if (people_sheet_has(sheet, ITEM_QUEUES) && !json_count(sheet->queues))
        fault(sheet, ITEM_QUEUES, TR("At least one queue: Enter shows them. Nothing was sent."));
    else if (people_sheet_has(sheet, ITEM_PASSWORD) && password_is_weak(password, &of))
        fault(sheet, ITEM_PASSWORD,
              TR("This password is easy to guess: take twelve signs or more, such as four words; no name, no "
                 "row "
                 "of keys, none of the commonest. Nothing was changed."));
    else if (people_sheet_has(sheet, ITEM_PASSWORD) &&
             !str_equal(password, field_text(&sheet->fields[ITEM_AGAIN])))
        fault(sheet, ITEM_AGAIN, TR("The two passwords differ: type it once more. Nothing was sent."));
    else
        return true;
    return false;
}

static struct json *roles_json(unsigned roles)
{
    struct json *list = json_new_array();
    for (unsigned bit = 1; bit <= ROLE_ALL; bit <<= 1)
        if (roles & bit)
            json_add_text(list, role_text(bit));
    return list;
}

/* Only what is another than it was, beside what it was: two people who change different things meet in peace. */
static void put(struct json *request, struct json *was, const struct json *row, const char *member,
                struct json *value)
{
    const struct json *before = json_get(row, member);
    bool empty = json_is_text(value) && str_empty(json_as_text(value)) && (!before || json_is_null(before));
    if (row && ((before && json_equal(before, value)) || empty)) {
        json_free(&value);
        return;
    }
    if (row)
        json_set(was, member, before ? json_copy(before) : json_new_null());
    json_set(request, member, value);
}

static void put_members(const struct people_sheet *sheet, struct json *request, struct json *was)
{
    const struct json *row = sheet->was;
    if (people_sheet_has(sheet, ITEM_NAME))
        put(request, was, row, "name", json_new_text(field_text(&sheet->fields[ITEM_NAME])));
    if (people_sheet_has(sheet, ITEM_ROLES) && (!row || sheet->roles != roles_of(row)))
        put(request, was, row, "roles", roles_json(sheet->roles));
    if (people_sheet_has(sheet, ITEM_AGENCY))
        put(request, was, row, "agency", json_new_text(sheet->agency));
    if (people_sheet_has(sheet, ITEM_QUEUES))
        put(request, was, row, "queues", json_copy(sheet->queues));
    if (people_sheet_has(sheet, ITEM_PASSWORD))
        json_set_text(request, "password", field_text(&sheet->fields[ITEM_PASSWORD]));
}

void people_sheet_save(struct people *self, const struct ui *ui, struct effects *effects)
{
    static const char *const tasks[SHEET_KINDS] = {
        [SHEET_USER_ADD] = "user.add",      [SHEET_USER] = "user.change",
        [SHEET_PASSWORD] = "user.password", [SHEET_COUNTER_ADD] = "counter.add",
        [SHEET_COUNTER] = "counter.change",
    };
    struct people_sheet *sheet = &self->sheet;
    sheet->fault[0] = '\0';
    if (!is_filled(sheet, ui))
        return;
    struct json *request = json_new_object(), *was = json_new_object();
    json_set_text(request, "do", tasks[sheet->kind]);
    if (sheet->kind == SHEET_USER_ADD || sheet->kind == SHEET_PASSWORD || sheet->kind == SHEET_COUNTER_ADD)
        json_set_text(request, "id", sheet->id);
    if (sheet->kind == SHEET_COUNTER)
        json_set_text(request, "counter", sheet->row);
    else if (sheet->kind != SHEET_COUNTER_ADD)
        json_set_text(request, "login", field_text(&sheet->fields[ITEM_LOGIN]));
    put_members(sheet, request, was);
    if (json_count(was))
        json_set(request, "was", was);
    else
        json_free(&was);
    people_ask(self, ui, request, field_text(&sheet->fields[ITEM_NAME]), effects);
}
