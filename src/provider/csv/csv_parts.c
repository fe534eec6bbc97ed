/* provider/csv/csv_parts.c: walks over zstd's frames (RFC 8878) and the blocks of BGZF, a gzip with its sizes written
 * down (SAM specification, section 4.1). */
#include "provider/csv/csv_parts.h"

#include <string.h>

#include "base/array.h"

enum {
    PART_TEXT_SIZE = 4 << 20, /* frames are taken together until they may hold so much text */
    ZSTD_HEAD_SIZE = 18,      /* the longest frame header */
    ZSTD_BLOCK_HEAD_SIZE = 3,
    ZSTD_BLOCK_TEXT_SIZE = 128 << 10, /* at most */
    BGZF_HEAD_SIZE = 18,
    BGZF_TEXT_SIZE = 64 << 10, /* at most */
};

typedef struct PartWalk {
    CsvStoredRead read;
    void *user;
    uint64_t offset;    /* of the frame that comes next */
    uint64_t text_size; /* that the last one may hold */
    uint64_t text_limit;
} PartWalk;

static uint32_t bytes_number(const unsigned char *bytes, size_t count)
{
    uint32_t number = 0;
    for (size_t i = count; i > 0; i--)
        number = number << 8 | bytes[i - 1];
    return number;
}

/* Goes behind a zstd frame; false: there is none, or it is too large. */
static bool zstd_walk(PartWalk *walk)
{
    static const unsigned char dictionary_sizes[] = {0, 1, 2, 4}, content_sizes[] = {0, 2, 4, 8};
    unsigned char head[ZSTD_HEAD_SIZE] = {0};
    walk->text_size = 0;
    if (walk->read(walk->user, walk->offset, (char *)head, sizeof head) < 8)
        return false;
    if ((head[0] & 0xF0) == 0x50 && memcmp(head + 1, "\x2A\x4D\x18", 3) == 0) { /* that readers skip */
        walk->offset += 8 + (uint64_t)bytes_number(head + 4, 4);
        return true;
    }
    if (memcmp(head, "\x28\xB5\x2F\xFD", 4) != 0)
        return false;
    unsigned flags = head[4];
    bool is_single = flags & 0x20, has_checksum = flags & 0x04;
    unsigned content_size = content_sizes[flags >> 6] + ((flags >> 6) == 0 && is_single);
    walk->offset += 5 + !is_single + dictionary_sizes[flags & 3] + content_size;
    for (bool is_last = false; !is_last;) {
        unsigned char block[ZSTD_BLOCK_HEAD_SIZE];
        walk->text_size += ZSTD_BLOCK_TEXT_SIZE;
        if (walk->read(walk->user, walk->offset, (char *)block, sizeof block) < sizeof block ||
            walk->text_size > walk->text_limit)
            return false;
        uint32_t header = bytes_number(block, sizeof block);
        bool is_run = (header >> 1 & 3) == 1; /* of one byte */
        walk->offset += ZSTD_BLOCK_HEAD_SIZE + (is_run ? 1 : header >> 3);
        is_last = header & 1;
    }
    walk->offset += has_checksum ? 4 : 0;
    return true;
}

/* Goes behind a BGZF block; false: it is none. */
static bool bgzf_walk(PartWalk *walk)
{
    unsigned char head[BGZF_HEAD_SIZE];
    if (walk->read(walk->user, walk->offset, (char *)head, sizeof head) < sizeof head ||
        memcmp(head, "\x1F\x8B\x08\x04", 4) != 0 || memcmp(head + 10, "\x06\0BC\x02\0", 6) != 0)
        return false;
    walk->offset += (uint64_t)bytes_number(head + 16, 2) + 1;
    walk->text_size = BGZF_TEXT_SIZE;
    return true;
}

size_t csv_parts_find(Arena *arena, Compression compression, uint64_t file_size, uint64_t text_limit,
                      CsvStoredRead read, void *user, CsvPart **ret_parts)
{
    bool (*walk_frame)(PartWalk *) = compression == COMPRESSION_ZSTD   ? zstd_walk
                                     : compression == COMPRESSION_GZIP ? bgzf_walk
                                                                       : NULL;
    PartWalk walk = {.read = read, .user = user, .text_limit = text_limit};
    ARRAY(CsvPart) parts = {0};
    uint64_t start = 0, text_size = 0;
    while (walk_frame && walk.offset < file_size) {
        if (!walk_frame(&walk) || walk.offset > file_size)
            return 0;
        text_size += walk.text_size;
        if (text_size < PART_TEXT_SIZE && walk.offset < file_size)
            continue;
        array_add(arena, &parts, ((CsvPart){start, walk.offset}));
        start = walk.offset;
        text_size = 0;
    }
    *ret_parts = parts.items;
    return parts.count > 1 ? parts.count : 0;
}
