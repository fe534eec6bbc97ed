/* What is mapped of a temporary file is zero, leaves memory behind a walk over it, and is there when it is looked at
 * again. */
#include "test.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/context.h"
#include "base/temp_file.h"

enum { MIB = 1 << 20, MAPS = 64, MOST_IN_MEMORY = 36 * MIB };

static Context context;
static Buffer *maps[MAPS];

static TempFile *file_with_maps(void)
{
    TempFile *file = temp_file_new(test_arena, &context);
    for (size_t i = 0; i < MAPS; i++)
        maps[i] = temp_file_map(file, MIB);
    return file;
}

static void maps_unref(void)
{
    for (size_t i = 0; i < MAPS; i++)
        buffer_unref(maps[i]);
}

/* Bytes of the maps that are in this process's memory: bit 63 of a page's entry (Linux, admin-guide/mm/pagemap). */
static size_t maps_in_memory(void)
{
    enum { LEAST_PAGE = 4 << 10, MOST_ENTRIES = MIB / LEAST_PAGE };
    size_t page_size = (size_t)sysconf(_SC_PAGESIZE), count = MIB / page_size, found = 0;
    uint64_t entries[MOST_ENTRIES];
    int descriptor = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    ck_assert_int_ge(descriptor, 0);
    for (size_t i = 0; i < MAPS; i++) {
        size_t size = count * sizeof *entries;
        off_t place = (off_t)((uintptr_t)maps[i]->data / page_size * sizeof *entries);
        ck_assert_uint_eq((size_t)pread(descriptor, entries, size, place), size);
        for (size_t page = 0; page < count; page++)
            found += entries[page] >> 63 ? page_size : 0;
    }
    close(descriptor);
    return found;
}

static bool map_is_full_of(const Buffer *map, unsigned char byte)
{
    const unsigned char *bytes = map->data;
    return bytes[0] == byte && memcmp(bytes, bytes + 1, MIB - 1) == 0;
}

START_TEST(what_is_mapped_is_zero)
{
    TempFile *file = file_with_maps();
    memset(maps[3]->data, 1, MIB);
    buffer_unref(maps[3]);
    maps[3] = temp_file_map(file, MIB);
    for (size_t i = 0; i < MAPS; i++)
        ck_assert(map_is_full_of(maps[i], 0));
    maps_unref();
}
END_TEST

START_TEST(a_walk_holds_a_few_megabytes_and_finds_what_was_written)
{
    TempFile *file = file_with_maps();
    for (size_t i = 0; i < MAPS; i++) {
        temp_file_look(file);
        memset(maps[i]->data, (int)i + 1, MIB);
        ck_assert_uint_le(maps_in_memory(), MOST_IN_MEMORY);
    }
    for (size_t i = 0; i < MAPS; i++) {
        temp_file_look(file);
        ck_assert(map_is_full_of(maps[i], (unsigned char)(i + 1)));
        ck_assert_uint_le(maps_in_memory(), MOST_IN_MEMORY);
    }
    maps_unref();
}
END_TEST

START_TEST(looking_here_and_there_holds_a_few_megabytes)
{
    TempFile *file = file_with_maps();
    for (size_t i = 0; i < MAPS; i++)
        memset(maps[i]->data, (int)i + 1, MIB);
    temp_file_look(file);
    for (size_t i = 0; i < MAPS * TEMP_LOOKS; i++) { /* places of different maps, each in a part of 64 KB of its own */
        size_t map = i * 37 % MAPS, place = i * 5 % 16 * (64 << 10);
        if (i % TEMP_LOOKS == 0)
            temp_file_look(file);
        ck_assert_uint_eq(((const unsigned char *)maps[map]->data)[place], map + 1);
        if (i % 16 == 0)
            ck_assert_uint_le(maps_in_memory(), MOST_IN_MEMORY);
    }
    maps_unref();
}
END_TEST

/* As the states of copies are, of which one makes a result. */
START_TEST(who_looks_at_one_file_lets_go_of_all)
{
    (void)file_with_maps();
    TempFile *other = temp_file_new(test_arena, &context);
    Buffer *map = temp_file_map(other, MIB);
    for (size_t i = 0; i < MAPS; i++) {
        temp_file_look(other);
        memset(maps[i]->data, (int)i + 1, MIB);
        ck_assert_uint_le(maps_in_memory(), MOST_IN_MEMORY);
    }
    ck_assert(map_is_full_of(maps[0], 1));
    buffer_unref(map);
    maps_unref();
    ck_assert(!temp_memory_is_mapped());
}
END_TEST

START_TEST(a_part_is_read_without_coming_to_memory)
{
    (void)file_with_maps();
    unsigned char byte = 0;
    ((unsigned char *)maps[5]->data)[70000] = 9;
    temp_buffer_rest(maps[5]);
    temp_buffer_read(maps[5], 70000, &byte, 1);
    ck_assert_uint_eq(byte, 9);
    ck_assert_uint_eq(maps_in_memory(), 0);
    maps_unref();
}
END_TEST

START_TEST(maps_are_left_out_once_they_have_gone)
{
    TempFile *file = file_with_maps();
    /* the last, the first, and those between, in turns */
    for (size_t i = 0; i < MAPS; i++) {
        temp_file_look(file);
        buffer_unref(maps[i % 2 == 0 ? MAPS - 1 - i / 2 : i / 2]);
    }
    temp_file_look(file);
}
END_TEST

TEST_PROGRAM(what_is_mapped_is_zero, a_walk_holds_a_few_megabytes_and_finds_what_was_written,
             looking_here_and_there_holds_a_few_megabytes, who_looks_at_one_file_lets_go_of_all,
             a_part_is_read_without_coming_to_memory, maps_are_left_out_once_they_have_gone)
