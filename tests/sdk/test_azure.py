"""Azure ML's names: what a program written for them finds here."""

import json
import urllib.error
import urllib.request

import numpy as np
import pytest

from jupyter_mlws import (
    Environment,
    Experiment,
    InferenceConfig,
    LocalWebservice,
    Model,
    RunConfiguration,
    ScriptRunConfig,
    Webservice,
    Workspace,
)
from jupyter_mlws.errors import Conflict, Invalid, LaunchRejected, MlwsError, NotFound
from jupyter_mlws.magics.card import RunCard
from jupyter_mlws.sdk.parameters import plain
from jupyter_mlws.sdk.run import Run

TRAIN = """
import argparse, os, joblib
from sklearn.linear_model import LogisticRegression
from jupyter_mlws import Run

given = argparse.ArgumentParser()
given.add_argument("--alpha", type=float)
alpha = given.parse_args().alpha
run = Run.get_context()
run.log("alpha", alpha)
for loss in (3.0, 2.0, 1.0):
    run.log("loss", loss)
run.log("broken", float("nan"))
run.log_row("row", a=1, b="x")
run.log_row("row", a=2, b="y")
model = LogisticRegression().fit([[0.0], [1.0]], [0, 1])
os.makedirs("outputs", exist_ok=True)
joblib.dump(model, "outputs/model.pkl")
print("trained", flush=True)
"""
SCORE = """
import json, os, joblib

def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))

def run(data):
    return [2 * int(one) for one in model.predict(json.loads(data)["data"])]
"""


@pytest.fixture(scope="session")
def code(tmp_path_factory):
    folder = tmp_path_factory.mktemp("code")
    (folder / "train.py").write_text(TRAIN)
    (folder / "score.py").write_text(SCORE)
    return folder


@pytest.fixture(scope="session")
def run(ws, code):
    """A run that completed."""
    config = ScriptRunConfig(
        source_directory=code,
        script="train.py",
        arguments=["--alpha", 0.3],
        compute_target="local",
        environment=Environment("mine"),
    )
    run = Experiment(ws, "digits").submit(config, tags={"stage": "dev"}, display_name="base")
    run.wait_for_completion()
    return run


@pytest.fixture(scope="session")
def model(run):
    return run.register_model(
        "digits", "outputs/model.pkl", tags={"stage": "dev"}, model_framework="scikit-learn"
    )


def test_a_workspace_is_found_from_below_and_made_once(ws, monkeypatch):
    below = ws.root / "a" / "b"
    below.mkdir(parents=True, exist_ok=True)
    monkeypatch.chdir(below)
    assert Workspace.from_config().id == ws.id
    with pytest.raises(Conflict):
        Workspace.create(location=ws.root)
    assert Workspace.create(location=ws.root, exist_ok=True).id == ws.id


def test_a_run_from_outside(run):
    assert (run.get_status(), run.number, run.display_name) == ("Completed", 1, "base")
    assert run.tags["stage"] == "dev"
    details = run.get_details()
    assert (details["runId"], details["status"]) == (run.id, "Completed")
    assert details["arguments"] == ["--alpha", "0.3"]
    assert "outputs/model.pkl" in run.get_file_names()


def test_metrics_have_azures_shape(run):
    metrics = run.get_metrics()
    assert metrics["alpha"] == 0.3
    assert metrics["loss"] == [3.0, 2.0, 1.0]
    assert metrics["broken"] != metrics["broken"]  # NaN
    assert metrics["row"] == {"a": [1, 2], "b": ["x", "y"]}
    assert run.get_metrics("alpha") == {"alpha": 0.3}
    assert run.get_metrics("none") == {}


MACHINE = """
import pathlib, time
from jupyter_mlws import Run

run = Run.get_context()
run.log("loss", 1.0)
until = time.monotonic() + 30
while "system/cpu_percent" not in run.get_metrics("system/cpu_percent"):
    assert time.monotonic() < until
    time.sleep(0.05)
"""


def test_what_the_machine_measures_is_there_when_asked_for_by_name(ws, tmp_path):
    (tmp_path / "long.py").write_text(MACHINE)
    config = ScriptRunConfig(tmp_path, "long.py", retries=1, inputs={"data": tmp_path})
    run = Experiment(ws, "measured").submit(config)
    assert run.wait_for_completion()["spec"]["inputs"] == {"data": str(tmp_path)}
    assert run.get_details()["spec"]["retries"] == 1
    assert run.get_metrics() == {"loss": 1.0}
    assert run.get_metrics("system/cpu_percent").keys() == {"system/cpu_percent"}
    card = RunCard(ws.client, ws.id, ws.client.run(run.id))
    assert card.metrics == {"loss": 1.0}
    with pytest.raises(Invalid, match="There is nothing at /no"):
        Experiment(ws, "measured").submit(ScriptRunConfig(tmp_path, "long.py", inputs={"a": "/no"}))


def test_show_output_prints_the_log(run, capsys):
    run.wait_for_completion(show_output=True)
    assert capsys.readouterr().out.startswith("trained\n")


def test_tags_come_and_go(run):
    run.tag("seen")
    run.set_tags({"a": "1"})
    assert run.tags.items() >= {"seen": "", "a": "1"}.items()
    run.remove_tags(["a", "seen"])
    assert not run.tags.keys() & {"a", "seen"}


def test_files_are_downloaded(run, tmp_path):
    assert run.download_file("outputs/model.pkl", tmp_path).name == "model.pkl"
    (path,) = run.download_files("outputs", tmp_path)
    assert path == tmp_path / "outputs" / "model.pkl"
    with pytest.raises(NotFound, match=r"has no file nope; it has outputs/model\.pkl"):
        run.download_file("nope")


def test_runs_are_listed_and_found(ws, run):
    assert [one.id for one in Experiment(ws, "digits").get_runs()] == [run.id]
    assert Run.get(ws, "digits-1").id == ws.get_run("digits-1").id == run.id
    with pytest.raises(NotFound, match="digits-99"):
        ws.get_run("digits-99")
    assert "digits" in ws.experiments


def test_a_failed_run_raises_unless_told(ws, tmp_path):
    (tmp_path / "fail.py").write_text("raise SystemExit(3)")
    config = ScriptRunConfig(tmp_path, "fail.py")
    run = Experiment(ws, "failing").submit(config)
    with pytest.raises(LaunchRejected, match="failing-1: Failed"):
        run.wait_for_completion()
    assert run.wait_for_completion(raise_on_error=False)["exit_code"] == 3


def test_a_command_a_run_configuration_and_cancel(ws, tmp_path):
    how = RunConfiguration()
    how.environment_variables["GREETING"] = "hello"
    with pytest.warns(UserWarning, match="compute_target here is ignored"):
        command = "sh -c 'echo $GREETING; sleep 600'"
        config = ScriptRunConfig(tmp_path, command=command, run_config=how, compute_target="x")
    run = Experiment(ws, "commands").submit(config)
    log = ws.client.follow_log(run.id)
    assert next(log) == b"hello\n"
    run.cancel()
    assert run.wait_for_completion(raise_on_error=False)["status"] == "Canceled"


@pytest.mark.parametrize(
    ("config", "error", "sentence"),
    [
        ({"script": "trian.py"}, NotFound, "did you mean train.py"),
        ({"script": "train.py", "compute_target": "gpu"}, Invalid, "no target 'gpu'"),
        ({"script": "train.py", "parameters": {"lr": [1]}}, Invalid, "'lr' is of type list"),
        ({"script": "train.py", "parameters": {"lr": 1j}}, Invalid, "'lr' is of type complex"),
    ],
)
def test_what_is_not_there_is_named(ws, code, config, error, sentence):
    with pytest.raises(error, match=sentence):
        Experiment(ws, "digits").submit(ScriptRunConfig(code, **config))


def test_parameters_are_taken_by_value():
    given = {"a": np.float32(0.5), "b": np.int64(3), "c": np.array(True), "d": float("nan")}
    assert plain(given) == {"a": 0.5, "b": 3, "c": True, "d": "NaN"}


def test_one_of_script_and_command():
    with pytest.raises(Invalid):
        ScriptRunConfig(".")
    with pytest.raises(Invalid):
        ScriptRunConfig(".", script="a.py", command="b")


def test_a_model_knows_its_run(ws, run, model):
    assert (model.id, model.run_id, model.tags) == ("digits:1", run.id, {"stage": "dev"})
    assert Model(ws, "digits").version == 1
    assert [one.id for one in Model.list(ws, "digits", tags={"stage": "dev"})] == ["digits:1"]
    assert Model.list(ws, tags={"stage": "prod"}) == []
    assert ws.models["digits"].id == "digits:1"
    with pytest.raises(NotFound, match="digits:9"):
        Model(ws, "digits", version=9)


def test_a_local_folder_becomes_a_model_and_comes_back(ws, tmp_path):
    tree = tmp_path / "tree"
    (tree / "sub").mkdir(parents=True)
    (tree / ".gitignore").write_text("*.bin\n")
    (tree / "sub" / "weights.bin").write_bytes(bytes(6_000_000))  # above what a pack holds
    made = Model.register(ws, tree, "tree")
    back = made.download(tmp_path / "back")
    assert (back / "sub" / "weights.bin").stat().st_size == 6_000_000
    assert (back / ".gitignore").read_text() == "*.bin\n"
    with pytest.raises(Conflict, match="exist_ok"):
        made.download(tmp_path / "back")
    made.delete()
    with pytest.raises(NotFound):
        Model(ws, "tree:1")


def test_a_model_is_deployed_asked_updated_and_deleted(ws, model, code):
    service = Model.deploy(
        ws,
        "digits-svc",
        [model],
        InferenceConfig(entry_script="score.py", source_directory=code),
        LocalWebservice.deploy_configuration(),
    )
    service.wait_for_deployment()
    assert (service.state, service.models[0].id) == ("Healthy", "digits:1")
    assert service.run({"data": [[0.0], [1.0]]}) == [0, 2]
    assert service.run(json.dumps({"data": [[1.0]]})) == [2]
    primary, secondary = service.get_keys()
    assert _asked(service.scoring_uri, secondary) == [2]
    assert service.regen_key("Primary")[0] != primary
    with pytest.raises(urllib.error.HTTPError, match="401"):
        _asked(service.scoring_uri, primary)
    second = Model.register(ws, model.download(code / "copy"), "digits")
    address = service.scoring_uri
    service.update(models=[second])
    assert (service.models[0].id, service.scoring_uri) == ("digits:2", address)
    assert Webservice(ws, "digits-svc").run({"data": [[0.0]]}) == [0]
    assert [one.name for one in Webservice.list(ws, model_name="digits")] == ["digits-svc"]
    with pytest.raises(Conflict, match="digits-svc"):
        second.delete()
    with pytest.raises(Conflict, match="already"):
        Model.deploy(ws, "digits-svc", [model])
    assert "ready" in service.get_logs()
    service.delete()
    with pytest.raises(NotFound):
        Webservice(ws, "digits-svc")


def test_a_model_that_cannot_start_says_why(ws, tmp_path):
    (tmp_path / "model.txt").write_text("weights")
    (tmp_path / "score.py").write_text("def init(): raise OSError('no labels')\ndef run(d): ...")
    broken = Model.register(ws, tmp_path / "model.txt", "broken")
    service = Model.deploy(ws, "broken-svc", [broken], InferenceConfig(tmp_path / "score.py"))
    with pytest.raises(LaunchRejected, match="no labels"):
        service.wait_for_deployment()
    with pytest.raises(MlwsError):
        service.run({"data": []})
    service.delete()


def test_an_entry_script_is_checked_before_it_is_sent(tmp_path):
    (tmp_path / "score.py").write_text("def init(): ...")
    with pytest.raises(Invalid, match=r"does not define run\(\)"):
        InferenceConfig(tmp_path / "score.py")
    with pytest.raises(NotFound):
        InferenceConfig(tmp_path / "nope.py")


def _asked(address, key):
    body = json.dumps({"data": [[1.0]]}).encode()
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    with urllib.request.urlopen(urllib.request.Request(address, body, headers)) as answer:
        return json.load(answer)
