"""Call flows: the steps they are made of, and the interpreter that walks a call through them."""

from ivr.flow import ALWAYS_PROMPTS, CallRules, Flow, Keys
from ivr.interpreter import Interpreter
from ivr.states import INTERPRETED, State

__all__ = ["ALWAYS_PROMPTS", "INTERPRETED", "CallRules", "Flow", "Interpreter", "Keys", "State"]
