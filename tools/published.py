"""Exit with 0 if something was ever published to a database, else with 1: a run that fails leaves an empty one."""

from __future__ import annotations

import sys

from reconcile.errors import StoreError
from reconcile.publish.nearness import last_number
from reconcile.publish.store import Store


def published(path: str) -> bool:
    """Tell whether a run has published to the database; one that this version cannot open does not count."""
    try:
        with Store(path, read_only=True) as store:
            return bool(store.read(last_number))
    except StoreError:
        return False


if __name__ == "__main__":
    sys.exit(not published(sys.argv[1]))
