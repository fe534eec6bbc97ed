"""tests/fuzz/seeds.py: the statements of slt files, a file each, for a fuzzer to begin with. Each stands behind those
that make and fill the tables that it names, so that it runs.

usage: seeds.py FOLDER FILE..."""
import hashlib
import pathlib
import re
import sys

SIZE_LIMIT = 4000

folder = pathlib.Path(sys.argv[1])
for name in sys.argv[2:]:
    made = []  # (table, statement that makes or fills it)
    for record in re.split(r"\n\s*\n", pathlib.Path(name).read_text()):
        lines = [line for line in record.split("\n") if not line.startswith("#")]
        if not lines or not re.match(r"statement|query", lines[0]):
            continue
        sql = "\n".join(lines[1:]).split("\n----")[0]
        words = set(re.findall(r"\w+", sql.lower()))
        seed = ";\n".join([statement for table, statement in made if table in words] + [sql])
        if len(seed) > SIZE_LIMIT:
            seed = sql
        if len(seed) <= SIZE_LIMIT:
            (folder / hashlib.md5(seed.encode()).hexdigest()).write_text(seed)
        table = re.match(r"(?i)(?:create\s+(?:temp\s+)?table|insert\s+into)\s+(\w+)", sql)
        if table:
            made.append((table.group(1).lower(), sql))
