"""Headlines whose capitals tell nothing: Title Case and all capitals."""

from __future__ import annotations

from functools import lru_cache

from reconcile.claims.phrases import tokenise

TITLE_SHARE = 0.75  # of the longer words of a headline in Title Case, at least this share begins with a capital
LONG_WORD = 4  # letters; shorter words stay small in many house styles
_ENDS = (".", "!", "?", "…", '."', ".”", ".»", ".“")


@lru_cache(maxsize=512)
def is_title_case(text: str) -> bool:
    """Return whether a line is in Title Case or capitals: no full stop, most of its longer words capitalised."""
    tokens = tokenise(text)
    if len(tokens) > 4 and text.rstrip().endswith(_ENDS):
        return False
    longer = [i for i, word in enumerate(tokens.words) if len(word) >= LONG_WORD and word[0].isalpha()]
    if len(longer) < 4:
        return False
    return sum(tokens.capital(i) for i in longer) >= TITLE_SHARE * len(longer)
