/* provider/csv/csv_feed.c: decoding in turns, and cutting between records. */
#include "provider/csv/csv_feed.h"

#include <pthread.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"
#include "provider/csv/csv_block.h"
#include "provider/csv/csv_parts.h"

enum {
    TEXT_SIZE = (1 << 20) - BUFFER_HEADER_SIZE, /* of most: the largest that is cut from a chunk of memory */
    STEP_SIZE = TEXT_SIZE - (64 << 10),         /* bytes decoded at once, behind what was left of the piece before */
    PART_LIMIT = 64 << 20,                      /* a larger part is not decoded in one go, */
    PART_MEMORY_SHARE = 32, /* nor one that takes more than one part of so many of the memory that there is */
};

struct CsvFeed {
    CsvTable *table;
    const CsvShape *shape;
    bool counts_lines;
    _Atomic uint64_t taken_count;
    pthread_mutex_t mutex; /* guards the next four */
    pthread_cond_t has_changed;
    atomic_bool has_ended;
    uint64_t turn; /* the piece that is made next: whoever took it has what follows */
    bool is_open;
    Arena *arena; /* of source and parts */
    CsvSource *source;
    size_t part_count; /* 0: all is decoded in turns */
    CsvPart *parts;
    uint64_t text_offset; /* of the text that comes next */
    CsvPlace place;       /* of the rest */
    CsvFeedText rest;     /* behind the last record of the piece before */
};

/* ---- text ---- */

/* Room for `size` bytes more, and one behind them. */
static char *fed_reserve(CsvFeedText *text, const Context *context, size_t size)
{
    size_t needed = memory_size_add(text->size, size + 1);
    if (text->buffer == NULL || text->buffer->size < needed) {
        size_t doubled = text->buffer ? text->buffer->size * 2 : 0, capacity = needed > doubled ? needed : doubled;
        if (capacity > TEXT_SIZE / 2 && needed <= TEXT_SIZE)
            capacity = TEXT_SIZE;
        Buffer *grown = buffer_new(capacity, context->memory);
        if (text->size)
            memcpy(grown->data, text->buffer->data, text->size);
        buffer_unref(text->buffer);
        text->buffer = grown;
    }
    return (char *)text->buffer->data + text->size;
}

static void fed_put_in_front(CsvFeedText *text, const Context *context, const CsvFeedText *front)
{
    if (front->size == 0)
        return;
    fed_reserve(text, context, front->size);
    char *data = text->buffer->data;
    memmove(data + front->size, data, text->size);
    memcpy(data, front->buffer->data, front->size);
    text->size += front->size;
}

static void fed_set(CsvFeedText *text, const Context *context, const char *data, size_t size)
{
    text->size = 0;
    if (size)
        memcpy(fed_reserve(text, context, size), data, size);
    text->size = size;
}

/* ---- turns ---- */

static void feed_release(void *object)
{
    CsvFeed *feed = object;
    buffer_unref(feed->rest.buffer);
    pthread_cond_destroy(&feed->has_changed);
    pthread_mutex_destroy(&feed->mutex);
}

CsvFeed *csv_feed_new(Arena *arena, CsvTable *table, const CsvShape *shape, bool counts_lines)
{
    CsvFeed *feed = arena_new(arena, CsvFeed);
    feed->table = table;
    feed->shape = shape;
    feed->counts_lines = counts_lines;
    feed->arena = arena_new_child(arena);
    feed->place.line = 1;
    pthread_mutex_init(&feed->mutex, NULL);
    condition_init(&feed->has_changed);
    arena_own(arena, feed, feed_release);
    return feed;
}

/* Waits until the file is open, or all pieces before are made; false: the text ended in one of them. */
static bool feed_await(CsvFeed *feed, const Context *context, uint64_t number, bool wants_turn)
{
    for (;;) {
        pthread_mutex_lock(&feed->mutex);
        if (!(wants_turn ? feed->turn == number : feed->is_open) && !feed->has_ended)
            condition_wait_briefly(&feed->has_changed, &feed->mutex);
        bool is_ready = wants_turn ? feed->turn == number : feed->is_open, has_ended = feed->has_ended;
        pthread_mutex_unlock(&feed->mutex);
        if (has_ended || is_ready)
            return !has_ended;
        context_check(context);
    }
}

static void feed_pass_turn(CsvFeed *feed, bool has_ended)
{
    if (has_ended)
        arena_reset(feed->arena); /* the file is closed */
    pthread_mutex_lock(&feed->mutex);
    feed->turn++;
    feed->has_ended = has_ended;
    pthread_cond_broadcast(&feed->has_changed);
    pthread_mutex_unlock(&feed->mutex);
}

static size_t feed_read_stored(void *source, uint64_t offset, char *target, size_t size)
{
    return csv_source_read_stored(source, offset, target, size);
}

static void feed_open(CsvFeed *feed, const Context *context)
{
    size_t share = context->memory ? context->memory->limit / PART_MEMORY_SHARE : PART_LIMIT;
    size_t limit = share < PART_LIMIT ? share : PART_LIMIT;
    feed->source = csv_table_source(feed->table, feed->shape, feed->arena, context);
    if (feed->source->spool == NULL && feed->source->encoding == NULL)
        feed->part_count = csv_parts_find(feed->arena, feed->source->compression, feed->source->stored_size, limit,
                                          feed_read_stored, feed->source, &feed->parts);
    feed->source->stored_read = 0;
    pthread_mutex_lock(&feed->mutex);
    feed->is_open = true;
    pthread_cond_broadcast(&feed->has_changed);
    pthread_mutex_unlock(&feed->mutex);
}

/* ---- making pieces ---- */

typedef struct PartInput {
    CsvSource *source;
    CsvPart part; /* what is left of it */
} PartInput;

static size_t part_pull(void *user, char *target, size_t size)
{
    PartInput *input = user;
    uint64_t left = input->part.end - input->part.start;
    if (left == 0)
        return 0;
    size_t got = csv_source_read_stored(input->source, input->part.start, target, size < left ? size : (size_t)left);
    input->part.start += got;
    return got;
}

/* Any thread, at any time. */
static void part_decode(CsvFeed *feed, const Context *context, CsvFeedPiece *piece, CsvPart part)
{
    CsvFeedText *text = &piece->text;
    CsvSource source = *feed->source; /* its counts are ours */
    source.context = context;
    source.stored_read = 0;
    PartInput input = {&source, part};
    CsvDecoder *decoder = csv_decoder_open(piece->arena, source.path, source.compression, NULL, part_pull, &input);
    size_t got;
    do {
        got = csv_decoder_read(decoder, fed_reserve(text, context, STEP_SIZE), STEP_SIZE);
        text->size += got;
    } while (got > 0);
    piece->stored_size = source.stored_read;
    arena_reset(piece->arena);
}

/* More of a text that is decoded in one go: as much again as there is, since a long record may go on. False: at the
 * end. */
static bool feed_decode(CsvFeed *feed, const Context *context, CsvFeedPiece *piece)
{
    CsvSource *source = feed->source;
    uint64_t before = source->stored_read;
    size_t wanted = piece->text.size > STEP_SIZE ? piece->text.size : STEP_SIZE;
    source->context = context;
    size_t got = csv_source_read(source, feed->text_offset, fed_reserve(&piece->text, context, wanted), wanted);
    piece->stored_size += source->stored_read - before;
    piece->text.size += got;
    feed->text_offset += got;
    return got > 0;
}

/* Moves the feed's place over the first bytes of the text. */
static void feed_move(CsvFeed *feed, const CsvFeedText *text, size_t size)
{
    feed->place.offset += size;
    if (feed->counts_lines)
        feed->place.line += csv_index_line_count(cpu_level(), text->buffer->data, size);
}

/* What stands before the first row goes. Returns where the last whole record ends; 0: in none of what is there. Of a
 * record that is too long all is taken, for whoever reads it to say so. */
static size_t feed_cut(CsvFeed *feed, CsvFeedText *text, bool has_ended)
{
    const CsvDialect *dialect = &feed->shape->dialect;
    char *data = text->buffer->data;
    data[text->size] = '\0';
    if (feed->place.offset < dialect->data_offset) {
        uint64_t head = dialect->data_offset - feed->place.offset;
        size_t size = head < text->size ? (size_t)head : text->size;
        feed_move(feed, text, size);
        text->size -= size;
        memmove(data, data + size, text->size + 1);
    }
    if (has_ended)
        return text->size;
    bool may_go_on = text->size > 0 && data[text->size - 1] == '\r'; /* with LF */
    size_t end = csv_record_last_end(dialect, cpu_level(), data, text->size - may_go_on);
    return end == 0 && text->size > CSV_RECORD_LIMIT ? text->size : end;
}

bool csv_feed_take(CsvFeed *feed, CsvFeedPiece *piece)
{
    piece->number = atomic_fetch_add_explicit(&feed->taken_count, 1, memory_order_relaxed);
    return !feed->has_ended;
}

bool csv_feed_read(CsvFeed *feed, const Context *context, CsvFeedPiece *piece)
{
    CsvFeedText *text = &piece->text;
    bool has_ended = false;
    piece->stored_size = piece->size = text->size = 0;
    if (piece->number == 0)
        feed_open(feed, context);
    else if (!feed_await(feed, context, piece->number, /* wants_turn= */ false))
        return false;
    if (feed->part_count > 0 && piece->number < feed->part_count)
        part_decode(feed, context, piece, feed->parts[piece->number]);
    if (!feed_await(feed, context, piece->number, /* wants_turn= */ true))
        return false;
    fed_put_in_front(text, context, &feed->rest);
    if (feed->part_count > 0) {
        has_ended = piece->number + 1 == feed->part_count;
        piece->size = feed_cut(feed, text, has_ended);
    }
    while (piece->size == 0 && !has_ended && feed->part_count == 0) {
        has_ended = !feed_decode(feed, context, piece);
        piece->size = feed_cut(feed, text, has_ended);
    }
    piece->place = feed->place;
    feed_move(feed, text, piece->size);
    fed_set(&feed->rest, context, (char *)text->buffer->data + piece->size, text->size - piece->size);
    feed_pass_turn(feed, has_ended);
    return true;
}

static void piece_release(void *object)
{
    buffer_unref(((CsvFeedPiece *)object)->text.buffer);
}

CsvFeedPiece *csv_feed_piece_new(Arena *arena)
{
    CsvFeedPiece *piece = arena_new(arena, CsvFeedPiece);
    piece->arena = arena_new_child(arena);
    arena_own(arena, piece, piece_release);
    return piece;
}
