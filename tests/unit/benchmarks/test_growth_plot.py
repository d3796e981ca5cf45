"""The growth table's picture is an SVG that says each command and size, every point within the axis."""

from __future__ import annotations

from lxml import etree

from benchmarks.growth_plot import draw

SVG = "{http://www.w3.org/2000/svg}"


def test_each_command_has_a_point_for_each_size() -> None:
    picture = etree.fromstring(draw({"list": [1.0, 1.2, 1.1], "a < b": [0.2, 0.2, 4.1]}, [1000, 10_000, 100_000], "s"))
    texts = [text.text for text in picture.iter(f"{SVG}text")]
    assert {"list", "a < b", "1,000 cases", "100,000 cases", "s"} <= set(texts)
    rows: dict[str, list[float]] = {}
    for circle in list(picture.iter(f"{SVG}circle"))[3:]:
        rows.setdefault(circle.get("cy"), []).append(float(circle.get("cx")))
    first, second = rows.values()
    assert first[0] < first[2] < first[1] < second[2]
    assert max(second) <= float(picture.get("width"))
