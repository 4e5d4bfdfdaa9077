/* core/cache/queries.h: what screens read from the workstation's copy. cache_load(what, args) answers one JSON
 * document a screen; rows inside are rows of PROTOCOL.md section 5, with these additions:
 *   "mark"  on ticket, case, document, payment, decision: "saved" ○ (in the outbox), "received" ◐ (answered, not
 *           yet safe), "safe" ●, "trouble" ! — the durability of the newest change to that row
 *   "wait_ms" on waiting tickets: now - arrived_at
 *   "unattended_ms" on counters whose lease is over although they are not closed, while the hall is reached: since when
 * Each is on an index and bounded, so that its cost does not grow with the cache. Ids in args, unless noted.
 *
 * what          args → answer
 * "accounts"    {} → {"users":[user…],"counters":[counter…],"queues":[queue…],"hall":{…}}  at most 200 of each, without
 *               counters that are disabled
 * "people"      {} → {"users":[user…],"counters":[counter…],"agencies":[agency…],"queues":[queue…],"more"?}   by login, name,
 *               id, code; of the own agency alone where one has one; disabled ones ("active":false) too
 * "desk"        {"counter"} →
 *               {"hall":{…},"counter":{…,"holder_name"}|null,"user":{…},"ticket":ticket|null    (called or served by me)
 *                "person":person|null,"service":{"id","name","documents",…}|null,
 *                "cases":[case+{"service_name":{…},"filled","total","papers":[{"code","name","group","state","met"}…]}…],
 *                                                                                 of that ticket's visit, oldest first;
 *                              "together":[{"service","name"}…]                   of its bundle, not opened there yet
 *                "visit":{"stops":[stop(core/command/visit_row.h)+{"queue_code","queue_name","service_names":[…],
 *                "counters":[names of open ones],"waiting","oldest_ms"}…]}|null,  of that ticket, when it has several
 *                "documents":[document…],                                          of those cases
 *                "queues":[{"id","code","name","waiting","oldest_ms","rule"}…],  this counter's
 *                "next":[ticket…≤10], "why":{…}|null                              by the rule, across my queues
 *                "parked":[ticket…≤20],                                            held by me
 *                "others":[ticket+{"user_name"}…≤20],                              held by colleagues in my queues, and whoever
 *                                                                                was left at my counter by who sat there before
 *                "told":[ticket+{"by_name"}…],                                     mine, that a colleague took within the hour
 *                "undo":{"ticket","number","event","until_ms"}|null,
 *                "depending":[{"code","name","waiting"}…],                       queues with people that only this counter serves
 *                "closing":{"closure","state","from","queues","reason","serve","answer","by","answered_at","left","last"}|null,
 *                "survey":{"ticket","number","language","done": scored already}|null,  of whom I serve, else served last
 *                                                                                today
 *                "today":{"served","no_show","parked","mean_ms"}}
 * "open"        {} → {"rows":[ticket+{"person_name","service_name"}…≤200]}          called, served or held by me, who is
 *                                                                                at the desk first
 * "case"        {"case"} → {"case":…,"service":row of the service with form, documents, reasons… in the
 *                version of the case,"newest": the newest when a draft has another|null,"version_gone","person":…|null,
 *                "ticket":…|null,"hall":…|null,"agency":…|null,
 *                "documents":[…],"payments":[…],"decisions":[…],
 *                "journal":{"typed":{…},"at"}|null,"last":draft of this person's last case at the agency|null,
 *                "twin": what it is a possible duplicate of|null}
 * "persons"     {"q"} → {"q","rows":[person…≤50],"by":"fin|nik|phone|born|name"}  q as typed, any spelling; the
 *                record that goes on for one that was merged
 * "person"      {"person","with"?,"cases_from"?,"tickets_from"?: {"at","id"} of the first row of a page} →
 *               {"person": the record that goes on,"merged":[person+{"merged_at","merged_by_name"}…≤31]: its others,
 *                "cases":[…≤50],"tickets":[…≤50] of all its records, newest first, each with "service_name",
 *                "cases_next","cases_before","tickets_next","tickets_before": where those pages begin|null,
 *                "bookings":[ticket…≤20] of another day, which have no "arrived_at" yet, the next first,
 *                "twins":[person+{"why":"number|name_born|name_phone|name"}…≤10]: possibly the same person;
 *                "name" only of one with "possible_duplicate", whom the digital channel brought and nobody looked at,
 *                "with": the record asked for beside it|null; it and "person" then have "cases_here","tickets_here" ≤51}
 * "services"    {"q","lang","agency"?,"first"?} → {"q","rows":[{"id","name","agency","agency_name","queue","queue_code","documents",
 *                "fees","time","waiting","hours"?,"quota"?,"issued"? (hours.h)}…≤60],
 *                "calendar":{"weekend","holidays"},"event"?:{"name","services"}}   every word of q begins a word; then those of
 *                a life event that q names, each with "life_event": its name
 *                of that agency alone, that service first
 * "visit"       {"services":[id…],"order":"given|sensible","priority_class"?,"appointment_at"?} → {"services","stops":[as of
 *                "desk"…],"visit_min":[low,high]|null,"refused"?:{"code","message","service"}}
 * "rehearsal"   body of queue.rule → {"rehearsal": as core/command/rehearsals.h} or {"refused":{"code","message","field"}}
 * "move"        body of hall.move → {"move": as core/command/moving.h} or {"refused":{"code","message"}}
 * "moves"       {} → {"last": the newest of my moves of today that is not over, without "people", with "codes" of where to|null}
 * "training"    {} → {"hall": the row "hall" of a training hall|null,"mine": the row of whoever is signed in|null,
 *                "visit": the ticket of that row|null,"rows":[training…≤300] of those who learn, by name: a trainer's, others' their own alone}
 * "why"         {"ticket"} or {"number": of today, as typed} → {"number","ticket":ticket|null,"queue":queue|null,
 *                "calls":[why of a call(core/command/ticket_call.c)+{"user_name","counter_name"}…≤5] the newest first,
 *                "line": as core/command/lines.h, {} for whoever does not wait}
 * "levels"      {} → {"hide_names": from clerks until the call,"rows":[{"queue","code","target":{"wait_min","booked_wait_min"?,"share"},
 *                "state":"none|kept|burning|broken","called","within": today,"waiting","late","late_foreseen",
 *                "allowed": how many may be late,"share_now","share_foreseen": of 100|null,"breaks_at"|null,
 *                "silenced_until"|null,"service"?,"service_name"?}…] of queues that have a target, each followed by those
 *                of its services that have one of their own
 * "targets"     {"queue"} → {"rows":[{"service","service_name","target"?: its own}…]}
 * "holds"       {} → {"closures":[closure+{"user_name","counter_name","effect":[{"code","before_min","after_min": the
 *                longest wait of the next hour, with the counter and without}…]}…≤10] that are asked for,
 *                "unattended":[counter+{"user_name"}…],"parked":[ticket+{"user_name","counter_name","queue_code","overdue"}…≤300]}
 * "priorities"  {} → {"rows":[{"code","class","name","legal"}…]}                    of the hall's pack
 * "bookings"    {"q"} → {"q","day","booked","here","rows":[ticket+{"person_name","service_name","queue_code","documents",
 *                "here": is checked in,"other_day"}…≤60],"more"}                   of today by time, those who are not here
 *                first; of later days when q (a number, words of the name, a time) fits none of today
 * "queue"       {"queue","after":{"arrived_at","number"}|null,"limit"} → {"queue":{…,"waiting","oldest_ms","counters":[names of
 *                open ones that call whoever comes now]},"rows":[ticket…],"more"}
 * "queues"      {} → {"rows":[queue+{"waiting","oldest_ms"}…],"counters":[counter…]}
 * "users"       {} → {"rows":[user…]}                                               for transfer and assignment
 * "outbox"      {"after":seq|0,"offset"?,"limit"} → {"rows":[{"seq","id","type","body","state","error","at","bytes",
 *                "mark","what":{"number","case","person_name","service_name"}}…],"offset","listed": all there are,
 *                "count" unsent,"bytes" of those,"oldest_at","others"}; nobody signed in and "everyone" true: all
 *                that is unsent on this computer
 * "waiting"     {} → {"count","people":[{"name","count"}…≤9]}                       whose unsent records are here
 * "disputes"    {"limit"} → {"rows":[dispute…],"count"}
 * "worklist"    {"filter":"mine|agency|online|returned|confirm|ready|due","sort"?:"age|due",
 *                "state"?,"service"?,"channel"?,"person"?,"due_from"?,"due_till"?,"text"?: as typed: services, persons, a
 *                number's beginning,
 *                "after"|"before"|"around"?:{"key","id"}: rows after or before that place, or on both sides of it; else the
 *                first, or with "end":true the last,"limit"} →
 *               {"rows":[case+{"key","service_name","person_name","user_name","deemed"}…],"more","sort":"age|due|asked",
 *                "at": index of the first row at or after the place,
 *                "before","after": how many there are on both sides of the rows, null: more than are counted}
 * "board"       {} → {"hall":…,"calls":[{"number","counter","called_at","state","queue_code"}…≤24]} latest first
 * "floor"       {} → {"hall":…,"waiting","oldest_at"?,"held","overdue": of those whose time is over,"agencies":{id: name},
 *                "series_from": the moment at which the series begin, each of ten minutes,
 *                "queues":[{"id","code","name","agency","rule","home","home_name"?,"away"?: it is with a bus,"waiting",
 *                "oldest_at"?,"ahead":[who will wait now, in five minutes … an hour],"ahead_min"?: a newcomer's wait, four of five within
 *                "ahead_low","ahead_high"; "late"?: how many have waited longer than they were promised,"soon"?: will have in five
 *                minutes,"served","no_show" today,"open" and attended of "assigned" counters,"spare"?: open ones with nobody
 *                to serve,"series":[who waited at the end of each]}…≤500],
 *                "counters":[{"id","name","agency","codes","queues":[id…],"user"?,"user_name"?,"opened_at"?,"doing":
 *                "serving|called|free|paused|unattended|closed|bus","from"?: since when,"ticket"?,"number"?,"pause_until"?,
 *                "pause_reason"?,"heard_at"?: of who is not heard of,"parked"?,"overdue"?,"unsent"?,"unsent_since"?: of that
 *                workstation's records when it was heard of last,"closing"?}…≤2000],
 *                "elsewhere":[{"user","user_name","unsent","since","seen_at"}…]: the same of who sits at no counter,
 *                "advice":[{"counter","queue","beside": added to its own,"until","before_min","after_min": the longest wait
 *                there,"cost_queue"?,"cost_before_min","cost_after_min"}…≤3], the best first}
 *                no row is read of those who wait
 * "floor_people" {"queue"} or {"user"},"limit"? → {"names_hidden","rows":[{"id","number","state","arrived_at","promised_at"?,
 *                "priority","channel","appointment_at"?,"called_at"?,"held_until"?,"hold_reason"?,"service_name",
 *                "person_name"? unless the hall hides names until the call}…≤200]}   who waits there, the first to come
 *                first; whom that person serves, has called or has parked
 * "journal"     {} → {"rows":[{"screen","object","typed","at"}…]}                   the signed-in person's
 * "status"      {"counter"?,"dispute_ids"?} → {"unsent","unsent_others","oldest_unsent_at","disputes","cursor",
 *                "safe_through","counter":…, "contested": how many of the disputes are two decisions, "dispute_ids",
 *                "open": how many tickets are called, served or held by me,
 *                "settled":[{"number","choice","code","mine","by"}…] of args.dispute_ids, by others, "seat":{"name","user","user_name","at"} who sits at the counter asked for,
 *                "notices":{"alerts":[alert…≤10] open ones, latest first,"closures":[closure+{"user_name","counter_name",
 *                "depending"}…≤10] that wait for this supervisor,"left":[{"counter_name","code","waiting"}…] for a supervisor: queues
 *                that a counter left when it closed and nobody calls from,"held":[{"number","until","reason"}…] mine with an alarm,
 *                "break_until" of my counter|null,"closing": as of "desk"},
 *                "epoch","resent": how many records the last change of epoch made unsent again}
 */
#pragma once
