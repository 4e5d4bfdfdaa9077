/* screens/lock.h: a locked workstation: who is away and since when, the password that brings the screen back, or
 * somebody else who signs in instead. Pure state; whether a password is right is asked elsewhere (EFFECT_UNLOCK).
 * Knows nothing of what it hides. */
#pragma once
#include "screens/screen.h"

struct lock;

/* kept: what lock_kept made of an earlier one of the same person, so that a new start forgets no wrong password;
 * NULL: locked at this moment. */
struct lock *lock_new(const struct ui *ui, const struct json *kept);
void lock_free(struct lock **lock);
/* {"user","since","wrong","until"}, to be kept for the next start. */
struct json *lock_kept(const struct lock *lock);

/* True: the password (or another's login and password) is to be tried: lock_login and lock_password. */
bool lock_key(struct lock *lock, const struct ui *ui, struct key key);
void lock_paste(struct lock *lock, const struct ui *ui, const char *text);
void lock_tick(struct lock *lock, const struct ui *ui); /* a password that was left half typed goes */
const char *lock_login(const struct lock *lock);
/* As EFFECT_UNLOCK has it, until the next call; NULL: a practice hall asks for none. */
const char *lock_password(struct lock *lock);
/* It was not let in: code and sentence as a refused sign-in has them. Each wrong password doubles the wait; true: that
 * is to be kept. */
bool lock_refused(struct lock *lock, const struct ui *ui, const char *code, const char *text);

/* Draws into area and puts the cursor into the field. */
void lock_view(const struct lock *lock, const struct ui *ui, struct frame *frame, struct rect area);
void lock_bar(const struct lock *lock, const struct ui *ui, struct frame *frame, struct rect line);
