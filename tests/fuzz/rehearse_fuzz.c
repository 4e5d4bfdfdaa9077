/* tests/fuzz/rehearse_fuzz.c: queues for `loketd rehearse`, under every rule. Holds: an order is of entries that
 * are there, each at most once, and begins with the next; what is refused says why. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/rehearse.h"
#include "tests/fuzz/fuzz.h"

static void check_order(const struct json *queue, const struct json *out)
{
    const struct json *order = json_get(out, "order"), *next = json_get(out, "next");
    HOLD(json_is_array(order) && json_is_array(json_get(out, "estimates")) && next);
    HOLD(json_count(order) <= json_count(json_get(queue, "entries")));
    HOLD(json_is_null(next) || json_is_number(next));
    char *text = json_print(out);
    struct json *again = NULL;
    HOLD(json_parse(text, strlen(text), &again, NULL) == ERR_OK);
    json_free(&again);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const enum rule_kind kinds[] = {RULE_FIFO, RULE_PRIORITY, RULE_WEIGHTED, RULE_APPOINTMENTS};
    struct json *queue = fuzz_json(data, size);
    for (size_t i = 0; queue && i < sizeof kinds / sizeof *kinds; i++) {
        struct err_info info = {0};
        struct json *out = NULL;
        enum err err = rehearse(kinds[i], queue, &out, &info);
        HOLD(err == ERR_OK || (err == ERR_INVALID && info.text[0] && !out));
        if (out)
            check_order(queue, out);
        json_free(&out);
    }
    json_free(&queue);
    return 0;
}
