"""The names of the output forms: a module of its own, so that the command line can list them without loading them."""

from __future__ import annotations

ROW_FORMATS = ("table", "json", "jsonl", "csv")
CHECK_FORMATS = ("text", "json", "jsonl", "github", "sarif", "junit", "markdown")
