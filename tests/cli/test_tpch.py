"""The 22 queries of TPC-H over the rows that tests/plugins/tpch makes: PostgreSQL's answers of tests/tpch/sf*, exactly."""
import csv
import io
import os
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from pathlib import Path

from harness import BUILD, ProgramTest

ROOT = Path(__file__).resolve().parents[2]
TABLES = ("region", "nation", "supplier", "customer", "part", "partsupp", "orders", "lineitem")


def rounded(wanted, got):
    """`wanted` with as few digits behind the point as `got` has: avg and / of decimals keep more of them in PostgreSQL."""
    try:
        exponent = Decimal(got).as_tuple().exponent
        return format(Decimal(wanted).quantize(Decimal(1).scaleb(exponent), ROUND_HALF_UP), "f")
    except InvalidOperation:  # no number
        return wanted


class TpchAnswers(ProgramTest):
    maxDiff = 4000

    def setUp(self):
        super().setUp()
        self.environment["QUERN_PLUGIN_PATH"] = os.path.join(BUILD, "plugins")

    def check_scale(self, scale):
        tables = "LOAD 'tpch.so';" + "".join(
            f"CREATE EXTERNAL TABLE {table} STORED AS TPCH OPTIONS (scale {scale});" for table in TABLES)
        answers = sorted((ROOT / f"tests/tpch/sf{scale}").glob("q*.csv"))
        self.assertEqual(len(answers), 22)
        for answer in answers:
            with self.subTest(query=answer.stem):
                query = ROOT / f"sql/tpch/{answer.stem}.sql"
                run = self.run_quern("--csv", "-c", tables, "-f", str(query))
                self.assertEqual((run.status, run.errors), (0, ""))
                got = list(csv.reader(io.StringIO(run.output)))
                wanted = list(csv.reader(io.StringIO(answer.read_text())))
                self.assertEqual([len(row) for row in got], [len(row) for row in wanted])
                for wanted_row, row in zip(wanted, got):
                    self.assertEqual(row, [rounded(*pair) for pair in zip(wanted_row, row)])

    def test_at_scale_0_01(self):
        self.check_scale("0.01")

    def test_at_scale_0_1(self):
        self.check_scale("0.1")
