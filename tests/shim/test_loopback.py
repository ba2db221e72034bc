"""MLflow's protocol is answered to who calls, and costs nothing to who does not."""

import json
import os
import subprocess
import sys

import pytest

from jupyter_mlws.shim import bundle, layout

ASK = """
import os, urllib.error, urllib.request
where = os.environ["MLFLOW_TRACKING_URI"] + "/api/2.0/mlflow/runs/get?run_id=r1"
for token in ("wrong", os.environ["MLFLOW_TRACKING_TOKEN"]):
    request = urllib.request.Request(where, headers={"Authorization": "Bearer " + token})
    try:
        print(urllib.request.urlopen(request).status)
    except urllib.error.HTTPError as error:
        print(error.code)
"""


@pytest.fixture
def run(tmp_path):
    home = tmp_path / "run"
    (home / layout.CODE).mkdir(parents=True)
    main = bundle.install(tmp_path / "shim") / "main.py"

    def run(*command):
        own = {"run_id": "r1", "experiment": "e", "number": 1, "attempt": 1}
        spec = {"layout": 1, "command": command, "environment": {"PATH": os.environ["PATH"]}}
        rest = {"parameters": {}, "inputs": {}, "max_duration_s": None, "grace_s": 1.0}
        (home / layout.SPEC).write_text(json.dumps({**own, **spec, **rest, "poke": "/nowhere"}))
        subprocess.run([sys.executable, "-I", "-S", main, home], check=True, timeout=60)
        return (home / layout.LOG).read_text()

    return run


def test_who_calls_is_answered_where_the_token_is_right(run):
    assert run(sys.executable, "-c", ASK) == "401\n200\n"


def test_where_a_shim_lacks_the_protocol_callers_are_refused_at_once(run, tmp_path):
    place = bundle.install(tmp_path / "shim")
    (place / "jupyter_mlws/shim/mlflow/responder.py").unlink()
    log = run(sys.executable, "-c", ASK)
    assert "Error" in log.splitlines()[-1]
