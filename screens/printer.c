/* screens/printer.c: see printer.h. */
#include "screens/printer.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/base/str.h"

enum { PRINT_MAX_MS = 30 * 1000, FAULT_MAX = 200 };

enum err printer_start(struct printer *printer, const char *command, const char *text, enum lang lang,
                       struct err_info *info)
{
    static char shell[] = "sh", option[] = "-c";
    char *line = xstrdup(command), *words[] = {shell, option, line, NULL};
    *printer = (struct printer){.child = {.faults = -1}, .lang = lang};
    int failed = child_start(&printer->child, "/bin/sh", words, text, -1, PRINT_MAX_MS);
    free(line);
    printer->busy = failed == 0;
    if (!failed)
        return ERR_OK;
    child_forget(&printer->child, false);
    return err_set(
        info, err_from_errno(failed),
        tr(lang, TR("Not printed: %s. What was to be printed is still here; Ctrl-O prints it again.")),
        strerror(failed));
}

/* The sentence: what the command itself complained of, else how it ended. */
static enum err why_not(const struct printer *printer, int status, struct err_info *info)
{
    char fault[FAULT_MAX];
    child_fault(&printer->child, "", fault, sizeof fault);
    if (printer->child.given_up)
        str_copy(fault, sizeof fault, tr(printer->lang, TR("the print command did not end within 30 s")));
    else if (!*fault)
        str_format(fault, sizeof fault, tr(printer->lang, TR("the print command ended with status %d")),
                   WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
    return err_set(info, ERR_SYSTEM,
                   tr(printer->lang,
                      TR("Not printed: %s. What was to be printed is still here; Ctrl-O prints it again.")),
                   fault);
}

bool printer_done(struct printer *printer, bool wait, enum err *err, struct err_info *info)
{
    int status = 0;
    if (printer->busy && !child_ended(&printer->child, wait, &status))
        return false;
    *err = status == 0 ? ERR_OK : why_not(printer, status, info);
    printer->busy = false;
    child_forget(&printer->child, false);
    return true;
}

void printer_leave(struct printer *printer)
{
    if (printer->busy)
        child_forget(&printer->child, true);
    printer->busy = false;
}

/* In one of the folders of PATH, or where the name itself says. */
static bool is_program(const char *name)
{
    const char *path = strchr(name, '/') ? "" : getenv("PATH");
    if (strchr(name, '/'))
        return access(name, X_OK) == 0;
    while (path && *path) {
        size_t length = strcspn(path, ":");
        char *file = xasprintf("%.*s/%s", (int)length, path, name);
        bool there = access(file, X_OK) == 0;
        free(file);
        if (there)
            return true;
        path += length + (path[length] == ':');
    }
    return false;
}

bool printer_there(const char *command, char *name, size_t capacity)
{
    size_t begin = strspn(command, " \t"), length = strcspn(command + begin, " \t|;&<>");
    str_format(name, capacity, "%.*s", (int)length, command + begin);
    return *name && is_program(name);
}
