"""The packaged model and the cleanspark database, made once for all tests of a session.

A test module asks for them with ``pytest_plugins = ("tests.corpus_fixtures",)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reconcile.match import crossencoder, embed
from reconcile.match.judge import CachedJudge, Judge
from tests.corpus import FILES, FOLDER, build

LoadJudge = Callable[..., Judge | None]


@pytest.fixture(scope="session")
def embedder() -> embed.Embedder:
    """The packaged model, loaded once and each text embedded once."""
    shelf: dict[str, bytes] = {}
    return embed.CachedEmbedder(
        embed.load(),
        lambda model, keys: {key: shelf[key] for key in keys if key in shelf},
        lambda model, dim, rows: shelf.update(rows),
    )


@pytest.fixture(scope="session")
def judges() -> LoadJudge:
    """Load a judge as the pipeline does; the packaged one is asked once about each pair."""
    shelf: dict[str, bytes] = {}
    load = crossencoder.load
    packaged = CachedJudge(
        crossencoder.packaged(),
        lambda model, keys: {key: shelf[key] for key in keys if key in shelf},
        lambda model, dim, rows: shelf.update(rows),
    )
    return lambda name=None, **more: packaged if name in (None, "", "default") else load(name, **more)


@pytest.fixture
def one_model(embedder: embed.Embedder, judges: LoadJudge, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the pipeline use the models that are loaded already."""
    monkeypatch.setattr(embed, "load", lambda name=None, **_: embedder)
    monkeypatch.setattr(crossencoder, "load", judges)


@pytest.fixture(scope="session")
def cleanspark(embedder: embed.Embedder, judges: LoadJudge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The database of the five articles of datasets/cleanspark; tests copy it before they write to it."""
    db = tmp_path_factory.mktemp("cleanspark") / "cleanspark.db"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(embed, "load", lambda name=None, **_: embedder)
        patch.setattr(crossencoder, "load", judges)
        build(db, *(FOLDER / name for name in FILES))
    before = db.read_bytes()
    yield db
    assert db.read_bytes() == before, "a test wrote to the shared database"
