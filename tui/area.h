/* tui/area.h: several lines of text that can be typed into; long lines are wrapped. Keys: edit.h. Enter makes
 * a new line here: a form that wants Enter to go on keeps it for itself. Pure state. */
#pragma once
#include "tui/edit.h"
#include "tui/frame.h"

struct area {
    struct edit edit;
    int w; /* cells of the last area_fit, so that Up and Down follow wrapped lines; 0: line ends only */
};
void area_init(struct area *area, size_t text_max);
void area_deinit(struct area *area);
void area_set(struct area *area, const char *text);
const char *area_text(const struct area *area);
void area_fit(struct area *area, int w);
enum edit_result area_key(struct area *area, struct key key);
bool area_paste(struct area *area, const char *text, size_t length);
int area_rows(const struct area *area, int w); /* lines that it takes when w cells wide, at least 1 */
void area_draw(const struct area *area, struct frame *frame, struct rect rect, const char *placeholder,
               bool focus);
