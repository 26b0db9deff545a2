#!/usr/bin/env python3
"""options_table.py [FILE]: the README's table of options, made from common/options.def.

Prints it; with FILE, puts it between the two marks there.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[1]
DAEMONS = {"G": "gateway", "O": "orchestrator", "P": "psychologist", "E": "extractor", "W": "wardrobe", "U": "understudy"}
LINE = re.compile(r'OPTION\((\w+), "([^"]*)", "([^"]*)", (\w+), "([^"]*)", "([^"]*)", "([^"]*)", (\d), "(.*)"\)$')
BEGIN, END = "<!-- options: made by `make readme` -->", "<!-- /options -->"


def table():
    rows = ["| option | environment | default | of | what |", "| --- | --- | --- | --- | --- |"]
    for line in (ROOT / "common/options.def").read_text().split("\n"):
        if not line.startswith("OPTION("):
            continue
        _, flag, environment, kind, default, unit, who, reload, meaning = LINE.match(line).groups()
        of = "all" if who == "*" else ", ".join(DAEMONS[letter] for letter in who)
        what = meaning.replace("|", "\\|") + (" *(read again on SIGHUP)*" if reload == "1" else "")
        shown = f"`{default}`" + (f" {unit}" if kind == "NUMBER" and unit else "") if default else ""
        name = f"`{environment}`" + (", `_FILE`" if kind == "SECRET" else "")
        rows.append(f"| `--{flag}` | {name} | {shown} | {of} | {what} |")
    return "\n".join(rows)


def renewed(text):
    before, rest = text.split(BEGIN)
    return before + BEGIN + "\n" + table() + "\n" + END + rest.split(END)[1]


if __name__ == "__main__":
    if len(sys.argv) > 1:
        path = pathlib.Path(sys.argv[1])
        path.write_text(renewed(path.read_text()))
    else:
        print(table())
