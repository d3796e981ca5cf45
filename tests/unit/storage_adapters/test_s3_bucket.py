"""What a server's answers mean for a medium, and what no key may be."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from storage_adapters.errors import (
    MediumAbsent,
    MediumFailing,
    MediumFull,
    NameTooLong,
    NotWrittenRight,
    ReadOnly,
    StorageError,
)
from storage_adapters.s3_bucket import Bucket, asking


@pytest.mark.parametrize(
    ("code", "meaning"),
    [
        ("BadDigest", NotWrittenRight),
        ("InsufficientStorage", MediumFull),
        ("AccessDenied", ReadOnly),
        ("NoSuchBucket", MediumAbsent),
        ("404", MediumAbsent),
        ("InternalError", MediumFailing),
    ],
)
def test_an_answer_is_the_medium_s(code: str, meaning: type[StorageError]) -> None:
    with pytest.raises(meaning) as caught, asking("s3://b/"):
        raise ClientError({"Error": {"Code": code}}, "PutObject")
    assert caught.value.where == "s3://b/"


def test_a_server_that_does_not_answer_is_away() -> None:
    with pytest.raises(MediumAbsent), asking("s3://b/"):
        raise EndpointConnectionError(endpoint_url="http://127.0.0.1:9")


def test_errors_of_ours_stay_what_they_are() -> None:
    with pytest.raises(NameTooLong), asking("s3://b/"):
        raise NameTooLong("x")


def test_a_key_is_bounded_in_bytes_with_its_prefix() -> None:
    keys = Bucket("b", "p/")
    assert keys.key("字" * 340) == "p/" + "字" * 340
    with pytest.raises(NameTooLong):
        keys.key("字" * 341)
