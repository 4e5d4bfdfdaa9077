/* screens/app_print.c: what was to be printed where no print command is set: it is said, and the terminal's own printer or
 * a file takes it. Any screen's; asked by the app itself. */
#include <stdlib.h>

#include "screens/app_state.h"
#include "screens/notice_paper.h"
#include "screens/print_text.h"

static const char to_file[] = "unprinted_file", to_any[] = "unprinted";

static void ask_file(struct app *app, struct effects *effects)
{
    char *typed = print_file_name(json_text_or(app->unprinted, "title", ""), ".txt");
    struct json *question = question_new(to_file, tr(app->ui.lang, TR("Save to the file (.pdf or .txt)")));
    question_field(question, typed, false);
    effects_ask(effects, question);
    free(typed);
}

void app_unprinted(struct app *app, const struct json *json, struct effects *effects)
{
    enum lang lang = app->ui.lang;
    json_free(&app->unprinted);
    app->unprinted = json_copy(json);
    app_toast(app, TOAST_WARN,
              tr(lang, TR("No printer is set up on this computer: see [print] in loket(1).")));
    if (!json_bool(json, "terminal", false))
        return ask_file(app, effects);
    struct json *question = question_new(to_any, tr(lang, TR("Print:")));
    question_choice(question, "1", tr(lang, TR("save to a file")), "file", NULL);
    question_choice(question, "2", tr(lang, TR("the terminal's printer")), "terminal", NULL);
    effects_ask(effects, question);
}

static void save(struct app *app, const char *path, struct effects *effects)
{
    char day[DATE_TEXT];
    time_date(app->ui.now_ms, day);
    effects_notice(effects, path,
                   notice_paper(app->ui.lang, app->ui.session.hall_name,
                                json_text_or(app->unprinted, "title", ""),
                                json_text_or(app->unprinted, "text", ""), "", day));
}

bool app_unprinted_answered(struct app *app, const char *id, const char *text, struct effects *effects)
{
    if (!app->unprinted || (!str_equal(id, to_file) && !str_equal(id, to_any)))
        return false;
    if (str_equal(id, to_file)) {
        save(app, text, effects);
    } else if (str_equal(text, "file")) {
        ask_file(app, effects);
        return true;
    } else {
        effects_print(effects, "terminal", json_text_or(app->unprinted, "title", ""),
                      json_text_or(app->unprinted, "text", ""));
    }
    json_free(&app->unprinted);
    return true;
}
