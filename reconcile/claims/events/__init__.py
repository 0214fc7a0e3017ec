"""Phrases and frames of events: what ``roles`` is made of."""
