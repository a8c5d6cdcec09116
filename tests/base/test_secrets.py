"""Random values, fingerprints, signatures and seals."""

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mag_server.base.secrets import (
    SecretKeys,
    fingerprint,
    new_identifier,
    new_secret,
    same,
)

OLD, NEW, OTHER = "an old key " * 4, "a newer key " * 4, "somebody else's key " * 2
NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
keys = SecretKeys((NEW,))
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)


def octets_of(secret: str) -> bytes:
    return base64.urlsafe_b64decode(secret + "=" * (-len(secret) % 4))


def test_a_secret_is_256_bits_and_an_identifier_128_never_twice_the_same():
    assert len(octets_of(new_secret())) == 32
    assert len(octets_of(new_identifier())) == 16
    assert len({new_secret() for _ in range(1000)}) == 1000


def test_no_identifier_is_taken_for_an_option_of_a_command():
    # One in sixty-four would begin with a dash: seven hundred without one are no luck.
    assert not [name for name in (new_identifier() for _ in range(700)) if name.startswith("-")]


def test_a_fingerprint_is_the_sha_256_of_the_secret():
    assert fingerprint("abc") == hashlib.sha256(b"abc").hexdigest()
    assert fingerprint("\ud800") != fingerprint("?")


def test_comparing_says_the_same_only_of_the_same():
    assert same("é", "é")
    assert not same("é", "e")
    assert not same("a", "aa")
    assert same("\ud800", "\ud800")


@given(content=json_values)
def test_what_was_signed_is_read_back_with_its_instant(content):
    signed = keys.read_signed(keys.sign(content, purpose="form", now=NOW), purpose="form")
    assert signed is not None
    assert (signed.content, signed.signed_at) == (content, NOW)


def test_a_value_signed_for_one_purpose_is_refused_for_another():
    signed = keys.sign("content", purpose="form", now=NOW)
    assert keys.read_signed(signed, purpose="sign-out") is None


@given(position=st.integers(min_value=0), replacement=st.characters(min_codepoint=33))
def test_a_value_altered_anywhere_is_refused(position: int, replacement: str):
    signed = keys.sign({"sub": "x"}, purpose="form", now=NOW)
    position %= len(signed)
    altered = signed[:position] + replacement + signed[position + 1 :]
    read = keys.read_signed(altered, purpose="form")
    assert read is None or read == keys.read_signed(signed, purpose="form")


@pytest.mark.parametrize("text", ["", ".", "..", "a.b", "é", "\ud800", "a" * 10_000])
def test_what_was_never_signed_is_refused(text: str):
    assert keys.read_signed(text, purpose="form") is None


def test_every_key_of_the_list_verifies_and_the_newest_signs():
    rotated = SecretKeys((OLD, NEW))
    by_old = SecretKeys((OLD,)).sign(1, purpose="form", now=NOW)
    by_rotated = rotated.sign(1, purpose="form", now=NOW)
    assert rotated.read_signed(by_old, purpose="form") is not None
    assert keys.read_signed(by_rotated, purpose="form") is not None
    assert SecretKeys((OLD,)).read_signed(by_rotated, purpose="form") is None
    assert SecretKeys((OTHER,)).read_signed(by_rotated, purpose="form") is None


def test_two_values_of_one_shape_are_signed_in_the_same_length():
    one, other = (keys.sign(["a" * 22, text], purpose="form", now=NOW) for text in ("AAAA", "zQ9x"))
    assert len(one) == len(other)


def test_the_instant_of_a_signature_cannot_be_chosen_by_who_carries_it():
    signed = keys.sign("x", purpose="form", now=NOW)
    later = keys.sign("x", purpose="form", now=NOW + timedelta(hours=12))
    mixed = later.rpartition(".")[0] + "." + signed.rpartition(".")[2]
    assert keys.read_signed(mixed, purpose="form") is None


def test_a_keyed_fingerprint_needs_the_key_the_purpose_and_every_part():
    known = keys.keyed_fingerprint("siret", "nom", purpose="triplet")
    assert known == keys.keyed_fingerprint("siret", "nom", purpose="triplet")
    assert known != keys.keyed_fingerprint("siret", "nom", purpose="address")
    assert known != keys.keyed_fingerprint("nom", "siret", purpose="triplet")
    assert known != SecretKeys((OTHER,)).keyed_fingerprint("siret", "nom", purpose="triplet")


@given(one=st.lists(st.text(max_size=4), max_size=4), other=st.lists(st.text(max_size=4)))
def test_two_lists_of_parts_never_share_a_keyed_fingerprint(one: list[str], other: list[str]):
    prints = [keys.keyed_fingerprint(*parts, purpose="p") for parts in (one, other)]
    assert (prints[0] == prints[1]) == (one == other)


@given(secret=st.binary(max_size=200))
def test_what_was_sealed_is_opened_and_cannot_be_read_in_between(secret: bytes):
    sealed = keys.seal(secret, purpose="signing-key")
    assert keys.unseal(sealed, purpose="signing-key") == secret
    assert len(secret) < 8 or secret not in base64.urlsafe_b64decode(sealed)


def test_an_older_key_still_opens_what_it_sealed_and_the_newest_seals():
    rotated = SecretKeys((OLD, NEW))
    assert rotated.unseal(SecretKeys((OLD,)).seal(b"x", purpose="k"), purpose="k") == b"x"
    assert keys.unseal(rotated.seal(b"x", purpose="k"), purpose="k") == b"x"


@pytest.mark.parametrize(
    "opener", [lambda sealed: SecretKeys((OTHER,)).unseal(sealed, purpose="k"),
               lambda sealed: keys.unseal(sealed, purpose="another"),
               lambda sealed: keys.unseal(sealed[:-4] + "AAA=", purpose="k")],
    ids=["another key", "another purpose", "altered"],
)  # fmt: skip
def test_what_cannot_be_opened_says_what_to_do(opener):
    with pytest.raises(ValueError, match="MAG_SECRET_KEYS"):
        opener(keys.seal(b"x", purpose="k"))


@pytest.mark.parametrize("bad", [(), ("short",), (NEW, "short"), ("",)])
def test_keys_that_could_be_guessed_are_refused(bad: tuple[str, ...]):
    with pytest.raises(ValueError, match="32 characters"):
        SecretKeys(bad)


def test_keys_are_never_shown():
    assert NEW not in repr(keys)
