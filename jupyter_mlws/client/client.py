"""The workspace over HTTP, in the caller's words. What the server raised is raised again."""

from collections.abc import Callable

from jupyter_mlws.client.connection import Address, Connection, segment
from jupyter_mlws.client.endpoints import EndpointCalls
from jupyter_mlws.client.evidence import EvidenceCalls
from jupyter_mlws.client.models import ModelCalls
from jupyter_mlws.client.runs import RunCalls
from jupyter_mlws.client.snapshots import SnapshotCalls
from jupyter_mlws.records.page import Page
from jupyter_mlws.records.target import NewTarget, TargetInfo
from jupyter_mlws.records.workspace import Health, WorkspaceInfo


class Client(RunCalls, EvidenceCalls, SnapshotCalls, ModelCalls, EndpointCalls):
    """One workspace's owner. `owner.connect` makes one for a workspace on this machine.

    Every method raises the error that the server answered, by its class in `errors`,
    and OwnerNotRunning where nobody answers for 20 s. A lost connection, a restarted
    server and a takeover are not noticed: reads are asked again, and so are writes,
    which carry a key by which the server knows them. May be used from several threads.
    """

    def __init__(self, find: Callable[[], Address]) -> None:
        self.connection = Connection(find)

    @classmethod
    def remote(cls, url: str, token: str) -> "Client":
        """A workspace on another machine: the URL of its Jupyter server, and its token.

        ``https://host/user/ada/`` for the server's own workspace,
        ``…/mlws/w/<workspace id>/`` for another of that user.
        """
        address = Address(url=url, token=token)
        return cls(lambda: address)

    def workspace(self) -> WorkspaceInfo:
        return self.connection.get("workspace", WorkspaceInfo)

    def health(self) -> Health:
        return self.connection.get("health", Health)

    def targets(self) -> tuple[TargetInfo, ...]:
        return tuple(self.connection.every("targets", Page[TargetInfo]))

    def target(self, name: str) -> TargetInfo:
        return self.connection.get(f"targets/{segment(name)}", TargetInfo)

    def attach(self, name: str, new: NewTarget) -> TargetInfo:
        """Make a target known, or set up anew one that is."""
        return self.connection.write("PUT", f"targets/{segment(name)}", TargetInfo, new)

    def detach(self, name: str) -> TargetInfo:
        """Raises Conflict where something is on it."""
        return self.connection.write("DELETE", f"targets/{segment(name)}", TargetInfo)

    def close(self) -> None:
        self.connection.close()
