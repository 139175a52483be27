/* reductions.c - the table of reduced forms. Rows of words are as in A. Gimson and A. Cruttenden,
 * "Gimson's Pronunciation of English" (8th edition, chapters 11 and 12), and L. Shockey, "Sound
 * Patterns of Spoken English" (2003); gonna, wanna, gotta, lemme, gimme and dunno stand in the CMU
 * dictionary as well. Weak forms of function words: D. Jurafsky and others, "Reduction of English
 * function words in Switchboard" (ICSLP 1998). */
#include "callaudit/reductions.h"

static const ca_reduction reductions[] = {
    /* three words */
    {"what_are_you", "W AH CH AH"},
    {"what_do_you", "W AH D AH Y AH"},
    /* two: to */
    {"going_to", "G AH N AH"},
    {"want_to", "W AA N AH"},
    {"got_to", "G AA T AH"},
    {"have_to", "HH AE F T AH"},
    {"has_to", "HH AE S T AH"},
    {"used_to", "Y UW S T AH"},
    /* two: you */
    {"did_you", "D IH JH AH"},
    {"do_you", "JH AH"},
    {"would_you", "W UH JH AH"},
    {"could_you", "K UH JH AH"},
    {"should_you", "SH UH JH AH"},
    {"don't_you", "D OW N CH AH"},
    {"won't_you", "W OW N CH AH"},
    {"can't_you", "K AE N CH AH"},
    /* two: me, of, know */
    {"let_me", "L EH M IY"},
    {"give_me", "G IH M IY"},
    {"don't_know", "D AH N OW"},
    {"kind_of", "K AY N AH"},
    {"sort_of", "S AO R T AH"},
    {"lot_of", "L AA T AH"},
    {"out_of", "AW T AH"},
    /* two: to be */
    {"i_am", "AY M"},
    {"we_are", "W IH R"},
    {"you_are", "Y ER"},
    {"it_is", "IH T S"},
    {"that_is", "DH AE T S"},
    {"what_is", "W AH T S"},
    {"i_will", "AY L"},
    {"do_not", "D OW N T"},
    /* one */
    {"and", "AH N"},
    {"are", "ER"},
    {"can", "K AH N"},
    {"for", "F ER"},
    {"our", "AA R"},
    {"to", "T AH"},
    {"you", "Y AH"},
    {"your", "Y ER"},
};

const ca_reduction *ca_reductions(size_t *count)
{
    *count = sizeof reductions / sizeof *reductions;
    return reductions;
}
