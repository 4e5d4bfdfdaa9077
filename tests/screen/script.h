/* tests/screen/script.h: a screen's test that reads like the screen: a script of what happens, and the
 * pictures that must come of it. One command a line, # begins a comment:
 *
 *     screen desk 120x40 {"args":…}     starts the app on that screen (args may be left out)
 *     now 2026-11-24T10:02:00.000Z      time from here on
 *     lang id
 *     signed_in FILE | {…}              a session; JSON stands in tests/screen/data/FILE or on the line
 *     turned_away CODE some sentence    the sign-in was refused
 *     status FILE | {…}                 the connection, see MSG_STATUS
 *     data WHAT FILE | {…}              what the cache answers to the query WHAT from here on; further files and
 *                                       {…} behind it are merge patches onto it
 *     load                              rows changed: the screen asks for its data again; those of a result's "rev"
 *                                       are here then
 *     > call_next                       an action by its id
 *     key n S-Tab Enter                 keys by name
 *     type some text                    each letter a key
 *     paste some text
 *     press some words                  a press of the mouse where they stand; something must be there to press
 *     fetched FILE | {…}                the hall's answer to the last fetch; nothing behind it: it failed
 *     denied {"error":{…}}              or it refused
 *     posted {…}                        the last fetch posted exactly this, but for its "id"
 *     saved {…}                         the last command was saved here; JSON: {"body","data"} (may be left out)
 *     refused CODE some sentence        or it was not
 *     result {…}                        the hall's answer to it; a number first: to the command with that seq
 *     unlocked                          the password of a locked screen was right
 *     unlocked CODE some sentence       or it was not let in
 *     tick                              a second goes by; a number: so many
 *     size 60x20
 *     expect TYPE {…}                   the last command asked for, with exactly this body
 *     expect load WHAT | journal SCREEN | setting NAME | unlock LOGIN | nothing
 *                                       that effect is among those since the last expect; nothing: no effect is
 *     asked WHAT {…}                    the last query WHAT since then had exactly these arguments
 *     says some words                   the picture holds these words
 *     printed KIND NAME                 the last text for a printer is golden/printed/NAME.txt, as wide as its kind
 *     unprinted {…}                     no print command is set, see MSG_UNPRINTED
 *     hides some words                  or it does not
 *     frame NAME                        the picture is golden/NAME.txt
 *     looks NAME                        the same with its looks and cursor
 *     ascii NAME                        the picture as a terminal without UTF-8 gets it
 *     column                            the workstation was started with --linear
 *     linear NAME                       the picture as one column, as --linear shows it, with looks and cursor
 *     everywhere NAME                   the picture in four languages at 80x24, 120x40 and 200x60 is
 *                                       golden/everywhere/NAME_LANG_WxH.txt, and in ASCII NAME_ascii.txt; each
 *                                       is sound (sound.h), and so are those at 100x30 and 480x135. Language and size are those of before afterwards
 *     everywhere NAME 80x24 h 1         the same at one size; these keys first in each language, Esc at its end:
 *                                       a question keeps the language that it was asked in
 *     guide NAME h 1                    the picture in four languages is themes/pictures/guide/NAME_LANG.svg; these keys
 *                                       first, Esc at the end */
#pragma once
#include "tests/support/naughty.h"

/* Runs tests/screen/FILE; each failure is counted with its line. */
void script_run(const char *file);
/* The same with its data spoilt and such texts pasted after each that is typed; instead of what it expects, it is expected
 * that nothing raw reaches the terminal or a printer, at several sizes. */
void script_run_naughty(const char *file, struct naughty *naughty, enum naughty_reach reach);

enum { SCRIPT_PLACE = 80 };
/* A script in which something else is typed at one line; nothing is looked at. */
struct script_other {
    int line;         /* one that types or pastes */
    const char *text; /* NULL: what stands there */
    bool keys;        /* it is typed key by key; else pasted */
    int last;         /* 0: to the end */
    /* What came of it: */
    char place[SCRIPT_PLACE]; /* where it was typed: the question's id, or the screen */
    bool words;               /* letters typed there, and nothing was chosen */
    struct json *
        sent; /* [["TYPE /POINTER", text, line]] of each text of each command and post from that line on; "-" for an
                        * item. The caller gives an array and frees it */
    int mistakes; /* that stood at fields before */
    bool said;    /* since then something was said or asked, or another mistake stands at a field */
};
void script_run_other(const char *file, struct script_other *other);
