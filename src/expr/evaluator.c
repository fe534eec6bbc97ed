/* expr/evaluator.c: compiles expressions to nodes; runs them fast, and again with care when something may have failed.
 */
#include "expr/evaluator.h"

#include <string.h>

#include "base/context.h"
#include "expr/evaluator_node.h"

/* ---- compiling ---- */

typedef struct Survey {
    size_t column_count;
    bool has_parameters;
} Survey;

static bool survey_visit(void *user, const Expr *expr)
{
    Survey *survey = user;
    if (expr->kind == EXPR_COLUMN && expr->column >= survey->column_count)
        survey->column_count = expr->column + 1;
    survey->has_parameters |= expr->kind == EXPR_PARAMETER;
    return true;
}

/* A column or a constant, of which there may be many thousands: only the first members are there. */
static Node *leaf_compile(Evaluator *evaluator, const Expr *expr)
{
    Node *node = arena_allocate_zero(evaluator->arena, offsetof(Node, kernel));
    node->expr = expr;
    if (expr->kind == EXPR_CONSTANT)
        node->result = constant_pool_vector(&evaluator->constants, evaluator->arena, expr->type, &expr->constant);
    return node;
}

static Node *node_compile(Evaluator *evaluator, const Expr *expr, size_t depth)
{
    if (depth >= EXPR_MAX_DEPTH)
        error_raise(ERROR_TOO_COMPLEX, expr->position, "expression is nested more than %d levels deep", EXPR_MAX_DEPTH);
    if (expr->kind == EXPR_COLUMN || expr->kind == EXPR_CONSTANT)
        return leaf_compile(evaluator, expr);
    Node *node = arena_new(evaluator->arena, Node);
    node->expr = expr;
    if (expr->kind == EXPR_IN)
        in_compile(evaluator, node);
    node->argument_count = node->set ? 1 : expr->argument_count; /* a set stands for the list */
    node->arguments = arena_array(evaluator->arena, Node *, node->argument_count);
    for (size_t i = 0; i < node->argument_count; i++) {
        context_pace_item(i);
        node->arguments[i] = node_compile(evaluator, expr->arguments[i], depth + 1);
        node->is_dear |= node->arguments[i]->is_dear;
    }
    node->result = vector_new(evaluator->arena, expr->type);
    switch (expr->kind) {
    case EXPR_CALL:
        node->is_dear |= expr->function->prepare != NULL; /* LIKE, regular expressions, formats */
        call_compile(evaluator, node);
        break;
    case EXPR_CAST:
    case EXPR_TRY_CAST:
        call_compile(evaluator, node);
        break;
    default:
        lazy_compile(evaluator, node);
    }
    return node;
}

Evaluator *evaluator_new(Arena *arena, const Context *context, Expr *const *exprs, size_t expr_count)
{
    Evaluator *evaluator = arena_new(arena, Evaluator);
    evaluator->arena = arena;
    evaluator->context = context;
    evaluator->expr_count = expr_count;
    slices_init(&evaluator->slices);
    Survey survey = {0};
    for (size_t i = 0; i < expr_count; i++)
        expr_walk(exprs[i], survey_visit, &survey);
    evaluator->column_count = survey.column_count;
    evaluator->nodes = arena_array(arena, Node *, expr_count);
    evaluator->flats = arena_array(arena, Vector *, expr_count);
    evaluator->scattered = arena_array(arena, Vector *, expr_count);
    evaluator->narrowed = input_new(evaluator);
    for (size_t i = 0; i < expr_count; i++)
        evaluator->nodes[i] =
            node_compile(evaluator, survey.has_parameters ? expr_settle(arena, exprs[i]) : exprs[i], 0);
    return evaluator;
}

/* ---- values ---- */

Vector *node_value(Evaluator *evaluator, Node *node, const Input *input)
{
    switch (node->expr->kind) {
    case EXPR_COLUMN:
        return input_column(evaluator, input, node->expr->column);
    case EXPR_CONSTANT:
        return node->result;
    case EXPR_CALL:
    case EXPR_CAST:
    case EXPR_TRY_CAST:
        return call_value(evaluator, node, input);
    default:
        return lazy_value(evaluator, node, input);
    }
}

static void vectors_unref(Vector **vectors, size_t count)
{
    for (size_t i = 0; vectors && i < count; i++)
        if (vectors[i])
            vector_unref(vectors[i]);
}

void node_forget(Node *node)
{
    if (node->expr->kind == EXPR_COLUMN || node->expr->kind == EXPR_CONSTANT)
        return;
    vector_unref(node->result);
    vectors_unref(node->flats, node->argument_count);
    vectors_unref(node->chosen_values, node->argument_count);
    vectors_unref(&node->chosen_result, 1);
    for (size_t i = 0; i < node->argument_count; i++)
        node_forget(node->arguments[i]);
}

Vector *node_flat(Evaluator *evaluator, Node *node, size_t index, const Vector *value, size_t size)
{
    if (node->flats == NULL)
        node->flats = arena_array(evaluator->arena, Vector *, node->argument_count);
    if (node->flats[index] == NULL)
        node->flats[index] = vector_new(evaluator->arena, value->type);
    vector_flatten(node->flats[index], value, size);
    return node->flats[index];
}

Vector *node_plain_argument(Evaluator *evaluator, Node *node, size_t index, const Input *input)
{
    Vector *value = node_value(evaluator, node->arguments[index], input);
    return value->form == VECTOR_DICTIONARY ? node_flat(evaluator, node, index, value, input->size) : value;
}

/* So few rows count that it pays to gather them first; of what takes long for a row they need not be so few. */
static bool batch_is_sparse(const Batch *batch, bool is_dear)
{
    size_t gathered = is_dear ? batch->row_count / 2 * 3 : batch->row_count * 4;
    return batch->selection && batch->vector_size >= 64 && gathered <= batch->vector_size;
}

/* What has failed is raised. Where the source knows its rows, the first that fails is looked for, one by one, and its
 * place is told. */
static _Noreturn void failure_raise(Evaluator *evaluator, Node *node, const Batch *batch, const Input *all)
{
    Error error = evaluator->failure;
    if (batch->origin == NULL && evaluator->context)
        atomic_store(&context_counts(evaluator->context)->lacks_place, true);
    for (size_t i = 0; batch->origin && i < batch->row_count; i++) {
        uint16_t row = (uint16_t)batch_row(batch, i);
        input_narrow(evaluator, evaluator->narrowed, all, &row, 1);
        evaluator->failure.code = ERROR_NONE;
        (void)node_value(evaluator, node, evaluator->narrowed);
        if (evaluator->failure.code == ERROR_NONE)
            continue;
        Text place = text_in(evaluator->arena);
        batch->origin->describe(batch->origin, row, &place);
        error = evaluator->failure;
        if (place.size > 0)
            error_set(&error, error.code, error.position, "%s: %s", text_string(&place), evaluator->failure.message);
        break;
    }
    error_raise_again(&error);
}

/* The value of an expression; *ret_narrow tells whether it holds the rows that count alone, or all slots. */
static Vector *root_value(Evaluator *evaluator, size_t expr_index, const Batch *batch, bool *ret_narrow)
{
    Node *node = evaluator->nodes[expr_index];
    Input all = {.size = batch->vector_size, .columns = batch->columns};
    bool is_leaf = node->argument_count == 0;
    bool is_narrow = !is_leaf && (batch_is_sparse(batch, node->is_dear) || slice_is_narrow(&evaluator->slices, batch));
    if (is_narrow)
        input_narrow(evaluator, evaluator->narrowed, &all, batch->selection, batch->row_count);
    evaluator->is_careful = evaluator->may_have_failed = false;
    Vector *value = node_value(evaluator, node, is_narrow ? evaluator->narrowed : &all);
    if (evaluator->may_have_failed && batch->row_count > 0 && !evaluator_lacks_room(evaluator)) {
        is_narrow = batch->selection != NULL;
        if (is_narrow)
            input_narrow(evaluator, evaluator->narrowed, &all, batch->selection, batch->row_count);
        evaluator->is_careful = true;
        evaluator->failure.code = ERROR_NONE;
        value = node_value(evaluator, node, is_narrow ? evaluator->narrowed : &all);
        if (evaluator->failure.code != ERROR_NONE && !evaluator_lacks_room(evaluator))
            failure_raise(evaluator, node, batch, &all);
    }
    *ret_narrow = is_narrow;
    return value;
}

Vector *evaluator_value(Evaluator *evaluator, size_t expr_index, const Batch *batch)
{
    bool is_narrow;
    Vector *value = root_value(evaluator, expr_index, batch, &is_narrow);
    if (!is_narrow || value->form == VECTOR_CONSTANT)
        return value;
    Vector **scattered = &evaluator->scattered[expr_index];
    if (*scattered == NULL)
        *scattered = vector_new(evaluator->arena, value->type);
    Type type = value->type;
    bool is_wide = value->physical == PHYSICAL_I128 && type_physical(type) == PHYSICAL_I64;
    vector_clear(*scattered, is_wide ? type_decimal(DECIMAL_MAX_PRECISION, type.scale) : type, batch->vector_size);
    vector_scatter(*scattered, value, batch->selection, batch->row_count);
    (*scattered)->type = type;
    return *scattered;
}

Vector *evaluator_value_flat(Evaluator *evaluator, size_t expr_index, const Batch *batch)
{
    Vector *value = evaluator_value(evaluator, expr_index, batch);
    if (value->form == VECTOR_FLAT)
        return value;
    Vector **flat = &evaluator->flats[expr_index];
    if (*flat == NULL)
        *flat = vector_new(evaluator->arena, value->type);
    vector_flatten(*flat, value, batch->vector_size);
    return *flat;
}

/* ---- filters ---- */

/* Keeps the rows of the batch for which the condition is TRUE. */
static void batch_keep(Batch *batch, const Vector *condition, bool is_narrow, uint16_t *selection)
{
    uint64_t is_true[VALIDITY_WORDS], is_null[VALIDITY_WORDS];
    size_t size = is_narrow ? batch->row_count : batch->vector_size, kept = 0;
    if (condition->form == VECTOR_CONSTANT) {
        if (!validity_get(condition->validity, 0) || !*VECTOR_DATA(condition, bool))
            batch->row_count = 0;
        return;
    }
    vector_truth(condition, size, is_true, is_null);
    if (is_narrow || batch->selection == NULL) {
        kept = kernels_get()->boolean->select(is_true, batch->selection, size, selection);
    } else {
        for (size_t i = 0; i < batch->row_count; i++) {
            uint16_t row = batch->selection[i];
            selection[kept] = row;
            kept += is_true[row / 64] >> (row % 64) & 1;
        }
    }
    if (kept == batch->row_count)
        return;
    batch->selection = selection;
    batch->row_count = kept;
}

/* Writes which rows of a slice pass; returns how many. They may stand where those of the batch do, but not behind. */
static size_t slice_keep(Evaluator *evaluator, const Batch *slice, const Vector *condition, bool is_narrow,
                         uint16_t *selection)
{
    Batch rows = *slice;
    if (evaluator->passing == NULL)
        evaluator->passing = arena_array(evaluator->arena, uint16_t, BATCH_SIZE);
    batch_keep(&rows, condition, is_narrow, evaluator->passing);
    for (size_t i = 0; i < rows.row_count; i++)
        selection[i] = (uint16_t)batch_row(&rows, i);
    return rows.row_count;
}

size_t evaluator_filter_by(Evaluator *evaluator, size_t expr_index, Batch *batch, uint16_t *selection)
{
    const Batch whole = *batch;
    size_t kept = 0;
    evaluator_begin(evaluator, &whole);
    for (const Batch *slice; (slice = evaluator_next_slice(evaluator)) != NULL;) {
        bool is_narrow;
        Vector *condition = root_value(evaluator, expr_index, slice, &is_narrow);
        if (evaluator_lacks_room(evaluator))
            continue;
        if (slice == &whole) {
            batch_keep(batch, condition, is_narrow, selection);
            kept = batch->row_count;
        } else {
            kept += slice_keep(evaluator, slice, condition, is_narrow, selection + kept);
            batch->selection = selection;
        }
    }
    return batch->row_count = kept;
}

/* Conjuncts that cannot fail come first and may change places; the others follow as written, and so does what gives
 * another value whenever it is asked. */
static void filter_prepare(Evaluator *evaluator)
{
    evaluator->conjuncts = arena_array(evaluator->arena, uint32_t, evaluator->expr_count);
    size_t next = 0;
    for (int is_bound = 0; is_bound <= 1; is_bound++) {
        for (size_t i = 0; i < evaluator->expr_count; i++) {
            const Expr *expr = evaluator->nodes[i]->expr;
            if ((expr_can_fail(expr) || expr_is_volatile(expr)) == (is_bound == 1))
                evaluator->conjuncts[next++] = (uint32_t)i;
        }
        if (!is_bound)
            evaluator->free_order = condition_order_new(evaluator->arena, evaluator->free_count = next);
    }
}

size_t evaluator_filter(Evaluator *evaluator, Batch *batch, uint16_t *selection)
{
    if (evaluator->conjuncts == NULL)
        filter_prepare(evaluator);
    const uint32_t *order = condition_order_next(evaluator->free_order);
    for (size_t i = 0; i < evaluator->expr_count && batch->row_count > 0; i++) {
        size_t row_count = batch->row_count;
        bool is_free = i < evaluator->free_count;
        uint32_t index = evaluator->conjuncts[is_free ? order[i] : i];
        evaluator_filter_by(evaluator, index, batch, selection);
        if (evaluator->expr_count > MANY_ARGUMENTS)
            node_forget(evaluator->nodes[index]);
        if (i == 0 && is_free)
            condition_order_note(evaluator->free_order, row_count, batch->row_count);
    }
    return batch->row_count;
}

/* ---- constants ---- */

/* False: something may have failed, and `must` does not ask to raise it. */
static bool constant_evaluate(Arena *arena, const Context *context, const Expr *expr, bool must, Value *ret_value)
{
    Arena *scratch = arena_new_child(arena);
    Expr *exprs[1] = {(Expr *)expr}; /* only read */
    Evaluator *evaluator = evaluator_new(scratch, context, exprs, 1);
    Batch batch = {.row_count = must ? 1 : 0, .vector_size = 1}; /* without a row that counts nothing raises */
    Value value = vector_value(evaluator_value(evaluator, 0, &batch), 0);
    bool is_sure = must || !evaluator->may_have_failed;
    if (is_sure) {
        *ret_value = value_copy(arena, &value);
        ret_value->type = expr->type;
    }
    arena_free(scratch);
    return is_sure;
}

Value expr_evaluate_constant(Arena *arena, const Context *context, const Expr *expr)
{
    Value value;
    if (expr_is_fixed(expr))
        return value_copy(arena, expr_fixed_value(expr));
    (void)constant_evaluate(arena, context, expr, true, &value);
    return value;
}

bool expr_try_constant(Arena *arena, const Context *context, const Expr *expr, Value *ret_value)
{
    return constant_evaluate(arena, context, expr, false, ret_value);
}
