"""tests/fuzz/seeds.py: the statements of slt files, a file each, for a fuzzer to begin with.

usage: seeds.py FOLDER FILE..."""
import hashlib
import pathlib
import re
import sys

folder = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    for record in re.split(r"\n\s*\n", pathlib.Path(name).read_text()):
        lines = [line for line in record.split("\n") if not line.startswith("#")]
        if lines and re.match(r"statement|query", lines[0]):
            sql = "\n".join(lines[1:]).split("\n----")[0]
            if len(sql) < 2000:
                (folder / hashlib.md5(sql.encode()).hexdigest()).write_text(sql)
