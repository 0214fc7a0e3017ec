"""Find where overlapping articles disagree: typed claims, compared field by field, reviewed in Datasette."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reconcile.config import Settings, load_settings
    from reconcile.errors import (
        ConfigError,
        InputError,
        MissingExtra,
        ModelError,
        ReconcileError,
        StoreError,
        WorkerError,
    )
    from reconcile.model import Article, Claim, Finding, Relation
    from reconcile.pipeline import CheckResult, RunResult, build, check, pair_judge
    from reconcile.publish.store import Store

__version__ = "0.1.0"

__all__ = [
    "Article",
    "CheckResult",
    "Claim",
    "ConfigError",
    "Finding",
    "InputError",
    "MissingExtra",
    "ModelError",
    "ReconcileError",
    "Relation",
    "RunResult",
    "Settings",
    "Store",
    "StoreError",
    "WorkerError",
    "__version__",
    "build",
    "check",
    "load_settings",
    "pair_judge",
]

# Where the public names stand, from what is light to import to what is heavy.
_MODULES = ("errors", "config", "model", "publish.store", "pipeline")


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: a command that only prints its help loads none."""
    from importlib import import_module

    if name in __all__:
        for module in _MODULES:
            found = import_module(f"reconcile.{module}")
            if name in vars(found):
                return vars(found)[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
