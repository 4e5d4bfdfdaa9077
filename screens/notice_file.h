/* screens/notice_file.h: a notice or receipt as a file: text, or PDF by loket-pdf, which is started for it.
 *
 * The file appears whole or not at all, readable by its owner alone. Knows no screen. */
#pragma once
#include "screens/child.h"
#include "screens/notice_paper.h"

/* A file under way. */
struct notice_file {
    char *path, *part; /* part is renamed when it is whole; NULL: nothing is under way */
    int fd;
    struct child child; /* loket-pdf; pid 0: no PDF */
    bool replace;
    enum lang lang; /* of the sentences */
};
/* PDF where path ends with .pdf. "~/" is the person's own folder. replace: a file that is there gives way. Fails with a
 * sentence in lang and leaves nothing behind. */
enum err notice_file_start(struct notice_file *file, const struct json *paper, const char *path, bool replace,
                           enum lang lang, struct err_info *info) MUST_USE;
/* False: the PDF is still being made (never with wait). True: *err and info say what came of it; the file is closed and
 * file->path stays until notice_file_forget. */
bool notice_file_done(struct notice_file *file, bool wait, enum err *err, struct err_info *info);
/* A long text that comes in pieces: begun, added to, and with the end there under its name; any failure leaves nothing. */
enum err notice_file_begin(struct notice_file *file, const char *path, enum lang lang,
                           struct err_info *info) MUST_USE;
enum err notice_file_add(struct notice_file *file, const char *text, struct err_info *info) MUST_USE;
enum err notice_file_end(struct notice_file *file, struct err_info *info) MUST_USE;
/* Whether this computer can make a PDF with all letters of the four languages; writes nothing. */
enum err notice_file_try(enum lang lang, struct err_info *info) MUST_USE;
void notice_file_forget(struct notice_file *file); /* stops what is under way */
