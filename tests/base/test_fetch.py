"""An address is written as a browser writes it, or said to be none."""

import pytest

from mag_server.base.fetch import Unreachable, as_browsers_write, fetch


@pytest.mark.parametrize(
    ("typed", "asked"),
    [
        ("https://portail.example", "https://portail.example/"),
        (" https://portail.example/a?b=c#d ", "https://portail.example/a?b=c"),
        ("HTTPS://Portail.Example:443/A", "https://portail.example/A"),
        ("http://portail.localhost:80/", "http://portail.localhost/"),
        ("http://portail.localhost:5000/", "http://portail.localhost:5000/"),
        (
            "https://portail.example/connexion-salarié",
            "https://portail.example/connexion-salari%C3%A9",
        ),
        ("https://portail.example/?x=é&y=%C3%A9", "https://portail.example/?x=%C3%A9&y=%C3%A9"),
        ("https://portail.example/a b", "https://portail.example/a%20b"),
        ("https://salarié.example/", "https://xn--salari-gva.example/"),
        ("https://me:secret@portail.example/", "https://portail.example/"),
        ("http://[::1]:8400/", "http://[::1]:8400/"),
    ],
)
def test_an_address_is_asked_for_as_browsers_do(typed: str, asked: str) -> None:
    assert as_browsers_write(typed) == asked
    assert as_browsers_write(asked) == asked


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "portail.example",
        "file:///etc/passwd",
        "https://",
        "https:///x",
        "http://[::1",
        "http://[x]/",
        "http://portail.example:99999/",
        "http://portail.example:²/",
        "http://a..é/",
        "http://" + "é" * 80 + ".example/",
        "http://a\N{DOUBLE QUESTION MARK}b/",
        "http://portail .example/",
    ],
)
def test_what_is_no_address_is_unreachable_and_stops_nothing(typed: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - Python's own sentences too
        as_browsers_write(typed)
    assert isinstance(fetch(typed), Unreachable)
