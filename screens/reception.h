/* screens/reception.h: what the files of reception share: reception_screen.c (services and tickets),
 * reception_visit.c (several services of one citizen) and reception_bookings.c (who has booked). */
#pragma once
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/field.h"
#include "tui/list.h"

enum reception_place { FINDER, WAITING, VISIT, BOOKINGS };
enum reception_issued { NOT_ISSUED, ISSUED_HERE, ISSUED_BY_HALL };

struct reception {
    struct field find;
    struct list services, waiting;
    enum reception_place place;
    bool chosen;            /* something was typed or moved: Enter may issue */
    struct json *found;     /* "rows" of the query "services" */
    struct json *calendar;  /* … the hall's weekend and holidays */
    bool more;              /* … and there are others: letters narrow it */
    struct json *event;     /* … the life event that was typed, NULL none */
    struct json *queue;     /* the query "queue" of the chosen service */
    struct json *classes;   /* "rows" of the query "priorities" */
    struct json *priority;  /* the chosen class, NULL none */
    struct json *person;    /* a row, or what was typed as {"name"|"fin"|"nik"|"phone"}; NULL nobody */
    char booked[TIME_TEXT]; /* time of the booking, "" a walk-in */
    enum reception_issued issued;
    bool late_asked; /* why a number is given after the queue's last ticket */
    int64_t seq;     /* of the ticket shown */
    struct json *ticket, *answer;
    char printed[16];               /* the number last sent to the ticket printer */
    char left[64], left_number[16]; /* the last one taken out of the queue */
    int64_t left_ms;
    /* Several services of one citizen. */
    struct json *visit; /* those that were added: rows of "services"; NULL none */
    bool ordered;       /* in the clerk's own order */
    struct json *plan;  /* the query "visit" for them and what is found now */
    struct list stops;  /* … its stops */
    /* Who has booked. */
    struct field find_booking;
    struct list bookings;
    struct json *booked_list; /* the query "bookings" */
    struct json *other_day;   /* the booking of another day that is asked about */
};

void reception_line(struct frame *frame, struct rect *area, unsigned look, const char *text);

/* [low,high] minutes as people say them: "about 20 to 45 min". False: nothing is known. */
bool reception_minutes(const struct ui *ui, const struct json *range, char out[SHOW_TEXT]);

/* --- reception_visit.c --- */
bool visit_is_begun(const struct reception *self);
void visit_load(const struct reception *self, struct effects *effects);
void visit_data(struct reception *self, const struct json *answer);
void visit_forget(struct reception *self);
void visit_add(struct reception *self);
void visit_move(struct reception *self, int by);
void visit_drop(struct reception *self);
void visit_drop_last(struct reception *self);
const char *visit_why_not_add(const struct reception *self); /* marked with TR, NULL: it can be added */
const char *visit_why_not_move(const struct reception *self, int by);
void visit_put(const struct reception *self, struct json *body);
void visit_view(const struct reception *self, const struct ui *ui, struct frame *frame, struct rect *area);
void visit_told_view(const struct reception *self, const struct ui *ui, struct frame *frame,
                     struct rect *words);

/* --- reception_bookings.c --- */
void bookings_open(struct reception *self, struct effects *effects);
void bookings_load(const struct reception *self, struct effects *effects);
void bookings_data(struct reception *self, const struct json *answer);
void bookings_key(struct reception *self, const struct ui *ui, struct key key, struct effects *effects);
void bookings_paste(struct reception *self, const char *text, struct effects *effects);
/* True: the answer was to a question of theirs. */
bool bookings_answered(struct reception *self, const struct ui *ui, const struct msg *msg,
                       struct effects *effects);
void bookings_saved(struct reception *self, const struct ui *ui, const struct msg *msg,
                    struct effects *effects);
void bookings_list_view(const struct reception *self, const struct ui *ui, struct frame *frame,
                        struct rect area);
void bookings_details_view(const struct reception *self, const struct ui *ui, struct frame *frame,
                           struct rect area);
/* "2:00 h early: it is called at 11:30" of the answer to a check-in; "" when it was none, or in time. */
const char *bookings_told(const struct reception *self, const struct ui *ui, char out[SHOW_TEXT]);
