/* tests/support/big_form.c: see big_form.h. */
#include "tests/support/big_form.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"

/* Sections, groups in them, blocks in those; the last three fields of a block stand in an object of their own. */
enum { SECTIONS = 5, GROUPS = 3, BLOCKS = 2, FIELDS = 10, INNER = 3 };

static const struct kind {
    const char *schema; /* without its braces; ' stands for " */
    const char *value;
} kinds[] = {
    {"'type':'string','minLength':2,'maxLength':60", "'Şəhriyar Məmmədov'"},
    {"'$ref':'#/$defs/fin'", "'7A2B3XK'"},
    {"'enum':['lost','stolen','worn','expired','name','other']", "'name'"},
    {"'type':'string','format':'date'", "'1987-03-14'"},
    {"'type':'integer','minimum':0,'maximum':150", "42"},
    {"'type':'string','format':'money'", "'125.50 AZN'"},
    {"'type':'boolean'", "true"},
    {"'type':'string','pattern':'^[A-Z]{2,3}[0-9]{6,8}$'", "'AZE1234567'"},
    {"'type':'array','uniqueItems':true,'maxItems':4,'items':{'enum':['mon','tue','wed','thu','fri']}",
     "['mon','wed']"},
    {"'oneOf':[{'const':'own','title':'Own'},{'const':'rent','title':'Rented'},{'const':'kin','title':'With "
     "kin'}]",
     "'rent'"},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

struct place { /* of the nth field */
    int section, group, block, field;
};

static struct place place_of(int n)
{
    return (struct place){.section = n / (GROUPS * BLOCKS * FIELDS),
                          .group = n / (BLOCKS * FIELDS) % GROUPS,
                          .block = n / FIELDS % BLOCKS,
                          .field = n % FIELDS};
}

void big_pointer(bool deep, int n, struct buf *out)
{
    struct place at = place_of(n);
    if (!deep)
        buf_addf(out, "/f%d", n);
    else
        buf_addf(out, "/section%d/group%d/block%d%s/f%d", at.section, at.group, at.block,
                 at.field >= FIELDS - INNER ? "/more" : "", n);
}

static struct json *parse(struct buf *text)
{
    struct json *json = NULL;
    for (size_t i = 0; i < text->length; i++)
        text->data[i] = text->data[i] == '\'' ? '"' : text->data[i];
    if (json_parse(buf_text(text), text->length, &json, NULL) != ERR_OK)
        abort(); /* a mistake in this file */
    buf_free(text);
    return json;
}

/* --- the schema --- */

static void add_field(struct buf *out, int n)
{
    buf_addf(out, "'f%d':{%s,'title':'Field %d'}", n, kinds[n % KINDS].schema, n);
}

/* The fields from n on; every other one is required. */
static void add_fields(struct buf *out, int n, int count)
{
    buf_adds(out, "'type':'object','required':[");
    for (int i = 0; i < count; i += 2)
        buf_addf(out, "%s'f%d'", i ? "," : "", n + i);
    buf_adds(out, "],'properties':{");
    for (int i = 0; i < count; i++) {
        buf_adds(out, i ? "," : "");
        add_field(out, n + i);
    }
}

static void add_block(struct buf *out, int n)
{
    add_fields(out, n, FIELDS - INNER);
    buf_addf(out, ",'more':{'title':'More of %d',", n);
    add_fields(out, n + FIELDS - INNER, INNER);
    /* who lost it says when: as real forms ask for more by what was answered */
    buf_addf(
        out,
        "}}},'if':{'required':['f%d'],'properties':{'f%d':{'const':'lost'}}},'then':{'required':['f%d']}",
        n + 2, n + 2, n + 3);
}

static void add_deep_schema(struct buf *out)
{
    buf_adds(out, "'type':'object','properties':{");
    for (int n = 0; n < BIG_FIELDS; n += FIELDS) {
        struct place at = place_of(n);
        if (at.group == 0 && at.block == 0)
            buf_addf(out, "%s'section%d':{'type':'object','title':'Section %d','properties':{",
                     n ? "}}," : "", at.section, at.section);
        if (at.block == 0)
            buf_addf(out, "%s'group%d':{'type':'object','title':'Group %d','properties':{",
                     at.group ? "," : "", at.group, at.group);
        buf_addf(out, "%s'block%d':{'title':'Block %d',", at.block ? "," : "", at.block, at.block);
        add_block(out, n);
        buf_adds(out, at.block == BLOCKS - 1 ? "}}}" : "}");
    }
    buf_adds(out, "}}}");
}

static void add_flat_schema(struct buf *out)
{
    add_fields(out, 0, BIG_FIELDS);
    buf_adds(out,
             "},'if':{'required':['f2'],'properties':{'f2':{'const':'lost'}}},'then':{'required':['f3']}");
}

/* --- the layout: a page for each group, numbered 1.1, 1.2 …; in it the blocks, two fields of each side by side --- */

static void add_control(struct buf *out, const char *scope, int n, const char *rule)
{
    buf_addf(out, "{'type':'Control','scope':'%s/properties/f%d'%s}", scope, n, rule);
}

static void add_block_layout(struct buf *out, int n)
{
    struct place at = place_of(n);
    char *scope = xasprintf("#/properties/section%d/properties/group%d/properties/block%d", at.section,
                            at.group, at.block),
         *inner = xasprintf("%s/properties/more", scope),
         *rule =
             xasprintf(",'rule':{'effect':'SHOW','condition':{'scope':'%s/properties/f%d','schema':{'enum':["
                       "'name','lost']}}}",
                       scope, n + 2);
    buf_addf(out, "{'type':'Group','label':'Block %d','elements':[{'type':'HorizontalLayout','elements':[",
             at.block);
    add_control(out, scope, n, "");
    buf_adds(out, ",");
    add_control(out, scope, n + 1, "");
    buf_adds(out, "]}");
    for (int i = 2; i < FIELDS - INNER; i++) {
        buf_adds(out, ",");
        add_control(out, scope, n + i, i == 5 ? rule : "");
    }
    buf_adds(out, ",{'type':'Group','label':'More','elements':[");
    for (int i = FIELDS - INNER; i < FIELDS; i++) {
        buf_adds(out, i > FIELDS - INNER ? "," : "");
        add_control(out, inner, n + i, "");
    }
    buf_adds(out, "]}]}");
    free(scope);
    free(inner);
    free(rule);
}

static void add_layout(struct buf *out)
{
    buf_adds(out, "{'type':'Categorization','elements':[");
    for (int n = 0; n < BIG_FIELDS; n += FIELDS) {
        struct place at = place_of(n);
        if (at.group == 0 && at.block == 0)
            buf_addf(out, "%s{'type':'Categorization','label':'Section %d','elements':[", n ? "]}," : "",
                     at.section);
        if (at.block == 0)
            buf_addf(out, "%s{'type':'Category','label':'Group %d','elements':[", at.group ? "," : "",
                     at.group);
        else
            buf_adds(out, ",");
        add_block_layout(out, n);
        if (at.block == BLOCKS - 1)
            buf_adds(out, "]}");
    }
    buf_adds(out, "]}]}");
}

struct json *big_service(bool deep)
{
    struct buf text = {0};
    buf_adds(&text, "{'id':'t.big','agency':'t','name':{'en':'A big form'},'form':{'version':1,'schema':{");
    if (deep)
        add_deep_schema(&text);
    else
        add_flat_schema(&text);
    buf_adds(&text, ",'$defs':{'fin':{'type':'string','format':'fin'}}}");
    if (deep) {
        buf_adds(&text, ",'layout':");
        add_layout(&text);
    }
    buf_adds(&text, "}}");
    return parse(&text);
}

/* --- the answers --- */

static void put(struct json *into, int n)
{
    struct buf text = {0}, name = {0};
    buf_adds(&text, kinds[n % KINDS].value);
    buf_addf(&name, "f%d", n);
    json_set(into, buf_text(&name), parse(&text));
    buf_free(&name);
}

/* number -1: the name alone */
static struct json *object_in(struct json *into, const char *word, int number)
{
    char name[24];
    str_format(name, sizeof name, "%s", word);
    if (number >= 0)
        str_format(name, sizeof name, "%s%d", word, number);
    if (!json_get(into, name))
        json_set(into, name, json_new_object());
    return json_edit(into, name);
}

struct json *big_draft(bool deep)
{
    struct json *draft = json_new_object();
    for (int n = 0; n < BIG_FIELDS; n++) {
        struct place at = place_of(n);
        struct json *into = draft;
        if (deep) {
            into = object_in(object_in(object_in(draft, "section", at.section), "group", at.group), "block",
                             at.block);
            if (at.field >= FIELDS - INNER)
                into = object_in(into, "more", -1);
        }
        put(into, n);
    }
    return draft;
}
