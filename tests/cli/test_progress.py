"""What takes longer than a second shows at a terminal how far it is and how long it still takes; Ctrl-C ends it."""
from harness import ProgramTest, Terminal

ROWS = 100_000
SLOW = "select count(*) from 't.csv' where length(repeat(v, 5000)) = 0"  # some minutes, most of it behind the reading


class Progress(ProgramTest):
    def test_share_and_time_left_are_shown_until_it_is_interrupted(self):
        self.write("t.csv", "v\n" + ("x" * 300 + "\n") * ROWS)
        terminal = Terminal(self, "-c", SLOW)
        terminal.expect(r"\[[#.]{30}\] +\d+ %  \d+\.\d s  \d+\.\d s left")
        terminal.type("\x03")
        self.assertEqual(terminal.wait(), 130)

    def test_the_share_grows_where_nothing_is_read_from_a_file(self):
        sql = f"select count(*) from range({ROWS}) r(i) where length(repeat('x' || i, 200000)) = 0"
        terminal = Terminal(self, "-c", sql)
        first = int(terminal.expect(r"\] +([1-9]\d*) %").group(1))
        while int(terminal.expect(r"\] +(\d+) %").group(1)) == first:
            pass
        terminal.type("\x03")
        self.assertEqual(terminal.wait(), 130)
