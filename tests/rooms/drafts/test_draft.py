"""A link as it is asked for: read strictly, each wrong member named with its reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mag_server.base.members import read_instant
from mag_server.base.strict_json import JsonReason, JsonRefused, parse_json
from mag_server.rooms.companies.model import Strictness
from mag_server.rooms.drafts.model import (
    Accept,
    Delivery,
    Kind,
    LinkDraft,
    LinkReason,
    LinkRefused,
    Prefill,
    deemed_from,
    deemed_on,
    read_draft,
)
from mag_server.rooms.partners.model import Partner

NOW = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
KLESIA = Partner(
    client_id="klesia",
    name="KLESIA",
    theme="klesia",
    redirect_uris=("https://klesia.example/callback",),
    initiate_login_uri="https://klesia.example/start",
    targets=("https://klesia.example/taux",),
)
TOM = {
    "siret": "970 505 517 00072",
    "nom": "SAWYER",
    "prenom": "TOM",
    "email": "tom@toment.example",
}
GOOD: dict[str, Any] = {
    "addressee": TOM,
    "kind": "information",
    "message": "taux-at-mp",
    "target": "https://klesia.example/taux",
}


def read(value: object, *, partner: Partner = KLESIA) -> LinkDraft | LinkRefused:
    return read_draft(
        value, partner=partner, now=NOW, strictness=Strictness.PRODUCTION, default_days=90
    )


def test_a_good_link_is_read_with_the_careful_defaults() -> None:
    draft = read(GOOD)
    assert isinstance(draft, LinkDraft)
    assert (draft.siret, draft.nom, draft.prenom) == ("97050551700072", "SAWYER", "TOM")
    assert (draft.kind, draft.prefill, draft.accept, draft.delivery) == (
        Kind.INFORMATION,
        Prefill.NONE,
        Accept.ADDRESSEE,
        Delivery.MAIL,
    )
    assert draft.expires_at == NOW + timedelta(days=90)
    assert draft.reference is None
    assert draft.words == {}


def with_addressee(**changes: Any) -> dict[str, Any]:
    return GOOD | {"addressee": TOM | changes}


WRONG: list[tuple[object, str, LinkReason]] = [
    ([], "", LinkReason.TYPE),
    ("x", "", LinkReason.TYPE),
    (None, "", LinkReason.TYPE),
    (GOOD | {"token": "x"}, "token", LinkReason.UNKNOWN),
    (GOOD | {"a\x00b": 1}, "a?b", LinkReason.UNKNOWN),
    (with_addressee(password="x"), "addressee.password", LinkReason.UNKNOWN),
    ({}, "addressee.siret", LinkReason.MISSING),
    (GOOD | {"addressee": "TOM"}, "addressee", LinkReason.TYPE),
    (GOOD | {"kind": None}, "kind", LinkReason.MISSING),
    (GOOD | {"kind": "avis"}, "kind", LinkReason.CHOICE),
    (GOOD | {"kind": 1}, "kind", LinkReason.TYPE),
    (GOOD | {"prefill": "nom"}, "prefill", LinkReason.CHOICE),
    (GOOD | {"accept": "everyone"}, "accept", LinkReason.CHOICE),
    (GOOD | {"delivery": True}, "delivery", LinkReason.TYPE),
    (GOOD | {"message": "../../etc"}, "message", LinkReason.MESSAGE),
    (GOOD | {"message": "notification-taux-at-mp"}, "message", LinkReason.MESSAGE),
    (GOOD | {"words": {"annee": "2026"}}, "words", LinkReason.WORDS),
    (GOOD | {"target": ""}, "target", LinkReason.EMPTY),
    (GOOD | {"target": "x" * 1025}, "target", LinkReason.LENGTH),
    (GOOD | {"target": "https://evil.example/taux"}, "target", LinkReason.TARGET),
    (GOOD | {"reference": 7}, "reference", LinkReason.TYPE),
    (GOOD | {"reference": "a\r\nBcc: x"}, "reference", LinkReason.CHARACTER),
    (GOOD | {"reference": "x" * 201}, "reference", LinkReason.LENGTH),
    (GOOD | {"words": ["a"]}, "words", LinkReason.TYPE),
    (GOOD | {"words": {"A b": "x"}}, "words", LinkReason.WORDS),
    (GOOD | {"words": {f"w{n}": "x" for n in range(21)}}, "words", LinkReason.WORDS),
    (GOOD | {"words": {"annee": 2026}}, "words.annee", LinkReason.TYPE),
    (GOOD | {"words": {"annee": "a\u202eb"}}, "words.annee", LinkReason.CHARACTER),
    (GOOD | {"words": {"annee": "x" * 501}}, "words.annee", LinkReason.LENGTH),
    (with_addressee(siret="97050551700073"), "addressee.siret", LinkReason.SIRET),
    (with_addressee(siret=97050551700072), "addressee.siret", LinkReason.TYPE),
    (with_addressee(nom="\u202eREYWAS"), "addressee.nom", LinkReason.NAME),
    (with_addressee(nom="--"), "addressee.nom", LinkReason.NAME),
    (with_addressee(prenom=" "), "addressee.prenom", LinkReason.EMPTY),
    (with_addressee(email="tom@toment"), "addressee.email", LinkReason.EMAIL),
    (with_addressee(email="tom@toment.example\nBcc: x@y.fr"), "addressee.email", LinkReason.EMAIL),
    (with_addressee(email="Tom <tom@toment.example>"), "addressee.email", LinkReason.EMAIL),
    (with_addressee(email="a@b.fr,c@d.fr"), "addressee.email", LinkReason.EMAIL),
    (with_addressee(email="a@[127.0.0.1]"), "addressee.email", LinkReason.EMAIL),
    (GOOD | {"expires_at": "2026-04-02"}, "expires_at", LinkReason.INSTANT),
    (GOOD | {"expires_at": "2026-04-02T08:30:00"}, "expires_at", LinkReason.INSTANT),
    (GOOD | {"expires_at": "2026-04-32T08:30:00Z"}, "expires_at", LinkReason.INSTANT),
    (GOOD | {"expires_at": "0001-01-01T00:00:00+14:00"}, "expires_at", LinkReason.INSTANT),
    (GOOD | {"expires_at": 1}, "expires_at", LinkReason.TYPE),
    (GOOD | {"expires_at": "2026-03-02T08:30:00Z"}, "expires_at", LinkReason.EXPIRY),
    (GOOD | {"expires_at": "2027-03-04T08:30:00Z"}, "expires_at", LinkReason.EXPIRY),
    (GOOD | {"kind": "notification"}, "made_available_at", LinkReason.MADE_AVAILABLE),
    (
        GOOD | {"made_available_at": "2026-03-02T08:00:00Z"},
        "made_available_at",
        LinkReason.MADE_AVAILABLE,
    ),
    (GOOD | {"made_available_at": ""}, "made_available_at", LinkReason.EMPTY),
    (
        GOOD | {"kind": "notification", "made_available_at": "2026-03-02T08:36:00Z"},
        "made_available_at",
        LinkReason.MADE_AVAILABLE,
    ),
    (
        GOOD | {"kind": "notification", "made_available_at": "2026-02-15T08:29:00Z"},
        "made_available_at",
        LinkReason.MADE_AVAILABLE,
    ),
]


@pytest.mark.parametrize(("value", "member", "reason"), WRONG)
def test_a_wrong_member_is_named_with_its_reason(
    value: object, member: str, reason: LinkReason
) -> None:
    assert read(value) == LinkRefused(reason, member)


@pytest.mark.parametrize("reason", LinkReason)
def test_every_reason_says_what_to_do_in_french_and_english(reason: LinkReason) -> None:
    refused = LinkRefused(reason)
    assert refused.message.endswith(".")
    assert refused.detail.endswith((".", "`", "Z."))
    assert refused.message != refused.detail


def test_no_two_reasons_share_a_word() -> None:
    words = [reason.word for reason in LinkReason]
    assert sorted(set(words)) == sorted(words)


def test_a_malformed_target_says_what_is_wrong_with_it() -> None:
    refused = read(GOOD | {"target": "https://klesia.example/taux#x"})
    assert isinstance(refused, LinkRefused)
    assert refused.reason is LinkReason.TARGET_FORM
    assert "fragment" in refused.detail
    assert "fragment" in refused.message


def test_a_partner_without_a_way_in_is_told_so_before_the_mail_leaves() -> None:
    partner = Partner(**vars(KLESIA) | {"initiate_login_uri": None})
    assert read(GOOD, partner=partner) == LinkRefused(LinkReason.NO_WAY_IN, "target")


def test_a_notification_may_not_end_before_its_fifteen_days() -> None:
    available = {
        "kind": "notification",
        "message": "notification-taux-at-mp",
        "words": {"organisme": "CARSAT Bretagne", "contact": "02 98 00 00 00"},
        "made_available_at": "2026-03-02T08:30:00Z",
    }
    early = GOOD | available | {"expires_at": "2026-03-17T22:59:59Z"}
    assert read(early) == LinkRefused(LinkReason.EXPIRY, "expires_at")
    assert isinstance(read(early | {"expires_at": "2026-03-17T23:00:00Z"}), LinkDraft)


@pytest.mark.parametrize(
    ("available", "last_day", "over_at"),
    [
        # In winter midnight in Paris is 23:00 UTC, in summer 22:00.
        ("2026-03-02T08:30:00+00:00", "2026-03-17", "2026-03-17T23:00:00+00:00"),
        ("2026-03-20T08:30:00+00:00", "2026-04-04", "2026-04-04T22:00:00+00:00"),
        ("2026-10-15T08:30:00+00:00", "2026-10-30", "2026-10-30T23:00:00+00:00"),
        # Late in the evening it is tomorrow in Paris already.
        ("2026-03-02T23:30:00+00:00", "2026-03-18", "2026-03-18T23:00:00+00:00"),
        ("2028-02-15T12:00:00+00:00", "2028-03-01", "2028-03-01T23:00:00+00:00"),
    ],
)
def test_fifteen_days_are_counted_in_paris_across_the_change_of_hour(
    available: str, last_day: str, over_at: str
) -> None:
    instant = datetime.fromisoformat(available)
    assert deemed_on(instant).isoformat() == last_day
    assert deemed_from(instant) == datetime.fromisoformat(over_at)


def test_an_instant_of_another_zone_is_kept_in_utc() -> None:
    assert read_instant("2026-03-02T10:30:00.5+02:00", "x") == NOW + timedelta(seconds=0.5)


def test_a_draft_shows_nobody_in_its_repr() -> None:
    assert not any(one in repr(read(GOOD)) for one in ("SAWYER", "TOM", "97050", "toment"))


@pytest.mark.parametrize(
    ("octets", "refused"),
    [
        (b"", JsonRefused(JsonReason.SYNTAX)),
        (b"{", JsonRefused(JsonReason.SYNTAX)),
        (b"{'a': 1}", JsonRefused(JsonReason.SYNTAX)),
        (b'{"a": 1} {"a": 1}', JsonRefused(JsonReason.SYNTAX)),
        (b'{"a": "\x01"}', JsonRefused(JsonReason.SYNTAX)),
        (b"9" * 5000, JsonRefused(JsonReason.SYNTAX)),
        (b'{"a": 1, "a": 1}', JsonRefused(JsonReason.DUPLICATE, "a")),
        (b'{"x": {"b\\n": 1, "c": 2, "b\\n": 3}}', JsonRefused(JsonReason.DUPLICATE, "b?")),
        (b'{"a": NaN}', JsonRefused(JsonReason.NUMBER)),
        (b"[-Infinity]", JsonRefused(JsonReason.NUMBER)),
        (b'"\xff"', JsonRefused(JsonReason.ENCODING)),
        (b"[" * 100_000, JsonRefused(JsonReason.DEPTH)),
        (b'{"a": "\\ud800"}', JsonRefused(JsonReason.SURROGATE)),
        (b'{"\\uDFFF": 1}', JsonRefused(JsonReason.SURROGATE)),
    ],
    ids=lambda value: repr(value)[:40],
)
def test_json_that_two_readers_could_read_differently_is_refused(
    octets: bytes, refused: JsonRefused
) -> None:
    assert parse_json(octets) == refused


def test_good_json_is_read_as_it_stands() -> None:
    assert parse_json(b'{"a": [1, 2.5, null, "\\ud83d\\ude00"]}') == {
        "a": [1, 2.5, None, "\U0001f600"]
    }
