"""What submitting returns: a run as a live card in a notebook, a line in a terminal."""

import sys
import threading
from html import escape
from typing import Any

from IPython.display import display

from jupyter_mlws.client.client import Client
from jupyter_mlws.errors import MlwsError
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.run import Run
from jupyter_mlws.sdk import words

MIME = "application/vnd.jupyter-mlws.run.v1+json"
PATIENCE_S = 2.0  # how long drawing a card may wait for news
COLOUR = {"good": "#2e7d32", "bad": "#c62828", "warn": "#b26a00", "run": "#1565c0"}
STYLE = "border-collapse:collapse;font:13px/1.5 sans-serif;text-align:left"
LABEL_STYLE = "padding:1px 12px 1px 0;color:#757575;text-align:left;font-weight:normal"
CELL_STYLE = "padding:1px 0;text-align:left"


class RunCard:
    """A submitted run. ``str(card)`` is its id, so that ``--run $card`` names it in a magic.

    Parameters
    ----------
    workspace
        Id of its workspace.
    """

    def __init__(self, client: Client, workspace: str, run: Run) -> None:
        self._client = client
        self._workspace = workspace
        self._run = run
        self._drawn = False

    @property
    def id(self) -> str:
        return self._run.id

    @property
    def label(self) -> str:
        """``digits-3``"""
        return self._run.label

    @property
    def state(self) -> str:
        """``Queued`` … ``Completed``, ``Failed``, ``Canceled``, as it is now."""
        return self._now().state.value

    @property
    def metrics(self) -> dict[str, Any]:
        """Name → last value of what it logged, as it is now."""
        return words.logged(self._now())

    def wait(self, timeout_s: float | None = None) -> "RunCard":
        """Block until it is over. Ctrl-C stops the waiting, not the run."""
        try:
            self._run = self._client.wait(self.id, timeout_s)
        except KeyboardInterrupt:
            self.detached()
        return self

    def follow(self) -> "RunCard":
        """Print its log as it grows, until it is over. Ctrl-C stops the printing only."""
        try:
            for chunk in self._client.follow_log(self.id):
                sys.stdout.write(chunk.decode(errors="replace"))
                sys.stdout.flush()
        except KeyboardInterrupt:
            self.detached()
            return self
        return self.wait()

    def logs(self) -> str:
        """All that it has printed until now."""
        kept: list[bytes] = []
        offset = 0
        while True:
            chunk, offset = self._client.log(self.id, offset)
            if not chunk:
                return b"".join(kept).decode(errors="replace")
            kept.append(chunk)

    def cancel(self) -> "RunCard":
        """Ask it to end; what it has written stays."""
        self._run = self._client.cancel(self.id)
        return self

    def show(self) -> None:
        """Draw it, and once more when it is over: what is saved of the notebook says the end."""
        drawn = display(self, display_id=self.id)
        threading.Thread(target=self._keep, args=(drawn,), daemon=True).start()

    def _keep(self, drawn: Any) -> None:
        try:
            self._run = self._client.wait(self.id)
        except MlwsError:  # a front end asks the workspace itself; this was for those that do not
            return
        drawn.update(self)

    def detached(self) -> None:
        sys.stderr.write(f"mlws: {self.label} goes on; `%mlws cancel {self.label}` ends it.\n")

    def _now(self) -> Run:
        if not self._run.state.over:
            self._run = self._client.run(self.id)
        return self._run

    def _refresh(self) -> None:
        """News for drawing, where they come soon. The first drawing is of what was submitted."""
        if self._drawn and not self._run.state.over:
            asking = threading.Thread(target=self._ask, daemon=True)
            asking.start()
            asking.join(PATIENCE_S)
        self._drawn = True

    def _ask(self) -> None:
        try:
            self._now()
        except MlwsError:  # what is known is drawn
            self._drawn = True

    def __str__(self) -> str:
        return self.id

    def __repr__(self) -> str:
        self._refresh()
        return words.line(self._run, Instant.now())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        self._refresh()
        run, now = self._run, Instant.now()
        known = {
            "id": run.id,
            "workspace": self._workspace,
            "label": run.label,
            "name": run.name,
            "state": run.state.value,
            "target": run.target,
            "created_at": run.created_at.rfc3339(),
        }
        return {MIME: known, "text/html": html(run, now), "text/plain": words.line(run, now)}


def html(run: Run, now: Instant) -> str:
    """A run as a plain table: for nbconvert, VS Code, GitHub. No script, all text escaped."""
    colour = COLOUR.get(words.tone(run), "#757575")
    state = f'<span style="color:{colour}">{words.glyph(run)} {escape(words.word(run))}</span>'
    rows = [("Run", f"<b>{escape(words.title(run))}</b>"), ("State", state)]
    if run.reason:
        rows.append(("Reason", escape(run.reason)))
    if run.started_at is not None:
        rows.append(("Duration", words.duration(run.started_at.until(run.ended_at or now))))
    rows.append(("Target", escape(run.target)))
    if run.parameters:
        rows.append(("Parameters", _pairs(run.parameters)))
    if metrics := words.logged(run):
        rows.append(("Metrics", _pairs(metrics)))
    lines = (
        f'<tr><th style="{LABEL_STYLE}">{name}</th><td style="{CELL_STYLE}">{shown}</td></tr>'
        for name, shown in rows
    )
    return f'<table style="{STYLE}">{"".join(lines)}</table>'


def _pairs(values: dict[str, Any]) -> str:
    shown = (f"{escape(k)} {escape(words.value(v))}" for k, v in list(values.items())[:8])
    more = f" and {len(values) - 8} more" if len(values) > 8 else ""
    return ", ".join(shown) + more
