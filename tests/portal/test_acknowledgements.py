"""The page « Accusés de réception »: its sums, its filters, its CSV, and one link's steps."""

import csv
import io
import re
from datetime import timedelta

import pytest

from partner_portal.acknowledgements import COLUMNS
from partner_portal.receipts import Receipts, Trouble
from tests.portal.campaign import BEGIN, Campaign, instant
from tests.portal.conftest import Browser

PAGE = "/agents/accuses-de-reception"
NBSP = "\N{NO-BREAK SPACE}"
ABGRALL = {"nom": "ABGRALL", "prenom": "CHRISTIAN", "siret": "99900027600017"}
LONG = {"nom": "DE LA ROCHEFOUCAULD-MONTBEL", "prenom": "ANNE-SOPHIE", "siret": "71345678900025"}
LEFEVRE = {"nom": "LEFÈVRE", "prenom": "MARGOT", "siret": "21345678900016"}


@pytest.fixture
def receipts(klesia) -> Receipts:
    return klesia.client.application.extensions["portal"].receipts


@pytest.fixture
def campaign() -> Campaign:
    """Five links: consulted, opened by a gesture alone, bounced, relayed, and a notification."""
    campaign = Campaign()
    campaign.walk(campaign.link())
    campaign.walk(campaign.link(**ABGRALL), upto="opened")
    bounced = campaign.link(**LEFEVRE)
    campaign.walk(bounced, upto="relayed")
    campaign.step(bounced, "bounced", reason="5.1.1 mailbox unavailable")
    campaign.walk(campaign.link(**LONG), upto="relayed")
    later = BEGIN + timedelta(days=3)
    notified = campaign.link(
        kind="notification", message="notification-taux-at-mp", created_at=instant(later)
    )
    campaign.walk(notified, at=later, upto="authenticated")
    campaign.step(notified, "reported", "interaction")
    return campaign


@pytest.fixture
def staff(klesia, receipts, campaign) -> Browser:
    campaign.tell(receipts.database)
    klesia.sign_in_as_agent()
    return klesia


def counts(text: str) -> list[int]:
    """Read the five numbers of the funnel."""
    found = re.findall(r'class="count"><strong>([^<]*)</strong>', text)
    return [int(re.sub(r"\D", "", number)) for number in found]


def names(text: str) -> list[str]:
    """Read the addressees of the list."""
    return re.findall(r'<th scope="row"><a [^>]*>([^<]*)</a>', text)


def csv_of(answer) -> list[list[str]]:
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))


def test_the_funnel_counts_each_link_once_a_stage(staff):
    page = staff.page(PAGE)
    # Bounced after it was relayed: it was not handed over after all.
    assert counts(page.text) == [5, 4, 3, 2, 1]
    assert "1 par un geste seul" in page.words
    assert "il ne prouve personne" in page.words
    assert f"Non remis{NBSP}: 1" in page.words
    assert f"Signalés{NBSP}: 1" in page.words
    assert f"Expirés{NBSP}: 0" in page.words
    assert f"60,0{NBSP}%" in page.words


def test_the_chart_adds_up_to_the_funnel_and_stands_as_a_table_too(staff):
    text = staff.get(PAGE).text
    table = re.search(r'<details class="figures-table">(.*?)</details>', text, re.DOTALL)[1]
    rows = re.findall(r'<th scope="row">([^<]*)</th>.*?>(\d+)</td>.*?>(\d+)</td>', table)
    assert rows == [
        (f"2{NBSP}novembre 2026", "2", "1"),
        (f"5{NBSP}novembre 2026", "1", "1"),
    ]
    assert 'role="img"' in text
    assert text.count('<rect class="opened"') == 2


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("recherche=abgrall", ["ABGRALL CHRISTIAN"]),
        ("recherche=Christian+Abgrall", ["ABGRALL CHRISTIAN"]),
        ("recherche=lefevre", ["LEFÈVRE MARGOT"]),
        ("recherche=rochefoucauld+montbel", ["DE LA ROCHEFOUCAULD-MONTBEL ANNE-SOPHIE"]),
        ("recherche=999+000+276+00017", ["ABGRALL CHRISTIAN"]),
        ("recherche=99900027600017", ["ABGRALL CHRISTIAN"]),
        ("recherche=%25", []),
        ("recherche=%27+OR+1%3D1+--", []),
        ("etape=opened", ["ABGRALL CHRISTIAN"]),
        ("etape=bounced", ["LEFÈVRE MARGOT"]),
        ("etape=reported", ["SAWYER TOM"]),
        ("nature=notification", ["SAWYER TOM"]),
        ("message=notification-taux-at-mp", ["SAWYER TOM"]),
        ("du=2026-11-05", ["SAWYER TOM"]),
        ("du=2026-11-03&au=2026-11-04", []),
        ("au=2026-11-04&etape=consulted", ["SAWYER TOM"]),
    ],
)
def test_each_filter_holds_for_the_list_the_sums_and_the_csv(staff, query, found):
    text = staff.get(f"{PAGE}?{query}").text
    assert names(text) == found
    assert f"{len(found)} lien{'s' if len(found) > 1 else ''} retenu" in text
    if found:
        assert counts(text)[0] == len(found)
    lines = csv_of(staff.get(f"{PAGE}/liens.csv?{query}"))[1:]
    assert [" ".join(line[:2]) for line in lines] == found


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("du=2026-13-45", "Écrivez une date comme 2026-11-02."),
        ("au=hier", "Écrivez une date comme 2026-11-02."),
        ("du=2026-11-05&au=2026-11-02", "Cette date précède la première."),
        ("etape=lu", "Choisissez une étape de la liste."),
        ("etape=created_at", "Choisissez une étape de la liste."),
        ("nature=x", "Choisissez une nature de la liste."),
    ],
)
def test_a_wrong_filter_is_said_at_its_field_and_downloads_nothing(staff, query, said):
    text = staff.get(f"{PAGE}?{query}").text
    assert said in text
    assert 'aria-invalid="true"' in text
    assert "<title>Erreur" in text
    assert staff.get(f"{PAGE}/liens.csv?{query}").status_code == 400


def test_the_csv_says_each_instant_in_paris_and_keeps_a_siret_whole(staff):
    answer = staff.get(f"{PAGE}/liens.csv?recherche=lefevre")
    head, line = csv_of(answer)
    assert head == list(COLUMNS)
    told = dict(zip(head, line, strict=True))
    assert told["SIRET"] == "213 456 789 00016"
    assert told["Remis"] == "2026-11-02 09:12:06"
    assert told["Non remis"]
    assert told["Ouvert (AR1)"] == ""
    assert told["Dernière étape"] == "Non remis"
    assert told["Nature"] == "Information"
    assert "attachment" in answer.headers["Content-Disposition"]


def test_a_name_never_runs_in_a_spreadsheet(klesia, receipts):
    hostile = Campaign()
    hostile.link(nom="=HYPERLINK(1)", prenom="+CMD", message="@SUM(1)")
    hostile.tell(receipts.database)
    klesia.sign_in_as_agent()
    _, line = csv_of(klesia.get(f"{PAGE}/liens.csv"))
    assert all(cell[:1] not in "=+-@" for cell in line if cell)


def test_pages_follow_each_other_and_lose_no_link(klesia, receipts):
    many = Campaign()
    for number in range(45):
        many.link(nom=f"NOM{number:02d}", created_at=instant(BEGIN - timedelta(minutes=number)))
    many.tell(receipts.database)
    klesia.sign_in_as_agent()
    seen = []
    for number in (1, 2, 3):
        text = klesia.get(f"{PAGE}?message=taux-at-mp&page={number}").text
        seen += names(text)
        following = f"message=taux-at-mp&amp;page={number + 1}#liens"
        assert (following in text) == (number < 3)
    assert seen == [f"NOM{number:02d} TOM" for number in range(45)]
    assert names(klesia.get(f"{PAGE}?page=999").text) == seen[40:]
    assert names(klesia.get(f"{PAGE}?page=-1").text) == seen[:20]
    assert len(csv_of(klesia.get(f"{PAGE}/liens.csv"))) == 46


def test_a_link_shows_each_step_with_how_it_was_observed(staff, campaign):
    page = staff.page(f"{PAGE}?lien={campaign.links[0].link_id}")
    steps = re.search(r'<ol class="steps">(.*?)</ol>', page.text, re.DOTALL)[1]
    titles = re.findall(r"<h3>([^< ]*)", steps)
    assert titles == ["Envoyé", "Remis", "Ouvert", "Ouvert", "Authentifié", "Consulté"]
    assert steps.count("Observé par") == steps.count("Vérifié") == 6
    assert steps.count('class="badge">AR1') == 2
    assert steps.count('class="badge">AR2') == 1
    assert f"2{NBSP}nov.{NBSP}2026, 09:47:04" in steps
    assert "receipt-00000000000003" in steps
    assert "position 3" in steps
    assert "un programme a pu le faire" in steps.casefold()
    assert "La personne authentifiée est le destinataire." in steps


def test_an_unknown_link_or_receipt_is_not_found(staff):
    assert staff.get(f"{PAGE}?lien=lnk_unknown").status_code == 404
    assert staff.get(f"{PAGE}/receipt-none.txt").status_code == 404


def test_a_receipt_is_downloaded_as_it_was_signed(staff, campaign):
    step = campaign.steps[4]
    answer = staff.get(f"{PAGE}/{step.receipt_id}.txt")
    assert answer.text == f"{step.presented}\n"
    assert answer.mimetype == "text/plain"
    name = f"accuse-2026-11-02-{step.link_id}-{step.number}.txt"
    assert name in answer.headers["Content-Disposition"]


def test_a_link_known_by_a_receipt_alone_is_shown_without_addressee(klesia, receipts):
    early = Campaign()
    early.step("lnk_early", "opened", "interaction")
    early.tell(receipts.database)
    klesia.sign_in_as_agent()
    text = klesia.get(PAGE).text
    assert names(text) == ["Destinataire pas encore connu"]
    assert counts(text) == [0, 0, 1, 0, 0]
    assert csv_of(klesia.get(f"{PAGE}/liens.csv"))[1][:3] == ["", "", ""]


def test_before_anything_was_sent_the_page_says_so(klesia):
    klesia.sign_in_as_agent()
    page = klesia.page(PAGE)
    assert counts(page.text) == [0, 0, 0, 0, 0]
    assert "Aucun lien n’a encore été envoyé." in page.words
    assert "Aucun lien ne correspond." in klesia.page(f"{PAGE}?recherche=x").words


def test_a_reading_that_was_refused_is_said_and_shows_what_is_verified(staff, receipts):
    assert receipts.take_turn(older_than_seconds=0)  # lately read: opening does not ask again
    receipts.stopped(Trouble.REFUSED, refusal="WrongSignature, position 17")
    page = staff.page(PAGE)
    assert "La lecture des accusés est arrêtée" in page.words
    assert "WrongSignature, position 17" in page.words
    assert 'role="alert"' in page.text
    assert counts(page.text) == [5, 4, 3, 2, 1]


def test_staff_pages_have_no_script_no_style_inside_and_french_spaces(staff):
    for query in ("", "?recherche=x", "?du=x", "?etape=opened"):
        page = staff.page(PAGE + query)
        assert page.inline == []
        assert len(page.headings) == 1
        assert page.language == "fr"
        assert not re.search(r"[ ][:;?!»]|«[ ]", page.words)
        typed = [field for field in page.inputs if field.get("type") != "hidden"]
        assert all(field["id"] in page.labels_for for field in typed)
        assert "script-src" in staff.get(PAGE + query).headers["Content-Security-Policy"]
