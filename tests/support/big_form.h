/* tests/support/big_form.h: a form of 300 fields as no agency would write it by hand: every kind of field that FORMS.md
 * names, with rules, conditions, computed values and shared definitions. */
#pragma once
#include "core/wire/json.h"

enum { BIG_FIELDS = 300 };

/* A service. deep: five levels of objects, laid out as categories in categories; else all fields in one object, without a
 * layout. The caller frees. */
struct json *big_service(bool deep);
/* An answer to every field of it, valid. The caller frees. */
struct json *big_draft(bool deep);
/* The pointer of the nth field. */
void big_pointer(bool deep, int n, struct buf *out);
