"""The lines of a `.gitignore`, as git matches them: a path itself, byte by byte, last line wins.

(pathspec lets a line match all that lies below a folder, too; then ``!keep`` brings back what
another line has taken out of `keep`. Git does not, for it never enters what is ignored.)
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

CLASSES = {
    b"alnum": b"0-9A-Za-z",
    b"alpha": b"A-Za-z",
    b"blank": b" \\t",
    b"cntrl": b"\\x00-\\x1f\\x7f",
    b"digit": b"0-9",
    b"graph": b"!-~",
    b"lower": b"a-z",
    b"print": b" -~",
    b"punct": b"!-/:-@\\[-`{-~",
    b"space": b"\\s",
    b"upper": b"A-Z",
    b"xdigit": b"0-9A-Fa-f",
}
_TOKEN = re.compile(
    rb"(?P<many>(?:(?<=/)|^)\*{2,}/)|(?P<rest>(?:(?<=/)|^)\*{2,}$)|(?P<star>\*+)|(?P<one>\?)"
    rb"|(?P<set>\[[!^]?\]?(?:\[:\w+:\]|\\.|[^\]\\])*\])|\\(?P<escaped>.)|(?P<plain>[^\\\[])",
    re.DOTALL,
)
_MEMBER = re.compile(rb"\[:(?P<named>\w+):\]|\\(?P<escaped>.)|(?P<dash>-)|(?P<plain>.)", re.DOTALL)


class Pattern(NamedTuple):
    regex: "re.Pattern[bytes]"
    ignores: bool  # False: it began with "!"
    folders_only: bool
    whole: bool  # of the path below the ignore file's folder; else of its last name


@lru_cache(maxsize=256)
def patterns(lines: tuple[bytes, ...]) -> tuple[Pattern, ...]:
    """What the lines mean, the last first. Those that git cannot read are passed over."""
    return tuple(found for line in reversed(lines) if (found := _pattern(line)) is not None)


def said(told: Iterable[Pattern], path: bytes, is_folder: bool) -> bool | None:
    """Is `path` ignored by patterns of one file? None where it says nothing of it."""
    name = path.rpartition(b"/")[2]
    for pattern in told:
        if pattern.folders_only and not is_folder:
            continue
        if pattern.regex.fullmatch(path if pattern.whole else name):
            return pattern.ignores
    return None


def _pattern(line: bytes) -> Pattern | None:
    text = re.sub(rb"(?<!\\) +$", b"", line)
    if text.startswith(b"#"):
        return None
    ignores = not text.startswith(b"!")
    text = text.removeprefix(b"!")
    folders_only = text.endswith(b"/")
    text = text.removesuffix(b"/")
    if not text:
        return None
    whole = b"/" in text
    regex = _regex(text.removeprefix(b"/"))
    return None if regex is None else Pattern(regex, ignores, folders_only, whole)


def _regex(glob: bytes) -> "re.Pattern[bytes] | None":
    out, at = [], 0
    while at < len(glob):
        token = _TOKEN.match(glob, at)
        if token is None:  # a bracket that is not closed, a backslash at the end
            return None
        kind, text = token.lastgroup, token.group()
        if kind == "many":
            out.append(b"(?:.*/)?")
        elif kind == "rest":
            out.append(b".*")
        elif kind == "star":
            out.append(b"[^/]*")
        elif kind == "one":
            out.append(b"[^/]")
        elif kind == "set":
            out.append(_set(text[1:-1]))
        else:
            out.append(re.escape(token.group(kind or 0)))
        at = token.end()
    try:
        return re.compile(b"".join(out), re.DOTALL)
    except re.error:
        return None


def _set(members: bytes) -> bytes:
    """A bracket expression; "/" is never in it."""
    inverted = members[:1] in (b"!", b"^")
    out = []
    for member in _MEMBER.finditer(members[1:] if inverted else members):
        if member["named"] is not None:
            out.append(CLASSES.get(member["named"], b""))
        else:
            out.append(member["dash"] or re.escape(member["escaped"] or member["plain"]))
    return b"(?!/)[" + (b"^" if inverted else b"") + b"".join(out) + b"]"
