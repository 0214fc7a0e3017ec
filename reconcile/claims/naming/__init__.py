"""Names, what they stand for and where places lie: what ``entities`` and ``mentions`` are made of."""
