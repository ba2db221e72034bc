"""What every part of a run writes through: one event a call."""

import os
import sys
from time import time

from jupyter_mlws_run.place import Place, new_id
from jupyter_mlws_run.values import encode, quote

LINE_BYTES = 1_000_000  # what is longer becomes a file that its event names


class Recorder:
    """A run, or a child of it, and the file its events go to.

    Parameters
    ----------
    run_id
        Its own.
    place, events
        Where it is; a child shares its parent's.
    parent
        None for the run itself; a child's events carry its id as ``run``.
    """

    def __init__(self, run_id: str, place: Place, events, parent=None) -> None:  # noqa: ANN001
        self._id = run_id
        self._place = place
        self._events = events
        self._parent = parent
        self._mark = "" if parent is None else f',"run":"{run_id}"'
        self._kinds: dict = {}  # name → what it was logged with first
        self._heads: dict = {}  # name → the beginning of its metric's line

    @property
    def offline(self) -> bool:
        """Whether values are only kept in memory."""
        return self._place.home is None

    @property
    def _outputs(self) -> str:
        """Where this run's files are, below `code`; a child's are apart from its parent's."""
        return "outputs" if self._parent is None else f"outputs/children/{self._id}"

    def _event(self, kind: str, facts: str) -> None:
        self._events.append(f'{{"k":"{kind}","at":{time():.6f}{self._mark}{facts}}}\n'.encode())

    def _body(self, kind: str, name: str, value: object, facts: str = "") -> None:
        """An event whose value may be large: above 1 MB it becomes a file in outputs."""
        text = encode(value)
        head = f',"name":{quote(name)}'
        if len(text) < LINE_BYTES or self.offline:
            self._event(kind, f'{head},"value":{text}{facts}')
            return
        path = f"{self._outputs}/{kind}s/{filename(name)}-{new_id()}.json"
        whole = os.path.join(self._place.code, path)
        os.makedirs(os.path.dirname(whole), exist_ok=True)
        with open(whole + ".new", "w", encoding="ascii") as stream:
            stream.write(text)
        os.replace(whole + ".new", whole)
        self._events.names(whole)
        preview = f',"value":{quote(value[:1000])}' if isinstance(value, str) else ""
        self._event(kind, f'{head},"path":{quote(path)}{preview}{facts}')

    def _say(self, sentence: str) -> None:
        sys.stderr.write(f"mlws: {sentence}\n")


def filename(name: str) -> str:
    """A name as part of a file's: letters, digits and ``._-``, at most 80."""
    return "".join(c if c.isalnum() or c in "._-" else "_" for c in name)[:80] or "_"
