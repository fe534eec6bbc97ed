"""Types of files over 64 MB are guessed from samples. What reaches a pipe is held back until 64 MB have been read: a value
that does not fit till then makes its column wider, and the query runs again. A later one is an error."""
from harness import ProgramTest

COUNT = 2_700_000  # rows of 27 bytes: 73 MB


class Guesses(ProgramTest):
    def content(self, bad_row):
        block = "".join(f"{100000000 + i},{i % 7},aaaaaaaaaaaaaa\n" for i in range(1000))
        rows = block * (COUNT // 1000)
        place = bad_row * (len(block) // 1000) + len("100000000,")  # of its digit
        return "id,digit,text\n" + rows[:place] + "x" + rows[place + 1:]

    def run_query(self, bad_row):
        content = self.content(bad_row)
        self.write("t.csv", content)
        return content, self.run_quern("-c", "select * from 't.csv'")

    def test_an_early_value_that_does_not_fit_makes_its_column_wider(self):
        content, run = self.run_query(bad_row=300_000)
        self.assertEqual(run.status, 0, run.errors)
        self.assertTrue(run.output == content)

    def test_a_late_one_is_an_error_with_its_place_and_what_helps(self):
        content, run = self.run_query(bad_row=2_600_000)
        self.assertEqual(run.status, 3)
        self.assertIn("t.csv:2600002:2: 'x' is no BIGINT (column digit)", run.errors)
        self.assertIn("OPTIONS (types", run.errors)
        self.assertTrue(content.startswith(run.output[:run.output.rindex("\n") + 1]))

    def test_what_is_computed_of_all_rows_never_fails_for_that(self):
        self.write("t.csv", self.content(bad_row=2_600_000))
        run = self.run_quern("-c", "select count(*), max(digit) from 't.csv'")
        self.assertEqual((run.status, run.output), (0, f"count,max\n{COUNT},x\n"), run.errors)
