#!/usr/bin/env python3
"""Checks that the folders include each other only along the arrows of the design, and a few habits of our sources.

usage: check_walls.py ROOT      prints one line per breach and exits with 1 if there is one
"""

import re
import sys
from pathlib import Path

# What the libraries outside this repository are called in the rules, by the beginning of their headers' names.
LIBRARIES = {
    "torch": ("torch/", "ATen/", "c10/", "caffe2/"),
    "opencv": ("opencv2/",),
    "json": ("nlohmann/",),
    "fmt": ("fmt/",),
    "openssl": ("openssl/",),
    "zlib": ("zlib.h",),
    "boost": ("boost/",),
    "sqlite": ("sqlite3.h", "SQLiteCpp/"),
    "archive": ("archive.h", "archive_entry.h"),
    "xml": ("pugixml.hpp",),
    "jpeg": ("jpeglib.h",),
    "tests": ("gtest/", "gmock/", "benchmark/"),
}
SYSTEM = re.compile(r"(sys/|netinet/)?[a-z0-9_]+(\.h)?$")  # the standard library and POSIX

# folder -> (what of this repository it may include: folders or single headers, which libraries it may see)
WALLS = {
    "core": ({"core"}, {"json", "fmt", "openssl", "zlib"}),
    "data": ({"core", "data"}, {"fmt", "opencv", "archive"}),
    "corruptions": ({"core", "corruptions", "data/image.h"}, {"fmt", "opencv", "jpeg"}),
    "models": ({"core", "models", "data/preprocess_config.h"}, {"fmt", "torch"}),
    "attacks": ({"core", "attacks", "models/classifier.h", "models/normalised_space.h"}, {"fmt", "torch"}),
    "reports": ({"core", "reports"}, {"fmt", "boost", "xml"}),
    "eval": (
        {"core", "data", "corruptions", "models", "attacks", "reports", "eval"},
        {"fmt", "opencv", "torch", "boost", "sqlite", "archive"},
    ),
    "train": (
        {"core", "data", "corruptions", "models", "attacks", "reports", "train"},
        {"fmt", "opencv", "torch", "boost"},
    ),
}
# Behind a header that a folder may include lies what that header includes. These libraries must not come in that way.
NEVER_BEHIND = {
    "core": {"torch", "opencv"},
    "data": {"torch"},
    "corruptions": {"torch"},
    "models": {"opencv"},
    "attacks": {"opencv"},
    "reports": {"torch", "opencv"},
}
# Folders without walls, whose files still keep the habits.
FREE = ("tests", "bench", "fuzz", "cmake")

# Each takes seconds to read; a header passes that on to all who include it.
UMBRELLAS = {"torch/torch.h", "torch/all.h", "torch/script.h", "torch/extension.h", "ATen/ATen.h"}
MAX_LINES = 500
CODE = {".h", ".cpp", ".py", ".cmake"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')


def library_of(header):
    """The library that <header> belongs to; "system" for the standard library, None for an unknown one."""
    for library, beginnings in LIBRARIES.items():
        if header.startswith(beginnings):
            return library
    return "system" if SYSTEM.match(header) else None


class Tree:
    """The sources under a root: relative path -> lines, and the includes as (line number, '<' or '"', header)."""

    def __init__(self, root):
        self.lines = {}
        self.includes = {}
        for folder in (*WALLS, *FREE):
            for path in sorted((root / folder).rglob("*")):
                if path.is_file() and (path.suffix in CODE or path.name == "CMakeLists.txt"):
                    self._read(path.relative_to(root).as_posix(), path)

    def _read(self, name, path):
        self.lines[name] = path.read_text(encoding="utf-8").splitlines()
        if path.suffix in {".h", ".cpp"}:
            matches = ((number, INCLUDE.match(line)) for number, line in enumerate(self.lines[name], 1))
            self.includes[name] = [(number, m[1], m[2]) for number, m in matches if m]


def check_wall(name, tree):
    folder = name.split("/")[0]
    if folder not in WALLS:
        return
    inside, libraries = WALLS[folder]
    for number, kind, header in tree.includes[name]:
        if kind == '"':
            if header not in inside and header.split("/")[0] not in inside:
                yield f"{name}:{number}: {folder}/ may not include {header}"
        else:
            library = library_of(header)
            if library is None:
                yield f"{name}:{number}: <{header}> belongs to no library that tests/walls/check_walls.py knows"
            elif library != "system" and library not in libraries:
                yield f"{name}:{number}: {folder}/ may not include <{header}>"


def check_behind(name, tree):
    """What `name` sees through the headers of this repository, however deep."""
    never = NEVER_BEHIND.get(name.split("/")[0], set())
    seen, waiting = {name}, [name]
    while waiting:
        current = waiting.pop()
        for _, kind, header in tree.includes.get(current, []):
            if kind == '"' and header not in seen:
                seen.add(header)
                waiting.append(header)
            elif kind == "<" and current != name and library_of(header) in never:
                yield f"{name}: sees <{header}> through {current}"


def check_header(name, tree):
    if not name.endswith(".h"):
        return
    if "#pragma once" not in tree.lines[name]:
        yield f"{name}: has no #pragma once"
    for number, _, header in tree.includes[name]:
        if header in UMBRELLAS:
            yield f"{name}:{number}: <{header}> in a header: <ATen/core/Tensor.h> is enough for a tensor"


def check_own_header_first(name, tree):
    own = name.removesuffix(".cpp") + ".h"
    if own == name or own not in tree.lines or not name.endswith(".cpp"):
        return
    includes = tree.includes[name]
    # Helpers of a test are included by their bare names; check_wall finds those elsewhere.
    if not includes or includes[0][2] not in (own, Path(own).name):
        yield f"{name}: its own header {own} is not included first"


def check_length(name, tree):
    if len(tree.lines[name]) > MAX_LINES:
        yield f"{name}: {len(tree.lines[name])} lines, more than {MAX_LINES}"


def breaches(root):
    """Every breach under the folder `root`, one line each, in the order of the files."""
    tree = Tree(Path(root))
    for name in sorted(tree.lines):
        yield from check_length(name, tree)
        if name in tree.includes:
            for check in (check_wall, check_behind, check_header, check_own_header_first):
                yield from check(name, tree)


def main():
    if len(sys.argv) != 2 or not (Path(sys.argv[1]) / "core").is_dir():
        print(__doc__, file=sys.stderr)
        return 2
    found = list(breaches(sys.argv[1]))
    print("\n".join(found) if found else "walls: every include follows the arrows")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
