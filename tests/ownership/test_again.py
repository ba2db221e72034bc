"""The same request once more, after the owner was another server with another address."""

import json

from jupyter_mlws.client import owner
from jupyter_mlws.records.run import NewRun, RunSpec


def test_the_next_owner_knows_what_the_last_one_answered(servers, root, place, owned, until):
    first = servers.serve(place)
    until(owned)
    lab = servers.lab(root)  # below /user/ada/
    client = owner.connect(place, start=False)
    run = client.submit(NewRun(spec=RunSpec(command=("true",))))

    def again(key, order):
        return lab.ask("POST", f"runs/{run.id}/again", order, Idempotency_Key=key)

    answer = again("k", {"name": "more"})
    assert answer[0] == 201
    first.kill()
    until(lambda: owned() and owned().pid == lab.pid)
    until(lambda: lab.ask("GET", "runs")[0] == 200)
    assert again("k", {"name": "more"}) == answer
    assert len(client.runs().items) == 2
    status, said = again("k", {"name": "other"})
    assert (status, json.loads(said)["code"]) == (409, "conflict")
    assert again("l", {"name": "more"})[0] == 201
    assert len(client.runs().items) == 3
