"""The words that a run executes, and the paths that it may name."""

from pathlib import PurePosixPath

from jupyter_mlws.errors import Invalid
from jupyter_mlws.records.run import RunSpec
from jupyter_mlws.shim import layout

PYTHON = "python3"  # where a run names no interpreter: the first on its PATH
DRIVER = "notebook_driver.py"


def words(spec: RunSpec, shim: str, python: str = PYTHON) -> list[str]:
    """What a run executes.

    A script gets its parameters after its arguments, as ``--name value``, or
    ``--name=value`` where the value begins with a dash. A command gets its arguments
    only, and a notebook its parameters as a cell.

    Parameters
    ----------
    shim
        The folder of the shim's copy, on the target.
    python
        The interpreter where `spec` names none.

    Raises
    ------
    Invalid
        The script or notebook is not a path inside the snapshot.
    """
    python = spec.python or python
    if spec.command is not None:
        found = [*spec.command, *spec.arguments]
    elif spec.notebook is not None:
        found = [python, f"{shim}/{DRIVER}", inside(spec.notebook, "spec.notebook")]
    else:
        script = inside(str(spec.script), "spec.script")
        found = [python, script, *spec.arguments]
        for name, value in spec.parameters.items():
            found += _option(name, value)
    if any("\0" in word for word in found):
        raise Invalid("A word of a command cannot hold a zero byte.", "spec.arguments")
    return found


def inside(path: str, field: str) -> str:
    """A path that stays in the working directory, as it was. Raises Invalid."""
    parts = PurePosixPath(path).parts
    if not parts or parts[0] == "/" or ".." in parts or "\0" in path:
        raise Invalid(f"{path!r} is not a path inside the working directory.", field)
    return path


def inputs(spec: RunSpec) -> dict[str, str]:
    """The inputs: name in the working directory → absolute path. Raises Invalid."""
    taken: set[PurePosixPath] = {PurePosixPath(layout.OUTPUTS), PurePosixPath(layout.LOGS)}
    for name, path in spec.inputs.items():
        field = f"spec.inputs.{name}"
        place = PurePosixPath(inside(name, field))
        if any(place in (other, *other.parents) or other in place.parents for other in taken):
            raise Invalid(f"There is something else at {name!r} already.", field)
        if not path.startswith("/") or "\0" in path:
            raise Invalid(f"{path!r} is not an absolute path.", field)
        taken.add(place)
    return dict(spec.inputs)


def _option(name: str, value: bool | int | float | str) -> list[str]:
    word = str(value).lower() if isinstance(value, bool) else str(value)
    return [f"--{name}={word}"] if word.startswith("-") else [f"--{name}", word]
