"""From a cell to a script that runs alone: what goes in front, and what would be missing."""

import re
import sys
from collections.abc import Callable, Iterable, Mapping

from IPython.core.error import UsageError
from msgspec import Struct

from jupyter_mlws.magics.names import KERNEL_ONLY, Elsewhere, elsewhere, names

PRELUDE = (
    'globals().update(__import__("jupyter_mlws_run").Run.get_context().parameters)  # --param\n'
)
LOCAL = re.compile(  # magics that only concern the kernel: a script does without them
    r"^(\s*)(%(?:matplotlib|load_ext|reload_ext|autoreload|config|precision|pdb|xmode)\b.*)$", re.M
)
TIMED = re.compile(r"^%%(?:time|capture|prun)\b.*\n")  # magics that run their cell here
OURS = re.compile(r"^%%submit\b.*\n")
ODD = re.compile(r"^\s*[%!].*|^.*\?\s*$", re.M)
Python = Callable[[str], str]


class Front(Struct, frozen=True, kw_only=True):
    """A cell that travels in front of the one that is sent."""

    title: str  # "In [3]"
    code: str


def script(cell: str, fronts: Iterable[Front], python: Python, parameters: Iterable[str]) -> str:
    """The script that is sent: parameters as variables, the cells in front, the cell.

    Raises
    ------
    UsageError
        A line is for a kernel, not for Python; names it.
    """
    head = PRELUDE if list(parameters) else ""
    parts = [f"# %% {front.title}\n{plain(front.code, python)}" for front in fronts]
    mark = "# %%\n" if head or parts else ""  # alone, a cell keeps its line numbers
    text = "\n".join([*parts, f"{mark}{plain(cell, python)}"])
    return f"{head}{text.rstrip()}\n"


def plain(code: str, python: Python) -> str:
    """A cell as Python: magics that only concern the kernel become comments. Raises UsageError."""
    code = OURS.sub("", TIMED.sub("", code, count=1), count=1)
    if "get_ipython()" in code or "get_ipython()" not in python(code):
        return code
    code = LOCAL.sub(r"\1pass  # \2", code)
    if "get_ipython()" in python(code):
        odd = ODD.search(code)
        line = odd.group().strip() if odd else "A line of this cell"
        raise UsageError(
            f"{line!r} needs a kernel, and a submitted cell runs as a plain script: leave it out, "
            "or submit the notebook (%submit NOTEBOOK.ipynb)."
        )
    return code


def fronts(numbers: str | None, history: Mapping[int, str]) -> list[Front]:
    """The cells that ``--with 1,3`` names. Raises UsageError where one was not executed."""
    if not numbers:
        return []
    try:
        wanted = [int(number) for number in numbers.replace(",", " ").split()]
    except ValueError:
        raise UsageError(f"--with takes numbers of cells, as in 1,3: not {numbers}.") from None
    gone = [n for n in wanted if not history.get(n, "").strip()]
    if gone:
        raise UsageError(f"There is no executed cell [{gone[0]}] in this kernel.")
    return [Front(title=f"In [{n}]", code=history[n]) for n in dict.fromkeys(wanted)]


def lacking(
    text: str,
    bound: Iterable[str],
    history: Mapping[int, str],
    held: Mapping[str, object],
    python: Python,
) -> Elsewhere:
    """What a script uses and does not define, and where it comes from. Raises UsageError.

    Parameters
    ----------
    bound
        Names that are there before the script: its parameters.
    """
    try:
        found = names(text)
    except SyntaxError as error:
        raise UsageError(f"Line {error.lineno} of the script is no Python: {error.msg}.") from error
    brought = {name for star in found.stars for name in _exported(star)}
    return elsewhere(
        found.free - set(bound) - brought, history, held, lambda code: _ran(code, python)
    )


def refuse(found: Elsewhere, given: Iterable[int], needs: Callable[[int], Iterable[int]]) -> None:
    """Raise UsageError where names would be missing; says how to bring them along.

    Parameters
    ----------
    given
        The cells that are in front already.
    needs
        The cells whose names a cell uses.
    """
    if found.cells:
        wanted, waiting = set(given), list(found.cells.values())
        while waiting:
            number = waiting.pop()
            if number not in wanted:
                wanted.add(number)
                waiting.extend(needs(number))
        where = ", ".join(f"{name} (cell {n})" for name, n in found.cells.items())
        cells = ",".join(map(str, sorted(wanted)))
        raise UsageError(
            f"This cell uses names that other cells define, and would run without them: {where}. "
            f"Add --with {cells}, or tag those cells mlws."
        )
    if found.kernel:
        kernel_only = [name for name in found.kernel if name in KERNEL_ONLY]
        if kernel_only:
            raise UsageError(f"{kernel_only[0]} is there in a kernel only, not in a script.")
        raise UsageError(
            f"This cell uses {', '.join(found.kernel)}, which this kernel holds and no cell "
            "defines: define it here, give it by --param, or read it from a file."
        )


def _ran(code: str, python: Python) -> str:
    """What a cell executed in this kernel: nothing, where it was sent away."""
    return "" if OURS.match(code) else python(TIMED.sub("", code, count=1))


def _exported(module: str) -> Iterable[str]:
    """The names that ``from module import *`` brings, as far as this kernel can tell."""
    found = sys.modules.get(module)  # not imported here: that may do anything
    exported: Iterable[str] = getattr(found, "__all__", [n for n in dir(found) if n[0] != "_"])
    return () if found is None else exported
