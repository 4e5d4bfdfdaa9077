/* tests/screen/audit_test.c: the audit's screen, as a script, and its words. */
#include "screens/audit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "tests/screen/script.h"
#include "tests/support/test.h"

TEST(screen_audit)
{
    script_run("audit.script");
}

/* Every command of the table and everything that the hall does by itself has words, and no two mean the same kind. */
TEST(screen_audit_has_words_for_every_command)
{
    /* What core/hall writes under a name of its own. */
    static const char *const by_the_hall[] = {"hall.init",
                                              "hall.day",
                                              "hall.leases",
                                              "hall.leases_restart",
                                              "hall.restore",
                                              "service.import",
                                              "catalogue.import",
                                              "user.add",
                                              "user.change",
                                              "user.disable",
                                              "user.enable",
                                              "user.password",
                                              "counter.add",
                                              "counter.change",
                                              "counter.disable",
                                              "counter.enable",
                                              "key.add",
                                              "key.revoke",
                                              "webhook.add",
                                              "webhook.remove",
                                              "cases.export",
                                              "cases.export_unmasked",
                                              "application.receive",
                                              "case.deem",
                                              "case.lapse",
                                              "move.over",
                                              "bus.depart",
                                              "bus.begin",
                                              "bus.counters",
                                              "bus.take",
                                              "bus.merge",
                                              "hall.backup",
                                              "store.move",
                                              "audit.head",
                                              "audit.look",
                                              "audit.export",
                                              "audit.verify"};
    int count;
    const struct command_info *table = command_table(&count);
    for (int lang = 0; lang < LANG_COUNT; lang++) {
        struct ui ui = {.lang = (enum lang)lang};
        char text[SHOW_TEXT];
        for (int i = 0; audit_type_at(i); i++) {
            audit_type(&ui, audit_type_at(i), text);
            CHECK(*text && !strchr(text, ':') && !strchr(text, '.'));
        }
        for (int i = 0; i < count; i++)
            CHECK_TEXT(audit_type_at(i), table[i].type);
        for (size_t i = 0; i < sizeof by_the_hall / sizeof *by_the_hall; i++)
            if (!CHECK(strcmp(audit_type(&ui, by_the_hall[i], text), by_the_hall[i]) != 0))
                printf("    %s has no words\n", by_the_hall[i]);
        CHECK_TEXT(audit_type(&ui, "of.another", text), "of.another");
    }
}

TEST(screen_audit_finds_commands_by_letters_of_ones_own_language)
{
    struct ui ui = {.lang = LANG_RU};
    char types[1200];
    audit_types_with(&ui, "окно закр", types, sizeof types);
    CHECK_TEXT(types, "counter.close");
    audit_types_with(&ui, "", types, sizeof types);
    CHECK_TEXT(types, "");
}
