"""Known vulnerabilities in what constraints.txt pins, by pip-audit; says so in one line where nobody can be asked.

    python tools/audit.py

Fails on a finding, and on any failure of pip-audit other than that the network cannot be reached.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = ("--progress-spinner", "off", "--disable-pip", "--no-deps", "--format", "json")
UNREACHABLE = re.compile(
    r"ConnectionError|ConnectTimeout|ReadTimeout|ProxyError|Max retries|NameResolution|Failed to resolve|"
    r"Connection (?:refused|reset|aborted)|Network is unreachable|timed out|50[234] (?:Server|Bad|Service|Gateway)"
)
UNASKED = "not looked for, the service that lists them cannot be reached from here"
SECONDS = 300


def judged(out: str, err: str) -> tuple[int, list[str]]:
    """Return the exit code and what to say of what pip-audit printed."""
    try:
        packages = json.loads(out)["dependencies"]
    except (ValueError, KeyError, TypeError):
        if UNREACHABLE.search(err):
            return 0, [f"vulnerabilities: {UNASKED}"]
        last = next((line for line in reversed(err.splitlines()) if line.strip()), "no output")
        return 1, [f"vulnerabilities: pip-audit failed: {last.strip()[:300]}"]
    asked = [p for p in packages if "vulns" in p]
    if not asked:
        return 0, [f"vulnerabilities: {UNASKED}"]
    lines = [
        f"vulnerability: {p['name']} {p['version']}: {v['id']}, mended in {' '.join(v.get('fix_versions') or ['-'])}"
        for p in asked
        for v in p["vulns"]
    ]
    skipped = sorted(p["name"] for p in packages if "vulns" not in p)
    unknown = [f"vulnerabilities: nothing is known of {', '.join(skipped)}"] if skipped else []
    count = f"vulnerabilities: {len(asked)} packages looked up, {len(lines)} findings"
    return int(bool(lines)), [*lines, *unknown, count]


def main() -> int:
    """Run pip-audit and return 0 or 1."""
    command = [sys.executable, "-m", "pip_audit", *OPTIONS, "--requirement", str(ROOT / "constraints.txt")]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        code, lines = judged(done.stdout, done.stderr)
    except subprocess.TimeoutExpired:
        code, lines = judged("", "timed out")
    print("\n".join(lines))
    return code


if __name__ == "__main__":
    sys.exit(main())
