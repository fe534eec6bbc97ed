/* expr/evaluator_call.c: calls and casts: arguments made plain, NULLs settled, kernels run over what must be run. */
#include <string.h>

#include "expr/cast.h"
#include "expr/evaluator_node.h"

/* ---- compiling ---- */

static void call_compile_kernel(Evaluator *evaluator, Node *node)
{
    const Expr *expr = node->expr;
    const Function *function = expr->function;
    node->is_strict = !(function->flags & FUNCTION_NOT_STRICT);
    node->is_volatile = function->flags & FUNCTION_VOLATILE;
    node->can_fail = function_call_can_fail(expr);
    node->kernel = function->kernel;
    if (function->choose) {
        Type *types = arena_array(evaluator->arena, Type, node->argument_count);
        for (size_t i = 0; i < node->argument_count; i++)
            types[i] = expr->arguments[i]->type;
        node->kernel = function->choose(function, types, expr->type);
    }
    if (function->prepare)
        node->state = function->prepare(evaluator->arena, expr);
}

void call_compile(Evaluator *evaluator, Node *node)
{
    Arena *arena = evaluator->arena;
    const Expr *expr = node->expr;
    size_t count = node->argument_count, variable_count = 0;
    if (expr->kind == EXPR_CALL) {
        call_compile_kernel(evaluator, node);
    } else {
        node->is_strict = true;
        node->is_try = expr->kind == EXPR_TRY_CAST;
        node->can_fail = cast_can_fail(expr->arguments[0]->type, expr->type);
        node->kernel = cast_kernel(expr->arguments[0]->type, expr->type);
        node->state = arena;
    }
    node->values = arena_array(arena, Vector *, count);
    for (size_t i = 0; i < count; i++)
        variable_count += !expr_is_constant(expr->arguments[i]);
    node->others_are_constant = variable_count <= 1;
}

/* ---- running ---- */

static bool has_null(const Vector *vector, size_t size)
{
    if (vector->validity == NULL)
        return false;
    if (vector->form == VECTOR_CONSTANT)
        return !validity_get(vector->validity, 0);
    for (size_t w = 0; w < size / 64; w++)
        if (vector->validity[w] != UINT64_MAX)
            return true;
    uint64_t tail = ((uint64_t)1 << (size % 64)) - 1;
    return size % 64 && (vector->validity[size / 64] & tail) != tail;
}

static void kernel_run(Evaluator *evaluator, Node *node, Vector *const *arguments, size_t count, Vector *result)
{
    KernelCall call = {.expr = node->expr,
                       .context = evaluator->context,
                       .count = count,
                       .argument_count = node->argument_count,
                       .arguments = arguments,
                       .result = result,
                       .state = node->state,
                       .is_careful = evaluator->is_careful,
                       .is_try = node->is_try,
                       .failure = &evaluator->failure,
                       .room = &evaluator->slices.room};
    context_check(evaluator->context);
    node->kernel(&call);
    evaluator->may_have_failed |= call.may_have_failed;
}

/* A strict result is NULL where any argument is. */
static void result_set_nulls(Vector *result, Vector *const *arguments, size_t argument_count, size_t count)
{
    for (size_t i = 0; i < argument_count; i++) {
        const Vector *argument = arguments[i];
        if (argument->validity == NULL || argument->form == VECTOR_CONSTANT)
            continue;
        uint64_t *validity = vector_validity(result, count);
        for (size_t w = 0; w < (count + 63) / 64; w++)
            validity[w] &= argument->validity[w];
    }
}

/* Over plain arguments, to `result`. */
static void call_run(Evaluator *evaluator, Node *node, Vector *const *arguments, size_t count, Vector *result)
{
    vector_prepare_as(result, node->expr->type, type_physical(node->expr->type), count);
    if (node->is_strict) {
        for (size_t i = 0; i < node->argument_count; i++)
            if (arguments[i]->form == VECTOR_CONSTANT && has_null(arguments[i], 1)) {
                vector_set_all_null(result, count);
                return;
            }
        result_set_nulls(result, arguments, node->argument_count, count);
    }
    kernel_run(evaluator, node, arguments, count, result);
}

/* ---- some of the rows ---- */

enum { PIECE_TEXT = 4 << 20 }; /* bytes of text that a kernel goes through before somebody looks at the cancel flag */

static size_t call_text_size(const Node *node, size_t first, size_t count)
{
    size_t size = 0;
    for (size_t i = 0; i < node->argument_count; i++) {
        const Vector *argument = node->values[i];
        if (argument->physical != PHYSICAL_STRING)
            continue;
        const String *texts = VECTOR_DATA(argument, String);
        if (argument->form == VECTOR_CONSTANT)
            size += texts[0].size * count;
        for (size_t row = first; row < first + count && argument->form == VECTOR_FLAT; row++)
            size += texts[row].size;
    }
    return size;
}

/* Rows that are worth a call: of a strict one those without NULLs. */
static size_t call_choose_rows(const Node *node, size_t count)
{
    size_t chosen_count = 0;
    for (size_t row = 0; row < count; row++) {
        bool is_chosen = true;
        for (size_t i = 0; i < node->argument_count && node->is_strict; i++)
            is_chosen &= !vector_is_null(node->values[i], row);
        node->rows[chosen_count] = (uint16_t)row;
        chosen_count += is_chosen;
    }
    return chosen_count;
}

/* How many of the rows, 1 or more, have no more text than a piece may. */
static size_t call_piece_size(const Node *node, const uint16_t *rows, size_t count)
{
    size_t piece_count = 1, size = call_text_size(node, rows[0], 1);
    while (piece_count < count && (size += call_text_size(node, rows[piece_count], 1)) <= PIECE_TEXT)
        piece_count++;
    return piece_count;
}

/* Over the chosen rows, in pieces; the others are NULL. */
static void call_run_chosen(Evaluator *evaluator, Node *node, size_t count)
{
    if (node->chosen_values == NULL) {
        node->chosen_values = arena_array(evaluator->arena, Vector *, node->argument_count);
        for (size_t i = 0; i < node->argument_count; i++)
            node->chosen_values[i] = vector_new(evaluator->arena, node->expr->arguments[i]->type);
        node->chosen_result = vector_new(evaluator->arena, node->expr->type);
        node->rows = arena_array(evaluator->arena, uint16_t, BATCH_SIZE);
    }
    vector_clear(node->result, node->expr->type, count);
    const uint16_t *rows = node->rows;
    for (size_t left = call_choose_rows(node, count), piece; left > 0; rows += piece, left -= piece) {
        context_check(evaluator->context);
        piece = call_piece_size(node, rows, left);
        for (size_t i = 0; i < node->argument_count; i++)
            vector_gather(node->chosen_values[i], node->values[i], rows, piece);
        vector_prepare_as(node->chosen_result, node->expr->type, type_physical(node->expr->type), piece);
        kernel_run(evaluator, node, node->chosen_values, piece, node->chosen_result);
        vector_scatter(node->result, node->chosen_result, rows, piece);
    }
}

/* ---- dictionaries ---- */

/* Whether these values are what was computed the last time. Only memory that is counted, and of which `key` holds a
 * share, cannot have been written since. */
static bool dictionary_is_known(const Node *node, const Vector *values, size_t size)
{
    const Vector *key = node->dictionary_key;
    return node->others_are_constant && key && key->data_buffer && key->data == values->data &&
           key->data_buffer == values->data_buffer && key->validity == values->validity &&
           node->dictionary_size == size;
}

bool node_run_dictionary(Evaluator *evaluator, Node *node, const Vector *argument, size_t count, DictionaryRun run)
{
    const Vector *values = argument->dictionary;
    size_t size = argument->dictionary_size;
    if (!dictionary_is_known(node, values, size)) {
        if (size > count * 2)
            return false;
        if (node->dictionary_values == NULL) {
            node->dictionary_values = vector_new(evaluator->arena, node->expr->type);
            node->dictionary_key = vector_new(evaluator->arena, values->type);
        }
        node->dictionary_size = 0;
        run(evaluator, node, values, size, node->dictionary_values);
        if (evaluator->may_have_failed || evaluator->slices.room.is_exceeded)
            return false;
        vector_reference(node->dictionary_key, values);
        node->dictionary_size = size;
    }
    vector_prepare_dictionary(node->result, node->dictionary_values, size, count);
    memcpy(node->result->data, argument->data, count * sizeof(uint32_t));
    return true;
}

/* The function of a dictionary's values, in the place of the one argument that is not constant. */
static void call_run_values(Evaluator *evaluator, Node *node, const Vector *values, size_t size, Vector *result)
{
    Vector *arguments[FUNCTION_MAX_ARGUMENTS];
    for (size_t i = 0; i < node->argument_count; i++)
        arguments[i] = node->values[i]->form == VECTOR_CONSTANT ? node->values[i] : (Vector *)values; /* only read */
    call_run(evaluator, node, arguments, size, result);
}

/* ---- a call's value ---- */

static size_t variable_count(const Node *node, size_t *ret_variable)
{
    size_t count = 0;
    for (size_t i = 0; i < node->argument_count; i++)
        if (node->values[i]->form != VECTOR_CONSTANT) {
            *ret_variable = i;
            count++;
        }
    return count;
}

Vector *call_value(Evaluator *evaluator, Node *node, const Input *input)
{
    size_t count = input->size, variable = 0;
    for (size_t i = 0; i < node->argument_count; i++)
        node->values[i] = node_value(evaluator, node->arguments[i], input);
    size_t variables = variable_count(node, &variable);
    bool is_constant = variables == 0 && !node->is_volatile && count > 0;
    if (is_constant)
        count = 1;
    if (variables == 1 && node->values[variable]->form == VECTOR_DICTIONARY && !node->can_fail && !node->is_volatile &&
        !evaluator->is_careful && node->argument_count <= FUNCTION_MAX_ARGUMENTS &&
        node_run_dictionary(evaluator, node, node->values[variable], count, call_run_values))
        return node->result;
    bool has_nulls = false;
    for (size_t i = 0; i < node->argument_count; i++) {
        if (node->values[i]->form == VECTOR_DICTIONARY)
            node->values[i] = node_flat(evaluator, node, i, node->values[i], count);
        has_nulls |= has_null(node->values[i], count);
    }
    bool is_long = count > 1 && call_text_size(node, 0, count) > PIECE_TEXT;
    if ((evaluator->is_careful && node->is_strict && has_nulls) || is_long)
        call_run_chosen(evaluator, node, count);
    else
        call_run(evaluator, node, node->values, count, node->result);
    if (is_constant)
        node->result->form = VECTOR_CONSTANT;
    return node->result;
}
