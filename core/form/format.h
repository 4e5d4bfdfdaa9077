/* core/form/format.h: the formats that can be asserted (FORMS.md section 1). Others only annotate. */
#pragma once
#include <stdbool.h>

bool format_known(const char *name);
bool format_valid(const char *name, const char *text); /* true for a format that is not known */
bool format_is_own(const char *name);                  /* fin nik voen phone-az phone-id money */
/* The birth date in a NIK agrees with born (YYYY-MM-DD). True when either is not one. */
bool format_nik_born(const char *nik, const char *born);
