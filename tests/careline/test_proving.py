"""The proof of a site finds the same however many processes look."""

import threading

import pytest

from careline.proving import prove
from config.load import load_site
from ivr.proving import exploration
from tests.config.conftest import SMALL

NOW = 1_795_446_000.0
TWO_CORES = 2


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    for file, text in SMALL.items():
        target = folder / file
        target.parent.mkdir(exist_ok=True)
        target.write_text(text)
    return load_site(folder)


def found(proof):
    return (proof.findings, proof.positions, proof.unreached, proof.problem)


def test_what_is_found_does_not_depend_on_the_number_of_processes(site):
    told = []
    alone = prove(site, NOW, processes=1)
    together = prove(
        site, NOW, processes=TWO_CORES, progress=lambda done, every: told.append((done, every))
    )
    assert found(alone) == found(together)
    assert alone.positions > len(told) > 1
    assert told == [(done, len(told)) for done in range(1, len(told) + 1)]


@pytest.mark.parametrize("processes", [1, TWO_CORES])
def test_a_flow_that_is_too_large_is_told_by_whatever_process_finds_it(
    site, monkeypatch, processes
):
    monkeypatch.setattr(exploration, "MOST_POSITIONS", 20)
    proof = prove(site, NOW, processes=processes)
    assert proof.problem.startswith("over 20 positions")
    assert not proof.holds
    assert proof.problems() == [proof.problem]


def test_no_process_is_forked_beside_a_thread(site, monkeypatch):
    def forked(*_args):
        raise AssertionError("a fork beside a thread")

    monkeypatch.setattr("careline.proving.ProcessPoolExecutor", forked)
    done = threading.Event()
    thread = threading.Thread(target=done.wait)
    thread.start()
    try:
        assert prove(site, NOW, processes=TWO_CORES).positions > 0
    finally:
        done.set()
        thread.join()
    with pytest.raises(AssertionError, match="beside a thread"):
        prove(site, NOW, processes=TWO_CORES)
