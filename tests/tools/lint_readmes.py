#!/usr/bin/env python3
"""Each module of a folder is named by its README.md, and each file that a README.md names is there."""
import fnmatch
import pathlib
import re
import sys

FILE = re.compile(r'([a-z0-9_*]+)\.(?:\[ch\]|[ch]|py|sh)(?![a-z0-9_])')
MODULE = re.compile(r'`([a-z0-9_*]+)`')


def check(folder, known):
    text = (folder / 'README.md').read_text(encoding='utf-8')
    files, modules = FILE.findall(text), MODULE.findall(text)  # `sort.c`, `datetime_*.[ch]`; `map`
    here = {path.stem for path in folder.iterdir() if path.suffix in ('.c', '.h', '.py', '.sh')}
    for stem in sorted(here):
        short = stem.removeprefix(folder.name + '_')  # the README of csv/ says scan.c of csv_scan.c
        if not any(fnmatch.fnmatch(name, pattern) for name in (stem, short) for pattern in files + modules):
            yield f'{folder}/README.md does not name {stem}'
    for pattern in files:
        if not fnmatch.filter(known, pattern) and not fnmatch.filter(known, f'{folder.name}_{pattern}'):
            yield f'{folder}/README.md names {pattern}, which is not there'


def main():
    known = {path.stem for root in ('src', 'tests', 'include') for path in pathlib.Path(root).rglob('*.*')}
    faults = [fault for root in ('src', 'tests') for readme in sorted(pathlib.Path(root).rglob('README.md'))
              for fault in check(readme.parent, known)]
    for fault in faults:
        print(fault)
    sys.exit(bool(faults))


main()
