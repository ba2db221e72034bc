"""Bodies and questions of the wrong shape: each is refused by name, none is an accident."""

import pytest

POSTS = [
    ("POST", "runs", {"spec": {"script": "a.py"}}),
    ("PATCH", "runs/latest", {}),
    ("POST", "runs/latest/again", {}),
    ("POST", "snapshots/plan", {"digests": []}),
    ("POST", "snapshots", {"entries": []}),
    ("POST", "models/m/versions", {}),
    ("PATCH", "models/m/versions/1", {}),
    ("POST", "endpoints", {"name": "e", "model": "m:1"}),
    ("PATCH", "endpoints/e", {}),
    ("POST", "endpoints/e/invoke", {"data": 1}),
    ("POST", "prune", {"older_than_s": 1.0}),
    ("PUT", "targets/local", {}),
]
NOT_JSON = [b"{", b"\xff\xfe", b'{"a": NaN}', b"not json", b"\xef\xbb\xbf{"]
IDS = [f"{method} {path}" for method, path, _ in POSTS]


@pytest.mark.parametrize(("method", "path", "good"), POSTS, ids=IDS)
def test_what_is_no_json_is_400(served, method, path, good):
    for body in NOT_JSON:
        status, said = served.json(method, path, body, raw=True)
        assert (status, said["code"]) == (400, "malformed"), body[:20]


@pytest.mark.parametrize(("method", "path", "good"), POSTS, ids=IDS)
def test_an_unknown_field_is_422_and_named(served, method, path, good):
    status, said = served.json(method, path, {**good, "colour": 1})
    assert (status, said["code"], said["field"]) == (422, "invalid", "colour")


@pytest.mark.parametrize(("method", "path", "good"), POSTS, ids=IDS)
def test_a_body_of_another_kind_is_422(served, method, path, good):
    for body in (b"[]", b'"text"', b"3", b"null", b"true", b"[" * 100_000):
        status, said = served.json(method, path, body, raw=True)
        assert (status, said["code"]) == (422, "invalid"), body[:20]


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "runs", {"spec": {"script": 3}}, "spec.script"),
        ("POST", "runs", {"spec": {"script": "a.py", "retries": "x"}}, "spec.retries"),
        ("POST", "runs", {"spec": {"script": "a.py", "tags": {"a": 1}}}, "spec.tags[...]"),
        ("POST", "runs", {"spec": {"script": "a.py", "target": "moon"}}, "spec.target"),
        ("POST", "runs", {"spec": {"script": "a.py", "priority": 10**40}}, "spec.priority"),
        ("POST", "runs", {"spec": {"script": "a.py"}, "id": "../../x"}, "id"),
        ("PATCH", "runs/latest", {"archived": "yes"}, "archived"),
        ("POST", "runs/latest/again", {"arguments": "x"}, "arguments"),
        ("POST", "snapshots/plan", {"digests": ["sha256:x"]}, "digests[0]"),
        (
            "POST",
            "snapshots",
            {"entries": [{"path": "../x", "digest": "sha256:" + "0" * 64}]},
            None,
        ),
        ("POST", "models/m/versions", {"tags": []}, "tags"),
        ("POST", "endpoints", {"name": "a/b", "model": "m"}, "name"),
        ("POST", "endpoints", {"name": "e", "model": "m", "instances": "2"}, "instances"),
        ("POST", "prune", {"older_than_s": "old"}, "older_than_s"),
        ("PUT", "targets/local", {"config": 3}, "config"),
        ("PUT", "targets/local", {"config": {"slots": 0}}, "slots"),
        ("PUT", "targets/local", {"config": {"slots": "4"}}, "slots"),
        ("PUT", "targets/local", {"config": {"colour": 1}}, None),
        ("PUT", "targets/moon", {"kind": "moon"}, None),
        ("PUT", "targets/a%20b", {}, "name"),
        ("PATCH", "endpoints/e", {"plain": True, "script": "a.py"}, "plain"),
        ("PATCH", "endpoints/e", {"limits": {"concurrency": 0}}, None),
    ],
)
def test_a_field_of_the_wrong_type_is_422_and_named(served, method, path, body, field):
    status, said = served.json(method, path, body)
    assert (status, said["code"]) == (422, "invalid")
    assert field is None or said["field"] == field
    assert "\n" not in said["message"]


@pytest.mark.parametrize(
    "path",
    [
        "runs?limit=0",
        "runs?limit=1001",
        "runs?limit=x",
        "runs?colour=red",
        "runs?state=Sleeping",
        "runs?order=colour",
        "runs?order=created&cursor=x",
        "runs?filter=metric.a%3Ehigh",
        "experiments?cursor=x",
        "experiments?limit=x",
        "experiments?cursor=99999999999999999999",
        "changes?since=x",
        "changes?since=99999999999999999999",
        "changes?since=0&wait_s=nan",
        "changes?since=0&wait_s=-1",
        "changes?wait_s=x",
        "runs/none-1?until=never",
        "runs/none-1?wait_s=nan",
        "runs/none-1/log?offset=x",
        "runs/none-1/log?offset=99999999999999999999",
        "runs/none-1/log?attempt=99999999999999999999",
        "runs/none-1/metrics?buckets=-1",
        "runs/none-1/metrics?buckets=501",
        "runs/none-1/metrics/loss?buckets=10001",
    ],
)
def test_a_question_that_makes_no_sense_is_422(served, path):
    status, said = served.json("GET", path)
    assert (status, said["code"]) == (422, "invalid"), said


def test_bytes_that_are_no_text_are_refused(served):
    for path in ("runs?filter=%ff", "runs/%ff", "runs/%ff/files/%ff"):
        status, _, body = served.ask("GET", path)
        assert status in (400, 404, 422)
        assert b"Traceback" not in body


def test_a_body_that_is_too_large_is_413(served):
    body = b'{"spec": {"script": "' + b"x" * (17 << 20) + b'"}}'
    status, said = served.json("POST", "runs", body, raw=True)
    assert (status, said["code"]) == (413, "too_large")


@pytest.mark.parametrize("body", [b"", b"no pack", b"mlws-pack-1\n", b"mlws-pack-1\n" + b"x" * 99])
def test_what_is_no_pack_is_refused(served, body):
    status, said = served.json("POST", "packs", body, raw=True)
    assert (status, said["code"]) == (422, "invalid")


def test_what_is_not_there_is_said_and_what_is_is_named(served):
    for path, words in (
        ("runs/digits-7", "mlws run list"),
        ("models/digits/versions", "none is registered yet"),
        ("models/digits/versions/3", "none is registered yet"),
        ("endpoints/svc", "none is deployed yet"),
        ("targets/moon", "there is local"),
        ("snapshots/sha256:0", "snapshot"),
    ):
        status, said = served.json("GET", path)
        assert (status, said["code"]) == (404, "not_found"), path
        assert words in said["message"]


def test_a_path_that_is_no_route_is_a_problem_too(served):
    status, said = served.json("GET", "nothing/like/this")
    assert status == 404
    assert said["message"]


def test_after_all_this_it_works(served):
    assert served.json("GET", "runs") == (200, {"items": [], "next": None})
