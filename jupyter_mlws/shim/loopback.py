"""An address on loopback where MLflow's clients in a run are answered, if one calls."""

import os
from _socket import socket as Socket

HOST = "127.0.0.1"


class Loopback:
    """A socket that listens. What answers is loaded at the first call: most runs never make one."""

    def __init__(self, home: str, spec: dict) -> None:
        self._home, self._spec = home, spec
        self._token = os.urandom(16).hex()
        self._socket = Socket()
        self._socket.bind((HOST, 0))
        self._socket.listen(64)
        self._served = False

    def environment(self, environment: "dict[str, str]") -> "dict[str, str]":
        """What a command's environment needs, to call here."""
        found = {
            "MLFLOW_TRACKING_URI": f"http://{HOST}:{self._socket.getsockname()[1]}",
            "MLFLOW_TRACKING_TOKEN": self._token,
            "MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT": "true",  # nobody can open this address
        }
        for name in ("NO_PROXY", "no_proxy"):
            known = environment.get(name)
            found[name] = f"{known},{HOST}" if known else HOST
        return found

    def descriptors(self) -> "list[int]":
        """What to watch for the first call."""
        return [] if self._served else [self._socket.fileno()]

    def answer(self) -> None:
        """Answer from now on, in a thread that ends with the shim."""
        self._served = True
        try:
            from jupyter_mlws.shim.mlflow.responder import serve
        except ImportError:  # a shim without MLflow's protocol: callers are refused at once
            self._socket.close()
            return
        import socket
        import threading

        listening = socket.socket(fileno=self._socket.detach())
        threading.Thread(
            target=serve,
            args=(listening, self._home, self._spec, self._token),
            daemon=True,
        ).start()
