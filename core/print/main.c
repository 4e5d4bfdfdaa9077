/* core/print/main.c: loket-pdf, a program of its own so that the workstation starts without the libraries of print, and
 * lives on whatever a font does to them. Reads one paper as JSON on standard input, writes the PDF to standard output;
 * a fault is one line on standard error and status 1. */
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/str.h"
#include "core/print/pdf.h"
#include "core/wire/json.h"

enum { INPUT_MAX = 1024 * 1024 };

/* Asked by the leak checker of test builds: fontconfig keeps its tables until the process ends. */
const char *__lsan_default_suppressions(void);
const char *__lsan_default_suppressions(void)
{
    return "leak:libfontconfig";
}

static enum err read_input(struct json **document, struct err_info *info)
{
    struct buf text = {0};
    char block[8192];
    size_t length;
    while (text.length <= INPUT_MAX && (length = fread(block, 1, sizeof block, stdin)) > 0)
        buf_add(&text, block, length);
    enum err err = text.length > INPUT_MAX
                       ? err_set(info, ERR_INVALID, "The paper is longer than %d KiB.", INPUT_MAX / 1024)
                       : json_parse(buf_text(&text), text.length, document, info);
    buf_free(&text);
    return err;
}

static struct paper paper_of(const struct json *document)
{
    return (struct paper){.title = json_text_or(document, "title", ""),
                          .hall = json_text_or(document, "hall", ""),
                          .text = json_text_or(document, "text", ""),
                          .code = json_text(document, "code"),
                          .code_label = json_text_or(document, "code_label", ""),
                          .code_hint = json_text_or(document, "code_hint", ""),
                          .page = json_text(document, "page"),
                          .date = json_text(document, "date"),
                          .mono = json_bool(document, "mono", false)};
}

static int print(void)
{
    struct json *document = NULL;
    struct err_info info = {0};
    enum err err = read_input(&document, &info);
    if (err == ERR_OK) {
        const struct paper paper = paper_of(document);
        err = pdf_write(&paper, stdout, &info);
    }
    json_free(&document);
    if (err != ERR_OK)
        fprintf(stderr, "loket-pdf: %s\n", info.text);
    return err == ERR_OK ? 0 : 1;
}

int main(int argc, char **argv)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    if (argc == 1)
        return print();
    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts("loket-pdf " LOKET_VERSION) == EOF;
    fputs("loket-pdf: loket runs it; it reads a paper as JSON on standard input and writes a PDF.\n", stderr);
    return 2;
}
