/* provider/csv/csv_morsels.h: a file in pieces of one size, which several cursors read side by side.
 *
 *   pieces    |---------|---------|---------|       of PIECE bytes, wherever records end
 *   records   [====][======][==][=======][===]      a record is of the piece that the line end before it is in
 *
 * Where records begin in a piece depends on whether it begins within quotes: whether the quotes of all pieces before it
 * are odd in number. Each cursor counts the quotes of its piece first, tells, and goes on once it knows of all pieces
 * before; that is one fast pass over bytes that it needs anyway, and nothing is guessed. (Ge et al., "Speculative
 * distributed CSV parsing", 2019, call this the two-pass way.) A stray quote makes it wrong for the pieces behind, and
 * is an error: so a dialect that goes on behind stray quotes is not read in pieces. Pieces do not depend on how many
 * cursors there are. */
#ifndef QUERN_PROVIDER_CSV_CSV_MORSELS_H
#define QUERN_PROVIDER_CSV_CSV_MORSELS_H

#include "provider/csv/csv_block.h"

typedef struct CsvMorsels CsvMorsels;

/* Whether a file of this dialect can be read in pieces; it is also of a known size. */
bool csv_morsels_suit(const CsvDialect *dialect);

/* Records from `start`, where one begins, to `end`, the file's; in pieces of `piece_size` bytes. Lives in `arena`. */
CsvMorsels *csv_morsels_new(Arena *arena, const CsvDialect *dialect, uint64_t start, uint64_t end, size_t piece_size);
size_t csv_morsels_count(uint64_t start, uint64_t end, size_t piece_size);

/* Moves the block to the next piece that nobody has taken, and says
 * which it is: then csv_block_take gives its rows. False: all are taken. Any thread, each with a block of its own.
 * Waits for cursors that read pieces before it, so each must go on until it has its piece. Raises as csv_source_read,
 * INTERRUPTED. */
bool csv_morsels_next(CsvMorsels *morsels, CsvBlock *block, uint64_t *ret_morsel);
/* Whether all are taken. */
bool csv_morsels_are_taken(CsvMorsels *morsels);

#endif
