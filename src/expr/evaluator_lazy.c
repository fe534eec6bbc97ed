/* expr/evaluator_lazy.c: AND, OR, CASE, COALESCE, IN.
 *
 * Fast: every argument is computed for all rows, and the results are put together by bits or by choice. Careful: each
 * argument sees only the rows that the ones before have left to it. */
#include <assert.h>
#include <string.h>

#include "base/context.h"
#include "expr/evaluator_node.h"

/* ---- compiling ---- */

void in_compile(Evaluator *evaluator, Node *node)
{
    const Expr *expr = node->expr;
    size_t count = 0;
    Value *values = arena_array(evaluator->arena, Value, expr->argument_count);
    for (size_t i = 1; i < expr->argument_count; i++) {
        context_pace_item(i);
        const Expr *item = expr->arguments[i];
        if (!expr_is_constant(item) || !(item->constant.is_null || type_equal(item->type, expr->arguments[0]->type)))
            return;
        if (item->constant.is_null)
            node->list_has_null = true;
        else
            values[count++] = item->constant;
    }
    if (count == 0) /* NULL alone: any value of the type stands for an empty set */
        return;
    node->set = in_set_new(evaluator->arena, values, count);
    node->others_are_constant = true;
}

void lazy_compile(Evaluator *evaluator, Node *node)
{
    Arena *arena = evaluator->arena;
    node->narrowed = input_new(evaluator);
    node->rows = arena_array(arena, uint16_t, BATCH_SIZE);
    node->chosen = arena_array(arena, uint16_t, BATCH_SIZE);
    node->true_words = arena_array(arena, uint64_t, VALIDITY_WORDS * 2);
    node->null_words = arena_array(arena, uint64_t, VALIDITY_WORDS * 2);
    node->values = arena_array(arena, Vector *, node->argument_count);
    node->flats = arena_array(arena, Vector *, node->argument_count);
    for (size_t i = 0; i < node->argument_count; i++) {
        context_pace_item(i);
        node->flats[i] = vector_new(arena, node->expr->arguments[i]->type);
    }
    node->sources = arena_array(arena, const void *, node->argument_count);
    node->steps = arena_array(arena, uint8_t, node->argument_count);
}

/* ---- shared ---- */

static size_t word_count(size_t size)
{
    return (size + 63) / 64;
}

/* The spare words behind a node's own: for an argument's truth. */
static uint64_t *spare(uint64_t *words)
{
    return words + VALIDITY_WORDS;
}

/* The result is TRUE and NULL by bits. */
static Vector *truth_result(Node *node, size_t size)
{
    vector_prepare(node->result, size);
    kernels_get()->boolean->unpack(node->true_words, size, node->result->data);
    uint64_t any = 0;
    for (size_t w = 0; w < word_count(size); w++)
        any |= node->null_words[w];
    if (any) {
        uint64_t *validity = vector_validity(node->result, size);
        for (size_t w = 0; w < word_count(size); w++)
            validity[w] = ~node->null_words[w];
    }
    return node->result;
}

static size_t rows_all(uint16_t *rows, size_t size)
{
    if (size)
        memcpy(rows, selection_all, size * sizeof *rows);
    return size;
}

/* The value of an argument for some rows. */
static Vector *narrowed_value(Evaluator *evaluator, Node *node, size_t index, const Input *input, const uint16_t *rows,
                              size_t count)
{
    input_narrow(evaluator, node->narrowed, input, rows, count);
    return node_value(evaluator, node->arguments[index], node->narrowed);
}

/* ---- AND, OR ---- */

static Vector *junction_fast(Evaluator *evaluator, Node *node, const Input *input)
{
    size_t words = word_count(input->size);
    bool is_and = node->expr->kind == EXPR_AND;
    uint64_t *all_true = node->true_words, *any_null = node->null_words;
    vector_truth(node_value(evaluator, node->arguments[0], input), input->size, all_true, any_null);
    for (size_t i = 1; i < node->argument_count; i++) {
        uint64_t *is_true = spare(all_true), *is_null = spare(any_null);
        vector_truth(node_value(evaluator, node->arguments[i], input), input->size, is_true, is_null);
        for (size_t w = 0; w < words; w++) {
            uint64_t t1 = all_true[w], n1 = any_null[w], t2 = is_true[w], n2 = is_null[w];
            all_true[w] = is_and ? t1 & t2 : t1 | t2;
            any_null[w] = is_and ? (n1 & (n2 | t2)) | (n2 & t1) : (n1 & ~t2) | (n2 & ~t1);
        }
    }
    return truth_result(node, input->size);
}

static Vector *junction_careful(Evaluator *evaluator, Node *node, const Input *input)
{
    bool is_and = node->expr->kind == EXPR_AND;
    uint64_t *truth = node->true_words, *nulls = node->null_words;
    memset(truth, is_and ? 0xFF : 0, word_count(input->size) * sizeof *truth);
    memset(nulls, 0, word_count(input->size) * sizeof *nulls);
    size_t left = rows_all(node->rows, input->size); /* rows that are not decided */
    for (size_t a = 0; a < node->argument_count && left > 0; a++) {
        Vector *value = narrowed_value(evaluator, node, a, input, node->rows, left);
        size_t still_left = 0;
        for (size_t i = 0; i < left; i++) {
            uint16_t row = node->rows[i];
            bool is_null = vector_is_null(value, i);
            bool decides = !is_null && vector_value(value, i).boolean != is_and;
            if (is_null)
                validity_set(nulls, row);
            if (!decides) {
                node->rows[still_left++] = row;
                continue;
            }
            validity_clear(nulls, row);
            if (is_and)
                validity_clear(truth, row);
            else
                validity_set(truth, row);
        }
        left = still_left;
    }
    for (size_t w = 0; w < word_count(input->size); w++)
        truth[w] &= ~nulls[w];
    return truth_result(node, input->size);
}

/* ---- choosing among values: CASE, COALESCE ---- */

/* Row i of the result is row i of sources[choice[i]], which are flat or constant and of one layout. */
static void choose_values(Node *node, Vector *const *sources, size_t source_count, const uint16_t *choice, size_t size)
{
    Vector *result = node->result;
    const ChooseLoops *loops = kernels_get()->choose;
    size_t value_size = physical_size((Physical)result->physical);
    ChooseLoop loop = value_size == 1   ? loops->choose_1
                      : value_size == 4 ? loops->choose_4
                      : value_size == 8 ? loops->choose_8
                                        : loops->choose_16;
    for (size_t s = 0; s < source_count; s++) {
        node->sources[s] = sources[s]->data;
        node->steps[s] = sources[s]->form != VECTOR_CONSTANT;
    }
    loop(node->sources, node->steps, choice, size, result->data);
    bool may_have_nulls = false;
    for (size_t s = 0; s < source_count; s++) {
        may_have_nulls |= sources[s]->validity != NULL;
        if (result->physical == PHYSICAL_STRING)
            vector_keep_strings_of(result, sources[s]);
    }
    if (!may_have_nulls)
        return;
    for (size_t i = 0; i < size; i++)
        if (vector_is_null(sources[choice[i]], i))
            vector_set_null(result, i);
}

static Vector *choose_widen(Evaluator *evaluator, Node *node, size_t index, const Vector *source, size_t size)
{
    if (node->wides == NULL)
        node->wides = arena_array(evaluator->arena, Vector *, node->argument_count);
    if (node->wides[index] == NULL)
        node->wides[index] = vector_new(evaluator->arena, source->type);
    vector_clear(node->wides[index], type_decimal(DECIMAL_MAX_PRECISION, source->type.scale), size);
    vector_scatter(node->wides[index], source, NULL, size);
    return node->wides[index];
}

/* Prepares the result in a layout that holds all sources; narrower DECIMALs are widened. */
static void choose_prepare(Evaluator *evaluator, Node *node, Vector **sources, size_t count, size_t size)
{
    Type type = node->expr->type;
    Physical physical = type_physical(type);
    if (type.id == TYPE_DECIMAL) {
        physical = PHYSICAL_I64;
        for (size_t i = 0; i < count; i++)
            if (sources[i]->physical == PHYSICAL_I128)
                physical = PHYSICAL_I128;
        for (size_t i = 0; i < count; i++)
            if (sources[i]->physical != physical) {
                sources[i] = choose_widen(evaluator, node, i, sources[i], size);
            }
    }
    vector_prepare_as(node->result, type, physical, size);
}

static Vector *case_fast(Evaluator *evaluator, Node *node, const Input *input)
{
    size_t size = input->size, branches = node->argument_count / 2;
    Vector **sources = node->values; /* the results, `otherwise` last */
    uint16_t *choice = node->chosen;
    for (size_t i = 0; i < size; i++)
        choice[i] = (uint16_t)branches;
    for (size_t b = branches; b-- > 0;) {
        vector_truth(node_value(evaluator, node->arguments[b * 2], input), size, node->true_words, node->null_words);
        kernels_get()->boolean->mark(node->true_words, size, (uint16_t)b, choice);
    }
    for (size_t b = 0; b <= branches; b++) {
        size_t argument = b < branches ? b * 2 + 1 : b * 2;
        sources[b] = node_plain_value(evaluator, node->arguments[argument], input, node->flats[argument]);
    }
    choose_prepare(evaluator, node, sources, branches + 1, size);
    choose_values(node, sources, branches + 1, choice, size);
    return node->result;
}

static Vector *case_careful(Evaluator *evaluator, Node *node, const Input *input)
{
    vector_clear(node->result, node->expr->type, input->size);
    size_t branches = node->argument_count / 2;
    size_t left = rows_all(node->rows, input->size);
    for (size_t b = 0; b < branches && left > 0; b++) {
        Vector *condition = narrowed_value(evaluator, node, b * 2, input, node->rows, left);
        vector_truth(condition, left, node->true_words, node->null_words);
        size_t chosen = kernels_get()->boolean->select(node->true_words, node->rows, left, node->chosen);
        for (size_t w = 0; w < word_count(left); w++)
            node->true_words[w] = ~node->true_words[w];
        if (left % 64)
            node->true_words[left / 64] &= ((uint64_t)1 << (left % 64)) - 1;
        left = kernels_get()->boolean->select(node->true_words, node->rows, left, node->rows);
        if (chosen > 0)
            vector_scatter(node->result, narrowed_value(evaluator, node, b * 2 + 1, input, node->chosen, chosen),
                           node->chosen, chosen);
    }
    if (left > 0)
        vector_scatter(node->result, narrowed_value(evaluator, node, branches * 2, input, node->rows, left), node->rows,
                       left);
    return node->result;
}

static Vector *coalesce_fast(Evaluator *evaluator, Node *node, const Input *input)
{
    size_t size = input->size, count = node->argument_count;
    uint16_t *choice = node->chosen;
    for (size_t a = 0; a < count; a++)
        node->values[a] = node_plain_value(evaluator, node->arguments[a], input, node->flats[a]);
    if (node->values[0]->validity == NULL && node->values[0]->form == VECTOR_FLAT)
        return node->values[0];
    for (size_t i = 0; i < size; i++)
        choice[i] = (uint16_t)(count - 1);
    for (size_t a = count - 1; a-- > 0;)
        for (size_t i = 0; i < size; i++)
            if (!vector_is_null(node->values[a], i))
                choice[i] = (uint16_t)a;
    choose_prepare(evaluator, node, node->values, count, size);
    choose_values(node, node->values, count, choice, size);
    return node->result;
}

static Vector *coalesce_careful(Evaluator *evaluator, Node *node, const Input *input)
{
    vector_clear(node->result, node->expr->type, input->size);
    size_t left = rows_all(node->rows, input->size);
    for (size_t a = 0; a < node->argument_count && left > 0; a++) {
        Vector *value = narrowed_value(evaluator, node, a, input, node->rows, left);
        vector_scatter(node->result, value, node->rows, left); /* NULLs leave the row as it is: NULL */
        size_t still_left = 0;
        for (size_t i = 0; i < left; i++)
            if (vector_is_null(value, i))
                node->rows[still_left++] = node->rows[i];
        left = still_left;
    }
    return node->result;
}

/* ---- IN ---- */

/* A constant list. Found is TRUE; not found is NULL when the list has a NULL. */
static void in_run(Evaluator *evaluator, Node *node, const Vector *value, size_t size, Vector *result)
{
    (void)evaluator;
    vector_prepare(result, size);
    bool *results = result->data;
    in_set_contains(node->set, value, size, results);
    if (node->list_has_null || value->validity) {
        uint64_t *validity = vector_validity(result, size);
        if (node->list_has_null)
            kernels_get()->boolean->pack(results, size, validity);
        if (value->validity)
            for (size_t w = 0; w < word_count(size); w++)
                validity[w] &= value->validity[w];
    }
    if (node->expr->is_negated)
        for (size_t i = 0; i < size; i++)
            results[i] = !results[i];
}

static Vector *in_constants(Evaluator *evaluator, Node *node, const Input *input)
{
    Vector *value = node_value(evaluator, node->arguments[0], input);
    if (value->form == VECTOR_DICTIONARY && node_run_dictionary(evaluator, node, value, input->size, in_run))
        return node->result;
    if (value->form != VECTOR_FLAT) {
        vector_flatten(node->flats[0], value, input->size);
        value = node->flats[0];
    }
    in_run(evaluator, node, value, input->size, node->result);
    return node->result;
}

/* Whether two vectors' rows are equal, as bits; NULL where either is. Of one type but perhaps of two layouts. */
static bool rows_are_equal(const Vector *a, size_t a_row, const Vector *b, size_t b_row)
{
    Value left = vector_value(a, a_row), right = vector_value(b, b_row);
    return value_compare(&left, &right) == 0;
}

/* A list that is computed: each item sees the rows that no item before has matched. */
static Vector *in_list(Evaluator *evaluator, Node *node, const Input *input)
{
    size_t size = input->size;
    Vector *value = node_plain_value(evaluator, node->arguments[0], input, node->flats[0]);
    uint64_t *found = node->true_words, *nulls = node->null_words;
    memset(found, 0, word_count(size) * sizeof *found);
    memset(nulls, 0, word_count(size) * sizeof *nulls);
    size_t left = 0;
    for (size_t i = 0; i < size; i++) {
        if (vector_is_null(value, i))
            validity_set(nulls, i);
        else
            node->rows[left++] = (uint16_t)i;
    }
    for (size_t a = 1; a < node->argument_count && left > 0; a++) {
        Vector *item = narrowed_value(evaluator, node, a, input, node->rows, left);
        size_t still_left = 0;
        for (size_t i = 0; i < left; i++) {
            uint16_t row = node->rows[i];
            bool is_null = vector_is_null(item, i);
            if (!is_null && rows_are_equal(value, row, item, i)) {
                validity_set(found, row);
                validity_clear(nulls, row);
                continue;
            }
            if (is_null)
                validity_set(nulls, row);
            node->rows[still_left++] = row;
        }
        left = still_left;
    }
    if (node->expr->is_negated)
        for (size_t w = 0; w < word_count(size); w++)
            found[w] = ~found[w] & ~nulls[w];
    return truth_result(node, size);
}

Vector *lazy_value(Evaluator *evaluator, Node *node, const Input *input)
{
    bool is_careful = evaluator->is_careful;
    switch (node->expr->kind) {
    case EXPR_AND:
    case EXPR_OR:
        return is_careful ? junction_careful(evaluator, node, input) : junction_fast(evaluator, node, input);
    case EXPR_CASE:
        return is_careful ? case_careful(evaluator, node, input) : case_fast(evaluator, node, input);
    case EXPR_COALESCE:
        return is_careful ? coalesce_careful(evaluator, node, input) : coalesce_fast(evaluator, node, input);
    default:
        assert(node->expr->kind == EXPR_IN);
        return node->set ? in_constants(evaluator, node, input) : in_list(evaluator, node, input);
    }
}
