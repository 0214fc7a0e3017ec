"""Check-worthiness: the order of our own sentences in eight languages, the features, the frozen weights."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconcile.claims import worthiness
from reconcile.errors import ModelError

LANGS = ("en", "tl", "es", "de", "fr", "pt", "nl", "id")
WORTH = {
    "en": (
        "Unemployment fell to 4.1% in March, the lowest level since 2007.",
        "The senator voted against the bill in 2019 and again in 2021.",
        "The city spent $12 million on a stadium that was never used.",
        "Police said 14 people were killed in the fire in Harrow on Sunday.",
    ),
    "tl": (
        "Bumaba sa 4.1 porsiyento ang walang trabaho noong Marso, ang pinakamababa mula 2007.",
        "Bumoto ang senador laban sa panukala noong 2019 at noong 2021.",
        "Gumastos ang lungsod ng P12 milyon sa istadyum na hindi nagamit.",
        "Ayon sa pulisya, 14 katao ang nasawi sa sunog sa Maynila noong Linggo.",
    ),
    "es": (
        "El paro bajó al 4,1 % en marzo, el nivel más bajo desde 2007.",
        "El senador votó contra la ley en 2019 y otra vez en 2021.",
        "La ciudad gastó 12 millones de euros en un estadio que nunca se usó.",
        "La policía informó de que 14 personas murieron en el incendio del domingo.",
    ),
    "de": (
        "Die Arbeitslosigkeit sank im März auf 4,1 Prozent, den niedrigsten Stand seit 2007.",
        "Der Senator stimmte 2019 und 2021 gegen das Gesetz.",
        "Die Stadt gab 12 Millionen Euro für ein Stadion aus, das nie genutzt wurde.",
        "Nach Angaben der Polizei starben am Sonntag 14 Menschen bei dem Brand.",
    ),
    "fr": (
        "Le chômage est tombé à 4,1 % en mars, son plus bas niveau depuis 2007.",
        "Le sénateur a voté contre la loi en 2019 et de nouveau en 2021.",
        "La ville a dépensé 12 millions d'euros pour un stade jamais utilisé.",
        "La police a indiqué que 14 personnes étaient mortes dans l'incendie de dimanche.",
    ),
    "pt": (
        "O desemprego caiu para 4,1% em março, o nível mais baixo desde 2007.",
        "O senador votou contra a lei em 2019 e outra vez em 2021.",
        "A cidade gastou 12 milhões de euros num estádio que nunca foi usado.",
        "A polícia informou que 14 pessoas morreram no incêndio de domingo.",
    ),
    "nl": (
        "De werkloosheid daalde in maart naar 4,1 procent, het laagste peil sinds 2007.",
        "De senator stemde in 2019 en in 2021 tegen de wet.",
        "De stad gaf 12 miljoen euro uit aan een stadion dat nooit werd gebruikt.",
        "Volgens de politie kwamen zondag 14 mensen om bij de brand.",
    ),
    "id": (
        "Pengangguran turun menjadi 4,1 persen pada Maret, terendah sejak 2007.",
        "Senator itu memilih menentang undang-undang pada 2019 dan pada 2021.",
        "Kota itu menghabiskan 12 miliar rupiah untuk stadion yang tidak pernah dipakai.",
        "Polisi mengatakan 14 orang tewas dalam kebakaran di Bandung pada Minggu.",
    ),
}
IDLE = {
    "en": (
        "Thank you and good evening.",
        "What should we do about it?",
        "I think we can all do better.",
        "Let me say this.",
    ),
    "tl": (
        "Maraming salamat at magandang gabi.",
        "Ano ang dapat nating gawin?",
        "Sa tingin ko, kaya natin ito.",
        "Sana ay magtulungan tayo.",
    ),
    "es": (
        "Muchas gracias y buenas noches.",
        "¿Qué deberíamos hacer?",
        "Creo que podemos hacerlo mejor.",
        "Ojalá trabajemos juntos.",
    ),
    "de": (
        "Vielen Dank und guten Abend.",
        "Was sollten wir tun?",
        "Ich glaube, wir können das besser.",
        "Hoffentlich arbeiten wir zusammen.",
    ),
    "fr": (
        "Merci et bonsoir à tous.",
        "Que devons-nous faire ?",
        "Je pense que nous pouvons mieux faire.",
        "J'espère que nous avancerons ensemble.",
    ),
    "pt": (
        "Muito obrigado e boa noite.",
        "O que devemos fazer?",
        "Acho que podemos fazer melhor.",
        "Espero que trabalhemos juntos.",
    ),
    "nl": (
        "Dank u wel en goedenavond.",
        "Wat moeten we doen?",
        "Ik denk dat we het beter kunnen.",
        "Hopelijk werken we samen.",
    ),
    "id": (
        "Terima kasih dan selamat malam.",
        "Apa yang harus kita lakukan?",
        "Saya kira kita bisa lebih baik.",
        "Semoga kita bisa bekerja sama.",
    ),
}


@pytest.mark.parametrize("lang", LANGS)
def test_every_fact_of_record_stands_above_every_idle_sentence(lang: str) -> None:
    lowest = min(worthiness.score(text, lang) for text in WORTH[lang])
    highest = max(worthiness.score(text, lang) for text in IDLE[lang])
    assert lowest > highest + 0.1


def test_score_is_a_probability_and_the_same_each_time() -> None:
    for text in ("", "Yes.", "9 " * 400, *WORTH["en"]):
        first = worthiness.score(text, "en")
        assert 0.0 <= first <= 1.0
        assert worthiness.score(text, "en") == first


def test_features_are_named_for_what_they_see() -> None:
    found = worthiness.features("Did Ana Cruz spend $5 million in 2019?", "en")
    assert {"question", "money", "large number", "year", "name", "number"} <= set(found)
    assert "question" not in worthiness.features("Ana Cruz spent it.", "en")


def test_terms_mask_digits_and_names() -> None:
    assert list(worthiness.terms("In Manila 12 fell")) == ["in", "N", "0", "fell", "^ in", "in N", "N 0", "0 fell"]


def test_weights_are_small_named_and_measured() -> None:
    data = json.loads(worthiness.WEIGHTS.read_text("utf-8"))
    assert worthiness.WEIGHTS.stat().st_size <= 300_000
    assert "CC BY" in data["about"]
    assert data["figures"]["readable and words"]["f1"] >= 0.75
    assert data["plain"]["words"] == {}


def test_damaged_weights_are_a_model_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    damaged = tmp_path / "worthiness.json"
    damaged.write_text('{"plain": {}}', "utf-8")
    monkeypatch.setattr(worthiness, "WEIGHTS", damaged)
    with pytest.raises(ModelError, match=r"training/worthiness\.py"):
        worthiness._model.__wrapped__(False)


@pytest.mark.parametrize("lang", LANGS)
@settings(max_examples=40, deadline=None)
@given(text=st.text(alphabet=" .,!?$%'\"ABnaeiorst0129ñé", max_size=120))
def test_any_text_has_a_score(lang: str, text: str) -> None:
    assert 0.0 <= worthiness.score(text, lang) <= 1.0
