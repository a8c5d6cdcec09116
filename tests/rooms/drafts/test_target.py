"""A link leads, exactly, to a page that the partner registered (reading 3)."""

import pytest

from mag_server.rooms.drafts.model import LinkReason, check_target
from mag_server.rooms.partners.model import Partner
from tests.protocol.redirect_corpus import hostile_redirects

TARGET = "https://portail.example/espace/taux"
WITH_NAMES = "https://portail.example/espace/avis?annee&siret"
LOCAL = "http://klesia.localhost:8500/taux"


def partner(*targets: str, sandbox: bool = False) -> Partner:
    return Partner(
        client_id="klesia",
        name="KLESIA",
        theme="klesia",
        redirect_uris=("https://portail.example/callback",),
        targets=targets,
        sandbox=sandbox,
    )


def reason_of(target: str, *targets: str, sandbox: bool = False) -> LinkReason | None:
    refused = check_target(target, partner=partner(*targets, sandbox=sandbox))
    return refused.reason if refused else None


CORPUS = hostile_redirects(TARGET)
CLASSES = sorted({one.class_name for one in CORPUS})


def test_there_are_500_lies_in_more_than_40_classes() -> None:
    assert len(CORPUS) == 500
    assert len(CLASSES) > 40


@pytest.mark.parametrize("class_name", CLASSES)
def test_a_lying_target_is_refused(class_name: str) -> None:
    for lie in CORPUS:
        if lie.class_name == class_name:
            assert reason_of(lie.uri, TARGET) is not None, lie
            assert reason_of(lie.uri, WITH_NAMES, TARGET) is not None, lie


@pytest.mark.parametrize("registered", [LOCAL, TARGET, WITH_NAMES.partition("?")[0]])
def test_of_500_neighbours_none_is_led_to_and_the_registered_one_is(registered: str) -> None:
    let_in = [
        lie.uri
        for lie in hostile_redirects(registered)
        if reason_of(lie.uri, registered, sandbox=True) is None
    ]
    assert let_in == []
    assert reason_of(registered, registered, sandbox=True) is None


@pytest.mark.parametrize(
    "query",
    ["", "?annee=2026", "?siret=97050551700072", "?siret=1&annee=2026", "?annee", "?annee="],
)
def test_registered_query_names_may_be_filled_in_any_order(query: str) -> None:
    assert reason_of("https://portail.example/espace/avis" + query, WITH_NAMES) is None


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("?next=https://evil.example/", LinkReason.TARGET_QUERY),
        ("?annee=2026&next=1", LinkReason.TARGET_QUERY),
        ("?Annee=2026", LinkReason.TARGET_QUERY),
        ("?annee=1&annee=2", LinkReason.TARGET_FORM),
        ("?annee=1&ANNEE=2", LinkReason.TARGET_FORM),
        ("?annee=2026#top", LinkReason.TARGET_FORM),
        ("?annee=2026;next=1", LinkReason.TARGET_FORM),
        ("?annee=%0d%0aSet-Cookie", LinkReason.TARGET_FORM),
        ("?", LinkReason.TARGET_FORM),
        ("?&", LinkReason.TARGET_FORM),
    ],
)
def test_a_query_that_was_not_registered_is_refused(query: str, reason: LinkReason) -> None:
    assert reason_of("https://portail.example/espace/avis" + query, WITH_NAMES) is reason


def test_names_registered_with_one_page_open_no_other() -> None:
    assert reason_of(TARGET + "?annee=2026", TARGET, WITH_NAMES) is LinkReason.TARGET_QUERY


def test_names_of_two_registrations_of_one_page_do_not_add_up() -> None:
    one, other = "https://portail.example/a?x", "https://portail.example/a?y"
    assert reason_of("https://portail.example/a?x=1", one, other) is None
    assert reason_of("https://portail.example/a?x=1&y=1", one, other) is LinkReason.TARGET_QUERY


def test_a_partner_without_targets_sends_nobody_anywhere() -> None:
    assert reason_of(TARGET) is LinkReason.TARGET


def test_this_machine_is_a_target_for_a_sandbox_alone() -> None:
    assert reason_of(LOCAL, LOCAL, sandbox=True) is None
    assert reason_of(LOCAL, LOCAL) is LinkReason.TARGET_FORM
