"""What changes in the workspace is told on Jupyter's event bus, by owner and stand-by alike."""

import asyncio
import json

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

from jupyter_mlws.client import owner
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.server.feed import MOST, SCHEMA, Feed


@pytest.mark.parametrize("owns", [True, False], ids=["owner", "stand-by"])
def test_a_run_that_changes_is_news(servers, place, until, owned, owns):
    if not owns:
        servers.serve(place)
        until(owned)
    lab = servers.lab(place.root)
    assert (until(owned).pid == lab.pid) is owns
    client = owner.connect(place)

    async def listen():
        url = f"{lab.url.replace('http', 'ws', 1)}api/events/subscribe"
        request = HTTPRequest(url, headers={"Authorization": f"token {lab.token}"})
        socket = await websocket_connect(request)
        spec = RunSpec(command=("/bin/sh", "-c", "echo hello"))
        run = await asyncio.to_thread(client.submit, NewRun(spec=spec))
        while True:
            event = json.loads(await asyncio.wait_for(socket.read_message(), 60))
            if event["schema_id"] == SCHEMA and f"run:{run.id}" in event["subjects"]:
                return event

    assert asyncio.run(listen())["rev"] > 0


class Bus:
    def __init__(self):
        self.heard = []

    def emit(self, *, schema_id, data):
        assert schema_id == SCHEMA
        self.heard.append(data)


def test_what_comes_fast_is_put_together():
    bus = Bus()

    async def flood():
        feed = Feed(bus, asyncio.get_running_loop())
        for rev in range(1, 1001):
            feed.changed(rev, (f"run:{rev % 7}",))
            await asyncio.sleep(0)
        while bus.heard[-1]["rev"] < 1000:
            await asyncio.sleep(0.01)

    asyncio.run(flood())
    assert len(bus.heard) <= 3
    assert {subject for event in bus.heard for subject in event["subjects"]} == {
        f"run:{n}" for n in range(7)
    }


def test_very_much_is_only_that_something_changed():
    bus = Bus()

    async def flood():
        feed = Feed(bus, asyncio.get_running_loop())
        feed.changed(1, [f"run:{n}" for n in range(MOST + 1)])
        while not bus.heard:
            await asyncio.sleep(0.01)

    asyncio.run(flood())
    assert bus.heard == [{"rev": 1, "subjects": []}]
