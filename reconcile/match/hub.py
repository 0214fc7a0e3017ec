"""Load a sentence-transformers model safely (safetensors, no remote code) and run torch with one thread."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconcile.errors import ModelError

_E5_NAME = re.compile(r"(?:^|[/_-])e5[_-](?!.{0,40}instruct)")


@contextmanager
def one_torch_thread() -> Iterator[None]:
    """Let torch compute with one thread a call; the setting in force before is put back."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def _no_progress_bars() -> Iterator[None]:
    from transformers.utils import logging

    active = logging.is_progress_bar_enabled()
    logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        if active:
            logging.enable_progress_bar()  # type: ignore[no-untyped-call]


def load_model(name_or_path: str, device: str) -> Any:
    """Return the sentence-transformers model, ready to run; a folder needs no network. Raises ModelError."""
    try:
        from sentence_transformers import SentenceTransformer

        with _no_progress_bars():
            model = SentenceTransformer(
                name_or_path,
                device=device,
                trust_remote_code=False,
                local_files_only=Path(name_or_path).is_dir(),
                model_kwargs={"use_safetensors": True},
            )
    except Exception as error:  # the libraries below raise errors of many families
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise ModelError(
            f"embedding model {name_or_path!r} cannot be loaded ({reason}); name a folder with safetensors, "
            "a model in the Hugging Face cache, or 'default'"
        ) from error
    return model.eval()


def prompt_of(model: Any, name_or_path: str) -> str:
    """Return ``query: `` for models of the e5 family, else the model's own default prompt, else nothing."""
    prompts = {str(key): str(value) for key, value in (getattr(model, "prompts", None) or {}).items() if value}
    if "query: " in prompts.values() or _E5_NAME.search(name_or_path.lower()):
        return "query: "
    return prompts.get(str(getattr(model, "default_prompt_name", None)), "")


def name_of(model: Any, name_or_path: str) -> str:
    """Return a name that changes with the weights: the hub's commit, or a digest of the folder's files."""
    folder = Path(name_or_path)
    if folder.is_dir():
        whole = hashlib.sha256()
        for path in sorted(p for p in folder.rglob("*") if p.suffix in {".json", ".safetensors"} and p.is_file()):
            with path.open("rb") as file:
                content = hashlib.file_digest(file, "sha256").digest()
            whole.update(path.relative_to(folder).as_posix().encode() + b"\0" + content)
        return f"{folder.resolve().name}@{whole.hexdigest()[:12]}"
    config = getattr(getattr(model[0], "auto_model", None), "config", None)
    commit = str(getattr(config, "_commit_hash", None) or "unknown")
    return f"{name_or_path}@{commit[:12]}"
