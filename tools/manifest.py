"""Rewrite datasets/manifest.json: SHA-256 and size of every file under datasets/.

manifest.py [FOLDER]
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path
from typing import Any

NAME = "manifest.json"


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    """Return ``{path in folder: {bytes, sha256}}`` of every file but the manifest itself and hidden ones."""
    paths = (p for p in folder.rglob("*") if p.is_file() and not any(x.startswith(".") for x in p.parts))
    names = sorted(p.relative_to(folder).as_posix() for p in paths)
    return {name: _entry(folder / name) for name in names if name != NAME}


def _entry(path: Path) -> dict[str, Any]:
    data = path.read_bytes()
    return {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}


def main(folder: Path) -> None:
    """Write the manifest and say how many files it lists."""
    found = entries(folder)
    (folder / NAME).write_text(json.dumps(found, indent=1) + "\n", "utf-8", newline="\n")
    print(f"{folder / NAME}: {len(found)} files")


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "datasets"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
