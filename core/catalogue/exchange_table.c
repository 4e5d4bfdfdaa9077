/* core/catalogue/exchange_table.c: lines of cells between tabs, the first of which names the columns, as statistics offices
 * and spreadsheets give their lists away. See exchange_inside.h. */
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/exchange_inside.h"
#include "core/model/money.h"

enum { COLUMNS_MAX = 64, ID_MAX = 56, LINE_MAX_BYTES = 256 * 1024, SHOWN_MAX = 40 };

enum role {
    COLUMN_OTHER,
    COLUMN_COUNTRY,
    COLUMN_AGENCY,
    COLUMN_ID,
    COLUMN_NAME,
    COLUMN_NAME_EN,
    COLUMN_DESCRIPTION,
    COLUMN_FEE,
    COLUMN_CURRENCY,
    COLUMN_TIME,
    COLUMN_DOCUMENTS,
    COLUMN_SOURCE,
    ROLE_COUNT
};

struct table {
    struct catalogue_reading *reading;
    enum role roles[COLUMNS_MAX];
    int columns;
    size_t line;                   /* of the file, from 1 */
    const char *cells[ROLE_COUNT]; /* of this line; "" where there is nothing */
};

/* --- the first line --- */

/* In this order: a "service name in original language" is a name, a "service id" is not. */
static const struct {
    enum role role;
    bool whole; /* the title is exactly this; else it holds it */
    const char *title;
} titles[] = {
    {COLUMN_ID, true, "id"},
    {COLUMN_ID, true, "code"},
    {COLUMN_ID, true, "service id"},
    {COLUMN_ID, true, "service code"},
    {COLUMN_NAME_EN, false, "english"},
    {COLUMN_NAME_EN, true, "name_en"},
    {COLUMN_NAME_EN, true, "name (en)"},
    {COLUMN_COUNTRY, false, "country"},
    {COLUMN_CURRENCY, false, "currency"},
    {COLUMN_FEE, false, "fee"},
    {COLUMN_FEE, false, "price"},
    {COLUMN_FEE, false, "tariff"},
    {COLUMN_TIME, false, "duration"},
    {COLUMN_TIME, false, "time"},
    {COLUMN_DOCUMENTS, false, "document"},
    {COLUMN_DOCUMENTS, false, "papers"},
    {COLUMN_SOURCE, false, "source"},
    {COLUMN_SOURCE, true, "url"},
    {COLUMN_DESCRIPTION, false, "description"},
    {COLUMN_AGENCY, false, "agency"},
    {COLUMN_AGENCY, false, "authority"},
    {COLUMN_AGENCY, false, "ministry"},
    {COLUMN_AGENCY, false, "organi"},
    {COLUMN_NAME, false, "name"},
    {COLUMN_NAME, true, "service"},
    {COLUMN_NAME, true, "title"},
};

static enum role role_of(const char *title)
{
    for (size_t i = 0; i < sizeof titles / sizeof *titles; i++)
        if (titles[i].whole ? strcmp(title, titles[i].title) == 0 : strstr(title, titles[i].title) != NULL)
            return titles[i].role;
    return COLUMN_OTHER;
}

static bool has_role(const struct table *table, enum role role)
{
    for (int i = 0; i < table->columns; i++)
        if (table->roles[i] == role)
            return true;
    return false;
}

static void take_title(struct table *table, const char *text, size_t length)
{
    char *title = words_trimmed(text, length);
    struct buf folded = {0};
    utf8_fold(&folded, title);
    enum role role = role_of(buf_text(&folded));
    if (has_role(table, role))
        role = COLUMN_OTHER;
    table->roles[table->columns++] = role;
    if (role == COLUMN_OTHER)
        exchange_note(table->reading, "The column \"%.*s\" is not taken over.", SHOWN_MAX, title);
    buf_free(&folded);
    free(title);
}

static enum err read_titles(struct table *table, const char *line, size_t length, struct err_info *info)
{
    const char *end = line + length;
    if (!memchr(line, '\t', length) || !utf8_valid(line, length))
        return err_set(info, ERR_INVALID,
                       "it is not JSON, and its first line does not name columns with tabs between them.");
    while (line <= end && table->columns < COLUMNS_MAX) {
        const char *tab = memchr(line, '\t', (size_t)(end - line)), *stop = tab ? tab : end;
        take_title(table, line, (size_t)(stop - line));
        line = stop + 1;
    }
    if (line <= end)
        return err_set(info, ERR_INVALID, "its first line names more than %d columns.", COLUMNS_MAX);
    if (!has_role(table, COLUMN_NAME) && !has_role(table, COLUMN_NAME_EN))
        return err_set(
            info, ERR_INVALID,
            "no column of its first line is called \"name\": what the services are called must be there.");
    return ERR_OK;
}

/* --- one line --- */

/* The language of "name in original language": of countries whose language is written the same way. */
static const char *own_language(const struct table *table)
{
    static const struct {
        const char *country, *lang;
    } known[] = {{"AZ", "az"}, {"ID", "id"}, {"RU", "ru"}, {"DE", "de"}, {"AT", "de"},
                 {"TR", "tr"}, {"FR", "fr"}, {"GB", "en"}, {"US", "en"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (strcasecmp(table->cells[COLUMN_COUNTRY], known[i].country) == 0)
            return known[i].lang;
    return table->reading->home->language;
}

static void set_names(struct table *table, struct json *service)
{
    const char *own = table->cells[COLUMN_NAME], *english = table->cells[COLUMN_NAME_EN],
               *lang = own_language(table);
    struct json *name = *own ? words_name(lang, own) : json_new_object();
    if (*english && json_is_object(name) && !(*own && str_equal(lang, "en")))
        json_set_text(name, "en", english);
    json_set(service, "name", name);
}

/* "5", "5.5", "5,50" in the currency's own decimals. */
static bool plain_amount(const char *text, const char *currency, char out[MONEY_TEXT])
{
    struct money money = {0};
    size_t whole = strspn(text, "0123456789"), decimals = 0;
    int allowed = money_decimals(currency);
    if (whole == 0 || whole > 12)
        return false;
    if (text[whole] == '.' || text[whole] == ',')
        decimals = strspn(text + whole + 1, "0123456789");
    if (text[whole] && (decimals == 0 || text[whole + 1 + decimals] || (int)decimals > allowed))
        return false;
    for (size_t i = 0; i < whole; i++)
        money.minor = money.minor * 10 + (text[i] - '0');
    for (int i = 0; i < allowed; i++)
        money.minor = money.minor * 10 + (i < (int)decimals ? text[whole + 1 + (size_t)i] - '0' : 0);
    str_copy(money.currency, sizeof money.currency, currency);
    money_text(money, out);
    out[strcspn(out, " ")] = '\0';
    return true;
}

static bool is_number(const char *text)
{
    return *text && strspn(text, "0123456789.,") == strlen(text);
}

/* False: the line was refused. */
static bool set_fee(struct table *table, struct json *service, char *where)
{
    const char *text = table->cells[COLUMN_FEE], *currency = table->cells[COLUMN_CURRENCY];
    char amount[MONEY_TEXT];
    if (!*text)
        return true;
    if (!*currency || !is_number(text)) { /* prose stays prose */
        char *prose = xasprintf("%s%s%s", text, *currency ? " " : "", currency);
        json_set(service, "x-fee", words_name(NULL, prose));
        free(prose);
        return true;
    }
    if (money_decimals(currency) < 0) {
        exchange_refuse(table->reading, where, "\"%.*s\" is not a currency that is known here, such as AZN.",
                        SHOWN_MAX, currency);
        return false;
    }
    if (!plain_amount(text, currency, amount)) {
        exchange_refuse(table->reading, where, "\"%.*s\" is not an amount of %s.", SHOWN_MAX, text, currency);
        return false;
    }
    struct json *fees = json_new_array(), *fee = json_new_object();
    json_set_text(fee, "tier", "standard");
    json_set_text(fee, "duty", amount);
    json_set_text(fee, "currency", currency);
    json_add(fees, fee);
    json_set(service, "fees", fees);
    return true;
}

static void set_documents(const struct table *table, struct json *service)
{
    struct json *names = words_split(table->cells[COLUMN_DOCUMENTS], ';'), *list = json_new_array();
    for (const struct json *name = json_first(names); name; name = json_next(name))
        words_add_coded(list, NULL, json_as_text(name));
    if (json_count(list) > 0)
        json_set(service, "documents", list);
    else
        json_free(&list);
    json_free(&names);
}

static char *own_prefix(const struct table *table)
{
    return *table->cells[COLUMN_COUNTRY] ? words_slug(table->cells[COLUMN_COUNTRY], 8) : NULL;
}

/* NULL: the line names no agency, and nobody named one for all. */
static const char *agency_of(struct table *table)
{
    const char *name = table->cells[COLUMN_AGENCY];
    if (!*name)
        return table->reading->home->agency;
    char *prefix = own_prefix(table);
    const char *id = words_agency(table->reading, prefix, NULL, name, NULL);
    free(prefix);
    return id;
}

static void set_id(const struct table *table, struct json *service, const char *agency)
{
    const char *id = table->cells[COLUMN_ID], *name = *table->cells[COLUMN_NAME_EN]
                                                          ? table->cells[COLUMN_NAME_EN]
                                                          : table->cells[COLUMN_NAME];
    size_t used = strlen(agency) + 1;
    char *slug = words_slug(name, used + 16 < ID_MAX ? ID_MAX - used : 16);
    char *made = *id ? xstrdup(id) : xasprintf("%s.%s", agency, slug);
    json_set_text(service, "id", made);
    free(slug);
    free(made);
}

static void read_row(struct table *table, char *where)
{
    struct json *service = json_new_object();
    const char *agency = agency_of(table), *lang = own_language(table);
    if (!*table->cells[COLUMN_NAME] && !*table->cells[COLUMN_NAME_EN]) {
        exchange_refuse(table->reading, where, "The service has no name.");
    } else if (!agency) {
        exchange_refuse(table->reading, where,
                        "No agency is named: name one in the line, or --agency for all of them.");
    } else if (set_fee(table, service, where)) {
        set_id(table, service, agency);
        json_set_text(service, "agency", agency);
        set_names(table, service);
        if (*table->cells[COLUMN_DESCRIPTION])
            json_set(service, "description", words_name(lang, table->cells[COLUMN_DESCRIPTION]));
        if (*table->cells[COLUMN_TIME])
            words_set_time(service, NULL, table->cells[COLUMN_TIME]);
        set_documents(table, service);
        if (*table->cells[COLUMN_SOURCE])
            json_set_text(service, "x-source", table->cells[COLUMN_SOURCE]);
        exchange_add(table->reading, where, service);
        return;
    }
    json_free(&service);
}

static const char *what_is_wrong(const char *line, size_t length)
{
    if (length > LINE_MAX_BYTES)
        return "The line is longer than a service can be.";
    if (!utf8_valid(line, length))
        return "The line is not UTF-8 text.";
    for (size_t i = 0; i < length; i++)
        if (((unsigned char)line[i] < ' ' && line[i] != '\t') || line[i] == 0x7f)
            return "The line holds a control character.";
    return NULL;
}

static int count_cells(const char *line, size_t length)
{
    int count = 1;
    for (size_t i = 0; i < length; i++)
        count += line[i] == '\t';
    return count;
}

static void read_line(struct table *table, const char *line, size_t length)
{
    char *cells[COLUMNS_MAX], *where = xasprintf("line %zu", table->line);
    const char *wrong = what_is_wrong(line, length);
    int count = wrong ? 0 : count_cells(line, length);
    if (wrong) {
        exchange_refuse(table->reading, where, "%s", wrong);
        return;
    }
    if (count != table->columns) {
        exchange_refuse(table->reading, where, "The line has %d columns; the first line names %d.", count,
                        table->columns);
        return;
    }
    for (int i = 0; i < ROLE_COUNT; i++)
        table->cells[i] = "";
    for (int i = 0; i < count; i++) {
        const char *tab = memchr(line, '\t', length);
        size_t size = tab ? (size_t)(tab - line) : length;
        cells[i] = words_trimmed(line, size);
        table->cells[table->roles[i]] = cells[i];
        line += size + 1;
        length -= size < length ? size + 1 : length;
    }
    read_row(table, where);
    for (int i = 0; i < count; i++)
        free(cells[i]);
}

/* Services of one name are told apart by their place; a line that says the same as one before stays and is refused. */
static void number_twice(struct catalogue_file *file)
{
    size_t count, first = 0;
    struct catalogue_entry **list = exchange_sorted(file, &count);
    char **ids = xcalloc(count + 1, sizeof *ids);
    for (size_t i = 0; i < count; i++) {
        const char *id = json_text(list[i]->service, "id");
        if (strcmp(id, json_text(list[first]->service, "id")) != 0)
            first = i;
        bool same = false;
        for (size_t k = first; k < i && !same; k++)
            same = json_equal(list[k]->service, list[i]->service);
        if (i > first && !same)
            ids[i] = xasprintf("%s-%zu", id, i - first + 1);
    }
    for (size_t i = 0; i < count; i++)
        if (ids[i]) {
            json_set_text(list[i]->service, "id", ids[i]);
            free(ids[i]);
        }
    free(ids);
    free(list);
}

enum err exchange_read_table(struct catalogue_reading *reading, const char *bytes, size_t length,
                             struct err_info *info)
{
    struct table table = {.reading = reading};
    const char *at = bytes, *end = bytes + length;
    reading->file->format = "a tab-separated list";
    reading->file->whole = reading->file->foreign = true;
    while (at < end || table.line == 0) {
        const char *stop = at < end ? memchr(at, '\n', (size_t)(end - at)) : end;
        stop = stop ? stop : end;
        size_t size = (size_t)(stop - at);
        if (size > 0 && at[size - 1] == '\r')
            size--;
        table.line++;
        if (table.line == 1) {
            enum err err = read_titles(&table, at, size, info);
            if (err != ERR_OK)
                return err;
        } else if (size > 0) {
            read_line(&table, at, size);
        }
        at = stop + 1;
    }
    if (!has_role(&table, COLUMN_ID))
        number_twice(reading->file);
    return ERR_OK;
}
