"""Child runs: parts of a run with metrics of their own."""

from time import sleep

from jupyter_mlws_run import history
from jupyter_mlws_run.place import new_id
from jupyter_mlws_run.recorder import Recorder
from jupyter_mlws_run.values import named, quote

AT_ONCE = 10_000
OVER = ("Completed", "Failed", "Canceled")


class Children(Recorder):
    """The part of a run that has children. Their ids are minted here."""

    def child_run(self, name=None, run_id=None, outputs=None):  # noqa: ANN001, ANN201
        """Begin a child; used with ``with`` it ends with the block.

        Parameters
        ----------
        name : str, optional
            How it is shown; by default a number.
        """
        child = type(self)(run_id or new_id(), self._place, self._events, parent=self)
        child._name = name
        above = "" if self._parent is None else f',"parent":"{self._id}"'
        shown = "null" if name is None else named(name, "child run")
        child._moved("Running", f',"name":{shown}{above}')
        return child

    def create_children(self, count=None, tag_key=None, tag_values=None) -> list:  # noqa: ANN001
        """Begin several children: `count` of them, or one for each value of a tag.

        Raises
        ------
        ValueError
            Neither is given, or both are, or more than 10,000.
        """
        if (count is None) == (tag_key is None) or (tag_key is None) != (tag_values is None):
            raise ValueError("Give create_children either count, or tag_key and tag_values.")
        values = [None] * int(count) if tag_values is None else list(tag_values)
        if len(values) > AT_ONCE:
            raise ValueError(f"At most {AT_ONCE} children at once, not {len(values)}.")
        children = []
        for value in values:
            child = self.child_run()
            if tag_key is not None:
                child.tag(tag_key, value)
            children.append(child)
        return children

    def get_children(self, recursive: bool = False, tags=None, **_: object):  # noqa: ANN001, ANN201
        """The children that this run has so far, oldest first; an iterator.

        Parameters
        ----------
        tags : str or dict, optional
            Only those with this tag, or with these values.
        """
        above = None if self._parent is None else self._id
        for child, facts in history.children(list(history.read(self._events))).items():
            if not recursive and facts.get("parent") != above:
                continue
            run = type(self)(child, self._place, self._events, parent=self)
            run._name = facts.get("name")
            wanted = {tags: None} if isinstance(tags, str) else tags or {}
            has = run.get_tags() if wanted else {}
            if all(k in has and v in (None, has[k]) for k, v in wanted.items()):
                yield run

    @property
    def children(self) -> list:
        return list(self.get_children())

    def get_status(self) -> str:
        """Running, as long as it asks itself; a child's is what was said last."""
        if self._parent is None:
            return "Running"
        known = history.children(list(history.read(self._events)))
        return known.get(self._id, {}).get("state", "Running")

    @property
    def status(self) -> str:
        return self.get_status()

    def start(self) -> None:
        """Nothing to do: a run is started when it exists."""

    def complete(self) -> None:
        """End a child well. The run itself ends by its exit code: this flushes only."""
        self._end("Completed")

    def fail(self, error_details=None, error_code=None) -> None:  # noqa: ANN001
        """End a child badly. On the run itself it is a note: its exit code decides."""
        said = [str(part) for part in (error_code, error_details) if part is not None]
        self._end("Failed", ": ".join(said))

    def cancel(self) -> None:
        """End a child as given up."""
        self._end("Canceled")

    def wait_for_completion(self, *_: object, raise_on_error: bool = True, **__: object) -> dict:
        """Wait until a child that another process works on has ended.

        Raises
        ------
        RuntimeError
            It failed and `raise_on_error` is set; or it is the run itself, which
            would wait for ever.
        """
        if self._parent is None:
            raise RuntimeError("A run cannot wait for its own end; wait for its children.")
        while (status := self.get_status()) not in OVER:
            sleep(0.1)
        if status == "Failed" and raise_on_error:
            raise RuntimeError(f"The child run {self._id} failed.")
        return self.get_details()  # type: ignore[attr-defined]

    def __enter__(self):  # noqa: ANN204
        return self

    def __exit__(self, kind, error, trace) -> None:  # noqa: ANN001
        if self._parent is None:
            self._events.sync()
        elif kind is None:
            self.complete()
        else:
            self.fail(f"{kind.__name__}: {error}")

    def _end(self, state: str, reason: str = "") -> None:
        if self._parent is not None:
            self._moved(state, f',"reason":{quote(reason)}' if reason else "")
        elif reason:
            self._event("note", f',"text":{quote(reason)}')
        self._events.sync()

    def _moved(self, state: str, facts: str = "") -> None:
        self._mark, mark = "", self._mark  # a child's own coming and going is its parent's event
        try:
            self._event("child", f',"id":"{self._id}","state":"{state}"{facts}')
        finally:
            self._mark = mark
