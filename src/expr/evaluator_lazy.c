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
    size_t count = node->argument_count;
    bool chooses = node->expr->kind == EXPR_CASE || node->expr->kind == EXPR_COALESCE;
    if (!chooses || count > MANY_ARGUMENTS)
        return;
    node->values = arena_array(evaluator->arena, Vector *, count);
    node->sources = arena_array(evaluator->arena, const void *, count);
    node->steps = arena_array(evaluator->arena, uint8_t, count);
}

/* ---- what one of these needs while its value is computed ---- */

struct LazySpace {
    LazySpace *next;
    Input *narrowed;
    uint64_t true_words[VALIDITY_WORDS], null_words[VALIDITY_WORDS];
    uint64_t argument_true[VALIDITY_WORDS], argument_null[VALIDITY_WORDS];
    uint16_t rows[BATCH_SIZE], chosen[BATCH_SIZE]; /* a page each: in front of the words they alias them */
};

static LazySpace *space_take(Evaluator *evaluator)
{
    LazySpace *space = evaluator->spaces;
    if (space) {
        evaluator->spaces = space->next;
        return space;
    }
    space = arena_new(evaluator->arena, LazySpace);
    space->narrowed = input_new(evaluator);
    return space;
}

static void space_give(Evaluator *evaluator, LazySpace *space)
{
    space->next = evaluator->spaces;
    evaluator->spaces = space;
}

/* ---- shared ---- */

static size_t word_count(size_t size)
{
    return (size + 63) / 64;
}

/* The result is TRUE and NULL by bits. */
static Vector *truth_result(Node *node, const LazySpace *space, size_t size)
{
    vector_prepare(node->result, size);
    kernels_get()->boolean->unpack(space->true_words, size, node->result->data);
    uint64_t any = 0;
    for (size_t w = 0; w < word_count(size); w++)
        any |= space->null_words[w];
    if (any) {
        uint64_t *validity = vector_validity(node->result, size);
        for (size_t w = 0; w < word_count(size); w++)
            validity[w] = ~space->null_words[w];
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
static Vector *narrowed_value(Evaluator *evaluator, LazySpace *space, Node *argument, const Input *input,
                              const uint16_t *rows, size_t count)
{
    input_narrow(evaluator, space->narrowed, input, rows, count);
    return node_value(evaluator, argument, space->narrowed);
}

/* Its value has been looked at. */
static void argument_done(Node *node, size_t index)
{
    context_pace_item(index);
    if (node->argument_count > MANY_ARGUMENTS)
        node_forget(node->arguments[index]);
}

/* ---- AND, OR ---- */

static Vector *junction_fast(Evaluator *evaluator, Node *node, LazySpace *space, const Input *input)
{
    size_t words = word_count(input->size);
    bool is_and = node->expr->kind == EXPR_AND;
    uint64_t *all_true = space->true_words, *any_null = space->null_words;
    vector_truth(node_value(evaluator, node->arguments[0], input), input->size, all_true, any_null);
    for (size_t i = 1; i < node->argument_count; i++) {
        uint64_t *is_true = space->argument_true, *is_null = space->argument_null;
        vector_truth(node_value(evaluator, node->arguments[i], input), input->size, is_true, is_null);
        argument_done(node, i);
        for (size_t w = 0; w < words; w++) {
            uint64_t t1 = all_true[w], n1 = any_null[w], t2 = is_true[w], n2 = is_null[w];
            all_true[w] = is_and ? t1 & t2 : t1 | t2;
            any_null[w] = is_and ? (n1 & (n2 | t2)) | (n2 & t1) : (n1 & ~t2) | (n2 & ~t1);
        }
    }
    return truth_result(node, space, input->size);
}

static Vector *junction_careful(Evaluator *evaluator, Node *node, LazySpace *space, const Input *input)
{
    bool is_and = node->expr->kind == EXPR_AND;
    uint64_t *truth = space->true_words, *nulls = space->null_words;
    memset(truth, is_and ? 0xFF : 0, word_count(input->size) * sizeof *truth);
    memset(nulls, 0, word_count(input->size) * sizeof *nulls);
    size_t left = rows_all(space->rows, input->size); /* rows that are not decided */
    for (size_t a = 0; a < node->argument_count && left > 0; a++) {
        Vector *value = narrowed_value(evaluator, space, node->arguments[a], input, space->rows, left);
        size_t still_left = 0;
        for (size_t i = 0; i < left; i++) {
            uint16_t row = space->rows[i];
            bool is_null = vector_is_null(value, i);
            bool decides = !is_null && vector_value(value, i).boolean != is_and;
            if (is_null)
                validity_set(nulls, row);
            if (!decides) {
                space->rows[still_left++] = row;
                continue;
            }
            validity_clear(nulls, row);
            if (is_and)
                validity_clear(truth, row);
            else
                validity_set(truth, row);
        }
        left = still_left;
        argument_done(node, a);
    }
    for (size_t w = 0; w < word_count(input->size); w++)
        truth[w] &= ~nulls[w];
    return truth_result(node, space, input->size);
}

/* ---- choosing among values: CASE, COALESCE ---- */

/* Which rows of the result are not NULL, where sources from `first` on may have NULLs. */
static void choose_validity(Vector *result, Vector *const *sources, size_t first, size_t source_count,
                            const uint16_t *choice, size_t size)
{
    const BooleanLoops *loops = kernels_get()->boolean;
    bool is_valid[BATCH_SIZE], is_own[BATCH_SIZE];
    memset(is_valid, true, size);
    for (size_t s = first; s < source_count; s++) {
        if (sources[s]->validity == NULL)
            continue;
        if (sources[s]->form == VECTOR_CONSTANT)
            memset(is_own, validity_get(sources[s]->validity, 0), size);
        else
            loops->unpack(sources[s]->validity, size, is_own);
        for (size_t i = 0; i < size; i++)
            is_valid[i] &= (choice[i] != s) | is_own[i];
    }
    loops->pack(is_valid, size, vector_validity(result, size));
}

/* Row i of the result is row i of sources[choice[i]], which are flat or constant and of one layout. Those before
 * `first_nullable` are chosen only where they are not NULL. */
static void choose_values(Node *node, Vector *const *sources, size_t first_nullable, size_t source_count,
                          const uint16_t *choice, size_t size)
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
        may_have_nulls |= s >= first_nullable && sources[s]->validity != NULL;
        if (result->physical == PHYSICAL_STRING)
            vector_keep_strings_of(result, sources[s]);
    }
    if (may_have_nulls)
        choose_validity(result, sources, first_nullable, source_count, choice, size);
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

static Vector *case_fast(Evaluator *evaluator, Node *node, LazySpace *space, const Input *input)
{
    size_t size = input->size, branches = node->argument_count / 2;
    Vector **sources = node->values; /* the results, `otherwise` last */
    uint16_t *choice = space->chosen;
    for (size_t i = 0; i < size; i++)
        choice[i] = (uint16_t)branches;
    for (size_t b = branches; b-- > 0;) {
        vector_truth(node_value(evaluator, node->arguments[b * 2], input), size, space->true_words, space->null_words);
        kernels_get()->boolean->mark(space->true_words, size, (uint16_t)b, choice);
    }
    for (size_t b = 0; b <= branches; b++) {
        size_t argument = b < branches ? b * 2 + 1 : b * 2;
        sources[b] = node_plain_argument(evaluator, node, argument, input);
    }
    choose_prepare(evaluator, node, sources, branches + 1, size);
    choose_values(node, sources, /* first_nullable= */ 0, branches + 1, choice, size);
    return node->result;
}

static Vector *case_careful(Evaluator *evaluator, Node *node, LazySpace *space, const Input *input)
{
    vector_clear(node->result, node->expr->type, input->size);
    size_t branches = node->argument_count / 2;
    size_t left = rows_all(space->rows, input->size);
    for (size_t b = 0; b < branches && left > 0; b++) {
        Vector *condition = narrowed_value(evaluator, space, node->arguments[b * 2], input, space->rows, left);
        vector_truth(condition, left, space->true_words, space->null_words);
        size_t chosen = kernels_get()->boolean->select(space->true_words, space->rows, left, space->chosen);
        for (size_t w = 0; w < word_count(left); w++)
            space->true_words[w] = ~space->true_words[w];
        if (left % 64)
            space->true_words[left / 64] &= ((uint64_t)1 << (left % 64)) - 1;
        left = kernels_get()->boolean->select(space->true_words, space->rows, left, space->rows);
        if (chosen > 0)
            vector_scatter(node->result,
                           narrowed_value(evaluator, space, node->arguments[b * 2 + 1], input, space->chosen, chosen),
                           space->chosen, chosen);
        argument_done(node, b * 2);
        argument_done(node, b * 2 + 1);
    }
    if (left > 0)
        vector_scatter(node->result,
                       narrowed_value(evaluator, space, node->arguments[branches * 2], input, space->rows, left),
                       space->rows, left);
    return node->result;
}

static Vector *coalesce_fast(Evaluator *evaluator, Node *node, LazySpace *space, const Input *input)
{
    size_t size = input->size, count = node->argument_count;
    uint16_t *choice = space->chosen;
    for (size_t a = 0; a < count; a++)
        node->values[a] = node_plain_argument(evaluator, node, a, input);
    if (node->values[0]->validity == NULL && node->values[0]->form == VECTOR_FLAT)
        return node->values[0];
    for (size_t i = 0; i < size; i++)
        choice[i] = (uint16_t)(count - 1);
    for (size_t a = count - 1; a-- > 0;) {
        const Vector *value = node->values[a];
        if (value->form == VECTOR_FLAT && value->validity)
            kernels_get()->boolean->mark(value->validity, size, (uint16_t)a, choice);
        else if (validity_get(value->validity, 0))
            for (size_t i = 0; i < size; i++)
                choice[i] = (uint16_t)a;
    }
    choose_prepare(evaluator, node, node->values, count, size);
    choose_values(node, node->values, count - 1, count, choice, size);
    return node->result;
}

static Vector *coalesce_careful(Evaluator *evaluator, Node *node, LazySpace *space, const Input *input)
{
    vector_clear(node->result, node->expr->type, input->size);
    size_t left = rows_all(space->rows, input->size);
    for (size_t a = 0; a < node->argument_count && left > 0; a++) {
        Vector *value = narrowed_value(evaluator, space, node->arguments[a], input, space->rows, left);
        vector_scatter(node->result, value, space->rows, left); /* NULLs leave the row as it is: NULL */
        size_t still_left = 0;
        for (size_t i = 0; i < left; i++)
            if (vector_is_null(value, i))
                space->rows[still_left++] = space->rows[i];
        left = still_left;
        argument_done(node, a);
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
    if (value->form != VECTOR_FLAT)
        value = node_flat(evaluator, node, 0, value, input->size);
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
static Vector *in_list(Evaluator *evaluator, Node *node, LazySpace *space, const Input *input)
{
    size_t size = input->size;
    Vector *value = node_plain_argument(evaluator, node, 0, input);
    uint64_t *found = space->true_words, *nulls = space->null_words;
    memset(found, 0, word_count(size) * sizeof *found);
    memset(nulls, 0, word_count(size) * sizeof *nulls);
    size_t left = 0;
    for (size_t i = 0; i < size; i++) {
        if (vector_is_null(value, i))
            validity_set(nulls, i);
        else
            space->rows[left++] = (uint16_t)i;
    }
    for (size_t a = 1; a < node->argument_count && left > 0; a++) {
        Vector *item = narrowed_value(evaluator, space, node->arguments[a], input, space->rows, left);
        size_t still_left = 0;
        for (size_t i = 0; i < left; i++) {
            uint16_t row = space->rows[i];
            bool is_null = vector_is_null(item, i);
            if (!is_null && rows_are_equal(value, row, item, i)) {
                validity_set(found, row);
                validity_clear(nulls, row);
                continue;
            }
            if (is_null)
                validity_set(nulls, row);
            space->rows[still_left++] = row;
        }
        left = still_left;
        argument_done(node, a);
    }
    if (node->expr->is_negated)
        for (size_t w = 0; w < word_count(size); w++)
            found[w] = ~found[w] & ~nulls[w];
    return truth_result(node, space, size);
}

static Vector *lazy_value_by_kind(Evaluator *evaluator, Node *node, LazySpace *space, const Input *input)
{
    bool is_careful = evaluator->is_careful, is_frugal = is_careful || node->argument_count > MANY_ARGUMENTS;
    switch (node->expr->kind) {
    case EXPR_AND:
    case EXPR_OR:
        return is_careful ? junction_careful(evaluator, node, space, input)
                          : junction_fast(evaluator, node, space, input);
    case EXPR_CASE:
        return is_frugal ? case_careful(evaluator, node, space, input) : case_fast(evaluator, node, space, input);
    case EXPR_COALESCE:
        return is_frugal ? coalesce_careful(evaluator, node, space, input)
                         : coalesce_fast(evaluator, node, space, input);
    default:
        assert(node->expr->kind == EXPR_IN);
        return node->set ? in_constants(evaluator, node, input) : in_list(evaluator, node, space, input);
    }
}

Vector *lazy_value(Evaluator *evaluator, Node *node, const Input *input)
{
    LazySpace *space = space_take(evaluator);
    Vector *value = lazy_value_by_kind(evaluator, node, space, input);
    space_give(evaluator, space);
    return value;
}
