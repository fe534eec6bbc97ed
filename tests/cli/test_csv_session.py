"""Statement after statement over one CSV file, each with other columns: what a session keeps of the file changes no sum."""
import random

from harness import ProgramTest

ROW_COUNT = 100_000  # rows of some 50 bytes: five pieces of a megabyte
COLUMNS = ("n", "square", "rest", "size")


def row_of(n):
    text = "a text\nof two lines, " + "x" * (n % 23)
    return {"n": n, "square": n * n % 1_000_003, "rest": n % 7 - 3, "size": len(text)}, text


class Session(ProgramTest):
    def check(self, seed, *settings):
        rows = [row_of(n) for n in range(ROW_COUNT)]
        self.write("t.csv", "n,square,rest,t\n" + "".join(
            f'{row["n"]},{row["square"]},{row["rest"]},"{text}"\n' for row, text in rows))
        numbers = random.Random(seed)
        script, expected = [*settings, "CREATE VIEW v AS SELECT *, length(t) AS size FROM 't.csv'"], []
        for _ in range(50):
            chosen = numbers.sample(COLUMNS, numbers.randint(1, 3))
            filtered, least = numbers.choice(COLUMNS), numbers.randint(-3, 40)
            script.append(f"SELECT {', '.join(f'sum({column})' for column in chosen)} FROM v WHERE {filtered} >= {least}")
            kept = [row for row, _ in rows if row[filtered] >= least]
            expected.append("\t".join(str(sum(row[column] for row in kept)) if kept else "" for column in chosen))
        run = self.run_quern("--tsv", "--no-header", "-f", "-", input=";\n".join(script) + ";\n")
        self.assertEqual((run.status, run.output.splitlines()), (0, expected), run.errors)

    def test_with_one_thread(self):
        self.check(1, "SET threads = 1")

    def test_with_several_threads(self):
        self.check(2, "SET threads = 3", "SET parallel_rows = 0")

    def test_with_little_memory(self):
        self.check(3, "SET threads = 2", "SET parallel_rows = 0", "SET memory_limit = '12MB'")
