"""Logging values, with Azure's calls and shapes."""

import os
from time import time

from jupyter_mlws_run import history
from jupyter_mlws_run.place import new_id
from jupyter_mlws_run.recorder import LINE_BYTES, Recorder, filename
from jupyter_mlws_run.values import encode, named, quote, scalar

LINES = 500  # of a list, in one write


class Metrics(Recorder):
    """The part of a run that takes metrics.

    A name has one type: a value of another type is dropped with a warning on stderr,
    it does not end a long training. A returned call outlives any kill of the process.
    """

    def log(self, name: str, value: object, description: str = "", step=None) -> None:  # noqa: ANN001
        """Log one number or text under a name; called again, it becomes a series.

        Parameters
        ----------
        value
            int, float (NaN and infinities too), str or bool, or a scalar of numpy,
            torch and the like. Any other object is logged as its `repr`.
        step : int, optional
            Where on the series' axis it stands; without it points count from 0.

        Raises
        ------
        TypeError
            `value` holds several values: use `log_list`, `log_row` or `log_table`.
        ValueError
            The name is empty, longer than 255 characters, or has control characters.
        """
        head = self._heads.get(name) or self._head(name, "scalar")
        if head is None:
            return
        text = encode(scalar(value))
        tail = "" if step is None else f',"step":{int(step)}'
        if description:
            tail += f',"description":{quote(description)}'
        if len(text) > LINE_BYTES:
            self._body("metric", name, scalar(value), tail)
            return
        self._events.append(f'{{"k":"metric","at":{time():.6f}{head}{text}{tail}}}\n'.encode())

    def log_list(self, name: str, value, description: str = "") -> None:  # noqa: ANN001
        """Log several values under one name, in order.

        Parameters
        ----------
        value
            A list, tuple, generator or one-dimensional array of scalars.
        """
        head = self._head(name, "list")
        if head is None:
            return
        tail = f',"description":{quote(description)}' if description else ""
        start = f'{{"k":"metric","at":{time():.6f}{head}'
        lines = [f"{start}{encode(scalar(v))}{tail}}}\n" for v in value]
        for i in range(0, len(lines), LINES):
            self._events.append("".join(lines[i : i + LINES]).encode())

    def log_row(self, name: str, description: str = "", **columns: object) -> None:
        """Log one row of a table; every call adds a row."""
        if self._head(name, "row") is not None:
            self._body("row", name, columns, _about(description))

    def log_table(self, name: str, value: object, description: str = "") -> None:
        """Log a whole table: a dict of equally long columns (or scalars), or a data frame.

        Raises
        ------
        TypeError
            It is neither.
        """
        if hasattr(value, "to_dict") and hasattr(value, "columns"):
            value = value.to_dict("list")
        if not isinstance(value, dict):
            raise TypeError(f"log_table() takes a dict of columns, not {type(value).__name__}.")
        if self._head(name, "table") is not None:
            self._body("table", name, value, _about(description))

    def log_image(self, name: str, path=None, plot=None, description: str = "") -> None:  # noqa: ANN001
        """Log a picture: a file, or a matplotlib figure (or pyplot itself).

        It is kept below ``outputs/images``.

        Raises
        ------
        ValueError
            Not exactly one of `path` and `plot` is given.
        FileNotFoundError
            There is no such file.
        """
        if (path is None) == (plot is None):
            raise ValueError("log_image() takes either path=FILE or plot=FIGURE.")
        if self._head(name, "image") is None:
            return
        ending = ".png" if path is None else os.path.splitext(path)[1]
        kept = f"{self._outputs}/images/{filename(name)}-{new_id()}{ending}"
        whole = os.path.join(self._place.code, kept)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        if path is None:
            figure = plot if hasattr(plot, "savefig") else plot.figure  # pyplot, figure or axes
            figure.savefig(whole)
        else:
            import shutil

            shutil.copyfile(path, whole)
        self._events.names(whole)
        self._event("image", f',"name":{quote(name)},"path":{quote(kept)}{_about(description)}')

    def log_param(self, name: str, value: object) -> None:
        """Record a parameter that was decided inside the run. What was submitted wins."""
        if not isinstance(value, (bool, int, float, str)):
            value = scalar(value)
        self._event("param", f',"name":{named(name, "parameter")},"value":{encode(value)}')

    def progress(self, done: int, total: int, unit: str = "step") -> None:
        """Say how far the run is: drawn as a bar on its card."""
        facts = f',"done":{int(done)},"total":{int(total)},"unit":{quote(unit)}'
        self._event("state", facts)

    def get_metrics(self, name=None, recursive: bool = False, **_: object) -> dict:  # noqa: ANN001
        """What this run logged so far, by all its processes.

        Returns
        -------
        dict
            Name → one value, or the list of all in order; rows and tables are a dict of
            columns; an image is its path. With `recursive` run id → such a dict.
        """
        records = list(history.read(self._events))
        if not recursive:
            return history.metrics(records, self._own_mark, name)
        children = [r["id"] for r in records if r["k"] == "child" and "name" in r]
        found = {child: history.metrics(records, child, name) for child in children}
        return {self._id: history.metrics(records, self._own_mark, name), **found}

    @property
    def _own_mark(self):  # noqa: ANN202
        return None if self._parent is None else self._id

    def _head(self, name: str, kind: str):  # noqa: ANN202
        """The beginning of a metric's line; None where the name has another type."""
        quoted = named(name)
        first = self._kinds.setdefault(name, kind)
        if first != kind:
            self._say(f"{name!r} was logged as a {first} before; this {kind} is dropped.")
            return None
        head = f'{self._mark},"name":{quoted},"value":'
        if kind == "scalar":
            self._heads[name] = head
        return head


def _about(description: str) -> str:
    return f',"description":{quote(description)}' if description else ""
