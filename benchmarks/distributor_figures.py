"""What ``benchmarks.distributor`` measures, and how."""

from __future__ import annotations

from benchmarks.busy_site import SKILLS, USUAL_AGENTS
from benchmarks.figure import Figure, Goal, Section
from benchmarks.journal_figures import MOST_IN_FLIGHT

SIZES = (100, 1_000, 10_000)
USUAL = USUAL_AGENTS
WAITING = 1_000
MEMORY_CALLS = 10_000
REPEATS = 5
KILLS = 40

ALWAYS = (
    "inputs_per_s",
    "decision_p99_ms",
    "growth_10000_over_100",
    "sqlite_calls_per_s",
    "redis_calls_per_s",
    "bytes_per_waiting_call",
    "bytes_per_agent",
    "failover_p99_s",
)
"""In the JSON object even where they were not measured (``null``)."""

_GROWTH = Goal(limit=1.5)

SECTIONS = (
    Section(
        title="A busy day, every rule on",
        about=f"{USUAL:,} agents, {len(SKILLS)} skills, 50 queues, {WAITING:,} callers who wait at "
        "any moment; one core, no journal, no network. Whole lives of calls: queued, offered, "
        "accepted, declined, unanswered (RONA) or a phone that fails, hold, consult, "
        "transfer, end by caller or agent, wrap-up by time; callers who leave, change their "
        "needs, leave a message or take a call-back; agents who take breaks, go home, lose "
        "their phone. On are head starts, deadlines, relaxation, overflow, preference by "
        "skill, preferred skills, wanted agents, calls for two people, three chats at once, "
        "one nurse in six kept ready, the ladder, red flags. The facts are made beforehand: "
        "the day is played once, then told to a new distributor, which decides the same. "
        "Until the site has filled up nothing is timed. Inputs are the facts that concern the "
        "distributor, and the ticks at the very time of each deadline; arrivals and digits, "
        "which it ignores, are not among them. The garbage collector runs as in production, "
        "with Python's own settings; the facts to come are kept out of its sight.",
        figures=(
            Figure(
                key="inputs_per_s",
                title="inputs",
                unit="/s",
                how=f"Processor time of the whole of it, median of {REPEATS} runs.",
                goal=Goal(limit=50_000.0, at_least=True),
            ),
            Figure(
                key="lives_per_s",
                title="that is, whole lives of calls",
                unit="/s",
                how="Inputs of agents' breaks and of call-backs are counted with them.",
            ),
            Figure(key="inputs_per_life", title="inputs of a life"),
            Figure(key="ticks_pct", title="of them ticks", unit="%"),
            Figure(key="commands_per_life", title="commands of a life"),
            Figure(key="decision_p50_ms", title="one decision, p50", unit="ms"),
            Figure(
                key="decision_p99_ms",
                title="one decision, p99",
                unit="ms",
                how="One call of handle or tick by the wall clock (perf_counter_ns), one reading "
                "of the clock included; median over the runs.",
                goal=Goal(limit=0.2),
            ),
            Figure(key="decision_p999_ms", title="one decision, p99.9", unit="ms"),
            Figure(
                key="decision_worst_ms",
                title="one decision, worst",
                unit="ms",
                how="Of the run with the median p99; whatever else ran on this core is in it.",
            ),
            Figure(key="clock_us", title="reading the clock once", unit="us"),
            Figure(
                key="load",
                title="load average of the machine",
                how="Over the last minute, when the runs were done.",
            ),
        ),
    ),
    Section(
        title="How it grows",
        about=f"The same day with other numbers of agents. Held constant: {WAITING:,} callers who "
        "wait, the skills and queues, what agents can do, and the load of each agent, who is never "
        "without work for long. So callers wait ten times as long with a tenth of the agents; the "
        "times of the rules and the patience of callers are ten times as long with them, so that a "
        "call goes through the same stages and has the same inputs.",
        figures=(
            Figure(
                key="growth_10000_over_100",
                title="time of an input, 10,000 agents over 100",
                how="Processor time, medians; the sizes take turns.",
                goal=_GROWTH,
            ),
            Figure(key="sizes", title="The sizes"),
        ),
    ),
    Section(
        title="What it holds",
        about=f"By tracemalloc, {USUAL:,} agents on duty whose phones are unreachable, "
        f"{MEMORY_CALLS:,} calls.",
        figures=(
            Figure(
                key="bytes_per_waiting_call",
                title="memory of a waiting call",
                unit="bytes",
                how="With its id, its requirement and its deadline; the lanes were there before.",
            ),
            Figure(
                key="bytes_per_agent",
                title="memory of an agent",
                unit="bytes",
                how=f"What {2 * USUAL:,} agents take more than {USUAL:,}: configuration, place in "
                "lanes and sets.",
            ),
        ),
    ),
    Section(
        title="Every fact durable, and another node",
        about="The journals alone, in this run, as in the benchmark of the journal; what the "
        "distributor needs for a life is a small part of what they take.",
        figures=(
            *(
                Figure(
                    key=f"{key}_calls_per_s",
                    title=f"whole lives of calls with {name}",
                    unit="/s",
                    how=f"{MOST_IN_FLIGHT} in flight; each append is durable before its call "
                    "goes on.",
                )
                for key, name in (("sqlite", "SQLite"), ("redis", "Redis"))
            ),
            Figure(
                key="failover_p99_s",
                title="take-over by another node, p99",
                unit="s",
                how=f"As in benchmarks.redis_failover: three nodes on one Redis, {KILLS} kills of "
                "the one that leads.",
                goal=Goal(limit=5.0),
            ),
            Figure(key="not_measured", title="Not measured"),
        ),
    ),
)
