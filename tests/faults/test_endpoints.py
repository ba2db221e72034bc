"""Endpoints when processes die: they answer, heal, and keep what serves."""

import json
import os
import signal
import threading
import time
import urllib.error
import urllib.request
from contextlib import suppress

import pytest

from jupyter_mlws.errors import Conflict
from jupyter_mlws.records.endpoint import EndpointPatch


class Caller:
    """Someone who has the address and a key, and nothing else of the workspace."""

    def __init__(self, uri, key):
        self.uri, self.key = uri, key

    def __call__(self, data=1, key=None):
        """Status and answer; status 0 where nobody answers."""
        request = urllib.request.Request(
            self.uri,
            data=json.dumps({"data": data}).encode(),
            headers={
                "Authorization": f"Bearer {self.key if key is None else key}",
                "Content-Type": "application/json",
            },
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 0, None


@pytest.fixture
def served_model(own_served, maker, until):
    """An endpoint, and who calls it."""
    endpoint = maker.endpoint(until)
    caller = Caller(endpoint.scoring_uri, maker.client.keys("svc").primary)
    assert caller([[1]])[1]["word"] == "first"
    yield caller
    own_served.process.poll()
    if own_served.process.returncode is not None:
        own_served.start()
    with suppress(Conflict):
        maker.client.delete_endpoint("svc")
    assert caller()[0] == 0


def test_it_answers_while_the_owner_is_dead_and_knows_it_again(
    own_served, maker, served_model, until
):
    before = served_model()[1]["pid"]
    own_served.kill()
    for _ in range(20):
        assert served_model()[0] == 200
    own_served.start()
    maker.healthy(until)
    assert served_model()[1]["pid"] == before
    assert maker.client.invoke("svc", {"data": [2]}).body["data"] == [2]


def test_a_replica_is_back_though_the_owner_is_dead(own_served, served_model, until):
    own_served.kill()
    before = served_model()[1]["pid"]
    os.kill(before, signal.SIGKILL)
    until(lambda: served_model()[0] == 200 and served_model()[1]["pid"] != before)


def test_a_dead_router_comes_back_with_its_port_and_its_keys(maker, served_model, until):
    first = maker.client.endpoint("svc")
    key = maker.client.keys("svc")
    shim = own_home(maker, first.run_id) / "shim.json"
    router = json.loads(shim.read_bytes())["command"]["pid"]
    os.kill(router, signal.SIGKILL)
    until(lambda: maker.client.endpoint("svc").run_id != first.run_id, 60)
    until(lambda: served_model()[0] == 200, 60)
    maker.healthy(until)
    again = maker.client.endpoint("svc")
    assert (again.scoring_uri, maker.client.keys("svc")) == (first.scoring_uri, key)
    assert served_model(key="wrong")[0] == 401


def own_home(maker, run_id):
    return maker.served.place.state / "runs" / run_id / "1"


def test_an_update_to_a_broken_model_keeps_what_serves(maker, served_model, until):
    broken = maker.model("broken")
    maker.client.update_endpoint("svc", EndpointPatch(model=broken.label))
    until(lambda: maker.client.endpoint("svc").deployments[0].state.value == "Failed", 60)
    found = maker.client.endpoint("svc")
    assert (found.state.value, found.revision, found.models) == ("Healthy", 1, ("model:1",))
    assert "cannot be loaded" in found.reason
    assert served_model()[1]["word"] == "first"
    assert maker.client.delete_version("model", 2).deleted_at


@pytest.mark.parametrize("before", ["first", "broken"])
def test_while_an_update_is_under_way_nobody_sees_another_state(maker, until, before):
    """The watch looks several times meanwhile, and must not say what the old revision says."""
    maker.endpoint(until, name="slowly") if before == "first" else maker.broken(until, "slowly")
    maker.client.update_endpoint("slowly", EndpointPatch(model=maker.model("slow").label))
    end = time.monotonic() + 3  # its init() takes 4 s, and the watch looks every 0.25 s
    while time.monotonic() < end:
        assert maker.client.endpoint("slowly").state.value == "Transitioning"
        with pytest.raises(Conflict, match="Transitioning now"):
            maker.client.update_endpoint("slowly", EndpointPatch(instances=2))
        time.sleep(0.1)
    until(lambda: maker.client.endpoint("slowly").revision == 2)
    maker.healthy(until, "slowly")
    maker.client.delete_endpoint("slowly")


def test_an_update_drops_no_request(maker, served_model, until):
    second = maker.model("second")
    stop, answers = threading.Event(), []

    def call():
        while not stop.is_set():
            answers.append(served_model())

    threads = [threading.Thread(target=call) for _ in range(2)]
    for thread in threads:
        thread.start()
    maker.client.update_endpoint("svc", EndpointPatch(model=second.label))
    with pytest.raises(Conflict, match="in use"):
        maker.client.delete_version("model", 2)
    until(lambda: maker.client.endpoint("svc").revision == 2, 60)
    until(lambda: answers[-1][1]["word"] == "second")
    stop.set()
    for thread in threads:
        thread.join()
    assert {status for status, _ in answers} == {200}
    assert {answer["word"] for _, answer in answers} == {"first", "second"}


def test_a_new_key_ends_the_old_one_and_the_other_stays(own_served, maker, served_model):
    keys = maker.client.keys("svc")
    fresh = maker.client.regenerate("svc", "primary")
    assert served_model()[0] == 401
    assert served_model(key=fresh.primary)[0] == 200
    assert served_model(key=keys.secondary)[0] == 200
    assert served_model(key="")[0] == 401
    for method, path in (("GET", "keys"), ("POST", "keys/secondary")):
        status, headers, _ = own_served.ask(method, f"endpoints/svc/{path}")
        assert (status, headers["Cache-Control"]) == (200, "no-store")
