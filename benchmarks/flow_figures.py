"""What ``benchmarks.flows`` measures, and how."""

from __future__ import annotations

from benchmarks.figure import Figure, Goal, Section

LINES = 8_000
CALLS = 1_000
LIVE_CALLS = 2_000
REPEATS = 5

_OF_PROCESSORS = "Processor time, user and system, of all processes: what else runs on the machine \
hardly counts."

SECTIONS = (
    Section(
        title="Reading and checking",
        about=f"A site of {LINES:,} lines of flow YAML in 37 files, with every kind of step: "
        "questions with phrases in two languages and with intents, collected values, branches on "
        "expressions, lookups, flows that enter flows, included files, snippets. Read and checked "
        "whole, in a process that has read a site before; no two sites have a name or a phrase in "
        f"common, so that nothing is remembered. Median of {REPEATS}.",
        figures=(
            Figure(
                key="load_8000_lines_s",
                title="loading it",
                unit="s",
                how="By the wall clock.",
                goal=Goal(limit=0.5),
            ),
            Figure(key="load_8000_lines_cpu_s", title="the same", unit="s of processor time"),
            Figure(
                key="load_first_s",
                title="the first in a process",
                unit="s",
                how="With what is made once: the forms of all steps, the words of the rules.",
            ),
            Figure(key="flow_lines", title="lines of flow YAML"),
        ),
    ),
    Section(
        title="Proof and dialogues",
        about="The sample clinic, in a process that has loaded it, as `careline prove` and "
        "`careline test` do.",
        figures=(
            Figure(
                key="prove_clinic_s",
                title="the proof that every caller comes to help",
                unit="s",
                how="By the wall clock, on all cores.",
                goal=Goal(limit=20.0),
            ),
            Figure(
                key="prove_clinic_cpu_s",
                title="the same",
                unit="s of processor time",
                how=_OF_PROCESSORS,
            ),
            Figure(key="positions", title="positions looked at"),
            Figure(key="positions_per_cpu_s", title="positions", unit="/s of processor time"),
            Figure(
                key="dialogues_per_min",
                title="dialogues held",
                unit="/min",
                how="All of the clinic's, again and again, by the wall clock, on one core; with "
                f"triage, distributor and simulated telephones. Median of {REPEATS}.",
                goal=Goal(limit=1_000, at_least=True),
            ),
            Figure(key="dialogues_per_cpu_min", title="the same", unit="/min of processor time"),
            Figure(key="dialogues", title="dialogues"),
        ),
    ),
    Section(
        title="Calls through the interpreter alone",
        about=f"The sample clinic's flow, {CALLS:,} calls that overlap, one core, no triage, no "
        "distributor, no journal. Callers listen, press keys, speak (with triage's verdict beside "
        "the words), are silent, leave messages, wait, are connected, hang up. The calls are held "
        "once and written down, then told to new interpreters, which answer the same.",
        figures=(
            Figure(
                key="inputs_per_s",
                title="inputs",
                unit="/s",
                how=f"Processor time of the whole of it, median of {REPEATS} runs.",
                goal=Goal(limit=20_000, at_least=True),
            ),
            Figure(key="inputs_per_wall_s", title="inputs by the wall clock", unit="/s"),
            Figure(key="input_p50_us", title="one input, p50", unit="us"),
            Figure(
                key="input_p99_us",
                title="one input, p99",
                unit="us",
                how="By the wall clock; whatever else ran on this core is in it.",
            ),
            Figure(key="input_worst_us", title="one input, worst", unit="us"),
            Figure(key="inputs_per_call", title="inputs of a call"),
            Figure(key="commands_per_input", title="commands of an input"),
            Figure(
                key="bytes_per_call",
                title="memory of a call in progress",
                unit="bytes",
                how=f"By tracemalloc, {LIVE_CALLS:,} calls, each somewhere else on its way.",
            ),
            Figure(
                key="load_average_before",
                title="load average of the machine before",
                how="Over a minute.",
            ),
            Figure(key="load_average", title="load average of the machine after"),
            Figure(key="mix", title="What the interpreters are told"),
        ),
    ),
)
