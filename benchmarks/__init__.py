"""Measurements of the running line. Timings live here, never in a test.

Each module prints one JSON object with ``--json``; ``python -m benchmarks`` runs them all and
writes ``docs/benchmarks.md``.
"""
