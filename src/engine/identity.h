/* engine/identity.h: columns that a sequence numbers: SERIAL, GENERATED … AS IDENTITY, and any DEFAULT nextval('s').
 *
 * SERIAL becomes INTEGER NOT NULL DEFAULT nextval('t_a_seq'), as in PostgreSQL. An identity column has such a default
 * too, but its definition shows only that it is one. The sequence is owned by the column: it goes with it. */
#ifndef QUERN_ENGINE_IDENTITY_H
#define QUERN_ENGINE_IDENTITY_H

#include "engine/definition.h"
#include "expr/sequence.h"

/* CREATE TABLE `name` with its SERIAL and identity columns as above; their sequences are made. */
const AstCreateTable *statement_expand_identities(Statement *statement, const AstCreateTable *create,
                                                  const AstObjectName *name);
/* The same for one column of a table, whose constraints are changed in their place. */
void statement_expand_identity(Statement *statement, const AstObjectName *table, AstColumnDefinition *column);

/* The sequence that the column's default takes its numbers from; a table of NULL: it is something else. */
NamedTable column_sequence_of(Statement *statement, TableProvider *table, size_t column);
/* Those of its options that say what would not be so without; each behind a blank. AS is none of them. */
const char *sequence_options_text(Arena *arena, const SequenceDefinition *definition);

/* The table's sequences go with it, or with one of its columns. */
void owned_sequences_drop(Statement *statement, TableProvider *table);
void owned_sequence_drop(Statement *statement, TableProvider *table, size_t column);
/* TRUNCATE … RESTART IDENTITY */
void owned_sequences_restart(Statement *statement, TableProvider *table);

/* Before DROP SEQUENCE: raises DEPENDENT_OBJECTS when it numbers columns; if `is_cascade` only for an identity column,
 * and the defaults of others go. */
void sequence_release_columns(Statement *statement, TableProvider *sequence, bool is_cascade, Position position);
/* The defaults of all columns that it numbers follow its new name. */
void sequence_rename_in_columns(Statement *statement, TableProvider *sequence, const AstObjectName *new_name);

#endif
