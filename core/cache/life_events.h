/* core/cache/life_events.h: the words by which people name what has happened in their lives, beside the names that a
 * catalogue gives its life events: "we had a baby", "melahirkan", "родился". */
#pragma once

/* By the event's code in a catalogue; "" for a code that is not known here. In the four languages, as they are typed. */
const char *life_event_words(const char *code);
