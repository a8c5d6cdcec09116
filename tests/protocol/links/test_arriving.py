"""From the click to the partner's page (docs/protocol.md, "The emailed link", 2 to 6)."""

import jwt
import pytest

from mag_server.rooms.links.actions import revoke_link
from mag_server.rooms.people.actions import find_by_triplet, radiate_declarant
from mag_server.rooms.people.model import Person
from mag_server.rooms.receipts.model import values_of
from mag_server.rooms.visits.actions import list_traces
from tests.protocol.links.arriving import TARGET, Sent, another, nothing_recorded, onward, send
from tests.rooms.links.asked import TOM
from tests.world import Browser, Form, World, answer_in, hidden, shown_code, triplet

AUTHENTICATED = [("opened", "authenticated"), ("authenticated", "authenticated")]


@pytest.fixture
def sent(world: World) -> Sent:
    return send(world)


def claims(sent: Sent, position: int) -> dict[str, object]:
    receipt = sent.receipts()[position]
    signed = jwt.decode(receipt.jws, options={"verify_signature": False})
    found = values_of(signed, receipt.disclosures)
    assert found is not None
    return found


def id_token(visitor: Browser, **asked: str | None) -> dict[str, object]:
    code = answer_in(visitor.authorize(**asked))["code"]
    token = visitor.redeem(code).get_json()["id_token"]
    return jwt.decode(token, options={"verify_signature": False})


def test_a_14_the_link_shows_the_form_at_once_and_says_which_mail(sent: Sent):
    shown = sent.open(sent.world.browser())
    assert shown.status_code == 200
    assert 'name="password"' in shown.text
    assert "Mise à disposition des taux AT/MP" in shown.text
    assert "Votre courriel du 2 mars 2026" in shown.text


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_fetch_leaves_a_trace_and_no_receipt(sent: Sent, method: str):
    visitor = sent.world.browser()
    with nothing_recorded(sent):
        for _ in range(3):
            visitor.client.open(sent.path, method=method, base_url=sent.world.issuer)
    (trace,) = list_traces(sent.world.work(), link_id=sent.link_id)
    assert (trace.method, trace.times) == (method, 3)


def test_nothing_but_the_siret_is_ever_prefilled(world: World):
    plain = send(world)
    prefilled = another(world, plain.partner, prefill="siret")
    assert "970 505 517 00072" not in plain.open(world.browser()).text
    shown = prefilled.open(world.browser()).text
    assert 'value="970 505 517 00072"' in shown
    for name in (TOM["nom"], TOM["prenom"], TOM["email"]):
        assert name not in shown


def test_a_15_a_17_a_18_who_signs_in_is_recorded_and_sent_on_to_the_exact_page(sent: Sent):
    told = onward(sent.sign_in(sent.world.browser()))
    assert told["iss"] == sent.world.issuer
    assert told["target_link_uri"] == TARGET
    assert sent.told() == AUTHENTICATED
    authenticated = claims(sent, 1)
    assert authenticated["addressee_match"] == "addressee"
    assert authenticated["acr"] == f"{sent.world.issuer}/acr/password"
    assert authenticated["amr"] == ["pwd"]
    assert authenticated["auth_time"] == authenticated["iat"]


def test_6_the_partner_asks_with_the_handle_and_gets_link_and_target_signed(sent: Sent):
    visitor = sent.world.browser()
    handle = onward(sent.sign_in(visitor))["login_hint"]
    told = id_token(visitor, login_hint=handle)
    assert (told["link"], told["target"]) == (sent.link_id, TARGET)
    # Reusable for five minutes.
    assert id_token(visitor, login_hint=handle)["link"] == sent.link_id
    sent.world.pass_time(minutes=5)
    assert "link" not in id_token(visitor, login_hint=handle)


def test_6_without_the_handle_nothing_is_told_of_the_link(sent: Sent):
    visitor = sent.world.browser()
    sent.sign_in(visitor)
    assert not {"link", "target"} & id_token(visitor).keys()


def test_6_a_handle_of_another_session_or_client_is_ignored_and_never_shown(sent: Sent):
    world, visitor = sent.world, sent.world.browser()
    world.register_partner("mcf")
    handle = onward(sent.sign_in(visitor))["login_hint"]
    other = world.browser()
    shown = other.authorize(login_hint=handle)
    assert handle not in shown.text.replace(f"login_hint={handle}", "")
    assert 'name="siret" type="text"' in shown.text
    Form(other, shown).submit()
    assert "link" not in id_token(other, login_hint=handle)
    code = answer_in(visitor.authorize(client_id="mcf", login_hint=handle))["code"]
    told = visitor.redeem(code, client_id="mcf").get_json()["id_token"]
    assert "link" not in jwt.decode(told, options={"verify_signature": False})


def test_6_a_revoked_link_is_told_to_nobody_any_more(sent: Sent):
    visitor = sent.world.browser()
    handle = onward(sent.sign_in(visitor))["login_hint"]
    revoke_link(sent.world.work(), client_id="klesia", link_id=sent.link_id, by="test")
    assert "link" not in id_token(visitor, login_hint=handle)


def test_6_signing_in_again_as_the_same_person_keeps_the_handle_good(sent: Sent):
    visitor = sent.world.browser()
    handle = onward(sent.sign_in(visitor))["login_hint"]
    form = visitor.open_form(login_hint=handle, prompt="login")
    code = answer_in(form.submit())["code"]
    told = visitor.redeem(code).get_json()["id_token"]
    assert jwt.decode(told, options={"verify_signature": False})["link"] == sent.link_id


@pytest.mark.parametrize("asked_with", ["the handle", "no handle"])
def test_6_the_tenth_silent_answer_in_thirty_seconds_is_a_page_not_a_loop(
    sent: Sent, asked_with: str
):
    # Without it: a portal that keeps no session asks for its own page again and again.
    visitor = sent.world.browser()
    handle = onward(sent.sign_in(visitor))["login_hint"]
    hint = handle if asked_with == "the handle" else None
    for _ in range(9):
        assert "code" in answer_in(visitor.authorize(login_hint=hint))
    assert shown_code(visitor.authorize(login_hint=hint)) == "MAG-305"
    sent.world.pass_time(seconds=31)
    assert "code" in answer_in(visitor.authorize(login_hint=hint))


def test_6_the_loop_of_one_portal_keeps_nobody_out_of_another(sent: Sent):
    visitor = sent.world.browser()
    sent.world.register_partner("mcf")
    onward(sent.sign_in(visitor))
    for _ in range(10):
        visitor.authorize()
    for _ in range(12):
        assert "code" in answer_in(visitor.authorize(client_id="mcf"))


def test_6_a_retry_begins_a_new_count(sent: Sent):
    visitor = sent.world.browser()
    onward(sent.sign_in(visitor))
    for _ in range(10):
        visitor.authorize()
    sent.world.pass_time(seconds=1)
    handle = onward(sent.go_on(visitor))["login_hint"]
    assert "code" in answer_in(visitor.authorize(login_hint=handle))


def test_the_same_form_posted_twice_is_one_session_and_one_pair_of_receipts(sent: Sent):
    visitor = sent.world.browser()
    form = Form(visitor, sent.open(visitor))
    first, second = onward(form.submit()), onward(form.submit())
    assert first["login_hint"] != second["login_hint"]
    assert sent.told() == AUTHENTICATED
    for handle in (first["login_hint"], second["login_hint"]):
        assert id_token(visitor, login_hint=handle)["link"] == sent.link_id


def test_a_wrong_password_records_nothing_and_keeps_the_notice(sent: Sent):
    with nothing_recorded(sent):
        refused = sent.sign_in(sent.world.browser(), password="wrong")
    assert shown_code(refused) == "MAG-201"
    assert "Mise à disposition des taux AT/MP" in refused.text


def test_an_empty_form_is_no_failed_attempt(sent: Sent):
    visitor = sent.world.browser()
    form = Form(visitor, sent.open(visitor))
    with nothing_recorded(sent):
        for _ in range(30):
            assert shown_code_or_field(form.submit(siret="", nom="", prenom="", password=""))
    onward(form.submit())


def shown_code_or_field(response) -> bool:
    return "Remplissez ce champ." in response.text


def test_a_live_session_goes_on_only_after_an_explicit_yes(sent: Sent):
    visitor = sent.world.browser()
    visitor.sign_in()
    with nothing_recorded(sent):
        shown = sent.open(visitor)
    sent.world.pass_time(minutes=20)
    assert "Continuer en tant que TOM SAWYER" in shown.text
    assert 'name="password"' not in shown.text
    handle = onward(sent.go_on(visitor))["login_hint"]
    assert sent.told() == AUTHENTICATED
    # The receipt tells a confirmed session from a password that was typed here and now.
    authenticated = claims(sent, 1)
    assert authenticated["iat"] == authenticated["auth_time"] + 20 * 60
    assert id_token(visitor, login_hint=handle)["target"] == TARGET


def test_opened_again_it_says_when_it_was_recorded_and_offers_a_retry(sent: Sent):
    visitor = sent.world.browser()
    first = onward(sent.sign_in(visitor))["login_hint"]
    sent.world.pass_time(minutes=6)
    shown = sent.open(visitor)
    assert "enregistrée le 2 mars 2026 à 9" in shown.text
    assert "Réessayer" in shown.text
    second = onward(sent.go_on(visitor))["login_hint"]
    assert second != first
    assert sent.told() == AUTHENTICATED
    assert id_token(visitor, login_hint=second)["link"] == sent.link_id


def test_another_person_who_is_signed_in_is_offered_to_change(sent: Sent):
    visitor = sent.world.browser()
    sent.world.register_person("FINN", "HUCK")
    visitor.open_form().submit(nom="Finn", prenom="Huck")
    with nothing_recorded(sent):
        shown = sent.open(visitor)
    assert "Ce courriel s’adresse à une autre personne" in shown.text
    assert "SAWYER" not in shown.text
    changed = visitor.post("/link/change", {"form": hidden(shown, "form")})
    assert 'name="password"' in changed.text
    assert visitor.client.get_cookie("__Host-mag_session", domain="mag.localhost") is None
    onward(Form(visitor, changed).submit())
    assert sent.told() == AUTHENTICATED


def test_a_stranger_is_told_so_and_is_not_named_to_the_partner(sent: Sent):
    visitor = sent.world.browser()
    sent.world.register_person("FINN", "HUCK")
    refused = sent.sign_in(visitor, nom="Finn", prenom="Huck")
    assert (refused.status_code, shown_code(refused)) == (403, "MAG-304")
    assert "SAWYER" not in refused.text
    assert sent.told() == [("refused", "authenticated")]
    assert "subject" not in claims(sent, 0)
    assert refused.headers.get("Location") is None


def test_a_stranger_changes_accounts_on_the_very_page_that_refuses(sent: Sent):
    visitor = sent.world.browser()
    sent.world.register_person("FINN", "HUCK")
    refused = sent.sign_in(visitor, nom="Finn", prenom="Huck")
    changed = visitor.post("/link/change", {"form": hidden(refused, "form")})
    onward(Form(visitor, changed).submit())
    assert sent.told() == [("refused", "authenticated"), *AUTHENTICATED]


@pytest.mark.parametrize(
    ("accept", "nom", "siret", "match"),
    [
        ("same_siret", "FINN", "97050551700072", "same_siret"),
        ("anyone", "FINN", "99900027600017", "other"),
        ("same_siret", "FINN", "99900027600017", None),
    ],
)
def test_a_forwarded_mail_is_for_whom_the_partner_accepts(
    world: World, accept: str, nom: str, siret: str, match: str | None
):
    sent = send(world, accept=accept)
    world.register_person(nom, "HUCK", siret=siret)
    answer = sent.sign_in(world.browser(), nom=nom, prenom="Huck", siret=siret)
    if match is None:
        assert shown_code(answer) == "MAG-304"
    else:
        onward(answer)
        assert claims(sent, 1)["addressee_match"] == match


def test_two_people_at_one_link_are_one_opening_and_two_authentications(world: World):
    sent = send(world, accept="same_siret")
    world.register_person("FINN", "HUCK")
    onward(sent.sign_in(world.browser()))
    onward(sent.sign_in(world.browser(), nom="Finn", prenom="Huck"))
    assert sent.told() == [*AUTHENTICATED, ("authenticated", "authenticated")]


def test_whoever_was_struck_off_meanwhile_goes_nowhere(sent: Sent):
    visitor = sent.world.browser()
    visitor.sign_in()
    tom = find_tom(sent.world)
    radiate_declarant(sent.world.work(), sub=tom.sub, by="test")
    with nothing_recorded(sent):
        shown = sent.open(visitor)
        assert 'name="password"' in shown.text
        assert (
            'name="password"' in visitor.post("/link/go-on", {"form": hidden(shown, "form")}).text
        )


def find_tom(world: World) -> Person:
    person = find_by_triplet(world.work(), triplet=triplet("97050551700072", "SAWYER", "TOM"))
    assert person is not None
    return person


def test_the_token_stands_in_no_log_and_no_page(sent: Sent, caplog: pytest.LogCaptureFixture):
    caplog.set_level("DEBUG")
    shown = sent.open(sent.world.browser())
    assert sent.token not in shown.text
    assert sent.token not in caplog.text
    assert "/l/-" in caplog.text
    assert shown.headers["Referrer-Policy"] == "same-origin"
    assert shown.headers["Cache-Control"] == "no-store"


def test_the_form_may_end_at_every_hop_to_the_target(sent: Sent):
    policy = sent.open(sent.world.browser()).headers["Content-Security-Policy"]
    assert "form-action 'self' http://klesia.localhost:8500" in policy


def test_an_act_on_the_page_is_noted_once_and_proves_no_person(sent: Sent):
    visitor = sent.world.browser()
    form = hidden(sent.open(visitor), "form")
    for _ in range(3):
        assert visitor.post("/link/interaction", {"form": form}).status_code == 204
    assert sent.told() == [("opened", "interaction")]
    onward(sent.sign_in(visitor))
    assert sent.told() == [("opened", "interaction"), *AUTHENTICATED]


@pytest.mark.parametrize("origin", ["https://evil.example", "null", None])
def test_no_other_page_can_act_report_go_on_or_change(sent: Sent, origin: str | None):
    visitor = sent.world.browser()
    visitor.sign_in()
    form = hidden(sent.open(visitor), "form")
    headers = {} if origin is None else {"Origin": origin}
    with nothing_recorded(sent):
        for path in ("/link/interaction", "/link/report", "/link/go-on", "/link/change"):
            answer = visitor.client.post(
                path, data={"form": form}, headers=headers, base_url=sent.world.issuer
            )
            assert answer.status_code in {204, 403}
    assert "Continuer en tant que" in sent.open(visitor).text, "still signed in"


@pytest.mark.parametrize("path", ["/link/go-on", "/link/change", "/link/report"])
@pytest.mark.parametrize("form", ["", "x", "of a partner's request"])
def test_a_form_that_no_link_showed_is_refused(sent: Sent, path: str, form: str):
    visitor = sent.world.browser()
    token = visitor.open_form().token if form.startswith("of") else form
    with nothing_recorded(sent):
        assert shown_code(visitor.post(path, {"form": token})) == "MAG-120"


def test_who_says_not_me_is_recorded_once_a_day_and_never_authenticated(sent: Sent):
    visitor = sent.world.browser()
    form = hidden(sent.open(visitor), "form")
    for _ in range(3):
        shown = visitor.post("/link/report", {"form": form})
        assert "Signalement enregistré" in shown.text
    assert sent.told() == [("reported", "interaction")]
    sent.world.pass_time(hours=11)
    sent.world.pass_time(hours=12, minutes=59)
    form = hidden(sent.open(visitor), "form")
    visitor.post("/link/report", {"form": form})
    assert sent.told() == [("reported", "interaction")] * 2
