#!/bin/sh
# The example programs print what they should: the expected output stands here.
BUILD=${BUILD:-build}
passed=0
failed=0
expect() {
    if [ "$2" = "$3" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf 'FAIL %s\nexpected:\n%s\ngot:\n%s\n' "$1" "$2" "$3"
    fi
}

expect show_table "$(cat <<'END'
┌───────────┬─────────┬───────┐
│ name      │ town    │ built │
├───────────┼─────────┼───────┤
│ Low Ford  │ Alton   │  1730 │
│ Oxhill    │ Wantage │  1784 │
│ Old "Nan" │ Dunmore │  1799 │
└───────────┴─────────┴───────┘
(3 rows)
END
)" "$("$BUILD/example/show_table" data/mills.csv 2>&1)"

expect read_rows "$(cat <<'END'
name VARCHAR
amount DECIMAL(10,2)
(null) 8.00
b 12.00
sum 20
42703 at byte 7: column "nam" does not exist (did you mean "name"?)
END
)" "$("$BUILD/example/read_rows" 2>&1)"

expect prepared "$(cat <<'END'
1 parameter of type BIGINT: 1
2: Oxhill
3: nobody
1: Low Ford
22P02: invalid input syntax for type bigint: "first"
END
)" "$("$BUILD/example/prepared" 2>&1)"

expect own_table "$(cat <<'END'
Bonn 70.7
Trier 74.3
there is no setting "memory_limt" (did you mean memory_limit?)
END
)" "$("$BUILD/example/own_table" 2>&1)"

# Of 1 to 50000 those that end in 7: 5000 numbers from 7 to 49997.
expect many_threads "$(cat <<'END'
125010000
125010000
125010000
125010000
stopped: interrupted
2
END
)" "$("$BUILD/example/many_threads" 2>&1)"

# Each function of the client API has its place in its manual page, each callback and host function in the other.
expect "functions without a place in man/quern.3" "" "$(sed -n 's/^QUERN_API .*[ *]\(quern_[a-z_0-9]*\)(.*/\1/p' \
    include/quern/quern.h | while read -r name; do grep -q "$name(" man/quern.3 || echo "$name"; done)"
expect "functions without a place in man/quern-provider.3" "" "$(sed -n 's/.*(\*\([a-z_0-9]*\))(.*/\1/p' \
    include/quern/provider.h | sort -u | while read -r name; do
    grep -q "\b$name\b" man/quern-provider.3 || echo "$name"; done)"

expect "the tutorial of man/quern-provider.3 is tests/plugins/minimal/minimal.c" "$(cat man/quern-provider.3)" \
    "$(sh tests/tools/manual_source.sh man/quern-provider.3 tests/plugins/minimal/minimal.c)"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
