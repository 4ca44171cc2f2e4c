"""The proof of a site finds the same however many processes look."""

import threading

import pytest

from careline.proving import Proof, prove
from config.load import load_site
from ivr.proving import exploration
from tests.careline.small_site import small_folder
from tests.config.conftest import SMALL

NOW = 1_795_446_000.0
TWO_CORES = 2
BYE = "  bye:\n    kind: hang-up\n    prompt: bye\n"


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


def branching(folder, *lines):
    """The small site in which no time leads to a step called ``never``."""
    small_folder(folder).replace(
        "flows/main.yaml",
        "    otherwise: bye\n",
        "      - {when: call.hour > 20 and call.hour < 4, goto: never}\n    otherwise: menu\n"
        + "".join(f"  {line}\n" for line in lines),
    )
    text = (folder / "flows/main.yaml").read_text()
    (folder / "flows/main.yaml").write_text(text.replace(BYE, "") if lines else text)
    return load_site(folder)


@pytest.mark.parametrize(
    ("lines", "unseen"),
    [
        (["never: {kind: hang-up, prompt: bye}"], ("never",)),
        (
            ["never: {kind: say, prompt: bye, next: over}", "over: {kind: hang-up, prompt: bye}"],
            ("never", "over"),
        ),
        (
            [
                "never: {kind: say, prompt: bye, next: second}",
                "second: {kind: survey, prompt: menu, resolved_prompt: menu, next: over}",
                "over: {kind: hang-up, prompt: bye}",
            ],
            ("second", "over"),
        ),
    ],
)
def test_nothing_is_proved_where_calls_end_and_none_was_looked_at(tmp_path, lines, unseen):
    proof = prove(branching(tmp_path / "site", *lines), NOW, processes=1)
    assert proof.failures == []
    assert proof.unseen_ends == unseen
    assert not proof.holds
    (problem,) = proof.problems()
    assert problem.startswith(f"no call that was held comes to {', '.join(unseen)}, where calls")


def test_a_step_that_no_call_comes_to_and_that_leads_back_to_help_is_warned_of(tmp_path):
    site = branching(tmp_path / "site", "never: {kind: say, prompt: bye, next: menu}")
    proof = prove(site, NOW, processes=1)
    assert proof.holds
    assert proof.unseen_ends == ()
    assert proof.warnings() == ["no call that was held comes to never: it was not looked at"]


def test_a_proof_of_a_flow_of_which_all_was_looked_at_warns_of_nothing(site):
    assert prove(site, NOW, processes=1).warnings() == []


def test_a_proof_without_findings_does_not_hold(site, monkeypatch):
    monkeypatch.setattr("careline.proving.worlds", lambda *_: iter(()))
    for proof in (prove(site, NOW), Proof(turns=12)):
        assert not proof.holds
        (problem,) = proof.problems()
        assert problem.startswith("there was no time and no language ")
