"""Executes a notebook as a run: ``python notebook_driver.py NOTEBOOK``, in the run's directory.

Needs ipykernel in the interpreter, and what comes with it. The executed copy is
``outputs/<name>.ipynb``, saved after every cell.
"""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import sys

from jupyter_mlws.shim.mlflow.inside import Run
from jupyter_mlws.shim.notebook_document import Notebook, Unfit
from jupyter_mlws.shim.notebook_outputs import Outputs

RUN_DIR = "MLWS_RUN_DIR"


def main(path: str) -> int:
    """Execute a notebook; the exit code: 0, or 1 where a cell failed or the kernel died."""
    signal.signal(signal.SIGTERM, _leave)
    try:
        _check_interpreter()
        notebook = Notebook.read(path)
        notebook.inject(_parameters())
        return _execute(notebook, path)
    except Unfit as refusal:
        print(f"mlws: {refusal}", file=sys.stderr, flush=True)
        return 1


def _execute(notebook: Notebook, path: str) -> int:
    from jupyter_mlws.shim.notebook_kernel import Kernel, KernelDied

    run = Run.get_context()
    executed = os.path.join("outputs", os.path.basename(path))
    cells = notebook.cells_to_execute()
    outputs = Outputs()
    run.progress(0, len(cells), "cell")
    try:
        with Kernel(os.path.dirname(path)) as kernel:
            for done, cell in enumerate(cells, 1):
                outputs.begin(cell)
                error = kernel.execute("".join(cell["source"]), outputs)
                notebook.save(executed)
                if error and "raises-exception" not in cell["metadata"].get("tags", ()):
                    raise Unfit(f"Cell {done} of {len(cells)} failed: {error}")
                run.progress(done, len(cells), "cell")
    except KernelDied as death:
        where = f"died in cell {outputs.n} of {len(cells)}" if outputs.n else "did not start"
        raise Unfit(f"The kernel {where}: {death}.") from death
    finally:
        notebook.save(executed)
    return 0


def _check_interpreter() -> None:
    lacking = [m for m in ("ipykernel", "jupyter_client") if importlib.util.find_spec(m) is None]
    if lacking:
        raise Unfit(
            f"{sys.executable} lacks {' and '.join(lacking)}, which executing a notebook needs: "
            f"`{sys.executable} -m pip install ipykernel`, or choose another with --python."
        )


def _parameters() -> dict:
    home = os.environ.get(RUN_DIR)
    if home is None:
        return {}
    with open(os.path.join(home, "spec.json"), encoding="utf-8") as stream:
        return json.load(stream).get("parameters") or {}


def _leave(number: int, frame: object) -> None:
    """Asked to end: the kernel goes too, what was executed is saved."""
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: notebook_driver.py NOTEBOOK")
    sys.exit(main(sys.argv[1]))
