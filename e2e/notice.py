"""The demonstration's notice: from the mailbox to the page it announces, and to its senders."""

import re

from playwright.sync_api import Page, expect

from e2e.walk import Person, sign_in
from partner_portal.demonstration import DEMONSTRATION_AGENT, DEMONSTRATION_AGENT_PASSWORD
from tests.demo.running import Demonstration

# To whom it goes.
ABGRALL = Person("999 000 276 00017", "ABGRALL", "CHRISTIAN", "Finistere2024ok")
_SUBJECT = re.compile("nouveaux taux de cotisation")
_LINK = re.compile("Consulter et télécharger les taux")


def open_mailbox(page: Page, demo: Demonstration) -> None:
    """Open the mailbox, and wait for the notice to come."""
    page.goto(demo.mailbox)
    for _ in range(40):
        if page.get_by_role("link", name=_SUBJECT).count():
            return
        page.wait_for_timeout(250)
        page.reload()
    raise AssertionError("no notice came")


def open_notice(page: Page, demo: Demonstration) -> None:
    """Open the mail itself."""
    open_mailbox(page, demo)
    page.get_by_role("link", name=_SUBJECT).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("nouveaux taux")
    expect(page.frame_locator("iframe").get_by_role("link", name=_LINK)).to_be_visible()


def follow_link(page: Page, demo: Demonstration) -> None:
    """Click the mail's link, and meet the form."""
    open_notice(page, demo)
    page.frame_locator("iframe").get_by_role("link", name=_LINK).click()
    expect(page.locator("#sign-in")).to_be_visible()


def open_rates(page: Page, demo: Demonstration) -> None:
    """Sign in at the link, and land on the exact page."""
    follow_link(page, demo)
    sign_in(page, ABGRALL)
    expect(page).to_have_url(f"{demo.klesia}/espace/taux-atmp")


def open_receipts_as_staff(page: Page, portal: str) -> None:
    """Sign a portal's agent in, who lands on the acknowledgements."""
    page.goto(f"{portal}/agents/connexion")
    page.fill("#identifiant", DEMONSTRATION_AGENT.identifiant)
    page.locator("input[type=password]").fill(DEMONSTRATION_AGENT_PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/agents/accuses-de-reception"))
