"""The lists of functions in man/quern-sql.7, made from what SHOW FUNCTIONS says.

    manual.py QUERN PAGE           writes them into the page, between its markers
    manual.py --check QUERN PAGE   says whether the page has them as they are now
"""
import json
import subprocess
import sys

BEGIN, END = '.\\" begin %s: made by make man', '.\\" end %s'
KINDS = ("operator", "scalar", "aggregate", "window", "set")


def entries(quern):
    output = subprocess.run([quern, "--json", "-c", "SHOW FUNCTIONS"], capture_output=True, text=True, check=True).stdout
    found = {kind: [] for kind in KINDS}
    for entry in json.loads(output):
        is_operator = entry["kind"] == "scalar" and (not entry["name"][0].isalpha() or " " in entry["name"])
        found["operator" if is_operator else entry["kind"]].append(entry)
    return found


def roff(text):
    text = text.replace("\\", "\\e").replace("-", "\\-").replace('"', "\\(dq").replace("'", "\\(aq")
    return "\\&" + text if text[:1] == "." else text


def section(found):
    lines = [".Bl -tag -width Ds -compact"]
    found = sorted(found, key=lambda entry: entry["name"])
    for index, entry in enumerate(found):
        lines.append('.It Li "%s"' % roff(entry["name"] + (" " if not entry["name"][-1].isalnum() or " " in entry["name"] else "")
                                         + entry["signature"]))
        following = found[index + 1] if index + 1 < len(found) else None
        if not following or (following["name"], following["description"]) != (entry["name"], entry["description"]):
            lines.append(roff(entry["description"]))
    return lines + [".El"]


def page_with(page, found):
    lines = page.split("\n")
    for kind in KINDS:
        begin, end = lines.index(BEGIN % kind), lines.index(END % kind)
        lines[begin + 1 : end] = section(found[kind]) if found[kind] else []
    return "\n".join(lines)


def main(arguments):
    is_check = arguments[0] == "--check"
    quern, path = arguments[is_check:]
    with open(path, encoding="utf-8") as file:
        page = file.read()
    found = entries(quern)
    made = page_with(page, found)
    if is_check:
        names = {entry["name"] for kind in ("scalar", "aggregate", "window", "set") for entry in found[kind]}
        problems = []
        if made != page:
            problems.append("%s does not list the functions as they are: run make man" % path)
        if len(names) < 250:
            problems.append("there are only %d names of functions" % len(names))
        print("\n".join(problems + ["%d passed, %d failed" % (2 - len(problems), len(problems))]))
        return 1 if problems else 0
    with open(path, "w", encoding="utf-8") as file:
        file.write(made)
    return 0


sys.exit(main(sys.argv[1:]))
