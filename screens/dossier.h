/* screens/dossier.h: an application with all that belongs to it, as the query "case" answers it, and what its
 * three screens (form, papers, decision) show alike. Pure; sends nothing but the loading. */
#pragma once
#include "core/catalogue/catalogue.h"
#include "core/form/form.h"
#include "screens/screen.h"

/* The query's answer, kept by its screen. */
struct dossier {
    char id[64]; /* of the case, from the screen's arguments */
    struct json *data;
};
void dossier_init(struct dossier *of, const struct json *args);
void dossier_deinit(struct dossier *of);
void dossier_load(const struct dossier *of, struct effects *effects);
void dossier_take(struct dossier *of, const struct json *data);
/* Opens another screen on the same application. */
void dossier_open(const struct dossier *of, enum screen_id screen, struct effects *effects);
struct json *dossier_body(const struct dossier *of); /* {"case":id}, to be completed and sent */

/* NULL-safe: what is not there reads as absent. */
const struct json *dossier_row(const struct dossier *of);
const struct json *dossier_part(const struct dossier *of, const char *name); /* an object, or NULL */
const char *dossier_state(const struct dossier *of);                         /* "" when there is none */
bool dossier_is_draft(const struct dossier *of);     /* it may still be written: draft or returned */
bool dossier_is_undecided(const struct dossier *of); /* submitted, and nobody decided it yet */
bool dossier_is_absent(const struct dossier *of);    /* asked for, and this copy has none */

/* What forms and notices need to know of the moment; today is written into day. */
struct form_context dossier_form_context(const struct dossier *of, const struct ui *ui, char day[DATE_TEXT]);
/* "Recording for identity card · P014 Wahyuni"; with before "Decide · P014 Wahyuni · Recording …". The caller
 * frees; NULL: no application. */
char *dossier_title(const struct dossier *of, const struct ui *ui, const char *before);
/* The fee that is asked for: of tier, else of the case's own. False: there is none. */
bool dossier_fee(const struct dossier *of, const struct ui *ui, const char *tier, struct catalogue_fee *fee);
/* Those that it may choose today, with its own as it was recorded. */
int dossier_fees(const struct dossier *of, const struct ui *ui, struct catalogue_fee out[], int max);
/* What of it is not paid yet; false: nothing. */
bool dossier_fee_due(const struct dossier *of, const struct catalogue_fee *fee, struct money *due);
int dossier_documents_unmet(const struct dossier *of);

/* The legal clock. */
enum { DOSSIER_HOLIDAYS_MAX = 400 };
struct dossier_days {
    struct calendar calendar;
    int32_t holidays[DOSSIER_HOLIDAYS_MAX];
};
void dossier_calendar(const struct dossier *of, struct dossier_days *days);
/* "legal clock: day 2 of 5", "not running yet", "over by 2 days", "! deemed granted tomorrow"; of what went back
 * "Answer by 24-12-2026, else it lapses"; "" once decided and where the law sets no time; *look fits it. */
const char *dossier_clock(const struct dossier *of, const struct ui *ui, char out[160], unsigned *look);

/* Whether the law lets the clock run on while the citizen must answer; else it stands still. */
bool dossier_clock_runs_on(const struct dossier *of);

/* Hidden values are shown until the time that is returned; it is recorded in the hall's book. shown: until when they
 * are now; when they are shown already they are hidden again (0). */
int64_t dossier_reveal(const struct dossier *of, const struct ui *ui, int64_t shown_ms,
                       struct effects *effects);

/* Pieces: the mark and word of what is saved; the citizen, a line each; a sentence in the middle. */
int dossier_mark_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *line);
void dossier_person_view(const struct dossier *of, const struct ui *ui, bool reveal, struct frame *frame,
                         struct rect *area);
/* A line when this person has another open application for the same service; nothing once it is decided. */
void dossier_twin_view(const struct dossier *of, const struct ui *ui, struct frame *frame, struct rect *area);
/* The papers with their signs, up to the area's height. */
void dossier_papers_view(const struct dossier *of, const struct ui *ui, struct frame *frame,
                         struct rect *area);
const char *dossier_paper_sign(const struct catalogue_document *document, unsigned *look);
/* Draws the sentence for no data yet, or no such application; false: there is something to draw. */
bool dossier_nothing_view(const struct dossier *of, const struct ui *ui, struct frame *frame,
                          struct rect area);
