# Sourced by run.sh and run_duckdb.sh: the data that they need, made once.

# rows_check NAME VALUE: whether the variable is a count of rows
rows_check() {
    case $2 in
    '' | *[!0-9]* | 0*) echo "bench: $1=$2 is no count of rows" >&2; exit 2 ;;
    esac
}

# data_make FOLDER COMMAND…: the folder, with what the command, given a folder, writes there: all of it or nothing
data_make() {
    folder=$1
    shift
    [ -d "$folder" ] && return
    rm -rf "$folder.part"
    mkdir -p "$folder.part" && "$@" "$folder.part" && mv "$folder.part" "$folder" || exit 1
}

# tpch_write SCALE FOLDER: the tables of TPC-H as CSV files with headers
tpch_write() {
    for table in region nation supplier customer part partsupp orders lineitem; do
        QUERN_PLUGIN_PATH=$BUILD/plugins "$BUILD/quern" -c "LOAD 'tpch.so'" \
            -c "COPY (FROM tpch('$table', $1)) TO '$2/$table.csv'" >/dev/null || return 1
    done
}
