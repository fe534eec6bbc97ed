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

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
