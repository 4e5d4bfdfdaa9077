/* tests/support/pack_forms.c: see pack_forms.h. */
#include "tests/support/pack_forms.h"

#include <stdio.h>
#include <stdlib.h>

#include "core/catalogue/catalogue.h"
#include "tests/support/test.h"

static void open_form(struct pack_form *one)
{
    struct err_info info = {0};
    one->source = (struct form_source){.service = one->service, .pack = one->pack->about, .typed = true};
    one->context = (struct form_context){.lang = "en", .today = "2026-11-24"};
    if (form_open(&one->source, &one->form, &info) != ERR_OK)
        check(false, one->file, 0, info.text);
    REQUIRE(one->form);
    generate_open(&one->generator, &one->source, one->form, &one->context, one->seed);
}

/* Answers how many there were. */
static int each_form(const char *service, uint64_t seed, void (*look)(void *context, struct pack_form *one),
                     void *context)
{
    static const char *const folders[] = {"core/packs/az", "core/packs/id"};
    int forms = 0;
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        struct pack pack = {0};
        struct err_info info = {0};
        REQUIRE(pack_load(folders[i], NULL, NULL, &pack, &info) == ERR_OK);
        for (int s = 0; s < pack.service_count; s++) {
            if (!catalogue_has_form(pack.services[s]) ||
                (service && !str_equal(json_text(pack.services[s], "id"), service)))
                continue;
            char *file = xasprintf("%s/services/%s.json", folders[i], json_text(pack.services[s], "id"));
            struct pack_form one = {.pack = &pack, .file = file, .service = pack.services[s], .seed = seed};
            open_form(&one);
            look(context, &one);
            generate_close(&one.generator);
            form_free(&one.form);
            free(file);
            forms++;
        }
        pack_free(&pack);
    }
    return forms;
}

void pack_form_again(const char *service, uint64_t seed, void (*look)(void *context, struct pack_form *one),
                     void *context)
{
    CHECK_INT(each_form(service, seed, look, context), 1);
}

void pack_forms_each(void (*look)(void *context, struct pack_form *one), void *context)
{
    uint64_t seed = test_seed();
    printf("LOKET_SEED=%llu\n", (unsigned long long)seed);
    CHECK_INT(each_form(NULL, seed, look, context), PACK_FORMS);
}

void pack_form_tell(const struct pack_form *one, const char *what, const struct json *datum)
{
    char *text = datum ? json_print(datum) : xstrdup("");
    printf("  %s, LOKET_SEED=%llu: %s\n  %s\n", one->file, (unsigned long long)one->seed, what, text);
    free(text);
}

bool pack_form_hands_in(struct pack_form *one, const struct broken *broken)
{
    struct json *submitted = form_submitted(one->form, broken->datum, &one->context);
    const struct json *was = json_pointer(broken->datum, broken->at);
    const struct json *is = json_pointer(submitted, broken->at);
    bool missing = !json_pointer(broken->datum, broken->field) && json_pointer(submitted, broken->field);
    bool same = was && is && json_equal(was, is) && !missing;
    same = same && generate_applies(&one->generator, submitted, broken);
    json_free(&submitted);
    return same;
}
