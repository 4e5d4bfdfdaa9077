/* screens/reception.h: what the files of reception share: reception_screen.c (services and tickets) and
 * reception_bookings.c (who has booked). */
#pragma once
#include "screens/screen.h"
#include "screens/show.h"
#include "tui/field.h"
#include "tui/list.h"

enum reception_place { FINDER, WAITING, BOOKINGS };
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
    int64_t seq; /* of the ticket shown */
    struct json *ticket, *answer;
    char printed[16];               /* the number last sent to the ticket printer */
    char left[64], left_number[16]; /* the last one taken out of the queue */
    int64_t left_ms;
    /* Who has booked. */
    struct field find_booking;
    struct list bookings;
    struct json *booked_list; /* the query "bookings" */
    struct json *other_day;   /* the booking of another day that is asked about */
};

void reception_line(struct frame *frame, struct rect *area, unsigned look, const char *text);

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
