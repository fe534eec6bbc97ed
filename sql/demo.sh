#!/bin/sh
# make demo: answers questions over copies of data/, so that the samples stay as they are.
set -e
quern=${1:-build/quern}
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cp data/*.csv data/*.db "$folder"
"$quern" --table "$folder/mills.csv" "$folder/deliveries.csv" "$folder/stock.db" -f sql/demo.sql
