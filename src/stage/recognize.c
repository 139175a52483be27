/* recognize.c - PocketSphinx (5prealpha), and nothing else that knows it.
 *
 * What the library needs to be told, all measured:
 *   - its feature parameters win over the caller's options, so the model's feat.params is given
 *     anew with ours in place;
 *   - cepstra are computed once for a channel and the mean of its speech is subtracted here, so
 *     that no state of an earlier call or segment is left in the result;
 *   - each segment is one whole utterance (full_utt), so that frame numbers begin at 0;
 *   - keyphrases with words outside the dictionary are dropped without a word, so they are left
 *     out before;
 *   - it exits on some failures: it runs in worker processes only. */
#include "callaudit/recognize.h"

#include "callaudit/detect.h"
#include "callaudit/fs.h"
#include "callaudit/merge.h"
#include "callaudit/vocabulary.h"
#include "recognize_reader.h"

#include <math.h>
#include <pocketsphinx.h>
#include <sphinxbase/err.h>
#include <sphinxbase/fe.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { FRAME_MS = 10, PATH_SIZE = 64, MAX_CEPSTRA = 64 };

static const double MIN_MARGIN = 25;    /* what is less is not even worth showing as near */
static const double SCORE_SHIFT = 1024; /* senone scores carry 10 fraction bits less */
static const double LOG_BASE = 1.0001;
static const int BEST_PHRASE_SCORE = 1500; /* KWS_MAX: what the library subtracts from a score */

/* A line of a keyphrase list and the target it belongs to. */
typedef struct list_line {
    const char *names; /* as the library reports it, without the trailing space */
    size_t target;
    size_t phones;
} list_line;

typedef CA_ARRAY(list_line) list_lines;

struct ca_recognizer {
    ca_arena *arena;
    ca_model model;
    fe_t *fronts[CA_WARP_COUNT]; /* front ends by warp, made when first needed */
    ps_decoder_t *spotter;       /* keyphrase pass: small dictionary, one search a speaker */
    ps_decoder_t *reader;        /* transcripts: whole dictionary and language model; or NULL */
    ca_targets targets;
    ca_wording_sounds sounds; /* of the targets; empty without a reader */
    list_lines lines;         /* sorted by names */
    bool listens[CA_SPEAKER_COUNT];
    bool fitting; /* a warp: then the faintest detections count too */
};

/* ---- the library's options ---- */

/* The model's feature parameters without those that we set ourselves. */
static bool write_features(const ca_model *model, ca_buf *out, ca_arena *arena, ca_error *err)
{
    static const char *const ours[] = {"-remove_noise", "-cmn", "-cmninit", "-agc"};
    ca_bytes file;
    char *path = ca_path_join(arena, model->acoustic, "feat.params");
    if (!path || !ca_read_file(path, 65536, &file, arena, err)) {
        return false;
    }
    for (const char *line = file.data; *line;) {
        const size_t length = strcspn(line, "\n");
        const size_t name = strcspn(line, " \t\n");
        bool skip = false;
        for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
            skip = skip || (strlen(ours[i]) == name && strncmp(line, ours[i], name) == 0);
        }
        if (!skip) {
            ca_buf_add(out, line, length);
            ca_buf_puts(out, "\n");
        }
        line += length + (line[length] == '\n');
    }
    ca_buf_puts(out, "-remove_noise yes\n-cmn none\n-agc none\n");
    return !out->failed || ca_fail_memory(err);
}

static bool memory_file(ca_buf *buf, int *fd, char path[PATH_SIZE], ca_error *err)
{
    if (buf->failed) {
        return ca_fail_memory(err);
    }
    *fd = ca_memory_file(ca_buf_text(buf), buf->length, path, PATH_SIZE, err);
    return *fd >= 0;
}

/* What a model's own settings could have undone. */
static bool options_held(ps_decoder_t *decoder, const ca_model *model, ca_error *err)
{
    cmd_ln_t *config = ps_get_config(decoder);
    const bool held = cmd_ln_boolean_r(config, "-remove_noise") &&
                      strcmp(cmd_ln_str_r(config, "-cmn"), "none") == 0 &&
                      (int)cmd_ln_float32_r(config, "-samprate") == model->sample_rate;
    return held || ca_fail(err, CA_ESETUP, "%s: the model overrides options that hearing needs",
                           model->acoustic);
}

/* Options that both decoders share; the dictionary is a path. */
static cmd_ln_t *make_options(const ca_model *model, const char *features, const char *dictionary)
{
    char rate[16];
    const bool narrow = model->sample_rate == 8000;
    snprintf(rate, sizeof rate, "%d", model->sample_rate);
    return cmd_ln_init(NULL, ps_args(), TRUE, "-hmm", model->acoustic, "-featparams", features,
                       "-dict", dictionary, "-samprate", rate, "-nfft", narrow ? "256" : "512",
                       "-remove_silence", "no", NULL);
}

static ps_decoder_t *start_decoder(cmd_ln_t *options, const ca_model *model, ca_error *err)
{
    ps_decoder_t *decoder = options ? ps_init(options) : NULL;
    cmd_ln_free_r(options);
    if (!decoder) {
        ca_fail(err, CA_ESETUP, "PocketSphinx cannot load the model %s", model->acoustic);
        return NULL;
    }
    if (!options_held(decoder, model, err)) {
        ps_free(decoder);
        return NULL;
    }
    return decoder;
}

/* ---- targets and keyphrase lists ---- */

static ca_target *find_target(ca_targets *targets, const char *text, ca_arena *arena)
{
    for (size_t i = 0; i < targets->count; i++) {
        if (strcmp(targets->items[i].text, text) == 0) {
            return &targets->items[i];
        }
    }
    ca_target *target = ca_push(arena, targets);
    if (target) {
        target->text = ca_arena_strdup(arena, text);
    }
    return target && target->text ? target : NULL;
}

static bool collect_targets(ca_recognizer *r, const ca_keyphrases *phrases, ca_error *err)
{
    for (size_t i = 0; i < phrases->count; i++) {
        const ca_keyphrase *phrase = &phrases->items[i];
        ca_target *target = find_target(&r->targets, phrase->text, r->arena);
        size_t *rule = target ? ca_push(r->arena, &target->rules) : NULL;
        if (!rule) {
            return ca_fail_memory(err);
        }
        *rule = phrase->rule;
        target->speakers |= phrase->speakers;
    }
    return true;
}

static int compare_lines(const void *a, const void *b)
{
    return strcmp(((const list_line *)a)->names, ((const list_line *)b)->names);
}

/* Every way to say every target, sorted by names. */
static bool collect_lines(ca_recognizer *r, const ca_lexicon *lexicon, ca_error *err)
{
    for (size_t t = 0; t < r->targets.count; t++) {
        ca_readings readings;
        if (!ca_lexicon_readings(lexicon, r->targets.items[t].text, &readings, r->arena, err)) {
            return false;
        }
        for (size_t i = 0; i < readings.count; i++) {
            list_line *line = ca_push(r->arena, &r->lines);
            if (!line) {
                return ca_fail_memory(err);
            }
            *line = (list_line){readings.items[i].names, t, readings.items[i].phone_count};
        }
    }
    if (r->lines.count > 0) {
        qsort(r->lines.items, r->lines.count, sizeof(list_line), compare_lines);
    }
    return true;
}

/* All pronunciations of the word that a reading names: a base word stands before its variants, as
 * the library wants it. */
static bool write_word(const ca_lexicon *lexicon, const char *name, size_t length, ca_strings *done,
                       ca_buf *out, ca_arena *arena, ca_error *err)
{
    const char *bracket = memchr(name, '(', length);
    const char *word = ca_arena_strndup(arena, name, bracket ? (size_t)(bracket - name) : length);
    const ca_pronunciation *first;
    if (!word) {
        return ca_fail_memory(err);
    }
    for (size_t i = 0; i < done->count; i++) {
        if (strcmp(done->items[i], word) == 0) {
            return true;
        }
    }
    const size_t count = ca_lexicon_find(lexicon, word, strlen(word), &first);
    for (size_t i = 0; i < count; i++) {
        ca_buf_printf(out, "%s %s\n", first[i].name, first[i].phones);
    }
    return ca_strings_add(done, word, arena, err);
}

/* The part of the dictionary that the lines use. */
static bool write_dictionary(const ca_recognizer *r, const ca_lexicon *lexicon, ca_buf *out,
                             ca_arena *arena, ca_error *err)
{
    ca_strings done = {0};
    for (size_t l = 0; l < r->lines.count; l++) {
        for (const char *name = r->lines.items[l].names; *name;) {
            const size_t length = strcspn(name, " ");
            if (!write_word(lexicon, name, length, &done, out, arena, err)) {
                return false;
            }
            name += length;
            name += strspn(name, " ");
        }
    }
    return true;
}

/* A search for one speaker's channels. Its thresholds only keep the library from reporting every
 * frame; decisions are taken on margins. */
static bool add_search(ca_recognizer *r, ca_speaker speaker, ca_error *err)
{
    ca_buf list = {0};
    char path[PATH_SIZE];
    int fd = -1;
    for (size_t i = 0; i < r->lines.count; i++) {
        const list_line *line = &r->lines.items[i];
        if (r->targets.items[line->target].speakers & 1U << speaker) {
            ca_buf_printf(&list, "%s /1e-%d/\n", line->names,
                          25 + (int)ceil(2.2 * (double)line->phones));
        }
    }
    bool ok = true;
    if (list.length > 0) {
        ok = memory_file(&list, &fd, path, err) &&
             (ps_set_kws(r->spotter, ca_speaker_name(speaker), path) == 0 ||
              ca_fail(err, CA_ESETUP, "PocketSphinx refuses the keyphrase list"));
        r->listens[speaker] = ok;
    }
    ca_buf_release(&list);
    if (fd >= 0) {
        close(fd);
    }
    return ok;
}

static bool start_spotter(ca_recognizer *r, const char *features, const char *dictionary,
                          ca_error *err)
{
    cmd_ln_t *options = make_options(&r->model, features, dictionary);
    if (options) {
        cmd_ln_set_float64_r(options, "-beam", 1e-120);
        cmd_ln_set_float64_r(options, "-pbeam", 1e-120);
        cmd_ln_set_float64_r(options, "-kws_plp", r->model.phone_loop_prior);
        cmd_ln_set_int32_r(options, "-kws_delay", 0);
    }
    r->spotter = start_decoder(options, &r->model, err);
    bool ok = r->spotter != NULL;
    for (int speaker = 0; ok && speaker < CA_SPEAKER_COUNT; speaker++) {
        ok = add_search(r, (ca_speaker)speaker, err);
    }
    return ok;
}

/* The spotter's own front end with the filter bank warped, or as it is. The library reads the warp
 * only while it makes the filters, so its options are put back behind us. */
static fe_t *front_at(ca_recognizer *r, int warp, ca_error *err)
{
    char text[32];
    cmd_ln_t *options = ps_get_config(r->spotter);
    if (warp == CA_WARP_NONE) {
        return ps_get_fe(r->spotter);
    }
    if (warp >= 0 && !r->fronts[warp]) {
        snprintf(text, sizeof text, "%.3f", ca_warps[warp]);
        cmd_ln_set_str_r(options, "-warp_type", "inverse_linear");
        cmd_ln_set_str_r(options, "-warp_params", text);
        r->fronts[warp] = fe_init_auto_r(options);
        cmd_ln_set_str_r(options, "-warp_params", NULL);
    }
    if (warp < 0 || !r->fronts[warp]) {
        ca_fail(err, CA_ESETUP, "PocketSphinx makes no warped front end");
        return NULL;
    }
    return r->fronts[warp];
}

static bool start_reader(ca_recognizer *r, const char *features, const ca_lexicon *lexicon,
                         ca_error *err)
{
    if (!r->model.language_model || access(r->model.language_model, R_OK) != 0) {
        return ca_fail(err, CA_ESETUP, "transcripts need a language model for %s",
                       r->model.language);
    }
    cmd_ln_t *options = make_options(&r->model, features, r->model.dictionary);
    if (options) {
        cmd_ln_set_int32_r(options, "-maxhmmpf", 3000);
        cmd_ln_set_int32_r(options, "-maxwpf", 10);
    }
    r->reader = start_decoder(options, &r->model, err);
    return r->reader && reader_use_models(r->reader, &r->model, &r->targets, lexicon, err) &&
           reader_learn_sounds(&r->model, &r->targets, lexicon, &r->sounds, r->arena, err);
}

static bool start_decoders(ca_recognizer *r, const ca_lexicon *lexicon, bool transcripts,
                           ca_error *err)
{
    ca_buf features = {0};
    ca_buf dictionary = {0};
    char features_path[PATH_SIZE];
    char dictionary_path[PATH_SIZE];
    int features_fd = -1;
    int dictionary_fd = -1;
    const bool ok = write_features(&r->model, &features, r->arena, err) &&
                    memory_file(&features, &features_fd, features_path, err) &&
                    write_dictionary(r, lexicon, &dictionary, r->arena, err) &&
                    memory_file(&dictionary, &dictionary_fd, dictionary_path, err) &&
                    start_spotter(r, features_path, dictionary_path, err) &&
                    (!transcripts || start_reader(r, features_path, lexicon, err));
    ca_buf_release(&features);
    ca_buf_release(&dictionary);
    if (features_fd >= 0) {
        close(features_fd);
    }
    if (dictionary_fd >= 0) {
        close(dictionary_fd);
    }
    return ok;
}

static bool copy_model(ca_recognizer *r, const ca_model *model, ca_error *err)
{
    r->model = *model;
    r->model.language = ca_arena_strdup(r->arena, model->language);
    r->model.acoustic = ca_arena_strdup(r->arena, model->acoustic);
    r->model.dictionary = ca_arena_strdup(r->arena, model->dictionary);
    r->model.language_model = ca_arena_strdup(r->arena, model->language_model);
    r->model.text = ca_arena_strdup(r->arena, model->text);
    r->model.pronunciations = NULL; /* they are in the vocabulary */
    return (r->model.language && r->model.acoustic && r->model.dictionary) || ca_fail_memory(err);
}

ca_recognizer *ca_recognizer_new(const ca_model *model, const ca_keyphrases *phrases,
                                 bool transcripts, ca_error *err)
{
    err_set_logfp(NULL);
    ca_recognizer *r = calloc(1, sizeof *r);
    ca_lexicon *lexicon = NULL;
    if (!r || !(r->arena = ca_arena_new(0))) {
        free(r);
        ca_fail_memory(err);
        return NULL;
    }
    const bool ok = copy_model(r, model, err) && collect_targets(r, phrases, err) &&
                    (lexicon = ca_vocabulary_open(model, phrases, err)) != NULL &&
                    collect_lines(r, lexicon, err) && start_decoders(r, lexicon, transcripts, err);
    ca_lexicon_close(lexicon);
    if (!ok) {
        ca_recognizer_free(r);
        return NULL;
    }
    return r;
}

void ca_recognizer_free(ca_recognizer *r)
{
    if (!r) {
        return;
    }
    for (int i = 0; i < CA_WARP_COUNT; i++) {
        fe_free(r->fronts[i]); /* these take NULL */
    }
    ps_free(r->spotter);
    ps_free(r->reader);
    ca_arena_free(r->arena);
    free(r);
}

/* ---- cepstra ---- */

typedef struct cepstra {
    mfcc_t **rows; /* one a frame, pointing into values */
    mfcc_t *values;
    int frames;
    int size; /* of a row */
} cepstra;

static void cepstra_release(cepstra *c)
{
    free(c->rows);
    free(c->values);
}

static bool cepstra_reserve(cepstra *c, int frames, int size, ca_error *err)
{
    c->size = size;
    c->rows = calloc((size_t)frames, sizeof *c->rows);
    c->values = calloc((size_t)frames * (size_t)size, sizeof *c->values);
    if (!c->rows || !c->values || size > MAX_CEPSTRA) {
        ca_fail_memory(err);
        return false;
    }
    for (int f = 0; f < frames; f++) {
        c->rows[f] = c->values + (size_t)f * (size_t)size;
    }
    return true;
}

/* Digital silence between words makes log energies that no training speech had: fill it with faint
 * noise (about 30 units rms), always the same. xorshift32, G. Marsaglia 2003. */
static void dither(int16_t *samples, size_t count, uint32_t *state)
{
    for (size_t i = 0; i < count; i++) {
        *state ^= *state << 13;
        *state ^= *state >> 17;
        *state ^= *state << 5;
        if (samples[i] >= -1 && samples[i] <= 1) {
            samples[i] = (int16_t)((int)(*state % 105) - 52);
        }
    }
}

/* Adds the frames of a block; the front end keeps what does not fill one for the next block. */
static bool add_frames(fe_t *front, const int16_t *samples, size_t count, cepstra *out, int room,
                       ca_error *err)
{
    while (count > 0 && out->frames < room) {
        int32 frames = room - out->frames;
        if (fe_process_frames(front, &samples, &count, out->rows + out->frames, &frames, NULL) <
            0) {
            return ca_fail_call(err, CA_REASON_RECOGNIZER_FAILED, "the front end fails");
        }
        out->frames += frames;
    }
    return true;
}

/* The channel block by block: at the model's rate, dithered, through the front end. */
static bool feed_channel(fe_t *front, ca_resampler *resampler, const int16_t *samples, size_t count,
                         cepstra *out, int room, ca_error *err)
{
    enum { BLOCK = 8192 };
    int16_t block[BLOCK];
    uint32_t noise = 2463534242U;
    size_t got;
    do {
        size_t used = 0;
        const size_t left = count < BLOCK / 2 ? count : BLOCK / 2;
        if (!ca_resample(resampler, left > 0 ? samples : NULL, left, &used, block, BLOCK, &got,
                         err)) {
            return false;
        }
        samples += used;
        count -= used;
        dither(block, got, &noise);
        if (!add_frames(front, block, got, out, room, err)) {
            return false;
        }
    } while (got > 0 || count > 0);
    return true;
}

/* Runs the front end over a whole channel as one utterance. */
static bool compute_cepstra(fe_t *front, const ca_audio *audio, int channel, int model_rate,
                            cepstra *out, ca_error *err)
{
    const int room = (int)(ca_audio_ms(audio) / FRAME_MS) + 4;
    ca_resampler *resampler = ca_resampler_new(audio->sample_rate, model_rate, err);
    bool ok = resampler && cepstra_reserve(out, room, fe_get_output_size(front), err);
    fe_start_stream(front);
    if (ok && fe_start_utt(front) < 0) {
        ok = ca_fail_call(err, CA_REASON_RECOGNIZER_FAILED, "the front end does not start");
    }
    ok = ok &&
         feed_channel(front, resampler, audio->samples[channel], audio->frames, out, room, err);
    if (ok && out->frames < room) {
        int32 last = 0;
        fe_end_utt(front, out->rows[out->frames], &last);
        out->frames += last;
    }
    ca_resampler_free(resampler);
    return ok;
}

static int frame_of(int64_t ms, int frames)
{
    const int64_t frame = ms / FRAME_MS;
    return frame < frames ? (int)frame : frames;
}

/* Subtracts the mean over the channel's speech from every frame: the cepstral mean of the call. */
static void subtract_mean(cepstra *c, const ca_segments *segments, int channel)
{
    double sum[MAX_CEPSTRA] = {0};
    int count = 0;
    for (size_t s = 0; s < segments->count; s++) {
        const ca_segment *segment = &segments->items[s];
        const int from = frame_of(segment->start_ms, c->frames);
        const int to = segment->channel == channel ? frame_of(segment->end_ms, c->frames) : from;
        for (int f = from; f < to; f++, count++) {
            for (int i = 0; i < c->size; i++) {
                sum[i] += (double)c->values[f * c->size + i];
            }
        }
    }
    for (int f = 0; count > 0 && f < c->frames; f++) {
        for (int i = 0; i < c->size; i++) {
            mfcc_t *value = &c->values[f * c->size + i];
            *value = (mfcc_t)((double)*value - sum[i] / count);
        }
    }
}

/* One segment as one whole utterance. The library keeps pointers, not copies: rows stay ours. */
static bool decode_segment(ps_decoder_t *decoder, const cepstra *c, const ca_segment *segment,
                           ca_error *err)
{
    const int from = frame_of(segment->start_ms, c->frames);
    const int to = frame_of(segment->end_ms, c->frames);
    const bool ok = ps_start_utt(decoder) == 0 &&
                    ps_process_cep(decoder, c->rows + from, to - from, FALSE, TRUE) >= 0 &&
                    ps_end_utt(decoder) == 0;
    return ok || ca_fail_call(err, CA_REASON_RECOGNIZER_FAILED, "decoding fails at %lld ms",
                              (long long)segment->start_ms);
}

/* ---- tier 1: keyphrases ---- */

static const list_line *find_line(const ca_recognizer *r, const char *names, ca_arena *arena)
{
    size_t length = strlen(names);
    while (length > 0 && names[length - 1] == ' ') {
        length--;
    }
    const list_line key = {.names = ca_arena_strndup(arena, names, length)};
    return key.names ? bsearch(&key, r->lines.items, r->lines.count, sizeof key, compare_lines)
                     : NULL;
}

/* How much a phrase stands out; comparable between phrases. */
static double phrase_margin(ps_seg_t *seg, const list_line *line)
{
    const double score = (double)ps_seg_prob(seg, NULL, NULL, NULL) + BEST_PHRASE_SCORE;
    return ca_margin(score * SCORE_SHIFT * log10(LOG_BASE), line->phones);
}

static bool collect_detections(ca_recognizer *r, const ca_segment *segment,
                               const ca_channel *channel, ca_detections *out, ca_arena *arena,
                               ca_error *err)
{
    for (ps_seg_t *seg = ps_seg_iter(r->spotter); seg; seg = ps_seg_next(seg)) {
        int first;
        int last;
        const list_line *line = find_line(r, ps_seg_word(seg), arena);
        ps_seg_frames(seg, &first, &last);
        const double margin = line ? phrase_margin(seg, line) : 0;
        if (!line || (!r->fitting && margin < MIN_MARGIN)) {
            continue;
        }
        ca_detection *detection = ca_push(arena, out);
        if (!detection) {
            ps_seg_free(seg);
            return ca_fail_memory(err);
        }
        *detection = (ca_detection){.target = line->target,
                                    .speaker = channel->speaker,
                                    .start_ms = segment->start_ms + (int64_t)first * FRAME_MS,
                                    .end_ms = segment->start_ms + (int64_t)(last + 1) * FRAME_MS,
                                    .margin = margin,
                                    .phones = line->phones};
        const ca_evidence evidence = ca_detection_evidence(detection, channel->snr_db);
        detection->confidence = ca_calibrate(&r->model.calibration, &evidence);
    }
    return true;
}

static bool spot_channel(ca_recognizer *r, const cepstra *c, int channel, const ca_call *call,
                         ca_detections *out, ca_arena *arena, ca_error *err)
{
    const ca_channel *from = &call->channels.items[channel];
    if (!r->listens[from->speaker]) {
        return true;
    }
    if (ps_set_search(r->spotter, ca_speaker_name(from->speaker)) != 0) {
        return ca_fail_call(err, CA_REASON_RECOGNIZER_FAILED, "the keyphrase search is lost");
    }
    for (size_t s = 0; s < call->segments.count; s++) {
        const ca_segment *segment = &call->segments.items[s];
        if (segment->channel == channel &&
            (!decode_segment(r->spotter, c, segment, err) ||
             !collect_detections(r, segment, from, out, arena, err))) {
            return false;
        }
    }
    return true;
}

/* ---- tier 2: transcript ---- */

static bool read_channel(ca_recognizer *r, const cepstra *c, int channel, ca_call *call,
                         ca_arena *arena, ca_error *err)
{
    for (size_t s = 0; s < call->segments.count; s++) {
        const ca_segment *segment = &call->segments.items[s];
        if (segment->channel == channel &&
            (!decode_segment(r->reader, c, segment, err) ||
             !reader_take_segment(r->reader, segment, call->channels.items[channel].speaker, call,
                                  arena, err))) {
            return false;
        }
    }
    return true;
}

/* ---- both ---- */

/* Men's voices lie mostly between 85 and 155 Hz, women's between 165 and 255 Hz (I. R. Titze,
 * "Principles of Voice Production", 1994). Deciding by the call's own voice keeps its result
 * independent of other calls. */
static const double HIGH_VOICE_HZ = 160;

/* What is known of the agent's voice comes before what its pitch says. */
static fe_t *front_for(ca_recognizer *r, const ca_call *call, const ca_channel *channel,
                       ca_error *err)
{
    double warp = channel->pitch_hz >= HIGH_VOICE_HZ ? r->model.high_voice_warp : 1;
    if (call->profile && channel->speaker == CA_AGENT) {
        warp = call->warp;
    }
    return front_at(r, ca_warp_index(warp), err);
}

/* A channel's cepstra with the mean of its speech subtracted. */
static bool prepare_channel(ca_recognizer *r, fe_t *front, const ca_audio *audio, int channel,
                            const ca_segments *segments, cepstra *out, ca_error *err)
{
    if (!front || !compute_cepstra(front, audio, channel, r->model.sample_rate, out, err)) {
        return false;
    }
    subtract_mean(out, segments, channel);
    return true;
}

static bool hear_channel(ca_recognizer *r, const ca_audio *audio, int channel, bool transcript,
                         ca_call *call, ca_detections *detections, ca_arena *arena, ca_error *err)
{
    cepstra c = {0};
    fe_t *front = front_for(r, call, &call->channels.items[channel], err);
    const bool ok = prepare_channel(r, front, audio, channel, &call->segments, &c, err) &&
                    spot_channel(r, &c, channel, call, detections, arena, err) &&
                    (!transcript || read_channel(r, &c, channel, call, arena, err));
    cepstra_release(&c);
    return ok;
}

/* Nothing to hear: no speech on the channel, or nobody asks what is said there. */
static bool is_idle(const ca_recognizer *r, const ca_channel *channel, bool transcript)
{
    return channel->speech_ms == 0 || (!r->listens[channel->speaker] && !transcript);
}

bool ca_recognize(ca_recognizer *r, const ca_audio *audio, bool transcript, ca_call *call,
                  ca_arena *arena, ca_error *err)
{
    ca_detections detections = {0};
    const bool read = transcript && r->reader;
    for (int c = 0; c < audio->channels; c++) {
        if (!is_idle(r, &call->channels.items[c], read) &&
            !hear_channel(r, audio, c, read, call, &detections, arena, err)) {
            return false;
        }
    }
    if (!ca_detections_compete(&detections, &r->targets, err)) {
        return false;
    }
    for (size_t d = 0; d < detections.count; d++) {
        const ca_target *target = &r->targets.items[detections.items[d].target];
        if (!ca_detection_add(&detections.items[d], target, call, arena, err)) {
            return false;
        }
    }
    if (read &&
        (!reader_add_sounds(r->reader, &r->targets, &r->sounds, &detections, call, arena, err) ||
         !ca_merge_phrases(call, arena, err))) {
        return false;
    }
    call->model = ca_arena_strdup(arena, ca_path_name(r->model.acoustic));
    call->transcript = read;
    return call->model ? ca_call_sort_lines(call, arena, err) : ca_fail_memory(err);
}

/* ---- the warp of a voice ---- */

static bool try_warp(ca_recognizer *r, const ca_audio *audio, int channel, const ca_call *call,
                     int warp, double *score, ca_arena *arena, ca_error *err)
{
    cepstra c = {0};
    ca_detections heard = {0};
    fe_t *front = front_at(r, warp, err);
    r->fitting = true;
    const bool ok = prepare_channel(r, front, audio, channel, &call->segments, &c, err) &&
                    spot_channel(r, &c, channel, call, &heard, arena, err) &&
                    ca_warp_score_detections(&heard, &r->targets, score, err);
    r->fitting = false;
    cepstra_release(&c);
    return ok;
}

bool ca_recognizer_fit_warp(ca_recognizer *r, const ca_audio *audio, const ca_call *call,
                            ca_warp_fit *fit, ca_arena *arena, ca_error *err)
{
    int channel = 0;
    const ca_channel *channels = call->channels.items;
    bool ok = true;
    memset(fit, 0, sizeof *fit);
    while (channel < audio->channels &&
           (channels[channel].speaker != CA_AGENT || channels[channel].speech_ms == 0)) {
        channel++;
    }
    if (channel == audio->channels || !r->listens[CA_AGENT]) {
        return true;
    }
    for (int warp = 0; ok && warp < CA_WARP_COUNT; warp++) {
        ok = try_warp(r, audio, channel, call, warp, &fit->scores[warp], arena, err);
    }
    fit->speech_ms = channels[channel].speech_ms;
    return ok;
}

/* The library does not tell its version; this file is written for that one. */
void ca_recognizer_version(ca_buf *out)
{
    ca_buf_puts(out, "PocketSphinx 5prealpha");
}
