"""A folder that has hardly changed, sent through a server that only passes on."""

from jupyter_mlws.client.client import Client
from jupyter_mlws.records.snapshot import Delta
from jupyter_mlws.sdk.sending import sent
from jupyter_mlws.snapshot.take import take


def test_changes_go_through_a_forwarding_server(servers, root, place, owned, until, tmp_path):
    servers.serve(place)
    until(owned)
    lab = servers.lab(root)
    client = Client.remote(lab.url, lab.token)
    (tmp_path / "code").mkdir()
    for n in range(5):
        (tmp_path / "code" / f"{n}.py").write_text(f"{n}\n")
        taken = take(tmp_path / "code", cache=tmp_path / "trees")
        assert sent(client, taken) == taken.id
        assert client.get_snapshot(taken.id).entries == taken.entries
    assert client.change(taken.id, Delta()).n_files == 5
    status, _ = lab.ask("POST", f"snapshots/{taken.id}/changes", {}, token="")
    assert status in (401, 403)
