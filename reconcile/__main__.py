"""``python -m reconcile`` is the command line."""

from __future__ import annotations

import sys

from reconcile.cli import main

sys.exit(main())
