"""What the line tells of the call that one caller is making, over its control socket."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

from careline.control import NotRunning, request, watching

_AGAIN_S = 0.2
_SETTLE_S = 20.0
"""How long the line gets to write the end of a call down."""
_AFTER_END_S = 5.0
"""How much longer for what follows the end: a recording is sealed after the call is over."""

Story = dict[str, Any]
"""A call as the control socket tells it."""


def tells(story: Story, text: str) -> bool:
    """Whether ``text`` stands in a line of the story."""
    return any(text in line for _at, line in story["lines"])


class LineStory:
    """The story of the next call from a number.

    Args:
        control: the line's control socket; ``None`` for a line that cannot be asked.
        number: what the line sees as the caller.
    """

    def __init__(self, control: Path | None, number: str) -> None:
        self._control = control
        self._number = number
        self._earlier = 0

    @property
    def can_be_asked(self) -> bool:
        """Whether anything is ever told."""
        return self._control is not None

    async def begin(self) -> None:
        """Before the number calls: tell its earlier calls from the one to come."""
        self._earlier = len(await self._stories())

    async def now(self) -> Story | None:
        """The story so far; ``None`` while there is none."""
        stories = await self._stories()
        return stories[-1] if len(stories) > self._earlier else None

    async def until(self, wanted: Callable[[Story], bool]) -> None:
        """Return once the story is as wanted."""
        if self._control is None:
            await asyncio.Event().wait()
            return
        # Over a restart of the brain the view ends; it is taken up again.
        while True:
            with contextlib.suppress(NotRunning):
                async with watching(self._control) as events:
                    if await self._is(wanted):
                        return
                    async for _event in events:
                        if await self._is(wanted):
                            return
            await asyncio.sleep(_AGAIN_S)

    async def ended(self, told: Collection[str] = ()) -> Story | None:
        """The story once its end is written down, or as far as it went.

        Args:
            told: what is waited for a moment longer, each to stand in one of its lines.
        """
        await self._within(_SETTLE_S, lambda story: story["outcome"] is not None)
        if (await self.now() or {}).get("outcome") is not None:
            await self._within(_AFTER_END_S, lambda story: all(tells(story, text) for text in told))
        return await self.now()

    async def _within(self, seconds: float, wanted: Callable[[Story], bool]) -> None:
        if self._control is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.until(wanted)

    async def _is(self, wanted: Callable[[Story], bool]) -> bool:
        story = await self.now()
        return story is not None and wanted(story)

    async def _stories(self) -> list[Story]:
        if self._control is None:
            return []
        try:
            answer = await request(self._control, op="calls", caller=self._number)
        except NotRunning:
            return []
        stories: list[Story] = answer["calls"]
        return stories
