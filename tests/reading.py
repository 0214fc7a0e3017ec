"""What the code asks of the language files, found in its source: names of tables and keys."""

from __future__ import annotations

import ast
import re
from functools import lru_cache
from pathlib import Path

import reconcile

SOURCE = Path(reconcile.__file__).parent


@lru_cache(maxsize=1)
def _nodes() -> tuple[ast.AST, ...]:
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(SOURCE.rglob("*.py"))]
    return tuple(node for tree in trees for node in ast.walk(tree))


@lru_cache(maxsize=1)
def words() -> frozenset[str]:
    """Return all words that stand in string constants of the package, docstrings apart."""
    owners = (ast.Module, ast.FunctionDef, ast.ClassDef)
    first = [node.body[0] for node in _nodes() if isinstance(node, owners) and node.body]
    notes = {id(statement.value) for statement in first if isinstance(statement, ast.Expr)}
    texts = [
        n.value for n in _nodes() if isinstance(n, ast.Constant) and isinstance(n.value, str) and id(n) not in notes
    ]
    return frozenset(word for text in texts for word in re.findall(r"[\w?]+", text))


def is_read(key: str) -> bool:
    """Return whether a key stands in the source, whole ("age_before") or in two parts (f"age_{unit}")."""
    cuts = [cut for match in re.finditer("_", key) for cut in match.span()]
    whole = all(word in words() for word in key.split())
    return whole or any(key[:cut] in words() and key[cut:] in words() for cut in cuts)


def asked() -> frozenset[tuple[str, str]]:
    """Return (table, key) of every call ``word_set(lang, "table", "key")`` and ``lexicon(lang, "table", ("key",))``."""
    found = set()
    for node in _nodes():
        if not isinstance(node, ast.Call) or len(node.args) != 3 or not isinstance(node.func, ast.Name):
            continue
        table, key = node.args[1:]
        keys = key.elts if isinstance(key, ast.Tuple) else [key]
        if node.func.id in ("word_set", "lexicon") and isinstance(table, ast.Constant):
            found |= {(str(table.value), str(one.value)) for one in keys if isinstance(one, ast.Constant)}
    return frozenset(found)
