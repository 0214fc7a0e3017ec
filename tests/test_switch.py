"""What authors switch off inside an article: no claims from it, and a reason to be read in the database."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconcile import pipeline
from reconcile.cli import main
from reconcile.config import Settings
from reconcile.publish.store import Store
from reconcile.read import ingest, sentences
from reconcile.read.switch import SWITCHED_OFF, marked, off_parts
from reconcile.read.switched import switched_off
from tests.test_check import Trigrams

OFF, ON = "<!-- reconcile: off -->", "<!-- reconcile: on -->"
MARKDOWN = f"""---
title: Ferry
url: https://x.example/ferry
---

The ferry cost 48 million euros.

{OFF}
In a _satire_, the **ferry** cost [90 million](https://x.example/12) euros &amp; sank.

| year | cost |
|---|---|
| 2031 | 91 million |
{ON}

It carried 12 people. It had {OFF}15 dogs{ON} on board. It was late.
"""
HTML = f"""<!doctype html><html><head><meta charset=latin-1><title>Ferry</title></head><body><article><h1>Ferry</h1>
<p>The ferry cost 48 million euros, the port said on Tuesday after a long meeting in the town hall.</p>
{OFF}<p>In a <b class="x">satire</b>, the ferry cost 90 million euros &amp; sank, as readers may remember well.</p>{ON}
<p>It carried 12 people on Tuesday, and the captain said that he was happy with the “new” line.</p>
</article></body></html>"""


def dropped(name: str, content: str) -> list[str]:
    """Return the sentences of one file that are switched off."""
    Path(name).write_text(content, "utf-8")
    ((article,), _) = ingest.read([name])
    split = sentences.split(article)
    return [split[index].text for index in switched_off(split, article)]


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        pytest.param(
            "a.md",
            MARKDOWN,
            [
                "In a satire, the ferry cost 90 million euros &amp; sank.",
                "year: cost",
                "2031: 91 million",
                "It had 15 dogs on board.",
            ],
            id="Markdown",
        ),
        pytest.param(
            "a.html",
            HTML,
            ["In a satire, the ferry cost 90 million euros & sank, as readers may remember well."],
            id="HTML",
        ),
        pytest.param(
            "a.md", f"It cost 5.\n\n{OFF}\nIt cost 6.\n\nIt cost 7.\n", ["It cost 6.", "It cost 7."], id="no on"
        ),
        pytest.param("a.md", f"It cost 5.\n\n{ON}\nIt cost 6.\n", [], id="no off"),
        pytest.param(
            "a.md",
            f"{OFF}\nIt cost 5.\n{OFF}\nIt cost 6.\n{ON}\n\nIt cost 7.\n",
            ["It cost 5.", "It cost 6."],
            id="off twice",
        ),
        pytest.param(
            "a.md",
            f"It cost 5.\n\n{OFF}\nIt cost 5.\n{ON}\n\nIt cost 5.\n",
            ["It cost 5."],
            id="the same sentence outside",
        ),
        pytest.param(
            "a.md", "<!--RECONCILE:Off-->It cost 5.<!--reconcile:ON--> It sank.", ["It cost 5."], id="spelling"
        ),
        pytest.param("a.md", "<!-- reconcile off -->It cost 5.", [], id="another comment"),
        pytest.param("a.txt", f"{OFF} It cost 5. {ON}", [], id="plain text has no comments"),
        pytest.param("a.md", f"# {OFF}Ferry{ON}\n\nIt cost 5.\n", ["Ferry"], id="the title"),
        pytest.param("a.md", f"It cost \ua66e 5.\n\n{OFF}\nIt cost 6.\n", ["It cost 6."], id="the sign is in the text"),
    ],
)
def test_what_is_switched_off(name: str, content: str, expected: list[str]) -> None:
    assert dropped(name, content) == expected


def bare(raw: str) -> str:
    """Leave out what is no word: tags and entities."""
    return raw.replace("<b>", "|").replace("&amp;", "|")


@given(st.lists(st.sampled_from((OFF, ON, "a ", "\n", "<b>", "&amp;", "é"))).map("".join))
def test_marking_only_adds_signs(raw: str) -> None:
    text, sign = marked(raw)
    assert text.replace(sign, "") == raw if sign else off_parts(raw) == ()
    assert not sign or text.count(sign) == sum(len(re.findall("[aé]+", part)) for part in off_parts(bare(raw)))


def test_the_switch_works_in_runs_and_checks(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(pipeline.embed, "load", lambda *names, **options: Trigrams())
    plain = "---\nurl: https://x.example/{n}\n---\n\n{off}The port spent {n} million euros on the ferry terminal.{on}\n"
    for number in (48, 84):
        Path(f"{number}.md").write_text(plain.format(n=number, off="", on=""), "utf-8")
    with Store("x.db") as store:
        first = pipeline.build(["48.md", "84.md"], store, Settings())
    assert (first.claims, first.findings["conflict"]) == (4, 1), "titles are claims too"
    Path("84.md").write_text(plain.format(n=84, off=OFF, on=ON), "utf-8")
    assert main(["check", "84.md", "--db", "x.db"]) == 0
    assert "84.md: no claim was found" in capsys.readouterr().err
    with Store("x.db") as store:
        again = pipeline.build(["48.md", "84.md"], store, Settings())
    assert (again.changed_articles, again.claims, again.findings) == (1, 2, {})
    assert main(["claims", "--db", "x.db", "--dropped", "--format", "json"]) == 0
    (row,) = json.loads(capsys.readouterr().out)
    assert (row["dropped"], "84 million" in row["quote"]) == (SWITCHED_OFF, True)
