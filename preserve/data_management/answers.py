"""Rows of answers that were given at the REST door, each by its account and the key that the caller chose."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, delete, func, insert, select, update

from preserve.clock import stamp
from preserve.data_management.tables import answers


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """What was asked, as a digest, and what was answered: JSON, or None while the deed is not done."""

    asked: str
    answer: str | None


def read_answer(connection: Connection, account: str, key: str) -> AnswerRow | None:
    """What is kept of this key of this account."""
    row = connection.execute(
        select(answers.c.asked, answers.c.answer).where(answers.c.account == account, answers.c.key == key)
    ).first()
    return AnswerRow(row.asked, row.answer) if row else None


def add_answer(connection: Connection, account: str, key: str, asked: str, moment: datetime) -> None:
    """Write down that something was asked and is not answered yet."""
    connection.execute(insert(answers).values(account=account, key=key, asked=asked, made=stamp(moment)))


def set_answer(connection: Connection, account: str, key: str, answer: str) -> None:
    """Write down what was answered."""
    connection.execute(update(answers).where(answers.c.account == account, answers.c.key == key).values(answer=answer))


def kept_of(connection: Connection, account: str) -> tuple[int, str]:
    """How many keys of an account are kept, and when the oldest was made; empty where there is none."""
    asked = select(func.count(), func.coalesce(func.min(answers.c.made), "")).where(answers.c.account == account)
    count, oldest = connection.execute(asked).one()
    return int(count), str(oldest)


def drop_answer(connection: Connection, account: str, key: str) -> None:
    """Forget a key: nothing was done."""
    connection.execute(delete(answers).where(answers.c.account == account, answers.c.key == key))


def drop_answers(connection: Connection, before: datetime) -> None:
    """Forget the keys of earlier days."""
    connection.execute(delete(answers).where(answers.c.made < stamp(before)))
