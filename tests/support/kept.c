/* tests/support/kept.c: see kept.h. */
#include "tests/support/kept.h"

#include "core/base/str.h"

#define CASE     "c0000000-0000-7000-8000-000000000001"
#define DECISION "d0000000-0000-7000-8000-000000000001"
#define PERSON   "e0000000-0000-7000-8000-000000000001"

/* How far work has come: lines for struct kept. @1, @2: the tickets that were issued, by their turn. */
#define ISSUED "rina ticket.issue {'queue':'p','channel':'walk_in'}\n"
#define OPENED "siti counter.open {'counter':'c1'}\n"
#define SERVED                                                                                   \
    ISSUED OPENED "siti ticket.call {'counter':'c1','fence':1,'ticket':'@1','reason':'asked'}\n" \
                  "siti ticket.start {'ticket':'@1','gen':1}\n"
#define HELD  SERVED "siti ticket.hold {'ticket':'@1','gen':1,'reason':'copies'}\n"
#define BEGUN "siti case.open {'case':'" CASE "','service':'s1','channel':'walk_in'}\n"
#define ASKED                                                                                              \
    BEGUN "siti case.draft {'case':'" CASE "','patch':{'reason':'lost'}}\nsiti case.submit {'case':'" CASE \
          "'}\n"
#define COMPLETE ASKED "siti case.check_document {'case':'" CASE "','document':'old-card','state':'seen'}\n"
#define DECIDED(outcome) \
    COMPLETE "siti case.decide {'case':'" CASE "','decision':'" DECISION "','outcome':'" outcome "'}\n"
#define MEANT \
    COMPLETE  \
    "siti case.decide {'case':'" CASE "','decision':'" DECISION "','outcome':'refuse','reasons':['R1']}\n"
#define REFUSED MEANT "ayla case.confirm {'case':'" CASE "','decision':'" DECISION "','agree':true}\n"
#define MADE    DECIDED("approve") "siti case.deliver {'case':'" CASE "','ready':true}\n"

const struct kept kept[] = {
    {"advice.answer /reason", "budi", NULL,
     "{'advice':{'counter':'c1','queue':'p','until':'2026-11-25T02:40:00Z','longest_before_min':52,"
     "'longest_after_min':24,'cost_queue':'p','cost_before_min':5,'cost_after_min':9},'taken':false,'reason':"
     "%s}"},
    {"case.check_document /note", "siti", ASKED,
     "{'case':'" CASE "','document':'old-card','state':'waived','note':%s}"},
    {"case.complain /text", "siti", REFUSED, "{'case':'" CASE "','text':%s}"},
    {"case.confirm /note", "ayla", MEANT,
     "{'case':'" CASE "','decision':'" DECISION "','agree':false,'note':%s}"},
    {"case.correct /text", "siti", DECIDED("approve"), "{'case':'" CASE "','text':%s,'reason':'r'}"},
    {"case.correct /reason", "siti", DECIDED("approve"), "{'case':'" CASE "','text':'t','reason':%s}"},
    {"case.decide /text", "siti", COMPLETE,
     "{'case':'" CASE "','decision':'" DECISION "','outcome':'refuse','reasons':['R1'],'text':%s}"},
    {"case.deliver /to", "siti", MADE, "{'case':'" CASE "','to':%s,'document':'d','document_number':'1'}"},
    {"case.deliver /document", "siti", MADE,
     "{'case':'" CASE "','to':'t','document':%s,'document_number':'1'}"},
    {"case.deliver /document_number", "siti", MADE,
     "{'case':'" CASE "','to':'t','document':'d','document_number':%s}"},
    {"case.draft /patch/name", "siti", BEGUN, "{'case':'" CASE "','patch':{'name':%s}}"},
    {"case.draft /patch/children/-/name", "siti", BEGUN,
     "{'case':'" CASE "','patch':{'children':[{'name':%s}]}}"},
    {"case.draft /patch/nik", "siti", BEGUN, "{'case':'" CASE "','patch':{'nik':%s}}"},
    {"case.draft /patch/note", "siti", BEGUN, "{'case':'" CASE "','patch':{'note':%s}}"},
    {"case.draft /patch/street", "siti", BEGUN, "{'case':'" CASE "','patch':{'street':%s}}"},
    {"case.extend /reason", "siti", COMPLETE, "{'case':'" CASE "','days':1,'reason':%s}"},
    {"case.pay /reference", "siti", ASKED,
     "{'case':'" CASE "','amount':'5','currency':'IDR','method':'card','reference':%s}"},
    {"case.void /reason", "ayla", MADE, "{'case':'" CASE "','copy':1,'reason':%s}"},
    {"case.withdraw /reason", "siti", BEGUN, "{'case':'" CASE "','reason':%s}"},
    {"closure.reject /reason", "budi", OPENED "siti closure.request {'counter':'c1','reason':'lunch'}\n",
     "{'closure':'@closure','reason':%s}"},
    {"closure.request /reason", "siti", OPENED, "{'counter':'c1','reason':%s}"},
    {"counter.close /reason", "budi", OPENED, "{'counter':'c1','reason':%s}"},
    {"dispute.resolve /note", "budi", NULL, "{'dispute':'@dispute','choice':'drop','note':%s}"},
    {"hall.alert /text", "siti", NULL, "{'kind':'medical','text':%s}"},
    {"hall.policy /reason", "budi", NULL, "{'policy':'hide_names','value':true,'reason':%s}"},
    {"level.silence /reason", "budi", "budi queue.level {'queue':'p','wait_min':10,'reason':'r'}\n",
     "{'queue':'p','until':'2026-11-25T02:30:00.000Z','reason':%s}"},
    {"person.record /family", "siti", NULL, "{'person':'" PERSON "','family':%s}"},
    {"person.record /father", "siti", NULL, "{'person':'" PERSON "','father':%s}"},
    {"person.record /fin", "siti", NULL, "{'person':'" PERSON "','fin':%s}"},
    {"person.record /given", "siti", NULL, "{'person':'" PERSON "','given':%s}"},
    {"person.record /name", "siti", NULL, "{'person':'" PERSON "','name':%s}"},
    {"person.reveal /text", "siti", "siti person.record {'person':'" PERSON "','name':'Wayan Contoh'}\n",
     "{'person':'" PERSON "','purpose':'other','text':%s}"},
    {"queue.level /reason", "budi", NULL, "{'queue':'p','wait_min':10,'reason':%s}"},
    {"queue.rule /reason", "budi", NULL, "{'queue':'p','rule':{'kind':'fifo'},'reason':%s}"},
    {"survey.record /text", "siti", SERVED "siti ticket.finish {'ticket':'@1','gen':1,'outcome':'served'}\n",
     "{'ticket':'@1','scores':[4,4,3,4,4,4,4,4,1],'text':%s}"},
    {"ticket.call /reason", "siti", ISSUED OPENED, "{'counter':'c1','fence':1,'ticket':'@1','reason':%s}"},
    {"ticket.hold /note", "siti", SERVED, "{'ticket':'@1','gen':1,'reason':'copies','note':%s}"},
    {"ticket.issue /late_reason", "rina", NULL, "{'queue':'late','channel':'walk_in','late_reason':%s}"},
    {"ticket.issue /person/name", "rina", NULL, "{'queue':'p','channel':'walk_in','person':{'name':%s}}"},
    {"ticket.return /note", "budi", HELD, "{'ticket':'@1','gen':1,'note':%s}"},
    {"ticket.take /reason", "adi", HELD "adi counter.open {'counter':'c2'}\n",
     "{'counter':'c2','fence':1,'ticket':'@1','gen':1,'reason':%s}"},
    {"ticket.transfer /note", "siti", SERVED,
     "{'ticket':'@1','gen':1,'to':{'queue':'p'},'place':'last','note':%s}"},
    {"/v1/admin /name", "", NULL,
     "{'do':'user.add','login':'x','name':%s,'roles':['clerk'],'password':'a boat on 7 hills'}"},
    {"/v1/training /text", "", NULL, NULL}, /* tests/hall/training_test.c */
};
const size_t kept_count = sizeof kept / sizeof *kept;

const struct kept *kept_find(const char *where)
{
    for (size_t i = 0; i < kept_count; i++)
        if (str_equal(kept[i].where, where))
            return &kept[i];
    return NULL;
}
