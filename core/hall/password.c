/* core/hall/password.c: see password.h. */
#include "core/hall/password.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "core/base/crypto.h"
#include "core/base/str.h"

/* One byte at a time: what follows the line belongs to somebody else. */
static enum err read_line(int fd, const char *name, char out[PASSWORD_MAX + 1], struct err_info *info)
{
    size_t length = 0;
    char c;
    for (;;) {
        ssize_t got = read(fd, &c, 1);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return err_set(info, err_from_errno(errno), "The password cannot be read from %s: %s.", name,
                           strerror(errno));
        if (got == 0 || c == '\n')
            break;
        if (length == PASSWORD_MAX)
            return err_set(info, ERR_INVALID, "The password in %s is longer than %d bytes.", name,
                           PASSWORD_MAX);
        out[length++] = c;
    }
    if (length > 0 && out[length - 1] == '\r')
        length--;
    out[length] = '\0';
    if (length == 0)
        return err_set(info, ERR_INVALID, "%s holds no password: its first line is empty.", name);
    if (strlen(out) != length || !utf8_valid(out, length))
        return err_set(info, ERR_INVALID, "The password in %s is not UTF-8 text.", name);
    return ERR_OK;
}

static enum err read_hidden(int fd, const char *question, char out[PASSWORD_MAX + 1], struct err_info *info)
{
    ssize_t told = write(fd, question, strlen(question));
    enum err err = told < 0 ? err_set(info, err_from_errno(errno), "The terminal cannot be written to.")
                            : read_line(fd, "the terminal", out, info);
    told = write(fd, "\n", 1);
    (void)told;
    return err;
}

static enum err ask_twice(int fd, char out[PASSWORD_MAX + 1], struct err_info *info)
{
    char again[PASSWORD_MAX + 1] = "";
    enum err err = read_hidden(fd, "Password: ", out, info);
    if (err == ERR_OK)
        err = read_hidden(fd, "Once more: ", again, info);
    if (err == ERR_OK && !str_equal(out, again))
        err = err_set(info, ERR_INVALID, "The two passwords differ. Nothing was changed; try again.");
    secret_wipe(again, sizeof again);
    return err;
}

static enum err ask_terminal(char out[PASSWORD_MAX + 1], struct err_info *info)
{
    struct termios shown, hidden;
    int fd = open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
    if (fd < 0 || tcgetattr(fd, &shown) != 0) {
        if (fd >= 0)
            close(fd);
        return err_set(info, ERR_USAGE,
                       "A password is needed: --password-file F, or --password-file - for standard input.");
    }
    hidden = shown;
    hidden.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(fd, TCSAFLUSH, &hidden);
    enum err err = ask_twice(fd, out, info);
    tcsetattr(fd, TCSAFLUSH, &shown);
    close(fd);
    return err;
}

enum err password_read(const char *file, char out[PASSWORD_MAX + 1], struct err_info *info)
{
    out[0] = '\0';
    if (!file)
        return ask_terminal(out, info);
    if (strcmp(file, "-") == 0)
        return read_line(STDIN_FILENO, "standard input", out, info);
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_set(info, err_from_errno(errno), "The password file %s cannot be read: %s.", file,
                       strerror(errno));
    enum err err = read_line(fd, file, out, info);
    close(fd);
    return err;
}
