"""Find where overlapping articles disagree: typed claims, compared field by field, reviewed in Datasette."""

from __future__ import annotations

from reconcile.config import Settings, load_settings
from reconcile.errors import (
    ConfigError,
    InputError,
    MissingExtra,
    ModelError,
    ReconcileError,
    StoreError,
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
    "__version__",
    "load_settings",
]
