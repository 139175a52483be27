/* audio.c - decoding by libsndfile, resampling by libsoxr. */
#include "callaudit/audio.h"

#include "callaudit/fs.h"

#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <sndfile.h>
#include <soxr.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

/* Headerless telephone formats by file name ending, as Asterisk and its kin write them. */
static const struct raw_format {
    const char *extension;
    int format;
    int rate;
} raw_formats[] = {
    {"ulaw", SF_FORMAT_RAW | SF_FORMAT_ULAW, 8000},
    {"ul", SF_FORMAT_RAW | SF_FORMAT_ULAW, 8000},
    {"pcm", SF_FORMAT_RAW | SF_FORMAT_ULAW, 8000}, /* Asterisk's name for mu-law */
    {"alaw", SF_FORMAT_RAW | SF_FORMAT_ALAW, 8000},
    {"al", SF_FORMAT_RAW | SF_FORMAT_ALAW, 8000},
    {"gsm", SF_FORMAT_RAW | SF_FORMAT_GSM610, 8000},
    {"sln", SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 8000},
    {"sln12", SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 12000},
    {"sln16", SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 16000},
    {"sln24", SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 24000},
    {"sln32", SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 32000},
    {"sln48", SF_FORMAT_RAW | SF_FORMAT_PCM_16 | SF_ENDIAN_LITTLE, 48000},
};

static const char *const headed_extensions[] = {"wav", "wave", "flac", "ogg",  "oga", "opus", "mp3",
                                                "au",  "snd",  "sph",  "nist", "w64", "rf64"};

#define COUNT(array) (sizeof(array) / sizeof(array)[0])

static const struct raw_format *find_raw_format(const char *path)
{
    const char *extension = ca_path_extension(path);
    for (size_t i = 0; i < COUNT(raw_formats); i++) {
        if (strcasecmp(extension, raw_formats[i].extension) == 0) {
            return &raw_formats[i];
        }
    }
    return NULL;
}

bool ca_audio_known_name(const char *path)
{
    if (find_raw_format(path)) {
        return true;
    }
    const char *extension = ca_path_extension(path);
    for (size_t i = 0; i < COUNT(headed_extensions); i++) {
        if (strcasecmp(extension, headed_extensions[i]) == 0) {
            return true;
        }
    }
    return false;
}

/* ---- is the file as long as its header says? libsndfile repairs such lengths silently ---- */

static uint32_t little32(const unsigned char *bytes)
{
    return bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 | (uint32_t)bytes[3] << 24;
}

static uint32_t big32(const unsigned char *bytes)
{
    return bytes[3] | (uint32_t)bytes[2] << 8 | (uint32_t)bytes[1] << 16 | (uint32_t)bytes[0] << 24;
}

static bool read_at(int fd, int64_t offset, unsigned char *bytes, size_t count)
{
    return pread(fd, bytes, count, (off_t)offset) == (ssize_t)count;
}

/* Writers that stream leave these lengths in the header; they promise nothing. */
static bool is_open_ended(uint32_t length)
{
    return length == 0 || length >= 0x7ffff000u;
}

static bool wav_is_cut(int fd, int64_t size)
{
    unsigned char chunk[8];
    int64_t offset = 12;
    while (read_at(fd, offset, chunk, sizeof chunk)) {
        const uint32_t length = little32(chunk + 4);
        if (memcmp(chunk, "data", 4) == 0) {
            return !is_open_ended(length) && offset + 8 + (int64_t)length > size;
        }
        offset += 8 + (int64_t)length + (length & 1);
    }
    return false;
}

static bool au_is_cut(int fd, int64_t size)
{
    unsigned char header[12];
    return read_at(fd, 0, header, sizeof header) && !is_open_ended(big32(header + 8)) &&
           (int64_t)big32(header + 4) + (int64_t)big32(header + 8) > size;
}

/* SPH: text fields in the first 1024 bytes say how many samples follow. */
static bool sph_is_cut(int fd, int64_t size)
{
    char header[1025] = {0};
    if (!read_at(fd, 0, (unsigned char *)header, 1024)) {
        return true;
    }
    const char *const names[] = {"sample_count -i ", "sample_n_bytes -i ", "channel_count -i "};
    int64_t product = 1;
    for (size_t i = 0; i < COUNT(names); i++) {
        const char *field = strstr(header, names[i]);
        const long value = field ? strtol(field + strlen(names[i]), NULL, 10) : 0;
        if (value <= 0 || product > INT64_MAX / value) {
            return false;
        }
        product *= value;
    }
    return 1024 + product > size;
}

/* Ogg: the last page must be there to its end. Its length is in its own lacing table. */
static bool ogg_is_cut(int fd, int64_t size)
{
    enum { TAIL = 65536 + 282 }; /* no page is longer than 65307 bytes */
    unsigned char *tail = malloc(TAIL);
    const int64_t from = size > TAIL ? size - TAIL : 0;
    const size_t length = (size_t)(size - from);
    bool cut = false;
    if (tail && read_at(fd, from, tail, length)) {
        for (size_t i = length; i-- > 0;) {
            if (length - i < 4 || memcmp(tail + i, "OggS", 4) != 0) {
                continue;
            }
            size_t page = i + 27;
            cut = page > length || page + tail[i + 26] > length;
            for (unsigned n = 0; !cut && n < tail[i + 26]; n++) {
                page += tail[i + 27 + n];
            }
            cut = cut || page + tail[i + 26] > length || (tail[i + 5] & 4) == 0; /* 4: the end */
            break;
        }
    }
    free(tail);
    return cut;
}

static bool is_cut(int fd, int64_t size)
{
    unsigned char magic[4];
    if (!read_at(fd, 0, magic, sizeof magic)) {
        return false;
    }
    if (memcmp(magic, "RIFF", 4) == 0) {
        return wav_is_cut(fd, size);
    }
    if (memcmp(magic, ".snd", 4) == 0) {
        return au_is_cut(fd, size);
    }
    if (memcmp(magic, "NIST", 4) == 0) {
        return sph_is_cut(fd, size);
    }
    return memcmp(magic, "OggS", 4) == 0 && ogg_is_cut(fd, size);
}

/* ---- decoding ---- */

/* A file whose name says headerless may still have a header: phone systems do that. */
static bool has_known_header(int fd)
{
    static const char *const magics[] = {"RIFF", "fLaC", "OggS", ".snd", "NIST", "RIFX"};
    unsigned char magic[4];
    if (!read_at(fd, 0, magic, sizeof magic)) {
        return false;
    }
    for (size_t i = 0; i < COUNT(magics); i++) {
        if (memcmp(magic, magics[i], 4) == 0) {
            return true;
        }
    }
    return false;
}

static bool open_file(const char *path, int64_t max_bytes, int *fd, int64_t *size, ca_error *err)
{
    struct stat status;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (*fd < 0 || fstat(*fd, &status) != 0) {
        return ca_fail_call(err, CA_REASON_UNREADABLE, "cannot be opened");
    }
    if (!S_ISREG(status.st_mode)) {
        return ca_fail_call(err, CA_REASON_UNREADABLE, "not a regular file");
    }
    *size = status.st_size;
    if (status.st_size == 0) {
        return ca_fail_call(err, CA_REASON_EMPTY, "the file has no bytes");
    }
    if (status.st_size > max_bytes) {
        return ca_fail_call(err, CA_REASON_LIMIT, "%lld bytes, more than the limit of %lld",
                            (long long)status.st_size, (long long)max_bytes);
    }
    return true;
}

static bool fail_open(SNDFILE *file, ca_error *err)
{
    const int number = sf_error(file);
    const bool codec =
        number == SF_ERR_UNSUPPORTED_ENCODING || number == SF_ERR_UNRECOGNISED_FORMAT;
    return ca_fail_call(err, codec ? CA_REASON_UNSUPPORTED_CODEC : CA_REASON_UNREADABLE, "%s",
                        sf_strerror(file));
}

static bool check_format(const SF_INFO *info, ca_error *err)
{
    if (info->channels < 1 || info->channels > CA_AUDIO_MAX_CHANNELS) {
        return ca_fail_call(err, CA_REASON_UNSUPPORTED_CODEC, "%d channels (1 to %d are read)",
                            info->channels, CA_AUDIO_MAX_CHANNELS);
    }
    if (info->samplerate < CA_AUDIO_MIN_RATE || info->samplerate > CA_AUDIO_MAX_RATE) {
        return ca_fail_call(err, CA_REASON_UNSUPPORTED_CODEC, "%d Hz (%d to %d are read)",
                            info->samplerate, CA_AUDIO_MIN_RATE, CA_AUDIO_MAX_RATE);
    }
    return true;
}

/* Makes room for `frames` frames in every channel. */
static bool reserve(ca_audio *audio, size_t frames, const ca_audio_limits *limits, ca_error *err)
{
    const size_t bytes = frames * sizeof(int16_t);
    if ((int64_t)bytes * audio->channels > limits->max_bytes) {
        return ca_fail_call(err, CA_REASON_LIMIT, "its samples need more than %lld bytes",
                            (long long)limits->max_bytes);
    }
    for (int c = 0; c < audio->channels; c++) {
        int16_t *grown = realloc(audio->samples[c], bytes);
        if (!grown) {
            return ca_fail_memory(err);
        }
        audio->samples[c] = grown;
    }
    return true;
}

/* One block of interleaved floats into the channels; refuses what is no number. */
static bool append(ca_audio *audio, const float *block, size_t frames, ca_error *err)
{
    for (size_t i = 0; i < frames; i++) {
        for (int c = 0; c < audio->channels; c++) {
            const float value = block[i * (size_t)audio->channels + (size_t)c] * 32768.0F;
            if (!isfinite(value)) {
                return ca_fail_call(err, CA_REASON_UNREADABLE, "sample %zu is not a number",
                                    audio->frames + i);
            }
            const float bounded = fminf(fmaxf(value, -32768.0F), 32767.0F);
            audio->samples[c][audio->frames + i] = (int16_t)lrintf(bounded);
        }
    }
    audio->frames += frames;
    return true;
}

static bool read_samples(SNDFILE *file, const ca_audio_limits *limits, ca_audio *audio,
                         ca_error *err)
{
    enum { BLOCK = 4096 };
    const int64_t max_frames = limits->max_ms * audio->sample_rate / 1000;
    size_t room = 0;
    float *block = malloc(sizeof(float) * BLOCK * (size_t)audio->channels);
    bool ok = true;
    if (!block) {
        return ca_fail_memory(err);
    }
    while (ok) {
        const sf_count_t got = sf_readf_float(file, block, BLOCK);
        if (got <= 0) {
            break;
        }
        if ((int64_t)audio->frames + got > max_frames) {
            ok = ca_fail_call(err, CA_REASON_TOO_LONG, "longer than %lld s",
                              (long long)(limits->max_ms / 1000));
        } else if (audio->frames + (size_t)got > room) {
            room = room * 3 / 2 + (size_t)got + BLOCK;
            ok = reserve(audio, room, limits, err);
        }
        ok = ok && append(audio, block, (size_t)got, err);
    }
    free(block);
    return ok;
}

static bool check_length(const ca_audio *audio, const ca_audio_limits *limits, ca_error *err)
{
    const int64_t ms = (int64_t)audio->frames * 1000 / audio->sample_rate;
    if (audio->frames == 0) {
        return ca_fail_call(err, CA_REASON_EMPTY, "no samples");
    }
    if (ms < limits->min_ms) {
        return ca_fail_call(err, CA_REASON_TOO_SHORT, "%lld ms, shorter than %lld ms",
                            (long long)ms, (long long)limits->min_ms);
    }
    return true;
}

/* Fewer frames than promised? MP3 without a length tag only has an estimate from its bit rate,
 * which was seen to be off by up to four per cent; formats without a length promise the largest
 * number. */
static bool is_short(const SF_INFO *info, size_t frames)
{
    if ((info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_RAW || info->frames > INT64_MAX / 128) {
        return false;
    }
    const bool estimate = (info->format & SF_FORMAT_TYPEMASK) == SF_FORMAT_MPEG;
    return (sf_count_t)frames < (estimate ? info->frames / 100 * 95 : info->frames);
}

bool ca_audio_decode(const char *path, const ca_audio_limits *limits, ca_audio *audio,
                     ca_error *err)
{
    SNDFILE *file = NULL;
    SF_INFO info = {0};
    int64_t size = 0;
    int fd = -1;
    bool ok = false;
    memset(audio, 0, sizeof *audio);
    if (!open_file(path, limits->max_bytes, &fd, &size, err)) {
        goto done;
    }
    const struct raw_format *raw = has_known_header(fd) ? NULL : find_raw_format(path);
    if (raw) {
        info = (SF_INFO){.format = raw->format, .samplerate = raw->rate, .channels = 1};
    }
    file = sf_open_fd(fd, SFM_READ, &info, SF_FALSE);
    if (!file) {
        fail_open(NULL, err);
        goto done;
    }
    if (!check_format(&info, err)) {
        goto done;
    }
    audio->channels = info.channels;
    audio->sample_rate = info.samplerate;
    if (!read_samples(file, limits, audio, err) || !check_length(audio, limits, err)) {
        goto done;
    }
    audio->truncated = is_short(&info, audio->frames) || is_cut(fd, size);
    ok = true;
done:
    if (file) {
        sf_close(file);
    }
    if (fd >= 0) {
        close(fd);
    }
    if (!ok) {
        ca_audio_release(audio);
    }
    return ok;
}

void ca_audio_release(ca_audio *audio)
{
    for (int c = 0; c < CA_AUDIO_MAX_CHANNELS; c++) {
        free(audio->samples[c]);
    }
    memset(audio, 0, sizeof *audio);
}

int64_t ca_audio_ms(const ca_audio *audio)
{
    return ((int64_t)audio->frames * 1000 + audio->sample_rate - 1) / audio->sample_rate;
}

/* ---- resampling ---- */

struct ca_resampler {
    soxr_t soxr; /* NULL when the rates are equal */
};

ca_resampler *ca_resampler_new(int from_rate, int to_rate, ca_error *err)
{
    ca_resampler *resampler = calloc(1, sizeof *resampler);
    if (!resampler) {
        ca_fail_memory(err);
        return NULL;
    }
    if (from_rate == to_rate) {
        return resampler;
    }
    soxr_error_t problem = NULL;
    soxr_io_spec_t io = soxr_io_spec(SOXR_INT16_I, SOXR_INT16_I);
    io.flags = SOXR_NO_DITHER;
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
    const soxr_runtime_spec_t runtime = soxr_runtime_spec(1);
    resampler->soxr = soxr_create(from_rate, to_rate, 1, &problem, &io, &quality, &runtime);
    if (!resampler->soxr) {
        ca_fail(err, CA_EINTERNAL, "resampling %d to %d Hz: %s", from_rate, to_rate,
                problem ? problem : "no memory");
        free(resampler);
        return NULL;
    }
    return resampler;
}

void ca_resampler_free(ca_resampler *resampler)
{
    if (resampler) {
        soxr_delete(resampler->soxr); /* takes NULL */
        free(resampler);
    }
}

bool ca_resample(ca_resampler *resampler, const int16_t *in, size_t count, size_t *used,
                 int16_t *out, size_t room, size_t *got, ca_error *err)
{
    if (!resampler->soxr) {
        const size_t length = in ? (count < room ? count : room) : 0;
        for (size_t i = 0; i < length; i++) {
            out[i] = in[i];
        }
        *used = *got = length;
        return true;
    }
    soxr_error_t problem = soxr_process(resampler->soxr, in, in ? count : 0, used, out, room, got);
    return !problem || ca_fail(err, CA_EINTERNAL, "resampling: %s", problem);
}

void ca_audio_version(ca_buf *out)
{
    ca_buf_printf(out, "%s, %s", sf_version_string(), soxr_version());
}
