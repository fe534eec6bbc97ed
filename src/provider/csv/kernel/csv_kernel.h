/* provider/csv/kernel/csv_kernel.h: finds where fields and records end, 64 bytes at a time.
 *
 * The first step of the reader, and the only one that looks at every byte. Each level of csv_kernel.c gives the same
 * answers; csv_index.c chooses one. */
#ifndef QUERN_PROVIDER_CSV_KERNEL_CSV_KERNEL_H
#define QUERN_PROVIDER_CSV_KERNEL_CSV_KERNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CSV_KERNEL_GROUP = 64, /* bytes looked at together: `data` is readable for so many more behind its end */
};

typedef struct CsvKernelCall {
    const char *data; /* begins where a record begins, outside quotes */
    size_t size;
    uint32_t base; /* what position data[0] has in `ends` */
    unsigned char delimiter, quote;
    bool has_quote;
    uint32_t *ends;    /* of each field, in order: the position of its delimiter or line end; NULL: only count */
    uint32_t *records; /* of each record: how many fields there are up to its end */
    size_t capacity;   /* entries in each of the two, that count: CSV_KERNEL_GROUP more may be written to */
    /* Out: */
    size_t field_count;
    size_t record_count; /* whole ones; what stands behind the last is no record yet */
    size_t end;          /* behind the last whole record, from data[0] */
    bool is_full;        /* stopped for want of capacity */
    bool has_bad_quote; /* a quote within an unquoted field, or text behind a closing one: records are not to be used */
    bool has_quotes;
    bool is_ascii; /* no byte above 127 */
    bool has_nul;
} CsvKernelCall;

/* A line end is LF, CR LF or CR, outside quotes; for CR LF the position is that of the LF. */
typedef void (*CsvKernel)(CsvKernelCall *call);

/* Whether there is an odd number of quotes. */
typedef bool (*CsvOddKernel)(const char *data, size_t size, char quote);
/* How many line ends there are, within quotes or not, that of CR LF at its LF: data[size] is looked at. */
typedef size_t (*CsvLinesKernel)(const char *data, size_t size);

void csv_kernel_portable(CsvKernelCall *call);
bool csv_odd_kernel_portable(const char *data, size_t size, char quote);
size_t csv_lines_kernel_portable(const char *data, size_t size);
#if defined(__x86_64__)
void csv_kernel_avx2(CsvKernelCall *call);
void csv_kernel_avx512(CsvKernelCall *call);
bool csv_odd_kernel_avx2(const char *data, size_t size, char quote);
bool csv_odd_kernel_avx512(const char *data, size_t size, char quote);
size_t csv_lines_kernel_avx2(const char *data, size_t size);
size_t csv_lines_kernel_avx512(const char *data, size_t size);
#endif

#endif
