/* recognize.h - PocketSphinx behind one interface, so that another release or another engine can
 * replace it. The only user of PocketSphinx; a fake of it for golden tests reads recorded words.
 *
 * The measured facts that it rests on are in models/README.md. */
#ifndef CALLAUDIT_RECOGNIZE_H
#define CALLAUDIT_RECOGNIZE_H

#include "callaudit/audio.h"
#include "callaudit/calibration.h"
#include "callaudit/call.h"
#include "callaudit/warp.h"

/* Where a language's model lies. NULL members are found by convention, see ca_model_resolve. */
typedef struct ca_model {
    const char *language;
    const char *acoustic; /* folder with mdef, feat.params ... */
    const char *dictionary;
    const char *pronunciations; /* the desk's own words, see pronunciations.h; NULL for none */
    const char *language_model; /* only for transcripts */
    int sample_rate;            /* 8000 or 16000, from feat.params' upper filter edge */
    double phone_loop_prior;    /* -kws_plp */
    ca_calibration calibration; /* from evidence to confidence */
    double high_voice_warp;     /* frequency warp for high voices, one of ca_warps; see model.c */
    double phrase_weight;       /* of the wordings in the language model of transcripts, 0..1 */
    const char *text;           /* a desk's own text for it, see corpus.h; NULL for none */
    double text_weight;         /* of that text; the model's own weight is the rest */
} ca_model;

/* One wording to listen for. `rule` numbers the rules over all rule sets given to one
 * recognizer: detections of one rule (its rivals and excuses included) do not compete here, the
 * matcher weighs them. */
typedef struct ca_keyphrase {
    const char *text; /* one expanded wording */
    size_t rule;
    unsigned speakers; /* bit 1 << CA_AGENT ...: on whose channels to listen */
} ca_keyphrase;

typedef CA_ARRAY(ca_keyphrase) ca_keyphrases;

typedef struct ca_recognizer ca_recognizer;

/* Fills in what the configuration left open: Debian's en-us for en-US when `acoustic` is NULL;
 * the dictionary LANGUAGE.dict in lower case in the model's folder or the one above, else
 * Debian's for en-US; LANGUAGE.lm.bin likewise. Fails (CA_ESETUP) naming what is missing. */
bool ca_model_resolve(ca_model *model, ca_arena *arena, ca_error *err);

/* Loads the model. With keyphrases for a keyphrase pass, with `transcripts` for that tier as
 * well. Wordings with words that nobody can
 * pronounce (vocabulary.h) are left out. Not for threads. */
ca_recognizer *ca_recognizer_new(const ca_model *model, const ca_keyphrases *phrases,
                                 bool transcripts, ca_error *err);
void ca_recognizer_free(ca_recognizer *recognizer); /* NULL is fine */

/* Hears the call's segments on every channel: keyphrase lines always, transcript lines when
 * asked, with the surer keyphrases in them (merge.h). Adds words and lines to the call and sorts
 * the lines; sets model and transcript. A call with a profile has its agent's channel heard with
 * that warp; every other channel's is chosen by its pitch. The result depends on the audio, the
 * model, the wordings and the profile alone. */
bool ca_recognize(ca_recognizer *recognizer, const ca_audio *audio, bool transcript, ca_call *call,
                  ca_arena *arena, ca_error *err);

/* Hears the agent's channel of a segmented call with every warp: how well the wordings stand out
 * with each. Nothing without speech on a channel of the agent's own. Changes nothing in the call.
 */
bool ca_recognizer_fit_warp(ca_recognizer *recognizer, const ca_audio *audio, const ca_call *call,
                            ca_warp_fit *fit, ca_arena *arena, ca_error *err);

/* Appends the library and its version, for people. */
void ca_recognizer_version(ca_buf *out);

#endif
