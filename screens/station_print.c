/* screens/station_print.c: the way of a text to a printer: the ticket command, the print command, else the terminal's own
 * printer or, as the app asks, a file. */
#include <stdlib.h>
#include <string.h>

#include "screens/print_text.h"
#include "screens/station_state.h"

enum { SHEET_WIDTH = 80 };

static const char *command_for(const struct settings *settings, const char *kind)
{
    bool ticket = str_equal(kind, "ticket") || str_equal(kind, "issued");
    if (ticket && !str_empty(settings->print_tickets))
        return settings->print_tickets;
    return str_empty(settings->print) || str_equal(kind, "issued") ? NULL : settings->print;
}

static bool is_ticket(const char *kind)
{
    return str_equal(kind, "ticket") || str_equal(kind, "issued");
}

/* Several may be under way: a printer is slower than a queue of visitors. */
static struct printer *free_printer(struct station *station)
{
    for (int i = 0; i < PRINTERS_MAX; i++)
        if (!station->printers[i].busy)
            return &station->printers[i];
    return NULL;
}

static void by_command(struct station *station, const char *command, const char *text)
{
    struct err_info info = {0};
    enum lang lang = app_ui(station->app)->lang;
    struct printer *printer = free_printer(station);
    if (!printer)
        station_tell_toast(
            station, TOAST_WARN,
            tr(lang, TR("The printer is still busy with what was sent before. Ctrl-O tries again.")));
    else if (printer_start(printer, command, text, lang, &info))
        station_tell_toast(station, TOAST_DANGER, info.text);
}

static void by_terminal(struct station *station, const char *text)
{
    buf_clear(&station->print_text);
    buf_adds(&station->print_text, text);
    station->wants |=
        WANT_PRINT | WANT_REDRAW; /* a terminal that only seems to have a printer shows it instead */
    station_tell_toast(station, TOAST_PLAIN,
                       tr(app_ui(station->app)->lang,
                          TR("Sent to the terminal's printer. If nothing comes out, save it to a file.")));
}

/* No command is set: the app asks what to do with it. */
static void tell_unprinted(struct station *station, const struct effect *effect)
{
    struct json *json = json_new_object();
    json_set_text(json, "title", json_text_or(effect->json, "title", ""));
    json_set_text(json, "text", effect->text);
    json_set_bool(json, "terminal", station->terminal_prints);
    struct msg msg = {.kind = MSG_UNPRINTED, .json = json};
    station_tell(station, &msg);
    json_free(&json);
}

void station_print(struct station *station, const struct effect *effect)
{
    struct buf text = {0};
    const struct settings *settings = station->settings;
    const char *command = command_for(settings, effect->what);
    print_fit(&text, effect->text, is_ticket(effect->what) ? settings->ticket_width : SHEET_WIDTH);
    if (command)
        by_command(station, command, buf_text(&text));
    else if (str_equal(effect->what, "terminal") ||
             (settings->print_by_terminal && station->terminal_prints && !str_equal(effect->what, "issued")))
        by_terminal(station, buf_text(&text));
    else if (!str_equal(effect->what, "issued"))
        tell_unprinted(station, effect);
    buf_free(&text);
}

void station_watch_printers(struct station *station)
{
    for (int i = 0; i < PRINTERS_MAX; i++) {
        struct err_info info = {0};
        enum err err;
        if (!station->printers[i].busy || !printer_done(&station->printers[i], false, &err, &info))
            continue;
        station_tell_toast(station, err ? TOAST_DANGER : TOAST_GOOD,
                           err ? info.text : tr(app_ui(station->app)->lang, TR("Sent to the printer.")));
    }
}

void station_set_terminal(struct station *station, bool prints, bool copies)
{
    station->terminal_prints = prints;
    station->terminal_copies = copies;
}

const char *station_print_text(const struct station *station)
{
    return buf_text(&station->print_text);
}
