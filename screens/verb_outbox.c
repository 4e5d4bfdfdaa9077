/* screens/verb_outbox.c: `loket outbox list | export FILE | adopt`: what is not sent yet (list: status 3 when there is
 * anything), and the way out for a workstation whose disk was copied. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/export.h"
#include "screens/verbs.h"

enum { STATUS_UNSENT = 3 };

static int complain(const struct err_info *info)
{
    fprintf(stderr, "loket: %s\n", info->text);
    return 1;
}

static int list(struct cache *cache, const char *path)
{
    (void)path;
    struct err_info info = {0};
    struct json *document = NULL;
    if (export_outbox_json(cache, clock_wall_now_ms(), &document, &info))
        return complain(&info);
    for (const struct json *row = json_first(json_get(document, "rows")); row; row = json_next(row))
        printf("%6lld  %-24s  %-22s  %s\n", (long long)json_int(row, "seq", 0), json_text_or(row, "at", ""),
               json_text_or(row, "type", ""),
               json_text_or(json_get(row, "error"), "message", json_text_or(row, "state", "")));
    int64_t count = json_int(document, "count", 0), others = cache_unsent_others(cache);
    if (others > 0 && cache_actor(cache))
        printf("and %lld of other people, who alone can see them\n", (long long)others);
    json_free(&document);
    return count || others > 0 ? STATUS_UNSENT : 0;
}

static int export_to(struct cache *cache, const char *path)
{
    struct err_info info = {0};
    int64_t count = 0;
    if (export_outbox_file(cache, path, clock_wall_now_ms(), &count, &info))
        return complain(&info);
    printf("%lld records written to %s\n", (long long)count, path);
    return 0;
}

/* --- adopt --- */

static const char adopt_word[] = "adopt";
static const char about_adopt[] =
    "Is this computer's disk, or this folder, a copy of another workstation's? The hall takes records\n"
    "from neither of them then. This gives the one here an identity of its own; do the same at the other.\n"
    "Nothing is lost: unsent records are kept, and one that the other copy has delivered already is not\n"
    "done again. Everybody signs in anew.\n";

/* Not by Enter, nor by a word that is typed in passing. */
static bool is_confirmed(void)
{
    char *line = NULL;
    size_t room = 0;
    printf("Type %s to do it: ", adopt_word);
    fflush(stdout);
    ssize_t length = getline(&line, &room, stdin);
    if (length > 0 && line[length - 1] == '\n')
        line[length - 1] = '\0';
    bool yes = length > 0 && strcmp(line, adopt_word) == 0;
    free(line);
    return yes;
}

static int refuse_adoption(void)
{
    fputs("loket: nothing was changed: the word was not typed\n", stderr);
    return 1;
}

static int adopt(struct cache *cache, const char *path)
{
    (void)path;
    struct rng rng;
    int64_t unsent = 0;
    fputs(about_adopt, stdout);
    if (!is_confirmed())
        return refuse_adoption();
    rng_seed_from_system(&rng);
    if (cache_adopt(cache, clock_wall_now_ms(), &rng, &unsent)) {
        fprintf(stderr, "loket: %s\n", cache_message(cache));
        return 1;
    }
    printf("This workstation has an identity of its own now. Unsent records kept: %lld.\n"
           "They are sent when their own people sign in here.\n",
           (long long)unsent);
    return 0;
}

/* --- the verb --- */

static const struct act {
    const char *word;
    int arg_count; /* with the word */
    int (*run)(struct cache *cache, const char *path);
} acts[] = {{"list", 1, list}, {"export", 2, export_to}, {adopt_word, 1, adopt}};

static const struct act *act_of(const struct options *options)
{
    for (size_t i = 0; i < sizeof acts / sizeof *acts; i++)
        if (options->arg_count == acts[i].arg_count && strcmp(options->args[0], acts[i].word) == 0)
            return &acts[i];
    return NULL;
}

int verb_outbox(const struct options *options, struct settings *settings)
{
    struct err_info info = {0};
    struct cache *cache = NULL;
    struct rng rng;
    const struct act *act = act_of(options);
    if (!act) {
        fputs("loket: say `loket outbox list`, `loket outbox export FILE` or `loket outbox adopt`\n", stderr);
        return 2;
    }
    rng_seed_from_system(&rng);
    int status;
    if (cache_open(&cache, settings->data, clock_wall_now_ms(), &rng, NULL, &info))
        status = complain(&info);
    else
        status = act->run(cache, options->args[1]);
    cache_close(&cache);
    return status;
}
