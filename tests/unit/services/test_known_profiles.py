"""Every profile that there is has a model; one's own are checked each by itself, and what is wrong is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from preserve.errors import NotFound
from preserve.profiles import locate
from preserve.services.known_profiles import all_names, check_all, model_of

SHIPPED = locate("rules.toml", None).parent


def wrong(own: Path) -> dict[str, str]:
    return {name: refusal.code for name, _, refusal in check_all(own) if refusal is not None}


def copy(own: Path, name: str, target: str = "", old: str = "", new: str = "") -> None:
    text = (SHIPPED / name).read_text(encoding="utf-8")
    assert old in text
    (own / (target or name)).parent.mkdir(parents=True, exist_ok=True)
    (own / (target or name)).write_text(text.replace(old, new, 1) if old else text, encoding="utf-8")


def test_each_shipped_file_is_known_and_sound() -> None:
    names = {path.relative_to(SHIPPED).as_posix() for path in SHIPPED.rglob("*.toml")}
    assert names == set(all_names(None))
    assert [name for name, _, refusal in check_all(None) if refusal is not None] == []
    assert all(file == SHIPPED / name for name, file, _ in check_all(None))


def test_a_name_that_is_no_profile_s() -> None:
    with pytest.raises(NotFound) as refusal:
        model_of("wishes.toml")
    assert (refusal.value.code, refusal.value.status) == ("profile.name-unknown", 3)
    assert model_of("cases/anything.toml") is model_of("cases/penalty.toml")


def test_one_s_own_count_and_one_mistake_hides_no_other(tmp_path: Path) -> None:
    copy(tmp_path, "rules.toml")
    (tmp_path / "audit.toml").write_text("nonsense = 1\n")
    (tmp_path / "storage.toml").write_text("= broken")
    (tmp_path / "wishes.toml").write_text("")
    places = {name: file for name, file, _ in check_all(tmp_path)}
    assert places["rules.toml"] == tmp_path / "rules.toml" and places["media.toml"] == SHIPPED / "media.toml"
    assert set(wrong(tmp_path)) == {"audit.toml", "storage.toml", "wishes.toml"}
    assert wrong(tmp_path)["wishes.toml"] == "profile.name-unknown" and all_names(tmp_path)[-1] == "wishes.toml"


def test_two_files_for_one_type_of_case(tmp_path: Path) -> None:
    shipped = sorted(path.name for path in (SHIPPED / "cases").iterdir())[0]
    copy(tmp_path, f"cases/{shipped}", "cases/zz-again.toml")
    assert wrong(tmp_path) == {"cases/zz-again.toml": "profile.case-type-twice"}
