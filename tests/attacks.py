"""Texts that make a regular expression work hardest, made from its own parse tree; and a bound on what it may take."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from re import _constants as op  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from types import FrameType
from typing import Any

import reconcile

PACKAGE = Path(reconcile.__file__).parent
LONG = 100_000
SECONDS = 1.0
ANCHORED = {"match", "fullmatch"}
COMMON = ("a", "A ", "1", "1.", "1,", " ", "\n", "\t ", "-", "'", '"', "(", "<", "&", "a.", "Aa-", "a b ", "[](", "**")
SAMPLES = {op.CATEGORY_DIGIT: "1", op.CATEGORY_SPACE: " ", op.CATEGORY_WORD: "a"}


@dataclass(frozen=True)
class Found:
    """A regular expression of the package: where it is made, and whether it is only tried at the start of a text."""

    pattern: str
    flags: int
    where: str
    anchored: bool = False


class Recorder:
    """Notes every expression that code of the package compiles, from its import on."""

    def __init__(self) -> None:
        self.found: dict[tuple[str, int], str] = {}
        self._compile = re._compile  # type: ignore[attr-defined]

    def __enter__(self) -> Recorder:
        re._compile = self._noted  # type: ignore[attr-defined]
        return self

    def __exit__(self, *error: object) -> None:
        re._compile = self._compile  # type: ignore[attr-defined]

    def _noted(self, pattern: Any, flags: int) -> Any:
        frame: FrameType | None = sys._getframe(1)
        while frame and frame.f_code.co_filename == re.__file__:
            frame = frame.f_back
        if frame and isinstance(pattern, str | bytes) and Path(frame.f_code.co_filename).is_relative_to(PACKAGE):
            text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
            self.found.setdefault((text, int(flags)), f"{Path(frame.f_code.co_filename).name}:{frame.f_lineno}")
        return self._compile(pattern, flags)


def modules() -> Iterator[str]:
    """Import every module of the package and yield their names."""
    for module in pkgutil.walk_packages([str(PACKAGE)], "reconcile."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
            yield module.name


def written() -> Iterator[Found]:
    """Yield the expressions written as constants in the source, with the names that hold them."""
    uses: dict[str, set[str]] = {}
    made: list[tuple[str, int, str, str]] = []
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        names = {id(n.value): n.targets[0].id for n in ast.walk(tree)
                 if isinstance(n, ast.Assign) and isinstance(n.targets[0], ast.Name)}  # fmt: skip
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute):
                uses.setdefault(ast.unparse(node.value).rpartition(".")[2], set()).add(node.attr)
            if isinstance(node, ast.Call) and ast.unparse(node.func).startswith("re.") and node.args:
                constant = node.args[0]
                if isinstance(constant, ast.Constant) and isinstance(constant.value, str | bytes):
                    method = ast.unparse(node.func).removeprefix("re.")
                    text = constant.value if isinstance(constant.value, str) else constant.value.decode("latin-1")
                    name = names.get(id(node), "") if method == "compile" else f"re.{method}"
                    made.append((text, _flags(node), f"{path.name}:{node.lineno}", name))
    for text, flags, where, name in made:
        methods = {name[3:]} if name.startswith("re.") else uses.get(name, set())
        yield Found(text, flags, where, bool(methods) and methods <= {*ANCHORED, "pattern", "flags"})


def _flags(call: ast.Call) -> int:
    shown = " ".join(map(ast.unparse, [*call.args[1:], *(k.value for k in call.keywords)]))
    return sum(int(getattr(re, name)) for name in set(re.findall(r"\bre\.([A-Z]+)", shown)))


def attacks(pattern: str, flags: int) -> Iterator[str]:
    """Yield long texts that almost match: what each repeat of the pattern repeats, many times, and then no end."""
    pumps = dict.fromkeys(chain(islice(_pumps(parser.parse(pattern, flags), ""), 60), (("", c) for c in COMMON)))
    for before, pump in pumps:
        if pump:
            yield before + pump * ((LONG - len(before)) // len(pump)) + "\x01!"


def _pumps(items: Any, before: str) -> Iterator[tuple[str, str]]:
    """Yield what stands before each repeat, and what it repeats."""
    for code, value in items:
        for inner in _inner(code, value):
            yield from _pumps(inner, before)
        if code in (op.MAX_REPEAT, op.MIN_REPEAT) and value[1] > 3:
            texts = list(islice(_samples(value[2]), 3))
            for text in texts:
                yield before, text
                yield "", before + text
            yield before, "".join(texts)
        before += next(_samples([(code, value)]), "")


def _inner(code: Any, value: Any) -> Iterator[Any]:
    if code in (op.MAX_REPEAT, op.MIN_REPEAT):
        yield value[2]
    elif code is op.SUBPATTERN:
        yield value[3]
    elif code is op.BRANCH:
        yield from value[1]
    elif code in (op.ASSERT, op.ASSERT_NOT):
        yield value[1]


def _samples(items: Any) -> Iterator[str]:
    """Yield a few texts that the items match, the shortest kind of each first."""
    made = [""]
    for item in items:
        made = [a + b for b in islice(_of_one(*item), 3) for a in made][:6]
    yield from made


def _of_one(code: Any, value: Any) -> Iterator[str]:
    if code is op.LITERAL:
        yield chr(value)
    elif code is op.IN:
        yield from _of_set(value)
    elif code is op.BRANCH:
        for branch in value[1]:
            yield from islice(_samples(branch), 1)
    elif code is op.SUBPATTERN:
        yield from _samples(value[3])
    elif code in (op.MAX_REPEAT, op.MIN_REPEAT):
        for text in _samples(value[2]):
            yield text * max(1, value[0])
    else:
        yield "" if code in (op.AT, op.ASSERT, op.ASSERT_NOT, op.GROUPREF) else "a"


def _of_set(members: Any) -> Iterator[str]:
    if members[0][0] is op.NEGATE:
        taken = {chr(v) for c, v in members[1:] if c is op.LITERAL}
        yield from (c for c in "a 1.-" if c not in taken)
        return
    for code, value in members:
        if code is op.LITERAL:
            yield chr(value)
        elif code is op.RANGE:
            yield chr(value[0])
        else:
            yield SAMPLES.get(value, "!")


class TooLong(Exception):
    """An expression took more than its time."""


def slowest(found: Found) -> str:
    """Return the text (shortened) on which the expression takes more than its second of this process, "" if none."""
    compiled = re.compile(found.pattern, found.flags & ~int(re.DEBUG))
    tried = compiled.match if found.anchored else compiled.search
    for text in attacks(found.pattern, found.flags):
        signal.setitimer(signal.ITIMER_VIRTUAL, SECONDS)
        try:
            tried(text)
        except TooLong:
            return f"{text[:40]!r}..."
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    return ""


def stop(*_: object) -> None:
    """Handle the signal of the clock."""
    raise TooLong


def used() -> Iterator[Found]:
    """Import every module and extract claims in every language; yield what was compiled for that."""
    with Recorder() as recorder:
        list(modules())
        from reconcile.claims.extract import SlotExtractor
        from tests.corpus import article_of
        from tests.fuzz.target import LANGUAGES, TEXTS

        for lang, text in zip(LANGUAGES, TEXTS, strict=True):
            SlotExtractor().extract(*article_of("a", [text], lang=lang))
    yield from (Found(pattern, flags, where) for (pattern, flags), where in sorted(recorder.found.items()))


def main() -> None:
    """Print how many expressions were tried, and those that are slow."""
    signal.signal(signal.SIGVTALRM, stop)
    constants = list(written())
    known = {found.pattern for found in constants}
    every = [*constants, *(found for found in used() if found.pattern not in known)]
    sys.stdout.write(f"{len(every)}\n")
    for found in every:
        if text := slowest(found):
            sys.stdout.write(f"{found.where}: {found.pattern[:200]} on {text}\n")


if __name__ == "__main__":
    main()
