"""Coverage-guided fuzzing with atheris (`pip install atheris`): `python -m tests.fuzz ingest -max_total_time=60`."""
