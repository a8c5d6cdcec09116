"""The words of the receipts: never more than what was observed (A-17, A-18, reading 5)."""

import re

import pytest

from partner_portal.receipt_words import STAGES, Sign, details_of, means_of, words_of
from tests.portal.campaign import Campaign

EVERY = [
    *((stage, "") for stage in STAGES if stage not in {"created", "opened"}),
    *(("opened", observed) for observed in ("interaction", "authenticated", "")),
    ("a-stage-of-tomorrow", "somehow"),
]


def step_of(stage: str, observed: str = "", **changes):
    return Campaign().step("lnk_x", stage, observed, **changes)


@pytest.mark.parametrize(("stage", "observed"), EVERY)
def test_nothing_is_ever_said_to_be_read_or_received(stage, observed):
    said = words_of(step_of(stage, observed))
    whole = f"{said.title} {said.sentence} {said.observed}"
    assert not re.search(r"\b(?:lue?s?|reçue?s?|réception)\b", whole, re.IGNORECASE)
    assert said.title
    assert said.sentence.endswith(".")
    assert said.observed


def test_a_gesture_proves_nobody_and_an_authentication_proves_somebody():
    gesture = words_of(step_of("opened", "interaction"))
    assert gesture.sign is Sign.NOTED
    assert "ne prouve personne" in gesture.sentence
    assert words_of(step_of("opened", "authenticated")).sign is Sign.PROVEN
    # What does not say how it was observed is taken for the weakest.
    assert words_of(step_of("opened")).sign is Sign.NOTED


def test_a_report_proves_nobody_either():
    report = words_of(step_of("reported", "interaction"))
    assert "Un programme a pu le faire" in report.sentence
    assert "ne prouve personne" in report.sentence
    assert "personne a" not in report.sentence


def test_only_these_stages_prove_a_person():
    proven = {
        stage for stage, observed in EVERY if words_of(step_of(stage, observed)).sign is Sign.PROVEN
    }
    assert proven == {"opened", "authenticated", "consulted"}


@pytest.mark.parametrize(
    ("match", "said"),
    [
        ("addressee", "est le destinataire"),
        ("same_siret", "n’est pas le destinataire"),
        ("other", "autre SIRET"),
        (None, "Une personne s’est authentifiée"),
    ],
)
def test_who_it_was_is_said_beside_the_addressee(match, said):
    assert said in words_of(step_of("authenticated", addressee_match=match)).sentence


def test_the_means_are_said_in_order():
    assert means_of("pwd") == "SIRET, nom, prénom et mot de passe"
    assert means_of("pwd otp mfa") == "SIRET, nom, prénom et mot de passe, puis code à usage unique"
    assert means_of("") == "Authentification réussie"


def test_a_deemed_date_says_both_texts_and_chooses_none():
    reason = "css-l242-5=2026-11-17 arrete-2020-10-08=2026-11-02"
    (said,) = details_of(step_of("deemed", reason=reason))
    assert "17\N{NO-BREAK SPACE}novembre 2026 (CSS, art. L. 242-5)" in said
    assert "2\N{NO-BREAK SPACE}novembre 2026 (arrêté du 8 octobre 2020)" in said
    assert "ne choisit pas" in said


@pytest.mark.parametrize(
    ("codes", "said"),
    [
        ("550 5.1.1", "l’adresse n’est pas reconnue (550 5.1.1)"),
        ("5.1.10 550-5.1.10", "l’adresse n’est pas reconnue (5.1.10 550-5.1.10)"),
        ("552 5.2.2", "la boîte aux lettres est pleine (552 5.2.2)"),
        ("5.2.9", "la boîte aux lettres ne prend pas le courriel (5.2.9)"),
        ("554 5.7.1", "le serveur du destinataire refuse l’expéditeur ou le courriel (554 5.7.1)"),
        ("554", "554"),
        ("550 5.0.0", "550 5.0.0"),
    ],
)
def test_the_codes_of_a_relay_are_said_in_words(codes, said):
    assert details_of(step_of("bounced", reason=codes)) == [f"Motif\N{NO-BREAK SPACE}: {said}"]


def test_why_somebody_was_refused_is_in_the_words_of_the_stage():
    assert details_of(step_of("refused", reason="not_accepted")) == []
