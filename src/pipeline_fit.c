/* pipeline_fit.c - beside the stages of a judgement: what a call says of its agent's voice. */
#include "pipeline.h"

bool ca_pipeline_decode(const ca_config *config, ca_audio *audio, ca_call *call, ca_error *err)
{
    if (!ca_audio_decode(call->path, &config->limits.audio, audio, err)) {
        return false;
    }
    call->sample_rate = audio->sample_rate;
    call->duration_ms = ca_audio_ms(audio);
    call->truncated = audio->truncated;
    return true;
}

void ca_pipeline_drop_profile(ca_call *call)
{
    bool used = false;
    for (size_t c = 0; c < call->channels.count; c++) {
        const ca_channel *channel = &call->channels.items[c];
        used = used || (channel->speaker == CA_AGENT && channel->speech_ms > 0);
    }
    if (!used) {
        call->profile = NULL;
        call->warp = 0;
    }
}

bool ca_fit_call(ca_pipeline *pipeline, ca_call *call, ca_warp_fit *fit, ca_stage_done done,
                 void *context, ca_arena *arena, ca_error *err)
{
    const ca_config *config = pipeline->config;
    ca_audio audio = {0};
    ca_recognizer *ear = NULL;
    bool ok = ca_pipeline_decode(config, &audio, call, err) &&
              ca_segment_call(&audio, &config->channels, call, arena, err);
    if (ok) {
        done(context, CA_STAGE_SEGMENT, call);
        ear = ca_pipeline_recognizer(pipeline, call->meta.language, false, err);
        ok = ear && ca_recognizer_fit_warp(ear, &audio, call, fit, arena, err);
        done(context, CA_STAGE_RECOGNIZE, call);
    }
    ca_audio_release(&audio);
    return ok;
}
