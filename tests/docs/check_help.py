#!/usr/bin/env python3
"""Holds the help texts in docs/command-line.md against what the program prints.

usage: check_help.py VITROBUST DOCUMENT [--write]     --write brings the document up to date
"""

import difflib
import re
import subprocess
import sys
from pathlib import Path

BLOCK = re.compile(r"(<!-- help: (?P<name>[a-z]+) -->\n```text\n)(?P<text>.*?)(```\n)", re.DOTALL)


def help_text(program, subcommand):
    """What `program subcommand --help` prints, without spaces at the ends of lines."""
    done = subprocess.run([program, subcommand, "--help"], capture_output=True, text=True, check=True)
    return "".join(line.rstrip() + "\n" for line in done.stdout.rstrip().splitlines())


def subcommands(program):
    done = subprocess.run([program, "--help"], capture_output=True, text=True, check=True)
    return re.findall(r"^  ([a-z]+) {2,}", done.stdout, re.MULTILINE)


def main():
    if len(sys.argv) not in (3, 4) or sys.argv[3:] not in ([], ["--write"]):
        print(__doc__, file=sys.stderr)
        return 2
    program, document = sys.argv[1], Path(sys.argv[2])
    before = document.read_text(encoding="utf-8")
    after = BLOCK.sub(lambda block: block[1] + help_text(program, block["name"]) + block[4], before)

    missing = set(subcommands(program)) - {block["name"] for block in BLOCK.finditer(before)}
    if missing:
        print(f"{document}: says nothing about {', '.join(sorted(missing))}: add <!-- help: NAME --> and an empty block")
    if after != before and sys.argv[3:]:
        document.write_text(after, encoding="utf-8")
    elif after != before:
        changes = difflib.unified_diff(before.splitlines(), after.splitlines(), "document", "program", lineterm="", n=0)
        print("\n".join(changes))
        print(f"{document} is not what the program says: {' '.join(sys.argv)} --write")
        return 1
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
