/* merge.h - one transcript of what two tiers heard. Pure logic, no recognizer.
 *
 * The keyphrase tier hears a rule's wording better than the transcript tier does. Where a keyphrase
 * line is believed (confidence 0.5 or more), overlaps words of a transcript line of the same
 * speaker and is surer than those words are on average, its words take their place, with its times
 * and confidence. So every spoken word stands once in the lines of tier transcript, which is what
 * people read and v_word shows; the keyphrase lines stay beside them as the evidence of findings,
 * and the matcher makes one hit of both. */
#ifndef CALLAUDIT_MERGE_H
#define CALLAUDIT_MERGE_H

#include "callaudit/call.h"

/* Rewrites the transcript lines of the call, in place:
 *   - a word belongs to the phrase when its middle lies inside the phrase's time, in the line that
 *     the phrase overlaps most; a phrase over no word changes nothing;
 *   - the surest phrase comes first (then the longer, the earlier, the one that stands first); one
 *     that shares more than a fifth of the shorter one's time with a phrase that was taken is left
 *     out: those are other readings of the same words;
 *   - a word beside the phrase that reaches into it is cut short;
 *   - a changed line has the times of its words and the mean of their confidences.
 * The words of the call are laid out anew, line by line; what was replaced is gone. */
bool ca_merge_phrases(ca_call *call, ca_arena *arena, ca_error *err);

#endif
