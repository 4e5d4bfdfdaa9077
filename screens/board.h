/* screens/board.h: what the files of the supervisor's board share: board_screen.c (what it does), board_lists.c (its lists,
 * marks and filter), board_moves.c, board_advice.c, board_view.c (how it looks). What is marked here is moved by who asks for it (board_marks).
 *
 * The board shows the hall as the workstation's copy has it (the query "floor"). It holds no truth of its own: each
 * refresh brings all of it anew, the rows at the cursors and the marks stay by their ids. */
#pragma once
#include "screens/screen.h"
#include "tui/field.h"
#include "tui/list.h"

enum board_pane { BOARD_QUEUES, BOARD_COUNTERS, BOARD_PEOPLE, BOARD_PANES };

/* A pane's lines: rows that fit the filter and, where a long list is grouped, a heading before each agency's. */
struct board_list {
    struct list list;
    const struct json **rows; /* of each line, borrowed from data or people; NULL: a heading */
    const char **groups;      /* of each line: its agency's id; "" none */
    int capacity;
    bool grouped;
    char cursor[64]; /* id of the row at the cursor, "" none */
};

struct board {
    struct json *data;      /* the answer of the query "floor"; NULL: not here yet */
    struct json *moves;     /* of "moves": the last one; NULL */
    struct json *people;    /* of "floor_people": of the queue or counter that is looked into; NULL */
    enum board_pane pane;   /* has the focus */
    enum board_pane beside; /* BOARD_QUEUES or BOARD_COUNTERS: whose row is looked into */
    struct board_list lists[BOARD_PANES];
    struct json *marks[BOARD_PANES]; /* {"id":"what it is called"}; NULL: none */
    struct field filter;
    bool filtering;
    bool filters_people;   /* what was typed is sought among the people beside; else in the other lists */
    bool worst;            /* what needs somebody first comes first; else by agency and code */
    bool heat;             /* the day's picture instead of the lists */
    bool detail;           /* on a narrow screen: what is looked into, instead of the lists */
    struct json *refusing; /* the advice that a reason is asked for; NULL */
    struct json *refused;  /* {"counter queue how":"until"} of advice that was refused here; NULL: none */
    struct json *levels;   /* of "levels"; NULL */
    int64_t levels_ms;     /* when they were asked for last */
    int w, h;              /* of the terminal */
    int64_t loaded_ms;     /* when it was asked for last */
    bool stale;            /* rows have changed since */
};

/* --- board_lists.c --- */
const struct json *board_row(const struct board *self, enum board_pane pane,
                             int line); /* NULL: a heading, or none */
const struct json *board_chosen(const struct board *self,
                                enum board_pane pane); /* at the cursor; NULL: none */
const struct json *board_counter_row(const struct board *self, const char *id); /* of the answer; NULL */
const struct json *board_queue_row(const struct board *self, const char *id);
bool board_filters(const struct board *self, enum board_pane pane); /* something is sought in this pane */
/* After another answer, another filter or another size: the cursors stay on their rows. */
void board_make_lists(struct board *self);
void board_drop_lists(struct board *self);
bool board_move_cursor(struct board *self, enum board_pane pane,
                       struct key key); /* true: it was the list's key */
/* {"id":"P Population"} of what is marked in a pane; NULL: nothing is. Who acts on marks takes them away with
 * board_unmark when that is done. */
const struct json *board_marks(const struct board *self, enum board_pane pane);
int board_mark_count(const struct board *self); /* in all panes */
bool board_is_marked(const struct board *self, enum board_pane pane, const char *id);
void board_mark(struct board *self, const struct ui *ui);       /* the row at the cursor, or no more */
void board_mark_shown(struct board *self, const struct ui *ui); /* all that the pane lists, or none */
void board_unmark(struct board *self);
/* "P Population", "7", "P014": what a row of a pane is called. */
const char *board_label(const struct ui *ui, enum board_pane pane, const struct json *row, char out[160]);

/* --- board_moves.c --- */
/* What is marked, or else the row at the cursor, is moved. */
void board_open_move(const struct board *self, const struct ui *ui, struct effects *effects);
const char *board_why_no_move(const struct board *self); /* NULL: it is possible */
void board_ask_undo(const struct board *self, const struct ui *ui, struct effects *effects);
const char *board_why_no_undo(const struct board *self, const struct ui *ui); /* NULL: it is possible */
void board_undo(const char *move, struct effects *effects);
void board_moved(const struct ui *ui, const struct msg *msg, struct effects *effects); /* what came of it */

/* --- board_advice.c --- */
/* The advice that is shown: of those in the answer the first that is neither refused nor made already; NULL: none. */
const struct json *board_advice(const struct board *self, const struct ui *ui);
const char *board_why_no_advice(const struct board *self, const struct ui *ui);  /* NULL: there is one */
const char *board_why_no_refusal(const struct board *self, const struct ui *ui); /* NULL: it is possible */
/* The move step, with what is advised. */
void board_open_advice(const struct board *self, const struct ui *ui, struct effects *effects);
void board_ask_refusal(struct board *self, const struct ui *ui, struct effects *effects);
void board_refuse(struct board *self, const char *reason, struct effects *effects);
void board_advice_answered(struct board *self, const struct msg *msg); /* the hall has the refusal */

/* --- board_view.c --- */
enum { BOARD_WIDE = 120 }; /* columns from which on what is looked into stands beside the lists */
bool board_is_wide(const struct board *self);
/* How many rows a pane has on this screen. */
int board_pane_rows(const struct board *self, enum board_pane pane);
void board_draw(const struct board *self, const struct ui *ui, struct frame *frame, struct rect area);
char *board_title(const void *self, const struct ui *ui); /* the caller frees */
