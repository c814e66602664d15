#!/usr/bin/env python3
"""Opens the HTML page of a report in a headless Chromium and checks that it sorts and fetches nothing.

usage: check_page.py VITROBUST REPORT.json      exits with 77 where there is no Chromium
"""

import base64
import hashlib
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
FLAGS = ("--headless --no-sandbox --disable-gpu --no-first-run --disable-background-networking "
         "--disable-component-update --disable-sync --disable-dev-shm-usage").split()
# What the browser itself would like to know from its makers stays on this machine.
FLAGS.append("--host-resolver-rules=MAP * ~NOTFOUND")

# Clicks the header of the first model's column, leaves the figures as they then stand, and what was fetched.
CLICKS = """
{
  const table = document.getElementById("figures-table");
  const figures = () => Array.from(table.tBodies[0].rows, row => row.cells[2].dataset.v).join(" ");
  const head = table.tHead.rows[0].cells[2];
  document.body.dataset.first = figures();
  head.firstChild.click();
  document.body.dataset.ascending = figures();
  head.firstChild.click();
  document.body.dataset.descending = figures();
  document.body.dataset.sort = head.getAttribute("aria-sort");
  head.firstChild.click();
  document.body.dataset.last = figures();
  addEventListener("load", () => {
    document.body.dataset.resources = performance.getEntriesByType("resource").map(entry => entry.name).join(" ");
  });
}
"""


def open_page(page, folder):
    """The document as it is once its scripts have run."""
    done = subprocess.run([CHROMIUM, *FLAGS, f"--user-data-dir={folder}/profile", "--dump-dom", page.as_uri()],
                          capture_output=True, text=True, timeout=120, check=True)
    return done.stdout


def with_clicks(html):
    """The page with CLICKS behind its own script, and a policy that names both together."""
    script = re.search(r"<script>(.*?)</script>", html, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256((script + CLICKS).encode()).digest()).decode()
    html = re.sub(r"script-src 'sha256-[^']*'", f"script-src 'sha256-{digest}'", html)
    return html.replace(script, script + CLICKS)


def attribute(document, name):
    return re.search(f'data-{name}="([^"]*)"', document)[1]


def numbers(document, name):
    return [float(value) for value in attribute(document, name).split(" ") if value]


def problems(vitrobust, report, folder):
    page = folder / "page.html"
    subprocess.run([vitrobust, "report", report, "--format", "html", "--out", page], check=True, capture_output=True)
    document = open_page(page, folder)
    if not re.search(r"<th[^>]*><button", document):
        yield "the page's own policy keeps its script from running: headers have no buttons"

    page.write_text(with_clicks(page.read_text(encoding="utf-8")), encoding="utf-8")
    document = open_page(page, folder)
    first = numbers(document, "first")
    if numbers(document, "ascending") != sorted(first):
        yield f"one click does not sort: {attribute(document, 'ascending')}"
    if numbers(document, "descending") != sorted(first, reverse=True):
        yield f"two clicks do not sort the other way: {attribute(document, 'descending')}"
    if attribute(document, "sort") != "descending":
        yield f"aria-sort is {attribute(document, 'sort')}"
    if attribute(document, "resources"):
        yield f"the page fetched {attribute(document, 'resources')}"
    if numbers(document, "last") != first:
        yield "three clicks do not bring the order of the plan back"


def main():
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    if CHROMIUM is None:
        print("skipped: there is no Chromium here (Debian: chromium)")
        return 77
    with tempfile.TemporaryDirectory() as folder:
        found = list(problems(sys.argv[1], sys.argv[2], Path(folder)))
    print("\n".join(found) if found else "the page sorts, and fetches nothing")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
