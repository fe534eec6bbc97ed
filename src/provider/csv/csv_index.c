/* provider/csv/csv_index.c: chooses who indexes: a kernel, or the careful reader. */
#include "provider/csv/csv_index.h"

#include "base/context.h"
#include "base/memory.h"
#include "provider/csv/csv_careful.h"
#include "provider/csv/kernel/csv_kernel.h"

enum {
    SLACK = CSV_KERNEL_GROUP + 8, /* a kernel may write so much behind what counts */
    LAST_RECORD_SIZE = 4 << 10,
};

void csv_index_init(CsvIndex *index, Arena *arena, size_t capacity)
{
    if (capacity < 2 * SLACK)
        capacity = 2 * SLACK;
    *index = (CsvIndex){.capacity = capacity};
    uint32_t *ends = memory_allocate(memory_size_multiply(capacity + SLACK + 1, sizeof *ends));
    arena_own(arena, ends, memory_free);
    uint32_t *records = memory_allocate(memory_size_multiply(capacity + SLACK + 1, sizeof *records));
    arena_own(arena, records, memory_free);
    index->ends = ends + 1;
    index->records = records + 1;
    index->records[-1] = 0;
}

void csv_index_grow(CsvIndex *index, Arena *arena)
{
    CsvIndex grown;
    csv_index_init(&grown, arena, memory_size_multiply(index->capacity, 2));
    arena_release(arena, index->ends - 1);
    arena_release(arena, index->records - 1);
    *index = grown;
}

#if defined(__x86_64__)
static const CsvKernel kernels[] = {csv_kernel_portable, csv_kernel_avx2, csv_kernel_avx512};
static const CsvOddKernel odd_kernels[] = {csv_odd_kernel_portable, csv_odd_kernel_avx2, csv_odd_kernel_avx512};
static const CsvLinesKernel lines_kernels[] = {csv_lines_kernel_portable, csv_lines_kernel_avx2,
                                               csv_lines_kernel_avx512};
#else
static const CsvKernel kernels[] = {csv_kernel_portable, csv_kernel_portable, csv_kernel_portable};
static const CsvOddKernel odd_kernels[] = {csv_odd_kernel_portable, csv_odd_kernel_portable, csv_odd_kernel_portable};
static const CsvLinesKernel lines_kernels[] = {csv_lines_kernel_portable, csv_lines_kernel_portable,
                                               csv_lines_kernel_portable};
#endif

void csv_index_run(CsvIndex *index, const CsvDialect *dialect, CpuLevel level, const char *data, size_t start,
                   size_t size, bool is_end, bool wants_ends)
{
    index->problem = (CsvProblem){0};
    if (!csv_dialect_is_plain(dialect)) {
        csv_careful_run(index, dialect, data, start, size, is_end);
        return;
    }
    size_t known = size;
    if (!is_end && known > start && data[known - 1] == '\r')
        known--; /* an LF may follow it */
    CsvKernelCall call = {
        .data = data + start,
        .size = known - start,
        .base = (uint32_t)start,
        .delimiter = (unsigned char)dialect->delimiter,
        .quote = (unsigned char)dialect->quote,
        .has_quote = dialect->has_quote,
        .ends = wants_ends ? index->ends : NULL,
        .records = index->records,
        .capacity = index->capacity,
    };
    kernels[level](&call);
    bool is_unclosed = is_end && !call.is_full && call.record_count == 0 && known > start;
    if (call.has_bad_quote || is_unclosed) {
        csv_careful_run(index, dialect, data, start, size, is_end);
        return;
    }
    index->ends[-1] = (uint32_t)start - 1;
    index->has_ends = wants_ends;
    index->record_count = call.record_count;
    index->end = start + call.end;
    index->is_full = call.is_full;
    index->has_quotes = call.has_quotes;
    index->is_ascii = call.is_ascii;
    index->has_nul = call.has_nul;
}

size_t csv_record_end(const CsvDialect *dialect, const char *data, size_t start, size_t size, bool is_inside)
{
    for (size_t i = start; i < size; i++) {
        context_pace(i);
        if (dialect->has_quote && data[i] == dialect->quote)
            is_inside = !is_inside;
        else if (!is_inside && (data[i] == '\n' || (data[i] == '\r' && data[i + 1] != '\n')))
            return i + 1;
    }
    return 0;
}

size_t csv_record_last_end(const CsvDialect *dialect, CpuLevel level, const char *data, size_t size)
{
    for (size_t tail = LAST_RECORD_SIZE;; tail *= 8) {
        size_t start = tail < size ? size - tail : 0, last = 0;
        bool is_inside = dialect->has_quote && csv_index_is_odd(level, data, start, dialect->quote);
        for (size_t end = start; (end = csv_record_end(dialect, data, end, size, is_inside)) > 0; is_inside = false)
            last = end;
        if (last > 0 || start == 0)
            return last;
    }
}

bool csv_index_is_odd(CpuLevel level, const char *data, size_t size, char quote)
{
    return odd_kernels[level](data, size, quote);
}

size_t csv_index_line_count(CpuLevel level, const char *data, size_t size)
{
    return lines_kernels[level](data, size);
}
