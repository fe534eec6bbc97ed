/* provider/csv/kernel/csv_values.h: the fields of a column as values, where they are short and plain: 17, -5, 21168.23
 * with just the column's digits behind the point, 2024-01-31. Others are left to csv_field.h, which reads the same of
 * these. Compiled once for each CPU level. */
#ifndef QUERN_PROVIDER_CSV_KERNEL_CSV_VALUES_H
#define QUERN_PROVIDER_CSV_KERNEL_CSV_VALUES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    CSV_VALUES_FRONT = 16, /* bytes that are readable before any field, and behind it */
    CSV_VALUES_SCALE = 7,  /* more digits behind the point are not read */
    CSV_VALUES_DIGITS = 16,
};

typedef struct CsvValuesCall {
    const char *data;
    const uint32_t *ends;      /* as in CsvIndex, from that of the first row's column */
    const uint32_t *first;     /* of each row: where in `ends` the column's end is */
    bool is_last;              /* the column is: a CR may stand before its end */
    const uint16_t *selection; /* rows to read, `count` of them; NULL: 0 .. count-1 */
    size_t count;
    int scale;
    void *values;   /* of each row: int64_t; dates: int32_t */
    uint64_t *left; /* out: bit a row, set where it is not read; cleared by the caller before */
} CsvValuesCall;

typedef enum CsvValuesKind {
    CSV_VALUES_INTEGER,
    CSV_VALUES_DECIMAL,
    CSV_VALUES_DATE,
    CSV_VALUES_KIND_COUNT
} CsvValuesKind;

typedef void (*CsvValuesKernel)(const CsvValuesCall *call);

extern const CsvValuesKernel csv_values_kernels_portable[CSV_VALUES_KIND_COUNT];
#if defined(__x86_64__)
extern const CsvValuesKernel csv_values_kernels_avx2[CSV_VALUES_KIND_COUNT];
extern const CsvValuesKernel csv_values_kernels_avx512[CSV_VALUES_KIND_COUNT];
#endif

#endif
