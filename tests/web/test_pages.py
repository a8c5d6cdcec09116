"""Every page in every theme and both languages, held to the house's promises."""

import re
from types import SimpleNamespace

import pytest

from mag_server.web._page import PagesNotHung, page_language, render_page
from tests.rooms.themes.folders import designer
from tests.web.pages import FILLED, PAGES, Page, bare_app, shown_error, shown_form

__all__ = ["designer"]

THEMES = ("net-entreprises", "klesia", "mon-compte-formation", "reference")
EVERYWHERE = pytest.mark.parametrize("name", PAGES)
IN_EVERY_THEME = pytest.mark.parametrize("theme", THEMES)
IN_BOTH = pytest.mark.parametrize("lang", ["fr", "en"])


@pytest.fixture(scope="module")
def app():
    return bare_app()


@pytest.fixture
def read(app):
    """Give a page as a browser would read it: `read("error", theme="klesia")`."""

    def render(name, *, theme="net-entreprises", lang="fr", **changes):
        template, context = PAGES[name]
        with app.test_request_context("/"):
            response = render_page(template, theme_name=theme, lang=lang, **context | changes)
        return Page(response.get_data(as_text=True))

    return render


@EVERYWHERE
@IN_EVERY_THEME
@IN_BOTH
def test_a_page_has_one_title_and_one_first_heading(read, name, theme, lang):
    shown = read(name, theme=theme, lang=lang)
    assert len(shown.all("h1")) == 1
    assert shown.all("h1")[0].text.strip()
    assert shown.all("title")[0].text.strip()
    assert shown.all("html")[0].get("lang") == lang


@EVERYWHERE
@IN_EVERY_THEME
def test_a_page_runs_under_a_policy_of_self_only(read, name, theme):
    for element in read(name, theme=theme).elements:
        assert element.tag not in {"style", "iframe", "object", "embed", "base", "img"}
        assert not [a for a in element.attributes if a == "style" or a.startswith("on")]
        if element.tag == "script":
            assert element.text.strip() == ""
            assert (element.get("src") or "").startswith("/static/")
            assert (element.get("integrity") or "").startswith("sha384-")
        if element.tag == "link":
            assert (element.get("href") or "").startswith(("/static/", "/themes/"))


@EVERYWHERE
@IN_EVERY_THEME
def test_every_field_has_its_label_and_no_id_stands_twice(read, name, theme):
    shown = read(name, theme=theme)
    ids = [element.get("id") for element in shown.elements if element.get("id")]
    assert len(ids) == len(set(ids))
    labelled = {label.get("for") for label in shown.all("label")}
    for field in shown.all("input"):
        if field.get("type") != "hidden" and field.get("aria-hidden") != "true":
            assert field.get("id") in labelled
        for described in (field.get("aria-describedby") or "").split():
            assert described in ids


@EVERYWHERE
@IN_EVERY_THEME
def test_french_is_set_as_a_printer_would(read, name, theme):
    shown = read(name, theme=theme)
    texts = [shown.shown_text(), shown.all("title")[0].text]
    texts += [
        value or ""
        for e in shown.elements
        for a, value in e.attributes.items()
        if a.startswith("data-")
    ]
    for text in texts:
        assert not re.search(r"[^\W\d_] [:;?!»]|« \w|«\w|\w»|\w'\w", text)


@EVERYWHERE
@pytest.mark.parametrize("theme", THEMES[:3])  # the fourth explains the French words
def test_english_leaves_no_french_behind(read, name, theme):
    shown = read(name, theme=theme, lang="en")
    said = shown.shown_text().replace("GIP Modernisation des déclarations sociales", "")
    assert not re.search(
        r"\b(mot de passe|connexion|vous|votre|champ|besoin|afficher|remplissez|réessayez)\b",
        said,
        re.IGNORECASE,
    )


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_the_seed_s_words_stand_on_the_v1_form(read, lang):
    shown = read("form, empty", lang=lang)
    labels = [label.text.strip() for label in shown.all("label")]
    if lang == "fr":
        assert shown.all("h1")[0].text == "Authentification"
        assert "PORTAIL OFFICIEL DES DÉCLARATIONS" in shown.shown_text()
        assert (
            "informations d’authentification et cliquez sur «\u00a0Connexion\u00a0»."
            in shown.shown_text()
        )
        assert labels == ["Siret *", "Nom *", "Prénom *", "Mot de passe *"]
        assert "Mot de passe oublié\u00a0?" in shown.shown_text()
    else:
        assert labels == ["Siret *", "Surname *", "First name *", "Password *"]


def test_the_words_of_the_klesia_theme_are_the_seed_s(read):
    text = read("form, cancel", theme="klesia").shown_text()
    for words in (
        "Bienvenue sur votre espace client Entreprise et Expert-Comptable",
        "Connexion à votre espace client avec Net-Entreprises",
        "Utilisez vos identifiants Net-Entreprises", "SIRET *", "ANNULER", "SE CONNECTER",
        "Pas encore inscrit\u00a0?", "Se créer un compte Entreprise",
        "Se créer un compte Expert-Comptable",
    ):  # fmt: skip
        assert words in text


def test_the_words_of_the_mcf_theme_are_the_seed_s_but_for_the_hint(read):
    text = read("form, empty", theme="mon-compte-formation").shown_text()
    for words in (  # D-17 to D-22, D-24
        "MON COMPTE FORMATION", "Espace des Employeurs et des Financeurs",
        "Je suis déjà habilité à un ou plusieurs services Mon Compte Formation",
        "Je me connecte avec mes identifiants Net-Entreprises",
        "Saisissez votre numéro de Siret\u00a0: 14 chiffres", "Saisissez votre nom",
        "Saisissez votre prénom", "Nom inscrit via Net-Entreprises", "Se connecter",
    ):  # fmt: skip
        assert words in text
    assert "majuscule" not in text  # D-23, reading 21


def test_what_was_typed_is_kept_and_the_password_is_not(read):
    shown = read("form, error", form=shown_form(**FILLED, error=shown_error()))
    assert shown.by_id("siret").get("value") == "970 505 517 00072"
    assert shown.by_id("nom").get("value") == "SAWYER"
    assert shown.by_id("password").get("value") is None


def test_a_siret_that_is_not_one_is_shown_as_it_was_typed(read):
    shown = read("form, empty", form=shown_form(siret="9705 O517"))
    assert shown.by_id("siret").get("value") == "9705 O517"


def test_what_was_typed_cannot_become_markup(read):
    hostile = '"><script>alert(1)</script>'
    shown = read("form, error", form=shown_form(siret=hostile, nom=hostile, prenom=hostile))
    assert shown.by_id("nom").get("value") == hostile
    assert len(shown.all("script")) == 1


def test_after_a_refusal_the_password_has_the_focus_and_points_to_the_sentence(read):
    shown = read("form, error")
    assert "autofocus" in shown.by_id("password").attributes
    assert "error" in (shown.by_id("password").get("aria-describedby") or "").split()
    assert shown.by_id("error").text.split("\n")
    assert shown.all("title")[0].text.startswith("Erreur")


def test_a_refusal_singles_out_no_field(read):
    shown = read("form, error")
    assert not [field for field in shown.all("input") if field.get("aria-invalid")]


def test_the_first_wrong_field_has_the_focus(read):
    shown = read("form, fields")
    assert [f.get("id") for f in shown.all("input") if "autofocus" in f.attributes] == ["siret"]
    assert shown.by_id("siret").get("aria-invalid") == "true"
    assert shown.by_id("siret-error").text.strip() == "Remplissez ce champ."
    assert "hidden" in shown.by_id("nom-error").attributes


def test_the_wait_is_written_for_those_without_scripts(read):
    (place,) = [e for e in read("form, throttled").elements if e.get("data-countdown")]
    assert place.text == "Réessayez dans 32 secondes."


def test_one_second_is_singular(read):
    error = shown_error(retry_after_seconds=1)
    (place,) = [
        e
        for e in read("form, throttled", form=shown_form(error=error)).elements
        if e.get("data-countdown")
    ]
    assert place.text == "Réessayez dans 1 seconde."


def test_enter_signs_in_and_never_cancels(read):
    # A browser presses the form's first submit button (HTML, implicit submission).
    for name in ("form, empty", "form, cancel", "form, frame"):
        shown = read(name, theme="klesia")
        # A button that names another form is none of this one's.
        submits = [
            b for b in shown.all("button") if b.get("type") == "submit" and not b.get("form")
        ]
        assert submits[0].get("value") == "sign-in"


def test_the_fields_tell_a_password_manager_what_they_are(read):
    shown = read("form, filled")
    tokens = {
        id_: shown.by_id(id_).get("autocomplete")
        for id_ in ("siret", "nom", "prenom", "password", "username")
    }
    assert tokens == {
        "siret": "on", "nom": "family-name", "prenom": "given-name",
        "password": "current-password", "username": "username",
    }  # fmt: skip
    assert shown.by_id("username").get("value") == "97050551700072 · SAWYER · TOM"
    assert shown.by_id("username").get("name") is None


def test_the_frame_shows_the_card_alone(read):
    shown = read("form, frame", theme="klesia")
    assert shown.all("header") == []
    assert shown.all("footer") == []
    assert "Bienvenue" not in shown.shown_text()


def test_going_on_carries_every_member_and_a_button(read):
    shown = read("continue")
    fields = {f.get("name"): f.get("value") for f in shown.all("input")}
    assert fields == {"code": "c", "state": "s"}
    assert shown.by_id("continue").get("action") == "https://portail.example/cb"
    assert "Continuer" in shown.all("button")[0].text


def test_an_error_page_names_its_code_its_trace_and_whom_to_ask(read):
    text = read("error", theme="klesia").shown_text()
    for said in ("MAG-101", "0123", "+33\u00a01\u00a099\u00a000\u00a012\u00a034"):
        assert said in text


@pytest.mark.parametrize("theme", ["nope", "../klesia", "", "NET-ENTREPRISES"])
def test_an_unknown_theme_shows_the_default_one_and_is_logged(read, caplog, theme):
    shown = read("error", theme=theme)
    assert "NET-ENTREPRISES·FR" in shown.shown_text()
    assert "cannot be used" in caplog.text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('kind = "centred"', "kind = []"),
        ('kind = "centred"', "kind = {a = 1}"),
        ('url = "https://www.net-entreprises.fr/aide/"', 'url = "https://[::1"'),
    ],
)
def test_a_theme_with_an_odd_value_shows_the_default_one_and_is_logged(caplog, designer, old, new):
    folder = designer()
    folder.replace("theme.toml", 'title = "Net-Entreprises"', 'title = "La mienne"')
    folder.replace("theme.toml", old, new)
    template, context = PAGES["error"]
    app = bare_app(own_themes=folder.path.parent)
    with app.test_request_context("/"):
        response = render_page(template, theme_name="net-entreprises", lang="fr", **context)
    assert response.status_code == 200
    assert "Net-Entreprises</title>" in response.get_data(as_text=True)
    assert "cannot be used" in caplog.text


def test_a_page_is_never_stored_and_says_its_language(app):
    with app.test_request_context("/"):
        response = render_page("pages/signed_out.html", theme_name="klesia", lang="en", status=400)
    assert response.status_code == 400
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Language"] == "en"


def test_a_value_the_view_forgot_is_an_error_and_not_a_blank(app):
    with app.test_request_context("/"), pytest.raises(Exception, match="sentence"):
        render_page("pages/error.html", theme_name="klesia", lang="fr", title="x")


def test_an_application_without_pages_says_what_to_call():
    from flask import Flask  # noqa: PLC0415 - only here

    with (
        Flask("mag_server").test_request_context("/"),
        pytest.raises(PagesNotHung, match="hang_pages"),
    ):
        render_page("pages/signed_out.html", theme_name="klesia", lang="fr")


@pytest.mark.parametrize(
    ("asked", "accepted", "lang"), [("en", "fr", "en"), (None, "en-GB", "en"), (None, "", "fr")]
)
def test_the_partner_s_language_comes_before_the_browser_s(app, asked, accepted, lang):
    with app.test_request_context("/", headers={"Accept-Language": accepted}):
        assert page_language(asked) == lang


def test_a_theme_s_stylesheet_may_be_kept_for_ever_under_its_own_digest(app, read):
    (url,) = [
        e.get("href")
        for e in read("error", theme="klesia").all("link")
        if "theme.css" in (e.get("href") or "")
    ]
    response = app.test_client().get(url)
    assert response.status_code == 200
    assert response.mimetype == "text/css"
    assert "immutable" in response.headers["Cache-Control"]
    assert "--mag-panel: #3C1227;" in response.get_data(as_text=True)


def test_an_old_digest_still_gives_a_stylesheet_but_none_to_keep(app):
    response = app.test_client().get("/themes/klesia/0000000000000000/theme.css")
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-store"


def test_a_theme_s_logo_is_a_file_that_only_draws(app, read):
    (url,) = [
        e.get("href") for e in read("error", theme="klesia").all("link") if e.get("rel") == "icon"
    ]
    response = app.test_client().get(url)
    assert response.mimetype == "image/svg+xml"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("path", ["/themes/nope/0/theme.css", "/themes/..%2Fx/0/logo.svg"])
def test_the_files_of_an_unknown_theme_are_not_found(app, path):
    assert app.test_client().get(path).status_code == 404


def test_a_field_s_error_is_said_in_the_page_s_language(read):
    form = shown_form(field_errors={"nom": "Remplissez ce champ."})
    assert (
        read("form, fields", lang="en", form=form).by_id("nom-error").text.strip()
        == "Fill in this field."
    )


def test_a_notice_without_a_date_shows_its_title_alone(read):
    form = shown_form(notice=SimpleNamespace(title="Mise à disposition des taux AT/MP", date=""))
    text = read("form, notice", form=form).shown_text()
    assert "Mise à disposition des taux AT/MP" in text
    assert "Votre courriel" not in text
