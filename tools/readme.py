"""Write the worked example, the figures and the pictures of README from runs of this checkout.

    python tools/readme.py

Needs the packaged model; the picture also needs a Chromium.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
RECONCILE = Path(sys.executable).with_name("reconcile")
CLEANSPARK = ["articles.jsonl", "miners-turn-to-ai.txt", "shares-plunge.html"]
PORT = 8765


def run(*words: str) -> str:
    done = subprocess.run([str(RECONCILE), *words], capture_output=True, text=True, cwd=ROOT, check=True)
    return done.stdout.rstrip()


def indented(text: str) -> str:
    return "\n".join(("    " + line).rstrip() for line in text.splitlines())


def example(db: str) -> tuple[str, str]:
    files = [f"datasets/cleanspark/{name}" for name in CLEANSPARK]
    run("run", *files, "--db", db)
    first = json.loads(run("findings", "--db", db, "--format", "jsonl").splitlines()[0])
    explained = "\n".join(run("explain", first["id"], "--db", db).splitlines()[:22])
    text = "\n".join(
        [
            indented("$ reconcile run " + " ".join(files) + "\n$ reconcile findings\n" + run("findings", "--db", db)),
            "",
            "The surest of them, explained (the first comparisons):",
            "",
            indented(f"$ reconcile explain {first['id']}\n" + explained),
        ]
    )
    return text, first["id"]


def row(name: str, s: dict) -> str:
    low, high = s["interval_95"]["f1"]
    fields = ", ".join(f"{k} {v['found']}/{v['of']}" for k, v in s["recall_by_field"].items())
    return (
        f"| {name} | {s['gold_conflicts']} | {s['precision']:.2f} | {s['recall']:.2f} | {s['f1']:.2f} "
        f"({low:.2f}-{high:.2f}) | {s['typed_f1']:.2f} | {fields} |"
    )


def surer(cut: str, s: dict) -> str:
    return f"from {cut} precision {s['precision']:.2f}, recall {s['recall']:.2f}"


def calm(found: dict) -> str:
    told = f"{found['stories']} stories in which nothing contradicts anything (long articles full of background, or"
    share = 100 * found["conflicts"] / found["articles"]
    end = f"also left out in turn, {found['conflicts']} are reported: {share:.0f} in 100 articles."
    return f"In {told} several outlets on one event), {end}"


def figures() -> str:
    trained = json.loads((ROOT / "training" / "report.json").read_text("utf-8"))
    held = json.loads(run("evaluate", "stories", "datasets/heldback", "--json"))
    judge = trained["judge"]
    return "\n".join(
        [
            "| stories | conflicts | precision | recall | F1 (95 % by story) | right field too, F1 | found by field |",
            "|---|---|---|---|---|---|---|",
            row(f"{trained['stories']} that the judge has not read, left out of training in turn", judge["all"]),
            row("of these, `stories/`", judge["stories"]),
            row("`newsrooms/`: by other hands, figures seldom differ by a slip of the pen", judge["newsrooms"]),
            row("`harder/`: by other hands, most conflicts in free words", judge["harder"]),
            row("`background/`: by other hands, long articles that mostly tell other things", judge["background"]),
            row("all of them without the judge (`--judge rules`)", trained["rules"]["all"]),
            row("32 of `heldback/`, never used for training or tuning", held),
            "",
            "`make train` and `reconcile evaluate stories FOLDER` print them; a finding is right when its",
            "two sentences hold the two positions of a conflict in gold; every conflict not listed there is false.",
            "",
            calm(judge["calm"]),
            "",
            "What is told as a conflict is likelier one than not. Who wants more of them, or fewer false alarms, moves",
            "the threshold (`[match] conflict = 0.6`; or filter by confidence); the same left-out stories:",
            "; ".join(surer(cut, s) for cut, s in trained["judge"]["surer"].items()) + ".",
            "",
            f"Expected calibration error of the confidence on left-out stories: "
            f"{trained['calibration']['expected_calibration_error']:.2f} ([picture](docs/reliability.svg)).",
        ]
    )


def picture(db: str, finding: str) -> None:
    browser = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if browser is None:
        print("no Chromium: docs/finding.png is left as it is", file=sys.stderr)
        return
    command = [str(RECONCILE), "serve", "--db", db, "--port", str(PORT)]
    server = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        page = f"http://127.0.0.1:{PORT}/-/reconcile/{finding}"
        wait_for(page)
        (ROOT / "docs").mkdir(exist_ok=True)
        with tempfile.TemporaryDirectory() as profile:
            flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
            where = [f"--user-data-dir={profile}", "--window-size=1180,1500", f"--screenshot={ROOT}/docs/finding.png"]
            subprocess.run([browser, *flags, *where, page], check=True, capture_output=True, timeout=120)
    finally:
        server.terminate()
        server.wait(timeout=20)


def wait_for(page: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(page, timeout=5).close()
            return
        except OSError:
            time.sleep(0.3)
    sys.exit(f"{page}: no answer")


def between(text: str, name: str, new: str) -> str:
    pattern = rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)"
    return re.sub(pattern, lambda m: f"{m[1]}{new}\n{m[2]}", text, flags=re.DOTALL)


def main() -> None:
    readme = ROOT / "README.md"
    with tempfile.TemporaryDirectory() as folder:
        db = str(Path(folder, "example.db"))
        shown, finding = example(db)
        picture(db, finding)
    text = between(readme.read_text("utf-8"), "example", "\n" + shown + "\n")
    readme.write_text(between(text, "figures", "\n" + figures() + "\n"), "utf-8")


if __name__ == "__main__":
    main()
