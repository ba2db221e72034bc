"""``%load_ext jupyter_mlws`` beside ``import sqlalchemy.orm``.

    python -m benchmarks.load_ext [--rounds 7] [--small]

Fresh interpreters that take turns, in both of which an IPython shell is already there.
"""

import subprocess
import sys
from pathlib import Path

from benchmarks import measure
from benchmarks.measure import Figure, Plan, Row

TIMED = """
import time
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
begun = time.perf_counter()
{}
print(time.perf_counter() - begun)
"""
OURS = TIMED.format("shell.run_line_magic('load_ext', 'jupyter_mlws')")
BESIDE = TIMED.format("import sqlalchemy.orm")


def took(text: str, work: Path) -> float:
    """Seconds that a fresh interpreter says."""
    command = [sys.executable, "-c", text]
    told = subprocess.run(command, cwd=work, check=True, capture_output=True, text=True)
    return float(told.stdout.split()[-1])


def works(work: Path, plan: Plan) -> list[Row]:
    contestants: dict[str, measure.Contestant] = {
        "%load_ext jupyter_mlws": lambda: took(OURS, work),
        "import sqlalchemy.orm": lambda: took(BESIDE, work),
    }
    for contestant in contestants.values():
        contestant()  # compiles what is imported
    each = dict.fromkeys(contestants, plan.count(3, 1))
    samples = measure.alternate(contestants, plan.rounds, each=each)
    ours, beside = (Figure(name, "s", found) for name, found in samples.items())
    return [Row(work="%load_ext", ours=ours, beside=beside, times_it=0.15)]


if __name__ == "__main__":
    measure.main("load_ext", __doc__, works)
