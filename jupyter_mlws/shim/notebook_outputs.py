"""What a kernel says while it executes, put into the notebook's cells and into the log."""

from __future__ import annotations

import sys

TEXT_BYTES = 4 << 20  # of printed text that a cell keeps; all of it is in the log
CUT = "\n… the rest of what this cell printed is in the run's log.\n"


class Outputs:
    """The outputs of the cells executed so far; `n` is the number of the current one."""

    def __init__(self) -> None:
        self.n = 0
        self._cell: dict = {}
        self._cells: dict = {}  # id of the request that executes it → cell
        self._displays: dict = {}  # display id → outputs that show it
        self._to_clear: set = set()  # ids of cells that are cleared by their next output
        self._printed: dict = {}  # id of a cell → bytes kept

    def begin(self, cell: dict) -> None:
        self.n += 1
        self._cell = cell

    def asked(self, request: str) -> None:
        """The current cell is executed by this request: what answers it is the cell's."""
        self._cells[request] = self._cell

    def take(self, kind: str, content: dict, request: str) -> None:
        """Put one message where it belongs. Late ones find the cell that they came from."""
        cell = self._cells.get(request)
        handler = self._HANDLERS.get(kind)
        if cell is not None and handler is not None:
            handler(self, cell, content)

    def _started(self, cell: dict, content: dict) -> None:
        cell["execution_count"] = content.get("execution_count")

    def _stream(self, cell: dict, content: dict) -> None:
        name, text = content["name"], content["text"]
        stream = sys.stderr if name == "stderr" else sys.stdout
        stream.write(text)
        stream.flush()
        kept = self._printed.get(id(cell), 0)
        self._printed[id(cell)] = kept + len(text)
        if kept > TEXT_BYTES:
            return
        text = text if kept + len(text) <= TEXT_BYTES else text[: TEXT_BYTES - kept] + CUT
        outputs = self._ready(cell)
        last = outputs[-1] if outputs else {}
        if last.get("output_type") == "stream" and last["name"] == name:
            last["text"].append(text)
        else:
            outputs.append({"output_type": "stream", "name": name, "text": [text]})

    def _display(self, cell: dict, content: dict) -> None:
        self._show(cell, {"output_type": "display_data"}, content)

    def _result(self, cell: dict, content: dict) -> None:
        count = content.get("execution_count")
        self._show(cell, {"output_type": "execute_result", "execution_count": count}, content)
        if "text/plain" in content["data"]:
            print(content["data"]["text/plain"], flush=True)

    def _show(self, cell: dict, output: dict, content: dict) -> None:
        output = {**output, "data": content["data"], "metadata": content.get("metadata") or {}}
        self._ready(cell).append(output)
        display = (content.get("transient") or {}).get("display_id")
        if display is not None:
            self._displays.setdefault(display, []).append(output)

    def _update(self, cell: dict, content: dict) -> None:
        for output in self._displays.get(content["transient"]["display_id"], ()):
            output["data"] = content["data"]
            output["metadata"] = content.get("metadata") or {}

    def _clear(self, cell: dict, content: dict) -> None:
        if content.get("wait"):
            self._to_clear.add(id(cell))
        else:
            cell["outputs"].clear()

    def _error(self, cell: dict, content: dict) -> None:
        facts = {key: content[key] for key in ("ename", "evalue", "traceback")}
        self._ready(cell).append({"output_type": "error", **facts})
        print("\n".join(content["traceback"]), file=sys.stderr, flush=True)

    def _ready(self, cell: dict) -> list:
        """The cell's outputs, cleared where that was asked for."""
        if id(cell) in self._to_clear:
            self._to_clear.discard(id(cell))
            cell["outputs"].clear()
        return cell["outputs"]

    _HANDLERS = {
        "execute_input": _started,
        "stream": _stream,
        "display_data": _display,
        "execute_result": _result,
        "update_display_data": _update,
        "clear_output": _clear,
        "error": _error,
    }
