"""A line for trying a clinic out can ring nobody outside, however its file is written."""

import pytest

from careline.loopback import CannotStart, without_the_outside
from config.load import load_site


def written(folder, new="sip:\n"):
    """The small clinic, which has a trunk and may dial, with its ``sip:`` written in some way."""
    site = folder.path / "site.yaml"
    text = site.read_text(encoding="utf-8")
    assert text.count("sip:\n") == 1
    site.write_text(text.replace("sip:\n", new), encoding="utf-8")
    sip = load_site(folder.path).sip
    assert sip.trunk is not None
    assert sip.outbound
    return folder.path


def test_the_copy_has_no_trunk_and_may_dial_nobody(folder, tmp_path):
    copy = load_site(without_the_outside(written(folder), tmp_path / "copy"))
    assert copy.sip.trunk is None
    assert copy.sip.outbound == ()


@pytest.mark.parametrize("new", ['"sip":\n', "sip :\n", "sip:\n# of ours\n"])
def test_a_file_that_keeps_them_starts_no_line(folder, tmp_path, new):
    with pytest.raises(CannotStart, match="sip"):
        without_the_outside(written(folder, new), tmp_path / "copy")
