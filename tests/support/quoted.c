/* tests/support/quoted.c: see quoted.h. */
#include "tests/support/quoted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/support/test.h"

char *quoted(const char *text)
{
    char *own = xstrdup(text);
    for (char *c = own; *c; c++)
        *c = *c == '\'' ? '"' : *c;
    return own;
}

struct json *quoted_json(const char *text)
{
    struct json *json = NULL;
    struct err_info info = {0};
    char *own = quoted(text);
    if (json_parse(own, strlen(own), &json, &info) != ERR_OK)
        fprintf(stderr, "  %s\n  in %s\n", info.text, own);
    free(own);
    REQUIRE(json != NULL);
    return json;
}
