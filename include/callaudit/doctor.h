/* doctor.h - would a night run here? Every part of an installation, looked at as `run` would use
 * it, and what a night of so many hours of audio takes on this machine. */
#ifndef CALLAUDIT_DOCTOR_H
#define CALLAUDIT_DOCTOR_H

#include "callaudit/config.h"

typedef enum ca_health {
    CA_HEALTH_OK,
    CA_HEALTH_WARNING, /* a night runs, but not as somebody may think */
    CA_HEALTH_PROBLEM, /* no night can run */
} ca_health;

typedef struct ca_check {
    ca_health health;
    const char *topic;  /* "database", "model en-US" ... */
    const char *text;   /* what was found */
    const char *advice; /* what to do; NULL when it is ok */
} ca_check;

typedef CA_ARRAY(ca_check) ca_checks;

typedef struct ca_doctor_request {
    const char *config_path; /* NULL: callaudit.yaml here, or the defaults */
    const char *rules;       /* NULL: the configuration's */
    const char *audio;       /* recording to measure with; NULL: a made one, see speechlike.h */
    double hours;            /* of audio in a night */
    const char *program;     /* version */
} ca_doctor_request;

/* What a night takes; zeros where it was not measured. */
typedef struct ca_night {
    double hours;
    long cpus;
    double cpu_per_second; /* CPU seconds for a second of audio, the usual language's */
    double wall_hours;
    int64_t peak_rss_bytes; /* of a worker */
} ca_night;

const char *ca_health_name(ca_health health);

/* Looks at everything that can be looked at; false only for memory. Texts live in the arena. Sets
 * the time zone of the process and forks worker processes. */
bool ca_doctor(const ca_doctor_request *request, ca_checks *checks, ca_night *night,
               ca_arena *arena, ca_error *err);

#endif
