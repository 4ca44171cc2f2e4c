"""A call flow as a picture: what stands in it as plain data, its DOT text, and its SVG.

:func:`draw` makes a :class:`Picture` of a flow, :func:`with_calls` adds how often each step and way
was taken, :func:`draw_changes` puts two versions into one. :func:`to_dot` writes a picture in the
language of Graphviz, whose program ``dot`` lays it out: :func:`to_svg` runs it.
"""

from config.picture.calls import Tally, tally, with_calls
from config.picture.changes import draw_changes
from config.picture.dot import to_dot
from config.picture.drawing import draw
from config.picture.model import NURSE, PERSON, Frame, Mark, Node, Picture, Role, Way
from config.picture.places import step_places
from config.picture.svg import PictureError, to_svg

__all__ = [
    "NURSE",
    "PERSON",
    "Frame",
    "Mark",
    "Node",
    "Picture",
    "PictureError",
    "Role",
    "Tally",
    "Way",
    "draw",
    "draw_changes",
    "step_places",
    "tally",
    "to_dot",
    "to_svg",
    "with_calls",
]
