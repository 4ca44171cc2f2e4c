"""Steps of shared files that a flow has no use for: they are no part of it.

A flow that includes a file need not use all of it. What nothing leads to is neither checked in that
flow nor counted in its version.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator

from config.document import Document, Path
from config.draft import Draft
from config.flow_graph import Edge, edges, reachable
from config.includes import STEPS
from config.report import Report
from ivr.steps import Step


def leave_out_unreached(draft: Draft, report: Report) -> None:
    """Take the included steps out of each flow that nothing in it leads to.

    Steps that a flow file holds itself stay, whether anything leads to them or not. A shared step
    that is left out of every flow is warned of.
    """
    left_out: dict[tuple[str, Path], Document] = {}
    reached: set[tuple[str, Path]] = set()
    all_known = True
    for flow in draft.flows.values():
        origins = {name: flow.document.origin((STEPS, name)) for name in flow.step_names}
        included = {
            name: (document.file, path)
            for name, (document, path) in origins.items()
            if document is not flow.document
        }
        if not flow.ways_known:
            all_known = False
        elif included:
            own = origins.keys() - included.keys()
            meant = _as_meant(origins, report)
            kept = reachable(flow, _ways(meant), [*own, meant(flow.start)])
            for name, place in included.items():
                if name in kept:
                    reached.add(place)
                else:
                    left_out[place] = origins[name][0]
                    flow.steps.pop(name, None)
                    flow.broken.pop(name, None)
    if all_known:
        for place, document in left_out.items():
            if place not in reached:
                message = "no step of a flow that includes this leads here"
                report.warning(document, place[1], message, key=True)


def _as_meant(names: Collection[str], report: Report) -> Callable[[str], str]:
    """A misspelt name stands for the step that was meant."""
    return lambda name: name if name in names else report.meant(name, names) or name


def _ways(meant: Callable[[str], str]) -> Callable[[Step], Iterator[Edge]]:
    return lambda step: ((path, meant(target)) for path, target in edges(step))
