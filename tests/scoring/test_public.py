"""What a client meets at the public port."""

import socket

import pytest

from tests.scoring.conftest import KEYS, ZEROS, wait_until


@pytest.mark.parametrize("key", KEYS)
def test_either_key_gets_predictions(served, key):
    status, headers, told = served.ask({"data": [ZEROS, ZEROS]}, key)
    assert status == 200 and len(told["predict"]) == 2
    assert headers["content-type"] == "application/json"


@pytest.mark.parametrize("key", [None, "", "primary-ke", "primary-key2", "x" * 5000])
def test_no_other_key_does(served, key):
    status, headers, told = served.ask({"data": [ZEROS]}, key)
    assert (status, told["code"]) == (401, "unauthorized")
    assert headers["www-authenticate"] == "Bearer"


def test_a_key_in_the_query_is_no_key(served):
    assert served.ask({"data": [ZEROS]}, None, path=f"/score?key={KEYS[0]}")[0] == 401


@pytest.mark.parametrize(
    "body",
    [
        {"data": [ZEROS]},
        [ZEROS],
        {"input_data": [ZEROS]},
        {"Inputs": {"data": [ZEROS]}},
        {"instances": [ZEROS]},
        {"input_data": {"columns": list(range(64)), "index": [0], "data": [ZEROS]}},
    ],
    ids=["data", "list", "input_data", "Inputs", "instances", "table"],
)
def test_rows_are_found_where_azure_and_mlflow_put_them(served, body):
    if isinstance(body, dict) and "columns" in str(body):
        assert served.ask(body)[0] == 400  # this model knows no names of columns
    else:
        assert served.ask(body)[2]["predict"] == [served.ask({"data": [ZEROS]})[2]["predict"][0]]


def test_a_method_can_be_asked_for(served):
    told = served.ask({"data": [ZEROS], "method": "predict_proba"})[2]
    assert sum(told["predict_proba"][0]) == pytest.approx(1)
    assert served.ask({"data": [ZEROS], "method": "fit"})[0] == 400


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "not JSON"),
        (b"{", "not JSON"),
        (b"\xff\xfe", "not JSON"),
        (b"[" * 100_000, "not JSON"),
        ({"rowz": 1}, "no rows"),
        ({"data": [[1, 2, 3]]}, "Row 0 has 3 values; the model takes 64"),
        ({"data": [ZEROS, ZEROS[1:]]}, "Row 1 has 63 values"),
        ({"data": ZEROS}, "Row 0 is not a list"),
        ({"data": [[0] * 63 + ["x"]]}, "could not convert string"),
        ({"data": [[0] * 63 + [float("nan")]]}, "NaN"),
        ({"data": [[0] * 63 + [[1]]]}, "refused"),
        ({"data": [[0] * 63 + [None]]}, "refused"),
        ({"data": [[0] * 1_000_000]}, "Row 0 has 1000000 values"),
    ],
)
def test_a_wrong_body_is_the_clients_fault(served, body, says):
    before = served.status()["replicas"]
    status, _, told = served.ask(body)
    assert (status, told["code"]) == (400, "invalid")
    assert says in told["message"]
    assert served.status()["replicas"][0]["pid"] == before[0]["pid"]


@pytest.mark.parametrize(
    ("method", "path", "key", "status"),
    [
        ("GET", "/healthz", None, 200),
        ("HEAD", "/healthz", None, 200),
        ("GET", "/readyz", None, 200),
        ("GET", "/", None, 200),
        ("GET", "/score", KEYS[0], 405),
        ("OPTIONS", "/score", KEYS[0], 405),
        ("GET", "/status", KEYS[0], 404),
        ("POST", "/../score", KEYS[0], 404),
        ("GET", "/openapi.json", None, 401),
        ("GET", "/nothing", None, 401),
    ],
)
def test_there_are_these_routes(served, method, path, key, status):
    got, headers, _ = served.ask(None, key, method, path)
    assert got == status
    assert not any(name.lower().startswith("access-control") for name in headers)


def test_the_document_describes_the_sample_and_the_key(served):
    told = served.ask(None, method="GET", path="/openapi.json")[2]
    assert told["openapi"] == "3.0.3" and told["security"] == [{"key": []}]
    body = told["paths"]["/score"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert body["required"] == ["data"] and body["example"] == {"data": [ZEROS]}
    assert served.ask(None, method="GET", path="/swagger.json")[2]["swagger"] == "2.0"
    new = served.ask(None, method="GET", path="/swagger.json?version=3")[2]
    assert new == told


def test_the_request_id_comes_back(served):
    body = {"data": [ZEROS]}
    headers = served.ask(body, x_ms_request_id="abc-1", x_ms_client_request_id="mine")[1]
    assert headers["x-ms-request-id"] == "abc-1"
    assert headers["x-ms-client-request-id"] == "mine"
    first, second = (served.ask(body)[1]["x-ms-request-id"] for _ in range(2))
    assert first != second


def test_a_body_that_is_too_large_is_refused_and_the_connection_lives(served):
    limit = served.config.limits.body_bytes
    status, _, told = served.ask(b"0" * (limit + 1))
    assert (status, told["code"]) == (413, "too_large")
    assert served.ask(b"x", Content_Encoding="gzip")[0] == 415


def test_a_body_without_a_length_is_counted_as_it_comes(served):
    port = served.config.port
    head = f"POST /score HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {KEYS[0]}\r\n"
    with socket.create_connection(("127.0.0.1", port), timeout=30) as client:
        client.sendall(head.encode() + b"Transfer-Encoding: chunked\r\n\r\n")
        for _ in range(16):
            client.sendall(b"100000\r\n" + b" " * 0x100000 + b"\r\n")
        client.sendall(b"1\r\n \r\n")
        assert b" 413 " in client.recv(4096)
    assert served.ask({"data": [ZEROS]})[0] == 200


def test_headers_without_end_are_hung_up_on(served):
    address = ("127.0.0.1", served.config.port)
    with socket.create_connection(address, timeout=30) as client, pytest.raises(OSError):
        client.sendall(b"POST /score HTTP/1.1\r\n")
        for n in range(10_000):
            client.sendall(b"X-%d: " % n + b"y" * 1000 + b"\r\n")


def test_garbage_is_answered_400(served):
    with socket.create_connection(("127.0.0.1", served.config.port), timeout=30) as client:
        client.sendall(b"\x16\x03\x01 this is not HTTP\r\n\r\n")
        assert b" 400 " in client.recv(4096)


def test_neither_bodies_nor_keys_are_logged(served):
    served.ask({"data": [ZEROS], "secret": "hunter2-in-the-body"})
    served.ask({"data": [ZEROS]}, "hunter2-as-a-key")
    served.ask({"data": [ZEROS]}, x_request_id="mark-1")
    wait_until(lambda: "mark-1" in served.log)
    line = next(line for line in served.log.splitlines() if "mark-1" in line)
    assert " 200 POST '/score' " in line and " 1 rows replica 1 " in line
    assert "hunter2" not in served.log and not any(key in served.log for key in KEYS)


def test_clients_that_send_too_slowly_are_hung_up_on_and_disturb_nobody(served):
    address = ("127.0.0.1", served.config.port)
    slow = [socket.create_connection(address, timeout=30) for _ in range(200)]
    for client in slow[::2]:
        client.sendall(b"POST /score HTTP/1.1\r\nHost: x\r\n")
    for _ in range(20):
        assert served.ask({"data": [ZEROS]})[0] == 200
    assert [client.recv(1) for client in slow] == [b""] * 200
    for client in slow:
        client.close()
