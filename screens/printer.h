/* screens/printer.h: a text to the print command of the settings, which reads it from its standard input. Nothing waits
 * for it: the loop hears of its end. Knows no screen. */
#pragma once
#include "core/base/err.h"
#include "screens/child.h"
#include "screens/tr.h"

struct printer {
    struct child child;
    enum lang lang; /* of the sentences */
    bool busy;
};
/* command: a line as an administrator writes it ("lp -o media=A6", "iconv -t CP866 | lp"), so it is the shell's to read.
 * The text is never part of it. Fails with a sentence. */
enum err printer_start(struct printer *printer, const char *command, const char *text, enum lang lang,
                       struct err_info *info) MUST_USE;
/* False: it still runs (never with wait). True: *err and info say what came of it, and the printer is free again. */
bool printer_done(struct printer *printer, bool wait, enum err *err, struct err_info *info);
/* It goes on alone: what was sent to it is printed though the workstation ends. */
void printer_leave(struct printer *printer);
/* Whether the command's program is there; its name into name. */
bool printer_there(const char *command, char *name, size_t capacity);
