"""A ledger of what was acknowledged, and what endpoints are made of."""

import pytest

from jupyter_mlws.records.endpoint import NewEndpoint
from jupyter_mlws.records.files import FileEntry
from jupyter_mlws.records.model import NewVersion
from jupyter_mlws.records.packing import MAGIC, digest_of, end
from jupyter_mlws.records.run import NewRun, RunSpec
from jupyter_mlws.records.snapshot import Entry
from jupyter_mlws.snapshot.send import record_of

SCORE = """
import json, os, time

def init():
    global word
    with open(os.path.join(os.environ["AZUREML_MODEL_DIR"], "model.txt")) as file:
        word = file.read()
    if word == "broken":
        raise ValueError("this model cannot be loaded")
    if word == "slow":
        time.sleep(4)

def run(data):
    return {"word": word, "data": json.loads(data)["data"], "pid": os.getpid()}
"""


class Maker:
    """Sends contents to a real server, and makes runs, models and endpoints of them."""

    def __init__(self, served):
        self.served = served

    @property
    def client(self):
        return self.served.client

    def send(self, content):
        digest = digest_of(content)
        self.client.send(iter([MAGIC, *record_of(digest, content), end(1)]))
        return digest

    def snapshot(self, **files):
        entries = [
            Entry(path=f"{name}.py", digest=self.send(text.encode()), size_bytes=len(text.encode()))
            for name, text in files.items()
        ]
        return self.client.snapshot(entries).id

    def submit(self, *command, **asked):
        return self.client.submit(NewRun(spec=RunSpec(command=command, **asked)))

    def model(self, word, name="model"):
        content = word.encode()
        entry = FileEntry(path="model.txt", size_bytes=len(content), digest=self.send(content))
        return self.client.register(name, NewVersion(files=(entry,)))

    def endpoint(self, until, name="svc", word="first", **asked):
        """An endpoint that answers."""
        model = self.model(word)
        code = self.snapshot(score=SCORE)
        new = NewEndpoint(name=name, model=model.label, script="score.py", snapshot=code, **asked)
        self.client.deploy(new)
        self.healthy(until, name)
        return self.client.endpoint(name)

    def broken(self, until, name):
        """An endpoint that has never answered."""
        code = self.snapshot(score=SCORE)
        label = self.model("broken").label
        self.client.deploy(NewEndpoint(name=name, model=label, script="score.py", snapshot=code))
        until(lambda: self.client.endpoint(name).state.value == "Failed", 60)

    def healthy(self, until, name="svc"):
        def settled():
            found = self.client.endpoint(name)
            assert found.state.value != "Failed", found.reason
            return found.state.value == "Healthy"

        until(settled, 60)


@pytest.fixture
def maker(own_served):
    return Maker(own_served)
