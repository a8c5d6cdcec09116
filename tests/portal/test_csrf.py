"""A form without this session's token does nothing."""

import pytest

from partner_portal.demonstration import DEMONSTRATION_PASSWORD

RIGHT = {"identifiant": "polly.sawyer", "mot_de_passe": DEMONSTRATION_PASSWORD}


@pytest.mark.parametrize("token", [{}, {"csrf": ""}, {"csrf": "x" * 43}, {"csrf": "é"}])
def test_the_own_form_needs_its_token(klesia, token):
    klesia.get("/")
    answer = klesia.post_bare("/connexion", **RIGHT, **token)
    assert answer.status_code == 400
    assert "Cette page a expiré" in answer.text


def test_the_token_of_another_session_is_refused(klesia):
    token = klesia.page("/").csrf
    klesia.client.delete_cookie("__Host-portal", domain="klesia.localhost")
    assert klesia.post_bare("/connexion", **RIGHT, csrf=token).status_code == 400


def test_signing_out_needs_it_too(portal):
    portal.come_from_mag()
    assert portal.post_bare("/mag/sign-out").status_code == 400
    assert portal.get("/espace").status_code == 200


def test_mags_answer_by_post_needs_none_since_its_state_is_checked(portal):
    answer = portal.post_bare("/mag/callback", code="c", state="unknown", iss="i")
    assert answer.status_code == 400
    assert "Cette page a expiré" not in answer.text
