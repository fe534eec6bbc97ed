#!/usr/bin/env python3
"""Runs the tests of the program as people use it: arguments, scripts, pipes, the prompt.

    QUERN=build/quern python3 tests/cli/run.py [-v] [NAME...]

A NAME is a part of a test's name; without one, all run. The last line is "N passed, N failed"."""
import sys
import unittest
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER))


def tests_of(suite):
    for test in suite:
        if isinstance(test, unittest.TestSuite):
            yield from tests_of(test)
        else:
            yield test


def main():
    words = [word for word in sys.argv[1:] if not word.startswith("-")]
    found = unittest.defaultTestLoader.discover(str(FOLDER), pattern="test_*.py")
    suite = unittest.TestSuite(
        test for test in tests_of(found) if not words or any(word in test.id() for word in words))
    result = unittest.TextTestRunner(verbosity=2 if "-v" in sys.argv else 0, stream=sys.stdout).run(suite)
    failed = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - failed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
