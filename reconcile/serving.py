"""Datasette on one database, on this machine only, with the review pages."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from importlib import metadata as packages
from pathlib import Path
from typing import Any

from reconcile.console import logger
from reconcile.errors import InputError
from reconcile.options import user_name
from reconcile.publish.store import Store

HOST = "127.0.0.1"
ROOT = "root"
INSTALLED = ("share", "reconcile", "metadata.yml")


def serve_database(db: str, *, port: int, metadata: str | None = None, reviewer: str | None = None) -> None:
    """Serve ``db`` until interrupted, to ``reviewer`` (None: the user of this machine).

    Raises StoreError (no such database) or InputError (metadata, or a reviewer who is none).
    """
    with Store(db, read_only=True):
        pass
    merged = serving_metadata(db, metadata, reviewer=reviewer)

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


def serving_metadata(db: str, metadata: str | None = None, *, reviewer: str | None = None) -> dict[str, Any]:
    """Return the metadata to serve ``db`` with: the file's, under the database's own name; local review."""
    name = " ".join((user_name() if reviewer is None else reviewer).split())
    if reviewer is not None and name in ("", ROOT):
        raise InputError(f"--reviewer {name or repr(reviewer)}: say who rules; {ROOT} is Datasette's own name")
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
    plugins["reconcile"] = {**(plugins.get("reconcile") or {}), "local": True, "reviewer": name}
    return {**data, "databases": databases, "plugins": plugins}


def _packaged_metadata() -> Path | None:
    """Return the checkout's metadata.yml, else the one that was installed; None where there is neither."""
    root = Path(__file__).resolve().parent.parent
    if (root / "pyproject.toml").is_file() and (root / "metadata.yml").is_file():
        return root / "metadata.yml"
    try:
        installed = packages.files("reconcile-claims") or ()
    except packages.PackageNotFoundError:
        installed = ()
    places = [Path(str(file.locate())) for file in installed if file.parts[-3:] == INSTALLED]
    places.append(root.joinpath(*INSTALLED))  # of `pip install --target`, whose list of files is wrong
    return next((path for path in places if path.is_file()), None)
