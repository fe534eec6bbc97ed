/* exec/place_origin.h: the origin of a batch whose columns tell where each row stands (optimizer/carry_places.c). */
#ifndef QUERN_EXEC_PLACE_ORIGIN_H
#define QUERN_EXEC_PLACE_ORIGIN_H

#include "column/batch.h"
#include "plan/plan.h"

typedef struct PlaceOrigin PlaceOrigin;

/* NULL where no output of the node tells. */
PlaceOrigin *place_origin_new(Arena *arena, const Plan *plan);
/* The batch, which the node's operator gives, has this origin unless it has one. */
void place_origin_set(PlaceOrigin *origin, Batch *batch);

#endif
