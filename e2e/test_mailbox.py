"""`make demo` sends a notice; its link works (A-12 to A-18)."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from e2e.notice import (
    ABGRALL,
    follow_link,
    open_mailbox,
    open_notice,
    open_rates,
    open_receipts_as_staff,
)
from e2e.test_access import no_violation, nothing_is_wider
from e2e.walk import sign_in
from tests.demo.running import Demonstration

# AR-1 and AR-2 as the person's page says them, and as the file does.
ACKNOWLEDGED = {
    "Lien ouvert par votre authentification": "opened",
    "Authentification réussie": "authenticated",
}


def test_from_the_mail_to_the_rates_and_the_receipt(page: Page, demo: Demonstration):
    open_notice(page, demo)
    letter = page.frame_locator("iframe")
    expect(letter.locator("body")).to_contain_text("À l’attention de ABGRALL CHRISTIAN")
    follow_link(page, demo)
    expect(page.locator(".notice")).to_contain_text("Mise à disposition des taux AT/MP")
    sign_in(page, ABGRALL)
    expect(page).to_have_url(f"{demo.klesia}/espace/taux-atmp")
    expect(page.locator(".me-name")).to_have_text("CHRISTIAN ABGRALL")
    page.goto(f"{demo.mag}/my-receipts")
    for said in ACKNOWLEDGED:
        expect(one_that_says(page, said)).to_contain_text("KLESIA Pro")


def one_that_says(page: Page, said: str) -> Locator:
    return page.locator(".receipts li").filter(has_text=said).first


@pytest.mark.parametrize("said", ACKNOWLEDGED)
def test_months_later_a_person_takes_a_receipt_away_and_verifies_it_with_the_network_off(
    page: Page, demo: Demonstration, tmp_path: Path, said: str
):
    open_rates(page, demo)
    page.context.clear_cookies()
    page.goto(f"{demo.mag}/")
    page.get_by_role("link", name="Voir vos accusés").click()
    sign_in(page, ABGRALL)
    expect(page).to_have_url(f"{demo.mag}/my-receipts")
    with page.expect_download() as taken:
        one_that_says(page, said).get_by_role("link", name="Télécharger l’accusé").click()
    taken.value.save_as(tmp_path / "accuse.txt")
    with page.expect_response(f"{demo.mag}/receipts/keys") as keys:
        page.get_by_role("link", name="clés publiques des accusés").click()
    (tmp_path / "keys.json").write_bytes(keys.value.body())
    verified = verify_without_network(demo, tmp_path)
    assert verified.returncode == 0, verified.stderr
    assert re.search(rf"^stage +{ACKNOWLEDGED[said]}$", verified.stdout, re.MULTILINE)
    receipt = (tmp_path / "accuse.txt").read_text("ascii")
    (tmp_path / "accuse.txt").write_text(receipt.replace(".", ".A", 1), "ascii")
    refused = verify_without_network(demo, tmp_path)
    assert refused.returncode == 1
    assert "NOT a receipt" in refused.stderr


def verify_without_network(demo: Demonstration, folder: Path) -> subprocess.CompletedProcess[str]:
    verify = [sys.executable, "-m", "mag_sdk", "accuse.txt", "--keys", "keys.json"]
    return subprocess.run(  # noqa: S603 - our own words
        ["unshare", "-rn", *verify, "--issuer", demo.mag],  # noqa: S607 - from the PATH
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_partner_s_staff_see_what_became_of_the_notice(page: Page, demo: Demonstration):
    open_rates(page, demo)
    open_receipts_as_staff(page, demo.klesia)
    page.goto(f"{demo.klesia}/agents/accuses-de-reception?recherche=ABGRALL")
    expect(page.locator("main")).to_contain_text("ABGRALL CHRISTIAN")
    page.get_by_role("link", name=re.compile("ABGRALL")).first.click()
    for step in ("Envoyé", "Remis", "Authentifié"):
        expect(page.locator("main")).to_contain_text(step)


@pytest.mark.parametrize("width", [1280, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_mailbox_is_accessible(browser: Browser, demo: Demonstration, width: int, scheme: str):
    context = browser.new_context(
        locale="fr-FR", color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    open_notice(page, demo)
    no_violation(page)
    nothing_is_wider(page)
    open_mailbox(page, demo)
    no_violation(page)
    nothing_is_wider(page)
    open_notice(page, demo)
    context.close()
