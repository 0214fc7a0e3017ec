"""Rows of the table that all measurements share."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line: how many gold items there are, how many were found and how many of these are right.

    ``found`` is None where only accuracy makes sense (every gold item is judged right or wrong).
    """

    name: str
    lang: str
    expected: int
    right: int
    found: int | None = None

    @property
    def precision(self) -> float | None:
        """Right among found."""
        return None if self.found is None else self.right / self.found if self.found else 0.0

    @property
    def recall(self) -> float:
        """Right among expected."""
        return self.right / self.expected if self.expected else 0.0

    @property
    def f1(self) -> float | None:
        """Harmonic mean of precision and recall."""
        both = (self.expected + self.found) if self.found is not None else 0
        return None if self.found is None else 2 * self.right / both if both else 0.0

    def line(self) -> str:
        """Return the row as printed: name, language, counts, precision, recall (or accuracy), F1."""
        found = "" if self.found is None else str(self.found)
        precision = "" if self.precision is None else f"{self.precision:.3f}"
        counts = f"{self.expected:>9}{found:>8}{self.right:>8}"
        f1 = "" if self.f1 is None else f"{self.f1:>8.3f}"
        return f"{self.name:26}{self.lang:6}{counts}{precision:>8}{self.recall:>8.3f}{f1}"


HEAD = f"{'what':26}{'lang':6}{'expected':>9}{'found':>8}{'right':>8}{'prec':>8}{'rec/acc':>8}{'F1':>8}"


def total(name: str, rows: list[Row], lang: str = "all") -> Row:
    """Return the sum of rows."""
    found = None if any(r.found is None for r in rows) else sum(r.found or 0 for r in rows)
    return Row(name, lang, sum(r.expected for r in rows), sum(r.right for r in rows), found)
