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

__version__ = "0.1.0"

__all__ = [
    "Article",
    "Claim",
    "ConfigError",
    "Finding",
    "InputError",
    "MissingExtra",
    "ModelError",
    "ReconcileError",
    "Relation",
    "Settings",
    "StoreError",
    "WorkerError",
    "__version__",
    "load_settings",
]


def __getattr__(name: str) -> Any:
    """Load a public name when it is first used: a command that only prints its help loads none."""
    from importlib import import_module

    if name in __all__:
        for module in ("reconcile.errors", "reconcile.config", "reconcile.model"):
            found = import_module(module)
            if name in vars(found):
                return vars(found)[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
