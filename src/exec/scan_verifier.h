/* exec/scan_verifier.h: SET verify_pushdown: what a provider has promised of a scan is checked row by row. The first
 * promise that is broken is an error that names provider, promise and row.
 *
 *   filters taken as EXACT     only rows for which they are TRUE come
 *   columns without NULL       none comes
 *   PRIMARY KEY, UNIQUE        no two rows have the same
 *   is_ordered                 no row comes before one that should have come earlier
 *   exact statistics           rows, NULLs, least and greatest values are those that come
 *   full: all filters          no row that passes them is missing, by a scan without them */
#ifndef QUERN_EXEC_SCAN_VERIFIER_H
#define QUERN_EXEC_SCAN_VERIFIER_H

#include "exec/build.h"

/* Of one cursor, which reads the scan alone. */
typedef struct ScanVerifier ScanVerifier;

ScanVerifier *scan_verifier_new(const Build *build, const PlanScan *scan);
void scan_verifier_look(ScanVerifier *verifier, const Batch *batch);
/* All rows have been looked at. */
void scan_verifier_end(ScanVerifier *verifier);

#endif
