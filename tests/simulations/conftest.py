import pytest

from acd import AgentConfig, QueueConfig
from calls.requirement import Requirement
from simulations import Exponential, Scenario, Traffic


@pytest.fixture
def one_queue():
    """A scenario with one queue, so many agents and an offered load in erlang."""

    def build(agents, load, *, handling_s, patience_s, calls, warm_up_s, handling=None, **queue):
        calls_per_s = load / handling_s
        return Scenario(
            queues={"q": QueueConfig(id="q", title="Q", **({"wrap_up_s": 0.0} | queue))},
            agents={f"a{n}": AgentConfig(id=f"a{n}", name=f"Agent {n}") for n in range(agents)},
            nurse_queue="q",
            duration_s=calls / calls_per_s,
            warm_up_s=warm_up_s,
            traffic=(
                Traffic(
                    name="q",
                    requirement=Requirement(queue="q"),
                    calls_per_hour=3600.0 * calls_per_s,
                    handling=handling or Exponential(mean_s=handling_s),
                    patience=Exponential(mean_s=patience_s) if patience_s else None,
                ),
            ),
        )

    return build
