"""From the kind of a target to its class: entry points, loaded on first use."""

from collections.abc import Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

from jupyter_mlws.errors import Invalid
from jupyter_mlws.targets.base import Target

GROUP = "jupyter_mlws.targets"
EXTRAS = {"docker": "docker", "ssh": "ssh", "kubernetes": "k8s"}  # kind → what installs it
BUILT_IN = {"local": "jupyter_mlws.targets.local:LocalTarget"}  # also where nothing is installed


def kinds() -> list[str]:
    """All that could be asked for, loadable or not."""
    return sorted({*BUILT_IN, *(entry.name for entry in entry_points(group=GROUP))})


def load(kind: str) -> type[Target]:
    """The class of a kind. Raises Invalid, saying what to install or which kinds there are."""
    try:
        found = _entry(kind)
    except ImportError as error:
        extra = EXTRAS.get(kind)
        what = f'pip install "jupyter_mlws[{extra}]"' if extra else f"install {error.name}"
        raise Invalid(f"Targets of kind {kind!r} need more: {what}.", "kind") from error
    if not (isinstance(found, type) and issubclass(found, Target)):
        raise Invalid(f"What is registered as {kind!r} is not a target.", "kind")
    return found


def build(
    kind: str, state: Path, environment: Mapping[str, str], config: Mapping[str, Any]
) -> Target:
    """A target from its row in the store. Raises Invalid."""
    return load(kind)(state, environment, config)


def _entry(kind: str) -> Any:
    for entry in entry_points(group=GROUP, name=kind):
        return entry.load()
    if kind in BUILT_IN:
        from jupyter_mlws.targets.local import LocalTarget  # noqa: PLC0415  on first use

        return LocalTarget
    raise Invalid(f"There is no kind of target {kind!r}; there are {', '.join(kinds())}.", "kind")
