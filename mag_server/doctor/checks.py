"""Every cause, in the order in which they bite."""

from collections.abc import Callable

from mag_server.base.fetch import Unreachable
from mag_server.doctor import page, request
from mag_server.doctor.evidence import Evidence, Finding

Check = Callable[[Evidence], Finding | None]
CHECKS: tuple[Check, ...] = (
    page.page_status,
    page.page_scheme,
    page.mixed_content,
    page.script_missing,
    page.script_of_another_issuer,
    page.script_kind,
    page.script_away,
    page.script_integrity,
    page.script_crossorigin,
    page.csp_script,
    page.csp_frame,
    page.csp_form_action,
    page.csp_sandbox,
    page.trusted_types,
    page.embedder_policy,
    page.permissions_policy,
    request.element_missing,
    request.request_missing,
    request.request_of_another_partner,
    request.response_mode,
    request.redirect_uri_unregistered,
    request.redirect_uri_origin,
    request.origin_unknown,
    request.mag_away,
    request.mag_refuses,
    request.proxy_frame_options,
    request.proxy_frame_ancestors,
    page.clock_off,
)


def find_causes(evidence: Evidence) -> list[Finding]:
    """Return every cause found; a page that was not read can only be unreachable."""
    if isinstance(evidence.page, Unreachable):
        return [
            Finding(
                "page-unreachable",
                f"{evidence.page.url} does not answer: {evidence.page.reason}.",
                "Start the portal, or correct --page.",
            )
        ]
    return [finding for check in CHECKS if (finding := check(evidence))]
