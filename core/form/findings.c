/* core/form/findings.c: the list that checks of files write into. Knows no form: who checks decides what is broken. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/form/check.h"

void form_findings_free(struct form_findings *findings)
{
    arena_free(&findings->arena);
    *findings = (struct form_findings){0};
}

static struct form_finding *new_finding(struct form_findings *findings)
{
    if (findings->count == findings->capacity) {
        findings->capacity = findings->capacity ? findings->capacity * 2 : 16;
        struct form_finding *list =
            arena_alloc(&findings->arena, (size_t)findings->capacity * sizeof *findings->list);
        for (int i = 0; i < findings->count; i++)
            list[i] = findings->list[i];
        findings->list = list;
    }
    return &findings->list[findings->count++];
}

void form_findings_add(struct form_findings *findings, enum form_finding_kind kind, const char *pointer,
                       const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        xmalloc(SIZE_MAX); /* out of memory: the one way to end */
    va_end(arguments);
    *new_finding(findings) = (struct form_finding){kind, arena_strdup(&findings->arena, pointer),
                                                   arena_strdup(&findings->arena, text)};
    findings->broken += kind == FORM_BROKEN;
    free(text);
}
