/* core/command/rule_row.c: see rule_row.h. Knows no store and no command. */
#include "core/command/rule_row.h"

#include <string.h>

#include "core/base/clock.h"

static int64_t until_ms(const struct json *rule)
{
    int64_t ms;
    return time_parse(json_text_or(rule, "until", ""), &ms) ? ms : -1;
}

static void read_rule(const struct json *set, struct rule_queue *rule)
{
    const char *kind = json_as_text(set) ? json_as_text(set) : json_text(set, "kind");
    rule->max_run = (int)json_int(set, "max_run", 0);
    if (!kind || !rule_find(kind, &rule->kind))
        rule->kind = RULE_FIFO;
}

bool rule_row_is_over(const struct json *row, int64_t now_ms)
{
    const struct json *rule = json_get(row, "rule");
    int64_t until = until_ms(rule);
    return until >= 0 && until <= now_ms && json_is_object(json_get(rule, "before"));
}

/* Texts of one length compare as the clock does. */
const struct json *rule_row_line(const struct json *row, int64_t now_ms)
{
    char clock[CLOCK_TEXT];
    time_clock(now_ms, clock);
    const struct json *lines = json_get(json_get(row, "plan"), "lines");
    for (const struct json *line = json_first(lines); line; line = json_next(line))
        if (strcmp(json_text_or(line, "from", "99:99"), clock) <= 0 &&
            strcmp(clock, json_text_or(line, "to", "")) < 0)
            return line;
    return NULL;
}

void rule_row_now(const struct json *row, int64_t now_ms, struct rule_queue *rule)
{
    const struct json *set = json_get(row, "rule"), *line = rule_row_line(row, now_ms);
    bool over = rule_row_is_over(row, now_ms), for_a_time = until_ms(set) > now_ms;
    *rule = (struct rule_queue){.queue = json_text_or(row, "id", "")};
    read_rule(line && !for_a_time ? line : over ? json_get(set, "before") : set, rule);
}

bool rule_clock_valid(const char *text, bool end)
{
    if (!text || strlen(text) != RULE_CLOCK_TEXT - 1 || text[2] != ':')
        return false;
    for (int i = 0; i < RULE_CLOCK_TEXT - 1; i++)
        if (i != 2 && (text[i] < '0' || text[i] > '9'))
            return false;
    return (strcmp(text, "23:59") <= 0 && text[3] <= '5') || (end && strcmp(text, "24:00") == 0);
}
