/* screens/veil.h: stand-ins for the values of people (anonymise.h): which value has which. Knows no session. */
#pragma once
#include "core/base/rng.h"
#include "core/base/str.h"
#include "core/wire/json.h"

struct veil;
struct veil *veil_new(struct rng *rng);
void veil_free(struct veil **veil);

/* The stand-in of a whole value: as many code points, each of the same kind; appended to out. */
void veil_value(const struct veil *veil, const char *text, struct buf *out);
/* First all documents are told, then they are replaced: a word of one may stand in a sentence of another, and what a form's
 * lists offer is no secret, so the codes of all come before. */
void veil_learn_codes(struct veil *veil, const struct json *document);
void veil_learn(struct veil *veil, const struct json *document);
void veil_learn_text(struct veil *veil, const char *text);
/* A copy with stand-ins. typed and typed_as: what is being typed at this moment, as the answers repeat it; "" nothing. */
struct json *veil_json(const struct veil *veil, const struct json *document, const char *typed,
                       const char *typed_as);
/* A sentence: only the words that were learnt. */
void veil_sentence(const struct veil *veil, const char *text, struct buf *out);
