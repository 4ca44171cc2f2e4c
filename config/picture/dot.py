"""A picture in DOT, the language of Graphviz (https://graphviz.org/doc/info/lang.html).

Labels are HTML-like, for there everything that a text may hold can be escaped. What they say stands
in the functions that end in ``_texts`` too, line by line: :mod:`config.picture.svg` puts it into
the finished picture once more, so that no version of Graphviz can read anything into it.
"""

from __future__ import annotations

import math
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator, Sequence
from html import escape

from config.picture.model import NURSE, PERSON, Frame, Mark, Node, Picture, Role, Way
from config.picture.palette import (
    FAINT,
    INK,
    KINDS,
    MARKS,
    PAPER,
    QUIET,
    RED,
    ROLES,
    Look,
)

_FONT = "sans-serif"
_LINES_SHOWN = 8
"""Of the reasons for a way."""
_LEGEND_COLUMNS = 9
_MANY_BOXES = 24
_MANY_WAYS = 4
"""In a picture of so many boxes a box to which so many ways lead has only its first way drawn out;
the others end in a sign that bears its name. Else they would hide everything else."""
_THINNEST, _WIDEST = 1.0, 7.0
_NOT_TEXT = re.compile(
    "[^\u0009\u0020-\u007e\u00a0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\ufdd0-\ufdef]"
)
"""What XML 1.0 does not allow, or advises against."""


def to_dot(picture: Picture) -> str:
    """The text to give to ``dot``, in ASCII. The same picture is the same text."""
    return "\n".join((*_Writer(picture).lines(), ""))


def node_ref(index: int) -> str:
    """The id of a box in the finished picture."""
    return f"n{index}"


def way_ref(index: int) -> str:
    """The id of a way in the finished picture."""
    return f"w{index}"


def frame_ref(index: int) -> str:
    """The id of a frame in the finished picture."""
    return f"f{index}"


def sign_ref(index: int) -> str:
    """The id of the sign in which a way ends, in the finished picture."""
    return f"s{index}"


EVERYWHERE_REF = "everywhere"
PICTURE_REF = "picture"


def plain(text: str) -> str:
    """A text on one line, without what must not stand in XML."""
    return _NOT_TEXT.sub("\N{REPLACEMENT CHARACTER}", " ".join(text.split()))


def node_texts(node: Node) -> list[str]:
    """The lines of a box."""
    return _shown((_named(node.name), _tag(node), *node.lines))


def way_texts(way: Way) -> list[str]:
    """The lines beside a way."""
    lines = list(way.lines)
    if len(lines) > _LINES_SHOWN:
        lines[_LINES_SHOWN - 1 :] = [f"and {len(lines) - _LINES_SHOWN + 1} more"]
    if way.calls:
        lines.insert(0, f"{way.calls:,}×")
    if way.mark not in (None, Mark.SAME):
        lines.insert(0, str(way.mark.value))
    return _shown(lines)


def sign_texts(node: Node) -> list[str]:
    """What stands on a sign that leads to a box."""
    return _shown((f"→ {_named(node.name)}",))


def signs(picture: Picture) -> dict[int, int]:
    """The ways that end in a sign: the number of each, and that of the box it leads to."""
    if len(picture.nodes) < _MANY_BOXES:
        return {}
    indices = {node.id: index for index, node in enumerate(picture.nodes)}
    coming = Counter(way.target for way in picture.ways)
    leaving: dict[str, list[int]] = {}
    for index, way in enumerate(picture.ways):
        leaving.setdefault(way.source, []).append(index)
    # The first way to each box, counted from where calls begin, is the one that is drawn out.
    seen, drawn_out = set[str](), set[int]()
    starts = [node.id for node in picture.nodes if node.is_start]
    for start in starts:
        waiting = deque([start])
        seen.add(start)
        while waiting:
            for index in leaving.get(waiting.popleft(), ()):
                target = picture.ways[index].target
                if target not in seen:
                    seen.add(target)
                    drawn_out.add(index)
                    waiting.append(target)
    return {
        index: indices[way.target]
        for index, way in enumerate(picture.ways)
        if way.target != NURSE and index not in drawn_out and coming[way.target] >= _MANY_WAYS
    }


def frame_texts(frame: Frame) -> list[str]:
    """The heading of a frame."""
    return _shown((_named(frame.title),))


def everywhere_texts(picture: Picture) -> list[str]:
    """The note on what leads to the nurse from every step."""
    return _shown(picture.everywhere)


def heading_texts(picture: Picture) -> list[str]:
    """The picture's heading, its notes and its legend."""
    return _shown(
        (
            _named(picture.title),
            *picture.notes,
            *_lines_told(picture),
            *(text for text, _look in _legend(picture)),
        )
    )


class _Writer:
    def __init__(self, picture: Picture) -> None:
        self._picture = picture
        self._refs = {node.id: node_ref(index) for index, node in enumerate(picture.nodes)}
        self._signs = signs(picture)
        self._most = max((way.calls or 0 for way in picture.ways), default=0)

    def lines(self) -> Iterator[str]:
        yield "digraph flow {"
        yield (
            f'  graph [id="{PICTURE_REF}", rankdir=LR, bgcolor="{PAPER}", fontname="{_FONT}", '
            "labelloc=t, labeljust=l, nodesep=0.25, ranksep=0.55, pad=0.3, newrank=true, "
            f"splines=true, label=<{self._heading()}>];"
        )
        yield (
            f'  node [shape=box, style="filled,rounded", fontname="{_FONT}", fontsize=10, '
            f'fontcolor="{INK}", margin="0.08,0.05", height=0.3];'
        )
        yield f'  edge [fontname="{_FONT}", fontsize=9, fontcolor="{INK}", arrowsize=0.7];'
        by_frame: dict[str, list[int]] = {}
        for index, node in enumerate(self._picture.nodes):
            by_frame.setdefault(node.frame, []).append(index)
        yield from self._inside("", by_frame, "  ")
        yield from self._note()
        for index, way in enumerate(self._picture.ways):
            yield self._way(index, way)
        yield "}"

    def _inside(self, frame: str, by_frame: dict[str, list[int]], indent: str) -> Iterator[str]:
        here = {self._picture.nodes[index].id for index in by_frame.get(frame, ())}
        for index in by_frame.get(frame, ()):
            yield indent + self._node(index, self._picture.nodes[index])
        for index, target in self._signs.items():
            if self._picture.ways[index].source in here:
                yield indent + self._sign(index, target)
        for index, each in enumerate(self._picture.frames):
            if each.parent != frame:
                continue
            title = _table(_row(text, size=11, bold=True) for text in frame_texts(each))
            yield f"{indent}subgraph cluster_{index} {{"
            yield (
                f'{indent}  graph [id="{frame_ref(index)}", style="rounded", color="{QUIET}", '
                f"labeljust=l, margin=12, label=<{title}>];"
            )
            yield from self._inside(each.id, by_frame, f"{indent}  ")
            yield f"{indent}}}"

    def _node(self, index: int, node: Node) -> str:
        look = _look(node)
        first, tag, *others = node_texts(node)
        rows = (
            _row(first, size=12, bold=True, colour=look.text),
            _row(tag, size=8, colour=look.text),
            *(_row(line, size=9, colour=look.text) for line in others),
        )
        styles = ["filled", "rounded"]
        width = 2.4 if node.is_start else 1.2
        if node.mark is Mark.REMOVED or node.calls == 0:
            styles.append("dashed")
        return (
            f'{node_ref(index)} [id="{node_ref(index)}", label=<{_table(rows)}>, '
            f'fillcolor="{look.fill}", color="{look.line}", style="{",".join(styles)}", '
            f"penwidth={width}];"
        )

    def _sign(self, index: int, target: int) -> str:
        node = self._picture.nodes[target]
        rows = _table(_row(text, size=9, colour=QUIET) for text in sign_texts(node))
        return (
            f'{sign_ref(index)} [id="{sign_ref(index)}", label=<{rows}>, shape=cds, '
            f'style="solid", color="{_look(node).line}", fillcolor="{PAPER}", margin="0.12,0.02"];'
        )

    def _note(self) -> Iterator[str]:
        """What would be an edge from every box to the nurse is one note."""
        if not everywhere_texts(self._picture) or NURSE not in self._refs:
            return
        rows = _table(_row(text, size=9, colour=RED) for text in everywhere_texts(self._picture))
        yield (
            f'  everywhere [id="{EVERYWHERE_REF}", shape=note, style="dotted", color="{RED}", '
            f"label=<{rows}>];"
        )
        yield (
            f'  everywhere -> {self._refs[NURSE]} [style="dotted", color="{RED}", penwidth=1.6];'
        )

    def _way(self, index: int, way: Way) -> str:
        colour, style, width = self._pen(way)
        label = ""
        if texts := way_texts(way):
            rows = _table(_row(text, size=9, colour=_readable(colour)) for text in texts)
            label = f", label=<{rows}>"
        target = sign_ref(index) if index in self._signs else self._refs[way.target]
        return (
            f"  {self._refs[way.source]} -> {target} "
            f'[id="{way_ref(index)}", color="{colour}", style="{style}", '
            f"penwidth={width:.2f}{label}];"
        )

    def _pen(self, way: Way) -> tuple[str, str, float]:
        if way.mark is not None:
            style = "dashed" if way.mark is Mark.REMOVED else "solid"
            return MARKS[way.mark].line, style, 1.0 if way.mark is Mark.SAME else 2.2
        if way.calls == 0:
            return FAINT, "dashed", _THINNEST
        if way.calls:
            share = math.sqrt(way.calls / self._most)
            return ROLES[way.role], "solid", _THINNEST + share * (_WIDEST - _THINNEST)
        thin = way.role in (Role.FALLBACK, Role.LADDER)
        return ROLES[way.role], "solid", 0.8 if thin else 1.4

    def _heading(self) -> str:
        texts = iter(heading_texts(self._picture))
        rows = [_row(next(texts), size=18, bold=True)]
        notes = _shown((*self._picture.notes, *_lines_told(self._picture)))
        rows += [_row(next(texts), size=10) for _note in notes]
        legend = _legend(self._picture)
        cells = [
            f'<td bgcolor="{look.fill}" border="1" color="{look.line}" cellpadding="4">'
            f"{_font(next(texts), size=9, colour=look.text)}</td>"
            for _text, look in legend
        ]
        for begin in range(0, len(cells), _LEGEND_COLUMNS):
            row = "".join(cells[begin : begin + _LEGEND_COLUMNS])
            rows.append(
                '<tr><td align="left"><table border="0" cellspacing="3" cellborder="0"><tr>'
                f"{row}</tr></table></td></tr>"
            )
        return f'<table border="0" cellspacing="2" cellpadding="0">{"".join(rows)}</table>'


def _legend(picture: Picture) -> list[tuple[str, Look]]:
    """The kinds of boxes there are, or what became of them."""
    if any(node.mark is not None for node in picture.nodes):
        return [(mark.value, look) for mark, look in MARKS.items()]
    present = {node.kind for node in picture.nodes} - {"nurse", "person"}
    return [(kind, look) for kind, look in KINDS.items() if kind in present]


def _lines_told(picture: Picture) -> tuple[str, ...]:
    """What the lines mean, in words."""
    if any(node.mark is not None for node in picture.nodes):
        return ("Dashed: removed. Point at a box for what has changed.",)
    told = "Thick border: calls begin here. Red: a key that stands for a red flag. "
    told += "Grey: nothing that fits was answered, or nothing was found."
    if picture.counted:
        told += " The wider a line, the more often it was taken; dashed: never."
    return (told, "Point at a box for all that it says.")


def _look(node: Node) -> Look:
    if node.mark is not None and node.id not in (NURSE, PERSON):
        return MARKS[node.mark]
    look = KINDS[node.kind]
    return Look(PAPER, FAINT, QUIET) if node.calls == 0 and node.id != NURSE else look


def _tag(node: Node) -> str:
    tag = "red flag" if node.id == NURSE else node.kind
    if node.id == PERSON:
        tag = "the end of a ladder"
    if node.is_start:
        tag = f"start · {tag}"
    if node.calls is not None:
        tag = f"{tag} · {node.calls:,}×"
    if node.mark not in (None, Mark.SAME):
        tag = f"{node.mark.value} · {tag}"
    return tag


def _named(name: str) -> str:
    """A name; a dash for one of which nothing can be seen."""
    return plain(name) or "–"


def _shown(lines: Iterable[str]) -> list[str]:
    """The lines, without those that say nothing."""
    return [text for text in map(plain, lines) if text]


def _readable(colour: str) -> str:
    """The colour of a text beside a line of some colour."""
    return colour if colour in (RED, INK) else QUIET


def _table(rows: Iterable[str]) -> str:
    return f'<table border="0" cellspacing="0" cellpadding="1">{"".join(rows)}</table>'


def _row(text: str, *, size: int, bold: bool = False, colour: str = INK) -> str:
    return f'<tr><td align="left">{_font(text, size=size, colour=colour, bold=bold)}</td></tr>'


def _font(text: str, *, size: int, colour: str, bold: bool = False) -> str:
    written = escape(text).encode("ascii", "xmlcharrefreplace").decode()
    inner = f"<b>{written}</b>" if bold else written
    return f'<font point-size="{size}" color="{colour}">{inner}</font>'


def texts_by_ref(picture: Picture) -> dict[str, Sequence[str]]:
    """The lines of everything in the finished picture, by its id."""
    return {
        PICTURE_REF: heading_texts(picture),
        EVERYWHERE_REF: everywhere_texts(picture),
        **{node_ref(index): node_texts(each) for index, each in enumerate(picture.nodes)},
        **{way_ref(index): way_texts(each) for index, each in enumerate(picture.ways)},
        **{sign_ref(way): sign_texts(picture.nodes[box]) for way, box in signs(picture).items()},
        **{frame_ref(index): frame_texts(each) for index, each in enumerate(picture.frames)},
    }
