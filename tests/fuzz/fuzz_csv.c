/* tests/fuzz/fuzz_csv.c: any bytes as a CSV file: the fast reader, at every level of this machine and several block
 * sizes, and the careful one say what libcsv says; and a table over them is read or refused, never more. Built by
 * tests/fuzz/Makefile for libFuzzer. */
#include <stdint.h>

#include "base/cpu.h"
#include "csv_oracle.h"
#include "provider/csv/csv.h"
#include "table_read.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size == 0)
        return 0;
    Arena *arena = arena_new_child(NULL);
    uint8_t choice = data[0]; /* of the dialect and the number of columns */
    StringView text = {(const char *)data + 1, size - 1};
    bool has_comment_byte = text.size && memchr(text.data, '\x02', text.size) != NULL;
    CsvSource *source = oracle_source(arena, text);
    static const size_t read_sizes[] = {1, 64, 5000};
    for (size_t s = 0; s < 3; s++) {
        for (int level = 0; level <= (int)cpu_level() + 1; level++) {
            bool careful = level > (int)cpu_level();
            if (careful && has_comment_byte)
                continue;
            const char *difference =
                oracle_compare(arena, source, text, choice & 1 ? ';' : ',', choice & 2 ? '\'' : '"',
                               1 + (choice >> 2) % 4, careful ? CPU_PORTABLE : (CpuLevel)level, read_sizes[s], careful);
            if (difference) {
                fprintf(stderr, "read size %zu, level %d: %s\n", read_sizes[s], level, difference);
                abort();
            }
        }
    }
    Error error;
    if (!table_try(&csv_format, arena_format(arena, "/proc/self/fd/%d", source->descriptor), &error) &&
        error_class(error.code) != ERROR_CLASS_DATA)
        abort();
    close(source->descriptor);
    arena_free(arena);
    return 0;
}
