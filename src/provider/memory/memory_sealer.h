/* provider/memory/memory_sealer.h: full row groups are sealed by a thread of their own, while the next one fills. */
#ifndef QUERN_PROVIDER_MEMORY_MEMORY_SEALER_H
#define QUERN_PROVIDER_MEMORY_MEMORY_SEALER_H

#include "provider/memory/memory_group.h"

typedef struct MemorySealer MemorySealer;

/* Lives in `arena`, whose end waits for the thread. */
MemorySealer *memory_sealer_new(Arena *arena, const Context *context);
/* The group, which is full, is sealed from now on: nobody may look at it before memory_sealer_finish. At once when the
 * statement may not run on several threads. Waits for the group before, and raises why that could not be sealed. */
void memory_sealer_take(MemorySealer *sealer, MemoryGroup *group);
/* Waits until all are sealed; raises as above. */
void memory_sealer_finish(MemorySealer *sealer);

#endif
