/* exec/join_exchange.h: a join whose right side is far larger than was expected looks at the left one: if that ends
 * before it has as many rows, the table is built from it, and the sides change places.
 *
 *   right rows so far  --------------------->  they and the rest become the left side of the exchanged join
 *   left rows, no more than those, to the end  its table
 *
 * If it does not end, the join goes on as planned, and its left side begins with the rows that were read of it. Who
 * sees the order of a join's rows sees that of its left side: so this is for joins of which nobody does. */
#ifndef QUERN_EXEC_JOIN_EXCHANGE_H
#define QUERN_EXEC_JOIN_EXCHANGE_H

#include "exec/join_table.h"

/* What copies share. */
typedef struct JoinExchange {
    PlanJoin plan;             /* the join with its sides exchanged */
    JoinTable *right;          /* the table of the join as planned */
    JoinTable *table;          /* that of the left side */
    size_t row_limit;          /* up to so many right rows nobody wonders */
    _Atomic size_t read_count; /* rows of the side at work, by all copies */
    _Atomic bool goes_on;      /* a copy has not read its part of the side at work to the end */
    bool is_worth_trying, is_better;
    Meeting right_read, left_read;
} JoinExchange;

/* NULL where the sides have to stay. `right`: the join's table. */
JoinExchange *join_exchange_new(const Build *build, const Plan *plan, JoinTable *right);
/* A copy has read some of the right side: waits for the others. Whether to look at the left one. */
bool join_exchange_is_worth_trying(JoinExchange *exchange, Worker *worker, bool is_at_end);
/* A copy has read some of the left side: waits for the others. Whether that was all, and little. */
bool join_exchange_is_better(JoinExchange *exchange, Worker *worker, bool is_at_end);

/* A copy's rows of a table as batches of the side that they came from; they are given back at the end. */
typedef struct JoinReplay JoinReplay;

/* `build`: of the join; `side`: the plan of that side. */
JoinReplay *join_replay_new(const Build *build, const Operator *join, const JoinTable *table, const Plan *side);
/* Lent until the next call; NULL at the end, and again after that. */
Batch *join_replay_next(JoinReplay *replay);

#endif
