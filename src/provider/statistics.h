/* provider/statistics.h: what a source knows of its data. */
#ifndef QUERN_PROVIDER_STATISTICS_H
#define QUERN_PROVIDER_STATISTICS_H

#include "column/value.h"

typedef enum Precision { PRECISION_ABSENT, PRECISION_ESTIMATE, PRECISION_EXACT } Precision;

typedef struct StatisticsCount {
    Precision precision;
    uint64_t count;
} StatisticsCount;

typedef struct StatisticsBound {
    Precision precision; /* EXACT: the very value; ESTIMATE: near it */
    Value value;
} StatisticsBound;

typedef struct ColumnStatistics {
    StatisticsCount null_count;
    StatisticsCount distinct_count;   /* of values that are not NULL */
    StatisticsBound minimum, maximum; /* NULL value: all are NULL */
} ColumnStatistics;

typedef struct Statistics {
    StatisticsCount row_count;
    StatisticsCount byte_size;
    size_t column_count; /* 0: nothing known of columns; else one for each column of the schema it belongs to */
    ColumnStatistics *columns;
} Statistics;

#endif
