/* core/catalogue/exchange_linked.c: a catalogue as CPSV-AP 3.2 in JSON-LD 1.1, and back (FORMS.md section 3; SEMIC, CPSV-AP
 * 3.2.0, cpsv-ap-SHACL.ttl). The context stands in the file and the graph is flat: every node has an IRI, and nodes name each
 * other by it.
 *
 * What the profile has words for is said in them. What it has none for stands under loket: as JSON, verbatim. A member
 * whose value does not fit its word (a name that is a number) stands whole in loket:rest, which is read last. What only
 * stands there because a shape asks for it (a service without a description) is named in loket:derived and not read
 * back. So nothing is said twice, and what was written is read again to the byte. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/catalogue/catalogue.h"
#include "core/catalogue/exchange_inside.h"

#define IRI       "urn:loket:"
#define IRI_PLACE "http://publications.europa.eu/resource/authority/country/"
#define IRI_MONEY "http://publications.europa.eu/resource/authority/currency/"
#define SERVICE   "cpsv:PublicService"
#define FALLBACK  "en"

/* --- the words --- */

/* Texts by language; links; JSON verbatim; the rest are plain. */
enum word_kind { WORD_PLAIN, WORD_NAMES, WORD_LINK, WORD_DURATION, WORD_DOUBLE, WORD_JSON };
static const struct word {
    const char *name, *iri;
    enum word_kind kind;
} words[] = {
    {"identifier", "dct:identifier", WORD_PLAIN},
    {"title", "dct:title", WORD_NAMES},
    {"description", "dct:description", WORD_NAMES},
    {"prefLabel", "skos:prefLabel", WORD_NAMES},
    {"notation", "skos:notation", WORD_PLAIN},
    {"keyword", "dcat:keyword", WORD_NAMES},
    {"status", "adms:status", WORD_LINK},
    {"spatial", "dct:spatial", WORD_LINK},
    {"type", "dct:type", WORD_LINK},
    {"hasCompetentAuthority", "cv:hasCompetentAuthority", WORD_LINK},
    {"hasChannel", "cv:hasChannel", WORD_LINK},
    {"contactPoint", "cv:contactPoint", WORD_LINK},
    {"telephone", "cv:telephone", WORD_PLAIN},
    {"email", "cv:email", WORD_PLAIN},
    {"holdsRequirement", "cv:holdsRequirement", WORD_LINK},
    {"hasSupportingEvidence", "cv:hasSupportingEvidence", WORD_LINK},
    {"supportsRequirement", "cv:supportsRequirement", WORD_LINK},
    {"hasInput", "cpsv:hasInput", WORD_LINK},
    {"hasCost", "cv:hasCost", WORD_LINK},
    {"hasValue", "cv:hasValue", WORD_DOUBLE},
    {"currency", "cv:currency", WORD_LINK},
    {"processingTime", "cv:processingTime", WORD_DURATION},
    {"hasLegalResource", "cv:hasLegalResource", WORD_LINK},
    {"follows", "cpsv:follows", WORD_LINK},
    {"produces", "cpsv:produces", WORD_LINK},
    {"isGroupedBy", "cv:isGroupedBy", WORD_LINK},
    {"openingHours", "cv:openingHours", WORD_LINK},
};
static const struct {
    const char *name, *iri;
} prefixes[] = {
    {"adms", "http://www.w3.org/ns/adms#"},
    {"cpsv", "http://purl.org/vocab/cpsv#"},
    {"cv", "http://data.europa.eu/m8g/"},
    {"dcat", "http://www.w3.org/ns/dcat#"},
    {"dct", "http://purl.org/dc/terms/"},
    {"eli", "http://data.europa.eu/eli/ontology#"},
    {"loket", IRI "ns:"},
    {"skos", "http://www.w3.org/2004/02/skos/core#"},
    {"time", "http://www.w3.org/2006/time#"},
    {"xsd", "http://www.w3.org/2001/XMLSchema#"},
};
/* Members of a service that stand under loket: as they are. */
static const char *const verbatim[] = {"standard", "priority", "reasons", "confirm", "complaint",
                                       "bundle",   "notices",  "texts",   "form",    "common",
                                       "queue",    "quota",    NULL};
/* The other words under loket:. */
static const char *const asides[] = {"time",  "hours", "contact", "count",    "when",
                                     "group", "duty",  "charge",  "days",     "from",
                                     "until", "rest",  "derived", "unlisted", NULL};

static void put_word(struct json *context, const char *name, const char *iri, enum word_kind kind)
{
    static const struct {
        const char *key, *value;
    } how[] = {[WORD_NAMES] = {"@container", "@language"},
               [WORD_LINK] = {"@type", "@id"},
               [WORD_DURATION] = {"@type", "xsd:duration"},
               [WORD_DOUBLE] = {"@type", "xsd:double"},
               [WORD_JSON] = {"@type", "@json"}};
    if (kind == WORD_PLAIN) {
        json_set_text(context, name, iri);
        return;
    }
    struct json *word = json_new_object();
    json_set_text(word, "@id", iri);
    json_set_text(word, how[kind].key, how[kind].value);
    json_set(context, name, word);
}

static void put_own_words(struct json *context, const char *const *names)
{
    for (; *names; names++) {
        char *iri = xasprintf("loket:%s", *names);
        put_word(context, iri, iri, WORD_JSON);
        free(iri);
    }
}

static struct json *new_context(void)
{
    struct json *context = json_new_object();
    json_set(context, "@version", json_new_number(1.1));
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++)
        json_set_text(context, prefixes[i].name, prefixes[i].iri);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        put_word(context, words[i].name, words[i].iri, words[i].kind);
    put_own_words(context, verbatim);
    put_own_words(context, asides);
    return context;
}

/* Lists of a service whose entries are nodes of their own. */
static const struct list {
    const char *member, *key; /* "documents", "code" */
    const char *link;         /* from the service to the entries */
    const char *part, *type;  /* in their IRIs; @type */
    const char *name;         /* the word of the entry's name */
    bool needs_name;          /* a shape asks for it */
    const char *aside[8];     /* members that stand under loket: */
} lists[] = {
    {"lifeEvents", "code", "isGroupedBy", "event", "cv:LifeEvent", "title", true, {NULL}},
    {"documents", "code", "hasInput", "evidence", "cv:Evidence", "title", true, {"count", "when"}},
    {"fees",
     "tier",
     "hasCost",
     "cost",
     "cv:Cost",
     "description",
     false,
     {"duty", "charge", "time", "days", "from", "until"}},
    {"legal", "code", "hasLegalResource", "legal", "eli:LegalResource", "title", false, {NULL}},
    {"outputs", "code", "produces", "output", "cv:Output", "title", true, {NULL}},
};
enum { LISTS = sizeof lists / sizeof *lists };

/* --- writing: nodes --- */

struct linking {
    struct json *graph;
    struct json *shared; /* IRIs of nodes that several services name */
    const char *language, *place;
};

/* A service or an agency that is being written. */
struct subject {
    struct linking *linking;
    struct json *node, *rest, *derived;
    const char *iri; /* its own, for those of its parts */
};

/* RFC 3987 knows more letters, but these are safe everywhere. */
static void add_encoded(struct buf *out, const char *text)
{
    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        bool plain = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9') ||
                     strchr("-._~", *c) != NULL;
        if (plain)
            buf_addc(out, (char)*c);
        else
            buf_addf(out, "%%%02X", *c);
    }
}

static char *iri_of(const char *base, const char *part, const char *name)
{
    struct buf iri = {0};
    buf_addf(&iri, "%s%s", base, part);
    add_encoded(&iri, name);
    return buf_take(&iri);
}

/* The graph takes it. */
static struct json *new_node(struct linking *linking, const char *iri, const char *type)
{
    struct json *node = json_new_object();
    json_set_text(node, "@id", iri);
    json_set_text(node, "@type", type);
    json_add(linking->graph, node);
    return node;
}

static void add_link(struct json *node, const char *word, const char *iri)
{
    struct json *links = json_edit(node, word);
    if (!links) {
        json_set(node, word, json_new_array());
        links = json_edit(node, word);
    }
    json_add_text(links, iri);
}

/* A node that is the same for all who name it; notation: what the house calls it. */
static void link_shared(struct subject *subject, struct json *node, const char *word, const char *iri,
                        const char *type, const char *notation)
{
    struct linking *linking = subject->linking;
    if (!json_get(linking->shared, iri)) {
        struct json *made = new_node(linking, iri, type);
        if (notation)
            json_set_text(made, strcmp(type, "cv:Channel") == 0 ? "identifier" : "notation", notation);
        json_set_bool(linking->shared, iri, true);
    }
    json_set_text(node, word, iri);
}

static void link_concept(struct subject *subject, struct json *node, const char *word, const char *base,
                         const char *part, const char *name)
{
    char *iri = iri_of(base, part, name);
    link_shared(subject, node, word, iri, "skos:Concept", name);
    free(iri);
}

/* --- writing: values --- */

/* BCP 47, as far as a map of languages needs it. */
static bool is_language(const char *tag)
{
    size_t part = 0;
    if (!*tag)
        return false;
    for (const char *c = tag; *c; c++) {
        bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z');
        bool digit = *c >= '0' && *c <= '9' && memchr(tag, '-', (size_t)(c - tag));
        if (*c == '-' ? part == 0 || !c[1] : !(letter || digit) || part == 8)
            return false;
        part = *c == '-' ? 0 : part + 1;
    }
    return true;
}

static bool all_texts(const struct json *list)
{
    for (const struct json *one = json_first(list); one; one = json_next(one))
        if (!json_is_text(one))
            return false;
    return json_count(list) > 0;
}

/* {"az":"…","en":"…"}; with lists also {"az":["…"]}. */
static bool is_names(const struct json *value, bool with_lists)
{
    if (!json_is_object(value) || json_count(value) == 0)
        return false;
    for (const struct json *one = json_first_member(value); one; one = json_next(one))
        if (!is_language(json_name(one)) ||
            !(json_is_text(one) || (with_lists && json_is_array(one) && all_texts(one))))
            return false;
    return true;
}

static void set_rest(struct subject *subject, const char *member, const struct json *value)
{
    json_set(subject->rest, member, json_copy(value));
}

static void derive(struct subject *subject, struct json *node, const char *word, const char *text,
                   const char *member)
{
    struct json *names = json_new_object();
    json_set_text(names, subject->linking->language, str_empty(text) ? "-" : text);
    json_set(node, word, names);
    json_add_text(subject->derived, member);
}

/* A name under its word. Where there is none, or one that does not fit, otherwise takes its place when a shape asks. */
static void put_names(struct subject *subject, const char *word, const struct json *value, const char *member,
                      const char *otherwise)
{
    if (is_names(value, false)) {
        json_set(subject->node, word, json_copy(value));
        return;
    }
    if (value)
        set_rest(subject, member, value);
    const char *said = json_name_in(value, FALLBACK);
    if (*said)
        otherwise = said;
    if (otherwise)
        derive(subject, subject->node, word, otherwise, member);
}

static void put_aside(struct json *node, const char *member, const struct json *value)
{
    char *word = xasprintf("loket:%s", member);
    json_set(node, word, json_copy(value));
    free(word);
}

/* What is left to be said of a subject once its words are written. */
static void close_subject(struct subject *subject)
{
    if (json_count(subject->derived) > 0)
        json_set(subject->node, "loket:derived", subject->derived);
    else
        json_free(&subject->derived);
    if (json_count(subject->rest) > 0)
        json_set(subject->node, "loket:rest", subject->rest);
    else
        json_free(&subject->rest);
}

static struct subject open_subject(struct linking *linking, struct json *node, const char *iri)
{
    return (struct subject){linking, node, json_new_object(), json_new_array(), iri};
}

/* --- writing: entries of lists --- */

static bool is_written(const struct list *list, const char *member)
{
    if (strcmp(member, list->key) == 0 || strcmp(member, "name") == 0)
        return true;
    for (size_t i = 0; i < sizeof list->aside / sizeof *list->aside && list->aside[i]; i++)
        if (strcmp(member, list->aside[i]) == 0)
            return true;
    return false;
}

/* An entry of a list can be a node: an object that its key tells apart from the others (fees share their tiers). */
static bool is_entry(const struct list *list, const struct json *all, const struct json *entry)
{
    const char *key = json_text(entry, list->key);
    if (!json_is_object(entry) || str_empty(key))
        return false;
    for (const struct json *one = json_first(all); one && one != entry; one = json_next(one))
        if (strcmp(list->member, "fees") != 0 && str_equal(json_text(one, list->key), key))
            return false;
    return true;
}

static bool are_entries(const struct list *list, const struct json *all)
{
    enum { ENTRIES_MAX = 500 };
    if (!json_is_array(all) || json_count(all) == 0 || json_count(all) > ENTRIES_MAX)
        return false;
    for (const struct json *one = json_first(all); one; one = json_next(one))
        if (!is_entry(list, all, one))
            return false;
    return true;
}

/* --- writing: papers --- */

/* Of one group any one is enough: so a group is one requirement with several evidences. */
struct requirement {
    char *iri;
    struct json *node;
};

static struct json *requirement_of(struct subject *service, struct requirement *known, int *count,
                                   const struct json *document)
{
    const char *group = json_text(document, "group"), *code = json_text_or(document, "code", "");
    bool grouped = !str_empty(group);
    char *iri = iri_of(service->iri, grouped ? "/group/" : "/requirement/", grouped ? group : code);
    for (int i = 0; i < *count; i++)
        if (strcmp(known[i].iri, iri) == 0) {
            free(iri);
            return known[i].node;
        }
    struct json *node = new_node(service->linking, iri, "cv:Requirement");
    struct subject own = open_subject(service->linking, node, iri);
    json_set_text(node, "identifier", grouped ? group : code);
    put_names(&own, "title", json_get(document, "name"), "name", code);
    if (grouped)
        json_set_text(node, "loket:group", group);
    json_free(&own.rest);
    json_free(&own.derived);
    add_link(service->node, "holdsRequirement", iri);
    known[(*count)++] = (struct requirement){iri, node};
    return node;
}

static void put_paper(struct subject *service, struct subject *evidence, struct requirement *known,
                      int *count, const struct json *document)
{
    const char *kind = json_text(document, "kind"), *group = json_text(document, "group");
    if (!str_empty(kind))
        link_concept(evidence, evidence->node, "type", IRI "kind:", "", kind);
    else if (json_get(document, "kind"))
        set_rest(evidence, "kind", json_get(document, "kind"));
    if (str_empty(group) && json_get(document, "group"))
        set_rest(evidence, "group", json_get(document, "group"));
    struct json *requirement = requirement_of(service, known, count, document);
    add_link(requirement, "hasSupportingEvidence", evidence->iri);
    json_set_text(evidence->node, "supportsRequirement", json_text(requirement, "@id"));
}

/* --- writing: fees --- */

/* The sum as a number, for those who count; it is read from duty and charge again. */
static void put_cost(struct subject *cost, const struct json *fee)
{
    const char *currency = json_text(fee, "currency");
    if (!str_empty(currency))
        link_concept(cost, cost->node, "currency", IRI_MONEY, "", currency);
    else if (json_get(fee, "currency"))
        set_rest(cost, "currency", json_get(fee, "currency"));
    json_set(cost->node, "hasValue",
             json_new_number(strtod(json_text_or(fee, "duty", "0"), NULL) +
                             strtod(json_text_or(fee, "charge", "0"), NULL)));
}

/* --- writing: lists --- */

static bool is_own(const struct list *list, const char *member)
{
    static const char *const papers[] = {"kind", "group", NULL}, *const fees[] = {"currency", NULL},
                             *const none[] = {NULL};
    const char *const *own = strcmp(list->member, "documents") == 0 ? papers
                             : strcmp(list->member, "fees") == 0    ? fees
                                                                    : none;
    for (; *own; own++)
        if (strcmp(*own, member) == 0)
            return true;
    return is_written(list, member);
}

static struct subject open_entry(struct subject *service, const struct list *list, const struct json *entry,
                                 size_t index)
{
    const char *key = json_text_or(entry, list->key, "");
    char *part = xasprintf("/%s/", list->part), *number = xasprintf("%zu", index);
    char *iri = iri_of(service->iri, part, strcmp(list->member, "fees") == 0 ? number : key);
    struct subject own = open_subject(service->linking, new_node(service->linking, iri, list->type), NULL);
    own.iri = json_text(own.node, "@id");
    if (strcmp(list->member, "lifeEvents") == 0) { /* the shapes ask for an Event and know no subclass */
        struct json *types = json_new_array();
        json_add_text(types, "cv:Event");
        json_add_text(types, list->type);
        json_set(own.node, "@type", types);
    }
    json_set_text(own.node, "identifier", key);
    put_names(&own, list->name, json_get(entry, "name"), "name", list->needs_name ? key : NULL);
    for (size_t i = 0; i < sizeof list->aside / sizeof *list->aside && list->aside[i]; i++)
        if (json_get(entry, list->aside[i]))
            put_aside(own.node, list->aside[i], json_get(entry, list->aside[i]));
    for (const struct json *one = json_first_member(entry); one; one = json_next(one))
        if (!is_own(list, json_name(one)))
            set_rest(&own, json_name(one), one);
    add_link(service->node, list->link, iri);
    free(part);
    free(number);
    free(iri);
    return own;
}

static void put_list(struct subject *service, const struct list *list, const struct json *all)
{
    struct requirement *known = xcalloc(json_count(all) + 1, sizeof *known);
    int count = 0;
    size_t index = 0;
    for (const struct json *one = json_first(all); one; one = json_next(one), index++) {
        struct subject entry = open_entry(service, list, one, index);
        if (strcmp(list->member, "documents") == 0)
            put_paper(service, &entry, known, &count, one);
        if (strcmp(list->member, "fees") == 0)
            put_cost(&entry, one);
        close_subject(&entry);
    }
    for (int i = 0; i < count; i++)
        free(known[i].iri);
    free(known);
}

static void put_lists(struct subject *service, const struct json *of)
{
    for (size_t i = 0; i < LISTS; i++) {
        const struct json *all = json_get(of, lists[i].member);
        if (are_entries(&lists[i], all))
            put_list(service, &lists[i], all);
        else if (all)
            set_rest(service, lists[i].member, all);
    }
}

/* --- writing: a service --- */

static void put_status(struct subject *service, const struct json *status)
{
    if (!str_empty(json_as_text(status)))
        link_concept(service, service->node, "status", IRI "status:", "", json_as_text(status));
    else if (status)
        set_rest(service, "status", status);
}

static bool are_words(const struct json *list)
{
    for (const struct json *one = json_first(list); one; one = json_next(one)) {
        if (str_empty(json_as_text(one)))
            return false;
        for (const struct json *other = json_first(list); other != one; other = json_next(other))
            if (str_equal(json_as_text(other), json_as_text(one)))
                return false;
    }
    return json_is_array(list) && json_count(list) > 0;
}

static void add_channel(struct subject *service, const char *name)
{
    struct json *scratch = json_new_object();
    char *iri = iri_of(IRI "channel:", "", name);
    link_shared(service, scratch, "hasChannel", iri, "cv:Channel", name);
    add_link(service->node, "hasChannel", iri);
    json_free(&scratch);
    free(iri);
}

static void add_own_channel(struct subject *service, const char *name, const char *hours)
{
    char *iri = iri_of(service->iri, "/channel/", name);
    struct json *node = new_node(service->linking, iri, "cv:Channel");
    json_set_text(node, "identifier", name);
    json_set_text(node, "openingHours", hours);
    add_link(service->node, "hasChannel", iri);
    free(iri);
}

/* Channels are the same for all services, but the profile has hours at a channel: so a service with hours has channels
 * of its own, and one that is derived when it names none. */
static void put_channels(struct subject *service, const struct json *channels, const char *hours)
{
    bool listed = channels && are_words(channels);
    if (channels && !listed)
        set_rest(service, "channels", channels);
    if (!listed && hours) {
        add_own_channel(service, "hall", hours);
        json_add_text(service->derived, "channels");
    }
    for (const struct json *one = listed ? json_first(channels) : NULL; one; one = json_next(one))
        if (hours)
            add_own_channel(service, json_as_text(one), hours);
        else
            add_channel(service, json_as_text(one));
}

/* The week in the texts of a node, whose IRI is returned; NULL when they would not tell it whole. The caller frees. */
static char *put_week(struct subject *service, const struct json *week)
{
    struct json *texts = exchange_week_texts(week), *again = exchange_week_of(texts);
    char *iri = NULL;
    if (again && json_equal(again, week)) {
        iri = iri_of(service->iri, "/hours", "");
        struct json *node = new_node(service->linking, iri, "time:TemporalEntity"),
                    *description = json_new_object();
        json_set(description, FALLBACK, json_copy(texts));
        json_set(node, "description", description);
    }
    json_free(&again);
    json_free(&texts);
    return iri;
}

/* What the week's texts do not tell, such as the dates, stands under loket:hours. */
static void put_hours(struct subject *service, const struct json *hours, const struct json *channels)
{
    char *iri = json_is_object(hours) ? put_week(service, json_get(hours, "week")) : NULL;
    put_channels(service, channels, iri);
    if (hours) {
        struct json *left = json_copy(hours);
        if (iri)
            json_remove(left, "week");
        if (!iri || json_count(left) > 0)
            put_aside(service->node, "hours", left);
        json_free(&left);
    }
    free(iri);
}

static void put_contact(struct subject *service, const struct json *contact)
{
    static const char *const told[] = {"telephone", "email"};
    if (!contact)
        return;
    char *iri = iri_of(service->iri, "/contact", "");
    struct json *node = new_node(service->linking, iri, "cv:ContactPoint");
    for (size_t i = 0; i < sizeof told / sizeof *told; i++)
        if (!str_empty(json_text(contact, told[i])))
            json_set_text(node, told[i], json_text(contact, told[i]));
    put_aside(node, "contact", contact);
    add_link(service->node, "contactPoint", iri);
    free(iri);
}

/* xsd:duration knows no weeks. */
static bool xsd_duration(const char *standard, char out[32])
{
    int days, minutes;
    if (!catalogue_duration(standard, &days, &minutes))
        return false;
    if (!strchr(standard, 'W') && strlen(standard) < 32)
        return str_copy(out, 32, standard);
    return str_format(out, 32, minutes ? "P%dDT%dM" : "P%dD", days, minutes);
}

static void put_time(struct subject *service, const struct json *time)
{
    char duration[32];
    const char *standard = json_text(time, "standard");
    if (!time)
        return;
    if (!json_is_object(time)) {
        set_rest(service, "time", time);
        return;
    }
    struct json *left = json_copy(time);
    if (xsd_duration(standard, duration)) {
        json_set_text(service->node, "processingTime", duration);
        if (strcmp(duration, standard) == 0)
            json_remove(left, "standard");
    }
    if (json_count(left) > 0 || json_count(time) == 0)
        put_aside(service->node, "time", left);
    json_free(&left);
}

static void put_procedure(struct subject *service, const struct json *procedure, const struct json *title)
{
    if (procedure && !is_names(procedure, false)) {
        set_rest(service, "procedure", procedure);
        return;
    }
    if (!procedure)
        return;
    char *iri = iri_of(service->iri, "/rule", "");
    struct json *node = new_node(service->linking, iri, "cpsv:Rule");
    json_set_text(node, "identifier", iri + strlen(IRI));
    json_set(node, "title", json_copy(title));
    json_set(node, "description", json_copy(procedure));
    add_link(service->node, "follows", iri);
    free(iri);
}

static bool is_among(const char *const *names, const char *name)
{
    for (; *names; names++)
        if (strcmp(*names, name) == 0)
            return true;
    return false;
}

static void put_verbatim(struct subject *service, const struct json *of)
{
    static const char *const said[] = {"id",         "agency",    "status",  "name",  "description",
                                       "keywords",   "channels",  "contact", "time",  "procedure",
                                       "lifeEvents", "documents", "fees",    "legal", "outputs",
                                       "hours",      NULL};
    for (const struct json *one = json_first_member(of); one; one = json_next(one))
        if (is_among(verbatim, json_name(one)))
            put_aside(service->node, json_name(one), one);
        else if (!is_among(said, json_name(one)))
            set_rest(service, json_name(one), one);
}

static void put_agency(struct linking *linking, const struct json *agency, const char *id, bool listed)
{
    char *iri = iri_of(IRI "agency:", "", id);
    if (json_get(linking->shared, iri)) {
        free(iri);
        return;
    }
    struct subject own = open_subject(linking, new_node(linking, iri, "cv:PublicOrganisation"), iri);
    json_set_text(own.node, "identifier", id);
    put_names(&own, "prefLabel", json_get(agency, "name"), "name", id);
    json_set_text(own.node, "spatial", linking->place);
    for (const struct json *one = json_first_member(agency); one; one = json_next(one))
        if (strcmp(json_name(one), "id") != 0 && strcmp(json_name(one), "name") != 0)
            set_rest(&own, json_name(one), one);
    if (!listed)
        json_set_bool(own.node, "loket:unlisted", true);
    close_subject(&own);
    json_set_bool(linking->shared, iri, true);
    free(iri);
}

static void put_service(struct linking *linking, const struct json *of)
{
    const char *id = json_text_or(of, "id", ""), *agency = json_text_or(of, "agency", "");
    char *iri = iri_of(IRI "service:", "", id), *authority = iri_of(IRI "agency:", "", agency);
    const struct json *keywords = json_get(of, "keywords");
    put_agency(linking, NULL, agency, false); /* unless it is known */
    struct subject service = open_subject(linking, new_node(linking, iri, SERVICE), iri);
    json_set_text(service.node, "identifier", id);
    put_names(&service, "title", json_get(of, "name"), "name", id);
    put_names(&service, "description", json_get(of, "description"), "description",
              json_name_in(json_get(of, "name"), linking->language));
    json_set_text(service.node, "hasCompetentAuthority", authority);
    if (!*agency)
        json_add_text(service.derived, "agency");
    if (!*agency && json_get(of, "agency"))
        set_rest(&service, "agency", json_get(of, "agency"));
    put_status(&service, json_get(of, "status"));
    if (is_names(keywords, true))
        json_set(service.node, "keyword", json_copy(keywords));
    else if (keywords)
        set_rest(&service, "keywords", keywords);
    put_hours(&service, json_get(of, "hours"), json_get(of, "channels"));
    put_contact(&service, json_get(of, "contact"));
    put_time(&service, json_get(of, "time"));
    put_lists(&service, of);
    put_procedure(&service, json_get(of, "procedure"), json_get(service.node, "title"));
    put_verbatim(&service, of);
    close_subject(&service);
    free(iri);
    free(authority);
}

static char *place_of(const char *country)
{
    static const struct {
        const char *two, *three; /* ISO 3166-1, as the authority table of countries has them */
    } known[] = {{"AZ", "AZE"}, {"ID", "IDN"}, {"DE", "DEU"}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (country && strcasecmp(country, known[i].two) == 0)
            return xasprintf(IRI_PLACE "%s", known[i].three);
    return xasprintf(IRI "place");
}

struct json *catalogue_linked(const struct json *agencies, const struct json *services,
                              const struct catalogue_home *home)
{
    struct json *document = new_context(), *whole = json_new_object();
    char *place = place_of(home->country);
    struct linking linking = {.graph = json_new_array(),
                              .shared = json_new_object(),
                              .language = home->language ? home->language : FALLBACK,
                              .place = place};
    json_set(whole, "@context", document);
    json_set(whole, "@graph", linking.graph);
    new_node(&linking, place, "dct:Location");
    struct json *plain = catalogue_document(agencies, services);
    const struct json *list = json_get(plain, "agencies");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        put_agency(&linking, one, json_text_or(one, "id", ""), true);
    list = json_get(plain, "services");
    for (const struct json *one = json_first(list); one; one = json_next(one))
        put_service(&linking, one);
    json_free(&plain);
    json_free(&linking.shared);
    free(place);
    return whole;
}

/* --- reading --- */

struct place {
    const char *iri;
    const struct json *node;
};
struct reader {
    struct catalogue_reading *reading;
    struct place *nodes; /* by IRI */
    size_t count;
};

static int by_iri(const void *a, const void *b)
{
    return strcmp(((const struct place *)a)->iri, ((const struct place *)b)->iri);
}

static const struct json *node_of(const struct reader *reader, const char *iri)
{
    const struct place wanted = {.iri = iri};
    const struct place *found =
        iri && reader->count ? bsearch(&wanted, reader->nodes, reader->count, sizeof wanted, by_iri) : NULL;
    return found ? found->node : NULL;
}

static bool has_type(const struct json *node, const char *type)
{
    const struct json *types = json_get(node, "@type");
    return str_equal(json_as_text(types), type) || (json_is_array(types) && json_has_text(types, type));
}

/* A link is an IRI, {"@id":IRI} or a list of those. */
static const char *link_iri(const struct json *link)
{
    return json_as_text(link) ? json_as_text(link) : json_text(link, "@id");
}

static const struct json *first_link(const struct json *links)
{
    return json_is_array(links) ? json_first(links) : links;
}

static const struct json *next_link(const struct json *links, const struct json *link)
{
    return json_is_array(links) ? json_next(link) : NULL;
}

static const struct json *linked(const struct reader *reader, const struct json *node, const char *word)
{
    return node_of(reader, link_iri(first_link(json_get(node, word))));
}

/* What a concept is called here; a foreign one by the end of its IRI. */
static void take_concept(const struct reader *reader, struct json *out, const char *member,
                         const struct json *node, const char *word)
{
    const char *iri = link_iri(first_link(json_get(node, word)));
    const char *notation = json_text(node_of(reader, iri), "notation");
    if (!notation && iri)
        notation = strrchr(iri, '/') ? strrchr(iri, '/') + 1 : iri;
    if (notation)
        json_set_text(out, member, notation);
}

static void take(struct json *out, const char *member, const struct json *node, const char *word)
{
    bool derived = json_has_text(json_get(node, "loket:derived"), member);
    if (json_get(node, word) && !derived)
        json_set(out, member, json_copy(json_get(node, word)));
}

static void take_aside(struct json *out, const char *member, const struct json *node)
{
    char *word = xasprintf("loket:%s", member);
    take(out, member, node, word);
    free(word);
}

static void take_rest(struct json *out, const struct json *node)
{
    const struct json *rest = json_get(node, "loket:rest");
    for (const struct json *one = json_first_member(rest); one; one = json_next(one))
        json_set(out, json_name(one), json_copy(one));
}

static struct json *read_entry(const struct reader *reader, const struct list *list, const struct json *node)
{
    struct json *entry = json_new_object();
    take(entry, list->key, node, "identifier");
    take(entry, "name", node, list->name);
    if (strcmp(list->member, "documents") == 0) {
        take_concept(reader, entry, "kind", node, "type");
        take_aside(entry, "group", linked(reader, node, "supportsRequirement"));
    }
    if (strcmp(list->member, "fees") == 0)
        take_concept(reader, entry, "currency", node, "currency");
    for (size_t i = 0; i < sizeof list->aside / sizeof *list->aside && list->aside[i]; i++)
        take_aside(entry, list->aside[i], node);
    take_rest(entry, node);
    return entry;
}

static void take_list(const struct reader *reader, const struct list *list, struct json *service,
                      const struct json *node)
{
    struct json *all = json_new_array();
    const struct json *links = json_get(node, list->link);
    for (const struct json *link = first_link(links); link; link = next_link(links, link)) {
        const struct json *entry = node_of(reader, link_iri(link));
        if (entry)
            json_add(all, read_entry(reader, list, entry));
    }
    if (json_count(all) > 0)
        json_set(service, list->member, all);
    else
        json_free(&all);
}

static void take_channels(const struct reader *reader, struct json *service, const struct json *node)
{
    struct json *all = json_new_array();
    bool derived = json_has_text(json_get(node, "loket:derived"), "channels");
    const struct json *links = derived ? NULL : json_get(node, "hasChannel");
    for (const struct json *link = first_link(links); link; link = next_link(links, link)) {
        const char *name = json_text(node_of(reader, link_iri(link)), "identifier");
        if (name)
            json_add_text(all, name);
    }
    if (json_count(all) > 0)
        json_set(service, "channels", all);
    else
        json_free(&all);
}

/* A text, {"@value":text}, a list of those, or of texts by language the first, which the others translate. */
static void add_texts(struct json *texts, const struct json *value)
{
    if (json_as_text(value))
        json_add_text(texts, json_as_text(value));
    else if (json_text(value, "@value"))
        json_add_text(texts, json_text(value, "@value"));
    else if (json_is_object(value))
        add_texts(texts, json_first(value));
    for (const struct json *one = json_is_array(value) ? json_first(value) : NULL; one; one = json_next(one))
        add_texts(texts, one);
}

/* Of the channels the first that says its hours. */
static struct json *hours_texts(const struct reader *reader, const struct json *node)
{
    struct json *texts = json_new_array();
    const struct json *channels = json_get(node, "hasChannel");
    for (const struct json *link = first_link(channels); link && json_count(texts) == 0;
         link = next_link(channels, link)) {
        const struct json *hours = json_get(node_of(reader, link_iri(link)), "openingHours");
        for (const struct json *one = first_link(hours); one; one = next_link(hours, one)) {
            const struct json *entity = node_of(reader, link_iri(one));
            add_texts(texts, entity ? json_get(entity, "description") : one);
        }
    }
    return texts;
}

/* Hours that only people can read are kept for them. */
static void take_hours(const struct reader *reader, struct json *service, const struct json *node)
{
    struct json *texts = hours_texts(reader, node), *week = exchange_week_of(texts);
    const struct json *aside = json_get(node, "loket:hours");
    if (aside && (!week || !json_is_object(aside))) {
        json_set(service, "hours", json_copy(aside));
    } else if (week) {
        struct json *hours = aside ? json_copy(aside) : json_new_object();
        json_set(hours, "week", week);
        week = NULL;
        json_set(service, "hours", hours);
    } else if (json_count(texts) > 0) {
        json_set(service, "x-hours", json_copy(texts));
    }
    json_free(&week);
    json_free(&texts);
}

static void take_time(struct json *service, const struct json *node)
{
    const struct json *aside = json_get(node, "loket:time");
    struct json *time = json_new_object();
    if (!json_get(aside, "standard"))
        take(time, "standard", node, "processingTime");
    for (const struct json *one = json_first_member(aside); one; one = json_next(one))
        if (json_name(one))
            json_set(time, json_name(one), json_copy(one));
    if (json_count(time) > 0 || aside)
        json_set(service, "time", time);
    else
        json_free(&time);
}

static struct json *read_linked_service(const struct reader *reader, const struct json *node)
{
    struct json *service = json_new_object();
    take(service, "id", node, "identifier");
    if (!json_has_text(json_get(node, "loket:derived"), "agency"))
        take(service, "agency", linked(reader, node, "hasCompetentAuthority"), "identifier");
    take_concept(reader, service, "status", node, "status");
    take(service, "name", node, "title");
    take(service, "description", node, "description");
    take(service, "keywords", node, "keyword");
    take_channels(reader, service, node);
    take_hours(reader, service, node);
    take_aside(service, "contact", linked(reader, node, "contactPoint"));
    take_time(service, node);
    for (size_t i = 0; i < LISTS; i++)
        take_list(reader, &lists[i], service, node);
    take(service, "procedure", linked(reader, node, "follows"), "description");
    for (const char *const *member = verbatim; *member; member++)
        take_aside(service, *member, node);
    take_rest(service, node);
    struct json *ordered = catalogue_ordered(service);
    json_free(&service);
    return ordered;
}

static void read_agency(struct reader *reader, const struct json *node)
{
    struct json *agency = json_new_object();
    take(agency, "id", node, "identifier");
    take(agency, "name", node, "prefLabel");
    take_rest(agency, node);
    if (!str_empty(json_text(agency, "id")) && *json_name_in(json_get(agency, "name"), FALLBACK) &&
        !json_get(node, "loket:unlisted"))
        exchange_agency(reader->reading, agency);
    else
        json_free(&agency);
}

static void read_node(struct reader *reader, const struct json *node, size_t index)
{
    char *where = xasprintf("/@graph/%zu", index);
    if (has_type(node, "cv:PublicOrganisation"))
        read_agency(reader, node);
    if (!has_type(node, SERVICE)) {
        free(where);
        return;
    }
    struct json *service = read_linked_service(reader, node);
    if (!str_empty(json_text(service, "id"))) {
        exchange_add(reader->reading, where, service);
        return;
    }
    json_free(&service);
    exchange_refuse(reader->reading, where, "The service has no dct:identifier.");
}

void exchange_read_linked(struct catalogue_reading *reading, const struct json *graph)
{
    struct reader reader = {.reading = reading,
                            .nodes = xcalloc(json_count(graph) + 1, sizeof(struct place))};
    size_t index = 0;
    for (const struct json *node = json_first(graph); node; node = json_next(node))
        if (json_text(node, "@id"))
            reader.nodes[reader.count++] = (struct place){json_text(node, "@id"), node};
    if (reader.count > 1)
        qsort(reader.nodes, reader.count, sizeof *reader.nodes, by_iri);
    for (const struct json *node = json_first(graph); node; node = json_next(node), index++)
        read_node(&reader, node, index);
    free(reader.nodes);
}
