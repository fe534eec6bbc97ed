/* exec/place_origin.c: "a.csv:3, b.csv:7" of a row that a join has made, from its own columns. */
#include "exec/place_origin.h"

struct PlaceOrigin {
    BatchOrigin base;        /* first, so that a BatchOrigin * can be cast back */
    const PlaceOrigin *self; /* a copy knows no batch: the one that was meant may have gone */
    const Batch *batch;
    size_t count;
    size_t *columns; /* in pairs: file, line */
};

static void place_describe(const BatchOrigin *base, size_t slot, Text *text)
{
    const PlaceOrigin *origin = (const PlaceOrigin *)base;
    const char *separator = "";
    for (size_t i = 0; origin->self == origin && i < origin->count; i += 2) {
        const Vector *file = origin->batch->columns[origin->columns[i]];
        const Vector *line = origin->batch->columns[origin->columns[i + 1]];
        if (vector_is_null(file, slot) || vector_is_null(line, slot)) /* of the empty side of an outer join */
            continue;
        Value path = vector_value(file, slot), number = vector_value(line, slot);
        text_add_format(text, "%s%s:%s", separator, value_display(text->arena, &path),
                        value_display(text->arena, &number));
        separator = ", ";
    }
}

PlaceOrigin *place_origin_new(Arena *arena, const Plan *plan)
{
    if (plan->place_count == 0)
        return NULL;
    PlaceOrigin *origin = arena_new(arena, PlaceOrigin);
    *origin = (PlaceOrigin){.base = {.size = sizeof *origin, .describe = place_describe}, .self = origin};
    origin->count = plan->place_count;
    origin->columns = arena_array(arena, size_t, plan->place_count);
    for (size_t i = 0; i < plan->place_count; i++)
        origin->columns[i] = plan_output_index(plan, plan->places[i]);
    return origin;
}

void place_origin_set(PlaceOrigin *origin, Batch *batch)
{
    if (origin == NULL || batch->origin)
        return;
    origin->batch = batch;
    batch->origin = &origin->base;
}
