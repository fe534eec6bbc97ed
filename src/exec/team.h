/* exec/team.h: the copies of a subtree that run side by side, one a thread (Graefe's exchange): a worker for each, a
 * queue from each worker to the Gather above, meetings where they wait for each other, and how they end.
 *
 * POSITIONS. What a worker reads is cut into phases (each leaf below the Gather is one, and each operator that gives
 * rows anew, as an aggregate does) and these into morsels. A position is both in one number, and Batch.morsel below a
 * Gather is one. Every worker goes through the same phases and through morsels of rising numbers; a morsel is one
 * worker's. So the order of positions is the order in which a single copy would have met the rows: a Gather that keeps
 * the order hands a batch on when no worker can give an earlier one, and of several errors the earliest is told, by
 * letting those go on that are not as far yet.
 *
 * A worker has an arena and a context of its own; what copies of an operator share (Operator.shared) is made before
 * they start, in the Gather's arena. */
#ifndef QUERN_EXEC_TEAM_H
#define QUERN_EXEC_TEAM_H

#include "column/stream.h"
#include "exec/exec.h"

typedef struct Team Team;
typedef struct Worker Worker;

/* ---- for operators, whose worker is NULL where there is but one copy ---- */

/* Where all copies of an operator wait for each other; zeroed, in what they share. */
typedef struct Meeting {
    size_t arrived_count;
    uint64_t round;
} Meeting;

/* Waits until all copies have come here. The last that comes runs body(argument), unless it is NULL, while the others
 * wait; then all go on. Does not return when a copy has failed, or when nobody wants more: it unwinds. */
void worker_meet(Worker *worker, Meeting *meeting, void (*body)(void *argument), void *argument);
/* What one copy at a time may use; zeroed, in what they share. Whoever unwinds with it keeps it: then the others do
 * too.
 */
typedef struct Turn {
    const Worker *holder; /* NULL: it is free */
} Turn;

void worker_take_turn(Worker *worker, Turn *turn);
void worker_end_turn(Worker *worker, Turn *turn);

/* Which of the copies this one is, 0 .. worker_count-1. */
size_t worker_index(const Worker *worker);
size_t worker_count(const Worker *worker);
/* A leaf, or who gives rows anew, begins to do so: the position of the phase's morsel 0. */
uint64_t worker_begin_phase(Worker *worker);
/* It is at this morsel of its phase; gives the position. Unwinds when an error stands before it. */
uint64_t worker_enter(Worker *worker, uint64_t phase, uint64_t morsel);
/* A cursor that is being read: where it is when it raises is its word (BatchStream.morsel). NULL: none. */
void worker_watch(Worker *worker, uint64_t phase, const BatchStream *cursor);

/* ---- for Gather ---- */

/* Lives in `arena`, which ends it; nothing runs yet. `node_count`: of the plan, for the metrics. */
Team *team_new(Arena *arena, const Context *context, size_t worker_count, bool keeps_order, size_t node_count);
/* For what is made in the Gather's arena and runs on the workers' threads: it ends when they are to end. */
const Context *team_context(const Team *team);
Worker *team_worker(Team *team, size_t index);
Arena *worker_arena(Worker *worker);
const Context *worker_context(const Worker *worker);
OperatorMetrics *worker_metrics(Worker *worker);
/* What it runs; made in its arena, with its context. */
void worker_set_root(Worker *worker, Operator *root);
/* Starts the workers' threads. */
void team_start(Team *team);
/* From now on the workers hand on text that this writer is to have. */
void team_write(Team *team, const Writer *writer);
/* A batch of any worker, lent until the next call; NULL when all have come to their end. Raises their errors. */
Batch *team_next(Team *team);
/* Stops the workers and waits for them; then their counts of these nodes are added to `metrics`, and what they held is
 * given back. May be called again. */
void team_end(Team *team, OperatorMetrics *metrics, size_t first_node, size_t last_node);

#endif
