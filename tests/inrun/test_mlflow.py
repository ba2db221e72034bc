"""Real MLflow clients, old and new, in a real run."""

import json
import socket
import threading

import pytest

from jupyter_mlws.shim.mlflow import responder

pytestmark = pytest.mark.timeout(900)  # the first use of a version installs it

PLAIN = """
import math, os, sys
import mlflow
mlflow.set_experiment("churn")
with mlflow.start_run() as run:
    assert run.info.run_id == os.environ["MLWS_RUN_ID"], run.info.run_id
    mlflow.log_param("alpha", 0.3)
    mlflow.log_params({"a": "x", "b": 2})
    for step in range(3):
        mlflow.log_metric("loss", 1 / (step + 1), step=step)
    mlflow.log_metrics({"nan": math.nan, "inf": math.inf})
    mlflow.set_tag("stage", "dev")
    mlflow.set_tag("gone", "soon")
    mlflow.delete_tag("gone")
    open("note.txt", "w").write("hello")
    mlflow.log_artifact("note.txt", "notes")
    mlflow.log_dict({"a": 1}, "d.json")
    mlflow.log_metric("bad\\nname", 1) if "bad" in sys.argv else None
client = mlflow.MlflowClient()
got = client.get_run(os.environ["MLWS_RUN_ID"])
assert got.data.metrics["loss"] == 1 / 3, got.data.metrics
assert math.isnan(got.data.metrics["nan"]) and got.data.metrics["inf"] == math.inf
assert got.data.params == {"alpha": "0.3", "a": "x", "b": "2"}, got.data.params
assert got.data.tags["stage"] == "dev" and "gone" not in got.data.tags
history = client.get_metric_history(got.info.run_id, "loss")
assert [m.value for m in history] == [1, 1 / 2, 1 / 3], history
assert [f.path for f in client.list_artifacts(got.info.run_id, "notes")] == ["notes/note.txt"]
assert mlflow.artifacts.load_text(got.info.artifact_uri + "/notes/note.txt") == "hello"
with mlflow.start_run(run_name="second"):
    mlflow.log_metric("loss", 9)
    with mlflow.start_run(run_name="nested", nested=True):
        mlflow.log_metric("loss", 10)
        mlflow.log_text("t", "t.txt")
query = "metrics.loss >= 9 and tags.mlflow.runName = 'nested'"
found = client.search_runs([got.info.experiment_id], query)
assert [r.info.run_name for r in found] == ["nested"], found
try:
    client.log_param(got.info.run_id, "alpha", 0.4)
    raise SystemExit("a parameter was changed")
except mlflow.exceptions.MlflowException as error:
    assert "alpha" in str(error)
"""

AUTOLOG = """
import mlflow
mlflow.sklearn.autolog()
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV
X, y = load_iris(return_X_y=True)
model = LogisticRegression(max_iter=300).fit(X, y)
model.score(X, y)
with mlflow.start_run(run_name="grid"):
    GridSearchCV(LogisticRegression(max_iter=300), {"C": [0.1, 1.0]}).fit(X, y)
"""


def test_a_plain_script_logs_into_its_run(room, mlflow_python):
    ended = room.run(PLAIN, python=mlflow_python)
    assert ended.exit["code"] == 0, ended.log
    assert ended.metric("loss") == [1, 1 / 2, 1 / 3]
    assert ended.metric("nan") == ["NaN"] and ended.metric("inf") == ["Infinity"]
    assert {e["name"]: e["value"] for e in ended.events("param")}["alpha"] == "0.3"
    assert ended.events("tag", key="mlflow.experiment")[0]["value"] == "churn"
    assert (ended.outputs / "notes" / "note.txt").read_text() == "hello"
    second, nested = [e for e in ended.events("child") if "name" in e]
    assert (second["name"], nested["name"]) == ("second", "nested")
    assert nested["parent"] == second["id"] and "parent" not in second
    assert [e["value"] for e in ended.events("metric", run=nested["id"])] == [10]
    assert ended.events("child", id=nested["id"], state="Completed")
    assert (ended.outputs / "children" / nested["id"] / "t.txt").exists()


def test_autolog_leaves_parameters_metrics_and_a_model(room, mlflow_python):
    ended = room.run(AUTOLOG, python=mlflow_python)
    assert ended.exit["code"] == 0, ended.log
    assert "Traceback" not in ended.log and "WARNING mlflow.sklearn: Failed" not in ended.log
    params = {e["name"]: e["value"] for e in ended.events("param") if "run" not in e}
    assert params["max_iter"] == "300"
    assert ended.metric("training_accuracy_score")[0] > 0.9
    assert (ended.outputs / "model" / "MLmodel").exists(), ended.log
    grid = ended.events("child", name="grid")[0]["id"]
    assert [e["value"] for e in ended.events("param", run=grid, name="best_C")] == ["1.0"]
    assert len([e for e in ended.events("child", parent=grid)]) == 2


def test_a_tracking_uri_set_in_the_script_wins(room, mlflow_python):
    script = (
        "import mlflow, os\n"
        "uri = 'sqlite:///own' if mlflow.__version__ >= '3' else 'file:own'\n"
        "mlflow.set_tracking_uri(uri)\n"
        "with mlflow.start_run(): mlflow.log_metric('m', 1)\n"
    )
    ended = room.run(script, python=mlflow_python)
    assert ended.exit["code"] == 0, ended.log
    assert not ended.metric("m")
    assert (ended.home / "code" / "own").exists()


REGISTER = """
import mlflow, sys
from sklearn.linear_model import LinearRegression
model = LinearRegression().fit([[0], [1]], [0, 1])
with mlflow.start_run():
    name = {"name": "m"} if mlflow.__version__ >= "3" else {"artifact_path": "m"}
    mlflow.sklearn.log_model(model, **name, registered_model_name="line")
"""


def test_a_model_that_mlflow_registers_is_asked_of_the_workspace(room, mlflow_python):
    reply = {"result": {"name": "line", "version": 4}}
    ended = room.run_answered(REGISTER, reply, python=mlflow_python)
    assert ended.exit["code"] == 0, ended.log
    assert "version '4' of model 'line'" in ended.log
    (asked,) = ended.events("request")
    assert {"name": "line", "path": "outputs/m"}.items() <= asked["arguments"].items()
    assert (ended.outputs / "m" / "MLmodel").exists()


def test_a_registration_that_is_refused_is_told_to_mlflow(room, mlflow_python):
    reply = {"error": {"code": "invalid", "message": "A model cannot be called line."}}
    ended = room.run_answered(REGISTER, reply, python=mlflow_python)
    assert ended.exit["code"] == 1 and "A model cannot be called line." in ended.log


class Caller:
    """A client of a responder that runs in a thread, as the shim would have it."""

    def __init__(self, home):
        listening = socket.create_server(("127.0.0.1", 0))
        self.port = listening.getsockname()[1]
        args = (listening, str(home), json.loads((home / "spec.json").read_text()), "secret")
        threading.Thread(target=responder.serve, args=args, daemon=True).start()

    def raw(self, sent):
        with socket.create_connection(("127.0.0.1", self.port), 10) as connection:
            connection.sendall(sent)
            connection.shutdown(socket.SHUT_WR)
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def call(self, verb, body=None, token="secret", method="POST"):
        content = b"" if body is None else json.dumps(body).encode()
        head = f"{method} /api/2.0/mlflow/{verb} HTTP/1.1\r\nHost: x\r\n"
        head += f"Authorization: Bearer {token}\r\nContent-Length: {len(content)}\r\n\r\n"
        status, _, said = self.raw(head.encode() + content).partition(b"\r\n\r\n")
        return int(status.split()[1]), json.loads(said)


@pytest.fixture
def home(room):
    return room.lay_out({}, ["true"])


def test_without_the_token_nothing_is_answered(home):
    caller = Caller(home)
    for token in ("", "other", "s\N{LATIN SMALL LETTER E WITH ACUTE}cret"):
        assert caller.call("experiments/search", {}, token=token)[0] == 401
    assert caller.call("experiments/search", {})[0] == 200


@pytest.mark.parametrize(
    "sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 200 + b"\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"\xff\xfe\x00 / HTTP/1.1",
    ],
)
def test_what_is_not_http_is_refused_and_the_next_is_answered(home, sent):
    caller = Caller(home)
    assert caller.raw(sent).startswith(b"HTTP/1.1 4")
    assert caller.call("experiments/search", {})[0] == 200


@pytest.mark.parametrize(
    ("verb", "body", "status"),
    [
        ("runs/get", {"run_id": "other"}, 404),
        ("runs/nonsense", {}, 404),
        ("runs/log-metric", {"key": "a\nb", "value": 1}, 400),
        ("runs/log-metric", {"key": "a", "value": "many"}, 400),
        ("runs/log-batch", {"metrics": 7}, 400),
        ("runs/search", {"filter": "((("}, 400),
        ("artifacts/list", {"path": "../../.."}, 400),
        ("logged-models", {"name": "../../x"}, 400),
    ],
)
def test_a_wrong_request_is_told_so(home, verb, body, status):
    caller = Caller(home)
    run_id = json.loads((home / "spec.json").read_text())["run_id"]
    assert caller.call(verb, {"run_id": run_id, **body})[0] == status
    assert not [p for p in (home / "events").glob("*.jsonl") if b'"metric"' in p.read_bytes()]


def test_a_client_without_a_run_id_begins_the_run_itself_then_children(home):
    caller = Caller(home)
    run_id = json.loads((home / "spec.json").read_text())["run_id"]
    first = caller.call("runs/create", {"tags": [{"key": "a", "value": "b"}]})[1]["run"]
    second = caller.call("runs/create", {"run_name": "c"})[1]["run"]
    assert first["info"]["run_id"] == run_id != second["info"]["run_id"]


def test_calls_on_one_connection_do_not_wait_for_acknowledgements(home):
    caller = Caller(home)
    run_id = json.loads((home / "spec.json").read_text())["run_id"]
    body = json.dumps({"run_id": run_id, "key": "m", "value": 1}).encode()
    head = "POST /api/2.0/mlflow/runs/log-metric HTTP/1.1\r\nAuthorization: Bearer secret\r\n"
    one = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    assert caller.raw(one * 200).count(b"HTTP/1.1 200") == 200
    (events,) = (home / "events").glob("*.jsonl")
    assert events.read_bytes().count(b'"name":"m"') == 200
