/* screens/notice_file.c: see notice_file.h. */
#include "screens/notice_file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PDF_MAX_MS = 30 * 1000, FAULT_MAX = 200 };

/* --- a file that is not there before it is whole --- */

static enum err fail(const struct notice_file *file, int number, struct err_info *info)
{
    return err_set(info, err_from_errno(number),
                   tr(file->lang, TR("%s cannot be written: %s. Nothing was saved.")), file->path,
                   strerror(number));
}

static char *full_path(const char *path)
{
    const char *home = getenv("HOME");
    return str_starts(path, "~/") && !str_empty(home) ? xasprintf("%s/%s", home, path + 2) : xstrdup(path);
}

/* Beside the file, so that it can be renamed. mkostemp makes it readable by its owner alone. */
static enum err open_part(struct notice_file *file, struct err_info *info)
{
    const char *slash = strrchr(file->path, '/'), *name = slash ? slash + 1 : file->path;
    struct stat there;
    if (!*name || (stat(file->path, &there) == 0 && S_ISDIR(there.st_mode)))
        return fail(file, EISDIR, info);
    if (!file->replace && lstat(file->path, &there) == 0)
        return err_set(info, ERR_CONFLICT,
                       tr(file->lang, TR("%s is there already, and stays as it is. Choose another name.")),
                       file->path);
    file->part = xasprintf("%.*s.loket-XXXXXX", (int)(name - file->path), file->path);
    file->fd = mkostemp(file->part, O_CLOEXEC);
    return file->fd < 0 ? fail(file, errno, info) : ERR_OK;
}

/* Where a file system knows no "only when nothing is there" a moment stays in which another program could make it. */
static int rename_part(const struct notice_file *file)
{
    struct stat there;
    if (file->replace)
        return rename(file->part, file->path);
    if (renameat2(AT_FDCWD, file->part, AT_FDCWD, file->path, RENAME_NOREPLACE) == 0)
        return 0;
    if (errno != EINVAL && errno != ENOSYS)
        return -1;
    if (lstat(file->path, &there) == 0) {
        errno = EEXIST;
        return -1;
    }
    return rename(file->part, file->path);
}

static void sync_folder(const char *path)
{
    const char *slash = strrchr(path, '/');
    char *folder = slash ? xstrndup(path, (size_t)(slash - path) + 1) : xstrdup(".");
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(folder);
}

static void drop_part(struct notice_file *file)
{
    if (file->fd >= 0)
        close(file->fd);
    file->fd = -1;
    if (file->part)
        unlink(file->part);
    free(file->part);
    file->part = NULL;
}

/* What is written becomes the file. */
static enum err keep_part(struct notice_file *file, struct err_info *info)
{
    enum err err = ERR_OK;
    if (fsync(file->fd) != 0 || rename_part(file) != 0) {
        err = fail(file, errno, info);
    } else {
        sync_folder(file->path);
        free(file->part);
        file->part = NULL; /* it has its name */
    }
    drop_part(file);
    return err;
}

/* --- loket-pdf --- */

/* Beside this program, else where it is installed. */
static char *find_program(void)
{
    static const char name[] = "/loket-pdf";
    char own[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", own, sizeof own - sizeof name);
    own[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(own, '/');
    if (slash) {
        memcpy(slash, name, sizeof name);
        if (access(own, X_OK) == 0)
            return xstrdup(own);
    }
    return xstrdup(LOKET_PREFIX "/libexec/loket/loket-pdf");
}

static const char no_program[] =
    TR("loket-pdf is not installed here, so there is no PDF. Choose a name with .txt: it is saved as text.");

static enum err start_pdf(struct notice_file *file, const struct json *paper, struct err_info *info)
{
    static char name[] = "loket-pdf";
    char *words[] = {name, NULL}, *program = find_program(), *text = json_print(paper);
    int failed = child_start(&file->child, program, words, text, file->fd, PDF_MAX_MS);
    free(program);
    free(text);
    if (failed == ENOENT)
        return err_set(info, ERR_ABSENT, tr(file->lang, no_program));
    return failed ? fail(file, failed, info) : ERR_OK;
}

static enum err pdf_failed(const struct notice_file *file, struct err_info *info)
{
    char fault[FAULT_MAX];
    child_fault(&file->child, "loket-pdf: ", fault, sizeof fault);
    return err_set(info, ERR_INVALID, tr(file->lang, TR("The PDF could not be made; nothing was saved. %s")),
                   *fault ? fault : "loket-pdf?");
}

/* --- the whole --- */

static bool is_pdf(const char *path)
{
    size_t length = strlen(path);
    return length > 4 && strcasecmp(path + length - 4, ".pdf") == 0;
}

static void end(struct notice_file *file)
{
    drop_part(file);
    child_forget(&file->child, false);
}

enum err notice_file_start(struct notice_file *file, const struct json *paper, const char *path, bool replace,
                           enum lang lang, struct err_info *info)
{
    struct buf text = {0};
    *file = (struct notice_file){
        .path = full_path(path), .fd = -1, .child = {.faults = -1}, .replace = replace, .lang = lang};
    enum err err = open_part(file, info);
    if (err == ERR_OK && is_pdf(path)) {
        err = start_pdf(file, paper, info);
    } else if (err == ERR_OK) {
        notice_paper_text(paper, &text);
        if (!child_write_all(file->fd, buf_text(&text), text.length))
            err = fail(file, errno, info);
    }
    if (err != ERR_OK)
        end(file);
    buf_free(&text);
    return err;
}

enum err notice_file_begin(struct notice_file *file, const char *path, enum lang lang, struct err_info *info)
{
    *file = (struct notice_file){.path = full_path(path), .fd = -1, .child = {.faults = -1}, .lang = lang};
    enum err err = open_part(file, info);
    if (err != ERR_OK)
        end(file);
    return err;
}

enum err notice_file_add(struct notice_file *file, const char *text, struct err_info *info)
{
    if (child_write_all(file->fd, text, strlen(text)))
        return ERR_OK;
    enum err err = fail(file, errno, info);
    end(file);
    return err;
}

enum err notice_file_end(struct notice_file *file, struct err_info *info)
{
    enum err err = keep_part(file, info);
    end(file);
    return err;
}

bool notice_file_done(struct notice_file *file, bool wait, enum err *err, struct err_info *info)
{
    int status = 0;
    if (file->child.pid && !child_ended(&file->child, wait, &status))
        return false;
    *err = status == 0 ? keep_part(file, info) : pdf_failed(file, info);
    end(file);
    return true;
}

void notice_file_forget(struct notice_file *file)
{
    if (file->path)
        end(file);
    free(file->path);
    file->path = NULL;
}

enum err notice_file_try(enum lang lang, struct err_info *info)
{
    struct notice_file file = {.path = xstrdup("PDF"), .fd = -1, .child = {.faults = -1}, .lang = lang};
    struct json *paper = notice_paper(lang, "", "", "Əğışçöü ĞİŞ ЁЖЩъ", "", "2000-01-01");
    int status = 0;
    file.fd = memfd_create("trial", MFD_CLOEXEC);
    enum err err = file.fd < 0 ? fail(&file, errno, info) : start_pdf(&file, paper, info);
    if (err == ERR_OK && child_ended(&file.child, true, &status) && status != 0)
        err = pdf_failed(&file, info);
    notice_file_forget(&file);
    json_free(&paper);
    return err;
}
