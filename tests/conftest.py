"""Rules for every test: none may be skipped, and the messages are compiled before the first one runs."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from weakref import WeakSet

import pytest
from hypothesis import settings
from sqlalchemy import Connection, Engine, event

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from tests.support.shared_cases import PACKAGES  # noqa: E402  it is found by the path above

_skipped: list[str] = []

# The same examples in every run, so that a change is judged by what it changed; `make soak` draws others.
settings.register_profile("same", derandomize=True, print_blob=True, deadline=None)
settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def own_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """What a command leaves for the next of its user lies in a folder of the run's own."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_STATE_HOME", str(tmp_path_factory.mktemp("state")))
        yield


@pytest.fixture(scope="session", autouse=True)
def engines(request: pytest.FixtureRequest) -> Iterator[WeakSet[Engine] | None]:
    """With --catalogue=postgresql, every engine that was connected in this process."""
    if request.config.getoption("--catalogue") != "postgresql":
        yield None
        return
    seen: WeakSet[Engine] = WeakSet()

    def note(connection: Connection) -> None:
        seen.add(connection.engine)

    event.listen(Engine, "engine_connect", note)
    yield seen
    event.remove(Engine, "engine_connect", note)


@pytest.fixture(autouse=True)
def own_connections(engines: WeakSet[Engine] | None) -> Iterator[None]:
    """What a test left open of a server's few connections is closed: an engine opens new ones where it is used again."""
    yield
    for engine in list(engines or ()):
        engine.dispose()


@pytest.fixture(autouse=True)
def own_language() -> Iterator[None]:
    """A test that runs a command in this process leaves the language to the next as it was."""
    from preserve.messages import language, speak

    before = language()
    yield
    speak(before)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--catalogue=postgresql`: archives that the tests found have their catalogue there, in a server of the run's."""
    parser.addoption("--catalogue", choices=("sqlite", "postgresql"), default="sqlite")


def pytest_configure(config: pytest.Config) -> None:
    """Compile the messages once, in the process that leads; start the server that the run is for."""
    config.addinivalue_line("markers", "sqlite: of the catalogue as a file; not run with --catalogue=postgresql")
    config.addinivalue_line("markers", "samples: reads the samples of others, which lie beside the project or nowhere")
    if not hasattr(config, "workerinput"):
        if config.getoption("--catalogue") == "postgresql":
            from tests.support import postgresql

            server = postgresql.start()
            config.add_cleanup(server.stop)
            os.environ["PRESERVE_CATALOGUE"] = server.make_database("preserve")
        from tools.compile_messages import CATALOGUES, compile_all

        for catalogues in CATALOGUES:
            compile_all(ROOT / catalogues)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests that share something made once for their module go to one worker, so that it is made once indeed."""
    if config.getoption("--catalogue") == "postgresql":
        items[:] = [item for item in items if item.get_closest_marker("sqlite") is None]
    if not PACKAGES.is_dir():  # the samples of others lie beside the project, where that is built
        items[:] = [item for item in items if item.get_closest_marker("samples") is None]
    for item in items:
        if isinstance(item, pytest.Function) and item.get_closest_marker("xdist_group") is None and _shares(item):
            item.add_marker(pytest.mark.xdist_group(item.path.relative_to(ROOT).as_posix()))


def _shares(item: pytest.Function) -> bool:
    definitions = [named[-1] for named in item._fixtureinfo.name2fixturedefs.values()]
    return any(one.scope == "module" and item.path.name in one.func.__code__.co_filename for one in definitions)


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Note what was skipped."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A missing tool is a failure: nothing may be skipped."""
    if _skipped and not hasattr(session.config, "workerinput"):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which tests were skipped, so that the failure can be understood."""
    for nodeid in _skipped:
        terminalreporter.write_line(f"SKIPPED, which counts as failed: {nodeid}", red=True)
