"""Write the articles of gold stories, without their gold, as input for `reconcile run`.

    stories_to_articles.py [FOLDER]        FOLDER/articles.jsonl from FOLDER/*.json (default datasets/stories)

One article a line, sorted by story; its id is "<story>/<article>". The language is left out, to be detected.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

KEYS = ("source", "url", "title", "published", "text")


def lines(folder: Path) -> list[str]:
    """Return the articles of all stories in ``folder`` as lines of JSON."""
    found = []
    for path in sorted(folder.glob("*.json")):
        story = json.loads(path.read_text("utf-8"))
        for article in story["articles"]:
            row = {"id": f"{story['id']}/{article['id']}"} | {key: article[key] for key in KEYS}
            found.append(json.dumps(row, ensure_ascii=False))
    return found


def main(folder: Path) -> None:
    """Write the file and say how many articles it holds."""
    made = lines(folder)
    target = folder / "articles.jsonl"
    target.write_text("".join(line + "\n" for line in made), "utf-8", newline="\n")
    print(f"{target}: {len(made)} articles")


if __name__ == "__main__":
    default = Path(__file__).resolve().parent.parent / "datasets" / "stories"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else default)
