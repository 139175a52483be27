/* recognize_reader.h - what recognize.c asks of its other half: transcripts. */
#ifndef RECOGNIZE_READER_H
#define RECOGNIZE_READER_H

#include "callaudit/detect.h"
#include "callaudit/fuzzy.h"
#include "callaudit/lexicon.h"
#include "callaudit/recognize.h"

struct ps_decoder_s;

/* Gives the decoder its language model: the model's own, mixed with the wordings and with the
 * desk's text (ca_model: phrase_weight, text, text_weight). CA_ESETUP names what is wrong. */
bool reader_use_models(struct ps_decoder_s *decoder, const ca_model *model,
                       const ca_targets *targets, const ca_lexicon *lexicon, ca_error *err);

/* Adds what the decoder heard in its last utterance, which was this segment, as one line of tier
 * transcript; nothing when it heard no word. */
bool reader_take_segment(struct ps_decoder_s *decoder, const ca_segment *segment,
                         ca_speaker speaker, ca_call *call, ca_arena *arena, ca_error *err);

typedef CA_ARRAY(ca_phones) ca_wording_sounds; /* by target; without phones: not sought */

/* The phones of the wordings that are sought by their sounds: those of Chinese languages. */
bool reader_learn_sounds(const ca_model *model, const ca_targets *targets,
                         const ca_lexicon *lexicon, ca_wording_sounds *sounds, ca_arena *arena,
                         ca_error *err);

/* Adds a line of tier phrase for every wording that the call's transcript lines sound like, with a
 * confidence from the distance, where no detection of that wording overlaps that is as sure. */
bool reader_add_sounds(struct ps_decoder_s *decoder, const ca_targets *targets,
                       const ca_wording_sounds *sounds, const ca_detections *detections,
                       ca_call *call, ca_arena *arena, ca_error *err);

#endif
