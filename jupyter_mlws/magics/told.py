"""How an error of ours looks in a notebook: one sentence, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager

from jupyter_mlws.errors import Incomplete, MlwsError, unusable
from jupyter_mlws.magics.options import Shown

RED, PLAIN = "\x1b[31m", "\x1b[0m"


@contextmanager
def told() -> Iterator[None]:
    """Errors pass on as they are, and say of themselves that IPython is to print one line."""
    try:
        yield
    except Shown:
        pass
    except MlwsError as error:
        _in_one_line(error)
        raise
    except OSError as error:  # a path that was typed: too long, not ours to read
        raise _in_one_line(Incomplete(unusable(error))) from error


def _in_one_line(error: MlwsError) -> MlwsError:
    text = f"{RED}mlws: {error}{PLAIN}"
    vars(error)["_render_traceback_"] = lambda: [text]  # IPython's own hook
    return error
