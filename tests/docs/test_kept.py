"""What a script said and wrote before it was killed is kept."""

from jupyter_mlws.records.run import Reason

KILLED = """
import os, signal
from jupyter_mlws import Run
run = Run.get_context()
for i in range(1000):
    run.log("loss", float(i))
run.tag("stage", "dev")
open("outputs/model.bin", "wb").write(b"m" * 1000)
os.kill(os.getpid(), signal.SIGKILL)
"""


def test_a_killed_script_loses_no_metric_tag_or_file(running):
    run = running.ended(running.python(KILLED).id)
    assert (run.state.value, run.reason_code, run.signal) == ("Failed", Reason.KILLED, 9)
    assert (run.metrics["loss"], run.tags["stage"]) == (999.0, "dev")
    assert run.curve.points[-1] == 999.0
    assert [(file.path, file.size_bytes) for file in run.outputs] == [("outputs/model.bin", 1000)]
