"""Plots as SVG: well-formed, with what is seen as a title, and hostile names as text."""

from __future__ import annotations

import pytest
from lxml import etree

from preserve.services.plots import Bar, columns, lines

HOSTILE = '<script>alert(1)</script>" onload="x'


@pytest.mark.parametrize("plot", [columns, lines])
def test_a_plot_is_xml_without_script_and_style(plot: object) -> None:
    assert callable(plot)
    tree = etree.fromstring(plot(HOSTILE, [Bar(HOSTILE, 3, HOSTILE), Bar("一月", 0, "0"), Bar("b", 9, "9", True)]))
    names = {str(element.tag).rpartition("}")[2] for element in tree.iter()}
    assert names <= {"svg", "title", "text", "rect", "line"}
    assert not {"style", "onload"} & {str(name) for element in tree.iter() for name in element.attrib}
    assert tree.get("role") == "img" and tree[0].text == HOSTILE


def test_the_longest_bar_is_the_largest() -> None:
    tree = etree.fromstring(lines("t", [Bar("a", 10, "10"), Bar("b", 5, "5")]))
    widths = [float(element.get("width", "")) for element in tree.iter("{*}rect")]
    assert widths == [300, 150]


@pytest.mark.parametrize("plot", [columns, lines])
def test_nothing_to_show_is_an_empty_plot(plot: object) -> None:
    assert callable(plot)
    assert etree.fromstring(plot("t", [])) is not None
