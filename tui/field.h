/* tui/field.h: a line of text that can be typed into. Keys: edit.h. Pure state. */
#pragma once
#include "tui/edit.h"
#include "tui/frame.h"

struct field {
    struct edit edit;
    bool masked; /* drawn as •, except the last `shown` characters */
    int shown;
};
void field_init(struct field *field, size_t text_max); /* bytes; 0: EDIT_TEXT_MAX */
void field_deinit(struct field *field);
void field_set(struct field *field, const char *text);
const char *field_text(const struct field *field);
enum edit_result field_key(struct field *field, struct key key);
bool field_paste(struct field *field, const char *text, size_t length); /* false: not all of it had room */
/* Draws into the first row of area. With focus the hardware cursor is put into it. placeholder (may be NULL)
 * is shown dim while the field is empty. */
void field_draw(const struct field *field, struct frame *frame, struct rect area, const char *placeholder,
                bool focus);
