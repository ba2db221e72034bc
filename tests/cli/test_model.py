"""``mlws model`` and ``mlws endpoint``: from a run's output to answers over HTTP."""

import json
import sys
import urllib.error
import urllib.request

import pytest

FIT = """
import os, joblib
from sklearn.linear_model import LogisticRegression
os.makedirs("outputs", exist_ok=True)
joblib.dump(LogisticRegression().fit([[0.0], [1.0]], [0, 1]), "outputs/model.pkl")
"""
SCORE = """
import json, os, joblib

def init():
    global model
    model = joblib.load(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl"))

def run(data):
    return [2 * int(one) for one in model.predict(json.loads(data)["data"])]
"""
ROWS = json.dumps({"data": [[0.0], [1.0]]})


@pytest.fixture(scope="session")
def model(mlws):
    """m:1, from a run."""
    (mlws.folder / "fit.py").write_text(FIT)
    done = mlws("run", "submit", "fit.py", "-e", "fits", "--python", sys.executable, "--wait")
    assert done.code == 0, done.err
    words = ("--run", "fits-1", "--path", "outputs/model.pkl", "--framework", "scikit-learn")
    return mlws("model", "register", "m", *words, "--tag", "stage=dev", "--json").json


def test_a_version_is_counted_and_knows_its_run(mlws, model):
    assert (model["name"], model["version"], model["run"]) == ("m", 1, "fits-1")
    assert mlws("model", "show", "m:1", "--json").json["tags"] == {"stage": "dev"}
    assert mlws("model", "register", "m", "--path", "fit.py").out == "m:2\n"
    assert [one["version"] for one in mlws("model", "list", "m", "--json").json] == [2, 1]
    assert "m:2" in mlws("model", "list").out
    assert mlws("model", "delete", "m:2").code == 0
    assert mlws("model", "register", "m", "--path", "fit.py").out == "m:3\n"
    assert mlws("model", "delete", "m:3").code == 0


def test_download(mlws, model, tmp_path):
    written = mlws("model", "download", "m:1", tmp_path, "--json").json
    assert written == [str(tmp_path / "model.pkl")]
    assert (tmp_path / "model.pkl").stat().st_size == model["size_bytes"]


def test_an_endpoint_from_deploy_to_delete(mlws, model, tmp_path):
    deploy = ("--name", "svc", "--python", sys.executable)
    made = mlws("endpoint", "deploy", "m:1", *deploy, "--json").json
    keys = {"name", "state", "scoring_uri", "openapi_uri", "models", "target", "instances"}
    assert made.keys() >= keys and made["state"] == "Healthy" and made["models"] == ["m:1"]
    shown = mlws("endpoint", "show", "svc", "--json").json
    assert (shown["sample"], shown["n_features"]) == (None, 1), "what a test form begins with"
    held = mlws("endpoint", "keys", "svc", "--json").json
    assert asked(made["scoring_uri"], held["secondary"]) == 200
    assert asked(made["scoring_uri"], "wrong") == 401
    assert asked(made["scoring_uri"], held["primary"], '{"data": [[1, 2, 3]]}') == 400
    new = mlws("endpoint", "regen-key", "svc", "primary").out.strip()
    assert asked(made["scoring_uri"], held["primary"]) == 401
    assert asked(made["scoring_uri"], new) == 200
    (tmp_path / "score.py").write_text(SCORE)
    words = ("--script", "score.py", "--source", tmp_path, "--model", "m:1")
    updated = mlws("endpoint", "update", "svc", *words, "--json").json
    address = made["scoring_uri"]
    assert (updated["scoring_uri"], updated["script"]) == (address, "score.py")
    assert mlws("endpoint", "invoke", "svc", "--data", ROWS).json == [0, 2]
    assert mlws("endpoint", "invoke", "svc", "--data", "-", stdin=ROWS).json == [0, 2]
    wrong = mlws("endpoint", "invoke", "svc", "--data", "{}")
    assert wrong.code == 1 and "svc answered" in wrong.err
    again = mlws("endpoint", "deploy", "m:1", *deploy, "--overwrite", "--queue", "7", "--json").json
    assert (again["scoring_uri"], again["script"], again["revision"]) == (address, None, 3)
    assert again["limits"]["queue"] == 7
    assert mlws("endpoint", "invoke", "svc", "--data", ROWS).json == {"predict": [0, 1]}
    limits = mlws("endpoint", "update", "svc", "--timeout", "9.5", "--json").json["limits"]
    assert (limits["queue"], limits["request_timeout_s"]) == (7, 9.5)
    assert "7 wait, 9.5 s a request" in mlws("endpoint", "show", "svc").out
    assert mlws("model", "delete", "m:1").err.count("svc") >= 1
    assert "revision 2 serves" in mlws("endpoint", "logs", "svc").out
    assert "svc" in mlws("endpoint", "list").out
    assert mlws("endpoint", "delete", "svc").code == 0
    assert mlws("endpoint", "show", "svc").code == 1


def test_an_endpoint_that_cannot_start_says_why(mlws, model, tmp_path):
    (tmp_path / "score.py").write_text("def init(): raise OSError('no labels')\ndef run(d): ...")
    words = ("--script", tmp_path / "score.py", "--python", sys.executable)
    done = mlws("endpoint", "deploy", "m:1", "--name", "bad", *words)
    assert (done.code, done.out) == (1, "")
    assert "no labels" in done.err.splitlines()[-1]
    assert mlws("endpoint", "delete", "bad").code == 0


def asked(address, key, rows=ROWS):
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    try:
        with urllib.request.urlopen(
            urllib.request.Request(address, rows.encode(), headers)
        ) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        return error.code
