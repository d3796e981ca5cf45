"""Which home a house and a code mean; and the settings of both, wrong ones with what is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import Refused, UsageError
from preserve.houses import HOUSE, fonds_of, home_in_house, is_fonds_code, read_house


@pytest.fixture
def house(tmp_path: Path) -> Path:
    (tmp_path / HOUSE).write_text('house_id = "x"\nhost = "archive.test"\n', encoding="utf-8")
    home = tmp_path / "fonds" / "culture"
    home.mkdir(parents=True)
    (home / "preserve.toml").touch()
    return tmp_path


def test_a_code_means_one_home(house: Path) -> None:
    assert read_house(house).host == "archive.test"
    assert home_in_house(house) == house / "register"
    assert home_in_house(house, "culture") == house / "fonds" / "culture"
    for code in ("sport", "Culture", "../fonds/culture", "culture/", "."):
        with pytest.raises(UsageError):
            home_in_house(house, code)


@pytest.mark.parametrize("text", ["house_id = 1", "", 'house_id = "x"\nmore = 1', "house_id = ", "\x00"])
def test_wrong_settings_are_refused(house: Path, text: str) -> None:
    (house / HOUSE).write_text(text, encoding="utf-8")
    with pytest.raises(Refused, match=r"house\.settings-wrong") as refused:
        read_house(house)
    assert str(refused.value.values["reason"])  # what is wrong stands in the sentence


GOOD = ("a", "a-1", "a" * 32, "a1b")
BAD = ("a-", "-a", "1a", "a--b", "A", "", "a" * 34, "a\n", "文", "a.b")


@pytest.mark.parametrize(("code", "may"), [*((code, True) for code in GOOD), *((code, False) for code in BAD)])
def test_codes(code: str, may: bool) -> None:
    assert is_fonds_code(code) is may


def test_a_home_says_of_which_fonds_it_is(house: Path, tmp_path: Path) -> None:
    assert fonds_of(house / "fonds" / "culture") == "culture"
    assert (fonds_of(house / "register"), fonds_of(tmp_path / "alone" / "fonds" / "home")) == ("", "")
