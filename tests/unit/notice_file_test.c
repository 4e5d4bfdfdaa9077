/* tests/unit/notice_file_test.c: a notice as a file: whole or not there, its owner's alone; as PDF with the right letters,
 * embedded fonts, and the same bytes each time. */
#include <errno.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "screens/notice_file.h"
#include "tests/support/program.h"
#include "tests/support/test.h"

static const char letters[] =
    "Əliyeva Aysel: ə ğ ı ş ç ö ü Ə Ğ I İ Ş Ç Ö Ü\nЗаявление: Щука, ёж, объём\n- Perekaman KTP-el\n";

static enum err save(const struct json *paper, const char *path, bool replace, struct err_info *info)
{
    struct notice_file file;
    enum err err = notice_file_start(&file, paper, path, replace, LANG_EN, info);
    if (err == ERR_OK)
        CHECK(notice_file_done(&file, true, &err, info));
    notice_file_forget(&file);
    return err;
}

static void check_alone(const char *folder, int files)
{
    glob_t found = {0};
    char *pattern = xasprintf("%s/*", folder), *hidden = xasprintf("%s/.[!.]*", folder);
    glob(pattern, 0, NULL, &found);
    glob(hidden, GLOB_APPEND, NULL, &found);
    CHECK_INT(found.gl_pathc, files);
    globfree(&found);
    free(pattern);
    free(hidden);
}

static void check_mode(const char *path)
{
    struct stat about;
    REQUIRE(stat(path, &about) == 0);
    CHECK_INT(about.st_mode & 0777, 0600);
}

static char *read_pdf(const char *path)
{
    struct ran ran = RUN("", "pdftotext", "-layout", "-enc", "UTF-8", path, "-");
    CHECK_INT(ran.status, 0);
    char *text = xstrdup(ran.out);
    ran_free(&ran);
    return text;
}

static struct json *paper_of(const char *text)
{
    return notice_paper(LANG_EN, "ASAN 1 · Bakı", "2026-000017", text, "XRKX-W02Q-G6SC-YT4D", "2026-11-24");
}

/* --- text --- */

TEST(notice_file_of_text_holds_the_lines_and_the_code_and_no_control_characters)
{
    struct err_info info = {0};
    const char *folder = test_folder();
    char *path = xasprintf("%s/n.txt", folder);
    struct json *paper = paper_of("one\x1b[31m\x07two\u202e\xC2\x85"
                                  "three\n");
    CHECK_INT(save(paper, path, false, &info), ERR_OK);
    char *text = test_read_file(path);
    CHECK_TEXT(
        text, "one [31m two three\n\nVerification code: XRKX-W02Q-G6SC-YT4D\nBy this code anyone may ask the "
              "hall whether this notice stands: /v1/verify/XRKX-W02Q-G6SC-YT4D\n");
    check_mode(path);
    check_alone(folder, 1);
    free(text);
    free(path);
    json_free(&paper);
}

TEST(notice_file_that_is_there_stays_unless_it_may_be_replaced)
{
    struct err_info info = {0};
    const char *folder = test_folder();
    char *path = xasprintf("%s/n.txt", folder);
    struct json *first = paper_of("first"), *second = paper_of("second");
    CHECK_INT(save(first, path, false, &info), ERR_OK);
    CHECK_INT(save(second, path, false, &info), ERR_CONFLICT);
    CHECK(strstr(info.text, path) && strstr(info.text, "Choose another name"));
    char *text = test_read_file(path);
    CHECK(str_starts(text, "first"));
    free(text);
    CHECK_INT(save(second, path, true, &info), ERR_OK);
    text = test_read_file(path);
    CHECK(str_starts(text, "second"));
    check_alone(folder, 1);
    free(text);
    free(path);
    json_free(&first);
    json_free(&second);
}

TEST(notice_file_that_cannot_be_written_leaves_nothing_and_says_why)
{
    const char *folder = test_folder();
    char *nowhere = xasprintf("%s/none/n.txt", folder);
    const char *const paths[] = {folder, nowhere, "/proc/n.pdf", "", "/"};
    struct json *paper = paper_of("text");
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct err_info info = {0};
        if (!CHECK(save(paper, paths[i], false, &info) != ERR_OK))
            printf("    %s\n", paths[i]);
        CHECK(strstr(info.text, "Nothing was saved."));
    }
    check_alone(folder, 0);
    json_free(&paper);
    free(nowhere);
}

/* A full disk: nothing is there, and nothing of it. Needs root, who may make a small one. */
TEST(notice_file_on_a_full_disk_is_not_there)
{
    struct err_info info = {0};
    const char *folder = test_folder();
    struct json *paper = paper_of(letters);
    if (mount("none", folder, "tmpfs", 0, "size=8k") != 0) {
        CHECK(errno == EPERM);
        json_free(&paper);
        return;
    }
    char *pdf = xasprintf("%s/n.pdf", folder), *full = xasprintf("%s/full", folder);
    FILE *file = fopen(full, "we");
    REQUIRE(file);
    for (int i = 0; i < 4096; i++)
        fputc('x', file);
    CHECK_INT(fclose(file), 0);
    CHECK(save(paper, pdf, false, &info) != ERR_OK);
    CHECK(strstr(info.text, "nothing was saved") && strstr(info.text, "No space left"));
    check_alone(folder, 1);
    umount(folder);
    free(pdf);
    free(full);
    json_free(&paper);
}

/* --- PDF --- */

TEST(notice_file_as_pdf_has_the_letters_the_hall_the_page_and_the_code)
{
    struct err_info info = {0};
    char *path = xasprintf("%s/n.PDF", test_folder());
    struct json *paper = paper_of(letters);
    CHECK_INT(save(paper, path, false, &info), ERR_OK);
    check_mode(path);
    char *text = read_pdf(path);
    static const char *const words[] = {"Əliyeva Aysel: ə ğ ı ş ç ö ü Ə Ğ I İ Ş Ç Ö Ü",
                                        "Заявление: Щука, ёж, объём",
                                        "- Perekaman KTP-el",
                                        "ASAN 1 · Bakı",
                                        "Page 1 of 1",
                                        "Verification code",
                                        "\nXRKX-W02Q-G6SC-YT4D\n"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (!CHECK(strstr(text, words[i])))
            printf("    %s\n%s\n", words[i], text);
    struct ran fonts = RUN("", "pdffonts", path);
    int lines = 0;
    for (const char *line = strchr(fonts.out, '\n'); line && line[1]; line = strchr(line + 1, '\n'), lines++)
        if (lines > 0)
            CHECK(strstr(line, "DejaVu") && strstr(line, " yes yes yes "));
    CHECK(lines > 2);
    struct ran about = RUN("", "pdfinfo", path);
    CHECK(strstr(about.out, "(A4)"));
    ran_free(&about);
    ran_free(&fonts);
    free(text);
    free(path);
    json_free(&paper);
}

/* Templates begin with it. */
TEST(notice_file_as_pdf_says_the_hall_once)
{
    struct err_info info = {0};
    char *path = xasprintf("%s/n.pdf", test_folder());
    struct json *paper = paper_of("ASAN 1 · Bakı\nASAN 1 · Bakıxanov\n");
    CHECK_INT(save(paper, path, false, &info), ERR_OK);
    char *text = read_pdf(path);
    int times = 0;
    for (const char *at = text; (at = strstr(at, "ASAN 1 · Bakı")); at++)
        times++;
    CHECK_INT(times, 2); /* and once as the beginning of another word */
    free(text);
    free(path);
    json_free(&paper);
}

TEST(notice_file_as_pdf_is_the_same_each_time)
{
    struct err_info info = {0};
    char *one = xasprintf("%s/1.pdf", test_folder()), *two = xasprintf("%s/2.pdf", test_folder());
    struct json *paper = paper_of(letters);
    CHECK_INT(save(paper, one, false, &info), ERR_OK);
    CHECK_INT(save(paper, two, false, &info), ERR_OK);
    struct ran same = RUN("", "cmp", one, two);
    CHECK_INT(same.status, 0);
    ran_free(&same);
    free(one);
    free(two);
    json_free(&paper);
}

/* The code is on each page, and its block is never torn. */
TEST(notice_file_as_pdf_goes_on_over_pages)
{
    struct err_info info = {0};
    struct buf long_text = {0};
    char *path = xasprintf("%s/n.pdf", test_folder());
    for (int i = 0; i < 150; i++)
        buf_addf(&long_text, "line %d of a long notice\n", i);
    struct json *paper = paper_of(buf_text(&long_text));
    CHECK_INT(save(paper, path, false, &info), ERR_OK);
    char *text = read_pdf(path);
    CHECK(strstr(text, "Page 1 of 4") && strstr(text, "Page 4 of 4"));
    CHECK(strstr(text, "line 0 of") && strstr(text, "line 149 of"));
    int codes = 0;
    for (const char *at = text; (at = strstr(at, "XRKX-W02Q-G6SC-YT4D")); at++)
        codes++;
    CHECK_INT(codes, 6); /* four feet, the large one and the address */
    free(text);
    buf_free(&long_text);
    free(path);
    json_free(&paper);
}

TEST(notice_file_is_tried_without_writing_one)
{
    struct err_info info = {0};
    CHECK_INT(notice_file_try(LANG_RU, &info), ERR_OK);
}

/* Better none than one with a box in the place of a letter of somebody's name. */
TEST(notice_file_as_pdf_is_refused_with_a_letter_that_no_font_has)
{
    struct err_info info = {0};
    const char *folder = test_folder();
    char *path = xasprintf("%s/n.pdf", folder);
    struct json *paper = paper_of("name: \U0010fffd"); /* for private use: no font has it */
    CHECK(save(paper, path, false, &info) != ERR_OK);
    CHECK(strstr(info.text, "font") && strstr(info.text, "nothing was saved"));
    check_alone(folder, 0);
    free(path);
    json_free(&paper);
}
