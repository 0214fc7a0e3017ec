"""What ``tools/bench.py`` measures, how, and how it is shown.

``corpus`` makes the articles, ``contenders`` are the ways to find conflicts in them, ``worker`` runs one of them in a
process of its own, ``scores`` compares what they found with gold, ``figures`` makes rows of the raw measurements, and
``page`` and ``plot`` show them. Nothing is imported here, so that no process loads what it does not time.
"""
