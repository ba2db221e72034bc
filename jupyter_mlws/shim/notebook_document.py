"""A notebook as JSON: read, parameters put in, saved whole."""

from __future__ import annotations

import json
import keyword
import math
import os

INJECTED = "injected-parameters"


class Unfit(Exception):
    """The notebook cannot be executed, or did not succeed; one sentence."""


class Notebook:
    """A notebook of format 4."""

    def __init__(self, document: dict) -> None:
        self.document = document

    @staticmethod
    def read(path: str) -> Notebook:
        """Read a file, without the outputs it has. Raises Unfit."""
        try:
            with open(path, encoding="utf-8") as stream:
                document = json.load(stream)
        except FileNotFoundError as error:
            raise Unfit(f"There is no notebook {path!r} in the snapshot.") from error
        except (ValueError, RecursionError) as error:
            raise Unfit(f"{path!r} is not a notebook: {error}.") from error
        if not isinstance(document, dict) or document.get("nbformat") != 4:
            raise Unfit(f"{path!r} is not a notebook of format 4: open and save it in JupyterLab.")
        language = _language(document.get("metadata") or {})
        if language != "python":
            raise Unfit(f"{path!r} is written in {language}; only Python notebooks are executed.")
        for cell in document.setdefault("cells", []):
            cell.setdefault("metadata", {})
            if cell.get("cell_type") == "code":
                cell["outputs"], cell["execution_count"] = [], None
        return Notebook(document)

    def inject(self, parameters: dict) -> None:
        """Set parameters in a cell of their own, behind the one tagged ``parameters``, or first.

        Parameters
        ----------
        parameters
            Name → bool, int, float or str. They become literals: nothing in a value is code.

        Raises
        ------
        Unfit
            A name is no Python name, or a value of another type.
        """
        if not parameters:
            return
        cells = [c for c in self.document["cells"] if INJECTED not in _tags(c)]
        cell: dict = {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"tags": [INJECTED]},
            "outputs": [],
            "source": "\n".join(f"{_name(k)} = {_literal(k, v)}" for k, v in parameters.items()),
        }
        if self.document.get("nbformat_minor", 0) >= 5:
            cell["id"] = os.urandom(4).hex()
        tagged = [i for i, c in enumerate(cells) if "parameters" in _tags(c)]
        cells.insert(tagged[0] + 1 if tagged else 0, cell)
        self.document["cells"] = cells

    def cells_to_execute(self) -> list:
        """The code cells that are not empty, nor tagged ``skip-execution``."""
        return [
            cell
            for cell in self.document["cells"]
            if cell.get("cell_type") == "code"
            and "".join(cell.get("source", "")).strip()
            and "skip-execution" not in _tags(cell)
        ]

    def save(self, path: str) -> None:
        """Write it so that a reader sees all of it or what was there before."""
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        scratch = f"{path}.{os.getpid()}.new"
        with open(scratch, "w", encoding="utf-8") as stream:
            json.dump(self.document, stream, indent=1, ensure_ascii=False)
            stream.write("\n")
        os.replace(scratch, path)


def _tags(cell: dict) -> list:
    return (cell.get("metadata") or {}).get("tags") or []


def _language(metadata: dict) -> str:
    said = (metadata.get("kernelspec") or {}).get("language")
    return str(said or (metadata.get("language_info") or {}).get("name") or "python").lower()


def _name(name: str) -> str:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise Unfit(f"The parameter {name!r} is no Python name, which a notebook needs.")
    return name


def _literal(name: str, value: object) -> str:
    """A value as source. `repr` of these types is a literal that means the same again."""
    if type(value) not in (bool, int, float, str):
        raise Unfit(f"The parameter {name!r} is a {type(value).__name__}, not a flat value.")
    if isinstance(value, float) and not math.isfinite(value):
        return f'float("{value!r}")'
    return ascii(value)
