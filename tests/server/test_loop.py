"""What waits for the store or the disk waits beside the event loop."""

import sqlite3
import threading

import pytest

from tests.waiting import until_so


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "runs", {"spec": {"command": ["true"]}}),
        ("PUT", "targets/other", {"config": {"slots": 1}}),
        ("POST", "snapshots", {"entries": []}),
    ],
)
def test_a_store_that_is_held_elsewhere_does_not_stop_the_others(served, method, path, body):
    store = sqlite3.connect(served.place.state / "store.db", isolation_level=None)
    until_so(lambda: held(store))
    answers = []
    waits = threading.Thread(target=lambda: answers.append(served.ask(method, path, body)))
    waits.start()
    waits.join(0.5)  # it has certainly arrived
    try:
        for _ in range(20):
            assert served.ask("GET", "health", token="")[0] == 200
            assert waits.is_alive()
    finally:
        store.execute("ROLLBACK")
    waits.join()
    assert answers[0][0] < 300, answers


def held(store):
    """Keep every other writer out; whether it came to that."""
    try:
        store.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError:
        return False
    return True
