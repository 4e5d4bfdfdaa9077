/* core/hall/openapi.c: see openapi.h. What a member may be is one table of types; what a command takes and
 * answers is one line a command. */
#include "core/hall/openapi.h"

#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "core/hall/api.h"
#include "core/hall/openapi_examples.h"
#include "core/model/role.h"
#include "core/wire/json.h"

/* --- small --- */

static struct json *object(struct json *parent, const char *name)
{
    struct json *child = json_new_object();
    json_set(parent, name, child);
    return child;
}

/* A schema written here as JSON text. */
static struct json *literal(const char *text)
{
    struct json *json = NULL;
    return json_parse(text, strlen(text), &json, NULL) == ERR_OK ? json : json_new_object();
}

/* --- types of members --- */

static const struct type {
    const char *name, *schema;
} types[] = {
    {"string", "{\"type\":\"string\"}"},
    {"integer", "{\"type\":\"integer\"}"},
    {"number", "{\"type\":\"number\"}"},
    {"boolean", "{\"type\":\"boolean\"}"},
    {"object", "{\"type\":\"object\"}"},
    {"uuid", "{\"type\":\"string\",\"format\":\"uuid\"}"},
    {"time", "{\"type\":\"string\",\"format\":\"date-time\"}"},
    {"date", "{\"type\":\"string\",\"format\":\"date\"}"},
    {"money", "{\"type\":\"string\",\"description\":\"such as 5.00 AZN\"}"},
    {"format", "{\"enum\":[\"json\",\"csv\"]}"},
    {"outcome", "{\"enum\":[\"approve\",\"refuse\",\"return\",\"refer\"]}"},
    {"standing",
     "{\"enum\":[\"stands\",\"pending\",\"contested\",\"replaced\",\"annulled\",\"voided\",\"withdrawn\","
     "\"lapsed\",\"training\"]}"},
    {"strings", "{\"type\":\"array\",\"items\":{\"type\":\"string\"}}"},
    {"integers", "{\"type\":\"array\",\"items\":{\"type\":\"integer\"}}"},
    {"objects", "{\"type\":\"array\",\"items\":{\"type\":\"object\"}}"},
    {"any", "{}"},
    {"anys", "{\"type\":\"array\",\"items\":{}}"},
    {"commands",
     "{\"type\":\"array\",\"maxItems\":50,\"items\":{\"$ref\":\"#/components/schemas/Command\"}}"},
    {"results", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Result\"}}"},
    {"items", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Item\"}}"},
    {"rows", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Line\"}}"},
    {"events", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/Event\"}}"},
    {"opening", "{\"enum\":[\"open\",\"closed\",\"day_off\"]}"},
    {"figures", "{\"$ref\":\"#/components/schemas/Figures\"}"},
    {"levels", "{\"$ref\":\"#/components/schemas/Levels\"}"},
    {"counters", "{\"$ref\":\"#/components/schemas/Counters\"}"},
    {"agencies", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/AgencyFigures\"}}"},
    {"queues", "{\"type\":\"array\",\"items\":{\"$ref\":\"#/components/schemas/QueueFigures\"}}"},
    {"visit_order", "{\"enum\":[\"sensible\",\"given\"]}"},
    {"language", "{\"enum\":[\"az\",\"id\",\"en\",\"ru\"]}"},
    {"applicant", "{\"$ref\":\"#/components/schemas/Applicant\"}"},
    {"supplied",
     "{\"type\":\"array\",\"maxItems\":64,\"items\":{\"$ref\":\"#/components/schemas/Supplied\"}}"},
    {"paid", "{\"$ref\":\"#/components/schemas/Paid\"}"},
    {"missing", "{\"$ref\":\"#/components/schemas/Missing\"}"},
    {"appointment", "{\"$ref\":\"#/components/schemas/Appointment\"}"},
    {"visit_order", "{\"enum\":[\"sensible\",\"given\"]}"},
    {"row", "{\"$ref\":\"#/components/schemas/Row\"}"},
};

static struct json *type_schema(const char *name, size_t length)
{
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        if (strlen(types[i].name) == length && strncmp(types[i].name, name, length) == 0)
            return literal(types[i].schema);
    return json_new_object();
}

/* One "name:type!?" of a list of members. */
struct member {
    char name[40];
    const char *type;
    size_t type_length;
    bool required, nullable;
};

/* Reads the member at *at and moves on; false at the end. */
static bool member_next(const char **at, struct member *member)
{
    const char *text = *at + strspn(*at, " ");
    const char *colon = strchr(text, ':');
    if (!*text || !colon)
        return false;
    str_format(member->name, sizeof member->name, "%.*s", (int)(colon - text), text);
    member->type = colon + 1;
    member->type_length = strspn(member->type, "abcdefghijklmnopqrstuvwxyz");
    const char *marks = member->type + member->type_length;
    size_t count = strcspn(marks, " ");
    member->required = memchr(marks, '!', count) != NULL;
    member->nullable = memchr(marks, '?', count) != NULL;
    *at = marks + count;
    return true;
}

static struct json *member_schema(const struct member *member)
{
    struct json *schema = type_schema(member->type, member->type_length);
    if (!member->nullable)
        return schema;
    struct json *either = json_new_object(), *list = json_new_array();
    json_add(list, schema);
    json_add(list, literal("{\"type\":\"null\"}"));
    json_set(either, "anyOf", list);
    return either;
}

static struct json *object_schema(const char *members)
{
    struct json *schema = json_new_object(), *required = json_new_array();
    json_set_text(schema, "type", "object");
    struct json *properties = object(schema, "properties");
    for (struct member member; member_next(&members, &member);) {
        json_set(properties, member.name, member_schema(&member));
        if (member.required)
            json_add_text(required, member.name);
    }
    json_set(schema, "required", required);
    return schema;
}

/* --- commands --- */

static const struct command_words {
    const char *type, *body, *data;
} words[] = {
    {"counter.open", "counter:string! takeover:boolean", "fence:integer! lease_s:integer!"},
    {"counter.pause", "counter:string! fence:integer reason:string until:time", ""},
    {"counter.resume", "counter:string! fence:integer reason:string", ""},
    {"counter.close", "counter:string! fence:integer reason:string", "left:objects"},
    {"ticket.issue",
     "service:string queue:string channel:string priority:string person:any language:string "
     "appointment_at:time visit:string services:strings order:visit_order late_reason:string",
     "ticket:row! ahead:integer! estimate_min:integers!? visit_min:integers?"},
    {"ticket.check_in", "ticket:string! walk_in:boolean late_reason:string",
     "ticket:row! ahead:integer! estimate_min:integers!? place:string! early_min:integer late_min:integer "
     "lapsed:boolean!"},
    {"ticket.rebook", "ticket:string! appointment_at:time!",
     "ticket:row! ahead:integer! estimate_min:integers!? place:string"},
    {"ticket.call_next", "counter:string! fence:integer! queues:strings", "ticket:row!? why:object!"},
    {"ticket.call", "counter:string! fence:integer! ticket:string! reason:string!", "ticket:row!"},
    {"ticket.take", "counter:string! fence:integer! ticket:string! gen:integer reason:string!",
     "ticket:row!"},
    {"ticket.recall", "ticket:string! gen:integer!", ""},
    {"ticket.start", "ticket:string! gen:integer!", ""},
    {"ticket.no_show", "ticket:string! keys:integer gen:integer! early:boolean", ""},
    {"ticket.hold", "ticket:string! keys:integer gen:integer! reason:string! until:time note:string", ""},
    {"ticket.resume", "ticket:string! gen:integer!", ""},
    {"ticket.return", "ticket:string! keys:integer gen:integer!", ""},
    {"ticket.finish",
     "ticket:string! keys:integer gen:integer! outcome:string! note:string missing:strings why:string "
     "end_visit:boolean",
     ""},
    {"ticket.cancel", "ticket:string! keys:integer gen:integer!", ""},
    {"ticket.transfer", "ticket:string! keys:integer gen:integer! to:object! place:string note:string", ""},
    {"ticket.stops", "ticket:string! gen:integer services:strings!", "ticket:row!"},
    {"ticket.undo", "ticket:string! gen:integer!", ""},
    {"case.open",
     "case:uuid! service:string! ticket:string person:any channel:string tier:string bundle:string", ""},
    {"case.draft", "case:string! patch:object! base_row_rev:integer! person:any tier:string", ""},
    {"case.migrate", "case:string! version:integer!", ""},
    {"case.submit", "case:string!", ""},
    {"case.check_document", "case:string! document:string! state:string! note:string", ""},
    {"case.pay", "case:string! amount:money! currency:string method:string! reference:string tier:string",
     ""},
    {"case.decide",
     "case:string! decision:uuid! outcome:string! reasons:strings! text:string conditions:string to:object "
     "notice:string fields:strings papers:strings",
     ""},
    {"case.confirm", "case:string! decision:string! agree:boolean! note:string", ""},
    {"case.extend", "case:string! days:integer! reason:string!", ""},
    {"case.complain",
     "case:string! text:string from:string decision:string reasons:strings complaint:string answer:string "
     "answer_decision:uuid",
     ""},
    {"case.void", "case:string! reason:string! copy:integer", ""},
    {"case.duplicate", "case:string! of:string!?", ""},
    {"case.assign", "case:string! to:object!", ""},
    {"case.deliver",
     "case:string! to:string document:string document_number:string note:string ready:boolean output:string",
     ""},
    {"case.withdraw", "case:string! reason:string", ""},
    {"case.correct", "case:string! reason:string! patch:object text:string correction:string state:string",
     ""},
    {"person.record", "person:any ticket:string known:object", ""},
    {"person.reveal", "person:string case:string ticket:string purpose:string text:string", ""},
    {"person.merge", "person:string! into:string! fields:strings person_rev:integer into_rev:integer",
     "person:string! merged:string! taken:strings! marked:integer!"},
    {"person.unmerge", "person:string!", "person:string! from:string! kept:strings!"},
    {"queue.assign", "counter:string! queues:objects!", ""},
    {"queue.move", "from:string! to:string! filter:object preview:boolean", ""},
    {"queue.rule",
     "queue:string! rule:any until:time plan:objects hours:any reason:string preview:boolean undo:boolean",
     "queue:any preview:boolean rule:object now:object waiting:integer desks:integer average_min:number "
     "up:integer "
     "down:integer same:integer longer:integer longer_most_min:integer rows:objects"},
    {"queue.level",
     "queue:string! service:string wait_min:integer! booked_wait_min:integer share:integer reason:string!",
     "queue:row!"},
    {"level.silence", "queue:string! service:string until:time? reason:string", "queue:row!"},
    {"queue.home", "queue:string! home:string? home_gen:integer", ""},
    {"hall.move",
     "counters:strings tickets:strings from:any to:any how:string user:string counter:string until:time "
     "reason:string seen:object preview:boolean",
     "preview:boolean! moved:integer move:row seen:object queues:objects people:object"},
    {"move.undo", "move:string!", "move:row!"},
    {"closure.request", "counter:string! reason:string! from:time until:time serve:string", ""},
    {"closure.approve", "closure:string! reason:string", ""},
    {"closure.reject", "closure:string! reason:string!", ""},
    {"closure.withdraw", "closure:string!", ""},
    {"advice.answer", "advice:object! taken:boolean! reason:string", "taken:boolean! advice:object!"},
    {"hall.policy", "policy:string! value:any! reason:string!", "policy:string! value:any! sent:integer!"},
    {"hall.alert", "kind:string! counter:string text:string until:time", "alert:row!"},
    {"hall.alert_seen", "alert:string!", "alert:row!"},
    {"hall.alert_end", "alert:string!", "alert:row!"},
    {"survey.record", "ticket:string! scores:integers! text:string", ""},
    {"dispute.resolve", "dispute:string! choice:string! note:string", ""},
};

static const struct command_words *words_of(const char *type)
{
    static const struct command_words none = {"", "", ""};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(words[i].type, type))
            return &words[i];
    return &none;
}

static struct json *role_names(unsigned roles)
{
    struct json *names = json_new_array();
    for (unsigned bit = 1; bit & ROLE_ALL; bit <<= 1)
        if (roles & bit)
            json_add_text(names, role_text(bit));
    return names;
}

static const char envelope[] =
    "seq:integer! id:uuid! type:string! v:integer! at:object base:object body:object!";

static struct json *body_schema(const char *type)
{
    struct json *schema = object_schema(words_of(type)->body), *examples = json_new_array(),
                *example = command_example(type);
    if (example)
        json_add(examples, example);
    json_set(schema, "examples", examples);
    return schema;
}

static struct json *command_schema(const struct command_info *info)
{
    struct json *schema = object_schema(envelope), *type = json_new_object();
    struct json *properties = json_edit(schema, "properties");
    json_set_text(schema, "title", info->type);
    json_set_text(type, "const", info->type);
    json_set(properties, "type", type);
    json_set(properties, "v", literal("{\"const\":1}"));
    json_set(properties, "body", body_schema(info->type));
    json_set_text(schema, "x-class", info->class == COMMAND_ONLINE ? "online" : "work");
    json_set(schema, "x-roles", role_names(info->roles));
    json_set(schema, "x-data", object_schema(words_of(info->type)->data));
    return schema;
}

static void add_commands(struct json *schemas)
{
    int count;
    const struct command_info *table = command_table(&count);
    struct json *any = object(schemas, "Command"), *one_of = json_new_array();
    json_set(any, "oneOf", one_of);
    for (int i = 0; i < count; i++) {
        char *place = xasprintf("#/components/schemas/command.%s", table[i].type);
        struct json *reference = json_new_object();
        json_set_text(reference, "$ref", place);
        json_add(one_of, reference);
        json_set(schemas, strrchr(place, '/') + 1, command_schema(&table[i]));
        free(place);
    }
}

/* What an agency's system is told: CloudEvents 1.0 with the extensions partitionkey, sequence and recordedtime. */
static void add_event(struct json *schemas)
{
    struct json *event = object_schema(
        "specversion:string! id:uuid! source:string! type:string! time:time! recordedtime:time! "
        "sequence:string! datacontenttype:string! subject:string? partitionkey:string data:object!");
    json_set(json_edit(event, "properties"), "data",
             object_schema("case:string step:integer number:string? service:string? form_version:integer? "
                           "agency:string! channel:string? state:string flags:strings? outcome:string? "
                           "submitted_at:time? complete_at:time? due_at:time? decided_at:time? "
                           "delivered_at:time? decision:object correction:object epoch:integer "
                           "resume:string"));
    json_set(schemas, "Event", event);
}

/* The parts of what another system leaves, and of what it is told. */
static void add_application(struct json *schemas)
{
    json_set(
        schemas, "Applicant",
        object_schema("name:string given:string father:string family:string fin:string nik:string born:date "
                      "phone:string address:string email:string language:language"));
    struct json *supplied = object_schema("code:string! state:string! note:string");
    json_set(json_edit(supplied, "properties"), "state", literal("{\"enum\":[\"copied\",\"missing\"]}"));
    json_set(schemas, "Supplied", supplied);
    json_set(schemas, "Paid",
             object_schema("amount:money! currency:string method:string! reference:string!"));
    json_set(schemas, "Missing", object_schema("fields:objects! papers:objects!"));
    json_set(schemas, "Appointment", object_schema("at:time! number:string!?"));
}

/* --- figures --- */

#define FIGURES                                                                                        \
    "waiting:integer! oldest_at:time!? late:integer! waiting_in_hour:integer! expected_min:integer!? " \
    "expected_low_min:integer!? expected_high_min:integer!? served:integer! no_show:integer! "         \
    "called:integer! wait_mean_min:number!? wait_p90_min:number!? levels:levels! counters:counters!"

static void add_figures(struct json *schemas)
{
    json_set(schemas, "Levels", object_schema("kept:integer! burning:integer! broken:integer!"));
    json_set(schemas, "Counters",
             object_schema("all:integer! open:integer! paused:integer! unattended:integer!"));
    json_set(schemas, "Figures", object_schema(FIGURES));
    json_set(schemas, "AgencyFigures", object_schema("id:string! name:object!? " FIGURES));
    json_set(schemas, "QueueFigures",
             object_schema("id:string! code:string!? name:any! agency:string!? away:boolean! " FIGURES
                           " ahead:integers!"));
}

static void add_schemas(struct json *schemas)
{
    struct json *error = object_schema("error:object!");
    json_set(json_edit(error, "properties"), "error",
             object_schema("code:string! message:string! field:string"));
    json_set(schemas, "Error", error);
    struct json *result =
        object_schema("seq:integer! id:string! status:string! rev:integer! data:object! error:object");
    json_set(json_edit(result, "properties"), "status", literal("{\"enum\":[\"applied\",\"refused\"]}"));
    json_set(schemas, "Result", result);
    json_set(schemas, "Item",
             object_schema("rev:integer! command:string! by:string! rows:rows! h:string! hidden:strings"));
    json_set(schemas, "Line", object_schema("t:string! id:string! row:row!? leaf:string"));
    json_set(schemas, "Row", object_schema("id:string! row_rev:integer!"));
    add_event(schemas);
    add_application(schemas);
    add_figures(schemas);
    add_commands(schemas);
}

/* --- calls --- */

/* example (NULL: none) is copied. */
static void add_content(struct json *holder, const char *content_type, struct json *schema,
                        const struct json *example)
{
    struct json *content = object(object(holder, "content"), content_type);
    json_set(content, "schema", schema);
    if (example)
        json_set(content, "example", json_copy(example));
}

static void add_parameter(struct json *parameters, const struct member *member, const char *in,
                          struct json *example)
{
    struct json *parameter = json_new_object();
    json_set_text(parameter, "name", member->name);
    json_set_text(parameter, "in", in);
    json_set_bool(parameter, "required", member->required);
    json_set(parameter, "schema", member_schema(member));
    if (example)
        json_set(parameter, "example", example);
    json_add(parameters, parameter);
}

static struct json *parameters_of(const struct route *route, const struct call_example *example)
{
    struct json *parameters = json_new_array();
    const char *query = route->query, *part = strchr(route->path, '{');
    struct member member;
    if (part) {
        member = (struct member){.type = "string", .type_length = strlen("string"), .required = true};
        str_format(member.name, sizeof member.name, "%.*s", (int)strcspn(part + 1, "}"), part + 1);
        add_parameter(parameters, &member, "path", example->path ? json_new_text(example->path) : NULL);
    }
    while (member_next(&query, &member)) {
        const struct json *value = json_get(example->query, member.name);
        add_parameter(parameters, &member, "query", value ? json_copy(value) : NULL);
    }
    return parameters;
}

static void add_answers(struct json *operation, const struct route *route, const struct call_example *example)
{
    struct json *responses = object(operation, "responses");
    struct json *good = object(responses, "200"), *bad = object(responses, "default");
    json_set_text(good, "description", "done");
    add_content(good, route->content_type,
                *route->answer ? object_schema(route->answer) : literal("{\"type\":\"string\"}"),
                example->answer);
    json_set_text(bad, "description", "An error: its HTTP status and its code say which.");
    struct json *refused = call_refusal_example();
    add_content(bad, "application/json", literal("{\"$ref\":\"#/components/schemas/Error\"}"), refused);
    json_free(&refused);
}

static const char *lower_method(const char *method)
{
    static const char *const pairs[][2] = {{"GET", "get"}, {"POST", "post"}, {"DELETE", "delete"}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        if (strcmp(pairs[i][0], method) == 0)
            return pairs[i][1];
    return method;
}

static void add_operation(struct json *paths, const struct route *route)
{
    static const char *const securities[] = {
        [ACCESS_OPEN] = "[]", [ACCESS_SIGNED_IN] = "[{\"token\":[]}]", [ACCESS_KEY] = "[{\"agencyKey\":[]}]"};
    struct json *path = json_edit(paths, route->path);
    if (!path)
        path = object(paths, route->path);
    struct json *operation = object(path, lower_method(route->method));
    json_set_text(operation, "operationId", route->name);
    json_set_text(operation, "summary", route->summary);
    json_set(operation, "security", literal(securities[route->access]));
    struct call_example example;
    (void)call_example(route->name, &example);
    struct json *parameters = parameters_of(route, &example);
    json_set(operation, "parameters", parameters);
    if (*route->body) {
        struct json *body = object(operation, "requestBody");
        json_set_bool(body, "required", true);
        add_content(body, "application/json", object_schema(route->body), example.body);
    }
    add_answers(operation, route, &example);
    call_example_free(&example);
}

char *openapi_print(void)
{
    int count;
    const struct route *table = route_table(&count);
    struct json *document = json_new_object();
    json_set_text(document, "openapi", "3.1.0");
    struct json *info = object(document, "info");
    json_set_text(info, "title", "Loket hall protocol 1");
    json_set_text(info, "version", LOKET_VERSION);
    json_set_text(info, "description", "How a workstation and the hall backend agree.");
    struct json *paths = object(document, "paths");
    for (int i = 0; i < count; i++)
        add_operation(paths, &table[i]);
    struct json *components = object(document, "components");
    json_set(components, "securitySchemes",
             literal("{\"token\":{\"type\":\"http\",\"scheme\":\"bearer\"},"
                     "\"agencyKey\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":"
                     "\"made by loketd key add\"}}"));
    add_schemas(object(components, "schemas"));
    char *text = json_print(document);
    json_free(&document);
    return text;
}
