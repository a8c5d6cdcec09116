"""The portal's own form (A-33): right, wrong, too often."""

import re

from partner_portal.demonstration import DEMONSTRATION_PASSWORD


def without_token_and_name(text: str) -> str:
    return re.sub(r'value="[^"]*"', "value", text)


def test_the_right_credentials_lead_inside_with_303(klesia):
    answer = klesia.sign_in_here("Polly.Sawyer ", DEMONSTRATION_PASSWORD)
    assert answer.status_code == 303
    assert answer.location == "/espace"


def test_unknown_and_wrong_get_the_same_answer(klesia):
    wrong = klesia.sign_in_here("polly.sawyer", "not this one")
    unknown = klesia.sign_in_here("aunt.sally", "not this one")
    assert wrong.status_code == unknown.status_code == 422
    assert without_token_and_name(wrong.text) == without_token_and_name(unknown.text)
    assert "incorrect" in wrong.text


def test_a_refused_form_keeps_the_identifier_and_never_the_password(klesia):
    answer = klesia.sign_in_here('a"><b>', "not this one")
    assert 'value="a&#34;&gt;&lt;b&gt;"' in answer.text
    assert "not this one" not in answer.text


def test_too_many_failures_wait_for_unknown_and_known_alike(klesia):
    # The clock stands: on a slow machine the first wait would be over before the next try.
    accounts = klesia.client.application.extensions["portal"].accounts
    accounts.door.seconds_now = lambda: 1_800_000_000.0
    for identifiant in ("polly.sawyer", "aunt.sally"):
        for _ in range(5):
            klesia.sign_in_here(identifiant, "not this one")
        answer = klesia.sign_in_here(identifiant, DEMONSTRATION_PASSWORD)
        assert answer.status_code == 429
        assert int(answer.headers["Retry-After"]) >= 1


def test_signing_in_starts_a_new_session(klesia):
    before = klesia.page("/").csrf
    klesia.sign_in_here("polly.sawyer", DEMONSTRATION_PASSWORD)
    assert klesia.page("/espace").csrf != before


def test_an_account_replaces_the_person_from_mag_and_not_the_reverse(klesia):
    token = klesia.page("/").csrf
    klesia.come_from_mag()
    fields = {"identifiant": "polly.sawyer", "mot_de_passe": DEMONSTRATION_PASSWORD}
    klesia.post_bare("/connexion", csrf=token, **fields)
    assert klesia.page("/espace").headings == ["Bonjour POLLY SAWYER"]


def test_a_brand_without_accounts_has_no_such_form(formation):
    formation.come_from_mag()
    fields = {"identifiant": "polly.sawyer", "mot_de_passe": DEMONSTRATION_PASSWORD}
    answer = formation.post("/connexion", form_at="/espace", **fields)
    assert answer.status_code == 404
