"""Negation, quotations and who speaks: what ``stance`` is made of."""
