"""Datasette on one database, on this machine only, with the review pages."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reconcile.console import logger
from reconcile.errors import InputError
from reconcile.publish.store import Store

HOST = "127.0.0.1"


def serve_database(db: str, *, port: int, metadata: str | None = None) -> None:
    """Serve ``db`` until interrupted. Raises StoreError (no such database) or InputError (metadata)."""
    with Store(db, read_only=True):
        pass
    merged = serving_metadata(db, metadata)

    import yaml
    from datasette.cli import cli as datasette

    with tempfile.TemporaryDirectory(prefix="reconcile-") as folder:
        described = Path(folder, "metadata.yml")
        described.write_text(yaml.safe_dump(merged, allow_unicode=True), "utf-8")
        where = f"http://{HOST}:{port}/-/reconcile" if port else "/-/reconcile"
        logger.info("review pages: %s (Ctrl-C stops)", where)
        arguments = ["serve", db, "--host", HOST, "--port", str(port), "--metadata", str(described)]
        try:
            datasette.main(arguments, prog_name="datasette", standalone_mode=False)
        except KeyboardInterrupt:
            logger.info("stopped")


def serving_metadata(db: str, metadata: str | None = None) -> dict[str, Any]:
    """Return the metadata to serve ``db`` with: the file's, under the database's own name; local review."""
    import yaml

    path = Path(metadata) if metadata else _packaged_metadata()
    data: Any = {}
    if path is not None:
        try:
            data = yaml.safe_load(path.read_text("utf-8")) or {}
        except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
            raise InputError(f"{path}: cannot be read as YAML ({error})") from error
    if not isinstance(data, Mapping):
        raise InputError(f"{path}: must be a mapping; see metadata.yml of the source")
    databases = dict(data.get("databases") or {})
    if len(databases) == 1:
        databases = {Path(db).stem: next(iter(databases.values()))}
    plugins = dict(data.get("plugins") or {})
    plugins["reconcile"] = {**(plugins.get("reconcile") or {}), "local": True}
    return {**data, "databases": databases, "plugins": plugins}


def _packaged_metadata() -> Path | None:
    """Return the checkout's metadata.yml, or None where the package is installed without it."""
    root = Path(__file__).resolve().parent.parent
    path = root / "metadata.yml"
    return path if path.is_file() and (root / "pyproject.toml").is_file() else None
