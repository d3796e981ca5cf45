"""Lines of pages drawn here are read, whichever way the page lies; nothing is asked of a network."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from preserve.machine_reading.line_reader import LineReader
from tests.support.scans import NOTICE, columns, printed, set_at


@pytest.fixture(scope="module")
def reader() -> Iterator[LineReader]:
    """Both models, loaded once and used with sockets refused."""

    def refused(*_: object, **__: object) -> None:
        raise AssertionError("a socket was asked for")

    patch = pytest.MonkeyPatch()
    patch.setattr(socket, "socket", refused)
    patch.setattr(socket, "create_connection", refused)
    yield LineReader()
    patch.undo()


def plain(text: str) -> str:
    """Without what fonts and models write in two ways."""
    return text.replace("（", "(").replace("）", ")").replace("：", ":").replace(" ", "").replace("，", ",")


def test_a_page_is_read_line_by_line_with_places(reader: LineReader) -> None:
    turn, lines = reader.page(np.asarray(printed()))
    assert turn == 0
    assert [plain(line.text) for line in lines] == [plain(line) for line in NOTICE]
    assert min(line.score for line in lines) > 0.9
    left, top, right, _, _, bottom, _, _ = lines[0].box
    assert 50 < left < 75 and 60 < top < 95 and 300 < right < 360 and 120 < bottom < 160


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_a_page_on_its_side_or_its_head_is_read_and_its_places_are_those_of_the_page(
    reader: LineReader, turn: int
) -> None:
    page = printed(NOTICE[1:4], size=(640, 280))
    _, straight = reader.page(np.asarray(page))
    # A page that lies so is upright once it is turned clockwise by `turn`.
    lying = page.rotate(turn, expand=True)
    found, lines = reader.page(np.asarray(lying))
    assert found == turn
    assert [plain(line.text) for line in lines] == [plain(line) for line in NOTICE[1:4]]
    first, there = straight[0].box, lines[0].box
    begins = {
        90: (first[1], 1000 - first[0]),
        180: (1000 - first[0], 1000 - first[1]),
        270: (1000 - first[1], first[0]),
    }
    assert there[:2] == pytest.approx(begins[turn], abs=8)


def test_vertical_writing_is_read_down_its_columns(reader: LineReader) -> None:
    texts = ["行政处罚决定书", "当事人未经许可", "擅自销售香烟三十条"]
    turn, lines = reader.page(np.asarray(columns(texts)))
    assert turn == 0
    assert [line.text for line in lines] == texts


def test_columns_and_rows_come_in_reading_order(reader: LineReader) -> None:
    left = [
        "当事人于二〇二六年三月在",
        "云港市海滨路十八号的店铺",
        "内存放无合法来源的卷烟共",
        "计三十条并向三名顾客出售",
    ]
    right = [
        "执法人员现场检查时当事人",
        "不能出示烟草专卖零售许可",
        "证也不能说明卷烟从何处购",
        "得遂依法先行登记保存在案",
    ]
    places = [(40, 40 + 60 * row, text) for row, text in enumerate(left)]
    places += [(480, 40 + 60 * row, text) for row, text in enumerate(right)]
    lines = reader.lines(np.asarray(set_at(places)))
    assert [line.text for line in lines] == left + right


def test_one_line_without_looking_for_it_and_the_page_after_it(reader: LineReader) -> None:
    line = np.asarray(set_at([(10, 4, "2026-03-14 16:08:31")], size=(330, 44)))
    text, score = reader.line(line)
    assert plain(text) == "2026-03-1416:08:31" and score > 0.9
    assert len(reader.lines(np.asarray(printed()))) == len(NOTICE)  # no wish of the last call stays


def test_colours_specks_strips_and_blank_pages(reader: LineReader) -> None:
    assert reader.page(np.full((300, 400), 255, np.uint8)) == (0, ())
    assert reader.page(np.zeros((3, 900, 3), np.uint8)) == (0, ())
    assert reader.line(np.zeros((1, 1, 3), np.uint8))[0] == ""
    red = Image.new("RGB", (900, 560), (250, 250, 250))
    red.paste((200, 30, 30), (0, 0), Image.eval(printed(), lambda value: 255 - value))
    lines = reader.lines(np.asarray(red)[:, :, ::-1])
    assert [plain(line.text) for line in lines] == [plain(line) for line in NOTICE]
    strip = np.asarray(set_at([(20, 5, "保存期限三十年")], size=(1600, 44)))
    assert [line.text for line in reader.lines(strip)] == ["保存期限三十年"]


def test_a_long_picture_is_read_in_pieces_and_no_line_twice(reader: LineReader) -> None:
    texts = [f"第{number}条聊天记录内容" for number in range(10, 62)]
    places = [(30, 30 + 60 * number, text) for number, text in enumerate(texts)]
    lines = reader.lines(np.asarray(set_at(places, size=(420, 3200))))
    assert [line.text for line in lines] == texts
