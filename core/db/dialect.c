/* core/db/dialect.c: see dialect.h. */
#include "core/db/dialect.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* In SQLite a value has a type of its own, in PostgreSQL its column has: there it can only be so or null. */
const char dialect_functions[] =
    "CREATE OR REPLACE FUNCTION typeof(anyelement) RETURNS text LANGUAGE sql IMMUTABLE AS"
    " $$ SELECT CASE WHEN $1 IS NULL THEN 'null' WHEN pg_typeof($1)::text = 'text' THEN 'text' ELSE "
    "'integer' END $$;";

/* --- words --- */

/* The next word, sign or quoted text; spaces lead it. Its length; 0 at the end. */
static size_t token_at(const char *text, size_t *lead)
{
    size_t i = strspn(text, " \n\t");
    *lead = i;
    if (!text[i])
        return i;
    if (text[i] == '\'') {
        i++;
        while (text[i] && (text[i] != '\'' || text[i + 1] == '\''))
            i += text[i] == '\'' ? 2 : 1;
        return text[i] ? i + 1 : i;
    }
    if (!isalnum((unsigned char)text[i]) && text[i] != '_' && text[i] != '$')
        return i + 1;
    while (isalnum((unsigned char)text[i]) || text[i] == '_' || text[i] == '$' || text[i] == '.')
        i++;
    return i;
}

struct token {
    const char *at;   /* with the spaces that lead it */
    const char *word; /* without */
    size_t length;    /* of the word; 0: the end */
};

static struct token next_token(const char **text)
{
    size_t lead, all = token_at(*text, &lead);
    struct token token = {.at = *text, .word = *text + lead, .length = all - lead};
    *text += all;
    return token;
}

static bool is_word(const struct token *token, const char *word)
{
    return token->length == strlen(word) && strncmp(token->word, word, token->length) == 0;
}

/* The words that follow in this order; then *text is behind them. */
static bool follow(const char **text, const char *first, const char *second)
{
    const char *at = *text;
    struct token one = next_token(&at);
    if (!is_word(&one, first))
        return false;
    if (second) {
        struct token two = next_token(&at);
        if (!is_word(&two, second))
            return false;
    }
    *text = at;
    return true;
}

/* Names of ours that PostgreSQL keeps for itself. */
static bool is_reserved(const struct token *token)
{
    return is_word(token, "session_user");
}

static void add_token(struct buf *out, const struct token *token)
{
    buf_add(out, token->at, (size_t)(token->word - token->at));
    if (is_reserved(token))
        buf_addc(out, '"');
    buf_add(out, token->word, token->length);
    if (is_reserved(token))
        buf_addc(out, '"');
}

int dialect_parameters(const char *sql)
{
    int highest = 0;
    struct token token;
    while ((token = next_token(&sql)).length)
        if (*token.word == '$' && atoi(token.word + 1) > highest)
            highest = atoi(token.word + 1);
    return highest;
}

/* --- the order of nulls --- */

/* The columns of rows may be null; all others that anything is ordered by may not (tables.def). */
static bool may_be_null(const struct token *column)
{
    static const char *const names[] = {
#define COLUMN(id, member, type) #member,
#include "core/db/tables.def"
    };
    const char *name = column->word;
    size_t length = column->length;
    for (size_t i = length; i > 0; i--)
        if (name[i - 1] == '.') {
            name += i;
            length -= i;
            break;
        }
    if (length && name[length - 1] == '_')
        length--;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strlen(names[i]) == length && strncmp(names[i], name, length) == 0)
            return true;
    return false;
}

/* A list of columns, or of terms, up to what ends it: nulls come first in it, as SQLite has them. */
static void add_ordered(struct buf *out, const char **text)
{
    static const char *const ends[] = {"LIMIT", "OFFSET", "UNION", ")", ";"};
    int depth = 0;
    for (bool more = true; more;) {
        struct token first = {0};
        size_t words = 0;
        bool down = false;
        for (;;) {
            const char *at = *text;
            struct token token = next_token(&at);
            bool end = !token.length;
            for (size_t i = 0; depth == 0 && i < sizeof ends / sizeof *ends; i++)
                end = end || is_word(&token, ends[i]);
            bool comma = depth == 0 && is_word(&token, ",");
            if (end || comma) {
                more = comma;
                break;
            }
            depth += is_word(&token, "(") - is_word(&token, ")");
            if (is_word(&token, "DESC"))
                down = true;
            else if (!is_word(&token, "ASC") && words++ == 0)
                first = token;
            add_token(out, &token);
            *text = at;
        }
        if (words == 1 && may_be_null(&first))
            buf_adds(out, down ? " NULLS LAST" : " NULLS FIRST");
        if (more) {
            struct token comma = next_token(text);
            add_token(out, &comma);
        }
    }
}

static bool joins(const char *text)
{
    return strncmp(text + strspn(text, " \n\t"), "||", 2) == 0;
}

void dialect_statement(struct buf *out, const char *sql)
{
    struct token token;
    int bars = 0; /* right before: "||" is two */
    while ((token = next_token(&sql)).length) {
        add_token(out, &token);
        if (*token.word == '$' && (bars == 2 || joins(sql)))
            buf_adds(out, "::text"); /* what is joined does not say what it is */
        bars = is_word(&token, "|") ? bars + 1 : 0;
        if (is_word(&token, "ORDER") && follow(&sql, "BY", NULL)) {
            buf_adds(out, " BY");
            add_ordered(out, &sql);
        }
    }
}

/* --- making tables --- */

static void skip_statement(const char **text)
{
    struct token token;
    while ((token = next_token(text)).length && !is_word(&token, ";")) {
    }
}

/* CREATE TRIGGER name AFTER what [WHEN condition] BEGIN statements END; as a function and a trigger that calls it. */
static void add_trigger(struct buf *out, const char **text)
{
    struct buf after = {0}, when = {0}, body = {0};
    struct token name = next_token(text), token;
    while ((token = next_token(text)).length && !is_word(&token, "WHEN") && !is_word(&token, "BEGIN"))
        add_token(&after, &token);
    if (is_word(&token, "WHEN"))
        while ((token = next_token(text)).length && !is_word(&token, "BEGIN"))
            add_token(&when, &token);
    int cases = 0; /* CASE … END within */
    while ((token = next_token(text)).length && (cases > 0 || !is_word(&token, "END"))) {
        cases += is_word(&token, "CASE") - is_word(&token, "END");
        add_token(&body, &token);
    }
    (void)follow(text, ";", NULL);
    buf_addf(
        out,
        "CREATE FUNCTION %.*s() RETURNS trigger LANGUAGE plpgsql AS $body$ BEGIN%s RETURN NULL; END $body$;"
        " CREATE TRIGGER %.*s%s FOR EACH ROW",
        (int)name.length, name.word, buf_text(&body), (int)name.length, name.word, buf_text(&after));
    if (when.length)
        buf_addf(out, " WHEN (%s)", buf_text(&when));
    buf_addf(out, " EXECUTE FUNCTION %.*s();", (int)name.length, name.word);
    buf_free(&after);
    buf_free(&when);
    buf_free(&body);
}

/* CREATE [UNIQUE] INDEX … ON table (columns) */
static void add_index(struct buf *out, const char **text)
{
    struct token token;
    while ((token = next_token(text)).length && !is_word(&token, "("))
        add_token(out, &token);
    add_token(out, &token);
    add_ordered(out, text);
}

void dialect_script(struct buf *out, const char *sql)
{
    struct token token;
    bool creating = false;
    while ((token = next_token(&sql)).length) {
        if (is_word(&token, "PRAGMA")) {
            skip_statement(&sql);
            continue;
        }
        if (is_word(&token, "CREATE") && follow(&sql, "TRIGGER", NULL)) {
            add_trigger(out, &sql);
            continue;
        }
        if (is_word(&token, "DROP") && follow(&sql, "TRIGGER", NULL)) { /* it goes with its function */
            struct token name = next_token(&sql);
            buf_addf(out, " DROP FUNCTION %.*s() CASCADE", (int)name.length, name.word);
            continue;
        }
        if (is_word(&token, "WITHOUT") && follow(&sql, "ROWID", NULL))
            continue;
        add_token(out, &token);
        if (is_word(&token, "CREATE") || is_word(&token, "ALTER"))
            creating = true;
        else if (is_word(&token, ";"))
            creating = false;
        else if (creating && is_word(&token, "INDEX"))
            add_index(out, &sql);
        else if (creating && is_word(&token, "TEXT"))
            buf_adds(out, " COLLATE \"C\""); /* by bytes, as everywhere in the house */
    }
}
