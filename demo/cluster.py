"""`make demo-cluster`: PostgreSQL, SeaweedFS, a sealer and two workers; kills in the middle; nothing is lost or twice."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from demo.showing import ZH, say
from preserve.archival_storage.media import server_store
from preserve.services import jobs
from tests.support.machines import PROGRAM, Machines, machines
from tests.support.people import session
from tests.support.tiny_case import write_whole_case

CASES = 50
WORKERS = ("a", "b")
_PATIENCE = 900.0


def until(held: Machines, wanted: Callable[[], bool]) -> None:
    """Look until it is so; what ended is started again, as whatever keeps services does it."""
    end, said = time.monotonic() + _PATIENCE, -2
    while not wanted():
        if time.monotonic() > end:
            raise SystemExit("the cluster does not come to an end: see " + str(held.folder))
        if (done := held.done()) >= 0 and done != said:
            print(f"  {done}/{CASES}", flush=True)
            said = done
        held.see_to("sealer", *WORKERS)
        time.sleep(0.5)


def main() -> None:
    """Found, ask for the cases, kill, and show what is there."""
    folder = Path("demo-output/cluster").absolute()
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    say(
        "PostgreSQL、SeaweedFS（三个卷服务器）、一个签名进程、两个工作节点",
        "PostgreSQL, SeaweedFS, a sealer, two workers",
    )
    held = machines(folder, bucket=True)
    try:
        _run(held)
    finally:
        held.stop()


def _run(held: Machines) -> None:
    begun = time.monotonic()
    held.see_to("sealer", *WORKERS)
    say(f"提交 {CASES} 个案件", f"{CASES} cases are handed in")
    inbox = held.archive.home.path / "inbox"
    for number in range(1, CASES + 1):
        write_whole_case(inbox / f"{number:03}", case_number=f"临文综罚〔2026〕{number}号")
        asked = {"sip": str(inbox / f"{number:03}"), "jobs": 1}
        jobs.ask(session(held.archive, "zhou"), "deposits.ingest", asked, key=f"case {number}")
    until(held, lambda: held.done() >= CASES // 5)
    say("强行结束节点 a", "Node a is killed")
    held.kill("a")
    until(held, lambda: held.done() >= CASES * 2 // 5)
    say("强行结束 PostgreSQL 的全部进程，再启动", "Every process of PostgreSQL is killed, and it is started again")
    held.kill_server()
    held.start_server()
    until(held, lambda: held.done() >= CASES * 3 // 5)
    say("强行结束一个卷服务器", "A volume server is killed")
    assert held.store is not None
    held.store.kill("volume-1")
    until(held, lambda: held.done() >= CASES * 4 // 5)
    held.store.start_volume(1)
    until(held, lambda: held.done() >= CASES)
    print(f"  {time.monotonic() - begun:.0f} s", flush=True)
    show(held)


def show(held: Machines) -> None:
    """What is there, by the program's own commands; ends otherwise than well where anything is missing or twice."""
    home = str(held.archive.home.path)
    for arguments in (["cluster", "status"], ["ledger", "verify"]):
        print("$ preserve " + " ".join(arguments), flush=True)
        subprocess.run([PROGRAM, "--home", home, *arguments], check=True, env=os.environ)
    with held.archive.catalogue.read() as connection:
        cases = connection.exec_driver_sql("SELECT case_number, count(*) FROM cases GROUP BY case_number").all()
        registered = connection.exec_driver_sql("SELECT count(*) FROM ledger WHERE action = 'case.registered'").scalar()
    packages = list(server_store(held.archive.home).copies())
    twice = [number for number, count in cases if count != 1]
    print(
        f"{'案卷' if ZH else 'cases'} {len(cases)}, {'信息包' if ZH else 'packages'} {len(packages)},"
        f" {'登记' if ZH else 'registered'} {registered}, {'重复' if ZH else 'twice'} {len(twice)}"
    )
    if (len(cases), len(packages), registered, twice) != (CASES, CASES, CASES, []):
        raise SystemExit("something is missing, or there twice")


if __name__ == "__main__":
    main()
