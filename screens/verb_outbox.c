/* screens/verb_outbox.c: `loket outbox list | export FILE`: what is not sent yet. Status 3 when there is
 * anything. */
#include <stdio.h>
#include <string.h>

#include "screens/export.h"
#include "screens/verbs.h"

enum { STATUS_UNSENT = 3 };

static int complain(const struct err_info *info)
{
    fprintf(stderr, "loket: %s\n", info->text);
    return 1;
}

static int list(struct cache *cache)
{
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

int verb_outbox(const struct options *options, struct settings *settings)
{
    struct err_info info = {0};
    struct cache *cache = NULL;
    struct rng rng;
    bool lists = options->arg_count == 1 && strcmp(options->args[0], "list") == 0;
    bool exports = options->arg_count == 2 && strcmp(options->args[0], "export") == 0;
    if (!lists && !exports) {
        fputs("loket: say `loket outbox list` or `loket outbox export FILE`\n", stderr);
        return 2;
    }
    rng_seed_from_system(&rng);
    int status;
    if (cache_open(&cache, settings->data, clock_wall_now_ms(), &rng, NULL, &info))
        status = complain(&info);
    else
        status = lists ? list(cache) : export_to(cache, options->args[1]);
    cache_close(&cache);
    return status;
}
