"""Load models of the Hugging Face hub safely (safetensors, no remote code) and run torch with one thread.

``use_safetensors`` binds only the encoder: sentence-transformers reads the weights of its other modules from a pickle
where there is nothing else. So a folder is looked through before, and of a hub's model no such file is fetched.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from reconcile.errors import ModelError

PICKLED = frozenset({".bin", ".ckpt", ".h5", ".joblib", ".keras", ".pickle", ".pkl", ".pt", ".pth"})
FETCHED = ("*.json", "*.safetensors", "*.txt", "*.model")
MODULES = "modules.json"
OWN_MODULES = "sentence_transformers."

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


def require_safe(name_or_path: str) -> None:
    """Raise ModelError if a model's folder holds weights as pickles only, or modules of its own.

    A hub's model that is not in the cache is fetched, without any such file; what is loaded after that must need none.
    """
    folder = Path(name_or_path)
    if not folder.is_dir():
        from huggingface_hub import snapshot_download

        folder = Path(snapshot_download(name_or_path, allow_patterns=list(FETCHED)))
    tops = [folder / path for path in _modules(folder, name_or_path)]
    for file in sorted(path for path in folder.rglob("*") if path.suffix.lower() in PICKLED):
        place = file.parent
        used = place == folder or any(place.is_relative_to(top) for top in tops)
        if used and not any(place.glob("*.safetensors")):
            shown = file.relative_to(folder)
            raise ModelError(
                f"model {name_or_path!r}: {shown} may carry code and is not loaded; save the weights as safetensors"
            )


def _modules(folder: Path, name: str) -> list[str]:
    """Return the folders of a sentence-transformers model's modules other than its own."""
    file = folder / MODULES
    if not file.is_file():
        return []
    try:
        listed = [(str(row["type"]), str(row["path"])) for row in json.loads(file.read_text("utf-8"))]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ModelError(f"model {name!r}: its {MODULES} cannot be read ({error})") from error
    for kind, path in listed:
        if not kind.startswith(OWN_MODULES):
            raise ModelError(f"model {name!r}: its module {kind} is code of its own, which is not run")
        if not (folder / path).resolve().is_relative_to(folder.resolve()):
            raise ModelError(f"model {name!r}: its module {path} lies outside its folder")
    return [path for _, path in listed if path]


def load_model(name_or_path: str, device: str) -> Any:
    """Return the sentence-transformers model, ready to run; a folder needs no network. Raises ModelError."""
    try:
        require_safe(name_or_path)
        from sentence_transformers import SentenceTransformer

        with _no_progress_bars():
            model = SentenceTransformer(
                name_or_path,
                device=device,
                trust_remote_code=False,
                local_files_only=True,
                model_kwargs={"use_safetensors": True},
            )
    except ModelError:
        raise
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
