"""What commands print: one JSON document, a table, or a line. Progress and notices go to stderr."""

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from jupyter_mlws.records import codec


def document(record: Any) -> None:
    """The one JSON document of ``--json``, in UTF-8. NaN is ``"NaN"``, as on the wire."""
    sys.stdout.flush()
    sys.stdout.buffer.write(codec.encode(record) + b"\n")
    sys.stdout.buffer.flush()


def line(text: str) -> None:
    sys.stdout.write(text + "\n")


def say(text: str) -> None:
    """A notice: one line on stderr."""
    sys.stderr.write(f"mlws: {text}\n")
    sys.stderr.flush()


def table(head: Sequence[str], rows: Iterable[Sequence[str]], empty: str) -> None:
    """Rows under a head. Drawn on a terminal; plain columns, never cut, in a pipe.

    Parameters
    ----------
    empty
        What to say, on stderr, where there are no rows.
    """
    filled = [[_plain(cell) for cell in row] for row in rows]
    if not filled:
        say(empty)
    elif sys.stdout.isatty():
        _draw(head, filled)
    else:
        widths = [max(map(len, column)) for column in zip(head, *filled, strict=True)]
        for row in (head, *filled):
            padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
            line("  ".join(padded).rstrip())


def facts(pairs: Iterable[tuple[str, str | None]], indent: str = "") -> None:
    """One fact a line; what is None is left out."""
    given = [(name, text) for name, text in pairs if text is not None]
    width = max((len(name) for name, _ in given), default=0)
    for name, text in given:
        line(f"{indent}{_plain(name).ljust(width)}  {_plain(text)}".rstrip())


def _draw(head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    from rich.console import Console  # noqa: PLC0415  costs 80 ms, and scripts never need it
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    drawn = Table(*head, box=None, pad_edge=False, header_style="dim")
    for row in rows:
        drawn.add_row(*map(Text, row))  # as it is: a name may hold what rich takes for markup
    Console(highlight=False).print(drawn)


def _plain(text: str) -> str:
    """One line, and nothing that steers a terminal."""
    return "".join(c if c.isprintable() else " " for c in text)
