/* times.c - start times of calls, in the desk's time zone. */
#include "callaudit/metadata.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

/* ---- the zone ---- */

static const char *const zone_folder = "/usr/share/zoneinfo";

/* A name of the tz database that is there: no path of its own, a file that begins as tzfile(5)
 * says. */
static bool zone_exists(const char *name)
{
    static const char allowed[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
                                  "0123456789_+-/";
    char path[256];
    char magic[4] = "";
    if (name[0] == '/' || name[strspn(name, allowed)] != '\0') {
        return false;
    }
    int length = snprintf(path, sizeof path, "%s/%s", zone_folder, name);
    FILE *file = length > 0 && (size_t)length < sizeof path ? fopen(path, "rbe") : NULL;
    if (file == NULL) {
        return false;
    }
    bool is_zone = fread(magic, 1, sizeof magic, file) == sizeof magic &&
                   memcmp(magic, "TZif", sizeof magic) == 0;
    (void)fclose(file);
    return is_zone;
}

bool ca_time_zone(const char *zone)
{
    char wanted[256];
    bool utc = strcmp(zone, "UTC") == 0; /* works without the tz database */
    int length = snprintf(wanted, sizeof wanted, utc ? "UTC0" : ":%s", zone);
    if (length < 0 || (size_t)length >= sizeof wanted) {
        return false;
    }
    const char *now = getenv("TZ");
    if (now != NULL && strcmp(now, wanted) == 0) {
        return true;
    }
    if ((!utc && !zone_exists(zone)) || setenv("TZ", wanted, 1) != 0) {
        return false;
    }
    tzset();
    return true;
}

/* ---- reading ---- */

typedef struct stamp {
    struct tm wall; /* as written */
    bool zoned;     /* `offset` was written as well */
    long offset;    /* seconds east of UTC */
} stamp;

static bool take_number(const char **at, int digits, int low, int high, int *value)
{
    int number = 0;
    for (int i = 0; i < digits; i++, (*at)++) {
        if (**at < '0' || **at > '9') {
            return false;
        }
        number = number * 10 + (**at - '0');
    }
    *value = number;
    return number >= low && number <= high;
}

static bool take_char(const char **at, char wanted)
{
    bool there = **at == wanted;
    *at += there;
    return there;
}

/* YYYY-MM-DD or YYYYMMDD */
static bool take_date(const char **at, struct tm *wall)
{
    int year = 0;
    int month = 0;
    if (!take_number(at, 4, 1970, 9999, &year)) {
        return false;
    }
    bool dashes = take_char(at, '-');
    if (!take_number(at, 2, 1, 12, &month) || (dashes && !take_char(at, '-')) ||
        !take_number(at, 2, 1, 31, &wall->tm_mday)) {
        return false;
    }
    wall->tm_year = year - 1900;
    wall->tm_mon = month - 1;
    return true;
}

/* HH:MM:SS or HHMMSS; a fraction of a second is dropped. */
static bool take_clock(const char **at, struct tm *wall)
{
    if (!take_number(at, 2, 0, 23, &wall->tm_hour)) {
        return false;
    }
    bool colons = take_char(at, ':');
    if (!take_number(at, 2, 0, 59, &wall->tm_min) || (colons && !take_char(at, ':')) ||
        !take_number(at, 2, 0, 59, &wall->tm_sec)) {
        return false;
    }
    if (take_char(at, '.')) {
        size_t digits = strspn(*at, "0123456789");
        *at += digits;
        return digits > 0;
    }
    return true;
}

/* Nothing, Z, +HH, +HHMM or +HH:MM */
static bool take_offset(const char **at, stamp *out)
{
    int hours = 0;
    int minutes = 0;
    take_char(at, ' ');
    if (**at == '\0') {
        return true;
    }
    out->zoned = true;
    if (take_char(at, 'Z')) {
        return true;
    }
    bool west = take_char(at, '-');
    if ((!west && !take_char(at, '+')) || !take_number(at, 2, 0, 14, &hours)) {
        return false;
    }
    bool colon = take_char(at, ':');
    if ((colon || **at != '\0') && !take_number(at, 2, 0, 59, &minutes)) {
        return false;
    }
    out->offset = (west ? -1L : 1L) * (hours * 3600L + minutes * 60L);
    return true;
}

static bool read_stamp(const char *text, stamp *out)
{
    *out = (stamp){0};
    if (!take_date(&text, &out->wall)) {
        return false;
    }
    if (*text == 'T' || *text == ' ') {
        text++;
    }
    if (!take_clock(&text, &out->wall) || !take_offset(&text, out) || *text != '\0') {
        return false;
    }
    struct tm exact = out->wall; /* timegm turns 30 February into 2 March */
    return timegm(&exact) >= 0 && exact.tm_mday == out->wall.tm_mday;
}

/* ---- local times ---- */

static bool same_wall(const struct tm *a, const struct tm *b)
{
    return a->tm_year == b->tm_year && a->tm_mon == b->tm_mon && a->tm_mday == b->tm_mday &&
           a->tm_hour == b->tm_hour && a->tm_min == b->tm_min && a->tm_sec == b->tm_sec;
}

/* The instant at which the zone's clocks show `wall`: tried with the offsets in force a day before
 * and a day after. Of two instants the earlier one; false when the clocks skip that time. */
static bool find_instant(const struct tm *wall, time_t *instant)
{
    enum { DAY = 86400 };
    struct tm copy = *wall;
    time_t as_utc = timegm(&copy);
    bool found = false;
    for (int i = 0; i < 2; i++) {
        time_t near = as_utc + (i == 0 ? -DAY : DAY);
        struct tm local;
        if (localtime_r(&near, &local) == NULL) {
            return false;
        }
        time_t guess = as_utc - local.tm_gmtoff;
        if (localtime_r(&guess, &local) != NULL && same_wall(&local, wall) &&
            (!found || guess < *instant)) {
            *instant = guess;
            found = true;
        }
    }
    return found;
}

/* The time on the zone's clocks; false for what has no such time. */
static bool to_local(const char *text, const char *zone, struct tm *local)
{
    stamp read;
    time_t instant = 0;
    if (!ca_time_zone(zone) || !read_stamp(text, &read)) {
        return false;
    }
    if (read.zoned) {
        instant = timegm(&read.wall) - read.offset;
    } else if (!find_instant(&read.wall, &instant)) {
        return false;
    }
    return localtime_r(&instant, local) != NULL && local->tm_year <= 9999 - 1900;
}

const char *ca_time_normalize(const char *text, const char *zone, ca_arena *arena)
{
    struct tm local;
    if (!to_local(text, zone, &local) || local.tm_gmtoff % 60 != 0) {
        return NULL; /* ISO 8601 has no offsets with seconds; the last one ended in 1972 */
    }
    long minutes = labs(local.tm_gmtoff) / 60;
    return ca_arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%c%02ld:%02ld",
                           local.tm_year + 1900, local.tm_mon + 1, local.tm_mday, local.tm_hour,
                           local.tm_min, local.tm_sec, local.tm_gmtoff < 0 ? '-' : '+',
                           minutes / 60, minutes % 60);
}

bool ca_time_month(const char *started_at, const char *zone, char month[8])
{
    struct tm local;
    char text[32];
    if (!to_local(started_at, zone, &local)) {
        return false;
    }
    (void)snprintf(text, sizeof text, "%04d-%02d", local.tm_year + 1900, local.tm_mon + 1);
    memcpy(month, text, 7);
    month[7] = '\0';
    return true;
}
