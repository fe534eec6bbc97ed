"""Every function that SHOW FUNCTIONS lists, called with values of the types that its signature says: none ends the
program, and a scalar function gives for a column what it gives for each of its values as a constant."""
import json
import re
from decimal import Decimal, InvalidOperation

from harness import ProgramTest

ROWS = 6
VALUES = {
    "VARCHAR": tuple(text + "::VARCHAR" for text in (
        "'a'", "NULL", "'[1, {\"a\": \"b\"}]'", "'2021-03-04 05:06:07'", "''", "'day'", "'UTC'", "'12'")),
    "BIGINT": ("0::BIGINT", "1::BIGINT", "NULL::BIGINT", "-1::BIGINT", "3::BIGINT"),
    "INTEGER": ("2::INTEGER", "0::INTEGER", "NULL::INTEGER", "-1::INTEGER"),
    "SMALLINT": ("3::SMALLINT", "NULL::SMALLINT", "0::SMALLINT"),
    "UBIGINT": ("7::UBIGINT", "0::UBIGINT", "NULL::UBIGINT"),
    "DOUBLE": ("0.5::DOUBLE", "-2::DOUBLE", "NULL::DOUBLE", "0::DOUBLE", "'inf'::DOUBLE"),
    "DECIMAL": ("1.50::DECIMAL(8, 2)", "NULL::DECIMAL(8, 2)", "-0.07::DECIMAL(8, 2)"),
    "BOOLEAN": ("true", "NULL::BOOLEAN", "false"),
    "DATE": ("DATE '2020-02-29'", "NULL::DATE", "DATE '1969-12-31'"),
    "TIME": ("TIME '12:34:56.7'", "NULL::TIME", "TIME '00:00'"),
    "TIMESTAMP": ("TIMESTAMP '2020-02-29 23:59:59.9'", "NULL::TIMESTAMP", "TIMESTAMP '1969-12-31 01:02:03'"),
    "TIMESTAMPTZ": ("TIMESTAMPTZ '2020-02-29 23:59:59+00'", "NULL::TIMESTAMPTZ"),
    "INTERVAL": ("INTERVAL '1 day'", "NULL::INTERVAL", "INTERVAL '-2 months 3 hours'"),
    "BLOB": ("'\\x00ff'::BLOB", "NULL::BLOB", "''::BLOB"),
}
# another value at each call, or on another day
CHANGING = re.compile(r"random|rand|uuid|now|clock|current_|local|timestamp$|today|age|val$|pg_|version|txid|setseed")


def parameter_lists(signature):
    """The types of what is required, and of all: `any` once as a text and once as a number."""
    inside = signature[signature.index("(") + 1:signature.rindex(")")]
    counts = {len(re.findall(r"[^\[\],]+", part)) for part in (inside.split("[")[0], inside)}
    for other in ("VARCHAR", "BIGINT"):
        types = [word.split()[-1] for word in re.findall(r"[^\[\],]+", inside) if word.strip() not in ("", "...")]
        types = [kind if kind in VALUES else "VARCHAR" if kind == "name" else other for kind in types]
        for count in sorted(counts):
            yield types[:count]
        if "any" not in inside and "value" not in inside:
            return


def value(kind, row, place):
    return VALUES[kind][(row + place) % len(VALUES[kind])]


def call(name, arguments):
    if name[0].isalpha():
        return "%s(%s)" % (name, ", ".join(arguments))
    return "(%s %s)" % (name, arguments[0]) if len(arguments) == 1 else (" %s " % name).join(arguments)


def is_same(left, right):
    """A constant number of digits says how many digits a DECIMAL is shown with."""
    try:
        return left == right or Decimal(left) == Decimal(right)
    except (TypeError, InvalidOperation):
        return False


class Functions(ProgramTest):
    def functions(self, *kinds):
        listed = json.loads(self.run_quern("--json", "-c", "SHOW FUNCTIONS").output)
        return [entry for entry in listed if entry["kind"] in kinds and " " not in entry["name"]]

    def calls(self, *kinds):
        """Of each function: its name, and for each row the values that it is called with."""
        for entry in self.functions(*kinds):
            for types in parameter_lists(entry["signature"]):
                yield entry["name"], [[value(kind, row, place) for place, kind in enumerate(types)]
                                      for row in range(ROWS)]

    def run_statements(self, statements):
        run = self.run_quern("--tsv", "--no-header", "--keep-going", input=";\n".join(statements) + ";\n")
        self.assertIn(run.status, (0, 1), run.errors[-2000:])  # and no signal
        return run.output

    def test_a_column_gives_what_its_values_give_as_constants(self):
        statements, pairs = [], {}
        for number, (name, rows) in enumerate(self.calls("scalar")):
            columns = ["c%d" % place for place in range(len(rows[0]))]
            table = ", ".join("(%s)" % ", ".join([str(row)] + values) for row, values in enumerate(rows))
            statements.append("SELECT '%d ' || n, %s FROM (VALUES %s) v (%s)" % (
                number, call(name, columns), table, ", ".join(["n"] + columns)))
            for row, values in enumerate(rows):
                statements.append("SELECT 'c%d %d', %s" % (number, row, call(name, values)))
                if not CHANGING.search(name):
                    pairs["%d %d" % (number, row)] = statements[-1]
        answers = dict(line.split("\t", 1) for line in self.run_statements(statements).splitlines())
        compared = [key for key in pairs if key in answers]
        self.assertGreater(len(compared), len(pairs) // 3)
        self.assertEqual([(pairs[key], answers[key], answers.get("c" + key)) for key in compared
                          if not is_same(answers[key], answers.get("c" + key))], [])

    def test_no_aggregate_or_window_function_ends_the_program(self):
        statements = []
        for name, rows in self.calls("aggregate", "window"):
            columns = ["c%d" % place for place in range(len(rows[0]))]
            table = ", ".join("(%s)" % ", ".join([str(row)] + values) for row, values in enumerate(rows))
            source = "FROM (VALUES %s) v (%s)" % (table, ", ".join(["n"] + columns))
            for wanted in ("%s", "%s OVER (ORDER BY n)", "%s OVER (ORDER BY n ROWS 1 PRECEDING)"):
                statements.append("SELECT count(*) FROM (SELECT %s AS x %s) q" % (wanted % call(name, columns), source))
            statements.append("SELECT n %% 2, %s %s GROUP BY 1" % (call(name, columns), source))
        self.assertGreater(len(statements), 500)
        self.run_statements(statements)

    def test_no_set_function_ends_the_program(self):
        statements = ["SELECT count(*) FROM (SELECT * FROM %s LIMIT 10) q" % call(name, values)
                      for name, rows in self.calls("set") for values in rows]
        self.assertGreater(len(statements), 50)
        self.run_statements(statements)
