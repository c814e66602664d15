#!/usr/bin/env python3
"""Breaks each rule of check_walls.py in a small tree of its own and expects exactly that breach."""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

import check_walls

# A tree that keeps every rule; each test adds or replaces files.
CLEAN = {
    "core/error.h": "#pragma once\n#include <string>\n",
    "core/error.cpp": '#include "core/error.h"\n\n#include <fmt/format.h>\n#include <unistd.h>\n',
    "core/json.h": "#pragma once\n#include <nlohmann/json.hpp>\n",
    "data/image.h": "#pragma once\n#include <cstdint>\n",
    "data/preprocess_config.h": '#pragma once\n#include "core/json.h"\n',
    "data/decode.cpp": '#include <opencv2/imgcodecs.hpp>\n\n#include "core/error.h"\n#include "data/image.h"\n',
    "corruptions/fog.cpp": '#include <opencv2/core.hpp>\n\n#include "data/image.h"\n',
    "models/classifier.h": "#pragma once\n#include <ATen/core/Tensor.h>\n",
    "models/load.cpp": '#include <torch/torch.h>\n\n#include "data/preprocess_config.h"\n',
    "attacks/fgsm.cpp": '#include <torch/torch.h>\n\n#include "models/classifier.h"\n',
    "reports/row.cpp": '#include <boost/math/distributions/normal.hpp>\n\n#include "core/json.h"\n',
    "eval/plan.h": '#pragma once\n#include "attacks/attack.h"\n#include "reports/row.h"\n',
    "train/main.cpp": '#include <torch/torch.h>\n\n#include "models/classifier.h"\n',
    "tests/eval/plan_test.cpp": '#include "eval/plan.h"\n\n#include <gtest/gtest.h>\n',
}


def breaches(files):
    """The breaches in a tree of CLEAN with `files` written over it."""
    with tempfile.TemporaryDirectory() as root:
        for name, text in {**CLEAN, **files}.items():
            path = Path(root, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return list(check_walls.breaches(root))


def exit_status(root):
    done = subprocess.run([sys.executable, "-B", check_walls.__file__, root], capture_output=True, check=False)
    return done.returncode


class WallsTest(unittest.TestCase):
    def expect_breaches(self, files, *lines):
        self.assertEqual(breaches(files), list(lines))

    def test_a_tree_that_keeps_the_rules_passes(self):
        self.assertEqual(breaches({}), [])

    def test_no_arrow_leads_upwards(self):
        forbidden = {
            "core": "data/image.h",
            "data": "corruptions/corruption.h",
            "corruptions": "data/dataset.h",
            "models": "attacks/attack.h",
            "attacks": "models/load.h",
            "reports": "eval/plan.h",
            "train": "eval/plan.h",
        }
        for folder, header in forbidden.items():
            with self.subTest(folder):
                self.expect_breaches(
                    {f"{folder}/x.cpp": f'#include "{header}"\n'},
                    f"{folder}/x.cpp:1: {folder}/ may not include {header}",
                )

    def test_nothing_includes_eval(self):
        for folder in ("core", "data", "corruptions", "models", "attacks", "reports", "train"):
            with self.subTest(folder):
                self.expect_breaches(
                    {f"{folder}/x.cpp": '#include "eval/plan.h"\n'},
                    f"{folder}/x.cpp:1: {folder}/ may not include eval/plan.h",
                )

    def test_a_folder_sees_only_its_libraries(self):
        forbidden = {
            "core": "opencv2/core.hpp",
            "data": "torch/torch.h",
            "corruptions": "ATen/core/Tensor.h",
            "models": "opencv2/core.hpp",
            "attacks": "opencv2/core.hpp",
            "reports": "sqlite3.h",
            "eval": "nlohmann/json.hpp",
            "train": "openssl/evp.h",
        }
        for folder, header in forbidden.items():
            with self.subTest(folder):
                self.expect_breaches(
                    {f"{folder}/x.cpp": f"#include <{header}>\n"},
                    f"{folder}/x.cpp:1: {folder}/ may not include <{header}>",
                )

    def test_a_new_library_must_be_named_in_the_rules(self):
        self.expect_breaches(
            {"core/x.cpp": "#include <zlib/zlib.hpp>\n"},
            "core/x.cpp:1: <zlib/zlib.hpp> belongs to no library that tests/walls/check_walls.py knows",
        )

    def test_an_include_is_written_from_the_root(self):
        self.expect_breaches({"core/x.cpp": '#include "error.h"\n'}, "core/x.cpp:1: core/ may not include error.h")

    def test_a_library_does_not_come_in_behind_a_header(self):
        self.expect_breaches(
            {"data/preprocess_config.h": '#pragma once\n#include "data/image.h"\n',
             "data/image.h": "#pragma once\n#include <opencv2/core.hpp>\n"},
            "models/load.cpp: sees <opencv2/core.hpp> through data/image.h",
        )

    def test_headers_that_include_each_other_end_the_walk(self):
        self.expect_breaches(
            {"core/a.h": '#pragma once\n#include "core/b.h"\n', "core/b.h": '#pragma once\n#include "core/a.h"\n'}
        )

    def test_no_umbrella_in_a_header(self):
        hint = "in a header: <ATen/core/Tensor.h> is enough for a tensor"
        self.expect_breaches(
            {"models/x.h": "#pragma once\n#  include <torch/torch.h>\n"}, f"models/x.h:2: <torch/torch.h> {hint}"
        )
        self.expect_breaches(
            {"tests/x.h": "#pragma once\n#include <torch/torch.h>\n"}, f"tests/x.h:2: <torch/torch.h> {hint}"
        )

    def test_every_header_has_pragma_once(self):
        self.expect_breaches({"core/x.h": "#include <string>\n"}, "core/x.h: has no #pragma once")

    def test_the_own_header_comes_first(self):
        self.expect_breaches(
            {"core/error.cpp": '#include <string>\n\n#include "core/error.h"\n'},
            "core/error.cpp: its own header core/error.h is not included first",
        )

    def test_no_file_is_longer_than_500_lines(self):
        self.expect_breaches({"tests/x.py": "pass\n" * 500})
        self.expect_breaches({"tests/x.py": "pass\n" * 501}, "tests/x.py: 501 lines, more than 500")

    def test_the_exit_status_says_what_was_found(self):
        with tempfile.TemporaryDirectory() as root:
            self.assertEqual(exit_status(root), 2)  # not a tree of ours
            header = Path(root, "core", "x.h")
            header.parent.mkdir()
            header.write_text("#pragma once\n", encoding="utf-8")
            self.assertEqual(exit_status(root), 0)
            header.write_text("", encoding="utf-8")
            self.assertEqual(exit_status(root), 1)


if __name__ == "__main__":
    unittest.main()
