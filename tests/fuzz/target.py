"""What the targets share: seeds, texts made of bytes, and the call of the fuzzer."""

from __future__ import annotations

import random
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from reconcile.model import Article

LONGEST = 2_000  # bytes
SEED = 20260
LANGUAGES = ("en", "tl", "es", "de", "fr", "pt", "nl", "id")
TEXTS = (
    "The port of Odel spent 12.5 million euros on the terminal, up nearly 14% from 2024.",
    "Ang pantalan ay gumastos ng 12 milyong piso noong Martes, ika-3 ng Mayo.",
    "El puerto gastó 1.250,5 millones de euros; «no hubo heridos», dijo Marit Sandvoll el 4 de mayo.",
    "Der Hafen gab fast 14 Mio. Euro aus, teilte Bürgermeister Jörg Aas am 3. Mai um 17.30 Uhr mit.",
    "Le port a dépensé plus de 12 000 € (contre 9 000 en 2024), selon Mme Aas.",
    "O porto gastou cerca de 3,2 bilhões de reais, de janeiro a março, ou entre 5% e 7%.",
    "De haven gaf anderhalf miljoen euro uit, zei Aas dinsdag; twee van de drie kranen staan stil.",
    "Pelabuhan menghabiskan Rp 1,2 triliun pada Selasa (3/5), naik dua kali lipat.",
)


def text_of(data: bytes) -> tuple[str, str]:
    """Return a language, told by the first byte, and the text of the others."""
    return LANGUAGES[data[0] % len(LANGUAGES)] if data else "en", data[1:].decode("utf-8", "replace")


def article_of(data: bytes) -> Article:
    """Return an article with the text of some bytes."""
    lang, text = text_of(data)
    return Article("fuzz", "Fuzz", "", "", "2031-03-04T09:00:00Z", lang, text, "hash")


def seeds() -> list[bytes]:
    """Return one text a language, with the byte that tells the language."""
    return [bytes([n]) + text.encode() for n, text in enumerate(TEXTS)]


def changed(given: Sequence[bytes], count: int) -> Iterator[bytes]:
    """Yield seeds, and ``count`` of what comes of changing them again and again; the same ones each time."""
    rng, made = random.Random(SEED), list(given)
    yield from made
    for _ in range(count):
        data, other = rng.choice(made), rng.choice(made)
        a, b, c = sorted(rng.randrange(len(data) + 1) for _ in range(3))
        ways = (
            data[:a] + data[b:],
            data[:b] + data[a:],
            data[:a] + rng.randbytes(1 + rng.randrange(4)) + data[a:],
            data[:a] + data[b:c] + data[a:b] + data[c:],
            data[:a] + other[-len(data) + a :],
            data[:a] + data[a:b] * 20 + data[b:],
        )
        made.append(rng.choice(ways)[:LONGEST])
        yield made[-1]


def fuzz(one: Callable[[bytes], None], given: Iterable[bytes]) -> None:
    """Run the fuzzer with the options of the command line; a crash ends the process with a code that is not 0."""
    import atheris

    with tempfile.TemporaryDirectory() as folder:
        for number, seed in enumerate(given):
            Path(folder, f"seed{number}").write_bytes(seed)
        atheris.Setup([sys.argv[0], f"-max_len={LONGEST}", "-timeout=60", *sys.argv[1:], folder], one)
        atheris.Fuzz()
