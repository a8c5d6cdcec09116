"""Which addresses a partner may register, and that only the registered string is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mag_server.base.addresses import (
    UriReason,
    UriRefused,
    check_address,
    detail_for,
    message_for,
    origin_of,
)
from mag_server.rooms.partners.model import (
    Partner,
    PartnerSecret,
    check_initiate_login_uri_registration,
    check_origin_registration,
    check_post_logout_redirect_uri_registration,
    check_redirect_uri_registration,
    check_target_registration,
    find_origin,
    find_post_logout_redirect_uri,
    find_redirect_uri,
    is_client_id,
)
from tests.protocol.origin_classes import MALFORMED_ORIGINS, OTHER_ORIGINS
from tests.protocol.redirect_classes import MALFORMED, MERELY_OTHER
from tests.protocol.redirect_corpus import (
    ORIGINS_IN_ALL,
    REDIRECTS_IN_ALL,
    hostile_origins,
    hostile_redirects,
)

PRODUCTION_URI = "https://klesia.example/mag/callback"
SANDBOX_URI = "http://klesia.localhost:8500/mag/callback"
REGISTERED = [PRODUCTION_URI, SANDBOX_URI]

MAY_BE_REGISTERED = {
    "a callback": PRODUCTION_URI,
    "a port": "https://klesia.example:8443/mag/callback",
    "the root": "https://klesia.example/",
    "a slash at the end": "https://klesia.example/mag/",
    "an accented path in its one encoding": "https://klesia.example/espace-adh%C3%A9rent",
    "a query of its own": "https://klesia.example/callback?tenant=12&space=pro",
    "a host in its xn-- form": "https://xn--socit-esab.example/callback",
    "a label that starts with digits": "https://3939.example/callback",
    "names with hyphens and digits": "https://sso-2.klesia-pro.example/v1.0/call_back~x",
}
SANDBOX_ONLY = {
    "a portal of the demonstration": SANDBOX_URI,
    "localhost": "http://localhost:5000/callback",
    "localhost by https": "https://localhost/callback",
    "IPv4 loopback": "http://127.0.0.1:8500/callback",
    "IPv6 loopback": "http://[::1]:8500/callback",
}
REFUSED_WITH = {
    "": UriReason.EMPTY,
    "https://klesia.example/" + "a" * 1024: UriReason.LENGTH,
    "https://klesia.example/a b": UriReason.CHARACTER,
    "https://klesia.example\\@evil.example/": UriReason.USERINFO,
    "https://klesia.example\\evil/": UriReason.CHARACTER,
    "https://klesia.example/cb\n": UriReason.CHARACTER,
    "https://société.example/cb": UriReason.NOT_ASCII,
    "https://*.klesia.example/cb": UriReason.WILDCARD,
    "https://klesia.example/cb#": UriReason.FRAGMENT,
    "https://user@klesia.example/cb": UriReason.USERINFO,
    "http://klesia.example/cb": UriReason.SCHEME,
    "HTTPS://klesia.example/cb": UriReason.SCHEME,
    "//klesia.example/cb": UriReason.SCHEME,
    "javascript:alert(1)": UriReason.CHARACTER,
    "https:///cb": UriReason.HOST,
    "https://klesia/cb": UriReason.HOST,
    "https://klesia.example./cb": UriReason.HOST,
    "https://klesia..example/cb": UriReason.HOST,
    f"https://{'a' * 64}.example/cb": UriReason.HOST,
    f"https://{'a.' * 130}example/cb": UriReason.HOST,
    "https://Klesia.example/cb": UriReason.HOST_CASE,
    "https://192.0.2.1/cb": UriReason.HOST_NUMBER,
    "https://2130706433/cb": UriReason.HOST_NUMBER,
    "https://klesia.0x7f/cb": UriReason.HOST_NUMBER,
    "https://[2001:db8::1]/cb": UriReason.HOST_NUMBER,
    "https://xn--80ak6aa92e.com/cb": UriReason.HOST_IDN,
    "https://xn--pple-43d.com/cb": UriReason.HOST_IDN,
    "https://xn--klesia-.com/cb": UriReason.HOST,
    "https://xn--klesa-q4a.example/cb": UriReason.HOST_IDN,  # klesıa, without the dot
    "https://xn--pple-p5b.example/cb": UriReason.HOST_IDN,  # ɑpple, with a script a
    "https://xn---tda.example/cb": UriReason.HOST_IDN,  # ü, whose one label is xn--tda
    "https://klesia.example:443/cb": UriReason.PORT,
    "https://klesia.example:/cb": UriReason.PORT,
    "https://klesia.example:065/cb": UriReason.PORT,
    "https://klesia.example:65536/cb": UriReason.PORT,
    "https://klesia.example": UriReason.PATH,
    "https://klesia.example?x": UriReason.PATH,
    "https://klesia.example//cb": UriReason.PATH,
    "https://klesia.example/a/../cb": UriReason.PATH,
    "https://klesia.example/cb/..": UriReason.PATH,
    "https://klesia.example/./cb": UriReason.PATH,
    "https://klesia.example/a%2e%2e": UriReason.PERCENT,
    "https://klesia.example/a%2Fb": UriReason.PERCENT,
    "https://klesia.example/a%5Cb": UriReason.PERCENT,
    "https://klesia.example/a%252F": UriReason.PERCENT,
    "https://klesia.example/%C0%AF": UriReason.PERCENT,
    "https://klesia.example/%c3%a9": UriReason.PERCENT,
    "https://klesia.example/e%CC%81": UriReason.PERCENT,
    "https://klesia.example/%EF%BC%8F": UriReason.PERCENT,
    "https://klesia.example/%EF%BD%81": UriReason.PERCENT,
    "https://klesia.example/%E2%80%AE": UriReason.PERCENT,
    "https://klesia.example/cb?": UriReason.QUERY,
    "https://klesia.example/cb?a=1&&b=2": UriReason.QUERY,
    "https://klesia.example/cb?a=1&a=2": UriReason.QUERY_NAME,
    "https://klesia.example/cb?State=x": UriReason.QUERY_NAME,
}


def partner_with(uri):
    return Partner(
        client_id="klesia",
        name="KLESIA Pro",
        theme="klesia",
        redirect_uris=(uri,),
        origins=(origin_of(uri),),
        post_logout_redirect_uris=(uri,),
        sandbox=True,
    )


@pytest.mark.parametrize("registered", REGISTERED)
def test_the_corpus_holds_what_was_promised(registered):
    redirects, origins = hostile_redirects(registered), hostile_origins(origin_of(registered))
    assert len(MERELY_OTHER | MALFORMED) >= 40
    assert {r.class_name for r in redirects} >= set(MERELY_OTHER | MALFORMED)
    assert len({r.uri for r in redirects}) == len(redirects) == REDIRECTS_IN_ALL == 500
    assert registered not in {r.uri for r in redirects}
    assert len(OTHER_ORIGINS | MALFORMED_ORIGINS) >= 20
    assert {o.class_name for o in origins} >= set(OTHER_ORIGINS | MALFORMED_ORIGINS)
    assert len({o.origin for o in origins}) == len(origins) == ORIGINS_IN_ALL
    assert origin_of(registered) not in {o.origin for o in origins}


def test_the_corpus_is_the_same_at_every_run():
    assert hostile_redirects(PRODUCTION_URI) == hostile_redirects(PRODUCTION_URI)
    assert hostile_redirects(PRODUCTION_URI) != hostile_redirects(SANDBOX_URI)


@pytest.mark.parametrize("registered", REGISTERED)
def test_no_hostile_redirect_uri_is_found_and_the_registered_one_is(registered):
    partner = partner_with(registered)
    found = [r for r in hostile_redirects(registered) if find_redirect_uri(partner, r.uri)]
    assert found == []
    assert not any(
        find_post_logout_redirect_uri(partner, r.uri) for r in hostile_redirects(registered)
    )
    assert find_redirect_uri(partner, registered)
    assert find_post_logout_redirect_uri(partner, registered)


@pytest.mark.parametrize("registered", REGISTERED)
def test_no_hostile_origin_is_found_and_the_registered_one_is(registered):
    partner = partner_with(registered)
    hostile = hostile_origins(origin_of(registered))
    assert [o for o in hostile if find_origin(partner, o.origin)] == []
    assert find_origin(partner, origin_of(registered))


@pytest.mark.parametrize("registered", REGISTERED)
@pytest.mark.parametrize("class_name", MALFORMED)
def test_a_malformed_redirect_uri_may_not_even_be_registered(registered, class_name):
    malformed = [r for r in hostile_redirects(registered) if r.class_name == class_name]
    assert malformed
    for redirect in malformed:
        assert check_redirect_uri_registration(redirect.uri, sandbox=True) is not None, redirect


@pytest.mark.parametrize("registered", REGISTERED)
@pytest.mark.parametrize("class_name", MALFORMED_ORIGINS)
def test_a_malformed_origin_may_not_even_be_registered(registered, class_name):
    malformed = [o for o in hostile_origins(origin_of(registered)) if o.class_name == class_name]
    assert malformed
    for origin in malformed:
        assert check_origin_registration(origin.origin, sandbox=True) is not None, origin


@pytest.mark.parametrize("class_name", MERELY_OTHER)
def test_an_address_that_is_merely_another_could_be_registered_by_its_owner(class_name):
    others = [r.uri for r in hostile_redirects(PRODUCTION_URI) if r.class_name == class_name]
    refused = [uri for uri in others if check_redirect_uri_registration(uri, sandbox=False)]
    assert refused == []


@pytest.mark.parametrize("uri", MAY_BE_REGISTERED.values(), ids=MAY_BE_REGISTERED)
@pytest.mark.parametrize("sandbox", [False, True])
def test_a_plain_https_address_may_be_registered(uri, sandbox):
    assert check_redirect_uri_registration(uri, sandbox=sandbox) is None


@pytest.mark.parametrize("uri", SANDBOX_ONLY.values(), ids=SANDBOX_ONLY)
def test_this_machine_is_for_sandbox_partners_only(uri):
    assert check_redirect_uri_registration(uri, sandbox=True) is None
    assert check_redirect_uri_registration(uri, sandbox=False) == UriRefused(UriReason.LOCAL)
    assert check_origin_registration(origin_of(uri), sandbox=True) is None
    assert check_origin_registration(origin_of(uri), sandbox=False) == UriRefused(UriReason.LOCAL)


def test_http_to_another_machine_is_refused_to_a_sandbox_too():
    refused = check_redirect_uri_registration("http://klesia.example/cb", sandbox=True)
    assert refused == UriRefused(UriReason.SCHEME)


@pytest.mark.parametrize(("uri", "reason"), REFUSED_WITH.items())
def test_a_refused_address_says_why(uri, reason):
    assert check_redirect_uri_registration(uri, sandbox=False) == UriRefused(reason)


def test_a_query_may_not_carry_the_names_the_answer_will_add():
    for name in ("code", "state", "iss", "error", "response"):
        uri = f"https://klesia.example/cb?{name}=x"
        refused = UriRefused(UriReason.QUERY_NAME)
        assert check_redirect_uri_registration(uri, sandbox=False) == refused
    uri = "https://klesia.example/bye?code=x"
    assert check_post_logout_redirect_uri_registration(uri, sandbox=False) is None
    uri = "https://klesia.example/bye?state=x"
    assert check_post_logout_redirect_uri_registration(uri, sandbox=False) is not None
    uri = "https://klesia.example/start?target_link_uri=x"
    assert check_initiate_login_uri_registration(uri, sandbox=False) is not None
    assert check_initiate_login_uri_registration(PRODUCTION_URI, sandbox=False) is None


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("https://klesia.example/taux", None),
        ("https://klesia.example/taux?annee&siret", None),
        ("https://klesia.example/taux?annee=2023", UriReason.QUERY),
        ("https://klesia.example/taux?annee&annee", UriReason.QUERY_NAME),
        ("https://klesia.example/taux#ici", UriReason.FRAGMENT),
        ("http://klesia.example/taux", UriReason.SCHEME),
    ],
)
def test_a_target_is_an_exact_path_and_names_without_values(target, reason):
    expected = UriRefused(reason) if reason else None
    assert check_target_registration(target, sandbox=False) == expected


@pytest.mark.parametrize(
    ("origin", "reason"),
    [
        ("https://klesia.example", None),
        ("https://klesia.example:8443", None),
        ("", UriReason.EMPTY),
        ("null", UriReason.SCHEME),
        ("https://klesia.example/", UriReason.PATH),
        ("https://klesia.example/mag", UriReason.SHAPE),
        ("https://klesia.example:443", UriReason.PORT),
        ("https://KLESIA.example", UriReason.HOST_CASE),
        ("https://*.klesia.example", UriReason.WILDCARD),
    ],
)
def test_an_origin_is_scheme_host_and_port_as_a_browser_sends_them(origin, reason):
    expected = UriRefused(reason) if reason else None
    assert check_origin_registration(origin, sandbox=False) == expected


def test_the_origin_of_an_address_keeps_its_port_and_nothing_after():
    assert origin_of(PRODUCTION_URI) == "https://klesia.example"
    assert origin_of(SANDBOX_URI + "?a=https://evil.example/") == "http://klesia.localhost:8500"
    assert origin_of("http://[::1]:8500/cb") == "http://[::1]:8500"


@pytest.mark.parametrize("text", ["", "null", "https:///cb", "/cb", "javascript:alert(1)"])
def test_what_is_no_address_has_no_origin(text):
    with pytest.raises(ValueError, match="not an address"):
        origin_of(text)


@given(st.text(max_size=60))
def test_no_text_breaks_the_check_and_nothing_odd_passes_it(text):
    for uri in (text, f"https://{text}/", f"https://klesia.example/{text}"):
        if check_address(uri, local_allowed=True) is None:
            assert uri.isascii()
            assert uri.isprintable()
            assert uri.startswith(origin_of(uri) + "/")
            assert not set(uri) & set(' \\@#*;<>"')


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("klesia", True),
        ("mon-compte-formation", True),
        ("k2", True),
        ("a" * 63, True),
        ("a" * 64, False),
        ("k", False),
        ("", False),
        ("-klesia", False),
        ("Klesia", False),
        ("klesia\n", False),
        ("klésia", False),
        ("klesia pro", False),
        ("klesia_pro", False),
        ("٣٣", False),
    ],
)
def test_a_client_id_is_short_plain_and_lower_case(text, expected):
    assert is_client_id(text) is expected


@pytest.mark.parametrize("reason", UriReason)
def test_every_reason_says_what_to_correct_in_both_languages(reason):
    assert message_for(reason).endswith((".", ")."))
    assert detail_for(reason).isascii()
    assert message_for(reason) != detail_for(reason)


def test_a_printed_secret_shows_no_fingerprint():
    secret = PartnerSecret("klesia", 1, None, "f1" * 32)
    assert "f1f1" not in repr(secret)
