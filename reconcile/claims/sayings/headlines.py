"""Headlines whose capitals tell nothing: Title Case and all capitals."""

from __future__ import annotations

from functools import lru_cache

from reconcile.claims.phrases import tokenise

TITLE_SHARE = 0.75  # of the longer words of a headline in Title Case, at least this share begins with a capital
LONG_WORD = 4  # letters; shorter words stay small in many house styles
SENTENCE_CASE = ("de", "es", "fr", "nl", "pt")  # their headlines are written as sentences
_ENDS = (".", "!", "?", "…", '."', ".”", ".»", ".“")


@lru_cache(maxsize=512)
def is_title_case(text: str, lang: str) -> bool:
    """Return whether a line is in Title Case (where the language's newspapers use it) or in capitals."""
    tokens = tokenise(text)
    if len(tokens) > 4 and text.rstrip().endswith(_ENDS):
        return False
    longer = [i for i, word in enumerate(tokens.words) if len(word) >= LONG_WORD and word[0].isalpha()]
    if len(longer) < 4:
        return False
    capitals = sum(tokens.capital(i) for i in longer)
    if lang in SENTENCE_CASE:
        return text == text.upper()
    return capitals >= TITLE_SHARE * len(longer) and (len(longer) > 5 or capitals == len(longer))
