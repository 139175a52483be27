/* worker.c - the worker's side: one process, one pipeline, one call after the other. */
#include "workers.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { MAX_JOB_BYTES = 1 << 20 };

typedef struct progress {
    int fd;
    double last_cpu;
    ca_worker_stats stats;
} progress;

bool ca_message_send(int fd, ca_message_type type, const void *bytes, size_t length)
{
    const ca_message head = {(uint32_t)type, (uint32_t)length};
    const struct {
        const char *bytes;
        size_t length;
    } parts[] = {{(const char *)&head, sizeof head}, {bytes, length}};
    for (size_t p = 0; p < 2; p++) {
        for (size_t sent = 0; sent < parts[p].length;) {
            const ssize_t got =
                send(fd, parts[p].bytes + sent, parts[p].length - sent, MSG_NOSIGNAL);
            if (got < 0 && errno != EINTR) {
                return false;
            }
            sent += got > 0 ? (size_t)got : 0;
        }
    }
    return true;
}

static bool receive_exactly(int fd, void *bytes, size_t length)
{
    for (size_t done = 0; done < length;) {
        const ssize_t got = recv(fd, (char *)bytes + done, length - done, 0);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        done += got > 0 ? (size_t)got : 0;
    }
    return true;
}

static double cpu_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void stage_done(void *context, ca_stage stage, const ca_call *call)
{
    progress *p = context;
    const double now = cpu_seconds();
    p->stats.cpu_seconds[stage] = now - p->last_cpu;
    p->last_cpu = now;
    if (stage == CA_STAGE_SEGMENT) { /* the first stage that knows the length */
        ca_message_send(p->fd, CA_MESSAGE_DECODED, &call->duration_ms, sizeof call->duration_ms);
    }
}

static void send_stats(progress *p)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    p->stats.peak_rss_bytes = (int64_t)usage.ru_maxrss * 1024;
    ca_message_send(p->fd, CA_MESSAGE_STATS, &p->stats, sizeof p->stats);
}

/* A missing model is a matter of set-up, but here it costs this call alone. */
static void send_failure(int fd, ca_error *failed)
{
    if (failed->reason == CA_REASON_NONE) {
        failed->reason = failed->code == CA_ELIMIT ? CA_REASON_LIMIT : CA_REASON_RECOGNIZER_FAILED;
    }
    ca_message_send(fd, CA_MESSAGE_FAILED, failed, sizeof *failed);
}

/* The answer's bytes, a call as JSON or a ca_warp_fit. */
static bool hear_job(ca_pipeline *pipeline, uint32_t type, ca_call *call, progress *p,
                     ca_buf *answer, ca_arena *arena, ca_error *failed)
{
    ca_warp_fit fit = {0};
    if (type != CA_MESSAGE_JOB_FIT) {
        return ca_process_call(pipeline, call, type == CA_MESSAGE_JOB_TRANSCRIPT, CA_STAGE_SCORE,
                               stage_done, p, arena, failed) &&
               ca_call_write(call, false, answer, failed);
    }
    if (!ca_fit_call(pipeline, call, &fit, stage_done, p, arena, failed)) {
        return false;
    }
    ca_buf_add(answer, (const char *)&fit, sizeof fit);
    return !answer->failed || ca_fail_memory(failed);
}

static void do_job(int fd, ca_pipeline *pipeline, const ca_config *config, const char *job,
                   const ca_message *head)
{
    ca_error failed = {0};
    ca_call call = {0};
    ca_buf answer = {0};
    progress p = {.fd = fd, .last_cpu = cpu_seconds()};
    const bool fit = head->type == CA_MESSAGE_JOB_FIT;
    ca_arena *arena = ca_arena_new((size_t)config->limits.memory_bytes);
    const ca_node *root = arena ? ca_json_parse(job, head->length, arena, &failed) : NULL;
    const bool ok = root && ca_call_read(root, &call, arena, &failed) &&
                    hear_job(pipeline, head->type, &call, &p, &answer, arena, &failed);
    send_stats(&p);
    if (ok) {
        ca_message_send(fd, fit ? CA_MESSAGE_FITTED : CA_MESSAGE_JUDGED, ca_buf_text(&answer),
                        answer.length);
    } else {
        if (failed.code == CA_OK) {
            ca_fail_memory(&failed);
        }
        send_failure(fd, &failed);
    }
    ca_buf_release(&answer);
    ca_arena_free(arena);
}

/* Keeps the socket and the standard streams; nothing else of the parent's, the database least. */
static void close_inherited(int fd)
{
    if (fd > 3) {
        close_range(3, (unsigned)fd - 1, 0);
    }
    close_range((unsigned)fd + 1, ~0U, 0);
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null >= 0) { /* decoders write warnings about strangers' files to stderr */
        dup2(null, STDIN_FILENO);
        dup2(null, STDOUT_FILENO);
        dup2(null, STDERR_FILENO);
    }
}

#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
/* Bytes of data that the process has now, most of them the parent's. */
static rlim_t data_bytes(void)
{
    char text[128] = {0};
    unsigned long long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    if (file) {
        const char *field = fgets(text, sizeof text, file);
        for (int i = 0; field && i < 5; i++) { /* size resident shared text lib data */
            field = strchr(field + 1, ' ');
        }
        pages = field ? strtoull(field, NULL, 10) : 0;
        fclose(file);
    }
    return (rlim_t)pages * (rlim_t)sysconf(_SC_PAGESIZE);
}

/* The parent looks at a worker's memory now and then; this stops what grows faster than it looks.
 * (Sanitizers map far more than they use.) */
static void limit_memory(const ca_config *config)
{
    const rlim_t bytes = data_bytes() + (rlim_t)config->limits.memory_bytes * 2;
    setrlimit(RLIMIT_DATA, &(struct rlimit){bytes, bytes});
}
#else
static void limit_memory(const ca_config *config)
{
    (void)config;
}
#endif

static void isolate(int fd, pid_t parent)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) {
        _exit(0); /* it died before we asked */
    }
    signal(SIGINT, SIG_IGN); /* Ctrl-C goes to the whole group; the parent decides */
    signal(SIGTERM, SIG_DFL);
    signal(SIGPIPE, SIG_IGN);
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    close_inherited(fd);
}

_Noreturn void ca_worker_main(int fd, pid_t parent, const ca_config *config,
                              const ca_rulesets *rulesets)
{
    ca_error err = {0};
    ca_message head;
    isolate(fd, parent);
    limit_memory(config);
    ca_pipeline *pipeline = ca_pipeline_new(config, rulesets, &err);
    while (pipeline && receive_exactly(fd, &head, sizeof head) && head.length < MAX_JOB_BYTES) {
        char *job = malloc(head.length + 1);
        if (!job || !receive_exactly(fd, job, head.length)) {
            break;
        }
        job[head.length] = '\0';
        do_job(fd, pipeline, config, job, &head);
        free(job);
    }
    ca_pipeline_free(pipeline);
    _exit(pipeline ? 0 : 3);
}
