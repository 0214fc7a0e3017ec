"""What is measured: words of the metric tables, in eight languages, and look-alikes that name no metric."""

from __future__ import annotations

import pytest

from reconcile.claims import languages, metrics

CASES = [
    ("en", "The stock slid more than 5%.", "share_price"),
    ("en", "Operating profit came to 412 million crowns.", "operating_profit"),
    ("en", "The company's new orders grew.", "orders"),
    ("en", "Fourteen people are dead.", "dead"),
    ("en", "The median age of those ill is 67.", "median_age"),
    ("en", "Turnout climbed to 52 per cent.", "turnout"),
    ("de", "Die Wahlbeteiligung lag bei 52 Prozent.", "turnout"),
    ("es", "El número de muertos subió a doce.", "dead"),
    ("fr", "Le chiffre d'affaires a reculé.", "revenue"),
    ("pt", "As rendas desceram quatro por cento.", "rent"),
    ("nl", "De omzet steeg met vier procent.", "revenue"),
    ("id", "Laba bersih naik lima persen.", "net_profit"),
    ("tl", "Umakyat ang bilang ng mga nasawi.", "dead"),
]
NEGATIVE = [
    ("en", "The two friends share a room."),
    ("en", "The red one is still in stock."),
]


@pytest.mark.parametrize(("lang", "text", "group"), CASES, ids=[f"{c[0]} {c[2]}" for c in CASES])
def test_find_names_what_is_measured(lang: str, text: str, group: str) -> None:
    found = metrics.find(text, lang)
    assert group in {cue.group for cue in found}
    assert all(text[cue.start : cue.end] == cue.raw and cue.kind == "metric" for cue in found)


@pytest.mark.parametrize(("lang", "text"), NEGATIVE)
def test_find_passes_over_look_alikes(lang: str, text: str) -> None:
    groups = {cue.group for cue in metrics.find(text, lang)}
    assert "share_price" not in groups


def test_languages_share_their_metric_names() -> None:
    english = set(languages.load("en").table("metrics"))
    strange = {code: sorted(set(languages.load(code).table("metrics")) - english) for code in languages.codes()}
    assert not any(strange.values()), strange
