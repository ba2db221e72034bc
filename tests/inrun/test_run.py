"""Scripts in a real run, with Azure's calls; and the same scripts where there is no run."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

LIB = Path(__file__).parent.parent.parent / "jupyter_mlws" / "shim" / "lib"

AZURE = """
import os, pickle, sys
from azureml.core.run import Run
import beside
run = Run.get_context()
run.log("mse", 3.2)
run.log("verdict", "good")
model = beside.train(float(sys.argv[2]))
os.makedirs("outputs", exist_ok=True)
import joblib
joblib.dump(model, "outputs/model.pkl")
for alpha in (0.1, 0.2):
    with run.child_run(name=f"alpha {alpha}") as child:
        child.log("mse", alpha)
model = run.register_model("m", "outputs/model.pkl", tags={"a": 1},
                           model_framework="ScikitLearn", model_framework_version=1.3,
                           sample_input_dataset=[[1, 2]])
print("registered", model.name, model.version)
"""


WORDS = ("--alpha", "0.5")
ASKED = {
    "files": {"beside.py": "def train(alpha): return {'alpha': alpha}"},
    "environment": {"MLWS_REQUEST_WAIT_S": "60"},
}


def test_a_script_of_azure_ml_runs_as_it_is(room):
    ended = room.run_answered(AZURE, {"result": {"name": "m", "version": 3}}, *WORDS, **ASKED)
    assert ended.exit["code"] == 0, ended.log
    assert ended.log == "registered m 3\n"
    assert ended.metric("mse") == [3.2] and ended.metric("verdict") == ["good"]
    assert (ended.outputs / "model.pkl").exists()
    names = [e["name"] for e in ended.events("child") if "name" in e]
    assert names == ["alpha 0.1", "alpha 0.2"]
    (asked,) = ended.events("request")
    assert asked["verb"] == "register_model"
    wanted = {"name": "m", "path": "outputs/model.pkl", "tags": {"a": "1"}, "sample": [[1, 2]]}
    wanted["framework_version"] = "1.3"
    assert wanted.items() <= asked["arguments"].items()


def test_a_refused_request_raises_what_the_workspace_said(room):
    reply = {"error": {"code": "invalid", "message": "A model cannot be called that."}}
    ended = room.run_answered(AZURE, reply, *WORDS, **ASKED)
    assert ended.exit["code"] == 1
    assert "RequestRefused: A model cannot be called that." in ended.log


def test_with_nobody_to_answer_the_script_goes_on_and_the_request_stays(room):
    files = {"beside.py": "def train(alpha): return {}"}
    ended = room.run(AZURE, "--alpha", "1", files=files)
    assert ended.exit["code"] == 0, ended.log
    assert "registered m None" in ended.log and "is kept and will be executed" in ended.log
    assert len(ended.events("request")) == 1


def test_what_a_script_is_told_about_itself(room, tmp_path):
    (tmp_path / "data.csv").write_text("a,b")
    script = """
import json
from jupyter_mlws import Run
run = Run.get_context()
assert Run.get_context() is run
print(json.dumps([run.id, run.experiment.name, run.number, run.display_name, run.parent,
                  run.parameters, run.inputs["data"], run.input_datasets["data"],
                  run.get_details()["runId"], run.get_status(), run.offline]))
"""
    ended = room.run(
        script, parameters={"lr": 0.1, "s": "x"}, inputs={"data": str(tmp_path / "data.csv")}
    )
    path = str(tmp_path / "data.csv")
    parameters = {"lr": 0.1, "s": "x"}
    assert json.loads(ended.log) == [
        *(ended.run_id, "digits", 7, "digits-7", None, parameters, path, path),
        *(ended.run_id, "Running", False),
    ]


EVERYTHING = """
import io, os, math
from decimal import Decimal
from jupyter_mlws import Run
import numpy as np
run = Run.get_context()
run.log("one", 1)
run.log("a", 1); run.log("a", 2, description="second", step=7)
run.log("a b/c <img onerror=x> \\N{SNOWMAN}", np.float32(0.5))
run.log("np", np.int64(3)); run.log("np", np.array([2.5])); run.log("np", Decimal("1.5"))
run.log("flag", True); run.log("odd", object); run.log("big", 10**30)
run.log("wild", math.nan); run.log("wild", math.inf); run.log("wild", -np.inf)
run.log_list("list", np.arange(3)); run.log_list("list", (x for x in "ab"))
run.log_row("row", x=1, y=2.0); run.log_row("row", x=np.int8(3), y=math.nan)
run.log_row("single", x=1)
run.log_table("table", {"x": np.arange(2), "y": ["a", "b"]})
run.log_list("a", [9])
run.tag("t"); run.tag("stage", "dev"); run.set_tags({"stage": "prod", "n": 1}); run.remove_tags("n")
run.add_properties({"p": 1})
try:
    run.add_properties({"q": 2, "p": 2})
except ValueError as error:
    print(error)
for wrong in (lambda: run.log("l", [1]), lambda: run.log("l", np.zeros(2)), lambda: run.log(3, 1),
              lambda: run.log("", 1), lambda: run.log("a\\nb", 1), lambda: run.log("x" * 256, 1),
              lambda: run.upload_file("../x", "f.txt"), lambda: run.upload_file("x", "none"),
              lambda: run.log_image("i"), lambda: run.register_model("nothing"),
              lambda: run.wait_for_completion(), lambda: run.submit_child,
              lambda: run.experiment.workspace.datasets):
    try:
        wrong()
        raise SystemExit("went through")
    except (ValueError, TypeError, OSError, RuntimeError, AttributeError):
        pass
open("f.txt", "w").write("f"); os.makedirs("d/e"); open("d/e/g.txt", "w").write("g")
run.upload_file("f.txt", "f.txt")
run.upload_file("outputs/f.txt", "outputs/f.txt")
run.upload_file("logs/s.bin", io.BytesIO(b"s"))
run.upload_folder("outputs/dir", "d")
try:
    run.upload_file("f.txt", "d/e/g.txt")
    raise SystemExit("overwritten")
except FileExistsError:
    pass
class Figure:
    def savefig(self, path): open(path, "wb").write(b"png")
run.log_image("picture", plot=Figure()); run.log_image("picture", path="f.txt")
run.download_file("outputs/dir/e/g.txt", "back.txt"); assert open("back.txt").read() == "g"
names = run.get_file_names()
run.progress(1, 3, "epoch"); run.log_param("found", 0.5)
children = run.create_children(tag_key="fold", tag_values=[1, 2])
children[0].log("acc", 1); children[0].complete(); children[1].fail("why", "E1")
grand = children[0].child_run("grand"); grand.cancel()
assert [c.id for c in run.children] == [c.id for c in children], run.children
assert [c.id for c in run.get_children(recursive=True)] == [c.id for c in [*children, grand]]
assert [c.id for c in run.get_children(tags={"fold": "2"})] == [children[1].id]
assert [c.get_status() for c in [*children, grand]] == ["Completed", "Failed", "Canceled"]
assert children[0].parent is run and grand.parent is children[0]
run.flush(); run.complete(); run.fail("not really"); run.start(); run.cancel()
metrics = run.get_metrics()
assert math.isnan(metrics["wild"][0]) and metrics["wild"][1:] == [math.inf, -math.inf]
assert math.isnan(metrics["row"]["y"][1])
del metrics["wild"], metrics["row"], metrics["picture"]
assert metrics == {"one": 1, "a": [1, 2], "a b/c <img onerror=x> \\N{SNOWMAN}": 0.5,
    "np": [3, 2.5, 1.5], "flag": 1, "odd": "<class 'object'>", "big": 1e30,
    "list": [0, 1, 2, "a", "b"], "single": {"x": 1},
    "table": {"x": [0, 1], "y": ["a", "b"]}}, metrics
assert run.get_metrics("one") == {"one": 1}
assert run.get_metrics(recursive=True)[children[0].id] == {"acc": 1}
assert run.tags == run.get_tags() == {"t": None, "stage": "prod"}, run.tags
assert run.properties == {"p": "1"}, run.properties
print("names", *names)
"""


def test_every_call_does_what_azures_did(room):
    ended = room.run(EVERYTHING)
    assert ended.exit["code"] == 0, ended.log
    assert "The property 'p' is '1' already" in ended.log
    assert "'a' was logged as a scalar before; this list is dropped." in ended.log
    assert ended.metric("wild") == ["NaN", "Infinity", "-Infinity"]
    assert ended.events("metric", name="a")[1]["step"] == 7
    assert not ended.events("property", key="q")
    assert [e["path"] for e in ended.events("file")] == [
        *("outputs/f.txt", "outputs/f.txt", "logs/s.bin", "outputs/dir/e/g.txt")
    ]
    for picture in ended.events("image"):
        assert (ended.home / "code" / picture["path"]).exists()
    child = ended.events("child", state="Failed")[0]
    assert child["reason"] == "E1: why"
    assert ended.events("state", done=1, total=3, unit="epoch")
    assert ended.events("param", name="found", value=0.5)
    assert ended.events("note", text="not really")


def test_the_same_calls_work_without_a_run_and_say_once_where_values_go(tmp_path):
    (tmp_path / "script.py").write_text(EVERYTHING)
    environment = {"PYTHONPATH": str(LIB), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(
        [sys.executable, "script.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("there is no run here") == 1


def test_a_table_of_many_megabytes_becomes_a_file_that_its_event_names(room):
    script = """
from jupyter_mlws import Run
run = Run.get_context()
run.log_table("large", {"x": list(range(400_000))})
run.log("text", "a" * 2_000_000)
run.log("after", 1)
"""
    ended = room.run(script)
    assert ended.exit["code"] == 0, ended.log
    (table,) = ended.events("table")
    kept = json.loads((ended.home / "code" / table["path"]).read_text())
    assert kept["x"][-1] == 399_999 and "value" not in table
    (text,) = ended.events("metric", name="text")
    assert len(json.loads((ended.home / "code" / text["path"]).read_text())) == 2_000_000
    assert ended.metric("after") == [1]
    assert all(len(p.read_bytes()) < 100_000 for p in (ended.home / "events").glob("*"))


@pytest.mark.parametrize(
    ("layout", "name", "version", "found"),
    [
        (["m/1/model.pkl"], "m", None, "m/1/model.pkl"),
        (["m/1/model.pkl", "m/10/model.pkl", "o/1/x"], "m", None, "m/10/model.pkl"),
        (["m/1/model.pkl", "m/10/model.pkl"], "m", 1, "m/1/model.pkl"),
        (["m/1/a", "m/1/b"], "m", None, "m/1"),
        (["model.pkl"], "anything", None, "model.pkl"),
        (["m/1/model.pkl"], "other", None, None),
        (["m/1/model.pkl"], "m", 2, None),
    ],
)
def test_a_model_that_was_given_is_found_by_its_name(tmp_path, layout, name, version, found):
    for path in layout:
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).touch()
    script = f"from azureml.core import Model\nprint(Model.get_model_path({name!r}, {version!r}))"
    environment = {"PYTHONPATH": str(LIB), "AZUREML_MODEL_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True
    )
    if found is None:
        assert "ModelNotFoundException" in done.stderr
    else:
        assert done.stdout.strip() == str(tmp_path / found), done.stderr
