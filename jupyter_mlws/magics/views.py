"""Lists in a cell: rows under a head, as a plain table and as aligned text."""

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

STYLE = "border-collapse:collapse;font:13px/1.5 sans-serif"
CELL_STYLE = "padding:2px 14px 2px 0;text-align:left"


class Table:
    """Rows under a head.

    Parameters
    ----------
    empty
        What to show where there are no rows.
    """

    def __init__(
        self, head: Sequence[str], rows: Iterable[Sequence[str]], empty: str = "Nothing yet."
    ) -> None:
        self.head = tuple(head)
        self.rows = [tuple(row) for row in rows]
        self.empty = empty

    def __repr__(self) -> str:
        if not self.rows:
            return self.empty
        columns = zip(self.head, *self.rows, strict=True)
        widths = [max(len(cell) for cell in column) for column in columns]
        return "\n".join(
            "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
            for row in (self.head, *self.rows)
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return {"text/plain": repr(self), "text/html": self._html()}

    def _html(self) -> str:
        if not self.rows:
            return f"<p>{escape(self.empty)}</p>"
        head = "".join(
            f'<th style="{CELL_STYLE};color:#757575;font-weight:normal">{escape(name)}</th>'
            for name in self.head
        )
        rows = "".join(f"<tr>{_cells(row)}</tr>" for row in self.rows)
        return f'<table style="{STYLE}"><tr>{head}</tr>{rows}</table>'


def facts(title: str, pairs: Iterable[tuple[str, str | None]]) -> Table:
    """One fact a line; what is None is left out."""
    return Table((title, ""), ((name, text) for name, text in pairs if text is not None))


def _cells(row: Sequence[str]) -> str:
    return "".join(f'<td style="{CELL_STYLE}">{escape(cell)}</td>' for cell in row)
