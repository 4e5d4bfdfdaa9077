/* screens/handover.h: the receipt of what was handed over: what, when, to whom, and of a representative by which paper.
 * Pure. */
#pragma once
#include "screens/dossier.h"

/* Something of it was handed over. */
bool handover_is_done(const struct dossier *of);
/* The receipt in that language, of what went over last; users: rows of the query "users", NULL none. As a paper
 * (notice_paper.h); the caller frees. NULL: nothing was handed over. */
struct json *handover_paper(const struct dossier *of, const struct ui *ui, const char *lang,
                            const struct json *users);
