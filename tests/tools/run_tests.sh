#!/bin/sh
# Runs groups of tests and adds up their "N passed, N failed" lines.
#   run_tests.sh unit PROGRAM…   the Check programs
#   run_tests.sh cli             the program as people use it (tests/cli)
#   run_tests.sh all PROGRAM…    both, SQL (tests/slt), random queries (tests/random) and the examples
# Environment: BUILD (default build). Exit status 1 when anything failed.
group=$1
shift
BUILD=${BUILD:-build}
QUERN=${QUERN:-$BUILD/quern}
export QUERN BUILD
log=$(mktemp) || exit 1
trap 'rm -f "$log"' EXIT
passed=0
failed=0

# run NAME COMMAND…: the last "N passed, N failed" of its output counts; without one, or killed, it is a failure.
run() {
    name=$1
    shift
    "$@" >"$log" 2>&1
    status=$?
    line=$(grep -E '[0-9]+ passed, [0-9]+ failed' "$log" | tail -n 1)
    p=$(printf '%s\n' "$line" | sed -n 's/^\(.*[^0-9]\)\{0,1\}\([0-9][0-9]*\) passed.*/\2/p')
    f=$(printf '%s\n' "$line" | sed -n 's/^.*passed, \([0-9][0-9]*\) failed.*/\1/p')
    if [ -z "$line" ] || { [ "$status" -ne 0 ] && [ "${f:-0}" -eq 0 ]; }; then
        f=$((${f:-0} + 1))
    fi
    passed=$((passed + ${p:-0}))
    failed=$((failed + f))
    if [ "$f" -gt 0 ]; then
        echo "FAIL $name (exit status $status)"
        tail -n 60 "$log"
    else
        echo "ok   $name: $p passed"
    fi
}

case $group in
unit | all)
    for program in "$@"; do
        run "unit/$(basename "$program")" "$program"
    done
    ;;
esac
if [ "$group" = all ]; then
    timeout=${SLT_TIMEOUT:-60} # seconds for a record
    run slt "$BUILD/slt-run" --quiet --timeout "$timeout" tests/slt
    parallel='parallel_rows=0 --set threads' # the smallest tables too
    for setting in verify_pushdown=on verify_pushdown=full optimizer=off batch_size=1 batch_size=3 spill_after=3 "$parallel=4" "$parallel=3 --set spill_after=3"; do
        # the answers are the same
        # shellcheck disable=SC2086 # several words
        run "slt with $setting" "$BUILD/slt-run" --quiet --timeout "$timeout" --set $setting tests/slt
    done
fi
[ "$group" = all ] && run random "$BUILD/random" 60 1
[ "$group" = all ] && run examples sh tests/example/check.sh
[ "$group" = all ] && run manual python3 tests/tools/manual.py --check "$QUERN" man/quern-sql.7
case $group in
cli | all) run cli python3 tests/cli/run.py ;;
esac
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
