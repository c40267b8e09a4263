"""Secrets and codes."""

from __future__ import annotations

import base64
from collections.abc import Callable
from functools import partial

import pytest

from services.onetime import CODE_ALPHABET, CODE_LENGTH, digest, is_code, is_secret, new_code, new_marked, new_secret


@pytest.mark.parametrize(("make", "mark"), [(new_secret, 0), (partial(new_marked, "a link"), 8)])
def test_secrets_have_256_bits_and_differ_when_they_are_made(make: Callable[[], str], mark: int) -> None:
    made = [base64.urlsafe_b64decode(make() + "==") for _ in range(100)]
    assert len({secret[:32] for secret in made}) == 100
    assert {len(secret) for secret in made} == {32 + mark}


def test_codes_have_40_bits_and_differ_when_they_are_made() -> None:
    made = {new_code() for _ in range(100)}
    assert len(made) == 100
    assert len(set(CODE_ALPHABET)) ** CODE_LENGTH == 2**40
    assert set("".join(made)) <= set(CODE_ALPHABET)


@pytest.mark.parametrize(
    "typed",
    [
        "10VA-ZB8S",
        "10vazb8s",
        " 1 0 v a z b 8 s \n",
        "iovazb8s",
        "lOuaZB8S",
        "\uff11\uff10VAZB8S",  # full-width digits
        "10VA\u2013ZB8S",  # a dash that a phone makes of a hyphen
    ],
)
def test_code_is_right_when_it_is_typed_as_people_type(typed: str) -> None:
    assert is_code(typed, "10VAZB8S")


@pytest.mark.parametrize("typed", ["", "10VAZB8", "10VAZB8SS", "10VAZB85", "10VA_Z\u00dfB8S", "\ud800", "*"])
def test_code_is_wrong_when_anything_else_is_typed(typed: str) -> None:
    assert not is_code(typed, "10VAZB8S")


@pytest.mark.parametrize(
    ("given", "recorded", "right"),
    [
        ("a", digest("a"), True),
        ("a", digest("b"), False),
        ("", digest("a"), False),
        (None, digest("a"), False),
        ("a", None, False),
        (None, None, False),
        ("\ud800", digest("a"), False),
    ],
)
def test_secret_is_known_when_its_digest_is_on_record(given: str | None, recorded: bytes | None, right: bool) -> None:
    assert is_secret(given, recorded) is right
