/* provider/csv/csv_morsels.c: deals out pieces, and keeps count of the quotes before them. */
#include "provider/csv/csv_morsels.h"

#include <pthread.h>

#include "base/memory.h"
#include "base/thread.h"

/* What is known of a piece. */
enum {
    PIECE_IS_COUNTED = 1, /* its quotes are */
    PIECE_IS_ODD = 2,     /* their number is */
    PIECE_IS_KNOWN = 4,   /* how it begins is */
    PIECE_IS_INSIDE = 8,  /* it begins within quotes */
};

struct CsvMorsels {
    bool has_quote;
    uint64_t start, end;
    size_t piece_size, piece_count;
    _Atomic uint64_t taken_count; /* may exceed piece_count */
    pthread_mutex_t mutex;        /* guards what follows */
    pthread_cond_t has_grown;     /* known_count has */
    uint8_t *pieces;              /* flags of each */
    uint64_t *lines;              /* that each begins on, once that is known; before, the line ends of the one before */
    size_t known_count;           /* pieces from the first whose beginning is known */
};

static void morsels_release(void *object)
{
    CsvMorsels *morsels = object;
    pthread_cond_destroy(&morsels->has_grown);
    pthread_mutex_destroy(&morsels->mutex);
}

bool csv_morsels_suit(const CsvDialect *dialect)
{
    return csv_dialect_is_plain(dialect) && dialect->on_error != CSV_ERROR_REJECT;
}

size_t csv_morsels_count(uint64_t start, uint64_t end, size_t piece_size)
{
    return start < end ? (size_t)((end - start - 1) / piece_size + 1) : 0;
}

CsvMorsels *csv_morsels_new(Arena *arena, const CsvDialect *dialect, uint64_t start, uint64_t end, size_t piece_size,
                            bool counts_lines)
{
    CsvMorsels *morsels = arena_new(arena, CsvMorsels);
    *morsels = (CsvMorsels){
        .has_quote = dialect->has_quote,
        .start = start,
        .end = end,
        .piece_size = piece_size,
        .piece_count = csv_morsels_count(start, end, piece_size),
        .known_count = 1,
    };
    morsels->pieces = arena_array(arena, uint8_t, morsels->piece_count + 1);
    morsels->pieces[0] = PIECE_IS_KNOWN;
    if (counts_lines)
        morsels->lines = arena_array(arena, uint64_t, morsels->piece_count + 1);
    condition_init(&morsels->has_grown);
    pthread_mutex_init(&morsels->mutex, NULL);
    arena_own(arena, morsels, morsels_release);
    return morsels;
}

bool csv_morsels_are_taken(CsvMorsels *morsels)
{
    return atomic_load_explicit(&morsels->taken_count, memory_order_relaxed) >= morsels->piece_count;
}

/* A piece's quotes and line ends. */
static void morsels_tell(CsvMorsels *morsels, uint64_t piece, bool is_odd, uint64_t line_count)
{
    pthread_mutex_lock(&morsels->mutex);
    uint8_t *pieces = morsels->pieces;
    if (morsels->lines)
        morsels->lines[piece + 1] = line_count;
    pieces[piece] |= PIECE_IS_COUNTED | (is_odd ? PIECE_IS_ODD : 0);
    for (size_t next = morsels->known_count; next < morsels->piece_count; next++) {
        uint8_t before = pieces[next - 1];
        if (!(before & PIECE_IS_COUNTED))
            break;
        bool is_inside = !(before & PIECE_IS_INSIDE) != !(before & PIECE_IS_ODD);
        pieces[next] |= PIECE_IS_KNOWN | (is_inside ? PIECE_IS_INSIDE : 0);
        if (morsels->lines)
            morsels->lines[next] += morsels->lines[next - 1];
        morsels->known_count = next + 1;
    }
    pthread_cond_broadcast(&morsels->has_grown);
    pthread_mutex_unlock(&morsels->mutex);
}

void csv_morsels_tell(CsvMorsels *morsels, uint64_t piece, bool is_odd)
{
    morsels_tell(morsels, piece, is_odd, 0);
}

/* Waits until it is known whether the piece begins within quotes, and on which line. */
static bool morsels_ask(CsvMorsels *morsels, const Context *context, size_t piece)
{
    for (;;) {
        pthread_mutex_lock(&morsels->mutex);
        if (!(morsels->pieces[piece] & PIECE_IS_KNOWN))
            condition_wait_briefly(&morsels->has_grown, &morsels->mutex);
        uint8_t flags = morsels->pieces[piece];
        pthread_mutex_unlock(&morsels->mutex);
        if (flags & PIECE_IS_KNOWN)
            return flags & PIECE_IS_INSIDE;
        context_check(context);
    }
}

bool csv_morsels_take(CsvMorsels *morsels, uint64_t *ret_piece)
{
    *ret_piece = atomic_fetch_add_explicit(&morsels->taken_count, 1, memory_order_relaxed);
    return *ret_piece < morsels->piece_count;
}

/* Line ends of the piece that the block has read. */
static uint64_t piece_line_count(CsvMorsels *morsels, const CsvBlock *block, uint64_t piece)
{
    if (morsels->lines == NULL)
        return 0;
    if (piece == 0) /* nobody looks at it before its line ends are told */
        morsels->lines[0] = csv_line_number(block->source, morsels->start);
    return csv_block_line_count(block);
}

bool csv_morsels_read(CsvMorsels *morsels, CsvBlock *block, uint64_t piece, CsvPlace *ret_place)
{
    uint64_t start = morsels->start + piece * morsels->piece_size;
    bool is_last = piece + 1 == morsels->piece_count, is_told = morsels->has_quote || morsels->lines;
    csv_block_seek(block, start, is_last ? UINT64_MAX : start + morsels->piece_size);
    bool is_inside = false, is_odd = morsels->has_quote && !is_last && csv_block_is_odd(block);
    if (is_told)
        morsels_tell(morsels, piece, is_odd, piece_line_count(morsels, block, piece));
    if (is_told && piece > 0)
        is_inside = morsels_ask(morsels, block->context, piece);
    if (piece > 0)
        csv_block_skip_record(block, is_inside);
    if (!is_last)
        csv_block_know_end(block, is_inside != is_odd);
    *ret_place = (CsvPlace){start, morsels->lines ? morsels->lines[piece] : 1};
    return is_odd;
}
