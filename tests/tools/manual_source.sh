#!/bin/sh
# manual_source.sh PAGE SOURCE: the manual page on standard output, with the source between its markers as it is now.
awk -v source="$2" '
    /^\.\\" end of source$/ { is_inside = 0 }
    !is_inside { print }
    /^\.\\" source$/ {
        is_inside = 1
        while ((getline line < source) > 0) {
            gsub(/\\/, "\\e", line)
            gsub(/-/, "\\-", line)
            print (line ~ /^[.\047]/ ? "\\&" : "") line
        }
    }' "$1"
