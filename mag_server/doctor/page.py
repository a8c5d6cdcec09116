"""The causes that lie in the partner's page: its address, its script, its policies, its clock."""

import re
from collections.abc import Iterator
from datetime import UTC
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from mag_server.base.fetch import Fetched, origin_or_none
from mag_server.base.hosts import is_local
from mag_server.doctor.evidence import Evidence, Finding
from mag_server.doctor.policy import (
    Policy,
    forbids,
    forbids_script,
    read_policies,
    trusts_nonces_alone,
)

OK_STATUS = 200
CLOCK_SECONDS = 120
FRAMED = ("/authorize", "/sign-in")
FEATURES = (
    "publickey-credentials-get",
    "publickey-credentials-create",
    "identity-credentials-get",
    "storage-access",
)
_AGE = re.compile(r"[0-9]{1,9}", re.ASCII)
# The types that run as a plain script (MIME Sniffing, "JavaScript MIME type").
_RUN = {"", "text/livescript", "text/jscript"} | {
    f"{kind}/{prefix}{name}"
    for kind in ("text", "application")
    for prefix in ("", "x-")
    for name in ("javascript", "ecmascript")
}
_EMBEDDER_POLICIES = ("require-corp", "credentialless")


def page_status(evidence: Evidence) -> Finding | None:
    """The page is no page: a redirect to a sign-in, an error."""
    page = evidence.read_page
    if page.status == OK_STATUS:
        return None
    went = f" to {page.header('location')}" if page.header("location") else ""
    return Finding(
        "page-status",
        f"{page.url} answers {page.status}{went}: the widget must stand on a page open to all.",
        "Give --page the address where <mag-signin> stands.",
    )


def page_scheme(evidence: Evidence) -> Finding | None:
    """A page over http is not where a password may be asked."""
    parts = urlsplit(evidence.read_page.url)
    if parts.scheme == "https" or is_local(parts.hostname or ""):
        return None
    return Finding(
        "http-page",
        "The page is served over http: browsers give it no secure context.",
        f"https://{parts.netloc}{parts.path}",
    )


def mixed_content(evidence: Evidence) -> Finding | None:
    """An https page may not frame an http server, unless it is this machine."""
    parts = urlsplit(evidence.issuer)
    if evidence.page_origin.startswith("http://") or parts.scheme == "https":
        return None
    return Finding(
        "mixed-content",
        f"The page is https and MAG is {evidence.issuer}: browsers block the frame.",
        f"MAG_ISSUER=https://{parts.netloc}",
    )


def script_missing(evidence: Evidence) -> Finding | None:
    """The loader is not in the page."""
    if evidence.markup.scripts:
        return None
    return Finding(
        "script-missing",
        "The page has no <script> of MAG's.",
        f'<script src="{evidence.issuer}/widget/v1/mag.js" async></script>',
    )


def script_of_another_issuer(evidence: Evidence) -> Finding | None:
    """The loader comes from another server, and will open that one's frame."""
    others = [s for s in evidence.markup.scripts if origin_or_none(s.url) != evidence.issuer]
    if not others:
        return None
    return Finding(
        "script-of-another-issuer",
        f"mag.js is loaded from {others[0].url}, not from {evidence.issuer}.",
        f'<script src="{evidence.issuer}/widget/v1/mag.js" async></script>',
    )


def script_kind(evidence: Evidence) -> Finding | None:
    """A module finds no address of its own; a consent tool's `text/plain` is not run at all."""
    kinds = [script.kind for script in evidence.markup.scripts]
    if not kinds or any((kind or "").strip().lower() in _RUN for kind in kinds):
        return None
    return Finding(
        "script-kind",
        f'mag.js stands in a <script type="{kinds[0]}">, which does not run it as a plain script.',
        f'<script src="{evidence.issuer}/widget/v1/mag.js" async></script>',
    )


def script_away(evidence: Evidence) -> Finding | None:
    """The loader's address does not answer with the loader."""
    script = evidence.script
    if script is None or (isinstance(script, Fetched) and script.status == OK_STATUS):
        return None
    said = f"answers {script.status}" if isinstance(script, Fetched) else script.reason
    return Finding(
        "script-unreachable",
        f"{script.url}: {said}. The loader of an older release is no longer served.",
        f'<script src="{evidence.issuer}/widget/v1/mag.js" async></script>',
    )


def script_integrity(evidence: Evidence) -> Finding | None:
    """The pinned integrity is that of another release: browsers refuse the script in silence."""
    pinned = [s for s in evidence.markup.scripts if (s.integrity or "").split()]
    wrong = [s for s in pinned if _integrity(evidence) not in (s.integrity or "").split()]
    if not wrong:
        return None
    return Finding(
        "script-integrity",
        f"The integrity in the page ({wrong[0].integrity}) is not that of this release.",
        f'integrity="{_integrity(evidence)}" crossorigin="anonymous"',
    )


def script_crossorigin(evidence: Evidence) -> Finding | None:
    """Integrity without CORS makes the browser refuse what it cannot read."""
    wrong = [s for s in evidence.markup.scripts if s.integrity and s.crossorigin is None]
    if not wrong or origin_or_none(wrong[0].url) == evidence.page_origin:
        return None
    return Finding(
        "script-crossorigin",
        "The script has an integrity and no crossorigin: browsers refuse it.",
        f'integrity="{_integrity(evidence)}" crossorigin="anonymous"',
    )


def csp_script(evidence: Evidence) -> Finding | None:
    """The page's policy does not let MAG's script run."""
    policies = list(_policies(evidence))
    written = next(iter(evidence.markup.scripts), None)
    is_ours = written is not None and origin_or_none(written.url) == evidence.issuer
    url = written.url if written and is_ours else f"{evidence.issuer}/widget/v1/mag.js"
    if written is None and trusts_nonces_alone(policies):
        return None  # whichever script of the page adds it is trusted with it
    if not forbids_script(
        policies,
        url,
        page_origin=evidence.page_origin,
        nonce=written.nonce if written else None,
        integrity=written.integrity if written else None,
    ):
        return None
    if trusts_nonces_alone(policies):
        return Finding(
            "csp-script-nonce",
            "The page's Content-Security-Policy runs only scripts that carry its nonce.",
            f'<script src="{url}" nonce="..." async></script>',
        )
    return Finding(
        "csp-script-src",
        "The page's Content-Security-Policy does not let MAG's script run.",
        f"script-src {evidence.issuer}",
    )


def csp_frame(evidence: Evidence) -> Finding | None:
    """The page's policy does not let MAG's frame open."""
    # Every address that the frame goes to counts, not the first alone (CSP3 6.1.7).
    if not any(_forbids(evidence, "frame-src", evidence.issuer + path) for path in FRAMED):
        return None
    return Finding(
        "csp-frame-src",
        "The page's Content-Security-Policy does not let MAG's frame open.",
        f"frame-src {evidence.issuer}",
    )


def csp_form_action(evidence: Evidence) -> Finding | None:
    """The page's policy keeps the code from being posted to the portal's own callback."""
    callback = evidence.request.get("redirect_uri", "")
    is_registered = callback in evidence.partner.redirect_uris  # another is a cause of its own
    if not is_registered or not _forbids(evidence, "form-action", callback):
        return None
    return Finding(
        "csp-form-action",
        f"The page's Content-Security-Policy keeps it from posting to {callback}.",
        "form-action 'self'",
    )


def csp_sandbox(evidence: Evidence) -> Finding | None:
    """A sandboxed page has no origin, or no scripts, or no forms."""
    needs = {"allow-scripts", "allow-same-origin", "allow-forms"}
    # In a <meta> a browser passes over it.
    for policy in read_policies(evidence.read_page.headers_named("content-security-policy")):
        if "sandbox" in policy and not needs <= set(policy["sandbox"]):
            return Finding(
                "csp-sandbox",
                "The page's Content-Security-Policy puts it in a sandbox without what it needs.",
                "sandbox allow-scripts allow-same-origin allow-forms allow-top-navigation",
            )
    return None


def embedder_policy(evidence: Evidence) -> Finding | None:
    """COEP keeps every frame out that does not opt in, and MAG's does not."""
    value = (evidence.read_page.header("cross-origin-embedder-policy") or "").split(";")[0].strip()
    if value not in _EMBEDDER_POLICIES:
        return None
    return Finding(
        "embedder-policy",
        f"The page sends Cross-Origin-Embedder-Policy: {value}, which keeps MAG's frame out.",
        "Cross-Origin-Embedder-Policy: unsafe-none",
    )


def permissions_policy(evidence: Evidence) -> Finding | None:
    """The page takes away what the frame may need to sign people in."""
    policy = ", ".join(evidence.read_page.headers_named("permissions-policy"))
    denied = [name for name in FEATURES if _denies(policy, name, origin=evidence.issuer)]
    if not denied:
        return None
    return Finding(
        "permissions-policy",
        f"The page's Permissions-Policy denies {', '.join(denied)} to MAG's frame.",
        ", ".join(f'{name}=(self "{evidence.issuer}")' for name in denied),
    )


def _denies(policy: str, feature: str, *, origin: str) -> bool:
    found = re.search(rf"(?:^|[,\s]){feature}\s*=\s*(\([^)]*\)|[^,;\s]+)", policy)
    if found is None:
        return False  # not named: the frame's own `allow` is enough
    allowed = found[1].strip("()").split()
    return "*" not in allowed and f'"{origin}"' not in allowed


def trusted_types(evidence: Evidence) -> Finding | None:
    """Under Trusted Types a script that writes the two lines into the page is stopped."""
    is_sent_whole = evidence.markup.scripts and evidence.markup.requests
    if is_sent_whole or not any(
        "require-trusted-types-for" in policy for policy in _policies(evidence)
    ):
        return None
    return Finding(
        "trusted-types",
        "The page requires Trusted Types: no script of it may write MAG's two lines as text.",
        f'<script src="{evidence.issuer}/widget/v1/mag.js" async></script> in the page as sent',
    )


def clock_off(evidence: Evidence) -> Finding | None:
    """The portal's clock is off: its assertions will look too young or too old."""
    page = evidence.read_page
    text = page.header("date")
    try:
        said = parsedate_to_datetime(text) if text else None
    except (ValueError, OverflowError):
        return None
    if said is None:
        return None
    if said.tzinfo is None:
        said = said.replace(tzinfo=UTC)
    # A page that a proxy kept is as old as its Age says (RFC 9111 5.1).
    age = (page.header("age") or "").strip()
    kept_seconds = int(age) if _AGE.fullmatch(age) else 0
    seconds = (said - evidence.now).total_seconds() + kept_seconds
    if abs(seconds) <= CLOCK_SECONDS:
        return None
    return Finding(
        "clock-off",
        f"The portal's clock is {abs(seconds):.0f} s {'ahead' if seconds > 0 else 'behind'}.",
        "timedatectl set-ntp true",
    )


def _integrity(evidence: Evidence) -> str:
    return evidence.loader.integrity


def _policies(evidence: Evidence) -> Iterator[Policy]:
    yield from read_policies(evidence.read_page.headers_named("content-security-policy"))
    yield from read_policies(evidence.markup.meta_policies)


def _forbids(evidence: Evidence, directive: str, url: str) -> bool:
    page_origin = evidence.page_origin
    return forbids(list(_policies(evidence)), directive, url, page_origin=page_origin)
