#!/usr/bin/env python3
"""log_lines.py: every line that a daemon may log at warning or error, as `level  folder  text`, its figures
and names as …. docs/operating.md says of each what to do; tests/system/test_operating.py holds it to that."""
import pathlib
import re
import sys

TOP = pathlib.Path(__file__).resolve().parents[1]
FOLDERS = ("common", "gateway", "orchestrator", "psychologist", "extractor", "wardrobe", "understudy")
CALL = re.compile(r'\blog_(warning|error)\(\s*((?:"(?:[^"\\]|\\.)*"\s*(?:PRI\w+\s*)?)+)')
ADDRESSED = re.compile(r'\bLOG_AT\((LOG_WARNING|LOG_ERROR),\s*((?:"(?:[^"\\]|\\.)*"\s*)+)')
PLACE = re.compile(r"%[-+ #0]*(?:\d+|\*)?(?:\.(?:\d+|\*))?(?:hh|h|ll|l|z|j|t)?[diouxXeEfgcsp]?")


def text_of(literals):
    text = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', literals))
    text = text.replace('\\"', '"').replace("\\n", " ").replace("%%", "\0")
    return re.sub("…+", "…", PLACE.sub("…", text)).replace("\0", "%").strip()


def lines():
    """{(level, folder, text)}, sorted."""
    found = set()
    for folder in FOLDERS:
        for path in sorted((TOP / folder).rglob("*.c")):
            source = path.read_text()
            for level, literals in CALL.findall(source) + ADDRESSED.findall(source):
                found.add((level.lower().removeprefix("log_"), folder, text_of(literals)))
    return sorted(found, key=lambda line: (FOLDERS.index(line[1]), line[2]))


if __name__ == "__main__":
    page = (TOP / "docs/operating.md").read_text() if "--missing" in sys.argv else ""
    for level, folder, text in lines():
        if text not in page:
            print(f"{level:8}{folder:14}{text}")
