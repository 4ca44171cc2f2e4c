"""The proof that a flow traps nobody: the interpreter itself, driven through all that can happen.

What is proved is promise 7: from every step that can be reached, a caller who only presses keys,
who only speaks, who is silent, who presses wrong keys, or who cannot be understood, comes to help
within a bounded number of turns, at whatever time and in whatever language they ring, and however
lookups end. Help is a queue in which somebody can answer, a nurse, a call-back, or a task with a
promised time. The advice to dial 911 is none.

A *world* (:mod:`ivr.proving.world`) stands for everything around the interpreter: a time, who can
answer, what lookups say, whether speech is heard. From the first word of a call on, every input
that makes a difference is tried in every position (:mod:`ivr.proving.inputs`,
:mod:`ivr.proving.exploration`); two positions from which the same follows are one. The graph that
comes of it is then asked, for each kind of caller, how long the longest way to help is
(:mod:`ivr.proving.judgement`).

What a proof does not look at: two keys pressed ahead of a question, values other than the ones that
stand for their kind or that the flow compares with, and how long somebody waits in a queue, which
the longest wait bounds. It is stricter than the line in two things. Who is led in a circle comes to
a person after some steps (:data:`ivr.walk.STEPS_ALONE`); no flow may need that. And of two ways to
a place the one counts on which triage may still ask the most.
"""

from ivr.proving.exploration import Graph, explore
from ivr.proving.judgement import CALLERS, Caller, Finding, judge
from ivr.proving.world import LookupAnswer, World

__all__ = [
    "CALLERS",
    "Caller",
    "Finding",
    "Graph",
    "LookupAnswer",
    "World",
    "explore",
    "judge",
]
