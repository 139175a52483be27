/* model.c - finding the files of a language's model. */
#include "callaudit/fs.h"
#include "callaudit/recognize.h"

#include <string.h>
#include <unistd.h>

/* Where Debian's pocketsphinx-en-us puts its files. */
#define DEBIAN_MODEL "/usr/share/pocketsphinx/model/en-us/"

/* LANGUAGE.ending in lower case, in the model's folder or the one above; NULL when neither. */
static char *find_beside(const ca_model *model, const char *ending, ca_arena *arena)
{
    char *name = ca_arena_printf(arena, "%s.%s", model->language, ending);
    const char *const folders[] = {"", "../"};
    for (char *c = name; c && *c; c++) {
        *c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
    }
    for (size_t i = 0; name && i < sizeof folders / sizeof folders[0]; i++) {
        char *path = ca_arena_printf(arena, "%s/%s%s", model->acoustic, folders[i], name);
        if (path && access(path, R_OK) == 0) {
            return path;
        }
    }
    return NULL;
}

/* A model whose filters end at 4 kHz was made for 8 kHz audio; the others are for 16 kHz. */
static bool read_sample_rate(ca_model *model, ca_arena *arena, ca_error *err)
{
    ca_bytes file;
    char *path = ca_path_join(arena, model->acoustic, "feat.params");
    if (!path || !ca_read_file(path, 65536, &file, arena, err)) {
        ca_error_context(err, "acoustic model for %s", model->language);
        if (err) {
            err->code = CA_ESETUP;
        }
        return false;
    }
    const char *field = strstr(file.data, "-upperf");
    int64_t edge = 6855; /* the library's default */
    if (field) {
        field += strlen("-upperf");
        field += strspn(field, " \t");
        char *number = ca_arena_strndup(arena, field, strspn(field, "0123456789"));
        if (!number || !ca_parse_int(number, 100, 24000, &edge)) {
            return ca_fail(err, CA_ESETUP, "%s: -upperf is no number of hertz", path);
        }
    }
    model->sample_rate = edge <= 4000 ? 8000 : 16000;
    return true;
}

/* High voices come from shorter vocal tracts, whose resonances lie about a sixth higher than those
 * that the English models know best: the filter bank is warped by that much for them. Measured for
 * English on both models (models/README.md; recall of women's voices .67 -> .90); other languages
 * keep 1 until they are measured. */
static const double ENGLISH_WARP = 1.17;

bool ca_model_resolve(ca_model *model, ca_arena *arena, ca_error *err)
{
    const bool english = strcmp(model->language, "en-US") == 0;
    model->high_voice_warp = english ? ENGLISH_WARP : 1;
    if (!model->acoustic && !english) {
        return ca_fail(err, CA_ESETUP,
                       "no acoustic model for %s: name its folder as models: {%s: ...}",
                       model->language, model->language);
    }
    if (!model->acoustic) {
        model->acoustic = DEBIAN_MODEL "en-us";
    }
    if (!model->dictionary) {
        model->dictionary = find_beside(model, "dict", arena);
    }
    if (!model->language_model) {
        model->language_model = find_beside(model, "lm.bin", arena);
    }
    if (english && !model->dictionary) {
        model->dictionary = DEBIAN_MODEL "cmudict-en-us.dict";
    }
    if (english && !model->language_model) {
        model->language_model = DEBIAN_MODEL "en-us.lm.bin";
    }
    if (!model->dictionary || access(model->dictionary, R_OK) != 0) {
        return ca_fail(err, CA_ESETUP, "no pronunciation dictionary for %s beside %s",
                       model->language, model->acoustic);
    }
    return read_sample_rate(model, arena, err);
}
