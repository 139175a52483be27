/* recognize_reader.c - transcripts: the language models, and words with confidence from lattices.
 */
#include "recognize_reader.h"

#include "callaudit/corpus.h"
#include "callaudit/fs.h"
#include "callaudit/posterior.h"

#include <math.h>
#include <pocketsphinx.h>
#include <ps_lattice.h>
#include <sphinxbase/ckd_alloc.h>
#include <sphinxbase/ngram_model.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

enum { FRAME_MS = 10, PATH_SIZE = 64, MAX_MODELS = 3 };

/* ---- language models ---- */

/* Models to be interpolated. The library adds their scores after the language weight is applied,
 * sum of weight x p^6.5: a weight of .1 costs a word no more than .1^(1/6.5) = .70 would in linear
 * interpolation, and where the models disagree the surer one decides. */
typedef struct mixture {
    ps_decoder_t *decoder;
    const ca_lexicon *lexicon;
    ngram_model_t *models[MAX_MODELS];
    float32 weights[MAX_MODELS];
    int32 count;
} mixture;

static bool add_model(mixture *mix, const char *path, double weight, ca_error *err)
{
    ngram_model_t *model = ngram_model_read(ps_get_config(mix->decoder), path, NGRAM_AUTO,
                                            ps_get_logmath(mix->decoder));
    if (!model) {
        return ca_fail(err, CA_ESETUP, "PocketSphinx cannot load the language model %s", path);
    }
    mix->weights[mix->count] = (float32)weight;
    mix->models[mix->count++] = model;
    return true;
}

/* Adds the model of these sentences; none of them, none of it. */
static bool add_sentences(mixture *mix, const ca_sentences *sentences, double weight, ca_error *err)
{
    ca_buf arpa = {0};
    char path[PATH_SIZE];
    int fd = -1;
    const bool ok =
        sentences->count == 0 ||
        (ca_ngram_estimate(sentences, &arpa, err) &&
         (fd = ca_memory_file(ca_buf_text(&arpa), arpa.length, path, PATH_SIZE, err)) >= 0 &&
         add_model(mix, path, weight, err));
    ca_buf_release(&arpa);
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool add_wordings(mixture *mix, const ca_targets *targets, double weight, ca_arena *arena,
                         ca_error *err)
{
    ca_sentences sentences = {0};
    for (size_t t = 0; weight > 0 && t < targets->count; t++) {
        if (!ca_corpus_add(mix->lexicon, targets->items[t].text, &sentences, arena, err)) {
            return false;
        }
    }
    return add_sentences(mix, &sentences, weight, err);
}

static bool add_text(mixture *mix, const char *path, double weight, ca_arena *arena, ca_error *err)
{
    ca_diags diags;
    ca_strings lines = {0};
    ca_sentences sentences = {0};
    ca_diags_init(&diags, arena);
    if (!path || weight <= 0) {
        return true;
    }
    if (!ca_corpus_read(path, &lines, &diags, arena, err)) {
        return false;
    }
    for (size_t i = 0; i < lines.count; i++) {
        if (!ca_corpus_add(mix->lexicon, lines.items[i], &sentences, arena, err)) {
            return false;
        }
    }
    return add_sentences(mix, &sentences, weight, err);
}

/* The model's own weight is what the others leave. */
static bool collect_models(mixture *mix, const ca_model *model, const ca_targets *targets,
                           ca_error *err)
{
    ca_arena *arena = ca_arena_new(0);
    const bool ok = (arena || ca_fail_memory(err)) &&
                    add_model(mix, model->language_model, 1, err) &&
                    add_wordings(mix, targets, model->phrase_weight, arena, err) &&
                    add_text(mix, model->text, model->text_weight, arena, err);
    for (int32 i = 1; i < mix->count; i++) {
        mix->weights[0] -= mix->weights[i];
    }
    ca_arena_free(arena);
    return ok;
}

static void free_models(mixture *mix)
{
    for (int32 i = 0; i < mix->count; i++) {
        ngram_model_free(mix->models[i]);
    }
}

/* One model of all of them, which holds them itself; NULL on failure. */
static ngram_model_t *mix_models(mixture *mix)
{
    char names[MAX_MODELS][16] = {"general", "wordings", "desk"};
    char *list[] = {names[0], names[1], names[2]};
    return mix->count == 1 ? ngram_model_retain(mix->models[0])
                           : ngram_model_set_init(ps_get_config(mix->decoder), mix->models, list,
                                                  mix->weights, mix->count);
}

bool reader_use_models(ps_decoder_t *decoder, const ca_model *model, const ca_targets *targets,
                       const ca_lexicon *lexicon, ca_error *err)
{
    static const char search[] = "transcript";
    mixture mix = {.decoder = decoder, .lexicon = lexicon};
    if (!collect_models(&mix, model, targets, err)) {
        free_models(&mix);
        return false;
    }
    ngram_model_t *all = mix_models(&mix);
    free_models(&mix);
    const bool ok =
        all && ps_set_lm(decoder, search, all) == 0 && ps_set_search(decoder, search) == 0;
    ngram_model_free(all);
    return ok || ca_fail(err, CA_ESETUP, "PocketSphinx refuses the language models for %s",
                         model->language);
}

/* ---- words ---- */

/* Fillers are silence, noise and sentence marks: not words. */
static bool is_filler(const char *word)
{
    return word[0] == '<' || word[0] == '[' || (word[0] == '+' && word[1] == '+');
}

static const char *base_of(const char *name, ca_arena *arena)
{
    return ca_arena_strndup(arena, name, strcspn(name, "("));
}

static bool add_link(ps_lattice_t *lattice, ps_latlink_t *link, ca_links *links, ca_arena *arena)
{
    int16 first;
    const char *word = ps_latlink_baseword(lattice, link);
    const int last = ps_latlink_times(link, &first);
    const double posterior =
        logmath_exp(ps_lattice_get_logmath(lattice), ps_latlink_prob(lattice, link, NULL));
    if (posterior < 1e-6 || is_filler(word) || last < first) {
        return true;
    }
    ca_link *item = ca_push(arena, links);
    if (item) {
        *item = (ca_link){word, first, last, posterior};
    }
    return item != NULL;
}

/* The lattice's words stay the decoder's, as its dictionary holds them. */
static bool collect_links(ps_decoder_t *decoder, ca_links *links, ca_arena *arena, ca_error *err)
{
    ps_lattice_t *lattice = ps_get_lattice(decoder);
    bool ok = true;
    if (!lattice) {
        return true;
    }
    for (ps_latnode_iter_t *n = ps_latnode_iter(lattice); n; n = ps_latnode_iter_next(n)) {
        ps_latlink_iter_t *l = ps_latnode_exits(ps_latnode_iter_node(n));
        for (; l; l = ps_latlink_iter_next(l)) {
            ok = ok && add_link(lattice, ps_latlink_iter_link(l), links, arena);
        }
    }
    return ok || ca_fail_memory(err);
}

static bool add_word(ps_seg_t *seg, const ca_links *links, const ca_segment *segment, ca_call *call,
                     ca_arena *arena)
{
    int first;
    int last;
    const char *name = ps_seg_word(seg);
    if (is_filler(name)) {
        return true;
    }
    ca_word *word = ca_push(arena, &call->words);
    if (!word || !(word->text = base_of(name, arena))) {
        return false;
    }
    ps_seg_frames(seg, &first, &last);
    word->start_ms = segment->start_ms + (int64_t)first * FRAME_MS;
    word->end_ms = segment->start_ms + (int64_t)(last + 1) * FRAME_MS;
    const double posterior = ca_word_posterior(links, word->text, first, last);
    word->confidence = round(posterior * 1000) / 1000;
    return true;
}

static bool add_words(ps_decoder_t *decoder, const ca_segment *segment, ca_call *call,
                      ca_arena *arena, ca_error *err)
{
    ca_links links = {0};
    ca_arena *scratch = ca_arena_new(0);
    ps_seg_t *seg = ps_seg_iter(decoder); /* searches the best path, which gives the posteriors */
    bool ok = scratch ? collect_links(decoder, &links, scratch, err) : ca_fail_memory(err);
    for (; ok && seg; seg = ps_seg_next(seg)) {
        if (!add_word(seg, &links, segment, call, arena)) {
            ok = ca_fail_memory(err);
            break;
        }
    }
    if (!ok && seg) {
        ps_seg_free(seg);
    }
    ca_arena_free(scratch);
    return ok;
}

bool reader_take_segment(ps_decoder_t *decoder, const ca_segment *segment, ca_speaker speaker,
                         ca_call *call, ca_arena *arena, ca_error *err)
{
    const size_t first = call->words.count;
    double sum = 0;
    if (!add_words(decoder, segment, call, arena, err)) {
        return false;
    }
    const size_t count = call->words.count - first;
    if (count == 0) {
        return true;
    }
    for (size_t w = first; w < call->words.count; w++) {
        sum += call->words.items[w].confidence;
    }
    ca_line *line = ca_push(arena, &call->lines);
    if (!line) {
        return ca_fail_memory(err);
    }
    *line = (ca_line){.speaker = speaker,
                      .tier = CA_TIER_TRANSCRIPT,
                      .start_ms = call->words.items[first].start_ms,
                      .end_ms = call->words.items[call->words.count - 1].end_ms,
                      .confidence = round(sum / (double)count * 1000) / 1000,
                      .first_word = first,
                      .word_count = count};
    return true;
}

/* ---- wordings by their sounds ---- */

bool reader_learn_sounds(const ca_model *model, const ca_targets *targets,
                         const ca_lexicon *lexicon, ca_wording_sounds *sounds, ca_arena *arena,
                         ca_error *err)
{
    const bool chinese = strncasecmp(model->language, "zh", 2) == 0;
    for (size_t t = 0; chinese && t < targets->count; t++) {
        ca_strings words = {0};
        ca_strings unknown = {0};
        ca_phones *phones = ca_push(arena, sounds);
        if (!phones) {
            return ca_fail_memory(err);
        }
        if (!ca_lexicon_split(lexicon, targets->items[t].text, &words, &unknown, arena, err)) {
            return false;
        }
        for (size_t w = 0; unknown.count == 0 && w < words.count; w++) {
            const ca_pronunciation *first;
            ca_lexicon_find(lexicon, words.items[w], strlen(words.items[w]), &first);
            if (!ca_phones_add(phones, first->phones, 0, 0, arena, err)) {
                return false;
            }
        }
    }
    return true;
}

static bool spell_line(ps_decoder_t *decoder, const ca_call *call, const ca_line *line,
                       ca_phones *said, ca_arena *arena, ca_error *err)
{
    for (size_t w = line->first_word; w < line->first_word + line->word_count; w++) {
        const ca_word *word = &call->words.items[w];
        char *phones = ps_lookup_word(decoder, word->text);
        const bool ok =
            !phones || ca_phones_add(said, phones, word->start_ms, word->end_ms, arena, err);
        ckd_free(phones);
        if (!ok) {
            return false;
        }
    }
    return true;
}

/* The wording was heard there by the keyphrase pass, and no less surely. */
static bool is_detected(const ca_detections *detections, size_t target, ca_speaker speaker,
                        const ca_sound_match *match)
{
    const double confidence = ca_sound_confidence(match->distance);
    for (size_t d = 0; d < detections->count; d++) {
        const ca_detection *other = &detections->items[d];
        if (other->target == target && other->speaker == speaker &&
            other->start_ms < match->end_ms && match->start_ms < other->end_ms &&
            other->confidence >= confidence) {
            return true;
        }
    }
    return false;
}

/* A hundredth of confidence stands for a unit of margin, so that one phone more or less in twenty
 * is a clear lead where foreign wordings compete. */
static bool find_in_line(const ca_line *line, const ca_phones *said, const ca_targets *targets,
                         const ca_wording_sounds *sounds, const ca_detections *heard,
                         ca_detections *found, ca_arena *arena, ca_error *err)
{
    for (size_t t = 0; t < sounds->count; t++) {
        ca_sound_matches matches = {0};
        if (!(targets->items[t].speakers & 1U << line->speaker)) {
            continue;
        }
        if (!ca_sounds_find(said, &sounds->items[t], &matches, arena, err)) {
            return false;
        }
        for (size_t m = 0; m < matches.count; m++) {
            const ca_sound_match *match = &matches.items[m];
            if (is_detected(heard, t, line->speaker, match)) {
                continue;
            }
            ca_detection *item = ca_push(arena, found);
            if (!item) {
                return ca_fail_memory(err);
            }
            *item = (ca_detection){.target = t,
                                   .speaker = line->speaker,
                                   .start_ms = match->start_ms,
                                   .end_ms = match->end_ms,
                                   .margin = 100 * ca_sound_confidence(match->distance),
                                   .confidence = ca_sound_confidence(match->distance)};
        }
    }
    return true;
}

static bool add_lines(const ca_detections *found, const ca_targets *targets, ca_call *call,
                      ca_arena *arena, ca_error *err)
{
    for (size_t d = 0; d < found->count; d++) {
        const ca_detection *item = &found->items[d];
        if (!ca_detection_add(item, &targets->items[item->target], call, arena, err)) {
            return false;
        }
        ca_line *line = &call->lines.items[call->lines.count - 1];
        line->confidence = item->margin / 100;
        for (size_t w = 0; w < line->word_count; w++) {
            call->words.items[line->first_word + w].confidence = line->confidence;
        }
    }
    return true;
}

bool reader_add_sounds(ps_decoder_t *decoder, const ca_targets *targets,
                       const ca_wording_sounds *sounds, const ca_detections *detections,
                       ca_call *call, ca_arena *arena, ca_error *err)
{
    ca_detections found = {0};
    for (size_t i = 0; sounds->count > 0 && i < call->lines.count; i++) {
        const ca_line *line = &call->lines.items[i];
        ca_phones said = {0};
        if (line->tier == CA_TIER_TRANSCRIPT &&
            (!spell_line(decoder, call, line, &said, arena, err) ||
             !find_in_line(line, &said, targets, sounds, detections, &found, arena, err))) {
            return false;
        }
    }
    return ca_detections_compete(&found, targets, err) &&
           add_lines(&found, targets, call, arena, err);
}
