/* pipeline.c - READ SECOND: one call through its stages in order. */
#include "pipeline.h"

#include "callaudit/measure.h"
#include "callaudit/score.h"

/* A call with a fault or a doubt is one that a person will want to read. */
static bool hear_again(const ca_pipeline *pipeline, const ca_call *call)
{
    bool finding = false;
    for (size_t i = 0; i < call->findings.count; i++) {
        const ca_finding *f = &call->findings.items[i];
        finding = finding || f->ok == 0 || f->verdict == CA_UNSURE;
    }
    return finding && !call->transcript && pipeline->config->transcripts == CA_TRANSCRIPT_FINDINGS;
}

static bool recognize(ca_pipeline *pipeline, const ca_audio *audio, bool transcript, ca_call *call,
                      ca_arena *arena, ca_error *err)
{
    ca_recognizer *ear = ca_pipeline_recognizer(pipeline, call->meta.language, transcript, err);
    call->lines.count = call->words.count = 0;
    ca_pipeline_drop_profile(call);
    return ear && ca_recognize(ear, audio, transcript, call, arena, err);
}

bool ca_judge_call(ca_pipeline *pipeline, ca_call *call, ca_arena *arena, ca_error *err)
{
    if (!ca_match(pipeline->matcher, &pipeline->config->belief, call, arena, err) ||
        !ca_measure_call(call, arena, err)) {
        return false;
    }
    call->score = ca_score_call(&call->findings);
    return true;
}

static bool do_stage(ca_pipeline *pipeline, ca_stage stage, bool transcript, ca_audio *audio,
                     ca_call *call, ca_arena *arena, ca_error *err)
{
    const ca_config *config = pipeline->config;
    switch (stage) {
    case CA_STAGE_DECODE: return ca_pipeline_decode(config, audio, call, err);
    case CA_STAGE_SEGMENT: return ca_segment_call(audio, &config->channels, call, arena, err);
    case CA_STAGE_RECOGNIZE: return recognize(pipeline, audio, transcript, call, arena, err);
    case CA_STAGE_MATCH: return ca_match(pipeline->matcher, &config->belief, call, arena, err);
    case CA_STAGE_MEASURE: return ca_measure_call(call, arena, err);
    case CA_STAGE_SCORE: call->score = ca_score_call(&call->findings); return true;
    case CA_STAGE_COUNT: break;
    }
    return false;
}

bool ca_process_call(ca_pipeline *pipeline, ca_call *call, bool transcript, ca_stage until,
                     ca_stage_done done, void *context, ca_arena *arena, ca_error *err)
{
    ca_audio audio = {0};
    bool ok = true;
    for (int stage = 0; ok && stage <= (int)until; stage++) {
        ok = do_stage(pipeline, (ca_stage)stage, transcript, &audio, call, arena, err);
        if (ok && stage == CA_STAGE_MATCH && hear_again(pipeline, call)) {
            ok = recognize(pipeline, &audio, true, call, arena, err) &&
                 do_stage(pipeline, CA_STAGE_MATCH, true, &audio, call, arena, err);
        }
        if (ok && done) {
            done(context, (ca_stage)stage, call);
        }
    }
    ca_audio_release(&audio);
    return ok;
}
