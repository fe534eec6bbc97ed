#!/bin/sh
# make lint: layers, folders' READMEs, headers that compile alone, format, cppcheck, clang-tidy. CC and C_FLAGS come from
# the Makefile.
# Exit status 1 when anything was found.
failed=0
step() {
    echo "lint: $1"
    shift
    "$@" || failed=1
}

headers_alone() {
    status=0
    for header in $(printf '%s\n' "$@" | grep '\.h$'); do
        case $header in
        src/*) echo "#include \"${header#src/}\"" ;;
        include/*) echo "#include <${header#include/}>" ;;
        *) continue ;;
        esac | $CC $C_FLAGS -Werror -fsyntax-only -x c - || { echo "$header does not compile alone"; status=1; }
    done
    return $status
}

sources() {
    printf '%s\n' "$@" | grep '^src/.*\.c$'
}

static_analysis() {
    # kernels are compiled once a level: one level is enough to look at
    sources "$@" | xargs -P 2 -n 12 sh -c \
        "clang-tidy --quiet --warnings-as-errors='*' \"\$@\" -- $C_FLAGS -DKERNEL_LEVEL=portable 2>/dev/null" sh
}

cpp_check() {
    sources "$@" | cppcheck --quiet --error-exitcode=1 --std=c17 --language=c --enable=warning,portability \
        --inline-suppr --suppressions-list=tests/tools/cppcheck.txt -j 2 -Isrc -Iinclude -DKERNEL_LEVEL=portable \
        --file-list=-
}

step "layers" python3 tests/tools/lint_layers.py
step "readmes" python3 tests/tools/lint_readmes.py
step "headers compile alone" headers_alone "$@"
step "format" clang-format --dry-run --Werror "$@"
step "cppcheck" cpp_check "$@"
step "clang-tidy" static_analysis "$@"
[ $failed -eq 0 ] && echo "lint: clean"
exit $failed
