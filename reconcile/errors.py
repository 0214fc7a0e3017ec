"""Every error that reconcile raises on purpose.

ReconcileError
├── InputError      an input cannot be read or understood
├── ConfigError     settings are wrong; lists every problem at once
├── MissingExtra    an optional library is needed for what was asked
├── WorkerError     a process that does a part of the work died
├── ModelError      model weights are missing, damaged or of the wrong kind
└── StoreError      the database cannot be opened, read or written
"""

from __future__ import annotations


class ReconcileError(Exception):
    """Base of all errors that a user can mend; the message says what, where and what to do."""


class InputError(ReconcileError):
    """An input cannot be read or understood."""


class ConfigError(ReconcileError):
    """Settings are wrong."""


class MissingExtra(ReconcileError):
    """An optional library is needed for what was asked."""


class ModelError(ReconcileError):
    """Model weights are missing, damaged or of the wrong kind."""


class WorkerError(ReconcileError):
    """A process that does a part of the work died."""


class StoreError(ReconcileError):
    """The database cannot be opened, read or written."""
