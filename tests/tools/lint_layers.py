#!/usr/bin/env python3
"""Checks every #include of src/ against src/LAYERS, prints what may not stand, exits 1 if there is any."""
import os
import re
import sys

INCLUDE = re.compile(r'^\s*#\s*include\s+["<]([^">]+)[">]')
PUBLIC = re.compile(r'^(quern/)')


def read_layers(path):
    """Folder -> the set of all folders that it may include, its own too."""
    rests = {}
    for line in open(path, encoding="utf-8"):
        line = line.split("#")[0].strip()
        if line:
            folder, _, below = line.partition(":")
            rests[folder.strip()] = below.split()
    reach = {}
    for folder in rests:
        seen, todo = set(), [folder]
        while todo:
            at = todo.pop()
            if at not in seen:
                seen.add(at)
                todo += rests[at]
        reach[folder] = seen
    return reach


def provider_of(path):
    """provider/csv/x.h -> csv: the built-in providers do not know each other."""
    parts = path.split("/")
    return parts[1] if parts[0] == "provider" and len(parts) > 2 else None


def main():
    reach = read_layers("src/LAYERS")
    bad = 0
    for root, _, names in os.walk("src"):
        for name in names:
            if not name.endswith((".c", ".h")):
                continue
            path = os.path.join(root, name)
            inner = path[len("src/"):]
            folder = inner.split("/")[0]
            for number, line in enumerate(open(path, encoding="utf-8"), 1):
                match = INCLUDE.match(line)
                if not match:
                    continue
                target = match.group(1)
                top = target.split("/")[0]
                problem = None
                if PUBLIC.match(target):
                    # which has Arrow's structs
                    is_arrow = provider_of(inner) == "plugin" or inner.startswith("column/arrow/")
                    if folder not in ("cli", "engine") and not (is_arrow and target == "quern/provider.h"):
                        problem = "only cli/ and engine/ see include/quern/; provider/plugin/, column/arrow/ its provider.h"
                elif os.path.exists(os.path.join("src", target)):
                    if top not in reach[folder]:
                        problem = f"{folder}/ may not include {top}/"
                    elif folder != "engine" and provider_of(target) not in (None, provider_of(inner)):
                        problem = f"only engine/ includes provider/{provider_of(target)}/"
                if problem:
                    print(f"{path}:{number}: {problem}")
                    bad += 1
    return bad > 0


if __name__ == "__main__":
    sys.exit(main())
