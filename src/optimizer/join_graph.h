/* optimizer/join_graph.h: a tree of inner joins taken apart into relations and what is to hold between them; how many
 * rows come of joining some of them. */
#ifndef QUERN_OPTIMIZER_JOIN_GRAPH_H
#define QUERN_OPTIMIZER_JOIN_GRAPH_H

#include "base/array.h"
#include "optimizer/rule.h"

enum { RELATION_LIMIT = 128 };

typedef UInt128 RelationSet; /* bit i: relation i */

static inline RelationSet relation_set_of(size_t relation)
{
    return (RelationSet)1 << relation;
}

/* The first relation of a set that is not empty. */
static inline size_t relation_set_first(RelationSet set)
{
    uint64_t low = (uint64_t)set;
    return low ? (size_t)__builtin_ctzll(low) : 64 + (size_t)__builtin_ctzll((uint64_t)(set >> 64));
}

/* A condition that is none of a class. */
typedef struct JoinCondition {
    Expr *expr;
    RelationSet relations; /* that it refers to */
    bool is_equality;      /* of expressions over one relation each: */
    RelationSet sides[2];
    double distinct[2]; /* of each; 0: unknown */
    bool is_placed;
} JoinCondition;

typedef struct JoinEquality {
    Expr *expr;
    RelationSet relations; /* two */
} JoinEquality;

typedef struct JoinMember {
    RelationSet relation;
    Expr *column;
    double distinct; /* 0: unknown */
    double skew;     /* so many times as often as other values its rows have those of the class's anchor */
} JoinMember;

/* Columns, one a relation, that are all to be equal: a = b and b = c make a class of three, in which a = c serves as
 * well. When two sets of relations are joined that have members both, one equality does for all. */
typedef struct JoinClass {
    RelationSet relations;
    RelationSet anchor; /* the member that has few of the values, and is known whole (join_samples.h); or none */
    ARRAY(JoinMember) members;
    ARRAY(JoinEquality) written; /* the conditions that it comes of */
} JoinClass;

typedef struct JoinGraph {
    PlanColumns *columns;
    ARRAY(Plan *) relations;
    uint8_t *owners; /* by ColumnId: the relation that gives the column, + 1; 0: none */
    ARRAY(JoinCondition) conditions;
    ARRAY(JoinClass) classes;
    uint32_t *column_classes; /* by ColumnId: its class + 1, 0: none; while conditions are measured */
    ARRAY(Expr *) held;       /* conditions that stay above all joins: they can fail, or refer to no relation */
} JoinGraph;

bool is_inner_join(const Plan *plan);
/* Its relations alone: they may be changed before the conditions are measured. */
void join_graph_init(JoinGraph *graph, PlanColumns *columns, Plan *plan);
/* Conditions that stand above it: before they are measured, all together. */
void join_graph_add(JoinGraph *graph, Expr *const *conditions, size_t count);
void join_graph_measure(JoinGraph *graph);

/* Rows of the join of two sets that share no relation; *ret_is_connected: some condition is about both. */
double join_graph_rows(const JoinGraph *graph, RelationSet a, double a_rows, RelationSet b, double b_rows,
                       bool *ret_is_connected);
/* Relations that a condition on two of them, or (`implied`) a class connects with this one. */
RelationSet join_graph_neighbours(const JoinGraph *graph, size_t relation, bool implied);
/* Relations that some condition or class refers to together with this one, however many they are. */
RelationSet join_graph_reach(const JoinGraph *graph, size_t relation);
/* What a join of the two sets is on: each condition at the first join that has all its columns. */
typedef ARRAY(Expr *) JoinExprs;
void join_graph_place(JoinGraph *graph, RelationSet a, RelationSet b, JoinExprs *ret_conditions);

#endif
