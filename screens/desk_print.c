/* screens/desk_print.c: what the citizen at the desk takes along on paper: the ticket once more, and the list of papers that
 * are missing; the list also after the visit that ended for it. In the citizen's language. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/print_text.h"
#include "screens/show.h"

static struct ui reader_of(const struct desk *desk, const struct ui *ui)
{
    return print_reader(ui, json_text(desk_ticket(desk), "language"));
}

/* --- lists of papers --- */

/* The list of one application ("-": of the service that was asked for), made when it is not there yet. */
static struct json *list_of(const struct desk *desk, struct json *lists, const char *case_id)
{
    const struct json *c = NULL, *cases = desk_rows(desk, DESK_CASES), *title;
    if (json_get(lists, case_id))
        return json_edit(lists, case_id);
    for (const struct json *one = json_first(cases); one && !c; one = json_next(one))
        c = str_equal(json_text(one, "id"), case_id) ? one : NULL;
    title = c ? json_get(c, "service_name") : json_get(json_get(desk->data, "service"), "name");
    struct json *list = json_new_object();
    json_set(list, "title", title ? json_copy(title) : json_new_null());
    json_set_text(list, "number", json_text(c, "number"));
    json_set(list, "papers", json_new_array());
    json_set(lists, case_id, list);
    return json_edit(lists, case_id);
}

static void add_paper(const struct desk *desk, struct json *lists, const char *case_id,
                      const struct json *paper)
{
    static const char *const members[] = {"name", "group"};
    struct json *one = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(paper, members[i]))
            json_set(one, members[i], json_copy(json_get(paper, members[i])));
    json_add(json_edit(list_of(desk, lists, case_id), "papers"), one);
}

/* Those of the open applications that nobody has seen. */
static struct json *open_lists(const struct desk *desk)
{
    struct json *lists = json_new_object(); /* by the application's id */
    const struct json *cases = desk_rows(desk, DESK_CASES), *all;
    for (const struct json *c = json_first(cases); c; c = json_next(c)) {
        all = json_get(c, "papers");
        bool open = desk_case_is_draft(c) || desk_case_is_undecided(c);
        for (const struct json *paper = json_first(all); paper && open; paper = json_next(paper))
            if (!json_bool(paper, "met", false))
                add_paper(desk, lists, json_text_or(c, "id", ""), paper);
    }
    return lists;
}

static const struct json *find_paper(const struct desk *desk, const char *case_id, const char *code)
{
    const struct json *cases = desk_rows(desk, DESK_CASES);
    const struct json *papers = json_get(json_get(desk->data, "service"), "documents");
    for (const struct json *c = json_first(cases); c; c = json_next(c))
        if (str_equal(json_text(c, "id"), case_id))
            papers = json_get(c, "papers");
    for (const struct json *paper = json_first(papers); paper; paper = json_next(paper))
        if (str_equal(json_text(paper, "code"), code))
            return paper;
    return NULL;
}

void desk_keep_missing(struct desk *desk, const struct ui *ui, const char *lines, const char *why,
                       struct effects *effects)
{
    const struct ui reader = reader_of(desk, ui);
    const char *number = json_text_or(desk_ticket(desk), "number", "");
    struct json *lists = json_new_object();
    for (const char *at = lines; *at; at += strcspn(at, "\n"), at += *at == '\n') {
        char case_id[64], code[64];
        if (sscanf(at, "%63s %63[^\n]", case_id, code) == 2)
            add_paper(desk, lists, case_id, find_paper(desk, case_id, code));
    }
    json_free(&desk->missing);
    if (json_count(lists)) {
        char *text = print_missing(&reader, number, lists, desk_missing_why(&reader, why));
        desk->missing = json_new_object();
        json_set_text(desk->missing, "number", number);
        json_set_text(desk->missing, "text", text);
        effects_toast(effects, TOAST_PLAIN, tr(ui->lang, TR("Ctrl-O prints for %s what is missing.")),
                      number);
        free(text);
    }
    json_free(&lists);
}

/* --- printing --- */

/* No application is open yet: the papers of the service that was asked for. */
static bool asks_for_service(const struct desk *desk)
{
    return !json_count(desk_rows(desk, DESK_CASES)) && json_is_object(json_get(desk->data, "service"));
}

static void print_list(const char *number, const char *text, struct effects *effects)
{
    char *title = xasprintf("%s-%s", number, "papers");
    effects_print(effects, "paper", title, text);
    free(title);
}

static void print_open(const struct desk *desk, const struct ui *ui, struct effects *effects)
{
    const struct ui reader = reader_of(desk, ui);
    const char *number = json_text_or(desk_ticket(desk), "number", "");
    const struct json *service = json_get(desk->data, "service");
    struct json *lists = open_lists(desk);
    char *text =
        asks_for_service(desk) ? print_papers(&reader, service) : print_missing(&reader, number, lists, "");
    print_list(number, text, effects);
    json_free(&lists);
    free(text);
}

static void print_ticket_of(const struct desk *desk, const struct ui *ui, struct effects *effects)
{
    const struct ui reader = reader_of(desk, ui);
    const struct json *ticket = desk_ticket(desk), *name = json_get(json_get(desk->data, "service"), "name");
    struct json *facts = json_new_object();
    json_set_text(facts, "number", json_text_or(ticket, "number", ""));
    json_set_text(facts, "at", json_text(ticket, "arrived_at"));
    json_set_text(facts, "booked_at", json_text(ticket, "appointment_at"));
    if (name)
        json_set(facts, "service", json_copy(name));
    print_send(effects, "ticket", json_text(facts, "number"), print_ticket(&reader, facts));
    json_free(&facts);
}

const char *desk_may_print(const struct desk *desk)
{
    return desk_ticket(desk) || desk->missing ? NULL : TR("Nobody is at the desk.");
}

void desk_print(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    if (!desk_ticket(desk))
        return print_list(json_text_or(desk->missing, "number", ""), json_text_or(desk->missing, "text", ""),
                          effects);
    struct json *lists = open_lists(desk);
    bool missing = json_count(lists) > 0, service = asks_for_service(desk);
    json_free(&lists);
    if (!missing && !service)
        return print_ticket_of(desk, ui, effects);
    struct json *question = question_new("print", tr(ui->lang, TR("Print:")));
    question_choice(question, "1",
                    tr(ui->lang, service ? TR("papers to bring") : TR("papers that are missing")), "papers",
                    NULL);
    question_choice(question, "2", tr(ui->lang, TR("the ticket")), "ticket", NULL);
    effects_ask(effects, question);
}

bool desk_print_answered(struct desk *desk, const struct ui *ui, const struct msg *msg,
                         struct effects *effects)
{
    if (!str_equal(msg->what, "print") || !desk_ticket(desk))
        return false;
    if (str_equal(msg->text, "papers"))
        print_open(desk, ui, effects);
    else
        print_ticket_of(desk, ui, effects);
    return true;
}
