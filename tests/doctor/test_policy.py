import pytest

from mag_server.doctor.policy import forbids, read_policies

PAGE = "https://portail.example"
MAG = "https://mag.example/widget/v1/mag.js"


@pytest.mark.parametrize(
    ("policy", "is_forbidden"),
    [
        ("script-src https://mag.example", False),
        ("script-src mag.example", False),
        ("script-src https:", False),
        ("script-src *", False),
        ("script-src *.example", False),
        ("script-src https://mag.example:443", False),
        ("script-src https://mag.example/widget/", False),
        ("script-src https://mag.example/widget/v1/mag.js", False),
        ("script-src https://mag.example/%77idget/v1/mag.js", False),
        ("script-src https://mag.example/", False),
        ("script-src https://mag.example:*", False),
        ("script-src https://*", False),
        ("script-src http:", False),
        ("script-src HTTPS://MAG.EXAMPLE/widget/", False),
        ("default-src https://mag.example", False),
        ("img-src 'none'", False),
        ("", False),
        ("script-src 'self'", True),
        ("script-src 'none'", True),
        ("script-src", True),
        ("script-src https://mag.example:8443", True),
        ("script-src https://other.example", True),
        ("script-src https://mag.example/other/", True),
        ("script-src https://mag.example/widget/v1/mag", True),
        ("script-src https://mag.example/widget", True),
        ("script-src https://mag.example/WIDGET/", True),
        ("script-src https://mag.example:²", True),
        ("script-src https://mag.example:" + "4" * 5000, True),
        ("script-src https://mag.example:", True),
        ("script-src https://[x", True),
        ("script-src 'none'; script-src https://mag.example", True),
        ("script-src-elem 'none'; script-src https://mag.example", True),
        ("script-src https://mag.example, script-src 'self'", True),
    ],
)
def test_a_source_is_matched_as_browsers_match_it(policy: str, is_forbidden: bool) -> None:  # noqa: FBT001 - a table's column
    policies = read_policies([policy])
    assert forbids(policies, "script-src-elem", MAG, page_origin=PAGE) is is_forbidden
