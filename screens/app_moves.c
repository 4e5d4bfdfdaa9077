/* screens/app_moves.c: what a clerk hears of a supervisor's moves, in the rule below the title (app_notice.c) and without a
 * question that nobody asked for: their counter serves other queues now; they are asked to another counter, and one key
 * goes there. Knows no screen. */
#include "screens/app_state.h"
#include "screens/show.h"

static const struct json *asked_of(const struct app *app)
{
    const struct json *asked = json_get(app->notices, "asked");
    return json_is_object(asked) ? asked : NULL;
}

/* The name under which the news is known to be read. */
static void news_name(const struct json *assigned, char out[64])
{
    str_format(out, 64, "assigned:%lld", (long long)json_int(assigned, "rev", 0));
}

static const struct json *news_of(const struct app *app)
{
    const struct json *assigned = json_get(app->notices, "assigned");
    char name[64];
    if (!json_is_object(assigned))
        return NULL;
    news_name(assigned, name);
    return json_has_text(app->heeded, name) ? NULL : assigned;
}

int app_moves_count(const struct app *app)
{
    return (asked_of(app) != NULL) + (news_of(app) != NULL);
}

/* "Dina K. asks you to counter 9 until 10:40", "Dina K., 10:05: your counter serves P, A until 10:40" */
void app_moves_text(const struct app *app, struct buf *out)
{
    const struct json *asked = asked_of(app), *news = news_of(app), *told = asked ? asked : news;
    char until[SHOW_TEXT], at[SHOW_TEXT];
    if (asked)
        buf_addf(out, tr(app->ui.lang, TR("%s asks you to counter %s")),
                 json_text_or(asked, "user_name", "…"), json_text_or(asked, "counter_name", "?"));
    else if (news)
        buf_addf(out, tr(app->ui.lang, TR("%s, %s: your counter serves %s")),
                 json_text_or(news, "by_name", "…"), show_clock(json_text(news, "at"), at),
                 *json_text_or(news, "codes", "") ? json_text(news, "codes")
                                                  : tr(app->ui.lang, TR("no queue")));
    if (*show_clock(json_text(told, "until"), until)) {
        buf_adds(out, " · ");
        buf_addf(out, tr(app->ui.lang, TR("until %s today")), until);
    }
}

static void heed(struct app *app, const struct json *news)
{
    char name[64];
    news_name(news, name);
    if (!app->heeded)
        app->heeded = json_new_array();
    json_add_text(app->heeded, name);
}

/* Going needs a key of its own: who is served here keeps the clerk until they are done. */
bool app_moves_attend(struct app *app, struct effects *effects)
{
    const struct json *asked = asked_of(app), *news = news_of(app);
    struct buf text = {0};
    if (!asked && news)
        heed(app, news);
    if (!asked)
        return news != NULL;
    app_moves_text(app, &text);
    struct json *question = question_new("move_asked", buf_text(&text));
    question_choice(question, "y", tr(app->ui.lang, TR("go there now")), "go", json_copy(asked));
    question_choice(question, "n", tr(app->ui.lang, TR("not now")), "no", json_copy(asked));
    effects_ask(effects, question);
    buf_free(&text);
    return true;
}

bool app_moves_answered(struct app *app, const struct msg *msg, struct effects *effects)
{
    struct json *body = json_new_object();
    if (!str_equal(msg->what, "move_asked")) {
        json_free(&body);
        return false;
    }
    if (str_equal(msg->text, "go")) {
        json_set_text(body, "counter", json_text(msg->json, "counter"));
        effects_command(effects, "counter.open", body);
    } else {
        json_set_text(body, "move", json_text(msg->json, "id"));
        effects_command(effects, "move.undo", body);
    }
    (void)app;
    return true;
}

/* Whoever has gone sits there from now on. */
void app_moves_heard(struct app *app, const char *type, const struct json *result, struct effects *effects)
{
    const char *counter = json_text(json_pointer(result, "/data/counter"), "id");
    if (!str_equal(json_text(result, "status"), "applied"))
        return;
    if (str_equal(type, "counter.open") && counter && !str_equal(counter, app->ui.session.counter))
        effects_setting(effects, "counter", counter);
    if (str_equal(type, "move.undo") && str_equal(json_pointer(result, "/data/move/state")
                                                      ? json_as_text(json_pointer(result, "/data/move/state"))
                                                      : "",
                                                  "declined"))
        app_toast(app, TOAST_GOOD, tr(app->ui.lang, TR("The supervisor sees that you stay.")));
}
