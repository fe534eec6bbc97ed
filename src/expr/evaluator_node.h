/* expr/evaluator_node.h: what an evaluator compiles expressions to; shared by evaluator*.c alone.
 *
 * A node's value over an input is a vector of `input->size` rows that the node owns (or, of a column, the input's own).
 * In the fast manner the input is the batch, all slots; in the careful one it holds only rows that count, and nodes
 * that are lazy hand their arguments a narrower input still. */
#ifndef QUERN_EXPR_EVALUATOR_NODE_H
#define QUERN_EXPR_EVALUATOR_NODE_H

#include "column/batch.h"
#include "column/constant_pool.h"
#include "expr/condition_order.h"
#include "expr/evaluator.h"
#include "expr/function.h"
#include "expr/in_set.h"
#include "expr/kernels.h"

/* Rows that expressions see: a batch's columns, or some rows of another input, gathered when first asked for. */
typedef struct Input Input;
struct Input {
    size_t size;
    Vector *const *columns; /* parent NULL: the batch's */
    const Input *parent;
    const uint16_t *rows; /* of the parent */
    Vector **gathered;    /* by column; made when first needed */
    bool *is_gathered;
};

typedef struct Node Node;
struct Node {
    const Expr *expr;
    size_t argument_count;
    Node **arguments;
    Vector *result;
    bool is_dear; /* takes long for a row, beside copying its arguments */
    /* columns and constants have no more than that */

    /* calls and casts */
    Kernel kernel;
    void *state;
    bool is_strict, is_volatile, is_try, can_fail;
    bool others_are_constant; /* all arguments but at most one are EXPR_CONSTANT */
    Vector **values;          /* of the arguments, now */
    Vector **flats;           /* where dictionaries are written out; it and they are made when first needed */
    const void **sources;     /* CASE, COALESCE: where the values are chosen from, and how far apart they stand */
    uint8_t *steps;
    Vector **wides;         /* CASE, COALESCE: where DECIMALs are widened */
    Vector **chosen_values; /* the arguments, of rows that are chosen */
    Vector *chosen_result;
    uint16_t *rows;            /* that are chosen */
    Vector *dictionary_values; /* the function of a dictionary's values */
    Vector *dictionary_key;    /* the dictionary that was, kept so that it cannot change */
    size_t dictionary_size;

    /* IN */
    const InSet *set; /* when the list is constant */
    bool list_has_null;
};

/* Of so many arguments or conjuncts each is forgotten when it has been looked at: together they would take gigabytes.
 */
enum { MANY_ARGUMENTS = 1000 };

typedef struct LazySpace LazySpace; /* evaluator_lazy.c */

/* A batch, some of whose rows are taken at once: evaluator_slices.c. */
typedef struct Slices {
    const Batch *batch;
    size_t row_count;   /* of the batch */
    size_t first;       /* of them, that the slice begins with */
    size_t count;       /* of the slice */
    size_t row_limit;   /* of a slice */
    size_t batch_count; /* so far, that were taken in slices of fewer rows than they may have */
    size_t room_size;   /* bytes that the texts of a slice may take; 0: not known yet */
    TextRoom room;
    Batch slice;
    uint16_t *selection; /* made when first needed */
} Slices;

struct Evaluator {
    Arena *arena;
    const Context *context;
    size_t expr_count;
    Node **nodes;
    ConstantPool constants;
    LazySpace *spaces;   /* that no lazy node uses now */
    size_t column_count; /* one more than the highest column used */
    bool is_careful;
    bool may_have_failed;
    Error failure; /* careful: the first; ERROR_NONE: all went well */
    Slices slices;
    /* for each expression */
    Vector **flats, **scattered;
    Input *narrowed; /* a sparse batch's rows that count */
    /* of a filter; made when it first runs */
    uint32_t *conjuncts; /* the expressions: those whose order is free, then the others */
    size_t free_count;
    ConditionOrder *free_order;
    uint16_t *passing; /* rows of a slice; made when first needed */
};

/* evaluator.c */
Vector *node_value(Evaluator *evaluator, Node *node, const Input *input);
/* Gives back what the values of the node and of those below it stand in. */
void node_forget(Node *node);
/* An argument's value, flat or constant. */
Vector *node_plain_argument(Evaluator *evaluator, Node *node, size_t index, const Input *input);
/* The value of an argument written out. */
Vector *node_flat(Evaluator *evaluator, Node *node, size_t index, const Vector *value, size_t size);
/* evaluator_slices.c */
void slices_init(Slices *slices);
/* Whether only the rows that count are to be computed: few are, or the others are not of the slice. */
bool slice_is_narrow(const Slices *slices, const Batch *batch);
/* evaluator_call.c */
void call_compile(Evaluator *evaluator, Node *node);
Vector *call_value(Evaluator *evaluator, Node *node, const Input *input);
typedef void (*DictionaryRun)(Evaluator *evaluator, Node *node, const Vector *values, size_t size, Vector *result);
/* `run` over the values of the argument's dictionary, unless they are those of the last time, and the same codes become
 * the node's result. False when it is not worth it. */
bool node_run_dictionary(Evaluator *evaluator, Node *node, const Vector *argument, size_t count, DictionaryRun run);
/* evaluator_lazy.c: AND, OR, CASE, COALESCE, IN */
/* A list of constants becomes the node's set. */
void in_compile(Evaluator *evaluator, Node *node);
void lazy_compile(Evaluator *evaluator, Node *node);
Vector *lazy_value(Evaluator *evaluator, Node *node, const Input *input);

/* evaluator_rows.c: inputs, and moving rows between vectors */
Input *input_new(Evaluator *evaluator);
/* The rows of `parent`; `rows` must stay while it is used. */
void input_narrow(Evaluator *evaluator, Input *input, const Input *parent, const uint16_t *rows, size_t count);
Vector *input_column(Evaluator *evaluator, const Input *input, size_t column);
/* `target` becomes flat, `size` NULLs, in the type's own layout. */
void vector_clear(Vector *target, Type type, size_t size);
/* Row rows[i] (NULL: i) of a cleared target becomes row i of the source, any form. */
void vector_scatter(Vector *target, const Vector *source, const uint16_t *rows, size_t count);
/* A BOOLEAN vector, any form, as bits: which rows are TRUE, which are NULL. */
void vector_truth(const Vector *vector, size_t size, uint64_t *ret_true, uint64_t *ret_null);

#endif
