"""A picture as SVG: laid out by Graphviz, then with titles, roles and exactly what we say.

The program ``dot`` is Debian's package graphviz. It is given text and gives text back; nothing is
written to a disk and nothing else is run.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from xml.etree import ElementTree as ET

from config.picture.dot import (
    EVERYWHERE_REF,
    frame_ref,
    node_ref,
    plain,
    sign_ref,
    signs,
    texts_by_ref,
    to_dot,
    way_ref,
)
from config.picture.model import Picture

TIMEOUT_S = 60.0
_SVG = "http://www.w3.org/2000/svg"
_ROLES = {"node": "graphics-symbol", "edge": "graphics-symbol", "cluster": "group"}
"""See https://www.w3.org/TR/graphics-aria-1.0/."""


class PictureError(Exception):
    """Ops: there is no picture. The text says why, and what can be done."""


def to_svg(picture: Picture, *, timeout_s: float = TIMEOUT_S) -> str:
    """The picture as an SVG document, in ASCII. The same picture is the same text.

    Args:
        picture: what to draw.
        timeout_s: how long Graphviz may take.

    Raises:
        PictureError: Graphviz is not installed, or fails, or takes too long.
    """
    program = shutil.which("dot")
    if program is None:
        raise PictureError(
            "the program dot is missing, which lays pictures out: install the Debian package "
            "graphviz (apt-get install graphviz)"
        )
    try:
        done = subprocess.run(  # noqa: S603 - of what a file says nothing stands in the command
            [program, "-Tsvg"],
            input=to_dot(picture).encode(),
            capture_output=True,
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise PictureError(
            f"dot has not laid out {len(picture.nodes):,} steps within {timeout_s:g} s: draw one "
            "flow at a time, and those that it enters as one box each"
        ) from None
    except OSError as error:
        raise PictureError(f"{program} cannot be run: {error.strerror}") from error
    try:
        drawn = ET.fromstring(done.stdout)  # noqa: S314 - what dot has written
    except ET.ParseError:
        drawn = None
    if done.returncode != 0 or drawn is None:
        why = done.stderr.decode(errors="replace").strip().splitlines()
        raise PictureError(f"dot failed: {plain(why[-1]) if why else f'exit {done.returncode}'}")
    return _finished(drawn, picture)


def _finished(drawn: ET.Element, picture: Picture) -> str:
    said, told = texts_by_ref(picture), dict(_told(picture))
    leads_to = {sign_ref(way): node_ref(box) for way, box in signs(picture).items()}
    for group in list(drawn.iter(f"{{{_SVG}}}g")):
        ref = group.get("id", "")
        lines = said.get(ref, [])
        texts = group.findall(f"{{{_SVG}}}text")
        if len(texts) == len(lines):
            for element, line in zip(texts, lines, strict=True):
                element.text = line
        title = group.find(f"{{{_SVG}}}title")
        if title is not None:
            group.remove(title)
        if ref in told:
            named = ET.Element(f"{{{_SVG}}}title")
            named.text = told[ref]
            group.insert(0, named)
            group.set("role", _ROLES.get(group.get("class", ""), "group"))
        if ref in leads_to:
            _link(group, leads_to[ref])
    for index, (name, text) in enumerate((("title", picture.title), ("desc", _summary(picture)))):
        element = ET.Element(f"{{{_SVG}}}{name}", {"id": name})
        element.text = plain(text)
        drawn.insert(index, element)
    drawn.set("role", "graphics-document")
    drawn.set("aria-labelledby", "title desc")
    if re.fullmatch("[a-zA-Z0-9-]+", picture.language):
        drawn.set("lang", picture.language)
    ET.register_namespace("", _SVG)
    written: bytes = ET.tostring(drawn, encoding="us-ascii", xml_declaration=True)
    return f"{written.decode()}\n"


def _link(group: ET.Element, ref: str) -> None:
    """Let what is drawn lead to another place in the picture."""
    drawn = list(group)
    link = ET.SubElement(group, f"{{{_SVG}}}a", {"href": f"#{ref}"})
    for each in drawn:
        group.remove(each)
        link.append(each)


def _summary(picture: Picture) -> str:
    counts = f"{len(picture.nodes)} boxes and {len(picture.ways)} ways between them."
    return " ".join((f"A call flow: {counts}", *(f"{note}." for note in picture.notes)))


def _told(picture: Picture) -> Iterator[tuple[str, str]]:
    """What whoever points at something is told, by its id in the picture."""
    names = {node.id: node.name for node in picture.nodes}
    for index, node in enumerate(picture.nodes):
        places = (node.place,) if node.place else ()
        yield node_ref(index), _lines((f"{node.name} ({node.kind})", *places, *node.told))
    for index, way in enumerate(picture.ways):
        head = f"{names[way.source]} to {names[way.target]}"
        taken = () if way.calls is None else (f"taken {way.calls:,} times",)
        yield way_ref(index), _lines((head, *taken, *way.told))
    for index, frame in enumerate(picture.frames):
        yield frame_ref(index), plain(frame.title)
    for sign, box in signs(picture).items():
        yield sign_ref(sign), plain(f"to {picture.nodes[box].name}")
    yield EVERYWHERE_REF, _lines(picture.everywhere)


def _lines(lines: tuple[str, ...]) -> str:
    return "\n".join(map(plain, lines))
