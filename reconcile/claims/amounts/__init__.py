"""Numbers with their units, hedges and ranges: what ``quantities`` is made of."""
