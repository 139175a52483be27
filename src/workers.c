/* workers.c - the parent's side of the worker processes: handing out, waiting, limits, replacing.
 */
#include "callaudit/workers.h"

#include "workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { TICK_MS = 250, MAX_MESSAGE = 64 << 20, MAX_IDLE_DEATHS = 5 };

typedef struct worker {
    pid_t pid;               /* 0: none runs */
    int fd;                  /* -1 then */
    int64_t inherited_bytes; /* what it shared with the parent at birth: not its own */
    bool busy;
    size_t job;
    int64_t deadline_ms; /* on the monotonic clock */
    ca_error ended;      /* why we killed it, if we did */
    ca_buf inbox;
    ca_worker_stats stats;
} worker;

struct ca_workers {
    const ca_config *config;
    const ca_rulesets *rulesets;
    int count;
    int idle_deaths; /* in a row: workers that cannot even start */
    worker *list;
};

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* ---- starting and ending ---- */

static int64_t resident_bytes(pid_t pid);

static bool start_worker(ca_workers *workers, worker *w, ca_error *err)
{
    int pair[2];
    w->busy = false;
    w->inbox.length = 0;
    memset(&w->ended, 0, sizeof w->ended);
    memset(&w->stats, 0, sizeof w->stats);
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0) {
        return ca_fail(err, CA_EIO, "no socket for a worker: %s", strerror(errno));
    }
    const pid_t parent = getpid();
    const pid_t child = fork();
    if (child < 0) {
        close(pair[0]);
        close(pair[1]);
        return ca_fail(err, CA_EIO, "no process for a worker: %s", strerror(errno));
    }
    if (child == 0) {
        ca_worker_main(pair[1], parent, workers->config, workers->rulesets);
    }
    close(pair[1]);
    w->pid = child;
    w->fd = pair[0];
    w->inherited_bytes = resident_bytes(parent);
    return true;
}

/* Ends a worker, wherever it is, and says how it ended. */
static int end_worker(worker *w)
{
    int status = 0;
    if (w->pid > 0) {
        close(w->fd);
        kill(w->pid, SIGKILL);
        waitpid(w->pid, &status, 0);
    }
    w->pid = 0;
    w->fd = -1;
    w->busy = false;
    return status;
}

ca_workers *ca_workers_start(const ca_config *config, const ca_rulesets *rulesets, int count,
                             ca_error *err)
{
    ca_workers *workers = calloc(1, sizeof *workers);
    worker *list = calloc((size_t)count, sizeof *list);
    if (!workers || !list) {
        free(workers);
        free(list);
        ca_fail_memory(err);
        return NULL;
    }
    *workers = (ca_workers){.config = config, .rulesets = rulesets, .list = list};
    for (; workers->count < count; workers->count++) {
        if (!start_worker(workers, &list[workers->count], err)) {
            ca_workers_stop(workers);
            return NULL;
        }
    }
    return workers;
}

void ca_workers_stop(ca_workers *workers)
{
    for (int i = 0; workers && i < workers->count; i++) {
        end_worker(&workers->list[i]);
        ca_buf_release(&workers->list[i].inbox);
    }
    if (workers) {
        free(workers->list);
        free(workers);
    }
}

/* ---- handing out ---- */

static worker *find_idle(const ca_workers *workers)
{
    for (int i = 0; i < workers->count; i++) {
        if (workers->list[i].pid > 0 && !workers->list[i].busy) {
            return &workers->list[i];
        }
    }
    return NULL;
}

bool ca_workers_idle(const ca_workers *workers)
{
    return find_idle(workers) != NULL;
}

size_t ca_workers_busy(const ca_workers *workers)
{
    size_t busy = 0;
    for (int i = 0; i < workers->count; i++) {
        busy += workers->list[i].busy;
    }
    return busy;
}

static ca_message_type message_of(const ca_job *job)
{
    if (job->fit) {
        return CA_MESSAGE_JOB_FIT;
    }
    return job->transcript ? CA_MESSAGE_JOB_TRANSCRIPT : CA_MESSAGE_JOB;
}

bool ca_workers_give(ca_workers *workers, const ca_job *job, ca_error *err)
{
    ca_buf text = {0};
    worker *w = find_idle(workers);
    if (!w) {
        return ca_fail(err, CA_EINTERNAL, "no worker is free");
    }
    bool ok = ca_call_write(&job->call, false, &text, err);
    if (ok) {
        /* A worker that died while idle is noticed by the wait: the job fails there. */
        ca_message_send(w->fd, message_of(job), ca_buf_text(&text), text.length);
        w->busy = true;
        w->job = job->id;
        w->deadline_ms = now_ms() + workers->config->limits.call_seconds * 1000;
    }
    ca_buf_release(&text);
    return ok;
}

/* ---- what a worker says ---- */

/* A complete message at the head of the inbox, or NULL. */
static const ca_message *next_message(const worker *w)
{
    const ca_message *message = (const ca_message *)(const void *)w->inbox.data;
    if (w->inbox.length < sizeof *message || w->inbox.length < sizeof *message + message->length) {
        return NULL;
    }
    return message;
}

static void drop_message(worker *w, const ca_message *message)
{
    const size_t size = sizeof *message + message->length;
    memmove(w->inbox.data, w->inbox.data + size, w->inbox.length - size);
    w->inbox.length -= size;
}

static bool parse_call(const char *text, size_t length, ca_call *call, ca_arena *arena,
                       ca_error *err)
{
    const ca_node *root = ca_json_parse(text, length, arena, err);
    return root && ca_call_read(root, call, arena, err);
}

/* A failure as a worker tells it: every field is checked, since what ruined the call may have
 * ruined the worker. */
static bool parse_failure(const char *bytes, size_t length, ca_error *failed)
{
    if (length != sizeof *failed) {
        return false;
    }
    memcpy(failed, bytes, sizeof *failed);
    failed->msg[sizeof failed->msg - 1] = '\0';
    ca_text_clean(failed->msg);
    return failed->code > CA_OK && failed->code <= CA_EINTERNAL &&
           failed->reason > CA_REASON_NONE && failed->reason < CA_REASON_COUNT;
}

static bool parse_fit(const char *bytes, size_t length, ca_warp_fit *fit)
{
    if (length != sizeof *fit) {
        return false;
    }
    memcpy(fit, bytes, sizeof *fit);
    return ca_warp_fit_sound(fit);
}

static bool parse_result(const ca_message *message, ca_outcome *outcome, ca_arena *arena,
                         ca_error *problem)
{
    const char *bytes = (const char *)(message + 1);
    if (message->type == CA_MESSAGE_FAILED) {
        return parse_failure(bytes, message->length, &outcome->failed);
    }
    if (message->type == CA_MESSAGE_FITTED) {
        outcome->fitted = parse_fit(bytes, message->length, &outcome->fit);
        return outcome->fitted;
    }
    return parse_call(bytes, message->length, &outcome->call, arena, problem);
}

/* A worker that sends nonsense has lost its mind, not the night. */
static void read_result(const ca_message *message, ca_outcome *outcome, ca_arena *arena)
{
    ca_error problem = {0};
    if (!parse_result(message, outcome, arena, &problem)) {
        memset(&outcome->failed, 0, sizeof outcome->failed);
        ca_fail_call(&outcome->failed, CA_REASON_RECOGNIZER_FAILED,
                     "the worker's answer makes no sense: %s", problem.msg);
    }
}

/* From now on the time counts by the call's length, up to the longest that is judged at all. */
static void extend_deadline(const ca_workers *workers, worker *w, const void *body)
{
    const ca_limits *limits = &workers->config->limits;
    int64_t duration_ms;
    memcpy(&duration_ms, body, sizeof duration_ms);
    if (duration_ms >= 0 && duration_ms <= limits->audio.max_ms) {
        w->deadline_ms = now_ms() + limits->call_seconds * 1000 + 2 * duration_ms;
    }
}

/* Handles the messages that are complete; true when one of them ended the job. */
static bool handle_messages(ca_workers *workers, worker *w, ca_outcome *outcome, ca_arena *arena)
{
    const ca_message *message;
    while ((message = next_message(w)) != NULL) {
        const void *body = message + 1;
        bool final = false;
        if (message->type == CA_MESSAGE_DECODED && message->length == sizeof(int64_t)) {
            extend_deadline(workers, w, body);
        } else if (message->type == CA_MESSAGE_STATS && message->length == sizeof w->stats) {
            memcpy(&w->stats, body, sizeof w->stats);
        } else {
            final = true;
            read_result(message, outcome, arena);
        }
        drop_message(w, message);
        if (final) {
            outcome->id = w->job;
            memcpy(outcome->cpu_seconds, w->stats.cpu_seconds, sizeof outcome->cpu_seconds);
            outcome->peak_rss_bytes = w->stats.peak_rss_bytes;
            w->busy = false;
            workers->idle_deaths = 0;
            return true;
        }
    }
    return false;
}

/* ---- when a worker dies ---- */

static void describe_death(const worker *w, int status, ca_error *failed)
{
    if (w->ended.code != CA_OK) {
        *failed = w->ended;
    } else if (WIFSIGNALED(status)) {
        ca_fail_call(failed, CA_REASON_RECOGNIZER_FAILED, "the worker died by signal %d (%s)",
                     WTERMSIG(status), strsignal(WTERMSIG(status)));
    } else {
        ca_fail_call(failed, CA_REASON_RECOGNIZER_FAILED,
                     "the worker ended with status %d inside a library", WEXITSTATUS(status));
    }
}

static bool any_alive(const ca_workers *workers)
{
    for (int i = 0; i < workers->count; i++) {
        if (workers->list[i].pid > 0) {
            return true;
        }
    }
    return false;
}

/* Reaps and replaces a worker whose end of the socket closed. True when that ended a job; false
 * with err when no worker is left. The night goes on with fewer when the machine gives no new one.
 */
static bool bury(ca_workers *workers, worker *w, ca_outcome *outcome, ca_error *err)
{
    const bool busy = w->busy;
    ca_error death = {0};
    describe_death(w, end_worker(w), &death);
    if (busy) {
        outcome->failed = death;
        outcome->id = w->job;
        outcome->replaced = true;
    } else if (++workers->idle_deaths > MAX_IDLE_DEATHS) {
        return ca_fail(err, CA_EIO, "workers end as soon as they start: %s", death.msg);
    }
    ca_error no_heir = {0};
    if (!start_worker(workers, w, &no_heir) && !any_alive(workers)) {
        return ca_fail(err, CA_EIO, "no worker is left: %s", no_heir.msg);
    }
    return busy;
}

/* ---- limits ---- */

static int64_t resident_bytes(pid_t pid)
{
    char path[40];
    char text[128] = {0};
    long long pages = 0;
    snprintf(path, sizeof path, "/proc/%d/statm", (int)pid);
    FILE *file = fopen(path, "re");
    if (!file) {
        return 0;
    }
    if (fgets(text, sizeof text, file)) {
        const char *second = strchr(text, ' ');
        pages = second ? strtoll(second, NULL, 10) : 0;
    }
    fclose(file);
    return pages * sysconf(_SC_PAGESIZE);
}

/* Kills workers that are past their time or memory; their sockets close, and the job's end is
 * reported from there. */
static void enforce_limits(ca_workers *workers)
{
    const ca_limits *limits = &workers->config->limits;
    for (int i = 0; i < workers->count; i++) {
        worker *w = &workers->list[i];
        if (!w->busy || w->ended.code != CA_OK) {
            continue;
        }
        if (now_ms() > w->deadline_ms) {
            ca_fail_call(&w->ended, CA_REASON_TIMEOUT, "not done in its time");
        } else if (resident_bytes(w->pid) - w->inherited_bytes > limits->memory_bytes) {
            ca_fail_call(&w->ended, CA_REASON_LIMIT, "needs more than %lld MB of memory",
                         (long long)(limits->memory_bytes / 1000000));
        } else {
            continue;
        }
        kill(w->pid, SIGKILL);
    }
}

/* ---- waiting ---- */

/* Reads what is there. False at the end of the stream. */
static bool fill_inbox(worker *w)
{
    char bytes[65536];
    const ssize_t got = recv(w->fd, bytes, sizeof bytes, MSG_DONTWAIT);
    if (got < 0) {
        return errno == EAGAIN || errno == EINTR;
    }
    if (got == 0 || w->inbox.length + (size_t)got > MAX_MESSAGE) {
        return false;
    }
    ca_buf_add(&w->inbox, bytes, (size_t)got);
    return !w->inbox.failed;
}

static bool poll_workers(ca_workers *workers, int timeout_ms, struct pollfd *fds)
{
    for (int i = 0; i < workers->count; i++) {
        fds[i] = (struct pollfd){.fd = workers->list[i].fd, .events = POLLIN};
    }
    return poll(fds, (nfds_t)workers->count, timeout_ms) >= 0;
}

static bool visit_workers(ca_workers *workers, const struct pollfd *fds, ca_outcome *outcome,
                          bool *got, ca_arena *arena, ca_error *err)
{
    for (int i = 0; i < workers->count && !*got && err->code == CA_OK; i++) {
        worker *w = &workers->list[i];
        if (fds[i].revents == 0) {
            continue;
        }
        const bool alive = fill_inbox(w);
        *got = w->busy && handle_messages(workers, w, outcome, arena);
        if (!alive && !*got) {
            *got = bury(workers, w, outcome, err);
        }
    }
    return err->code == CA_OK;
}

bool ca_workers_wait(ca_workers *workers, int timeout_ms, ca_outcome *outcome, bool *got,
                     ca_arena *arena, ca_error *err)
{
    struct pollfd *fds = calloc((size_t)workers->count, sizeof *fds);
    const int64_t end = now_ms() + timeout_ms;
    bool ok = true;
    *got = false;
    memset(outcome, 0, sizeof *outcome);
    if (!fds) {
        return ca_fail_memory(err);
    }
    /* The time left is read once a turn: a negative one would make the poll wait for ever. */
    int64_t left = timeout_ms;
    for (; ok && !*got && left >= 0; left = end - now_ms()) {
        if (!poll_workers(workers, (int)(left < TICK_MS ? left : TICK_MS), fds)) {
            break; /* a signal: the caller looks why */
        }
        ok = visit_workers(workers, fds, outcome, got, arena, err);
        enforce_limits(workers);
    }
    free(fds);
    return ok;
}
