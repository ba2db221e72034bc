"""Runs, asked for over HTTP. A run is named by its id, its label, a unique prefix, or `latest`."""

from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from jupyter_mlws.client.connection import PAGE, Connection, segment
from jupyter_mlws.records.experiment import Experiment
from jupyter_mlws.records.ids import new_id
from jupyter_mlws.records.instant import Instant
from jupyter_mlws.records.page import Page
from jupyter_mlws.records.run import Move, NewRun, Run, RunAgain, RunDetail, RunPatch
from jupyter_mlws.records.workspace import Pruned, PruneOrder


class RunCalls:
    """The part of `Client` that speaks of runs."""

    connection: Connection

    def submit(self, new: NewRun) -> Run:
        """Safe to call again with the same id, where no answer came."""
        if new.id is None:
            new = replace(new, id=new_id(Instant.now()))
        return self.connection.write("POST", "runs", Run, new)

    def dry_run(self, new: NewRun) -> dict[str, Any]:
        """What would be launched. Stores nothing."""
        return self.connection.write("POST", "runs", dict[str, Any], new, {"dry_run": True})

    def runs(
        self,
        *,
        experiment: str | None = None,
        state: str | None = None,
        tag: str | None = None,
        filter: str | None = None,
        order: str | None = None,
        parent: str | None = None,
        archived: bool | None = None,
        services: bool | None = None,
        limit: int = 100,
        cursor: str | None = None,
    ) -> Page[Run]:
        """A page of runs, newest first unless `order` says otherwise.

        Parameters
        ----------
        state
            One, or several with commas between; ``active`` for all that are not over.
        tag
            ``key`` or ``key=value``.
        filter
            Words that all must fit: ``metrics.loss<0.1 parameters.lr=0.01 digits``.
        parent
            Only the children of this run's id.
        archived, services
            Also what was archived; also the runs behind endpoints.
        """
        words = {
            "experiment": experiment,
            "state": state,
            "tag": tag,
            "filter": filter,
            "order": order,
            "parent": parent,
            "archived": archived,
            "services": services,
            "limit": limit,
            "cursor": cursor,
        }
        return self.connection.get("runs", Page[Run], words)

    def iter_runs(self, **asked: Any) -> Iterator[Run]:
        """All runs that `runs` would list, page by page."""
        page = self.runs(**{"limit": PAGE} | asked)
        yield from page.items
        while page.next is not None:
            page = self.runs(**{"limit": PAGE} | asked | {"cursor": page.next})
            yield from page.items

    def run(self, ref: str) -> RunDetail:
        """Everything it was, in one document."""
        return self.connection.get(f"runs/{segment(ref)}", RunDetail)

    def cancel(self, ref: str) -> Run:
        """Ask it to end. Twice is as once."""
        return self.connection.write("POST", f"runs/{segment(ref)}/cancel", Run)

    def again(self, ref: str, changes: RunAgain | None = None) -> Run:
        """The same snapshot once more, with other arguments. A new run."""
        changes = changes or RunAgain()
        if changes.id is None:
            changes = replace(changes, id=new_id(Instant.now()))
        return self.connection.write("POST", f"runs/{segment(ref)}/again", Run, changes)

    def patch(self, ref: str, patch: RunPatch) -> RunDetail:
        return self.connection.write("PATCH", f"runs/{segment(ref)}", RunDetail, patch)

    def delete_run(self, ref: str) -> Pruned:
        """With its children and files; a model of it stays. Raises Conflict where it goes on."""
        return self.connection.write("DELETE", f"runs/{segment(ref)}", Pruned)

    def moves(self, ref: str) -> tuple[Move, ...]:
        """Every change of its state, oldest first."""
        where = f"runs/{segment(ref)}/moves"
        return self.connection.get(where, Page[Move]).items

    def experiments(self) -> tuple[Experiment, ...]:
        return tuple(self.connection.every("experiments", Page[Experiment]))

    def prune(self, order: PruneOrder) -> Pruned:
        """Delete old runs that nothing needs; with `dry_run` only say which."""
        return self.connection.write("POST", "prune", Pruned, order)
