/* provider/series.h: numbers or moments from a start to a stop: what generate_series and range are as tables. */
#ifndef QUERN_PROVIDER_SERIES_H
#define QUERN_PROVIDER_SERIES_H

#include "provider/provider.h"

/* BIGINT: start, start + step, ... as long as it has not passed `stop`; `is_stop_included` as in generate_series. The
 * step is not 0. One share, the caller's. */
TableProvider *series_table_new(const char *column_name, int64_t start, int64_t stop, int64_t step,
                                bool is_stop_included);
/* TIMESTAMP or TIMESTAMPTZ (`type`), in microseconds; months of the step are counted as the calendar has them. All
 * fields of the step have one sign, and one is not 0. */
TableProvider *series_timestamp_table_new(const char *column_name, Type type, int64_t start, int64_t stop,
                                          Interval step, bool is_stop_included);

#endif
