/* core/hall/person_verbs.c: see person_verbs.h. */
#include "core/hall/person_verbs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/door.h"
#include "core/hall/target.h"

static enum err ask(const struct hall_options *options, const char *what, struct json **answer,
                    struct err_info *info)
{
    struct json *request = json_new_object();
    json_set_text(request, "do", what);
    json_set_text(request, "person", options->argument);
    json_set_text(request, "reason", options->reason);
    if (options->confirm)
        json_set_text(request, "confirm", options->confirm);
    enum err err = door_ask(options->data, request, answer, info);
    json_free(&request);
    return err;
}

/* --- for people to read --- */

static void new_line(struct buf *out, int depth)
{
    buf_addc(out, '\n');
    for (int i = 0; i < depth; i++)
        buf_adds(out, "  ");
}

/* text: one value as json_print writes it, with a member or element a line. */
static void indent(const char *text, struct buf *out)
{
    int depth = 0;
    bool quoted = false;
    for (const char *c = text; *c; c++) {
        if (quoted || *c == '"') {
            buf_addc(out, *c);
            if (quoted && *c == '\\' && c[1])
                buf_addc(out, *++c);
            else if (*c == '"')
                quoted = !quoted;
            continue;
        }
        bool opens = *c == '{' || *c == '[', closes = *c == '}' || *c == ']';
        if (opens && (c[1] == '}' || c[1] == ']')) { /* nothing in it */
            buf_addc(out, *c);
            buf_addc(out, *++c);
            continue;
        }
        depth += opens - closes;
        if (closes)
            new_line(out, depth);
        buf_addc(out, *c);
        if (opens || *c == ',')
            new_line(out, depth);
        else if (*c == ':')
            buf_addc(out, ' ');
    }
    buf_addc(out, '\n');
}

enum err person_verb_export(const struct hall_options *options, struct err_info *info)
{
    struct json *answer = NULL;
    struct target target = {.nothing = "No export was made."};
    struct buf out = {0};
    enum err err =
        target_open(&target, options->to, info); /* first: else the audit tells of an export that is not */
    if (err != ERR_OK)
        return err;
    err = ask(options, "person.export", &answer, info);
    if (err == ERR_OK) {
        char *text = json_print(json_get(answer, "document"));
        indent(text, &out);
        free(text);
        err = target_put(&target, buf_text(&out), out.length);
    }
    err = target_close(&target, err, info);
    if (err == ERR_OK && target.path)
        printf("What this hall holds of the person stands in %s. Give it to nobody else.\n", target.path);
    buf_free(&out);
    json_free(&answer);
    return err;
}

enum err person_verb_erase(const struct hall_options *options, struct err_info *info)
{
    struct json *answer = NULL;
    enum err err = ask(options, "person.erase", &answer, info);
    if (err == ERR_OK) {
        bool erased = json_bool(answer, "erased", false);
        for (const struct json *one = json_first(json_get(answer, "sentences")); one; one = json_next(one))
            puts(json_as_text(one));
        if (erased)
            printf("Done: %lld rows were erased. Backups from before still hold them: see SECURITY.md.\n",
                   (long long)json_int(answer, "erased_rows", 0));
        else if (json_count(json_get(answer, "goes")) > 0)
            printf("Nothing was erased yet, and what is erased never comes back. If this is right, say it "
                   "once more with "
                   "--confirm %s\n",
                   json_text_or(answer, "confirm", "?"));
    }
    json_free(&answer);
    return err;
}
