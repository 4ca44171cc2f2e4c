"""CPU time from ``/proc``."""

from __future__ import annotations

import os

from benchmarks.cpu import children, parse_stat


def test_user_and_system_time_are_added_whatever_the_programs_name():
    fields = ["S", "77", *["0"] * 9, "150", "50", *["0"] * 30]
    parent, cpu_s = parse_stat(f"4242 (odd) name (x) {' '.join(fields)}")
    assert parent == 77
    assert cpu_s == 200 / os.sysconf("SC_CLK_TCK")


def test_this_process_is_a_child_of_its_parent():
    assert os.getpid() in children(os.getppid())
