/* judge.c - the verdict on one rule: its window, the hits inside it, what they are worth. */
#include "judge.h"

/* The hits of one rule, by what they are good for. */
typedef struct sorted_hits {
    ca_hits inside;  /* in the window, believed or doubtful */
    size_t believed; /* of them */
    ca_hit nearest;  /* of the others */
    bool has_nearest;
    bool limited;
} sorted_hits;

/* A note that is NULL, for want of memory, is seen at the end of judge_rule. */
static void say(ca_finding *finding, ca_verdict verdict, const char *note)
{
    finding->verdict = verdict;
    finding->note = note;
}

/* Sets the finding's window; false when there is none, and then its verdict and note. */
static bool find_window(judge *j, const ca_rule *rule, ca_finding *finding)
{
    const ca_window *within = &rule->within;
    const int64_t duration = j->call->duration_ms;
    int64_t length =
        within->share > 0 ? (int64_t)(within->share * (double)duration + 0.5) : within->ms;
    int64_t start = 0, end = duration;
    if (within->kind == CA_WINDOW_FIRST) {
        end = length;
    } else if (within->kind == CA_WINDOW_LAST) {
        start = duration - length;
    } else if (within->kind != CA_WINDOW_ALL) {
        const rule_outcome *other = &j->outcomes[within->other_index];
        if (!other->heard) {
            bool unsure = other->verdict == CA_UNSURE;
            say(finding, unsure ? CA_UNSURE : CA_NA,
                ca_arena_printf(j->arena, "rule '%s' %s", within->other,
                                unsure ? "is unsure" : "was not heard"));
            return false;
        }
        if (within->kind == CA_WINDOW_AFTER) {
            start = other->end_ms;
            end = length > 0 ? start + length : duration;
        } else {
            end = other->start_ms;
            start = length > 0 ? end - length : 0;
        }
    }
    finding->window_start_ms = start > 0 ? start : 0;
    finding->window_end_ms = end < duration ? end : duration;
    return true;
}

static bool is_inside(const ca_rule *rule, const ca_finding *finding, const ca_hit *hit)
{
    switch (rule->within.kind) {
    case CA_WINDOW_ALL: return true;
    case CA_WINDOW_LAST: return hit->end_ms > finding->window_start_ms;
    default:
        return finding->window_start_ms <= hit->start_ms && hit->start_ms < finding->window_end_ms;
    }
}

/* Who spoke cannot be told on a mixed channel; for what must be said, that it was said will do. */
static bool is_believed(const judge *j, const ca_rule *rule, const ca_hit *hit)
{
    bool attributed =
        hit->speaker != CA_MIXED || rule->who == CA_WHO_ANY || rule->kind == CA_REQUIRED;
    return hit->confidence >= j->belief->accept && attributed;
}

/* The nearest thing heard: in the window before outside it, then the more confident. */
static void consider_nearest(sorted_hits *sorted, const ca_hit *hit, bool inside, bool *was_inside)
{
    if (!sorted->has_nearest || (inside && !*was_inside) ||
        (inside == *was_inside && hit->confidence > sorted->nearest.confidence)) {
        sorted->nearest = *hit;
        sorted->has_nearest = true;
        *was_inside = inside;
    }
}

static bool sort_out(judge *j, const ca_rule *rule, const ca_finding *finding, const ca_hits *all,
                     sorted_hits *sorted)
{
    bool nearest_inside = false;
    for (size_t i = 0; i < all->count; i++) {
        const ca_hit *hit = &all->items[i];
        bool inside = is_inside(rule, finding, hit);
        if (!inside || hit->confidence < j->belief->doubt) {
            consider_nearest(sorted, hit, inside, &nearest_inside);
            continue;
        }
        ca_hit *kept = ca_push(j->arena, &sorted->inside);
        if (kept == NULL) {
            return ca_fail_memory(j->err);
        }
        *kept = *hit;
    }
    if (!hits_merge(&sorted->inside, j->arena, j->err)) {
        return false;
    }
    for (size_t i = 0; i < sorted->inside.count; i++) {
        sorted->believed += is_believed(j, rule, &sorted->inside.items[i]);
    }
    return true;
}

/* ---- fitness ---- */

/* Why a miss on a channel is not believed, the worst last. */
typedef enum fault { FIT, CLIPPED, MUFFLED, NOISY, SHORT, SILENT, ABSENT } fault;

/* Of the whole channel, pauses included: a side that speaks half of the time has 10 % of its
 * samples at full scale when a fifth of its speech is, and its vowels have lost their shapes. Loud
 * calls that recognizers still hear well have 0.6 to 4.4 %, 5 to 6 % of their speech
 * (tests/bench/hearing). */
static const double MAX_CLIP_SHARE = 0.10;

/* The second formant of front vowels lies above it, and all that tells fricatives apart. What
 * telephones leave, in any codec, is well above it and a low-pass of 1500 Hz well below:
 * spectrum.h. */
static const double MIN_BANDWIDTH_HZ = 2000;

/* Less than a wording takes is a cough, a click or the other side's echo: somebody is on the line,
 * but what they said was not recorded. */
enum { MIN_SPEECH_MS = 1000 };

static fault find_fault(const ca_channel *channel, double min_snr_db)
{
    if (channel->speech_ms <= 0) {
        return SILENT;
    }
    if (channel->speech_ms < MIN_SPEECH_MS) {
        return SHORT;
    }
    if (channel->snr_db < min_snr_db) {
        return NOISY;
    }
    if (channel->bandwidth_hz > 0 && channel->bandwidth_hz < MIN_BANDWIDTH_HZ) {
        return MUFFLED;
    }
    return channel->clip_share > MAX_CLIP_SHARE ? CLIPPED : FIT;
}

static const char *fault_note(ca_arena *arena, const char *side, fault why,
                              const ca_channel *channel)
{
    switch (why) {
    case CLIPPED:
        return ca_arena_printf(arena, "the %s is clipped: %.0f %% of it at full scale", side,
                               channel->clip_share * 100);
    case MUFFLED:
        return ca_arena_printf(arena, "the %s is muffled: nothing above %.0f Hz", side,
                               channel->bandwidth_hz);
    case NOISY:
        return ca_arena_printf(arena, "the %s is too noisy: %.1f dB", side, channel->snr_db);
    case SHORT:
        return ca_arena_printf(arena, "the %s has only %d ms of speech", side,
                               (int)channel->speech_ms);
    case SILENT: return ca_arena_printf(arena, "the %s is silent", side);
    default: return ca_arena_printf(arena, "the %s is not recorded", side);
    }
}

/* Can a miss on the side that the rule asks for not be believed, and why? Of several channels of
 * that side the fittest counts. Words that came without audio are taken as they are. */
static bool is_unfit(judge *j, const ca_rule *rule, const char **note)
{
    static const char *const sides[] = {"agent's side", "customer's side", "recording"};
    const ca_channels *channels = &j->call->channels;
    const ca_channel *fittest = NULL;
    fault least = ABSENT;
    for (size_t i = 0; i < channels->count; i++) {
        const ca_channel *channel = &channels->items[i];
        if (!speaker_fits(channel->speaker, rule->who)) {
            continue;
        }
        const fault found = find_fault(channel, j->belief->min_snr_db);
        if (fittest == NULL || found < least ||
            (found == least && channel->snr_db > fittest->snr_db)) {
            least = found;
            fittest = channel;
        }
    }
    if (channels->count == 0 || least == FIT) {
        return false;
    }
    *note = fault_note(j->arena, sides[rule->who], least, fittest);
    return true;
}

/* ---- verdict ---- */

static const char *doubt_note(const judge *j, const sorted_hits *sorted)
{
    for (size_t i = 0; i < sorted->inside.count; i++) {
        const ca_hit *hit = &sorted->inside.items[i];
        if (hit->speaker == CA_MIXED && hit->confidence >= j->belief->accept) {
            return "both speakers are on one channel";
        }
    }
    return "heard with too little confidence";
}

static void decide(judge *j, const ca_rule *rule, const rule_patterns *patterns,
                   const sorted_hits *sorted, ca_finding *finding)
{
    size_t allowed = rule->kind == CA_LIMIT ? (size_t)rule->max : 0;
    if (sorted->believed > allowed) {
        finding->verdict = CA_HIT;
        return;
    }
    if (sorted->inside.count > allowed) {
        say(finding, CA_UNSURE, doubt_note(j, sorted));
        return;
    }
    const char *note = NULL;
    if (sorted->limited) {
        say(finding, CA_UNSURE, "a matching limit was reached");
    } else if (is_unfit(j, rule, &note)) {
        say(finding, CA_UNSURE, note);
    } else if (patterns->needs_transcript && !j->call->transcript) {
        say(finding, CA_UNSURE, "needs a transcript");
    } else {
        finding->verdict = CA_MISS;
    }
}

static bool store_hit(judge *j, const ca_hit *from)
{
    ca_hit *hit = ca_push(j->arena, &j->call->hits);
    if (hit == NULL) {
        return ca_fail_memory(j->err);
    }
    *hit = *from;
    return true;
}

/* Puts the hits that the verdict rests on into the call, and the nearest behind them. */
static bool store_hits(judge *j, const ca_rule *rule, const sorted_hits *sorted,
                       ca_finding *finding)
{
    finding->first_hit = j->call->hits.count;
    for (size_t i = 0; i < sorted->inside.count; i++) {
        const ca_hit *hit = &sorted->inside.items[i];
        if (finding->verdict != CA_UNSURE && !is_believed(j, rule, hit)) {
            continue;
        }
        if (!store_hit(j, hit)) {
            return false;
        }
        finding->hit_count++;
    }
    if (finding->verdict == CA_MISS && finding->hit_count == 0 && sorted->has_nearest) {
        finding->nearest = (long)j->call->hits.count;
        return store_hit(j, &sorted->nearest);
    }
    return true;
}

static void remember(judge *j, const ca_rule *rule, const sorted_hits *sorted,
                     const ca_finding *finding, rule_outcome *outcome)
{
    outcome->verdict = finding->verdict;
    for (size_t i = 0; i < sorted->inside.count && !outcome->heard; i++) {
        const ca_hit *hit = &sorted->inside.items[i];
        if (is_believed(j, rule, hit)) {
            outcome->heard = true;
            outcome->start_ms = hit->start_ms;
            outcome->end_ms = hit->end_ms;
        }
    }
}

static int is_satisfied(const ca_finding *finding)
{
    if (finding->verdict == CA_UNSURE || finding->verdict == CA_NA) {
        return -1;
    }
    return (finding->verdict == CA_HIT) == (finding->kind == CA_REQUIRED);
}

static bool begin(judge *j, const ca_rule *rule, ca_finding *finding)
{
    *finding = (ca_finding){.ruleset = ca_arena_strdup(j->arena, j->set->hash.hex),
                            .rule_id = ca_arena_strdup(j->arena, rule->id),
                            .title = ca_arena_strdup(j->arena, rule->title),
                            .kind = rule->kind,
                            .dimension = rule->dimension,
                            .weight = rule->weight,
                            .critical = rule->critical,
                            .first_hit = j->call->hits.count,
                            .nearest = -1};
    return (finding->ruleset != NULL && finding->rule_id != NULL && finding->title != NULL) ||
           ca_fail_memory(j->err);
}

static bool search(judge *j, const ca_rule *rule, const rule_patterns *patterns,
                   ca_finding *finding, sorted_hits *sorted)
{
    ca_hits all = {0};
    if (!hits_find(&j->heard, patterns, rule->who, j->belief->doubt, &all, &sorted->limited,
                   j->err) ||
        !sort_out(j, rule, finding, &all, sorted)) {
        return false;
    }
    decide(j, rule, patterns, sorted, finding);
    return store_hits(j, rule, sorted, finding);
}

bool judge_rule(judge *j, size_t index, ca_finding *finding)
{
    const ca_rule *rule = &j->set->rules.items[index];
    sorted_hits sorted = {0};
    if (!begin(j, rule, finding)) {
        return false;
    }
    if (find_window(j, rule, finding) && !search(j, rule, &j->patterns[index], finding, &sorted)) {
        return false;
    }
    finding->ok = is_satisfied(finding);
    remember(j, rule, &sorted, finding, &j->outcomes[index]);
    return finding->ok >= 0 || finding->note != NULL || ca_fail_memory(j->err);
}
