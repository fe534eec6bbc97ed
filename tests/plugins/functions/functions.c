/* plugins/functions/functions.c: functions instead of tables.
 *
 *   collatz(BIGINT) BIGINT       scalar: steps to 1 by Collatz's rule; fails below 1
 *   pig_latin(VARCHAR) VARCHAR   scalar: of texts, whose result has memory of its own
 *   or_else(DECIMAL(10,2), DECIMAL(10,2)) DECIMAL(10,2)   scalar: sees NULLs: the second where the first is one
 *   ticket() BIGINT              scalar: volatile: another one at each row
 *   longest(VARCHAR) VARCHAR     aggregate: the first of the longest texts; its states point to memory
 *   xor_all(BIGINT) BIGINT       aggregate: a state that is one number
 *   divisors(BIGINT [, BIGINT])  table: the divisors of a number, from the second one on */
#include <errno.h>
#include <quern/provider.h>
#include <stdatomic.h>
#include <stdlib.h>

static const QuernHost *host;

/* ---- arrays: each buffer of the heap, and so is the list of buffers ---- */

static void array_release(struct ArrowArray *array)
{
    for (int64_t i = 0; i < array->n_buffers; i++)
        free((void *)array->buffers[i]);
    free(array->buffers);
    array->release = NULL;
}

/* With the validity bits at buffers[0], all clear, and room for `size` bytes at buffers[1]. */
static int array_make(struct ArrowArray *array, size_t count, size_t size, int64_t buffer_count)
{
    memset(array, 0, sizeof *array);
    array->buffers = calloc((size_t)buffer_count, sizeof *array->buffers);
    if (array->buffers == NULL)
        return ENOMEM;
    array->length = (int64_t)count;
    array->null_count = -1;
    array->n_buffers = buffer_count;
    array->release = array_release;
    array->buffers[0] = calloc(count / 8 + 1, 1);
    array->buffers[1] = calloc(size + 1, 1);
    if (array->buffers[0] && array->buffers[1])
        return 0;
    array_release(array);
    return ENOMEM;
}

static bool is_valid(const struct ArrowArray *array, int64_t row)
{
    const uint8_t *bits = array->buffers[0];
    row += array->offset;
    return bits == NULL || (bits[row / 8] >> (row % 8) & 1);
}

static void set_valid(struct ArrowArray *array, size_t row)
{
    ((uint8_t *)array->buffers[0])[row / 8] |= (uint8_t)(1u << (row % 8));
}

static int32_t no_memory(QuernProviderError *error)
{
    return quern_provider_fail(error, QUERN_PROVIDER_MEMORY, "out of memory");
}

/* ---- collatz ---- */

static int32_t collatz(const QuernScalarFunction *function, QuernContext *context, const struct ArrowArray *arguments,
                       struct ArrowArray *ret_result, QuernProviderError *error)
{
    const struct ArrowArray *numbers = arguments->children[0];
    const int64_t *values = numbers->buffers[1];
    (void)function;
    if (array_make(ret_result, (size_t)arguments->length, (size_t)arguments->length * sizeof(int64_t), 2))
        return no_memory(error);
    int64_t *steps = (int64_t *)ret_result->buffers[1];
    for (int64_t i = 0; i < arguments->length; i++) {
        uint64_t n = (uint64_t)values[numbers->offset + i];
        if (!is_valid(numbers, i))
            continue; /* NULL comes of NULL by itself */
        if (n == 0 || n > INT32_MAX || host->context_is_cancelled(context)) {
            array_release(ret_result);
            return quern_provider_fail(error, QUERN_PROVIDER_SQL, "%lld is no number from 1 to 2147483647",
                                       (long long)values[numbers->offset + i]);
        }
        for (; n != 1; steps[i]++)
            n = n % 2 ? 3 * n + 1 : n / 2;
        set_valid(ret_result, (size_t)i);
    }
    return QUERN_PROVIDER_OK;
}

/* ---- pig_latin: "cat" becomes "atcay" ---- */

static int32_t pig_latin(const QuernScalarFunction *function, QuernContext *context, const struct ArrowArray *arguments,
                         struct ArrowArray *ret_result, QuernProviderError *error)
{
    const struct ArrowArray *texts = arguments->children[0];
    const int32_t *offsets = (const int32_t *)texts->buffers[1] + texts->offset;
    const char *bytes = texts->buffers[2];
    size_t count = (size_t)arguments->length;
    (void)function, (void)context;
    if (array_make(ret_result, count, (count + 1) * sizeof(int32_t), 3))
        return no_memory(error);
    char *out = malloc((size_t)(offsets[count] - offsets[0]) + 2 * count + 1);
    ret_result->buffers[2] = out;
    if (out == NULL) {
        array_release(ret_result);
        return no_memory(error);
    }
    int32_t *ends = (int32_t *)ret_result->buffers[1], size = 0;
    for (size_t i = 0; i < count; i++) {
        const char *text = bytes + offsets[i];
        int32_t length = offsets[i + 1] - offsets[i], head = 0;
        while (head < length && (unsigned char)text[head] < 128 && strchr("aeiou", text[head]) == NULL)
            head++;
        memcpy(out + size, text + head, (size_t)(length - head));
        memcpy(out + size + length - head, text, (size_t)head);
        memcpy(out + size + length, "ay", 2);
        ends[i + 1] = size += length + 2;
        set_valid(ret_result, i);
    }
    return QUERN_PROVIDER_OK;
}

/* ---- or_else ---- */

static int32_t or_else(const QuernScalarFunction *function, QuernContext *context, const struct ArrowArray *arguments,
                       struct ArrowArray *ret_result, QuernProviderError *error)
{
    enum { WIDTH = 16 };
    (void)function, (void)context;
    if (array_make(ret_result, (size_t)arguments->length, (size_t)arguments->length * WIDTH, 2))
        return no_memory(error);
    for (int64_t i = 0; i < arguments->length; i++) {
        const struct ArrowArray *chosen = arguments->children[is_valid(arguments->children[0], i) ? 0 : 1];
        if (!is_valid(chosen, i))
            continue;
        memcpy((char *)ret_result->buffers[1] + i * WIDTH,
               (const char *)chosen->buffers[1] + (chosen->offset + i) * WIDTH, WIDTH);
        set_valid(ret_result, (size_t)i);
    }
    return QUERN_PROVIDER_OK;
}

/* ---- ticket ---- */

static int32_t ticket(const QuernScalarFunction *function, QuernContext *context, const struct ArrowArray *arguments,
                      struct ArrowArray *ret_result, QuernProviderError *error)
{
    static _Atomic int64_t last;
    (void)function, (void)context;
    if (array_make(ret_result, (size_t)arguments->length, (size_t)arguments->length * sizeof(int64_t), 2))
        return no_memory(error);
    for (int64_t i = 0; i < arguments->length; i++) {
        ((int64_t *)ret_result->buffers[1])[i] = ++last;
        set_valid(ret_result, (size_t)i);
    }
    return QUERN_PROVIDER_OK;
}

/* ---- longest ---- */

typedef struct Longest {
    const char *text; /* NULL: no row came */
    size_t size;
} Longest;

static int32_t longest_take(QuernContext *context, Longest *state, const char *text, size_t size,
                            QuernProviderError *error)
{
    if (state->text && (size < state->size || (size == state->size && memcmp(text, state->text, size) >= 0)))
        return QUERN_PROVIDER_OK;
    char *copy = host->context_allocate(context, size + 1);
    if (copy == NULL)
        return no_memory(error);
    memcpy(copy, text, size);
    *state = (Longest){copy, size};
    return QUERN_PROVIDER_OK;
}

static int32_t longest_update(const QuernAggregateFunction *function, QuernContext *context,
                              const struct ArrowArray *arguments, void *const *states, QuernProviderError *error)
{
    const struct ArrowArray *texts = arguments->children[0];
    const int32_t *offsets = (const int32_t *)texts->buffers[1] + texts->offset;
    int32_t code = QUERN_PROVIDER_OK;
    (void)function;
    for (int64_t i = 0; i < arguments->length && code == QUERN_PROVIDER_OK; i++)
        code = longest_take(context, states[i], (const char *)texts->buffers[2] + offsets[i],
                            (size_t)(offsets[i + 1] - offsets[i]), error);
    return code;
}

static int32_t longest_merge(const QuernAggregateFunction *function, QuernContext *context, const void *const *from,
                             void *const *into, size_t count, QuernProviderError *error)
{
    int32_t code = QUERN_PROVIDER_OK;
    (void)function;
    for (size_t i = 0; i < count && code == QUERN_PROVIDER_OK; i++) {
        const Longest *other = from[i];
        if (other->text)
            code = longest_take(context, into[i], other->text, other->size, error);
    }
    return code;
}

static int32_t longest_finish(const QuernAggregateFunction *function, QuernContext *context, const void *const *states,
                              size_t count, struct ArrowArray *ret_result, QuernProviderError *error)
{
    size_t size = 0;
    (void)function, (void)context;
    for (size_t i = 0; i < count; i++)
        size += ((const Longest *)states[i])->size;
    if (array_make(ret_result, count, (count + 1) * sizeof(int32_t), 3))
        return no_memory(error);
    char *out = malloc(size + 1);
    ret_result->buffers[2] = out;
    if (out == NULL) {
        array_release(ret_result);
        return no_memory(error);
    }
    int32_t *ends = (int32_t *)ret_result->buffers[1];
    for (size_t i = 0; i < count; i++) {
        const Longest *state = states[i];
        if (state->text) {
            memcpy(out + ends[i], state->text, state->size);
            set_valid(ret_result, i);
        }
        ends[i + 1] = ends[i] + (int32_t)state->size;
    }
    return QUERN_PROVIDER_OK;
}

/* ---- xor_all: 0 of no rows ---- */

static int32_t xor_update(const QuernAggregateFunction *function, QuernContext *context,
                          const struct ArrowArray *arguments, void *const *states, QuernProviderError *error)
{
    const struct ArrowArray *numbers = arguments->children[0];
    (void)function, (void)context, (void)error;
    for (int64_t i = 0; i < arguments->length; i++)
        *(int64_t *)states[i] ^= ((const int64_t *)numbers->buffers[1])[numbers->offset + i];
    return QUERN_PROVIDER_OK;
}

static int32_t xor_merge(const QuernAggregateFunction *function, QuernContext *context, const void *const *from,
                         void *const *into, size_t count, QuernProviderError *error)
{
    (void)function, (void)context, (void)error;
    for (size_t i = 0; i < count; i++)
        *(int64_t *)into[i] ^= *(const int64_t *)from[i];
    return QUERN_PROVIDER_OK;
}

static int32_t xor_finish(const QuernAggregateFunction *function, QuernContext *context, const void *const *states,
                          size_t count, struct ArrowArray *ret_result, QuernProviderError *error)
{
    (void)function, (void)context;
    if (array_make(ret_result, count, count * sizeof(int64_t), 2))
        return no_memory(error);
    for (size_t i = 0; i < count; i++) {
        ((int64_t *)ret_result->buffers[1])[i] = *(const int64_t *)states[i];
        set_valid(ret_result, i);
    }
    return QUERN_PROVIDER_OK;
}

/* ---- divisors ---- */

typedef struct Divisors {
    QuernProvider base; /* first: quern sees only this */
    QuernScan scan;     /* all scans are alike */
    _Atomic int shares;
    int64_t number, first;
} Divisors;

static const QuernColumn divisor_columns[] = {{"divisor", "l", false}};

static int32_t divisors_schema(QuernProvider *provider, QuernContext *context, struct ArrowSchema *ret_schema,
                               QuernProviderError *error)
{
    (void)provider, (void)context;
    return quern_schema_make(ret_schema, divisor_columns, NULL, 1) ? QUERN_PROVIDER_OK : no_memory(error);
}

typedef struct DivisorStream {
    const Divisors *divisors;
    bool has_column, is_done;
} DivisorStream;

static int stream_get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *ret_schema)
{
    const DivisorStream *self = stream->private_data;
    return quern_schema_make(ret_schema, divisor_columns, NULL, self->has_column) ? 0 : ENOMEM;
}

/* One array of all. */
static int stream_get_next(struct ArrowArrayStream *stream, struct ArrowArray *ret_array)
{
    DivisorStream *self = stream->private_data;
    const Divisors *divisors = self->divisors;
    size_t count = 0;
    memset(ret_array, 0, sizeof *ret_array);
    if (self->is_done)
        return 0;
    self->is_done = true;
    for (int64_t n = divisors->first; n <= divisors->number; n++)
        count += divisors->number % n == 0;
    int64_t *values = malloc((count + 1) * sizeof *values);
    if (values == NULL || !quern_array_make(ret_array, self->has_column, (int64_t)count, values))
        return ENOMEM;
    if (self->has_column)
        ret_array->children[0]->buffers[1] = values;
    for (int64_t n = divisors->first; n <= divisors->number; n++)
        if (divisors->number % n == 0)
            *values++ = n;
    return 0;
}

static const char *stream_get_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void stream_release(struct ArrowArrayStream *stream)
{
    free(stream->private_data);
    stream->release = NULL;
}

typedef struct DivisorScan {
    QuernScan base;
    const Divisors *divisors;
    bool has_column;
} DivisorScan;

static int32_t divisors_open(QuernScan *scan, size_t partition, QuernContext *context,
                             struct ArrowArrayStream *ret_stream, QuernProviderError *error)
{
    DivisorStream *self = calloc(1, sizeof *self);
    (void)partition, (void)context;
    if (self == NULL)
        return no_memory(error);
    self->divisors = ((DivisorScan *)scan)->divisors;
    self->has_column = ((DivisorScan *)scan)->has_column;
    *ret_stream =
        (struct ArrowArrayStream){stream_get_schema, stream_get_next, stream_get_last_error, stream_release, self};
    return QUERN_PROVIDER_OK;
}

static void scan_release(QuernScan *scan)
{
    free(scan);
}

static int32_t divisors_scan(QuernProvider *provider, const QuernScanArgs *args, QuernScan **ret_scan,
                             QuernProviderError *error)
{
    DivisorScan *scan = calloc(1, sizeof *scan);
    if (scan == NULL)
        return no_memory(error);
    QUERN_INIT(&scan->base);
    scan->base.partition_count = 1;
    scan->base.open = divisors_open;
    scan->base.release = scan_release;
    scan->divisors = (const Divisors *)provider;
    scan->has_column = args->projection_count > 0;
    *ret_scan = &scan->base;
    return QUERN_PROVIDER_OK;
}

static void divisors_retain(QuernProvider *provider)
{
    ((Divisors *)provider)->shares++;
}

static void divisors_release(QuernProvider *provider)
{
    if (--((Divisors *)provider)->shares == 0)
        free(provider);
}

static int32_t divisors(const QuernTableFunction *function, QuernContext *context, const QuernValue *const *arguments,
                        size_t argument_count, QuernProvider **ret_provider, QuernProviderError *error)
{
    Divisors *self = calloc(1, sizeof *self);
    (void)function, (void)context;
    if (self == NULL)
        return no_memory(error);
    QUERN_INIT(&self->base);
    self->base.retain = divisors_retain;
    self->base.release = divisors_release;
    self->base.schema = divisors_schema;
    self->base.scan = divisors_scan;
    self->shares = 1;
    self->number = arguments[0]->is_null ? 0 : arguments[0]->as.int64;
    self->first = argument_count > 1 && !arguments[1]->is_null ? arguments[1]->as.int64 : 1;
    if (self->first < 1 || self->number > 1000000) {
        free(self);
        return quern_provider_fail(error, QUERN_PROVIDER_SQL, "the numbers are 1 to 1000000");
    }
    *ret_provider = &self->base;
    return QUERN_PROVIDER_OK;
}

/* ---- the plugin ---- */

static const char *const bigints[] = {"l", "l"}, *const texts[] = {"u"}, *const decimals[] = {"d:10,2", "d:10,2"};

#define HEAD(type) .struct_size = sizeof(type), .version = QUERN_PROVIDER_VERSION

static const QuernScalarFunction scalars[] = {
    {HEAD(QuernScalarFunction), .name = "collatz", .description = "steps to 1 by Collatz's rule", .argument_count = 1,
     .arguments = bigints, .result = "l", .call = collatz},
    {HEAD(QuernScalarFunction), .name = "pig_latin", .argument_count = 1, .arguments = texts, .result = "u",
     .call = pig_latin},
    {HEAD(QuernScalarFunction), .name = "or_else", .argument_count = 2, .arguments = decimals, .result = "d:10,2",
     .flags = QUERN_FUNCTION_SEES_NULLS, .call = or_else},
    {HEAD(QuernScalarFunction), .name = "ticket", .result = "l", .flags = QUERN_FUNCTION_VOLATILE, .call = ticket},
};
static const QuernScalarFunction *const scalar_list[] = {&scalars[0], &scalars[1], &scalars[2], &scalars[3]};

static const QuernAggregateFunction aggregates[] = {
    {HEAD(QuernAggregateFunction), .name = "longest", .argument_count = 1, .arguments = texts, .result = "u",
     .flags = QUERN_FUNCTION_ANY_ORDER, .state_size = sizeof(Longest), .update = longest_update, .merge = longest_merge,
     .finish = longest_finish},
    {HEAD(QuernAggregateFunction), .name = "xor_all", .argument_count = 1, .arguments = bigints, .result = "l",
     .flags = QUERN_FUNCTION_ANY_ORDER, .state_size = sizeof(int64_t), .update = xor_update, .merge = xor_merge,
     .finish = xor_finish},
};
static const QuernAggregateFunction *const aggregate_list[] = {&aggregates[0], &aggregates[1]};

static const QuernTableFunction table_function = {HEAD(QuernTableFunction), .name = "divisors",  .argument_count = 2,
                                                  .arguments = bigints,     .optional_count = 1, .open = divisors};
static const QuernTableFunction *const table_function_list[] = {&table_function};

static const QuernPlugin plugin = {HEAD(QuernPlugin),
                                   .name = "functions",
                                   .description = "functions of every kind",
                                   .table_function_count = 1,
                                   .table_functions = table_function_list,
                                   .scalar_function_count = 4,
                                   .scalar_functions = scalar_list,
                                   .aggregate_function_count = 2,
                                   .aggregate_functions = aggregate_list};

int32_t quern_plugin_init(const QuernHost *given_host, const QuernPlugin **ret_plugin, QuernProviderError *error)
{
    (void)error;
    host = given_host;
    *ret_plugin = &plugin;
    return QUERN_PROVIDER_OK;
}
