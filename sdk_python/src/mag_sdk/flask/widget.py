"""MAG's form inside a page of the portal: the script, the element, and a way in without either."""

from markupsafe import Markup

from mag_sdk.metadata import Metadata

LABEL = "Se connecter avec Net-Entreprises"


def render_widget(
    metadata: Metadata | None,
    *,
    request: str,
    fallback_url: str,
    label: str = LABEL,
    lazy: bool = False,
    nonce: str | None = None,
    debug: bool = False,
) -> Markup:
    """Write the two lines of HTML that show MAG's form.

    Args:
        metadata: where the script is and what it hashes to; None while MAG is unknown.
        request: the attempt's `widget_request`.
        fallback_url: the full-page way in, shown when the script or MAG does not answer.
        label: what that way in says.
        lazy: open the frame only once it is scrolled or swapped into view.
        nonce: that of the page's Content-Security-Policy, where it runs no script without one.
        debug: say in the browser's console why nothing shows.

    Returns:
        Markup: a script with its integrity (Subresource Integrity) and `<mag-signin>`.
    """
    way_in = Markup('<a href="{}">{}</a>').format(fallback_url, label)
    if metadata is None or metadata.mag_widget_uri is None:
        return way_in
    return Markup(
        '<script src="{}" integrity="{}" crossorigin="anonymous"{} async></script>'
        '<mag-signin request="{}"{}{}>{}</mag-signin>'
    ).format(
        metadata.mag_widget_uri,
        metadata.mag_widget_integrity or "",
        Markup(' nonce="{}"').format(nonce) if nonce else "",
        request,
        Markup(' loading="lazy"') if lazy else "",
        Markup(" debug") if debug else "",
        way_in,
    )
