/* screens/main.c: loket. Reads the command line, the environment and the settings file, and starts what is
 * asked. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/log.h"
#include "core/sync/sync.h"
#include "screens/runner.h"
#include "screens/verbs.h"

/* An address that cannot be one is told at once: nothing would come of waiting for it. */
static enum err check_hall(const struct settings *settings, struct err_info *info)
{
    if (!settings->hall || str_equal(settings->hall, "practice"))
        return ERR_OK;
    return sync_check_url(settings->hall, info);
}

/* A scenario is played in the training hall of this computer, and nowhere else. */
static enum err check_demo(struct settings *settings, struct err_info *info)
{
    if (settings->scenario && settings->hall && !str_equal(settings->hall, "practice"))
        return err_set(
            info, ERR_USAGE,
            "--demo plays in the training hall of this computer, not at %s: say --hall practice with it",
            settings->hall);
    if (settings->scenario)
        settings_put(&settings->hall, "practice");
    return ERR_OK;
}

/* Later ones win: /etc, the person's file or --config, environment, command line (parsed before, put again).
 */
static enum err read_settings(int argc, char **argv, struct options *options, struct settings *settings,
                              struct err_info *info)
{
    enum err err = options_parse(argc, argv, options, settings, info);
    if (err || options->verb == VERB_HELP || options->verb == VERB_VERSION)
        return err;
    const char *named = options->config;
    options_deinit(options);
    settings_deinit(settings);
    char *own = named ? xstrdup(named) : settings_config_path("config");
    err = settings_read(settings, "/etc/loket/config", info);
    if (err == ERR_ABSENT || err == ERR_READ_ONLY)
        err = ERR_OK;
    if (!err && own) {
        err = settings_read(settings, own, info);
        if (err == ERR_ABSENT && !named)
            err = ERR_OK;
    }
    free(own);
    settings_environment(settings);
    if (!err)
        err = options_parse(argc, argv, options, settings, info);
    if (!err)
        err = check_demo(settings, info);
    return err ? err : check_hall(settings, info);
}

/* Forms, the key table and the like touch no data, so they run where there is no home folder; pipe may name its
 * folder behind the verb. */
static bool uses_data(enum command_verb verb)
{
    return verb == VERB_SCREEN || verb == VERB_BOARD || verb == VERB_HALLS || verb == VERB_OUTBOX ||
           verb == VERB_DOCTOR;
}

static enum err need_data(struct settings *settings, struct err_info *info)
{
    if (settings->data)
        return ERR_OK;
    settings->data = settings_state_dir();
    if (settings->data)
        return ERR_OK;
    return err_set(info, ERR_USAGE, "No home folder is set: say --data DIR.");
}

/* With its parents; what fails is told by whoever opens a file there. */
static void make_folder(const char *path)
{
    char *part = xstrdup(path);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(part, 0700);
        *slash = '/';
    }
    mkdir(part, 0700);
    free(part);
}

static void start_log(const struct settings *settings)
{
    struct err_info info;
    make_folder(settings->data);
    char *path = settings->log ? xstrdup(settings->log) : xasprintf("%s/loket.log", settings->data);
    if (log_open(path, &info))
        fprintf(stderr, "loket: %s; going on without a log\n", info.text);
    free(path);
}

static int not_built(void)
{
    fputs("loket: this program was built without that command\n", stderr);
    return 1;
}

static int halls(const struct options *options, struct settings *settings)
{
    if (options->arg_count != 1) {
        fputs("loket: halls takes one FILE, the list of halls; see man loket\n", stderr);
        return 2;
    }
    start_log(settings);
    return runner_halls(settings, options->args[0]);
}

static int run(const struct options *options, struct settings *settings)
{
    switch (options->verb) {
    case VERB_KEYS:
        return verb_keys(options, settings);
    case VERB_DOCTOR:
        return verb_doctor(options, settings);
    case VERB_OUTBOX:
        return verb_outbox(options, settings);
    case VERB_REPLAY:
        return verb_replay(options, settings);
    case VERB_PIPE:
        return verb_pipe ? verb_pipe(options, settings) : not_built();
    case VERB_FORM:
        return verb_form ? verb_form(options, settings) : not_built();
    case VERB_VERSION:
        puts("loket " LOKET_VERSION);
        return 0;
    case VERB_HELP:
        fputs(options_usage(), stdout);
        return 0;
    case VERB_HALLS:
        return halls(options, settings);
    case VERB_SCREEN:
    case VERB_BOARD:
        start_log(settings);
        return runner_run(settings, options->verb == VERB_BOARD);
    }
    return 2;
}

int main(int argc, char **argv)
{
    struct err_info info = {0};
    struct options options = {0};
    struct settings settings;
    settings_init(&settings);
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); /* JSON and commands write a point */
    enum err err = read_settings(argc, argv, &options, &settings, &info);
    if (!err && uses_data(options.verb))
        err = need_data(&settings, &info);
    int status = err == ERR_USAGE ? 2 : 1;
    if (err)
        fprintf(stderr, "loket: %s\n", info.text);
    else
        status = run(&options, &settings);
    options_deinit(&options);
    settings_deinit(&settings);
    log_close();
    return status;
}
