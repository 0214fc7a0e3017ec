"""Word forms of the two affixing languages: all forms that a root takes by prefix, infix and reduplication.

A data file writes a root as ``^taas``; the lexicon stores its forms. Forms that no speaker uses are made
too: they
cost a dictionary entry and match nothing.
"""

from __future__ import annotations

VOWELS = "aeiou"


def _split_onset(root: str) -> tuple[str, str]:
    """Return the consonants before the first vowel and the rest ("b", "umaba" for "bumaba" without infix)."""
    if root.startswith("ng"):
        return "ng", root[2:]
    cut = 0
    while cut < len(root) and root[cut] not in VOWELS:
        cut += 1
    return root[:cut], root[cut:]


def _infix(root: str, infix: str) -> str:
    onset, rest = _split_onset(root)
    return onset[:1] + infix + onset[1:] + rest if onset != "ng" else onset + infix + rest


def _reduplicated(root: str) -> str:
    onset, rest = _split_onset(root)
    first = onset if onset == "ng" else onset[:1]
    return first + rest[:1] + root


def _nasal(root: str) -> str:
    """Return the root as it follows mang-/nang-/pang-, with the assimilated nasal ("mili" for "bili")."""
    first = root[:1]
    if first in "pb":
        return "m" + root[1:]
    if first in "tds":
        return "n" + root[1:]
    if first == "k":
        return "ng" + root[1:]
    return "ng" + root if first in VOWELS else "g" + root


def _suffixed(stem: str, suffix: str) -> set[str]:
    """Return the stem with -in/-an, with h after a vowel, with o raised and with the vowel dropped."""
    forms = {stem + suffix}
    if stem[-1:] in VOWELS:
        forms |= {stem + "h" + suffix, stem + "n" + suffix}
    if "o" in stem[-2:]:
        raised = stem[:-2] + stem[-2:].replace("o", "u")
        forms |= {raised + suffix, raised + "h" + suffix if raised[-1:] in VOWELS else raised + suffix}
    if stem[-1:] == "d":
        forms.add(stem[:-1] + "r" + suffix)
    return forms


_BARE_PREFIXES = tuple("i ini na ma naka maka nai mai pina ipina magpa nagpa ipa".split())  # noqa: SIM905


def tagalog(root: str) -> frozenset[str]:
    """Return the verb forms and verbal nouns of a Tagalog root: all foci, all aspects.

    >>> {"tumaas", "tataas", "tumataas", "pagtaas", "itinaas", "tinaasan"} <= tagalog("taas")
    True
    """
    again = _reduplicated(root)
    link = "-" if root[:1] in VOWELS else ""
    forms = {_infix(root, "um"), _infix(again, "um"), again}
    for prefix in ("mag", "nag", "pag", "ipag", "ipinag", "nakapag", "makapag"):
        forms |= {prefix + link + root, prefix + link + again}
    forms |= {
        "pagpapa" + link + root,
        "pagka" + root,
        "pagka" + link + root,
        "nakaka" + root,
        "naka" + link + root,
    }
    for prefix in _BARE_PREFIXES:
        forms |= {prefix + root, prefix + again}
    forms |= {"i" + _infix(root, "in"), "i" + _infix(again, "in"), _infix(root, "in"), _infix(again, "in")}
    for stem in (root, again, "pag" + link + root):
        forms |= _suffixed(stem, "in") | _suffixed(stem, "an")
    for stem in (root, again):
        past = _infix(stem, "in")
        forms |= _suffixed(past, "an")
        for prefix in ("na", "ma", "pinag", "pinaka", "nag", "mag"):
            forms |= _suffixed(prefix + (link if prefix.endswith("g") else "") + stem, "an")
    nasal = _nasal(root)
    forms |= {head + nasal for head in ("nan", "man", "pan")} | {head + _reduplicated(nasal) for head in ("nan", "man")}
    return frozenset(forms)


def _meng(root: str) -> set[str]:
    """Return meN-/peN- forms of an Indonesian root, with the assimilated nasal."""
    first = root[:1]
    if first == "p":
        tails = {"m" + root[1:], "m" + root}
    elif first in "bfv":
        tails = {"m" + root}
    elif first == "t":
        tails = {"n" + root[1:], "n" + root}
    elif first in "djcz":
        tails = {"n" + root}
    elif first == "s":
        tails = {"ny" + root[1:], "n" + root}
    elif first == "k":
        tails = {"ng" + root[1:], "ng" + root}
    elif first in VOWELS or first in "gh":
        tails = {"ng" + root}
    else:
        tails = {root}
    return {head + tail for head in ("me", "pe") for tail in tails}


def indonesian(root: str) -> frozenset[str]:
    """Return the derived forms of an Indonesian root: voices, -kan, -i, -an, ke-an, pe-an, memper-, diper-.

    >>> {"menolak", "ditolak", "penolakan", "tertolak"} <= indonesian("tolak")
    True
    """
    stems = {root} | _meng(root)
    stems |= {prefix + root for prefix in ("di", "ber", "ter", "se", "ke", "per", "memper", "diper", "pem", "pember")}
    return frozenset(stem + suffix for stem in stems for suffix in ("", "kan", "i", "an"))


ROOTS = {"tl": tagalog, "id": indonesian}
CLITIC = ("tl", "id")  # the languages whose words have ``variants``


def variants(word: str, lang: str) -> tuple[str, ...]:
    """Return the word and what is left when a clitic or ligature that the data files leave out is taken
    off.
    """
    if lang == "tl" and len(word) > 4:
        if word.endswith("ng") and word[-3] in VOWELS:
            return (word, word[:-2], word[:-1])
        if word.endswith("g") and word[-2] == "n":
            return (word, word[:-1])
    if lang == "id" and len(word) > 5:
        for clitic in ("nya", "lah", "pun", "kah"):
            if word.endswith(clitic):
                return (word, word[: -len(clitic)])
    return (word,)
