/* doctor.h - what the parts of the doctor share. */
#ifndef DOCTOR_H
#define DOCTOR_H

#include "callaudit/doctor.h"
#include "callaudit/rules.h"

typedef struct doctor {
    const ca_doctor_request *request;
    ca_checks *checks;
    ca_night *night;
    ca_config config;
    ca_rulesets rulesets;
    ca_arena *arena;
    bool memory; /* false once the arena refused */
} doctor;

/* Adds a check; advice NULL for none. */
void doctor_say(doctor *d, ca_health health, const char *topic, const char *advice, const char *fmt,
                ...) CA_PRINTF(5, 6);

/* The models, words and regexes of every language (doctor_models.c). */
void doctor_models(doctor *d);

/* What a night takes (doctor_night.c). */
void doctor_night(doctor *d);

/* The languages of calls and rule sets, each once, the usual one first. */
bool doctor_languages(doctor *d, ca_strings *languages);

/* Do calls of this language get transcripts that somebody waits for? */
bool doctor_wants_transcripts(const doctor *d);

#endif
