"""Which files stay behind: the user's ignore files, git's rules, and what is never code.

`.mlwsignore` counts where the folder has one, else `.amlignore`, else `.gitignore`. The first and
the last as git reads them: in every folder, and for `.gitignore` in the folders above too, up to
the root of the work tree. `.amlignore` as Azure reads it: the root's only, last match wins, and
``!`` reaches into folders that are ignored. Always left: `.git`, `.mlws`, virtual environments,
files that look like secrets.
"""

import os
from enum import IntEnum
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_mlws.errors import Invalid
from jupyter_mlws.snapshot.inside import FILE
from jupyter_mlws.snapshot.patterns import patterns, said
from jupyter_mlws.snapshot.secrets import looks_secret

if TYPE_CHECKING:
    import pathspec

VERSION = b"2"  # grows when the rules below change: cached decisions are void then
NEVER = frozenset({".git", ".mlws"})
BASE = (b"__pycache__/", b"*.py[cod]", b".ipynb_checkpoints/", b".DS_Store")
DEFAULTS = (
    *(b".svn/", b".hg/", b".tox/", b".nox/", b".mypy_cache/", b".ruff_cache/", b".pytest_cache/"),
    *(b"node_modules/", b"*.egg-info/", b".eggs/", b".cache/", b".dvc/cache/", b".dvc/tmp/"),
    *(b"mlruns/", b"mlartifacts/", b"wandb/", b"lightning_logs/", b".azureml/", b"azureml-logs/"),
    *(b".idea/", b".vscode/", b"Thumbs.db", b"*.swp", b"*~"),
)
FILES = (".mlwsignore", ".amlignore", ".gitignore")


Level = tuple[str, tuple[bytes, ...]]  # prefix of the paths, lines of the ignore file


class Verdict(IntEnum):
    KEPT = 0
    IGNORED = 1
    SECRET = 2


class Rules:
    """What is ignored in one folder and below.

    Attributes
    ----------
    source
        The name of the ignore files that count; None: defaults.
    key
        Digest of everything that decides here. Equal keys mean equal decisions.
    """

    def __init__(self, source: str | None, levels: tuple[Level, ...], key: bytes) -> None:
        self.source = source
        self.key = key
        self._levels = levels  # from the root down
        self._azure = source == ".amlignore"
        self._reaches = self._azure and any(
            line.startswith(b"!") for _, lines in levels for line in lines
        )

    @classmethod
    def of(cls, root: Path) -> "Rules":
        """The rules at the root of a folder that is to be taken."""
        handle = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            here = [name for name in FILES if read_rules(handle, name) is not None]
            text = read_rules(handle, ".amlignore") if here[:1] == [".amlignore"] else None
        finally:
            os.close(handle)
        above = _above(root) if not here or here[0] == ".gitignore" else []
        if any(_takes_out(text, way) for way, text in above):
            above = []  # who takes an ignored folder means what is in it
        source = here[0] if here else ".gitignore" if above else None
        base = BASE if source else BASE + DEFAULTS
        key = sha256(VERSION + repr((source, base)).encode()).digest()
        rules = cls(source, (("", base),), key)
        if text is not None:
            return rules._with("", text, b"")
        for depth, (outer, text) in enumerate(above):
            rules = rules._with(outer, text, b"%d" % depth)
        return rules

    def enter(self, path: str, text: bytes) -> "Rules":
        """The rules in a folder that has an ignore file of its own.

        Parameters
        ----------
        path
            Of the folder, relative to the root; "" for the root itself.
        text
            What the ignore file says.
        """
        return self._with(path + "/" if path else "", text, b"")

    @property
    def nested(self) -> str | None:
        """The name of ignore files to look for in each folder."""
        return None if self.source == ".amlignore" else self.source

    def verdict(self, path: str, is_folder: bool) -> Verdict:
        """What becomes of a path, given that its folder is kept."""
        if path.rpartition("/")[2] in NEVER:
            return Verdict.IGNORED
        ignored = self._ignored(path, is_folder)
        if ignored and not (is_folder and self._reaches):
            return Verdict.IGNORED
        told = ignored is False and self.source == ".mlwsignore"
        if looks_secret(path, is_folder) and not told:
            return Verdict.SECRET
        return Verdict.KEPT

    def _ignored(self, path: str, is_folder: bool) -> bool | None:
        """By the deepest ignore file that says anything, there by the last pattern that does."""
        for prefix, lines in reversed(self._levels):
            inner = prefix[1:] + path if prefix.startswith("/") else path[len(prefix) :]
            if self._azure:
                verdict = _azure(lines).check_file(inner + "/" if is_folder else inner).include
            else:
                verdict = said(patterns(lines), os.fsencode(inner), is_folder)
            if verdict is not None:
                return verdict
        return None

    def _with(self, prefix: str, text: bytes, salt: bytes) -> "Rules":
        key = sha256(b"\0".join([self.key, salt, os.fsencode(prefix), text])).digest()
        return Rules(self.source, (*self._levels, (prefix, _lines(text))), key)


def read_rules(folder: int, name: str) -> bytes | None:
    """An ignore file's text, or None. A link is none: git does not follow it either."""
    try:
        handle = os.open(name, FILE, dir_fd=folder)
    except OSError:
        return None
    with os.fdopen(handle, "rb") as file:
        try:
            return file.read(1 << 20)
        except IsADirectoryError:
            return None


def _above(root: Path) -> list[tuple[str, bytes]]:
    """The `.gitignore` of the folders above, up to the root of the work tree, outermost first.

    With each comes "/" and the way from its folder down to `root`, ending in "/".
    """
    found: list[tuple[str, bytes]] = []
    folder, below = root.resolve(), "/"
    while not (folder / ".git").exists():
        below = f"/{folder.name}{below}"
        if folder.parent == folder:
            return []
        folder = folder.parent
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            if (text := read_rules(handle, ".gitignore")) is not None:
                found.append((below, text))
        finally:
            os.close(handle)
    return found[::-1]


def _takes_out(text: bytes, way: str) -> bool:
    """Does an ignore file above take out the root itself, which lies at "/" + its way + "/"?"""
    parts = os.fsencode(way).strip(b"/").split(b"/")
    told = patterns(_lines(text))
    return any(said(told, b"/".join(parts[:n]), True) for n in range(1, len(parts) + 1))


def _lines(text: bytes) -> tuple[bytes, ...]:
    lines = text.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    return tuple(line.removesuffix(b"\r") for line in lines)


@lru_cache(maxsize=16)
def _azure(lines: tuple[bytes, ...]) -> "pathspec.PathSpec[Any]":
    from pathspec import PathSpec  # noqa: PLC0415 - 12 ms, for those who come from Azure

    words = [line.decode(errors="surrogateescape").rstrip() for line in lines]
    sound = [line for line in words if line.strip("!/")]
    try:
        return PathSpec.from_lines("gitignore", sound)
    except LookupError:  # before pathspec 1.0
        return PathSpec.from_lines("gitwildmatch", sound)
    except ValueError as error:
        raise Invalid(f".amlignore has a line that cannot be read: {error}.") from None
