"""Licences of all that is installed with reconcile: fails on one outside the list, writes docs/licences.md.

    python tools/licences.py [--write]

What counts are the installed distributions that reconcile and its extras `dev` and `verifier` reach through their
requirements. A licence is read from License-Expression (PEP 639), then the classifiers, then the field License.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent
TABLE = ROOT / "docs" / "licences.md"
OURS = "reconcile-claims"
EXTRAS = ("", "dev", "verifier")
ALLOWED = {
    "0BSD", "Apache-2.0", "BSD", "BSD-2-Clause", "BSD-3-Clause", "BSL-1.0", "CC0-1.0", "CNRI-Python", "HPND", "ISC",
    "MIT", "MIT-0", "MPL-2.0", "PSF-2.0", "Python-2.0", "Unlicense", "Zlib", "ZPL-2.1",
}  # fmt: skip
WORDS = (
    (r"apache.{0,20}2|^apache( software)?( licen[cs]e)?$", "Apache-2.0"),
    (r"mozilla.{0,30}2\.0|mpl[- ]?2", "MPL-2.0"),
    (r"(3|three)[- ]clause|new bsd|modified bsd", "BSD-3-Clause"),
    (r"(2|two)[- ]clause|simplified bsd", "BSD-2-Clause"),
    (r"\bbsd\b", "BSD"), (r"\bmit\b", "MIT"), (r"\bisc\b", "ISC"), (r"python software foundation|\bpsf", "PSF-2.0"),
    (r"unlicense", "Unlicense"), (r"\bzlib\b", "Zlib"), (r"historical permission", "HPND"),
    (r"cc0|public domain", "CC0-1.0"),
)  # fmt: skip
# Packages that are allowed for a reason, whatever the list says.
KNOWN = {
    "tld": ("MPL-1.1", "one of three licences it may be used under; a library of trafilatura's, used as it is"),
}


def licence_of(found: Distribution) -> str:
    """Return the licence as an SPDX expression where it can be told, else the words of the metadata."""
    name = canonicalize_name(found.metadata["Name"])
    if name in KNOWN:
        return KNOWN[name][0]
    if expression := found.metadata.get("License-Expression"):
        return str(expression)
    listed = found.metadata.get_all("Classifier") or ()
    classified = [line.rpartition(" :: ")[2] for line in listed if line.startswith("License")]
    told = [c for c in classified if c != "OSI Approved"] or [(found.metadata.get("License") or "").strip()]
    named = sorted({_spdx(text) for text in told if text})
    return " OR ".join(named) or "unknown"


def _spdx(text: str) -> str:
    line = next((line for line in text.splitlines() if line.strip()), "").strip()[:200]
    return next((name for words, name in WORDS if re.search(words, line, re.IGNORECASE)), line)


def allowed(expression: str) -> bool:
    """Tell whether an SPDX expression can be met with the licences of the list: one side of OR, both of AND."""
    text = re.sub(r"\s+WITH\s+\S+", "", expression).strip()
    if text in ALLOWED:
        return True
    flat = text.replace("(", " ").replace(")", " ")
    if "(" not in text:
        return any(all(part.strip() in ALLOWED for part in one.split(" AND ")) for one in flat.split(" OR "))
    return all(part.strip() in ALLOWED for part in re.split(r" AND | OR ", flat))


def installed() -> Iterator[Distribution]:
    """Yield every installed distribution that reconcile reaches, by name."""
    reached: dict[str, Distribution] = {}
    waiting = [(OURS, extra) for extra in EXTRAS]
    seen = set(waiting)
    while waiting:
        name, extra = waiting.pop()
        try:
            found = distribution(name)
        except PackageNotFoundError:
            continue
        reached[canonicalize_name(name)] = found
        for line in found.requires or ():
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": extra}):
                for wanted in ("", *need.extras):
                    pair = (canonicalize_name(need.name), wanted)
                    if pair not in seen:
                        seen.add(pair)
                        waiting.append(pair)
    reached.pop(OURS, None)
    for name in sorted(reached):
        yield reached[name]


def table(rows: list[tuple[str, str, str]]) -> str:
    """Return the page: one row a package."""
    lines = [
        "# Licences of what is installed with reconcile",
        "",
        "Written by `tools/licences.py --write`; `make audit` fails on a licence outside the list in that file.",
        "reconcile itself is under Apache-2.0; its data and models are named in `datasets/LICENCES.md` and in the "
        "judge's card.",
        "",
        "| package | version | licence |",
        "|---|---|---|",
        *(f"| {name} | {version} | {licence} |" for name, version, licence in rows),
    ]
    noted = [f"* `{name}`: {licence}, {why}" for name, (licence, why) in sorted(KNOWN.items())]
    return "\n".join([*lines, "", "Read by a person:", "", *noted, ""])


def main() -> int:
    """Return 0 where every licence is on the list, else 1."""
    rows = [(d.metadata["Name"], d.version, licence_of(d).replace("|", "/")) for d in installed()]
    wrong = [row for row in rows if canonicalize_name(row[0]) not in KNOWN and not allowed(row[2])]
    for name, version, licence in wrong:
        print(f"licence not on the list: {name} {version}: {licence[:100]}", file=sys.stderr)
    if "--write" in sys.argv[1:]:
        TABLE.write_text(table(rows), "utf-8")
    print(f"licences: {len(rows)} packages, {len(wrong)} not on the list")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
