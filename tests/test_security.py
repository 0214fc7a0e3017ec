"""What SECURITY.md promises and no other file tests: models without code, secrets, ids that are no paths, SQL."""

from __future__ import annotations

import ast
import io
import json
import os
import re
import sqlite3
import tarfile
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from reconcile.cli import main
from reconcile.errors import ModelError
from reconcile.match import crossencoder, embed, hub
from reconcile.publish.store import Store
from reconcile.read.ingest import read
from tests import builders as b

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "reconcile").rglob("*.py"))
BODY = "The harbour board of Calder Bay voted on Monday to close the old ferry pier for two years."

# -- no code from data -------------------------------------------------------------------------------------------------

MODULES = {
    "pickle",
    "cPickle",
    "cloudpickle",
    "dill",
    "joblib",
    "marshal",
    "shelve",
    "jsonpickle",
    "xmlrpc",
    "telnetlib",
}
BUILTINS = {"eval", "exec", "compile", "__import__"}
CALLS = {
    ("torch", "load"), ("torch", "compile"), ("yaml", "load"), ("yaml", "unsafe_load"), ("yaml", "full_load"),
    ("os", "system"), ("os", "popen"), ("subprocess", "Popen"), ("subprocess", "call"), ("subprocess", "check_output"),
    ("numpy", "load"), ("np", "load"), ("pandas", "read_pickle"), ("tempfile", "mktemp"),
    ("importlib", "import_module"),
}  # fmt: skip
TAKEN_APART = {"extractall", "extract", "unpack_archive"}


def _wrong(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (a.name for a in node.names if a.name.partition(".")[0] in MODULES)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] in MODULES:
            yield str(node.module)
        elif isinstance(node, ast.keyword) and node.arg == "trust_remote_code":
            if not (isinstance(node.value, ast.Constant) and node.value.value is False):
                yield "trust_remote_code"
        elif isinstance(node, ast.keyword) and node.arg in ("shell", "allow_pickle"):
            yield str(node.arg)
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in BUILTINS:
            yield node.func.id
        elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value.id if isinstance(node.func.value, ast.Name) else ""
            if (owner, node.func.attr) in CALLS or node.func.attr in TAKEN_APART:
                yield f"{owner}.{node.func.attr}"


@pytest.mark.parametrize(
    "line",
    [
        "import pickle", "from joblib import load", "eval(x)", "exec(x)", "torch.load(f)", "yaml.load(f)",
        "f(trust_remote_code=True)", "subprocess.run(x, shell=True)", "np.load(f, allow_pickle=True)",
        "z.extractall(d)",
        "__import__(x)", "os.system(x)", "f(trust_remote_code=given)",
    ],
)  # fmt: skip
def test_the_scan_sees(line: str) -> None:
    assert list(_wrong(ast.parse(line)))


@pytest.mark.parametrize("line", ["m.eval()", "yaml.safe_load(f)", "f(trust_remote_code=False)", "re.compile(x)"])
def test_the_scan_passes_over(line: str) -> None:
    assert list(_wrong(ast.parse(line))) == []


# `Extractor.extract(article, sentences)` is ours: it takes claims out of a text and no files out of an archive.
OUR_EXTRACT = {"claims/extract.py", "engine.py", "match/pairs.py", "match/revisions.py", "pipeline.py"}


def test_no_module_runs_code_from_data_or_takes_files_out_of_archives() -> None:
    found = {}
    for path in SOURCES:
        name = path.relative_to(ROOT / "reconcile").as_posix()
        wrong = [
            w for w in _wrong(ast.parse(path.read_text("utf-8"))) if not (name in OUR_EXTRACT and w.endswith("extract"))
        ]
        if wrong:
            found[name] = wrong
    assert found == {}


# -- models ------------------------------------------------------------------------------------------------------------


class Harmful:
    """What a hostile pickle does when it is read."""

    def __reduce__(self) -> Any:
        return os.mkdir, ("harmed",)


def _pickled(folder: Path, name: str) -> Path:
    import pickle

    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(pickle.dumps(Harmful()))
    return folder


def _configured(folder: Path, *modules: tuple[str, str]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.json").write_text('{"model_type": "bert", "architectures": ["BertModel"]}', "utf-8")
    if modules:
        listed = [{"idx": n, "name": str(n), "path": path, "type": kind} for n, (kind, path) in enumerate(modules)]
        (folder / "modules.json").write_text(json.dumps(listed), "utf-8")
    return folder


ENCODER = ("sentence_transformers.models.Transformer", "")
DENSE = ("sentence_transformers.models.Dense", "2_Dense")
HOSTILE: dict[str, Any] = {
    "pytorch_model.bin": lambda f: _pickled(_configured(f), "pytorch_model.bin"),
    "model.pt": lambda f: _pickled(_configured(f), "model.pt"),
    "tf_model.h5": lambda f: _pickled(_configured(f), "tf_model.h5"),
    "weights of a later module": lambda f: _pickled(_configured(f, ENCODER, DENSE), "2_Dense/pytorch_model.bin"),
    "module of its own": lambda f: _configured(f, ENCODER, ("modeling_own.Own", "1_Own")),
    "module of another library": lambda f: _configured(f, ENCODER, ("antigravity.fly", "")),
    "module outside": lambda f: _configured(f, ENCODER, ("sentence_transformers.models.Dense", "../../elsewhere")),
    "list that is none": lambda f: (_configured(f), (f / "modules.json").write_text("{}["))[0],
}


@pytest.mark.parametrize("option", ["embedding model", "judge"])
@pytest.mark.parametrize("name", HOSTILE)
def test_model_that_may_carry_code_is_refused_and_not_read(tmp_path: Path, name: str, option: str) -> None:
    folder = HOSTILE[name](tmp_path / "model")
    with pytest.raises(ModelError) as caught:
        (embed.SentenceTransformerEmbedder if option == "embedding model" else crossencoder.load)(str(folder))
    message = str(caught.value)
    assert "\n" not in message
    assert str(folder) in message
    assert any(words in message for words in ("safetensors", "code of its own", "outside its folder", "cannot be read"))
    assert not Path("harmed").exists()


def test_safetensors_beside_a_pickle_are_what_is_read(tmp_path: Path) -> None:
    folder = _configured(tmp_path / "model", ENCODER, DENSE)
    for place in ("", "2_Dense/"):
        _pickled(folder, f"{place}pytorch_model.bin")
        (folder / f"{place}model.safetensors").touch()
    _pickled(folder, "openvino/openvino_model.bin")  # of another program: nothing of ours looks there
    hub.require_safe(str(folder))
    assert not Path("harmed").exists()


def test_of_a_hub_model_only_harmless_files_are_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import huggingface_hub

    asked: list[Any] = []

    def fetch(name: str, allow_patterns: list[str]) -> str:
        asked.append((name, allow_patterns))
        return str(_pickled(_configured(tmp_path / "snapshot"), "pytorch_model.bin"))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", fetch)
    with pytest.raises(ModelError, match=r"pytorch_model.bin may carry code"):
        crossencoder.load("someone/judge")
    assert asked == [("someone/judge", ["*.json", "*.safetensors", "*.txt", "*.model"])]


@pytest.mark.parametrize("option", ["--judge", "--model"])
def test_command_refuses_it_in_one_line(tmp_path: Path, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    folder = _pickled(_configured(tmp_path / "model"), "pytorch_model.bin")
    pairs = tmp_path / "pairs.jsonl"
    pairs.write_text('{"id": "1", "a": "Rain fell.", "b": "It was dry."}\n', "utf-8")
    assert main(["judge", str(pairs), option, str(folder)]) == 2
    assert re.fullmatch(r"error: model .*pytorch_model\.bin may carry code.*\n", capsys.readouterr().err)


# -- secrets -----------------------------------------------------------------------------------------------------------

SECRET = "hunter2"
WITH_SECRETS = [
    f"https://ann:{SECRET}@press.example/a",
    f"https://press.example/a?id=7&access_token={SECRET}",
    f"https://press.example/a?X-Amz-Signature={SECRET}&X-Amz-Credential={SECRET}",
    f"https://press.example/a?session_id={SECRET}&password={SECRET}&sig={SECRET}",
    f"https://press.example/a#id_token={SECRET}",
    f"ftp://ann:{SECRET}@press.example/a",
    f"ann:{SECRET}@press.example",
]


@pytest.mark.parametrize("url", WITH_SECRETS)
def test_secrets_of_an_address_are_neither_stored_nor_named(tmp_path: Path, url: str) -> None:
    files = {
        "a.jsonl": json.dumps({"id": "a", "url": url, "text": BODY}),
        "b.json": json.dumps([{"id": "b", "url": url, "text": BODY}]),
        "c.csv": f'id,url,text\nc,"{url}","{BODY}"\n',
        "d.md": f"---\nid: d\nurl: '{url}'\n---\n{BODY}\n",
    }
    for name, text in files.items():
        (tmp_path / name).write_text(text, "utf-8")
    articles, problems = read([str(tmp_path / name) for name in files])
    assert len(articles) == 4
    assert SECRET not in repr([replace(article, raw="") for article in articles])  # the page itself stays as it was
    assert SECRET not in repr(problems)
    assert {a.url for a in articles} <= {"", "https://press.example/a", "https://press.example/a?id=7"}


def test_an_address_without_secrets_is_stored_as_it_is(tmp_path: Path) -> None:
    url = "https://Press.example/a/?tag=b&id=3&tag=%C3%A9#part-2"
    (tmp_path / "a.jsonl").write_text(json.dumps({"url": url, "text": BODY}), "utf-8")
    ((article,), _) = read([str(tmp_path / "a.jsonl")])
    assert article.url == url


def test_secrets_of_an_argument_are_neither_printed_nor_stored(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    urls = [
        f"https://ann:{SECRET}@press.invalid/a",
        f"https://press.invalid/a?token={SECRET}",
        f"ftp://ann:{SECRET}@x.invalid",
    ]
    db = tmp_path / "x.db"
    assert main(["run", *urls, "--db", str(db), "--verbose"]) == 2
    out, err = capsys.readouterr()
    assert "press.invalid" in err
    assert SECRET not in out + err
    assert SECRET.encode() not in b"".join(path.read_bytes() for path in tmp_path.glob("x.db*"))


# -- files -------------------------------------------------------------------------------------------------------------

UPWARD = ("../outside.txt", "/tmp/reconcile-outside.txt", "..\\outside.txt", "a/../../outside.txt")
WORD = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r><w:t>{}</w:t></w:r></w:p></w:body></w:document>'


def _docx() -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w") as package:
        package.writestr("word/document.xml", WORD.format(BODY))
        for name in UPWARD:
            package.writestr(name, "harm")
    return held.getvalue()


def _tar() -> bytes:
    held = io.BytesIO()
    with tarfile.open(fileobj=held, mode="w:gz") as package:
        for name in UPWARD:
            package.addfile(tarfile.TarInfo(name))
    return held.getvalue()


def _warc() -> bytes:
    from warcio.statusandheaders import StatusAndHeaders
    from warcio.warcwriter import WARCWriter

    held = io.BytesIO()
    writer = WARCWriter(held, gzip=True)
    for name in UPWARD:
        headers = StatusAndHeaders(
            "200 OK", [("Content-Type", "text/plain"), ("Content-Disposition", name)], protocol="HTTP/1.0"
        )
        record = writer.create_warc_record(
            f"file:///{name}", "response", payload=io.BytesIO(BODY.encode()), http_headers=headers
        )
        writer.write_record(record)
    return held.getvalue()


def _below(folder: Path) -> set[str]:
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}


@pytest.mark.parametrize("make", [_docx, _tar, _warc], ids=["docx", "tar.gz", "warc"])
def test_archives_write_no_file(tmp_path: Path, make: Any) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    path = inside / f"a.{'docx' if make is _docx else 'tar.gz' if make is _tar else 'warc.gz'}"
    path.write_bytes(make())
    before = _below(tmp_path)
    read([str(path)])
    assert _below(tmp_path) == before
    assert not Path("/tmp/reconcile-outside.txt").exists()


@pytest.mark.parametrize("article_id", ["../../x", "/etc/passwd", "a\\..\\b", "..", "con", "a/../../b.db", "%2e%2e%2f"])
def test_ids_are_names_and_never_paths(tmp_path: Path, article_id: str) -> None:
    source = tmp_path / "a.jsonl"
    source.write_text(json.dumps({"id": article_id, "source": article_id, "title": article_id, "text": BODY}), "utf-8")
    before = _below(tmp_path.parent)
    ((article,), _) = read([str(source)])
    assert article.article_id == article_id
    db = tmp_path / "x.db"
    with Store(db) as store:
        store.publish(b.publication(articles=(article,), sources=(), sentences=(), claims=(), stories=(), origins=(),
                                    clusters=(), findings=(), profiles=(), near=(), keys=()))  # fmt: skip
    assert _below(tmp_path.parent) - before == {f"{tmp_path.name}/x.db"}


def test_report_goes_where_it_is_told_and_nowhere_else(tmp_path: Path) -> None:
    db = tmp_path / "x.db"
    with Store(db) as store:
        store.publish(b.publication())
    before = _below(tmp_path)
    assert main(["report", "html", "--db", str(db), "--output", str(tmp_path / "out.html")]) == 0
    assert _below(tmp_path) - before == {"out.html"}
    assert main(["report", "html", "--db", str(db), "--output", str(tmp_path / "none" / "out.html")]) == 2
    text = (tmp_path / "out.html").read_text("utf-8")
    assert "Content-Security-Policy" in text
    assert "<script" not in text


# -- SQL ---------------------------------------------------------------------------------------------------------------

# Where statements are put together at all. What goes into them are our own names of tables and columns, or constants;
# `read/facts.py` quotes the name of a table that a user gives.
BUILT = {
    "publish/decisions.py", "publish/desk/counts.py", "publish/desk/filters.py", "publish/desk/groups.py",
    "publish/desk/queries.py", "publish/desk/stories.py", "publish/exports.py",
    "publish/nearness.py", "publish/read.py", "publish/schema.py", "publish/views.py",
    "publish/writing.py", "read/facts.py", "publish/retractions.py",
}  # fmt: skip
STATEMENT = re.compile(r"(?i)\b(?:select\s.+\sfrom|insert\s+into|delete\s+from|update\s+\S+\s+set|pragma)\b", re.DOTALL)


def _builds_sql(path: Path) -> bool:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.JoinedStr):
            fixed = " x ".join(part.value for part in node.values if isinstance(part, ast.Constant))
            if STATEMENT.search(fixed) and fixed.lstrip()[:1].isupper() and fixed.split()[0].isupper():
                return True
    return False


def test_statements_are_put_together_only_where_that_was_looked_at() -> None:
    found = {p.relative_to(ROOT / "reconcile").as_posix() for p in SOURCES if _builds_sql(p)}
    assert found <= BUILT
    assert len(found) >= 5


HOSTILE_TEXT = "x'; DROP TABLE decisions; --"


@pytest.mark.parametrize(
    "arguments",
    [["claims", "--article"], ["revisions", "--article"], ["explain"]],
    ids=lambda a: a[0],
)
def test_words_given_are_never_sql(tmp_path: Path, arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    db = tmp_path / "x.db"
    with Store(db) as store:
        store.publish(b.publication())
    assert main([*arguments, HOSTILE_TEXT, "--db", str(db)]) in (0, 2)
    assert "syntax" not in capsys.readouterr().err
    conn = sqlite3.connect(db)
    assert conn.execute("SELECT count(*) FROM decisions").fetchone() == (0,)
    conn.close()
