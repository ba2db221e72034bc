"""Entry scripts in Azure's manner."""

import json

import pytest

from jupyter_mlws.errors import Conflict
from tests.scoring.conftest import ZEROS, wait_until

AZURE = """
import json, os
import joblib
import numpy as np
import beside

def init():
    global model
    path = os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.pkl")
    model = joblib.load(path)
    print("model loaded from", path)

def run(raw_data):
    data = np.array(json.loads(raw_data)["data"])
    print("asked for", len(data))
    return model.predict(data).tolist()
"""

ANYTHING = """
import datetime, json, os
calls = 0

def init():
    global calls
    calls += 1

class Response:
    status_code = 418
    headers = {
        "X-Tea": "pot", "Content-Type": "text/plain", "Connection": "x", "Bad": "a\\r\\nb: c",
        "Transfer-Encoding": "chunked", "Content-Length": 3,
    }
    def get_data(self):
        return b"short and stout"

def run(data, request_headers):
    import numpy as np
    asked = json.loads(data)
    return {
        "text": "plain", "json": json.dumps({"a": 1}), "list": [1, 2], "array": np.arange(3),
        "scalar": {"mean": np.float32(0.5)}, "nan": [float("nan"), float("inf")], "none": None,
        "day": {"d": datetime.date(2030, 1, 2)}, "init": calls, "response": Response(),
        "where": [os.getcwd(), os.environ["AZUREML_ENTRY_SCRIPT"], os.environ["COLOUR"]],
        "headers": sorted(request_headers), "what": object(),
    }[asked]
"""


def test_azures_script_runs_as_it_is(make):
    endpoint = make(AZURE)
    (endpoint.folder / "code" / "beside.py").write_text("")
    endpoint.up()
    status, headers, told = endpoint.ask({"data": [ZEROS, ZEROS]})
    assert status == 200 and len(told) == 2
    assert float(headers["x-ms-run-fn-exec-ms"]) > 0
    wait_until(lambda: "replica 1 (revision 1) | asked for 2" in endpoint.log)
    assert "| model loaded from" in endpoint.log


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ([[1.0, 2.0]], "X has 2 features"),
        ([1.0], "Expected 2D array"),
        ([[1.0], [1, 2]], "inhomog"),
    ],
)
def test_rows_that_scikit_learn_refuses_in_a_script_are_the_clients_fault(make, data, says):
    """There is no sample to hold them against: the words of the library tell."""
    endpoint = make(AZURE)
    (endpoint.folder / "code" / "beside.py").write_text("")
    endpoint.up()
    status, _, told = endpoint.ask({"data": data})
    assert status == 400
    assert says in told["message"] and "\n" not in told["message"]


@pytest.fixture(scope="module")
def anything(tmp_path_factory, program, digits):
    from tests.scoring.conftest import Endpoint

    folder = tmp_path_factory.mktemp("anything") / "any"
    folder.mkdir()
    (folder / "score.py").write_text(ANYTHING)
    endpoint = Endpoint(
        folder,
        program,
        script="score.py",
        code_dir=str(folder),
        model_dir=str(digits),
        variables={"COLOUR": "blue"},
    )
    yield endpoint.up()
    endpoint.end()


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("text", "plain"),
        ("json", {"a": 1}),
        ("list", [1, 2]),
        ("array", [0, 1, 2]),
        ("scalar", {"mean": 0.5}),
        ("nan", ["NaN", "Infinity"]),
        ("none", None),
        ("day", {"d": "2030-01-02"}),
        ("init", 1),
    ],
)
def test_what_run_returns_becomes_json(anything, asked, answer):
    status, headers, told = anything.ask(asked if asked is None else json.dumps(asked))
    assert (status, told) == (200, answer)
    assert headers["content-type"] == "application/json"


def test_a_response_object_says_all_by_itself(anything):
    status, headers, told = anything.ask(json.dumps("response"))
    assert (status, told, headers["x-tea"]) == (418, "short and stout", "pot")
    assert not {"bad", "b", "connection", "transfer-encoding"} & {name.lower() for name in headers}


def test_the_script_is_at_home_in_its_folder_and_sees_no_key(anything):
    told = anything.ask(json.dumps("where"))[2]
    assert told == [str(anything.folder), "score.py", "blue"]
    told = anything.ask(json.dumps("headers"), x_mine="1")[2]
    assert "x-mine" in told and "authorization" not in told


@pytest.mark.parametrize("asked", ["what", "no such key"])
def test_a_run_that_fails_is_500_and_tells_the_traceback_to_the_log_alone(anything, asked):
    status, headers, told = anything.ask(json.dumps(asked), x_request_id="bad-1")
    assert status == 500 and headers["x-ms-run-function-failed"] == "True"
    assert told["code"] == "run_failed" and "Traceback" not in told["message"]
    assert headers["x-ms-request-id"] == "bad-1"
    wait_until(lambda: "Traceback" in anything.log)
    assert anything.ask(json.dumps("list"))[0] == 200


def test_a_body_that_the_script_cannot_parse_is_the_clients_fault(anything):
    assert anything.ask(b"{nonsense")[0] == 400
    assert anything.ask(b"\xff")[0] == 400


def test_rows_are_held_against_the_sample(make):
    endpoint = make(AZURE.replace("import beside", ""), sample={"data": [ZEROS]}).up()
    status, _, told = endpoint.ask({"data": [[1, 2]]})
    assert status == 400 and "Row 0 has 2 values; the model takes 64" in told["message"]
    assert endpoint.ask({"rows": 3})[0] == 400
    assert endpoint.ask({"data": [ZEROS]})[0] == 200


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "def init():\n    raise ValueError('no weights here')\ndef run(d): pass",
            "no weights here",
        ),
        ("import nowhere_to_be_found", "No module named 'nowhere_to_be_found'"),
        ("def run(d): pass", "does not define init()"),
        ("def init(): pass", "does not define run()"),
        ("def init(:", "SyntaxError"),
        ("import os\ndef init(): os._exit(7)\ndef run(d): pass", "exited with code 7"),
        ("import ctypes\ndef init(): ctypes.string_at(0)\ndef run(d): pass", "SIGSEGV"),
    ],
)
def test_a_script_that_does_not_start_is_failed_with_the_reason(make, text, says):
    endpoint = make(text).start()
    wait_until(lambda: endpoint.state() == "Failed")
    assert says in endpoint.status()["reason"]
    assert endpoint.ask({"data": []})[0] == 503
    assert endpoint.ask(None, None, "GET", "/healthz")[0] == 200
    assert endpoint.ask(None, None, "GET", "/readyz")[0] == 503


@pytest.mark.parametrize("names", [(), ("a.pkl", "b.joblib")])
def test_a_model_that_cannot_be_told_is_failed(make, tmp_path, names):
    (tmp_path / "m").mkdir()
    for name in names:
        (tmp_path / "m" / name).write_bytes(b"")
    endpoint = make(model_dir=str(tmp_path / "m")).start()
    wait_until(lambda: endpoint.state() == "Failed")
    assert "Which file is the model is not clear" in endpoint.status()["reason"]


def test_a_script_that_fails_on_the_sample_does_not_serve(make):
    broken = "def init(): pass\ndef run(d): return 1 / 0"
    endpoint = make("def init(): pass\ndef run(d): return 1", sample={"data": [[1]]}).up()
    (endpoint.folder / "code" / "new.py").write_text(broken)
    with pytest.raises(Conflict, match="failed on the model's sample"):
        endpoint.change(revision=2, script="new.py")
    assert endpoint.ask({"data": [[1]]})[2] == 1
