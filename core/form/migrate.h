/* core/form/migrate.h: a draft goes over from an older form of a service to a newer one (FORMS.md section 2).
 *
 * The newer form says in "migrate" what became of its fields, in order, as in JSON Patch (RFC 6902):
 *   {"op":"move","from":P,"path":P}  {"op":"copy","from":P,"path":P}  {"op":"remove","path":P}
 *   {"op":"add","path":P,"value":V}   only where nothing stands yet: what was typed is never written over
 * Each may say "since": the version that brought it, else the form's own; so one list serves drafts of every older
 * version. Where there is nothing at "from" nothing happens. Pointers lead through objects. Pure. */
#pragma once
#include "core/form/check.h"
#include "core/form/form.h"

/* The draft as the newer form takes it: moved, without what that form declares nowhere, and filled in where it is
 * still empty (form_prefill). The caller frees. */
struct json *form_taken_over(const struct form *newer, int64_t from_version, const struct json *draft,
                             const struct form_context *context);
/* A merge patch that was written on the older form, for the newer one. The caller frees. */
struct json *form_patch_taken_over(const struct form *newer, int64_t from_version, const struct json *patch);
/* Where a field of the older form stands in the newer one; "" when it is taken out. */
void form_place_now(const struct form *newer, int64_t from_version, const char *pointer, struct buf *out);

/* Both side by side, in the newer form's order, then what it does not ask any more:
 *   [{"what":"same|moved|new|gone","before":{"label","text"}|null,"after":{"label","text"}|null}]
 * same: label and place are as before. Hidden (x-sensitive) values read "•••". A field that is not asked any more is
 * there only when it was filled in. The caller frees. */
struct json *form_compared(const struct form *older, const struct form *newer, const struct json *draft,
                           const struct form_context *context);

/* What is wrong with form.migrate, for its author. form: the one that has it. */
void form_check_migrate(const struct form *form, struct form_findings *findings);
