/* provider/plugin/plugin_aggregate.c: aggregate functions of plugins, as entries of the registry of aggregates. */
#include "base/error.h"
#include "base/memory.h"
#include "column/batch.h"
#include "expr/aggregate.h"
#include "provider/plugin/plugin_parts.h"

enum { MAX_STATE_SIZE = 4096 };

/* What an entry's `user` is. */
typedef struct PluginAggregate {
    const QuernAggregateFunction *function;
    PluginSignature signature;
    Arena *arena; /* that it stands in, with the others of its plugin */
} PluginAggregate;

static const PluginAggregate *aggregate_of(const AggregateState *state)
{
    return state->call->aggregate->user;
}

static bool plugin_aggregate_resolve(const Aggregate *aggregate, Type *argument_types, size_t argument_count,
                                     Type *ret_result)
{
    const PluginSignature *signature = &((const PluginAggregate *)aggregate->user)->signature;
    for (size_t i = 0; i < argument_count; i++)
        argument_types[i] = signature->arguments[i];
    *ret_result = signature->result;
    return true;
}

static size_t plugin_aggregate_state_size(const AggregateState *state)
{
    size_t size = aggregate_of(state)->function->state_size;
    return size ? (size + 7) / 8 * 8 : 8;
}

/* One call into the plugin: its own memory goes behind it, what states point to stays. */
typedef struct AggregateCallIn {
    Arena *arena;
    QuernContext *context;
    QuernProviderError error;
} AggregateCallIn;

static AggregateCallIn call_in(const AggregateState *state)
{
    Arena *arena = arena_new_child(state->arena);
    return (AggregateCallIn){.arena = arena,
                             .context = plugin_context_of_states(arena, state->context, state->arena),
                             .error = plugin_error()};
}

static void call_out(AggregateCallIn *in, const AggregateState *state, int32_t code)
{
    if (code != QUERN_PROVIDER_OK)
        plugin_raise(code, &in->error, aggregate_of(state)->signature.name);
    arena_free(in->arena);
}

static void plugin_aggregate_update(AggregateState *state, Vector *const *arguments, const uint16_t *selection,
                                    size_t count, uint8_t *const *states)
{
    const PluginAggregate *self = aggregate_of(state);
    bool sees_nulls = self->function->flags & QUERN_FUNCTION_SEES_NULLS;
    uint16_t rows[BATCH_SIZE];
    void *row_states[BATCH_SIZE];
    size_t row_count = 0, vector_size = 0;
    for (size_t i = 0; i < count; i++) {
        size_t row = selection ? selection[i] : i;
        if (!sees_nulls && plugin_row_has_null(arguments, self->signature.argument_count, row))
            continue;
        rows[row_count] = (uint16_t)row;
        row_states[row_count++] = states[i];
        vector_size = row + 1;
    }
    if (row_count == 0)
        return;
    AggregateCallIn in = call_in(state);
    const struct ArrowArray *array =
        plugin_arguments(in.arena, &self->signature, arguments, vector_size, rows, row_count);
    call_out(&in, state, self->function->update(self->function, in.context, array, row_states, &in.error));
}

static void plugin_aggregate_combine(AggregateState *state, uint8_t *const *from, uint8_t *const *into, size_t count)
{
    const QuernAggregateFunction *function = aggregate_of(state)->function;
    AggregateCallIn in = call_in(state);
    call_out(&in, state,
             function->merge(function, in.context, (const void *const *)from, (void *const *)into, count, &in.error));
}

static void plugin_aggregate_finalize(AggregateState *state, uint8_t *const *states, size_t count, Vector *result)
{
    const PluginAggregate *self = aggregate_of(state);
    AggregateCallIn in = call_in(state);
    struct ArrowArray array = {0};
    int32_t code =
        self->function->finish(self->function, in.context, (const void *const *)states, count, &array, &in.error);
    if (code == QUERN_PROVIDER_OK)
        vector_copy(result, 0, plugin_result(in.arena, &self->signature, &array, count), 0, count);
    call_out(&in, state, code);
}

static Aggregate aggregate_entry(const PluginAdd *add, Arena *arena, const QuernAggregateFunction *function)
{
    if (function == NULL || !PLUGIN_HAS(function, update) || !PLUGIN_HAS(function, merge) ||
        !PLUGIN_HAS(function, finish) || function->state_size > MAX_STATE_SIZE)
        error_raise(ERROR_BAD_DATA, add->position,
                    "%s: an aggregate function lacks update, merge or finish, or its state has more than %d bytes",
                    add->source, (int)MAX_STATE_SIZE);
    PluginAggregate *self = arena_new(arena, PluginAggregate);
    self->function = function;
    self->arena = arena;
    self->signature =
        plugin_signature(add, arena, function->name, function->description, function->arguments,
                         function->argument_count, AGGREGATE_MAX_ARGUMENTS, function->result ? function->result : "");
    Aggregate entry = {.name = self->signature.name,
                       .signature = self->signature.text,
                       .description = self->signature.description,
                       .argument_count = (uint8_t)function->argument_count,
                       .result = (uint8_t)self->signature.result.id,
                       .resolve = plugin_aggregate_resolve,
                       .state_size = plugin_aggregate_state_size,
                       .update = plugin_aggregate_update,
                       .combine = plugin_aggregate_combine,
                       .finalize = plugin_aggregate_finalize,
                       .user = self};
    if (!(function->flags & QUERN_FUNCTION_ANY_ORDER))
        entry.flags |= AGGREGATE_ORDER_MATTERS;
    if (function->flags & QUERN_FUNCTION_SEES_NULLS)
        entry.flags |= AGGREGATE_KEEPS_NULLS;
    for (size_t i = 0; i < function->argument_count; i++)
        entry.arguments[i] = (uint8_t)self->signature.arguments[i].id;
    return entry;
}

static bool entries_are_there(const Aggregate *entries)
{
    for (; entries->name; entries++) {
        const Aggregate *there = aggregate_find(view_of(entries->name));
        if (there == NULL || there->update != plugin_aggregate_update ||
            ((const PluginAggregate *)there->user)->function != ((const PluginAggregate *)entries->user)->function)
            return false;
    }
    return true;
}

void plugin_add_aggregate_functions(const PluginAdd *add)
{
    const QuernPlugin *plugin = add->plugin;
    if (!PLUGIN_HAS(plugin, aggregate_functions) || plugin->aggregate_function_count == 0)
        return;
    Arena *arena = arena_new_child(add->arena);
    Aggregate *entries = arena_array(arena, Aggregate, memory_size_add(plugin->aggregate_function_count, 1));
    for (size_t i = 0; i < plugin->aggregate_function_count; i++)
        entries[i] = aggregate_entry(add, arena, plugin->aggregate_functions[i]);
    if (aggregate_register(entries)) {
        arena_set_parent(arena, NULL); /* as long as the process */
        return;
    }
    if (!entries_are_there(entries))
        error_raise(ERROR_DUPLICATE_OBJECT, add->position,
                    "%s: one of its aggregate functions, such as %s, has a name that is taken", add->source,
                    entries[0].name);
    arena_free(arena);
}
