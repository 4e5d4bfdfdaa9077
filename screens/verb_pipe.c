/* screens/verb_pipe.c: `loket pipe …`: its own options. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "screens/pipe.h"
#include "screens/verbs.h"

static const char usage[] = "Usage: loket pipe [--hall URL] --user LOGIN --password-file FILE [--data DIR]\n"
                            "                  [--follow TABLE,…] [--drain] [--log FILE] [--plain-http]\n"
                            "One JSON object a line in and out. Details: man loket.\n";

static int wrong(const char *word, const char *what)
{
    fprintf(stderr, "loket: %s %s; see loket pipe --help\n", word, what);
    return 2;
}

/* 0: go on; else the exit status. */
static int read_words(char **words, int count, struct pipe_options *pipe, bool *plain)
{
    const struct {
        const char *name;
        const char **text;
    } texts[] = {
        {"--hall", &pipe->hall}, {"--user", &pipe->user},     {"--password-file", &pipe->password_file},
        {"--data", &pipe->data}, {"--follow", &pipe->follow}, {"--log", &pipe->log},
    };
    for (int i = 0; i < count; i++) {
        const char **text = NULL;
        for (size_t n = 0; n < sizeof texts / sizeof *texts; n++)
            if (strcmp(words[i], texts[n].name) == 0)
                text = texts[n].text;
        if (strcmp(words[i], "--drain") == 0)
            pipe->drain = true;
        else if (strcmp(words[i], "--plain-http") == 0)
            *plain = true;
        else if (!text)
            return wrong(words[i], "is not an option of loket pipe");
        else if (i + 1 == count)
            return wrong(words[i], "needs a value");
        else
            *text = words[++i];
    }
    return 0;
}

int verb_pipe(const struct options *options, struct settings *settings)
{
    struct pipe_options pipe = {.hall = settings->hall, .data = settings->data, .log = settings->log};
    for (int i = 0; i < options->arg_count; i++)
        if (strcmp(options->args[i], "--help") == 0 || strcmp(options->args[i], "-h") == 0) {
            fputs(usage, stdout);
            return 0;
        }
    int status = read_words(options->args, options->arg_count, &pipe, &settings->plain);
    if (status)
        return status;
    pipe.trust = settings_trust(settings);
    if (!pipe.user || !*pipe.user)
        return wrong("--user LOGIN", "is missing");
    if (!pipe.password_file)
        return wrong("--password-file FILE", "is missing");
    char *home = pipe.data ? NULL : settings_state_dir();
    pipe.data = pipe.data ? pipe.data : home;
    status = pipe.data ? pipe_run(&pipe) : wrong("--data DIR", "is missing, and no home folder is set");
    free(home);
    return status;
}
