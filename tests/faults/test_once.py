"""kill -9 of the owner at every point of a write; sent again with its key it was done once."""

import http.client
import signal
from itertools import count

import pytest

from jupyter_mlws.errors import OwnerNotRunning
from tests.faults.conftest import SCORE
from tests.waiting import until_so


class Retried:
    """Sends a request to an owner that dies on the way, and to the next owner again."""

    def __init__(self, served):
        self.served = served

    def start(self):
        self.served.start("tests.faults.dying")

    def ask(self, method, path, body=None, **headers):
        """Status and answer; None where the connection was lost."""
        try:
            return self.served.json(method, path, body, **headers)
        except (OSError, http.client.HTTPException, OwnerNotRunning):
            return None

    def everywhere(self, method, path, body=None, *, other=None, prepare=None, over=None):
        """For each point n: n, and the answer, which is the same each time.

        `prepare` is called before each; `over` says whether what follows the answer has ended
        too. Ends after the first n that nobody reaches.
        """
        for n in count(1):
            if prepare is not None:
                prepare(n)
            where, sent = path.format(n=n), None if body is None else body(n)
            key = {"Idempotency_Key": f"key {n}"}
            first = self.ask(method, where, sent, **key, X_Die_At=n)
            if first is not None and over is not None:
                until_so(lambda: self.served.process.poll() is not None or over())
            died = first is None or self.served.process.poll() is not None
            if died:
                assert self.served.process.wait(30) == -signal.SIGKILL
                self.start()
            again = self.ask(method, where, sent, **key)
            assert again[0] < 300, (n, again)
            assert first in (None, again)
            assert self.ask(method, where, sent, **key) == again
            if other is not None:
                status, said = self.ask(method, where, {**sent, **other}, **key)
                assert (status, said["code"]) == (409, "conflict"), (n, said)
            yield n, again[1]
            if not died:
                assert n > 2, "no point was found"
                return


@pytest.fixture
def retried(own_served):
    own_served.kill()
    retried = Retried(own_served)
    retried.start()
    return retried


def test_a_version_is_registered_once(own_served, maker, retried):
    digest = maker.send(b"weights")
    body = {"files": [{"path": "model.txt", "size_bytes": 7, "digest": digest}]}
    for n, said in retried.everywhere(
        "POST", "models/m{n}/versions", lambda _: body, other={"description": "another"}
    ):
        assert said["version"] == 1
        versions = own_served.client.versions(f"m{n}")
        assert [one.version for one in versions] == [1]


def test_an_endpoint_is_deployed_once(own_served, maker, retried, until):
    model, code = maker.model("first"), maker.snapshot(score=SCORE)

    def body(n):
        name = f"e{n}"
        return {"name": name, "model": model.label, "script": "score.py", "snapshot": code}

    asked = retried.everywhere("POST", "endpoints", body, other={"instances": 2})
    for n, said in asked:
        assert (said["name"], said["state"]) == (f"e{n}", "Transitioning")
        maker.healthy(until, said["name"])
        found = own_served.client.endpoint(said["name"])
        assert [one.revision for one in found.deployments] == [1]
        assert (found.run_id, found.scoring_uri) == (said["run_id"], said["scoring_uri"])
        own_served.client.delete_endpoint(said["name"])
        assert own_served.client.endpoints() == ()
    assert list((own_served.place.state / "tmp").iterdir()) == []
    assert list((own_served.place.state / "endpoints").iterdir()) == []


def test_an_update_is_one_revision_and_comes(own_served, maker, retried, until):
    maker.endpoint(until)
    models = [maker.model(word).label for word in ("second", "third")]
    key = own_served.client.keys("svc").primary

    def body(n):
        return {"model": models[n % 2], "limits": {"queue": 50 + n}}

    def settled():
        _, found = retried.ask("GET", "endpoints/svc") or (0, None)
        return found and found["state"] == found["deployments"][0]["state"] == "Healthy"

    other = {"instances": 2}
    asked = retried.everywhere("PATCH", "endpoints/svc", body, other=other, over=settled)
    for n, said in asked:
        until(settled, 60)
        found = own_served.client.endpoint("svc")
        assert found.deployments[0].revision == found.revision == n + 1
        assert found.models == (models[n % 2],)
        assert found.limits.queue == 50 + n
        assert said["deployments"][0]["revision"] == found.revision
        answer = own_served.client.invoke("svc", {"data": 1})
        assert answer.body["word"] == ("second", "third")[n % 2]
    assert own_served.client.keys("svc").primary == key
    own_served.client.delete_endpoint("svc")


def test_an_endpoint_goes_once_and_its_name_is_free(own_served, maker, retried, until):
    asked = retried.everywhere(
        "DELETE", "endpoints/e{n}", prepare=lambda n: maker.endpoint(until, f"e{n}")
    )
    for n, said in asked:
        assert (said["name"], said["state"]) == (f"e{n}", "Deleting")
        assert own_served.client.endpoints() == ()


def test_a_new_key_that_was_stored_works(own_served, maker, retried, until):
    """Also where nobody asks for it again: the next owner tells the router."""
    maker.endpoint(until)
    path = "endpoints/svc/keys/primary"
    for n in count(1):
        key = {"Idempotency_Key": f"key {n}"}
        first = retried.ask("POST", path, **key, X_Die_At=n)
        if first is None:
            own_served.process.wait(30)
            retried.start()
        until(lambda: own_served.client.invoke("svc", {"data": 1}).status == 200)
        again = retried.ask("POST", path, **key)
        assert again == retried.ask("POST", path, **key)
        assert again[1]["primary"] == own_served.client.keys("svc").primary
        assert own_served.client.invoke("svc", {"data": 1}).status == 200
        if first is not None:
            assert first == again
            assert n > 2, "no point was found"
            break
    own_served.client.delete_endpoint("svc")
