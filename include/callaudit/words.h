/* words.h - words from other recognizers, or from people, as a call that can be judged.
 *
 * Each reader takes a file's bytes and gives a call with lines of tier import, `transcript` set,
 * duration_ms at least the end of the last line, and metadata as far as the file says: started_at
 * still as written there, `path` the recording's name as written there (both NULL when it does
 * not say). There are no channels and segments, since there was no audio to look at.
 *
 * Text becomes words as the recognizer would give them: one a Chinese character, one a run of
 * other letters and digits; lower case (ASCII); without punctuation (ca_text_word_next). Where a
 * source has times for a whole line only, they are spread over its words by their characters.
 *
 * A file that does not keep to its format fails with CA_EINPUT (unreadable), naming the place. */
#ifndef CALLAUDIT_WORDS_H
#define CALLAUDIT_WORDS_H

#include "callaudit/call.h"

enum { CA_WORDS_MAX_BYTES = 8 << 20 };

/* What reading a file may take in its arena: a limit of this size is what callers give it. */
enum { CA_WORDS_MAX_MEMORY = 256 * 1000 * 1000 };

/* {"call_uid", "recording", "agent", "team", "queue", "direction", "customer", "started",
 *  "language", "channels", "duration_ms",
 *  "lines": [{"speaker", "start_ms", "end_ms", "text", "confidence"}]}
 * Only lines is needed, and of a line all but the confidence. An object with "meta" is a call as
 * ca_call_write writes it, and is read with ca_call_read: of it come metadata, words and lines;
 * what was measured and judged is left out, and so is a path that names no recording. */
bool ca_words_read_json(const char *data, size_t length, ca_call *call, ca_arena *arena,
                        ca_error *err);

/* WebVTT. Who speaks is a cue's voice (<v agent>, <v customer>) or a payload line's beginning
 * (agent: ...); with neither it is CA_MIXED. Several voices share a cue's time by characters. */
bool ca_words_read_vtt(const char *data, size_t length, ca_call *call, ca_arena *arena,
                       ca_error *err);

/* NIST CTM: `file channel start duration word [confidence]` in seconds; channel A or 1 is the
 * agent, B or 2 the customer. Pauses over 0.8 s end a line; its confidence is the mean of its
 * words'. One file holds one recording. Words in <>, [] or {} are noises and left out. */
bool ca_words_read_ctm(const char *data, size_t length, ca_call *call, ca_arena *arena,
                       ca_error *err);

#endif
