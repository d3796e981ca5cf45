"""检测 and 修复 by HTTP: a file is altered, an audit finds it, a repair mends it, a person lets the old bytes go."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.keeping import add_folder, demand_copies, ended
from tests.support.web import CASE_NUMBER, Served, send, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("door")) as running:
        demand_copies(running.home)
        add_folder(running.home, "SRV-02")
        yield running


def alter(served: Served) -> str:
    """Change a byte of an original in the server store; returns the file's own name."""
    path = next(
        path for path in sorted((served.home / "store" / "packages").rglob("original/data/*")) if path.is_file()
    )
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(whole))
    return path.name


def test_damage_is_found_mended_and_let_go(served: Served) -> None:
    keeper, archivist = served.client("system"), served.client("archivist")
    assert ended(served.home, send(keeper, "/copies", "/copies/replicate").headers["location"]).state == "done"
    name = alter(served)
    audit = ended(served.home, send(keeper, "/audits", "/audits/run", everything="1", span="3h").headers["location"])
    assert name not in (audit.result or "") and CASE_NUMBER not in (audit.result or "")
    for client in (keeper, archivist):
        shown = client.get("/audits").text
        assert "受损" in shown and "内容被改动" in shown
        assert (name in shown) == (client is archivist)
        assert "份副本受损或遗失" in client.get("/").text
    run = next(part for part in keeper.get("/audits").text.split('"') if part.startswith("/audits/01"))
    assert "受损" in keeper.get(run).text and keeper.get("/audits/nope").status_code == 404
    assert "可疑" in keeper.get("/repairs").text

    repair = ended(served.home, send(keeper, "/repairs", "/repairs/run").headers["location"])
    assert repair.state == "done", repair.failure
    shown = keeper.get("/repairs").text
    assert "没有受损的副本" in shown and "_v0001" in shown
    package = shown.split('name="package" value="')[1].split('"')[0]
    refused = send(keeper, "/repairs", "/repairs/release", package=package, reason=" ")
    assert refused.status_code == 400 and "必须填写" in refused.text
    assert send(keeper, "/repairs", "/repairs/release", package=package, reason="已核对").status_code == 303
    assert "隔离区是空的" in keeper.get("/repairs").text
    assert send(keeper, "/repairs", "/repairs/release", package=package, reason="再次").status_code == 404
    assert "完好" in archivist.get(f"/audits/history?of={package}").text


def test_the_report_comes_as_page_and_paper_in_both_languages(served: Served) -> None:
    row = ended(served.home, send(served.client("auditor"), "/audits", "/audits/report").headers["location"])
    assert row.state == "done", row.failure
    made = sorted(path.suffixes[-2:] for path in (served.home / "outbox" / row.id).rglob("*") if path.is_file())
    assert made == [[".en", ".html"], [".en", ".pdf"], [".zh", ".html"], [".zh", ".pdf"]]


def test_a_drill_is_done_and_listed(served: Served) -> None:
    client = served.client("archivist")
    assert ended(served.home, send(client, "/audits", "/audits/drill").headers["location"]).state == "done"
    assert "完整恢复" in client.get("/audits").text


def test_who_only_reports_starts_nothing(served: Served) -> None:
    client = served.client("head")
    shown = client.get("/audits").text
    assert "/audits/run" not in shown and "/audits/drill" not in shown
    for address in ("/audits/run", "/audits/drill", "/repairs/run"):
        assert send(client, "/audits", address).status_code == 403
    assert send(client, "/repairs", "/repairs/release", package="x", reason="y").status_code == 403
    assert served.client("depositor").get("/audits").status_code == 403
