"""What ``benchmarks.journal`` measures, and how."""

from __future__ import annotations

from collections.abc import Iterable

from benchmarks.call_life import APPENDS_A_CALL, RECORDS_A_CALL
from benchmarks.figure import Figure, Section

STORES = {"sqlite": "SQLite", "redis": "Redis"}
"""The journals by their names on the command line, and as people write them."""

IN_FLIGHT = (1, 10, 100)
MOST_IN_FLIGHT = IN_FLIGHT[-1]
READ = 1_000_000


def sections(stores: Iterable[str]) -> tuple[Section, ...]:
    """What every value of these stores means."""
    return (_DISK, *(_store(key, STORES[key]) for key in stores))


_DISK = Section(
    title="The disk",
    about="What the journal is written to; a disk that answers before it has written flatters "
    "every figure here.",
    figures=(
        Figure(key="file_system", title="file system"),
        Figure(
            key="fsyncs_per_s",
            title="pages made durable one by one",
            unit="/s",
            how="4096 bytes appended to a file, then fdatasync, again and again.",
        ),
    ),
)


def _store(key: str, name: str) -> Section:
    figures = []
    for in_flight in IN_FLIGHT:
        figures += [
            Figure(
                key=f"{key}_calls_per_s_at_{in_flight}",
                title=f"calls, {in_flight} in flight",
                unit="/s",
                how="Whole lives of calls; each append is durable before the call goes on.",
            ),
            Figure(
                key=f"{key}_append_p99_ms_at_{in_flight}",
                title=f"one append, {in_flight} in flight, p99",
                unit="ms",
            ),
            Figure(
                key=f"{key}_cpu_us_per_call_at_{in_flight}",
                title=f"processor time of a call, {in_flight} in flight",
                unit="us",
                how="Of this process: encoding, sealing and writing, and making the calls.",
            ),
        ]
    return Section(
        title=f"Every fact durable, {name}",
        about=f"Whole lives of calls, {RECORDS_A_CALL} records in {APPENDS_A_CALL} appends each: "
        "arrival, a key, queue, offer, ringing, answer, hanging up, the sealed recording. Number "
        "and key are sealed with a key of the call's own. As many callers as appends in flight.",
        figures=(
            *figures,
            Figure(
                key=f"{key}_calls_per_s",
                title="calls, the most in flight",
                unit="/s",
                how=f"As above with {MOST_IN_FLIGHT} in flight.",
            ),
            Figure(
                key=f"{key}_read_entries",
                title="entries read again",
                how="Read, checked, opened and decoded, one after the other.",
            ),
            Figure(key=f"{key}_read_s", title="it took", unit="s"),
            Figure(key=f"{key}_read_entries_per_s", title="entries", unit="/s"),
        ),
    )
