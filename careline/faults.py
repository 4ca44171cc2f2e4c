"""Naming a bug in a log without repeating what it was about."""

from calls.faults import where

__all__ = ["where"]
