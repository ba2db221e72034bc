"""Endpoints, asked for over HTTP."""

from typing import Any, Literal

from jupyter_mlws.client.connection import CHUNK_BYTES, Connection, segment
from jupyter_mlws.records.endpoint import (
    Answer,
    Endpoint,
    EndpointPatch,
    Invocation,
    Keys,
    NewEndpoint,
)
from jupyter_mlws.records.page import Page


class EndpointCalls:
    """The part of `Client` that speaks of endpoints."""

    connection: Connection

    def endpoints(self) -> tuple[Endpoint, ...]:
        return tuple(self.connection.every("endpoints", Page[Endpoint]))

    def endpoint(self, name: str) -> Endpoint:
        """With its deployments."""
        return self.connection.get(_at(name), Endpoint)

    def deploy(self, new: NewEndpoint) -> Endpoint:
        """Start one. It answers once its state is Healthy."""
        return self.connection.write("POST", "endpoints", Endpoint, new)

    def update_endpoint(self, name: str, patch: EndpointPatch) -> Endpoint:
        """Put another revision behind it; address and keys stay, and no request fails."""
        return self.connection.write("PATCH", _at(name), Endpoint, patch)

    def delete_endpoint(self, name: str) -> Endpoint:
        return self.connection.write("DELETE", _at(name), Endpoint)

    def invoke(self, name: str, data: Any) -> Answer:
        """Ask it once. `data` is the whole request: ``{"data": [[…]]}``.

        Raises OwnerNotRunning where the connection is lost: it may have been asked.
        """
        where = f"{_at(name)}/invoke"
        return self.connection.write("POST", where, Answer, Invocation(data=data), once=True)

    def keys(self, name: str) -> Keys:
        return self.connection.get(f"{_at(name)}/keys", Keys)

    def regenerate(self, name: str, which: Literal["primary", "secondary"]) -> Keys:
        """A new key in the place of one; the old one is refused at once."""
        return self.connection.write("POST", f"{_at(name)}/keys/{segment(which)}", Keys)

    def endpoint_log(
        self, name: str, offset: int = 0, limit: int = CHUNK_BYTES
    ) -> tuple[bytes, int]:
        """Bytes of its log from `offset` on, and the offset after them."""
        words = {"offset": offset, "limit": limit}
        return self.connection.look(f"{_at(name)}/log", words).part(offset)


def _at(name: str) -> str:
    return f"endpoints/{segment(name)}"
