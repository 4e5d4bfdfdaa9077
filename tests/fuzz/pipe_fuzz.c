/* tests/fuzz/pipe_fuzz.c: lines for `loket pipe`, once somebody is signed in. The program's own file is read in
 * here, since its lines are its own business. Holds: each line that is not blank is answered by one line of JSON;
 * what is told as saved is in the outbox, and nothing else is. */
#define pipe_run pipe_run_of_fuzz /* the program has its own */
#include "screens/pipe.c"
#undef pipe_run

#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/world.h"

enum { LINES_MAX = 200 };

static int count_lines(const char *text, int *saved)
{
    int count = 0;
    for (const char *end; (end = strchr(text, '\n')) != NULL; text = end + 1, count++) {
        struct json *line = NULL;
        HOLD(json_parse(text, (size_t)(end - text), &line, NULL) == ERR_OK);
        HOLD(json_text(line, "event"));
        *saved += str_equal(json_text(line, "event"), "saved");
        json_free(&line);
    }
    HOLD(*text == '\0');
    return count;
}

static void talk(struct pipe *pipe)
{
    int asked = 0, saved = 0;
    int64_t unsent = cache_unsent(pipe->cache);
    for (int i = 0; i < LINES_MAX; i++) {
        char *text = NULL;
        size_t length = 0;
        enum pipe_line line = pipe_next(&pipe->io, &text, &length);
        if (line == PIPE_NO_LINE)
            break;
        if (line == PIPE_LINE) {
            asked += !is_blank(text, length);
            do_line(pipe, text, length);
        }
        free(text);
    }
    HOLD(count_lines(buf_text(&pipe->io.output), &saved) == asked);
    HOLD(cache_unsent(pipe->cache) == unsent + saved);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const struct pipe_options options = {.hall = "http://127.0.0.1:1", .user = "siti"};
    struct pair *pair = world();
    struct pipe pipe = {
        .options = &options, .cache = pair->cache[WORLD_STATION], .ready = true, .own_session = true};
    char *text = fuzz_text(data, size), *named = world_text(text);
    pipe.io = (struct pipe_io){.in = -1, .out = -1, .stop = -1, .ended = true};
    pipe.tags = json_new_object();
    rng_seed(&pipe.rng, 3);
    buf_adds(&pipe.io.input, named);
    world_begin();
    HOLD(sync_new(&pipe.sync, pipe.cache, options.hall, NULL, NULL, &pipe.rng, NULL) == ERR_OK);
    char *outbox = world_outbox(pipe.cache);
    talk(&pipe);
    char *after = world_outbox(pipe.cache);
    HOLD(strlen(after) >= strlen(outbox));
    free(outbox);
    free(after);
    sync_free(&pipe.sync);
    world_end();
    buf_free(&pipe.io.input);
    buf_free(&pipe.io.output);
    json_free(&pipe.tags);
    free(named);
    free(text);
    return 0;
}
