/* exec/team.c: workers and their threads, queues and meetings.
 *
 * One lock guards all that they share; it is held for a few instructions, once a batch or a morsel. Nobody waits for
 * the Gather but at a full queue, and where the Gather itself waits for a worker that waits for another's full queue
 * (it may be at a meeting that the other cannot come to), queues become longer. */
#include "exec/team.h"

#include <assert.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "column/writer.h"
#include "exec/operator.h"

enum { QUEUE_LENGTH = 4, MORSEL_BITS = 48 };

/* A batch on its way. */
typedef struct Parcel Parcel;
struct Parcel {
    Parcel *next;
    Worker *worker;
    Arena *arena; /* of the batch alone: goes with it from thread to thread */
    Batch *batch;
};

struct Worker {
    Team *team;
    size_t index;
    Arena *arena; /* of the operators; without parent, as its parent would be another thread's */
    Context context;
    OperatorMetrics *metrics;
    Operator *root;
    WriterPart *part; /* NULL: it hands on rows */
    pthread_t thread;
    bool is_started; /* its thread is to be waited for */
    /* its own */
    uint64_t phase_count;
    uint64_t own_position; /* what it has told last */
    bool is_dismissed;     /* unwinds for another's sake */
    /* under the team's lock */
    uint64_t position;
    uint64_t watched_phase;
    const BatchStream *watched;
    bool has_ended;
    bool waits_for_room;
    const Meeting *meeting; /* where it waits for round `round` to end; or NULL */
    uint64_t round;
    size_t parcel_count;
    Parcel *first, *last; /* the queue */
    Parcel *free;
};

/* What a worker has to say to the user: the Gather's thread says it. */
typedef struct Warning Warning;
struct Warning {
    Warning *next;
    char message[];
};

struct Team {
    Arena *arena;
    size_t worker_count;
    Worker *workers;
    bool keeps_order;
    const Context *outer;
    Context context;              /* the workers' */
    _Atomic bool stops;           /* nobody wants more */
    const Writer *_Atomic writer; /* that what comes is for; NULL: nobody knows */
    Parcel *lent;                 /* the Gather's */
    pthread_mutex_t lock;
    pthread_cond_t for_workers, for_gather;
    /* under the lock */
    size_t queue_length;
    bool gather_waits;
    bool heeds_positions; /* it does: what it has to hand on, or to tell, stands behind where some worker still is */
    bool has_failed;
    uint64_t failure_position;
    Error failure;
    Warning *first_warning, **last_warning;
};

/* ---- warnings ---- */

static void team_warn(void *user, const char *message)
{
    Team *team = user;
    size_t size = strlen(message) + 1;
    Warning *warning = memory_allocate(sizeof *warning + size);
    warning->next = NULL;
    memcpy(warning->message, message, size);
    pthread_mutex_lock(&team->lock);
    *team->last_warning = warning;
    team->last_warning = &warning->next;
    pthread_mutex_unlock(&team->lock);
}

/* Says and forgets them. */
static void team_tell_warnings(Team *team)
{
    pthread_mutex_lock(&team->lock);
    Warning *warning = team->first_warning;
    team->first_warning = NULL;
    team->last_warning = &team->first_warning;
    pthread_mutex_unlock(&team->lock);
    while (warning) {
        Warning *next = warning->next;
        context_warn(team->outer, "%s", warning->message);
        memory_free(warning);
        warning = next;
    }
}

/* ---- ends ---- */

/* Called without the lock. */
static _Noreturn void worker_dismiss(Worker *worker)
{
    worker->is_dismissed = true;
    error_raise(ERROR_INTERRUPTED, NO_POSITION, "not needed any more");
}

/* With the lock. */
static void team_wake_gather(Team *team)
{
    if (team->gather_waits)
        pthread_cond_signal(&team->for_gather);
}

static void worker_wait(Worker *worker)
{
    team_wake_gather(worker->team);
    pthread_cond_wait(&worker->team->for_workers, &worker->team->lock);
}

static void team_fail(Team *team, uint64_t position, const Error *error)
{
    if (team->has_failed && position >= team->failure_position)
        return;
    team->has_failed = true;
    team->failure_position = position;
    team->failure = *error;
}

/* ---- meetings ---- */

static bool worker_is_at_meeting(const Worker *worker)
{
    return worker->meeting && worker->meeting->round == worker->round;
}

void worker_meet(Worker *worker, Meeting *meeting, void (*body)(void *argument), void *argument)
{
    if (worker == NULL) {
        if (body)
            body(argument);
        return;
    }
    Team *team = worker->team;
    pthread_mutex_lock(&team->lock);
    bool is_last = ++meeting->arrived_count == team->worker_count;
    if (is_last) {
        pthread_mutex_unlock(&team->lock);
        if (body)
            body(argument);
        pthread_mutex_lock(&team->lock);
        meeting->arrived_count = 0;
        meeting->round++;
        pthread_cond_broadcast(&team->for_workers);
    }
    worker->meeting = is_last ? NULL : meeting;
    worker->round = meeting->round;
    while (worker_is_at_meeting(worker) && !team->has_failed && !team->stops)
        worker_wait(worker);
    bool is_met = !worker_is_at_meeting(worker);
    worker->meeting = NULL;
    pthread_mutex_unlock(&team->lock);
    if (!is_met)
        worker_dismiss(worker);
}

void worker_take_turn(Worker *worker, Turn *turn)
{
    if (worker == NULL)
        return;
    Team *team = worker->team;
    pthread_mutex_lock(&team->lock);
    while (turn->holder && !turn->holder->has_ended && !team->stops)
        worker_wait(worker);
    bool is_free = turn->holder == NULL && !team->stops;
    if (is_free)
        turn->holder = worker;
    pthread_mutex_unlock(&team->lock);
    if (!is_free)
        worker_dismiss(worker);
}

void worker_end_turn(Worker *worker, Turn *turn)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->team->lock);
    turn->holder = NULL;
    pthread_cond_broadcast(&worker->team->for_workers);
    pthread_mutex_unlock(&worker->team->lock);
}

size_t worker_index(const Worker *worker)
{
    return worker ? worker->index : 0;
}

size_t worker_count(const Worker *worker)
{
    return worker ? worker->team->worker_count : 1;
}

/* ---- positions ---- */

uint64_t worker_begin_phase(Worker *worker)
{
    if (worker == NULL)
        return 0;
    return worker_enter(worker, ++worker->phase_count << MORSEL_BITS, 0);
}

uint64_t worker_enter(Worker *worker, uint64_t phase, uint64_t morsel)
{
    if (worker == NULL)
        return morsel;
    assert(morsel < (uint64_t)1 << MORSEL_BITS);
    uint64_t position = phase + morsel;
    if (position == worker->own_position)
        return position;
    worker->own_position = position;
    Team *team = worker->team;
    pthread_mutex_lock(&team->lock);
    worker->position = position;
    bool is_late = team->has_failed && team->failure_position < position;
    if (team->heeds_positions)
        team_wake_gather(team);
    pthread_mutex_unlock(&team->lock);
    if (is_late)
        worker_dismiss(worker);
    return position;
}

void worker_watch(Worker *worker, uint64_t phase, const BatchStream *cursor)
{
    if (worker == NULL)
        return;
    pthread_mutex_lock(&worker->team->lock);
    worker->watched_phase = phase;
    worker->watched = cursor;
    pthread_mutex_unlock(&worker->team->lock);
}

/* Where it is now. With the lock. Its cursor may be further than it has told, and wait there for one that has failed.
 */
static uint64_t worker_position(const Worker *worker)
{
    uint64_t watched = worker->watched ? worker->watched_phase + worker->watched->morsel : 0;
    return watched > worker->position ? watched : worker->position;
}

/* ---- queues ---- */

static void parcel_arena_release(void *arena)
{
    arena_free(arena);
}

static Parcel *worker_take_parcel(Worker *worker)
{
    Team *team = worker->team;
    pthread_mutex_lock(&team->lock);
    Parcel *parcel = worker->free;
    if (parcel)
        worker->free = parcel->next;
    pthread_mutex_unlock(&team->lock);
    if (parcel)
        return parcel;
    parcel = arena_new(worker->arena, Parcel);
    parcel->worker = worker;
    parcel->arena = arena_new_child(worker->arena);
    arena_set_parent(parcel->arena, NULL);
    arena_own(worker->arena, parcel->arena, parcel_arena_release);
    return parcel;
}

/* Who has filled its queue goes on when half of it is taken, so that the two threads do not wake each other for each
 * batch. */
static bool worker_lacks_room(const Worker *worker)
{
    return worker->waits_for_room && worker->parcel_count > worker->team->queue_length / 2;
}

/* Waits for room, and puts the parcel into the queue. False when the Gather will never come to it. */
static bool worker_send(Worker *worker, Parcel *parcel)
{
    Team *team = worker->team;
    pthread_mutex_lock(&team->lock);
    worker->waits_for_room = worker->parcel_count >= team->queue_length;
    while (worker_lacks_room(worker) && !team->has_failed && !team->stops)
        worker_wait(worker);
    worker->waits_for_room = false;
    bool is_wanted = !team->stops;
    if (team->has_failed)
        is_wanted &= team->keeps_order && parcel->batch->morsel <= team->failure_position;
    if (is_wanted) {
        parcel->next = NULL;
        *(worker->first ? &worker->last->next : &worker->first) = parcel;
        worker->last = parcel;
        worker->parcel_count++;
        team_wake_gather(team);
    }
    pthread_mutex_unlock(&team->lock);
    return is_wanted;
}

static void worker_hand_on(Worker *worker, const Batch *batch)
{
    Parcel *parcel = worker_take_parcel(worker);
    parcel->batch = batch_ref(parcel->arena, batch);
    if (!worker_send(worker, parcel))
        arena_reset(parcel->arena); /* it goes on nevertheless: it may have an earlier error to tell */
}

static void worker_hand_on_text(Worker *worker, const Writer *writer, const Batch *batch)
{
    if (worker->part == NULL)
        worker->part = writer_part_new(worker->arena, &worker->context, writer);
    writer_part_begin(worker->part, batch);
    for (const Batch *text; (text = writer_part_next(worker->part)) != NULL;)
        worker_hand_on(worker, text);
}

static void worker_run(void *argument)
{
    Worker *worker = argument;
    context_enter(&worker->team->context);
    operator_open(worker->root);
    for (const Batch *batch; (batch = operator_next(worker->root)) != NULL;) {
        const Writer *writer = atomic_load_explicit(&worker->team->writer, memory_order_acquire);
        if (writer)
            worker_hand_on_text(worker, writer, batch);
        else
            worker_hand_on(worker, batch);
    }
}

static void *worker_main(void *argument)
{
    Worker *worker = argument;
    Team *team = worker->team;
    Error error;
    bool is_done = error_protect(worker_run, worker, &error);
    pthread_mutex_lock(&team->lock);
    if (!is_done && !worker->is_dismissed && !team->stops)
        team_fail(team, worker_position(worker), &error);
    worker->has_ended = true;
    pthread_cond_broadcast(&team->for_workers);
    team_wake_gather(team);
    pthread_mutex_unlock(&team->lock);
    return NULL;
}

/* The worker whose first parcel is the one to hand on, or NULL. With the lock, as all that follow. */
static Worker *team_choose(Team *team)
{
    Worker *chosen = NULL;
    for (size_t i = 0; i < team->worker_count; i++) {
        Worker *worker = &team->workers[i];
        if (worker->first == NULL)
            continue;
        if (chosen == NULL || (team->keeps_order ? worker->first->batch->morsel < chosen->first->batch->morsel
                                                 : worker->parcel_count > chosen->parcel_count))
            chosen = worker;
    }
    return chosen;
}

/* Whether nothing before this position can come any more. What is in a queue counts only where it is handed on. */
static bool team_is_past(const Team *team, uint64_t position)
{
    for (size_t i = 0; i < team->worker_count; i++) {
        const Worker *worker = &team->workers[i];
        bool is_known = team->keeps_order && worker->first;
        if (!is_known && !worker->has_ended && worker_position(worker) < position)
            return false;
    }
    return true;
}

/* How many workers have ended; and whether all others wait for what the Gather or another worker is to do. */
static size_t team_ended_count(const Team *team, bool *ret_is_stuck)
{
    size_t count = 0;
    *ret_is_stuck = true;
    for (size_t i = 0; i < team->worker_count; i++) {
        const Worker *worker = &team->workers[i];
        count += worker->has_ended;
        *ret_is_stuck &= worker->has_ended || worker_is_at_meeting(worker) || worker_lacks_room(worker);
    }
    return count;
}

/* Waits for a change. False: there will be none, as all have ended; or nobody wants to know. */
static bool team_wait(Team *team)
{
    bool is_stuck;
    if (team_ended_count(team, &is_stuck) == team->worker_count)
        return false;
    if (is_stuck && !team->has_failed) {
        team->queue_length *= 2;
        pthread_cond_broadcast(&team->for_workers);
    }
    team->gather_waits = true;
    /* the Gather may run on a worker's thread, and nobody wakes it for that worker's end, nor for a cursor's morsel */
    if (team->outer->stop || team->has_failed)
        condition_wait_briefly(&team->for_gather, &team->lock);
    else
        pthread_cond_wait(&team->for_gather, &team->lock);
    team->gather_waits = false;
    return !(team->outer->stop && *team->outer->stop);
}

/* The next parcel; NULL: all have ended, or there is an error to tell. */
static Parcel *team_receive(Team *team)
{
    do {
        Worker *worker = team_choose(team);
        team->heeds_positions = team->has_failed || worker;
        bool is_barred = team->has_failed && (!team->keeps_order || worker == NULL ||
                                              team->failure_position < worker->first->batch->morsel);
        if (is_barred && team_is_past(team, team->failure_position))
            return NULL;
        if (worker == NULL || is_barred || (team->keeps_order && !team_is_past(team, worker->first->batch->morsel)))
            continue;
        Parcel *parcel = worker->first;
        worker->first = parcel->next;
        worker->parcel_count--;
        if (worker->waits_for_room && !worker_lacks_room(worker))
            pthread_cond_broadcast(&team->for_workers);
        return parcel;
    } while (team_wait(team));
    return NULL;
}

/* The batch that was lent is not looked at any more: its parcel goes back to its worker. */
static void team_return_lent(Team *team)
{
    Parcel *parcel = team->lent;
    if (parcel == NULL)
        return;
    team->lent = NULL;
    arena_reset(parcel->arena);
    pthread_mutex_lock(&team->lock);
    parcel->next = parcel->worker->free;
    parcel->worker->free = parcel;
    pthread_mutex_unlock(&team->lock);
}

Batch *team_next(Team *team)
{
    team_return_lent(team);
    pthread_mutex_lock(&team->lock);
    team->lent = team_receive(team);
    bool has_failed = team->lent == NULL && team->has_failed;
    bool has_warnings = team->first_warning != NULL;
    pthread_mutex_unlock(&team->lock);
    if (has_warnings)
        team_tell_warnings(team);
    context_check(team->outer);
    if (has_failed)
        error_raise_again(&team->failure);
    return team->lent ? team->lent->batch : NULL;
}

/* ---- beginning and end ---- */

static void team_stop(Team *team)
{
    pthread_mutex_lock(&team->lock);
    team->stops = true;
    pthread_cond_broadcast(&team->for_workers);
    pthread_mutex_unlock(&team->lock);
    for (size_t i = 0; i < team->worker_count; i++) {
        if (team->workers[i].is_started)
            thread_join(team->workers[i].thread);
        team->workers[i].is_started = false;
    }
    team_tell_warnings(team);
}

/* Its threads end, and what they held is given back. May be called again. */
static void team_halt(Team *team)
{
    team_stop(team);
    for (size_t i = 0; i < team->worker_count; i++) {
        arena_free(team->workers[i].arena);
        team->workers[i].arena = NULL;
    }
}

static void team_release(void *object)
{
    Team *team = object;
    team_halt(team);
    pthread_mutex_destroy(&team->lock);
    pthread_cond_destroy(&team->for_workers);
    pthread_cond_destroy(&team->for_gather);
}

Team *team_new(Arena *arena, const Context *context, size_t worker_count, bool keeps_order, size_t node_count)
{
    Team *team = arena_new(arena, Team);
    team->arena = arena;
    team->worker_count = worker_count;
    team->workers = arena_array(arena, Worker, worker_count);
    team->keeps_order = keeps_order;
    team->queue_length = QUEUE_LENGTH;
    team->last_warning = &team->first_warning;
    team->outer = context;
    team->context = (Context){
        .cancel = context->cancel,
        .stop = &team->stops,
        .statement = context_counts(context),
        .memory = context->memory,
        .temp = context->temp,
        .progress = context->progress,
        .settings = context->settings,
        .warn = team_warn,
        .warn_user = team,
        .reject = context->reject,
        .reject_user = context->reject_user,
        .arena = arena,
        .now = context->now,
    };
    pthread_mutex_init(&team->lock, NULL);
    pthread_cond_init(&team->for_workers, NULL);
    condition_init(&team->for_gather);
    arena_own(arena, team, team_release);
    for (size_t i = 0; i < worker_count; i++) {
        Worker *worker = &team->workers[i];
        worker->team = team;
        worker->index = i;
        worker->arena = arena_new_child(NULL); /* freed by team_release */
        worker->context = team->context;
        worker->context.arena = worker->arena;
        worker->metrics = arena_array(worker->arena, OperatorMetrics, node_count);
    }
    return team;
}

const Context *team_context(const Team *team)
{
    return &team->context;
}

Worker *team_worker(Team *team, size_t index)
{
    return &team->workers[index];
}

Arena *worker_arena(Worker *worker)
{
    return worker->arena;
}

const Context *worker_context(const Worker *worker)
{
    return &worker->context;
}

OperatorMetrics *worker_metrics(Worker *worker)
{
    return worker->metrics;
}

void worker_set_root(Worker *worker, Operator *root)
{
    worker->root = root;
}

void team_write(Team *team, const Writer *writer)
{
    atomic_store_explicit(&team->writer, writer, memory_order_release);
}

static void team_stop_owned(void *team)
{
    team_stop(team);
}

void team_start(Team *team)
{
    /* An arena frees its children before what it owns, the last first: so this one, made when all that copies share is
     * there, ends the threads before anything that they use goes. */
    arena_own(arena_new_child(team->arena), team, team_stop_owned);
    for (size_t i = 0; i < team->worker_count; i++) {
        team->workers[i].thread = thread_start_of(i, team->worker_count, worker_main, &team->workers[i]);
        team->workers[i].is_started = true;
    }
}

void team_end(Team *team, OperatorMetrics *metrics, size_t first_node, size_t last_node)
{
    team_stop(team);
    for (size_t i = 0; i < team->worker_count; i++) {
        const Worker *worker = &team->workers[i];
        for (size_t n = first_node; worker->arena && n <= last_node; n++)
            operator_metrics_add(&metrics[n], &worker->metrics[n]);
    }
    team_halt(team);
    team->lent = NULL;
}
