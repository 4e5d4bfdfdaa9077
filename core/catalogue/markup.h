/* core/catalogue/markup.h: HTML of other catalogues as plain text. Pure. */
#pragma once

/* What a reader of the page would read: tags go, paragraphs and list items become lines, entities their letters; a link
 * keeps its address behind its words. Control characters and runs of blanks go. Text without markup stays as it is but
 * for those. The caller frees. */
char *markup_text(const char *html);
