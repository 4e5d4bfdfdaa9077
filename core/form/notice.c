/* core/form/notice.c: see notice.h. Reads a template into tokens, then fills it in. Knows neither services nor where
 * values come from (notice_context.c does). */
#include "core/form/notice.h"

#include <stdlib.h>
#include <string.h>
#include <wchar.h>

#include "core/form/decimal.h"

/* Far beyond a letter to a citizen, far below what would be felt. */
enum { NOTICE_BYTES_MAX = 256 * 1024, NESTING_MAX = 32, SHOWN_NAME = 60 };

/* --- reading --- */

enum token_kind { TOKEN_TEXT, TOKEN_VALUE, TOKEN_RAW, TOKEN_SECTION, TOKEN_INVERTED, TOKEN_END };
struct token {
    enum token_kind kind;
    char *text; /* of the template, or the name */
    int end;    /* index of the end of a section */
};
struct tokens {
    struct token *list;
    int count, room;
};

static void add_token(struct tokens *tokens, enum token_kind kind, const char *text, size_t length)
{
    if (tokens->count == tokens->room) {
        tokens->room = tokens->room ? tokens->room * 2 : 16;
        tokens->list = xrealloc(tokens->list, (size_t)tokens->room * sizeof *tokens->list);
    }
    tokens->list[tokens->count++] = (struct token){.kind = kind, .text = xstrndup(text, length)};
}

static void tokens_free(struct tokens *tokens)
{
    for (int i = 0; i < tokens->count; i++)
        free(tokens->list[i].text);
    free(tokens->list);
    *tokens = (struct tokens){0};
}

static enum err broken(struct err_info *info, const char *name, size_t length, const char *why)
{
    return err_set(info, ERR_INVALID, "The notice's template cannot be read at {{%.*s}}: %s",
                   (int)(length < SHOWN_NAME ? length : SHOWN_NAME), name, why);
}

struct tag {
    enum token_kind kind;
    bool comment;
    const char *name; /* without blanks around it */
    size_t length;
    const char *end; /* behind the tag */
};

/* One tag; open points at its braces. */
static enum err read_tag(const char *open, struct tag *tag, struct err_info *info)
{
    static const struct {
        char sign;
        enum token_kind kind;
    } kinds[] = {
        {'{', TOKEN_RAW}, {'&', TOKEN_RAW}, {'#', TOKEN_SECTION}, {'^', TOKEN_INVERTED}, {'/', TOKEN_END}};
    const char *name = open + 2, *closing = *name == '{' ? "}}}" : "}}", *end = strstr(name, closing);
    if (!end)
        return broken(info, name, strcspn(name, "\n"), "the tag has no end: close it with }}.");
    *tag = (struct tag){.kind = TOKEN_VALUE, .comment = *name == '!', .end = end + strlen(closing)};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (*name == kinds[i].sign)
            tag->kind = kinds[i].kind;
    if (*name == '>' || *name == '=')
        return broken(info, name, (size_t)(end - name), "only values, sections and comments are known here.");
    name += tag->kind != TOKEN_VALUE || tag->comment;
    name += strspn(name, " \t\r\n");
    while (end > name && strchr(" \t\r\n", end[-1]))
        end--;
    tag->name = name;
    tag->length = end > name ? (size_t)(end - name) : 0;
    if (!tag->comment && !tag->length)
        return broken(info, "", 0, "it has no name.");
    return ERR_OK;
}

/* A section's or comment's tag alone on its line takes the line with it: *from goes back to where the line begins,
 * *to behind its end. */
static void take_line(const char *start, const char **from, const char **to)
{
    const char *left = *from, *right = *to;
    while (left > start && (left[-1] == ' ' || left[-1] == '\t'))
        left--;
    right += strspn(right, " \t");
    if ((left > start && left[-1] != '\n') || (*right && *right != '\n' && strncmp(right, "\r\n", 2) != 0))
        return;
    *from = left;
    *to = right + (*right == '\r') + (*right != '\0');
}

static enum err match_sections(struct tokens *tokens, struct err_info *info)
{
    int open[NESTING_MAX], depth = 0;
    for (int i = 0; i < tokens->count; i++) {
        struct token *token = &tokens->list[i];
        size_t length = strlen(token->text);
        if (token->kind == TOKEN_SECTION || token->kind == TOKEN_INVERTED) {
            if (depth == NESTING_MAX)
                return broken(info, token->text, length, "sections are nested too deep.");
            open[depth++] = i;
        } else if (token->kind == TOKEN_END) {
            if (!depth || strcmp(tokens->list[open[depth - 1]].text, token->text) != 0)
                return broken(info, token->text, length, "it ends a section that is not open here.");
            tokens->list[open[--depth]].end = i;
        }
    }
    if (!depth)
        return ERR_OK;
    char why[SHOWN_NAME + 64];
    const char *name = tokens->list[open[depth - 1]].text;
    str_format(why, sizeof why, "the section has no end: close it with {{/%.*s}}.", SHOWN_NAME, name);
    return broken(info, name, strlen(name), why);
}

static enum err read_template(const char *template, struct tokens *tokens, struct err_info *info)
{
    const char *at = template, *open;
    while ((open = strstr(at, "{{"))) {
        struct tag tag = {0};
        enum err err = read_tag(open, &tag, info);
        if (err != ERR_OK)
            return err;
        const char *from = open, *to = tag.end;
        if (tag.comment || tag.kind == TOKEN_SECTION || tag.kind == TOKEN_INVERTED || tag.kind == TOKEN_END)
            take_line(template, &from, &to);
        if (from > at)
            add_token(tokens, TOKEN_TEXT, at, (size_t)(from - at));
        if (!tag.comment)
            add_token(tokens, tag.kind, tag.name, tag.length);
        at = to;
    }
    if (*at)
        add_token(tokens, TOKEN_TEXT, at, strlen(at));
    return match_sections(tokens, info);
}

/* --- filling --- */

struct scope { /* of a section, and those around it */
    const struct json *value;
    const struct scope *outer;
};
struct filling {
    const struct tokens *tokens;
    const struct notice_options *options;
    struct buf *out;
    size_t bytes_max;
    struct err_info *info;
    enum err err; /* the first problem */
};

/* "a.b": a is looked for outwards, b in what a is and nowhere else. */
static const struct json *look_up(const struct scope *scope, const char *name)
{
    size_t length = strcspn(name, ".");
    if (strcmp(name, ".") == 0)
        return scope->value;
    char *first = xstrndup(name, length);
    const struct json *found = NULL;
    for (; scope && !found; scope = scope->outer)
        found = json_get(scope->value, first);
    free(first);
    while (found && name[length] == '.') {
        name += length + 1;
        length = strcspn(name, ".");
        char *part = xstrndup(name, length);
        found = json_get(found, part);
        free(part);
    }
    return found;
}

static bool is_falsy(const struct json *value)
{
    if (!value || json_is_null(value))
        return true;
    if (json_is_bool(value))
        return !json_as_bool(value, false);
    if (json_is_text(value))
        return !*json_as_text(value);
    return json_is_array(value) && json_count(value) == 0;
}

static void add_html(struct buf *out, const char *text)
{
    static const struct {
        char sign;
        const char *entity;
    } entities[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}};
    for (; *text; text++) {
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++)
            if (*text == entities[i].sign)
                entity = entities[i].entity;
        if (entity)
            buf_adds(out, entity);
        else
            buf_addc(out, *text);
    }
}

/* A value as it is printed; nothing for what has no text of its own. */
static void value_text(const struct json *value, struct buf *out)
{
    char number[DECIMAL_TEXT];
    if (json_is_text(value)) {
        buf_adds(out, json_as_text(value));
    } else if (json_is_number(value)) {
        decimal_text(json_as_number(value, 0), number);
        buf_adds(out, number);
    } else if (json_is_bool(value)) {
        buf_adds(out, json_as_bool(value, false) ? "true" : "false");
    }
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

static void fill_value(struct filling *filling, const struct token *token, const struct scope *scope)
{
    struct buf text = {0};
    value_text(look_up(scope, token->text), &text);
    if (filling->options->strict && is_blank(buf_text(&text))) {
        if (filling->err == ERR_OK)
            filling->err =
                err_set(filling->info, ERR_INVALID,
                        "The notice needs \"%.*s\", which is blank: fill it in, or choose a reason "
                        "that gives it.",
                        SHOWN_NAME, token->text);
        buf_addf(filling->out, "[%s]", token->text);
    } else if (filling->options->html && token->kind == TOKEN_VALUE) {
        add_html(filling->out, buf_text(&text));
    } else {
        buf_adds(filling->out, buf_text(&text));
    }
    buf_free(&text);
}

static void fill_range(struct filling *filling, int from, int to, const struct scope *scope);

static void fill_section(struct filling *filling, int at, const struct scope *scope)
{
    const struct token *token = &filling->tokens->list[at];
    const struct json *value = look_up(scope, token->text);
    bool falsy = is_falsy(value);
    if (falsy == (token->kind == TOKEN_SECTION))
        return;
    if (falsy) {
        fill_range(filling, at + 1, token->end, scope);
    } else if (json_is_array(value)) {
        for (const struct json *one = json_first(value); one; one = json_next(one))
            fill_range(filling, at + 1, token->end, &(struct scope){one, scope});
    } else {
        fill_range(filling, at + 1, token->end, &(struct scope){value, scope});
    }
}

static void fill_range(struct filling *filling, int from, int to, const struct scope *scope)
{
    for (int i = from; i < to; i++) {
        const struct token *token = &filling->tokens->list[i];
        if (filling->out->length > filling->bytes_max) {
            filling->err = err_set(filling->info, ERR_INVALID, "The notice grows beyond all measure.");
            return;
        }
        if (token->kind == TOKEN_TEXT) {
            buf_adds(filling->out, token->text);
        } else if (token->kind == TOKEN_SECTION || token->kind == TOKEN_INVERTED) {
            fill_section(filling, i, scope);
            i = token->end;
        } else if (token->kind != TOKEN_END) {
            fill_value(filling, token, scope);
        }
    }
}

enum err notice_fill(const char *template, const struct json *context, const struct notice_options *options,
                     struct buf *out, struct err_info *info)
{
    struct tokens tokens = {0};
    struct filling filling = {.tokens = &tokens,
                              .options = options,
                              .out = out,
                              .bytes_max = out->length + NOTICE_BYTES_MAX,
                              .info = info};
    const struct scope scope = {context, NULL};
    filling.err = read_template(template, &tokens, info);
    if (filling.err == ERR_OK)
        fill_range(&filling, 0, tokens.count, &scope);
    tokens_free(&tokens);
    return filling.err;
}

enum err notice_names(const char *template, notice_name *each, void *context, struct err_info *info)
{
    struct tokens tokens = {0};
    const char *sections[NESTING_MAX];
    int depth = 0;
    enum err err = read_template(template, &tokens, info);
    for (int i = 0; err == ERR_OK && i < tokens.count; i++) {
        const struct token *token = &tokens.list[i];
        if (token->kind == TOKEN_TEXT)
            continue;
        if (token->kind == TOKEN_END) {
            depth--;
            continue;
        }
        each(context, token->text, sections, depth);
        if (token->kind == TOKEN_SECTION || token->kind == TOKEN_INVERTED)
            sections[depth++] = token->text;
    }
    tokens_free(&tokens);
    return err;
}

/* --- wrapping --- */

/* Cells of a character; where the locale does not know it, one. */
static int cells_of(int32_t code)
{
    int cells = code < 0 ? 1 : wcwidth((wchar_t)code);
    return cells < 0 ? 1 : cells;
}

static int cells_in(const char *text, size_t length)
{
    int cells = 0;
    for (size_t at = 0, used; at < length; at += used)
        cells += cells_of(utf8_decode(text + at, length - at, &used));
    return cells;
}

/* Bytes of text that fit into so many cells, at least one character. */
static size_t bytes_fitting(const char *text, size_t length, int cells)
{
    size_t at = 0, used = 0;
    while (at < length) {
        cells -= cells_of(utf8_decode(text + at, length - at, &used));
        if (cells < 0 && at > 0)
            break;
        at += used;
    }
    return at;
}

/* Lines that go on stand below the first word of a list line: "- ", "* ", "• ", "12. ". */
static int indent_of(const char *line, size_t length)
{
    size_t blanks = strspn(line, " "), at = blanks;
    size_t digits = strspn(line + at, "0123456789");
    if (digits && digits <= 3 && (line[at + digits] == '.' || line[at + digits] == ')'))
        at += digits + 1;
    else if (strncmp(line + at, "•", strlen("•")) == 0)
        at += strlen("•");
    else if (line[at] == '-' || line[at] == '*')
        at++;
    if (at > blanks && at < length && line[at] == ' ')
        return cells_in(line, at + 1);
    return (int)blanks;
}

struct wrapping {
    struct buf *out;
    int columns, indent, used; /* cells */
    bool empty;                /* no word yet on this line */
};

static void new_line(struct wrapping *w)
{
    buf_addf(w->out, "\n%*s", w->indent, "");
    w->used = w->indent;
    w->empty = true;
}

static void add_word(struct wrapping *w, const char *word, size_t length, int blanks)
{
    int cells = cells_in(word, length);
    if (w->empty && w->used == w->indent)
        blanks = 0;
    if (!w->empty && w->used + blanks + cells > w->columns) {
        new_line(w);
        blanks = 0;
    }
    buf_addf(w->out, "%*s", blanks, "");
    w->used += blanks;
    while (w->used + cells > w->columns) { /* a word that is wider than the paper */
        size_t part = bytes_fitting(word, length, w->columns - w->used);
        if (part == length)
            break;
        buf_add(w->out, word, part);
        word += part;
        length -= part;
        cells = cells_in(word, length);
        new_line(w);
    }
    buf_add(w->out, word, length);
    w->used += cells;
    w->empty = false;
}

static void wrap_line(const char *line, size_t length, int columns, struct buf *out)
{
    struct wrapping w = {.out = out, .columns = columns, .indent = indent_of(line, length), .empty = true};
    size_t at = strspn(line, " ");
    if (w.indent > columns / 2)
        w.indent = 0;
    if (at >= length)
        return;
    buf_addf(out, "%*s", (int)at, "");
    w.used = (int)at;
    for (int blanks = 0; at < length;) {
        size_t word = 0;
        while (at + word < length && line[at + word] != ' ')
            word++;
        add_word(&w, line + at, word, blanks);
        at += word;
        for (blanks = 0; at < length && line[at] == ' '; at++)
            blanks++;
    }
}

void notice_wrap(const char *text, int columns, struct buf *out)
{
    struct buf plain = {0};
    utf8_add_plain(&plain, text);
    text = buf_text(&plain);
    while (*text) {
        size_t length = strcspn(text, "\n"), own = length;
        char *line = xstrndup(text, length);
        while (own && line[own - 1] == ' ')
            own--;
        wrap_line(line, own, columns > 0 ? columns : 1, out);
        free(line);
        text += length;
        if (*text == '\n') {
            buf_addc(out, '\n');
            text++;
        }
    }
    buf_free(&plain);
}

/* --- a service's notice --- */

enum err notice_render(const struct json *service, const char *outcome, const struct json *context,
                       const char *lang, struct buf *out, struct err_info *info)
{
    const char *template = json_name_in(json_get(json_get(service, "notices"), outcome), lang);
    const struct notice_options options = {.strict = true};
    struct buf text = {0};
    if (!*template)
        return err_set(info, ERR_ABSENT, "This service has no notice for \"%.*s\".", SHOWN_NAME, outcome);
    enum err err = notice_fill(template, context, &options, &text, info);
    notice_wrap(buf_text(&text), NOTICE_COLUMNS, out);
    buf_free(&text);
    return err;
}
