/* provider/csv/csv_morsels.h: a file in pieces of one size, which several cursors read side by side.
 *
 *   pieces    |---------|---------|---------|       of PIECE bytes, wherever records end
 *   records   [====][======][==][=======][===]      a record is of the piece that the line end before it is in
 *
 * Where records begin in a piece depends on whether it begins within quotes: whether the quotes of all pieces before it
 * are odd in number. Each cursor counts the quotes of its piece first, tells, and goes on once it knows of all pieces
 * before; that is one fast pass over bytes that it needs anyway, and nothing is guessed. (Ge et al., "Speculative
 * distributed CSV parsing", 2019, call this the two-pass way.) A stray quote makes it wrong for the pieces behind, and
 * is an error: so a dialect that goes on behind stray quotes is not read in pieces. Line ends
 * are counted and told in the same way, where someone asks for _line. Pieces do not depend on how many cursors there
 * are. */
#ifndef QUERN_PROVIDER_CSV_CSV_MORSELS_H
#define QUERN_PROVIDER_CSV_CSV_MORSELS_H

#include "provider/csv/csv_block.h"
#include "provider/csv/csv_error.h"

typedef struct CsvMorsels CsvMorsels;

/* Whether a file of this dialect can be read in pieces; it is also of a known size. */
bool csv_morsels_suit(const CsvDialect *dialect);

/* Records from `start`, where one begins, to `end`, the file's; in pieces of `piece_size` bytes. Lives in `arena`. */
CsvMorsels *csv_morsels_new(Arena *arena, const CsvDialect *dialect, uint64_t start, uint64_t end, size_t piece_size,
                            bool counts_lines);
size_t csv_morsels_count(uint64_t start, uint64_t end, size_t piece_size);

/* The next piece that nobody has taken, from 0; false: all are. Whoever takes one must go on to read it, or tell of it:
 * others wait for that. */
bool csv_morsels_take(CsvMorsels *morsels, uint64_t *ret_piece);
/* Moves the block to the piece: csv_block_take gives its rows. Any thread, each with a block of its own. Waits for
 * those who read pieces before it. Raises as csv_source_read, INTERRUPTED. Returns whether the piece's quotes are odd
 * in number. *ret_place: where it begins; its line only where lines are counted. */
bool csv_morsels_read(CsvMorsels *morsels, CsvBlock *block, uint64_t piece, CsvPlace *ret_place);
/* For who need not read it, and knows that; where lines are not counted. */
void csv_morsels_tell(CsvMorsels *morsels, uint64_t piece, bool is_odd);
/* Whether all are taken. */
bool csv_morsels_are_taken(CsvMorsels *morsels);

#endif
