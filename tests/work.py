"""How much work something is, in calls and in lines that run: the same on every machine, however busy."""

import sys
from collections import Counter
from collections.abc import Callable
from types import FrameType
from typing import Any


def calls(work: Callable[[], object]) -> int:
    """How many functions, Python's own included, are called while `work` runs."""
    count = 0

    def note(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


def lines(work: Callable[[], object]) -> Counter[str]:
    """How many lines each function of Python runs while `work` does; a comprehension runs one a member."""
    counts: Counter[str] = Counter()

    def note(frame: FrameType, event: str, argument: Any) -> Any:
        if event == "line":
            code = frame.f_code
            counts[f"{code.co_filename}:{code.co_firstlineno} {code.co_name}"] += 1
        return note

    before = sys.gettrace()
    sys.settrace(note)
    try:
        work()
    finally:
        sys.settrace(before)
    return counts
