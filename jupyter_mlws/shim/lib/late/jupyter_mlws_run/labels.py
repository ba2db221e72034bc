"""Tags, which may change, and properties, which may not."""

from jupyter_mlws_run import history
from jupyter_mlws_run.recorder import Recorder
from jupyter_mlws_run.values import named, quote, scalar

CHARS = 100_000


class Labels(Recorder):
    """The part of a run that is found again by."""

    def tag(self, key: str, value: object = None) -> None:
        """Set a tag, or replace its value. Without a value the tag is just there."""
        self._event("tag", f',"key":{named(key, "tag")},"value":{_text(value)}')

    def set_tags(self, tags: dict) -> None:
        for key, value in tags.items():
            self.tag(key, value)

    def remove_tags(self, tags) -> None:  # noqa: ANN001
        """Remove tags by key, or by a list of keys. Those that are not set stay unset."""
        for key in [tags] if isinstance(tags, str) else tags:
            self._event("tag", f',"key":{named(key, "tag")},"value":null,"removed":true')

    def get_tags(self) -> dict:
        """Those of the submission and those set since, by any process of the run."""
        mark = None if self._parent is None else self._id
        submitted = self._place.spec.get("tags") or {} if mark is None else {}
        return {**submitted, **history.tags(list(history.read(self._events)), mark)}

    tags = property(get_tags)

    def add_properties(self, properties: dict) -> None:
        """Set properties for ever.

        Raises
        ------
        ValueError
            One of them is set already; then none was added.
        """
        known = self.get_properties()
        lines = [
            f',"key":{named(key, "property")},"value":{_text(value)}'
            for key, value in properties.items()
        ]
        for key in properties:
            if key in known:
                raise ValueError(
                    f"The property {key!r} is {known[key]!r} already; a property cannot be "
                    "changed. Use a tag for what changes."
                )
        for line in lines:
            self._event("property", line)

    def get_properties(self) -> dict:
        mark = None if self._parent is None else self._id
        submitted = self._place.spec.get("properties") or {} if mark is None else {}
        return {**history.properties(list(history.read(self._events)), mark), **submitted}

    properties = property(get_properties)


def _text(value: object) -> str:
    if value is None:
        return "null"
    text = str(scalar(value) if not isinstance(value, bool) else value)
    if len(text) > CHARS:
        raise ValueError(f"A tag or property has at most {CHARS} characters, not {len(text)}.")
    return quote(text)
