"""The headers of every answer: what a page of this portal may load, send and be framed by."""

from flask import Flask, Response, request

from partner_portal.settings import Settings


def content_security_policy(settings: Settings) -> str:
    """Write the policy of every page.

    `form-action` names MAG because browsers check each hop of the redirects that follow a form:
    signing out posts here, then goes to MAG and back. `script-src` and `frame-src` name it for its
    widget, and nothing else does.
    """
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src 'self' {settings.mag_issuer}",
            f"frame-src {settings.mag_issuer}",
            "style-src 'self'",
            "img-src 'self' data:",
            f"form-action 'self' {settings.mag_issuer}",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def set_headers(app: Flask, settings: Settings) -> None:
    """Set the headers on every answer, errors included."""
    policy = content_security_policy(settings)

    @app.after_request
    def dress(response: Response) -> Response:
        response.headers["Content-Security-Policy"] = policy
        response.headers["X-Content-Type-Options"] = "nosniff"
        response.headers.setdefault("Referrer-Policy", "same-origin")  # the SDK's is stricter
        response.headers["Cross-Origin-Opener-Policy"] = "same-origin"
        response.headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()"
        if settings.is_https:
            response.headers["Strict-Transport-Security"] = "max-age=31536000"
        if request.endpoint != "static":
            # After sign-out, "Back" must not show what was personal.
            response.headers["Cache-Control"] = "no-store"
        return response
