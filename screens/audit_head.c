/* screens/audit_head.c: a head of the audit's chain, to be kept where nobody who looks after the hall can change it: on paper
 * or in a file; and one that was kept, as somebody types it. Pure. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "screens/audit.h"
#include "screens/print_text.h"

enum { GROUP = 8, HASH = sizeof((struct audit_head *)0)->hash - 1 };

bool audit_head_here(const struct audit *self, const struct json *line, struct audit_head *head)
{
    bool ends_day = str_equal(json_text(line, "type"), "audit.head");
    const struct json *from = ends_day ? json_get(line, "detail") : json_get(self->check.told, "head");
    *head = (struct audit_head){0};
    if (strlen(json_text_or(from, "hash", "")) != HASH)
        return false;
    str_copy(head->day, sizeof head->day, json_text_or(from, "day", ""));
    str_copy(head->hash, sizeof head->hash, json_text_or(from, "hash", ""));
    str_copy(head->at, sizeof head->at, json_text_or(from, "at", ""));
    str_format(head->rev, sizeof head->rev, "%lld", (long long)json_int(from, "rev", 0));
    return true;
}

/* What it is, and what it is good for; between them the head itself. */
static char *head_text(const struct ui *ui, const struct audit_head *head, const char *shown)
{
    char what[2 * SHOW_TEXT];
    if (*head->day)
        str_format(what, sizeof what,
                   tr(ui->lang, TR("The last line of the audit on %s: its number and its hash.")), head->day);
    else
        str_copy(
            what, sizeof what,
            tr(ui->lang, TR("The last line of the audit that was checked: its number, its hash, its time.")));
    return xasprintf(
        "%s\n%s%s%s\n%s\n", what, shown, head->at, *head->at ? "\n" : "",
        tr(ui->lang, TR("Whoever has this page can have it compared later: nothing before that line "
                        "can have been changed since.")));
}

/* In groups, which a narrow roll can part and a person can read out. */
void audit_head_print(const struct ui *ui, const struct audit_head *head, struct effects *effects)
{
    struct buf shown = {0};
    buf_addf(&shown, "\n%s\n", head->rev);
    for (int i = 0; i < HASH; i += GROUP)
        buf_addf(&shown, "%.*s%s", GROUP, head->hash + i, i + GROUP < HASH ? " " : "\n");
    char *text = head_text(ui, head, buf_text(&shown));
    print_send(effects, "paper", "audit-head", print_sheet(ui, tr(ui->lang, TR("Audit")), text));
    free(text);
    buf_free(&shown);
}

/* Number and hash in one line: loketd verify --heads reads it. */
void audit_head_save(const struct ui *ui, const struct audit_head *head, const char *path,
                     struct effects *effects)
{
    char date[DATE_TEXT], shown[120];
    str_format(shown, sizeof shown, "\n%s %s\n", head->rev, head->hash);
    char *about = head_text(ui, head, shown), *text = xasprintf("%s\n\n%s", ui->session.hall_name, about);
    struct json *paper = json_new_object();
    time_date(ui->now_ms, date);
    json_set_text(paper, "title", tr(ui->lang, TR("Audit")));
    json_set_text(paper, "hall", ui->session.hall_name);
    json_set_text(paper, "text", text);
    json_set_text(paper, "date", date);
    json_set_text(paper, "page", tr(ui->lang, TR("Page {page} of {pages}")));
    json_set_bool(paper, "mono", true);
    effects_notice(effects, path, paper);
    free(about);
    free(text);
}

bool audit_head_read(const char *text, struct audit_head *head)
{
    size_t digits = 0;
    *head = (struct audit_head){0};
    text += strspn(text, " ");
    str_format(head->rev, sizeof head->rev, "%.*s", (int)strspn(text, "0123456789"), text);
    text += strlen(head->rev);
    bool apart = *text == ' ';
    for (; *text == ' ' || isxdigit((unsigned char)*text); text++)
        if (*text != ' ' && digits < sizeof head->hash)
            head->hash[digits++] = (char)tolower((unsigned char)*text);
    bool whole = digits == HASH;
    head->hash[HASH] = '\0';
    return *head->rev && apart && whole && !*text;
}
