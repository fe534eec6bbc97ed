/* provider/sequence.h: a sequence stands among the tables, with its state as its one row. */
#ifndef QUERN_PROVIDER_SEQUENCE_H
#define QUERN_PROVIDER_SEQUENCE_H

#include "expr/sequence.h"
#include "provider/provider.h"

/* One share, the caller's. `last` lives longer than all sequences. */
TableProvider *sequence_table_new(const Context *context, const char *name, const SequenceDefinition *definition,
                                  LastValue *last);
/* NULL: the table is something else. */
Sequence *table_sequence(TableProvider *table);

#endif
