"""A catalogue on PostgreSQL: one writer at a time, readers with one view, and its errors in our words."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from preserve.data_management import ledger
from preserve.data_management.cases import Case, find_case, insert
from preserve.data_management.database import Catalogue, create_catalogue, open_catalogue, sweep
from preserve.data_management.engines.postgresql import PostgresqlSchema, schema_of
from preserve.errors import Busy, MediumProblem, NotIntact, PreserveError, Refused
from preserve.messages import say, speaking
from tests.support import postgresql

MOMENT = datetime(2026, 11, 28, 8, tzinfo=UTC)


@pytest.fixture
def catalogue(schema: PostgresqlSchema) -> Iterator[Catalogue]:
    made = create_catalogue(schema)
    yield made
    made.close()


def _append(catalogue: Catalogue, subject: str) -> int:
    with catalogue.begin() as connection:
        return ledger.append(
            connection, action="a", subject=subject, actor="z", details={"n": 1, "字": '"\\'}, moment=MOMENT
        )


def test_an_entry_is_the_same_as_in_a_file(catalogue: Catalogue, tmp_path: Path) -> None:
    file = create_catalogue(tmp_path / "c.sqlite")
    for subject in ("案〔2026〕1号", 'with "quotes" and \\ and 𬭛', ""):
        assert _append(file, subject) == _append(catalogue, subject)
    with file.read() as one, catalogue.read() as other:
        assert list(ledger.entries(one)) == list(ledger.entries(other))
        assert [entry.text for entry in ledger.about(other, 'with "quotes" and \\ and 𬭛')]
        for entry in ledger.entries(other):
            assert entry.leaf == ledger.leaf_hash(entry.text)
    file.close()


def test_a_name_with_a_nul_is_a_wrong_wish_and_no_defect(catalogue: Catalogue) -> None:
    with pytest.raises(Refused, match=r"catalogue\.nul"), catalogue.read() as connection:
        find_case(connection, "a\0b")
    assert _append(catalogue, "ab") == 1, "the connection serves on"


def test_many_writers_leave_no_hole_and_no_double(catalogue: Catalogue) -> None:
    numbers: list[int] = []

    def write() -> None:
        numbers.extend(_append(catalogue, "s") for _ in range(5))

    threads = [threading.Thread(target=write) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(numbers) == list(range(1, 41))


def test_who_writes_reads_what_was_committed_while_it_waited(catalogue: Catalogue) -> None:
    seen: list[int] = []

    def write() -> None:
        with catalogue.begin() as connection:
            seen.append(ledger.size(connection))

    with catalogue.begin() as connection:
        waiting = threading.Thread(target=write)
        waiting.start()
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
    waiting.join()
    assert seen == [1]


def test_a_reader_has_one_view_and_writes_nothing(catalogue: Catalogue) -> None:
    with catalogue.read() as connection:
        assert ledger.size(connection) == 0
        _append(catalogue, "s")
        assert ledger.size(connection) == 0
    with pytest.raises(MediumProblem, match=r"catalogue\.read-only"), catalogue.read() as connection:
        connection.execute(text("DELETE FROM ledger"))


def test_what_many_pages_ask_is_prepared_once(catalogue: Catalogue) -> None:
    for number in range(8):
        with catalogue.together(), catalogue.read() as connection:
            assert connection.execute(text("SELECT count(*) FROM looks WHERE number > :last"), {"last": number}).one()
        with catalogue.locked(reads=True) as connection:
            assert connection.execute(text("SELECT count(*) FROM ledger WHERE number > :last"), {"last": number}).one()
    with catalogue.read() as connection:
        kept = list(connection.exec_driver_sql("SELECT statement FROM pg_prepared_statements").scalars())
    assert any("FROM looks" in one for one in kept)
    assert any("FROM ledger" in one for one in kept)


def test_nothing_is_written_while_others_may_not(catalogue: Catalogue) -> None:
    writing = text("INSERT INTO saved_searches (account, name, query, made) VALUES ('', '', '', '')")
    with pytest.raises(MediumProblem, match="read-only"), catalogue.locked(reads=True) as connection:
        connection.execute(writing)
    with catalogue.locked() as connection:
        connection.execute(writing)
    with catalogue.read() as connection:
        assert connection.execute(text("SELECT count(*) FROM saved_searches")).scalar_one() == 0


def test_no_machine_that_is_cut_off_keeps_its_locks_for_long(catalogue: Catalogue) -> None:
    line = "SELECT name, setting FROM pg_settings WHERE name ~ '^tcp_(keepalives_[^c]|user)' ORDER BY name"
    with catalogue.locked(reads=True) as connection:
        known = [int(setting) for _, setting in connection.exec_driver_sql(line)]
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one() == "10s"
    assert known == [10, 5, 25_000]  # after which a peer that answers nothing is gone (tcp(7), TCP_USER_TIMEOUT)
    with catalogue.locked() as connection:  # of who makes a catalogue, and is silent for long
        assert connection.exec_driver_sql("SHOW idle_in_transaction_session_timeout").scalar_one() == "0"
        assert [int(setting) for _, setting in connection.exec_driver_sql(line)] == known


def test_who_waits_too_long_is_told_so(catalogue: Catalogue) -> None:
    with catalogue.begin() as holding:
        holding.exec_driver_sql("SELECT 1")
        other = catalogue.engine.connect()
        other.exec_driver_sql("SET lock_timeout = 50")
        other.commit()
        other.close()  # the next to begin takes this connection out of the pool
        with pytest.raises(Busy, match=r"catalogue\.busy"), catalogue.begin():
            pass


def test_what_failed_in_a_transaction_leaves_nothing_even_where_nobody_minds(catalogue: Catalogue) -> None:
    with pytest.raises(DBAPIError), catalogue.begin() as connection:
        ledger.append(connection, action="a", subject="s", actor="z", details={}, moment=MOMENT)
        with pytest.raises(DBAPIError):
            connection.execute(text("SELECT nothing FROM nowhere"))
    with catalogue.read() as connection:
        assert ledger.size(connection) == 0


def test_a_connection_that_the_server_ended_is_opened_anew(
    catalogue: Catalogue, postgresql_server: postgresql.Server
) -> None:
    _append(catalogue, "s")
    postgresql_server.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'plain'")
    assert _append(catalogue, "s") == 2


def test_a_server_that_is_not_there_is_said_to_be_away(schema: PostgresqlSchema) -> None:
    away = PostgresqlSchema(f"postgresql://preserve@127.0.0.1:{postgresql.free_port()}/plain", schema.schema)
    with pytest.raises(MediumProblem, match=r"catalogue\.unreachable"):
        open_catalogue(away)


def test_a_schema_that_is_not_there_is_missing(schema: PostgresqlSchema) -> None:
    with pytest.raises(NotIntact, match=r"catalogue\.no-schema"):
        open_catalogue(schema)


def test_a_schema_of_a_later_release_is_left_alone(catalogue: Catalogue, schema: PostgresqlSchema) -> None:
    with catalogue.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        connection.execute(text("COMMENT ON TABLE alembic_version IS NULL"))
    with pytest.raises(PreserveError, match=r"catalogue\.newer"):
        open_catalogue(schema)


def test_a_password_is_read_from_a_file_that_nobody_else_reads(
    schema: PostgresqlSchema, postgresql_server: postgresql.Server, tmp_path: Path
) -> None:
    file = tmp_path / "password"
    file.write_text("geheim\n", encoding="utf-8")
    file.chmod(0o640)
    place = PostgresqlSchema(schema.url, schema.schema, file)
    with pytest.raises(Refused, match=r"catalogue\.password-open"):
        create_catalogue(place)
    file.chmod(0o600)
    create_catalogue(place).close()
    assert "geheim" not in place.name


def test_a_role_without_rights_is_told_so_and_not_that_there_is_none(schema: PostgresqlSchema) -> None:
    made = create_catalogue(schema)
    role = f"r{schema.schema[-20:]}"
    with made.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"CREATE ROLE {role} LOGIN")
    with pytest.raises(MediumProblem, match=r"catalogue\.no-right"):
        open_catalogue(replace(schema, url=schema.url.replace("://preserve@", f"://{role}@")))
    with made.engine.connect() as connection, connection.begin():
        connection.exec_driver_sql(f"DROP ROLE {role}")
    made.close()
    with pytest.raises(NotIntact, match=r"catalogue\.no-schema"):
        open_catalogue(replace(schema, schema="nothing_of_ours"))


def test_an_address_that_libpq_does_not_know_is_refused(schema: PostgresqlSchema) -> None:
    with pytest.raises(Refused, match=r"catalogue\.address-wrong"):
        open_catalogue(replace(schema, url=f"{schema.url}?ssl=yes"))


def test_a_wrong_password_is_refused_without_a_word_of_it(tmp_path: Path) -> None:
    folder = postgresql.make_folder()
    postgresql.init(folder / "data")
    rules = folder / "data" / "pg_hba.conf"
    rules.write_text(rules.read_text().replace("trust", "scram-sha-256"))
    try:
        server = postgresql.start(folder, "password_encryption=scram-sha-256")
    finally:
        pass
    try:
        file = tmp_path / "password"
        file.write_text("geheim", encoding="utf-8")
        file.chmod(0o600)
        with pytest.raises(MediumProblem) as caught:
            open_catalogue(PostgresqlSchema(server.url("postgres"), "s", file))
        assert caught.value.code == "catalogue.unreachable"
        with speaking("zh"):
            assert say("cause.password-wrong") in say(caught.value.code, **caught.value.values)
        assert "geheim" not in str(caught.value) + repr(caught.value.values)
    finally:
        server.stop()


def test_an_archive_that_names_no_schema_has_its_own() -> None:
    assert schema_of("01M8MQ9V-x") == "preserve_01m8mq9v_x"


def test_what_somebody_said_is_not_in_the_errors_of_the_database(catalogue: Catalogue) -> None:
    with pytest.raises(DBAPIError) as caught, catalogue.begin() as connection:
        connection.execute(text("SELECT nothing(title) FROM cases WHERE title = :title"), {"title": "张三"})
    assert "张三" not in str(caught.value)


def test_dead_rows_of_what_was_deleted_for_good_go_at_once(
    catalogue: Catalogue, schema: PostgresqlSchema, postgresql_server: postgresql.Server
) -> None:
    insert_case = Case("o", "1号", "", "t", "penalty", "", "p", "internal", None, None, False, "{}")
    with catalogue.begin() as connection:
        insert(connection, insert_case)
    with catalogue.begin() as connection:
        connection.execute(text("DELETE FROM cases"))
    sweep(catalogue)
    ((size,),) = postgresql_server.ask(f"SELECT pg_relation_size('{schema.schema}.cases')", "plain")
    assert size == 0


def test_a_null_character_is_refused_in_words_and_nothing_is_written(catalogue: Catalogue) -> None:
    case = text("INSERT INTO preferences (account, language) VALUES (:account, 'zh')")
    with pytest.raises(Refused) as refused, catalogue.begin() as connection:
        connection.execute(case, {"account": "a\0b"})
    assert refused.value.code == "catalogue.nul"
    with catalogue.begin():
        pass
