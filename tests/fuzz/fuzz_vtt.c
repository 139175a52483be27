/* fuzz_vtt.c - any bytes are WebVTT or refused; lines and words that come out keep their promises.
 */
#include "words_check.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    check_words(ca_words_read_vtt, data, size);
    return 0;
}
