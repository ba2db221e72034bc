"""What may follow in a line of ours: options, and the workspace's own words."""

import os
import re
from glob import escape, iglob
from typing import Any

from jupyter_mlws.magics import options
from jupyter_mlws.magics.mlws import VIEWS
from jupyter_mlws.sdk.choices import choices

OF_RUNS = ("logs", "cancel", "show")
SUFFIXES = {"submit": (".py", ".ipynb")}  # of the files that stand first
MOST = 200


def complete(shell: Any, event: Any) -> list[str]:
    """IPython's hook. Quick, and empty rather than late; never raises for what was typed.

    Parameters
    ----------
    event
        ``line``: up to the cursor, or the whole cell; ``symbol``: the word at the cursor.
    """
    line = _line(event)
    fits = re.match(r"\s*%%?(\w+)", line)
    if fits is None:
        return []
    name, symbol = fits.group(1), event.symbol
    before = line[fits.end() :].split()
    if symbol and before and before[-1] == symbol:
        before.pop()
    return [word for word in offered(name, before, symbol) if word.startswith(symbol)]


def offered(name: str, before: list[str], symbol: str) -> list[str]:
    """All that may come after the words `before`.

    Parameters
    ----------
    name
        The magic's, without its ``%``.
    symbol
        What of the next word is typed.
    """
    if "--" in before:
        return _paths(symbol)
    if name == "mlws":
        if not before:
            return list(VIEWS)
        return choices("run") if before[0] in OF_RUNS else []
    last = options.option(name, before[-1]) if before else None
    if last is not None and last.settings.get("action") != "store_true":
        return _paths(symbol) if last.kind == "path" else choices(last.kind) if last.kind else []
    flags = [flag for one in options.OPTIONS.get(name, ()) for flag in one.flags]
    first = options.WORDS.get(name)
    if symbol.startswith("-") or first is None or _has_first(name, before):
        return [flag for flag in flags if flag.startswith("--")]
    words = _paths(symbol, SUFFIXES.get(name)) if first.kind == "path" else choices(str(first.kind))
    return words if symbol else [*words, *(flag for flag in flags if flag.startswith("--"))]


def _has_first(name: str, before: list[str]) -> bool:
    """Is the word that stands first there already?"""
    waits = False
    for word in before:
        found = options.option(name, word)
        if found is None and not waits:
            return True
        waits = found is not None and found.settings.get("action") != "store_true"
    return False


def _paths(symbol: str, suffixes: tuple[str, ...] | None = None) -> list[str]:
    found = []
    for path in iglob(f"{escape(symbol)}*"):
        if os.path.isdir(path):
            found.append(f"{path}/")
        elif suffixes is None or path.endswith(suffixes):
            found.append(path)
        if len(found) >= MOST:
            break
    return sorted(found)


def _line(event: Any) -> str:
    """The line that is typed: the first one of ours, where IPython hands over the whole cell."""
    until = getattr(event, "text_until_cursor", "") or event.line
    return str(until).splitlines()[0] if until else ""
