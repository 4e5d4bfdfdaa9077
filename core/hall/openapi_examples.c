/* core/hall/openapi_examples.c: see openapi_examples.h. Single quotes stand for double ones, so that an example can be
 * read here as it is there. Everybody in it is invented. */
#include "core/hall/openapi_examples.h"

#include <stdlib.h>
#include <string.h>

#define TOKEN  "'Zdfug8kRHrt4klEsNjYtvOvL6jVa5HzUZiBtTn5y5kE'"
#define CLIENT "'019ac000-0000-7000-8000-000000000001'"
#define TICKET "'019ac000-0000-7000-8000-0000000000a1'"
#define CASE   "'019ac000-0000-7000-8000-0000000000c1'"
#define PERSON "'019ac000-0000-7000-8000-0000000000b1'"
#define CLERK  "'b98810ac-a2b1-81bf-a494-2dd35b6d2c1a'"
#define NOW    "'2026-11-30T06:22:08.282Z'"
#define H      "'353a77a312ca33a4bc772d16ff377195098e93289ea6a8c11a5da3f5979baf7b'"

/* A ticket as the hall keeps it. */
#define TICKET_ROW                                                                                          \
    "{'id':" TICKET ",'row_rev':101,'day':'2026-11-30','number':'P001','queue':'p','service':null,"         \
    "'visit':" TICKET ",'agency':'az.din','channel':'walk_in','priority':null,'priority_class':0,"          \
    "'person':null,'language':null,'appointment_at':null,'arrived_at':" NOW ",'counter':null,'user':null,"  \
    "'state':'waiting','gen':0,'place_at':null,'called_at':null,'last_call_at':null,'calls':0,"             \
    "'started_at':null,'finished_at':null,'held_at':null,'held_until':null,'held_ms':0,'hold_reason':null," \
    "'outcome':null,'before':null,'promise_min':[0,10],'ahead':0,"                                          \
    "'stamps':[{'event':'issue','at':" NOW ",'by':" CLERK "}]}"

#define EVENT                                                                                            \
    "{'specversion':'1.0','id':'6c3f0d52-7c0c-8a55-9f0b-3c6f1f9f7a10','source':'/halls/AZ-BAKU-05',"     \
    "'type':'loket.case.decided','time':'2026-11-30T06:41:10.120Z','recordedtime':'2026-11-30T06:41:10." \
    "503Z',"                                                                                             \
    "'sequence':'0000000000000812','datacontenttype':'application/json','subject':'L-2026-000311',"      \
    "'partitionkey':" CASE ",'data':{'case':" CASE ",'step':3,'number':'L-2026-000311',"                 \
    "'service':'az.din.id-card','form_version':1,'agency':'az.din','channel':'desk','state':'approved'," \
    "'flags':[],'outcome':'approve','submitted_at':'2026-11-30T06:30:00.000Z',"                          \
    "'complete_at':'2026-11-30T06:31:12.000Z','due_at':'2026-12-10T19:59:59.999Z',"                      \
    "'decided_at':'2026-11-30T06:41:10.120Z','delivered_at':null,"                                       \
    "'decision':{'id':'019ac000-0000-7000-8000-0000000000d1','kind':'decision','outcome':'approve',"     \
    "'effective':true,'of':null,'at':'2026-11-30T06:41:10.120Z'}}}"

#define APPLICATION                                                                             \
    "'reference':'egov-2026-000417','case':" CASE ",'number':'AZ-BAKU-05-2026-000311',"         \
    "'service':'az.din.id-card','received_at':" NOW ",'state':'draft','submitted_at':null,"     \
    "'complete_at':null,'due_at':null,'outcome':null,'decided_at':null,'delivered_at':null,"    \
    "'duplicate':false,'missing':{'fields':[{'pointer':'/answers/place','keyword':'required',"  \
    "'label':'Place of birth','message':'This must be filled in.'}],'papers':[{'code':'photo'," \
    "'name':'Photograph'}]},'appointment':{'at':'2026-12-02T06:00:00.000Z','number':'P001'}"

#define FIGURES                                                                            \
    "'waiting':12,'oldest_at':" NOW ",'late':2,'waiting_in_hour':9,'expected_min':24,"     \
    "'expected_low_min':17,'expected_high_min':33,'served':143,'no_show':6,'called':151,"  \
    "'wait_mean_min':11.4,'wait_p90_min':27.5,'levels':{'kept':2,'burning':1,'broken':0}," \
    "'counters':{'all':9,'open':6,'paused':1,'unattended':1}"
#define DAYS(from, to)                                                                       \
    "{'from':'" from "','to':'" to "','tickets':391,'served':370,'no_show':12,'called':382," \
    "'wait_mean_min':12.9,'wait_p90_min':30.2}"

#define AUDIT_LINE                                                                               \
    "'rev':101,'at':" NOW ",'user':" CLERK ",'login':'leyla','name':'Leyla A.','client':" CLIENT \
    ",'workstation':'W1','type':'ticket.issue','outcome':'applied','hash':" H ",'prev':" H       \
    ",'body_sha256':" H ",'rows':1,'about':[{'t':'ticket','id':" TICKET ",'label':'P001'}]"

static const struct {
    const char *name, *path, *query, *body, *answer;
} calls[] = {
    {"signIn", NULL, NULL, "{'user':'leyla','password':'open sesame!','client':" CLIENT ",'code':'287082'}",
     "{'token':" TOKEN ",'expires_in':43200,'user':{'id':" CLERK ",'login':'leyla','name':'Leyla A.',"
     "'roles':['clerk','reception'],'agency':''},'hall':{'code':'AZ-BAKU-05','name':'Baku 5','rev':100,"
     "'practice':false,'identity':'0193c000-0000-7000-8000-0000000000a5'},"
     "'epoch':1,'numbers':{'label':'W1'},'proto':1,'server_time':" NOW ","
     "'told':[{'what':'password_given','at':" NOW ",'by':'Boss B.'},"
     "{'what':'codes_refused','at':" NOW ",'by':'','times':4}]}"},
    {"signOut", NULL, NULL, NULL, "{'signed_out':true}"},
    {"push", NULL, NULL,
     "{'client':" CLIENT ",'epoch':1,'acked_through':0,'commands':[{'seq':1,'id':" TICKET
     ",'type':'ticket.issue','v':1,'at':{'wall':" NOW ",'offset_ms':0},"
     "'base':{'rev':100},'body':{'queue':'P','channel':'walk_in'}}]}",
     "{'epoch':1,'last_seq':1,'rev':101,'safe_through':0,'server_time':" NOW
     ",'results':[{'seq':1,'id':" TICKET ",'status':'applied','rev':101,'data':{'ticket':" TICKET_ROW
     ",'ahead':0,'estimate_min':[0,10]}}]}"},
    {"feed", NULL, "{'cursor':100,'epoch':1,'wait':25,'unsent':2,'unsent_since':'2026-11-30T05:58:00.000Z'}",
     NULL,
     "{'epoch':1,'from':100,'items':[{'rev':101,'command':" TICKET ",'by':" CLERK
     ",'rows':[{'t':'ticket','id':" TICKET ",'row':" TICKET_ROW "}],'h':" H
     "}],'to':101,'more':false,'server_time':" NOW ",'safe_through':0}"},
    {"snapshot", NULL, "{'after':'queue,p'}", NULL,
     "{'epoch':1,'rev':101,'server_time':" NOW ",'safe_through':0,'rows':[{'t':'ticket','id':" TICKET
     ",'row':" TICKET_ROW "}],'next':null}"},
    {"search", NULL, "{'q':'aliyeva','after':'1,0,42,p-17','limit':20}", NULL,
     "{'rows':[{'t':'person','id':" PERSON ",'row':{'id':" PERSON ",'row_rev':97,'name':'Aliyeva Leyla "
     "Rashid','family':'Aliyeva','born':'1990-01-01'}}],'more':false,'next':null}"},
    {"searchByBody", NULL, NULL, "{'q':'aliyeva','after':'1,0,42,p-17','limit':20}",
     "{'rows':[{'t':'person','id':" PERSON ",'row':{'id':" PERSON ",'row_rev':97,'name':'Aliyeva Leyla "
     "Rashid','family':'Aliyeva','born':'1990-01-01'}}],'more':false,'next':null}"},
    {"administer", NULL, NULL,
     "{'do':'user.add','id':" CLERK
     ",'login':'leyla','name':'Leyla A.','roles':['clerk','reception'],'agency':'',"
     "'password':'a boat on 7 hills'}",
     "{'changed':true,'row':{'id':" CLERK ",'row_rev':102,'login':'leyla','name':'Leyla A.','roles':['clerk',"
     "'reception'],'agency':'','active':true}}"},
    {"report", "waiting",
     "{'from':'2026-11-30','to':'2026-11-30','format':'json','compare':0,'queue':'p','service':'az.din.id-"
     "card',"
     "'agency':'az.din','lang':'en'}",
     NULL,
     "{'name':'waiting','from':'2026-11-30','to':'2026-11-30','columns':['queue','name','tickets','called',"
     "'mean_min','median_min','p90_min','longest_min','promise_kept_percent'],'rows':[{'queue':'p',"
     "'name':'Identity cards and passports','tickets':1,'called':1,'mean_min':0,'median_min':0,'p90_min':0,"
     "'longest_min':0,'promise_kept_percent':100}]}"},
    {"audit", NULL,
     "{'from':'2026-11-30','to':'2026-11-30','user':'leyla','type':'ticket.issue','subject':'P001','q':'"
     "leyla',"
     "'words':'ticket.issue','refused':0,'save':0,'after':'101.117','limit':50,'format':'json'}",
     NULL, "{'lines':[{" AUDIT_LINE "}],'searched_through':1,'whole':true,'next':null,'look':117}"},
    {"checkAudit", NULL, NULL, "{'head':{'rev':101,'hash':" H "}}",
     "{'state':'running','done':0,'total':117,'by':'Leyla A.','begun_at':" NOW "}"},
    {"auditCheck", NULL, NULL, NULL,
     "{'state':'done','done':117,'total':118,'by':'Leyla A.','begun_at':" NOW ",'ended_at':" NOW
     ",'lines':117,"
     "'head':{'rev':117,'hash':" H ",'at':" NOW "},'bad':null,'kept':{'rev':101,'hash':" H ",'found':" H
     ",'at':" NOW ",'same':true}}"},
    {"auditLine", "101", "{'look':117}", NULL,
     "{" AUDIT_LINE ",'written':[{'t':'ticket','id':" TICKET ",'before':null,'after':" TICKET_ROW
     ",'kept':true}]}"},
    {"verify", "XRKX-W02Q-G6SC-YT4D", NULL, NULL,
     "{'code':'XRKX-W02Q-G6SC-YT4D','outcome':'approve','date':'2026-11-24','agency':'az.din',"
     "'agency_name':{'az':'Daxili İşlər Nazirliyi','en':'Ministry of Internal Affairs'},'stands':false,"
     "'standing':'replaced'}"},
    {"events", NULL, "{'after':'1.811','limit':100,'wait':25}", NULL,
     "{'epoch':1,'events':[" EVENT "],'next':'1.812','more':false,'server_time':'2026-11-30T06:41:11.003Z'}"},
    {"leaveApplication", NULL, NULL,
     "{'reference':'egov-2026-000417','service':'az.din.id-card','person':{'fin':'7A2B3XK',"
     "'given':'Leyla','family':'Aliyeva','born':'1990-01-01','phone':'+994501234567'},'language':'az',"
     "'answers':{'reason':'lost'},'documents':[{'code':'old-card','state':'copied'}],"
     "'payment':{'amount':'5.00','currency':'AZN','method':'card','reference':'R-1771'},"
     "'appointment_at':'2026-12-02T06:00:00.000Z','complete':false}",
     "{" APPLICATION "}"},
    {"application", "egov-2026-000417", NULL, NULL, "{" APPLICATION "}"},
    {"figures", NULL, NULL, NULL,
     "{'epoch':1,'rev':811,'version':'0.1.0','store':'ok','practice':false,'hall':{'code':'AZ-BAKU-05',"
     "'name':{'az':'Bakı 5','en':'Baku 5'},'timezone':'Asia/Baku'},'day':'2026-11-30','opening':'open',"
     "'now':{" FIGURES "},'unsent':{'stations':1,'records':3,'since':" NOW "},'disputes':1,"
     "'survey':{'people':41,'index':88.4,'grade':'A'},'yesterday':" DAYS(
         "2026-11-29",
         "2026-11-29") ",'month':" DAYS("2026-11-01",
                                        "2026-11-29") ",'agencies':[{'id':'az.din','name':{'en':'Ministry of "
                                                      "Internal Affairs'}," FIGURES
                                                      "}],'queues':[{'id':'p','code':'P','name':{'en':'"
                                                      "Identity cards and passports'},'agency':'az.din',"
                                                      "'away':false," FIGURES
                                                      ",'ahead':[12,12,11,11,10,10,10,9,9,9,9,9,9]}]}"},
    {"train", NULL, NULL, "{'do':'begin','scenario':'monday-rush','seed':7}", "{'rev':412}"},
    {"trainingScenarios", NULL, NULL, NULL,
     "{'rows':[{'id':'first-day','names':{'az':'İlk gün','id':'Hari pertama','en':'First day','ru':'Первый "
     "день'},'abouts':{'en':'Few people come, and they are patient.'},'pack':'any'}]}"},
    {"trainingMoments", NULL, NULL, NULL, "{'rows':[{'at':'09:05','text':'09:05'}]}"},
    {"trainingVisitor", NULL, "{'ticket':" TICKET "}", NULL,
     "{'ticket':" TICKET
     ",'number':'P014','here':'here','temper':'calm','says':[{'by':'citizen','code':'greeting','args':"
     "{'service':{'en':'Identity card'}}}],'questions':[{'id':'paper:photo','label':{'en':'Photograph'}}]}"},
    {"trainingAsk", NULL, NULL, "{'ticket':" TICKET ",'question':'paper:photo'}",
     "{'answer':'at_home','code':'at_home','args':{'paper':{'en':'Photograph'}},'shows':[]}"},
    {"trainingScore", NULL, "{'user':" TICKET "}", NULL,
     "{'user':" TICKET ",'total':90,'lines':[{'rule':'wrong_decision','points':-10,'at':" NOW ",'rev':811,"
     "'code':'wrong_decision','args':{'number':'ASAN-00-2026-000417','what':'return','is':0,'should':0}}],"
     "'figures':{'called':14,'served':12,'no_shows':2,'decided':9,'keys':912,'keys_least':655}}"},
    {"trainingResults", NULL, "{'format':'json','lang':'en'}", NULL,
     "{'rows':[{'at':" NOW ",'day':'2026-11-30','scenario':'first-day','names':{'az':'İlk gün','en':'First "
     "day'},'seed':7,'user':" TICKET
     ",'login':'aysel','name':'Aysel Məmmədova','total':90,'called':14,'served':12,'no_shows':2,'decided':9,"
     "'keys':912,'keys_least':655,'wrong_decision':-10}]}"},
    {"trainingCertificate", NULL, "{'user':" TICKET ",'lang':'en'}", NULL,
     "'TRAINING\nASAN training centre\n\nCERTIFICATE OF TRAINING\n'"},
    {"openapi", NULL, NULL, NULL,
     "{'openapi':'3.1.0','info':{'title':'Loket hall protocol 1','version':'0.1.0',"
     "'description':'How a workstation and the hall backend agree.'},'paths':{},'components':{}}"},
    {"health", NULL, NULL, NULL,
     "{'status':'ok','rev':101,'epoch':1,'store':'sqlite','server_time':" NOW ",'practice':false}"},
    {"metrics", NULL, NULL, NULL, "'loketd_requests_total{route=`push`,status=`2xx`} 1\\n'"},
};

#define DECISION "'019ac000-0000-7000-8000-0000000000d1'"
static const struct {
    const char *type, *body;
} commands[] = {
    {"counter.open", "{'counter':'7'}"},
    {"counter.pause", "{'counter':'7','fence':1,'reason':'lunch'}"},
    {"counter.resume", "{'counter':'7','fence':1}"},
    {"counter.close", "{'counter':'7','fence':1,'reason':'end of day'}"},
    {"ticket.issue", "{'queue':'P','channel':'walk_in','priority':'elderly','language':'az'}"},
    {"ticket.check_in", "{'ticket':" TICKET "}"},
    {"ticket.rebook", "{'ticket':" TICKET ",'appointment_at':'2026-12-02T06:00:00.000Z'}"},
    {"ticket.call_next", "{'counter':'7','fence':1,'queues':['P']}"},
    {"ticket.take", "{'counter':'7','fence':1,'ticket':" TICKET ",'gen':1,'reason':'their clerk has left'}"},
    {"ticket.call", "{'counter':'7','fence':1,'ticket':" TICKET ",'reason':'a person who cannot wait'}"},
    {"ticket.recall", "{'ticket':" TICKET ",'gen':1}"},
    {"ticket.start", "{'ticket':" TICKET ",'gen':1}"},
    {"ticket.no_show", "{'ticket':" TICKET ",'gen':1}"},
    {"ticket.hold", "{'ticket':" TICKET ",'gen':1,'reason':'copies','until':'2026-11-30T07:00:00.000Z'}"},
    {"ticket.resume", "{'ticket':" TICKET ",'gen':1}"},
    {"ticket.return", "{'ticket':" TICKET ",'gen':1}"},
    {"ticket.finish", "{'ticket':" TICKET ",'gen':1,'outcome':'served'}"},
    {"ticket.cancel", "{'ticket':" TICKET ",'gen':0}"},
    {"ticket.transfer",
     "{'ticket':" TICKET ",'gen':1,'to':{'queue':'V'},'place':'keep','note':'wrong hall'}"},
    {"ticket.stops", "{'ticket':" TICKET ",'gen':1,'services':['az.vergi.voen','az.dost.birth-benefit']}"},
    {"ticket.undo", "{'ticket':" TICKET ",'gen':1}"},
    {"case.open", "{'case':" CASE ",'service':'az.din.id-card','ticket':" TICKET ",'channel':'desk'}"},
    {"case.draft", "{'case':" CASE ",'patch':{'reason':'lost'},'base_row_rev':0}"},
    {"case.migrate", "{'case':" CASE ",'version':2}"},
    {"case.submit", "{'case':" CASE "}"},
    {"case.check_document", "{'case':" CASE ",'document':'old-card','state':'seen'}"},
    {"case.pay", "{'case':" CASE ",'amount':'5.00','currency':'AZN','method':'card','reference':'R-1771'}"},
    {"case.decide", "{'case':" CASE ",'decision':" DECISION ",'outcome':'approve','reasons':[]}"},
    {"case.confirm", "{'case':" CASE ",'decision':" DECISION ",'agree':true}"},
    {"case.extend", "{'case':" CASE ",'days':5,'reason':'a paper is asked for abroad'}"},
    {"case.complain", "{'case':" CASE ",'text':'The photograph is mine.','from':'the applicant'}"},
    {"case.void", "{'case':" CASE ",'reason':'misprinted'}"},
    {"case.duplicate", "{'case':" CASE ",'of':null}"},
    {"case.assign", "{'case':" CASE ",'to':{'user':'rashad'}}"},
    {"case.deliver",
     "{'case':" CASE ",'to':'Leyla Quliyeva','document':'power of attorney','document_number':'17-204'}"},
    {"case.withdraw", "{'case':" CASE ",'reason':'asked for by the applicant'}"},
    {"case.correct", "{'case':" CASE ",'reason':'a letter of the name','patch':{'name':'Leyla'}}"},
    {"person.record",
     "{'person':{'name':'Leyla','family':'Aliyeva','born':'1990-01-01'},'ticket':" TICKET "}"},
    {"person.reveal", "{'person':" PERSON "}"},
    {"person.merge",
     "{'person':" PERSON ",'into':'019ac000-0000-7000-8000-0000000000b2','fields':['phone']}"},
    {"person.unmerge", "{'person':" PERSON "}"},
    {"queue.assign", "{'counter':'7','queues':[{'queue':'p','weight':1}]}"},
    {"queue.move", "{'from':'P','to':'V','preview':true}"},
    {"queue.rule", "{'queue':'P','rule':{'kind':'fifo'},'plan':[{'from':'12:00','to':'14:00','rule':'"
                   "priority','max_run':2}],"
                   "'reason':'a quiet day'}"},
    {"queue.level", "{'queue':'P','wait_min':15,'booked_wait_min':5,'share':90,'reason':'the service "
                    "standard of the hall'}"},
    {"level.silence", "{'queue':'P','until':null}"},
    {"queue.home", "{'queue':'P','home':'hall'}"},
    {"hall.move", "{'counters':['7'],'to':[{'queue':'p','weight':1}],'until':'2026-11-30T06:40:00.000Z',"
                  "'seen':{'counters':[{'id':'c7','rev':88}]}}"},
    {"move.undo", "{'move':'019ac000-0000-7000-8000-0000000000f4'}"},
    {"closure.request", "{'counter':'7','reason':'lunch'}"},
    {"closure.approve", "{'closure':'019ac000-0000-7000-8000-0000000000e1'}"},
    {"closure.withdraw", "{'closure':'019ac000-0000-7000-8000-0000000000e1'}"},
    {"advice.answer", "{'advice':{'counter':'019ac000-0000-7000-8000-0000000000c1','queue':'population','"
                      "until':'2026-11-24T06:40:00Z',"
                      "'longest_before_min':52,'longest_after_min':24,'cost_queue':'tax','cost_before_min':5,"
                      "'cost_after_min':9},"
                      "'taken':false,'reason':'counter 7 has a training at ten'}"},
    {"hall.policy", "{'policy':'hide_names','value':true,'reason':'nobody is picked by name'}"},
    {"hall.alert", "{'kind':'medical','counter':'7','text':'somebody has fainted'}"},
    {"hall.alert_seen", "{'alert':'019ac000-0000-7000-8000-0000000000e2'}"},
    {"hall.alert_end", "{'alert':'019ac000-0000-7000-8000-0000000000e2'}"},
    {"closure.reject", "{'closure':'019ac000-0000-7000-8000-0000000000e1','reason':'ten people wait'}"},
    {"survey.record", "{'ticket':" TICKET ",'scores':[4,4,4,4,4,4,4,4,4]}"},
    {"dispute.resolve",
     "{'dispute':'019ac000-0000-7000-8000-0000000000f1','choice':'mine','note':'spoken with both'}"},
};

/* A backtick is a double quote inside a text. NULL: what is written here is not JSON. */
static struct json *read(const char *written)
{
    struct json *json = NULL;
    struct buf text = {0};
    if (!written)
        return NULL;
    for (const char *c = written; *c; c++) {
        if (*c == '`')
            buf_adds(&text, "\\\"");
        else
            buf_addc(&text, *c == '\'' ? '"' : *c);
    }
    if (json_parse(buf_text(&text), text.length, &json, NULL) != ERR_OK)
        json = NULL;
    buf_free(&text);
    return json;
}

bool call_example(const char *name, struct call_example *example)
{
    *example = (struct call_example){0};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        if (!str_equal(calls[i].name, name))
            continue;
        *example = (struct call_example){.name = calls[i].name,
                                         .path = calls[i].path,
                                         .query = read(calls[i].query),
                                         .body = read(calls[i].body),
                                         .answer = read(calls[i].answer)};
        return example->answer != NULL;
    }
    return false;
}

void call_example_free(struct call_example *example)
{
    json_free(&example->query);
    json_free(&example->body);
    json_free(&example->answer);
}

struct json *call_refusal_example(void)
{
    return read("{'error':{'code':'invalid_query','message':'A day is written YYYY-MM-DD.','field':'from'}}");
}

struct json *command_example(const char *type)
{
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (str_equal(commands[i].type, type))
            return read(commands[i].body);
    return NULL;
}
