"""Which files changed in git, and what stood in them before. Git is only asked, never told to change anything.

What counts is the working tree against the point where the current branch left the given revision, so that a pull
request answers for its own changes and not for those that its base has made since.
"""

from __future__ import annotations

import glob
import os
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from reconcile.errors import InputError
from reconcile.read.identity import shown_url
from reconcile.read.ingest import URL, may_be_article

TIMEOUT = 120
# A repository's own settings must not make git run programs while it is read.
_SAFE = ("-c", "core.fsmonitor=false", "-c", "core.hooksPath=" + os.devnull, "--literal-pathspecs")


@dataclass(frozen=True, slots=True)
class Changed:
    """A file that was changed or added: ``path`` as it is now, ``before`` where it stood at ``base`` ("": nowhere)."""

    path: str
    before: str
    base: str
    top: str


def changed_files(revision: str, paths: Sequence[str]) -> tuple[Changed, ...]:
    """Return the files under ``paths`` (files, folders, globs; none: this folder) that changed since ``revision``.

    Files that git does not know yet count, ignored ones do not; of a renamed file the new name is returned, a deleted
    one is left out. Inside folders only files of forms that hold articles are returned. Paths that do not exist are
    returned as they are, for the reader to report.

    :raises InputError: outside a repository, for an unknown revision or a path outside the repository, without git.
    """
    where = f"--changed-since {revision}"
    if not revision or revision.startswith("-"):
        raise InputError(f"{where}: not the name of a revision")
    top = _git(["rev-parse", "--show-toplevel"], ".", f"{where}: not inside a git repository").rstrip("\n")
    commit = ["rev-parse", "--verify", "--quiet", "--end-of-options", revision + "^{commit}"]
    advice = "git knows no such revision; fetch it, or fetch the whole history (actions/checkout: fetch-depth: 0)"
    tip = _git(commit, top, f"{where}: {advice}").strip()
    base = _merge_base(tip, top)
    missing, wanted = _expanded(paths or (".",), top, where)
    found = sorted(_listed(base, top), key=lambda row: row.path)
    kept = [row for row in found if _is_wanted(Path(os.path.realpath(row.path)), wanted)]
    return (*kept, *(Changed(path, "", base, top) for path in missing))


def before(changed: Sequence[Changed], folder: Path) -> tuple[str, ...]:
    """Write what stood in the files before below ``folder``, each under its own name; return the paths."""
    written = []
    for number, row in enumerate(changed):
        if not row.before:
            continue
        place = folder / str(number)
        place.mkdir()
        file = place / os.path.basename(row.before)
        named = f"{row.base}:{row.before}"
        file.write_bytes(_ask(["cat-file", "blob", named], row.top, f"{row.before}: git cannot show it at {row.base}"))
        written.append(str(file))
    return tuple(written)


def _merge_base(tip: str, top: str) -> str:
    """Return where HEAD and ``tip`` parted; ``tip`` itself where history is cut off or they share none."""
    try:
        return _git(["merge-base", tip, "HEAD"], top, "").strip() or tip
    except InputError:
        return tip


def _listed(base: str, top: str) -> Iterator[Changed]:
    options = ["--name-status", "-z", "--find-renames", "--diff-filter=d", "--no-ext-diff", "--no-textconv"]
    fields = iter(_git(["diff", *options, base, "--"], top, f"the changes since {base} cannot be listed").split("\0"))
    names: dict[str, str] = {}
    for status in fields:
        if status:
            old = next(fields)
            names[next(fields) if status[0] in "RC" else old] = "" if status[0] == "A" else old
    untracked = _git(["ls-files", "--others", "--exclude-standard", "-z"], top, "the new files cannot be listed")
    names.update((name, "") for name in untracked.split("\0") if name)
    for name, old in names.items():
        file = os.path.join(top, name)
        if os.path.isfile(file):
            yield Changed(_shown(file), old, base, top)


def _shown(file: str) -> str:
    """Return a path as a person would type it here; a file called ``-`` is not standard input."""
    here = os.path.relpath(file, os.path.realpath("."))
    return os.path.join(".", here) if here == "-" else here


def _expanded(paths: Sequence[str], top: str, where: str) -> tuple[list[str], list[Path]]:
    """Return the paths that are not there, and the real paths of the others."""
    missing: list[str] = []
    wanted: list[Path] = []
    for given in paths:
        if given == "-" or URL.match(given):
            raise InputError(f"{where}: git cannot say whether {shown_url(given)} changed; name files or folders")
        matches = [given] if os.path.lexists(given) else sorted(glob.glob(given, recursive=True))
        missing += [] if matches else [given]
        wanted += [Path(os.path.realpath(match)) for match in matches]
    outside = [path for path in wanted if not path.is_relative_to(os.path.realpath(top))]
    if outside:
        raise InputError(f"{where}: {outside[0]} is outside the repository {top}")
    return missing, wanted


def _is_wanted(file: Path, wanted: Sequence[Path]) -> bool:
    return any(file == path or (file.is_relative_to(path) and _is_article(file.relative_to(path))) for path in wanted)


def _is_article(inside: Path) -> bool:
    """Tell whether reading the folder would read the file: in no hidden folder, and what may be an article."""
    return not any(part.startswith(".") for part in inside.parts) and may_be_article(inside.name)


def _git(arguments: Sequence[str], folder: str, failure: str) -> str:
    return os.fsdecode(_ask(arguments, folder, failure))


def _ask(arguments: Sequence[str], folder: str, failure: str) -> bytes:
    """Return what git prints. Raises InputError: ``failure`` and git's own first line."""
    program = shutil.which("git")
    if program is None:
        raise InputError("--changed-since needs git, which is not installed")
    environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}
    try:
        done = subprocess.run(  # noqa: S603 (no shell; what a user gives stands behind --end-of-options or is a hash)
            [program, *_SAFE, *arguments],
            cwd=folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, check=False, timeout=TIMEOUT,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise InputError(f"git {arguments[0]} did not end within {TIMEOUT} s") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().split("\n")[0]
        raise InputError(f"{failure} ({said})" if said else failure)
    return done.stdout
