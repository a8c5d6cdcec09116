"""The named ways in which a redirect_uri lies."""

from collections.abc import Mapping

from tests.protocol.registered_address import EVIL, Forge

# What differs is the place alone: a partner could have registered it, this one did not.
MERELY_OTHER: Mapping[str, Forge] = {
    "another host": lambda r: [r.at(EVIL), f"https://{EVIL}/", f"https://{EVIL}{r.path}"],
    "another port": lambda r: [
        f"{r.scheme}://{r.host}:{port}{r.path}" for port in (8443, 8080, 1, 65535)
    ],
    "port left out or made up": lambda r: [
        f"{r.scheme}://{r.host}{r.path}",
        f"{r.scheme}://{r.host}:8501{r.path}",
    ],
    "slash added": lambda r: [r.uri + "/"],
    "path longer": lambda r: [r.uri + "/evil", r.uri + ".evil", r.uri + "2", r.uri + "-old"],
    "path shorter": lambda r: [r.uri[:-1], r.on(r.path.rpartition("/")[0] or "/x"), r.on("/")],
    "path in another case": lambda r: [r.on(r.path.upper()), r.on(r.path.title())],
    "another path": lambda r: [r.on("/"), r.on("/evil"), r.on("/logout"), r.on("/evil" + r.path)],
    "query added": lambda r: [r.uri + "?x=1", r.uri + "?next=https://evil.example/", r.uri + "?x"],
    "subdomain added": lambda r: [r.at(f"evil.{r.host}"), r.at(f"www.{r.host}")],
    "host as a prefix": lambda r: [r.at(f"{r.host}.{EVIL}"), r.at(f"{r.host}-{EVIL}")],
    "host as a suffix": lambda r: [r.at(f"evil{r.host}"), r.at(f"evil-{r.host}")],
    "another top level domain": lambda r: [
        r.at(r.host.rpartition(".")[0] + end) for end in (".com", ".org", ".example.net")
    ],
    "host typed nearly right": lambda r: [
        r.at(r.host[0] + r.host),
        r.at(r.host.replace("l", "i", 1)),
        r.at(r.host.replace("a", "4", 1)),
        r.at(r.host.replace(".", "-", 1) + ".example"),
    ],
}

# These may not even be registered: two readers can see two places, or none, in them.
MALFORMED: Mapping[str, Forge] = {
    "empty": lambda _: [""],
    "blank": lambda _: [" ", "\u00a0", "%20"],
    "too long": lambda r: [r.uri + "/" + "a" * 2000, r.uri + "?x=" + "a" * 2000],
    "host too long": lambda r: [r.at("a" * 64 + "." + r.host), r.at("a." * 130 + r.host)],
    "scheme changed": lambda r: [
        f"{scheme}://{r.host}{r.port}{r.path}" for scheme in ("ftp", "ws", "wss", "httpss", "h")
    ],
    "scheme in another case": lambda r: [
        r.scheme.upper() + r.uri[len(r.scheme) :],
        r.scheme.title() + r.uri[len(r.scheme) :],
    ],
    "scheme missing": lambda r: [r.host + r.port + r.path, "://" + r.host + r.path],
    "scheme relative": lambda r: [f"//{r.host}{r.port}{r.path}", f"//{EVIL}", f"///{EVIL}"],
    "scheme doubled": lambda r: [r.scheme + "://" + r.uri, r.scheme + ":" + r.uri],
    "slashes of the scheme miscounted": lambda r: [
        r.uri.replace("://", mark, 1) for mark in (":", ":/", ":///", "://///", "//", ":\\\\")
    ],
    "path alone": lambda r: [r.path, "." + r.path, "?x=1", "callback"],
    "javascript": lambda r: [
        "javascript:alert(1)",
        f"javascript://{r.host}{r.path}%0aalert(1)",
        "JaVaScRiPt:alert(1)",
        "java\tscript:alert(1)",
        " javascript:alert(1)",
    ],
    "data": lambda _: ["data:text/html,<script>alert(1)</script>", "data:;base64,PGI+"],
    "vbscript": lambda _: ["vbscript:msgbox(1)"],
    "blob": lambda r: [f"blob:{r.uri}", f"blob:{r.origin}/0b8c1c9e-0000-4000-8000-000000000000"],
    "filesystem": lambda r: [f"filesystem:{r.origin}/temporary/x"],
    "about": lambda _: ["about:blank", "about:srcdoc"],
    "view-source": lambda r: [f"view-source:{r.uri}"],
    "file": lambda r: ["file:///etc/passwd", f"file://{r.host}{r.path}"],
    "custom scheme": lambda r: [f"myapp://{r.host}{r.path}", "com.example.app:/callback"],
    "null origin": lambda r: ["null", f"null{r.path}"],
    "out of band": lambda _: ["urn:ietf:wg:oauth:2.0:oob", "urn:ietf:wg:oauth:2.0:oob:auto"],
    "userinfo": lambda r: [
        r.at(f"{r.host}@{EVIL}"),
        r.at(f"user:secret@{r.host}"),
        r.at(f"@{r.host}"),
        r.at(f"{r.host}:443@{EVIL}"),
        f"{r.origin}@{EVIL}{r.path}",
    ],
    "encoded userinfo": lambda r: [r.at(f"{r.host}%40{EVIL}"), r.at(f"{EVIL}%40{r.host}")],
    "backslash": lambda r: [
        r.at(f"{EVIL}\\{r.host}"),
        r.at(f"{EVIL}\\.{r.host}"),
        r.uri.replace("/", "\\"),
        r.on("\\" + r.path[1:]),
        r.uri + "\\",
        f"{r.scheme}:\\{EVIL}",
    ],
    "backslash before userinfo": lambda r: [
        r.at(f"{r.host}\\@{EVIL}"),
        r.at(f"{EVIL}\\@{r.host}"),
    ],
    "encoded backslash": lambda r: [r.at(f"{EVIL}%5c.{r.host}"), r.uri + "%5c..%5c", r.uri + "%5C"],
    "double slash": lambda r: [r.on("/" + r.path), r.on(f"//{EVIL}{r.path}"), r.uri + "//"],
    "dot segments": lambda r: [
        r.uri + "/..",
        r.uri + "/../evil",
        r.on("/." + r.path),
        r.on("/evil/.." + r.path),
        r.uri + "/.",
    ],
    "encoded dot segments": lambda r: [
        r.uri + "/%2e%2e/evil",
        r.uri + "/%2E%2E",
        r.uri + "/.%2e/evil",
        r.on("/%2e" + r.path),
    ],
    "encoded slash": lambda r: [
        r.origin + r.path.replace("/", "%2f"),
        r.on("/" + r.path[1:].replace("/", "%2F") + "%2F"),
        r.uri + "%2fevil",
        r.at(f"{EVIL}%2f{r.host}"),
    ],
    "encoded letter": lambda r: [
        r.uri[:-1] + f"%{ord(r.uri[-1]):02x}",
        r.uri[:-1] + f"%{ord(r.uri[-1]):02X}",
        r.at(f"%{ord(r.host[0]):02x}{r.host[1:]}"),
    ],
    "double encoding": lambda r: [
        r.uri + "%252e%252e%252f",
        r.uri + "%25",
        r.uri + "%252f..",
        r.uri + "%2500",
    ],
    "overlong encoding": lambda r: [
        r.uri + "%c0%ae%c0%ae/evil",
        r.uri + "/%C0%AF",
        r.uri + "/%E0%80%AF",
        r.uri + "/%F0%80%80%AF",
    ],
    "invalid UTF-8": lambda r: [r.uri + "%ff", r.uri + "/%C3", r.uri + "/%ED%A0%80", r.uri + "%80"],
    "broken percent": lambda r: [r.uri + "%", r.uri + "%2", r.uri + "%zz", r.uri + "%u002e"],
    "encoded full-width slash": lambda r: [r.uri + "/%EF%BC%8F", r.uri + "/%E2%88%95evil"],
    "encoded control": lambda r: [
        r.uri + tail for tail in ("%00", "%0d%0aLocation:%20https://evil.example", "%09", "%7F")
    ],
    "encoded bidi mark": lambda r: [r.uri + "/%E2%80%AEevil", r.uri + "/%E2%80%8B"],
    "CRLF": lambda r: [
        r.uri + "\r\n",
        r.uri + "\r\nLocation: https://evil.example/",
        r.uri + "\n",
        r.uri + "\r",
        r.at(f"{r.host}\r\n"),
    ],
    "Unicode line ends": lambda r: [r.uri + "\u2028", r.uri + "\u2029", r.uri + "\u0085"],
    "tab": lambda r: [
        r.uri + "\t",
        "\t" + r.uri,
        r.uri[:3] + "\t" + r.uri[3:],
        r.at(f"e\t{r.host}"),
    ],
    "NUL": lambda r: [r.uri + "\x00", r.uri + "\x00.evil", r.at(f"{r.host}\x00.{EVIL}")],
    "other controls": lambda r: [r.uri + "\x1b", "\x01" + r.uri, r.uri + "\x7f", "\x08" + r.uri],
    "space": lambda r: [r.uri + " ", " " + r.uri, r.at(f"{r.host} "), r.at(f"{EVIL} {r.host}")],
    "no-break and zero-width": lambda r: [
        r.uri + "\u00a0",
        "\ufeff" + r.uri,
        r.at(r.host[0] + "\u200b" + r.host[1:]),
        r.at(r.host[0] + "\u00ad" + r.host[1:]),
    ],
    "bidi marks": lambda r: [r.uri + "\u202e", r.at("\u202e" + r.host), r.at(r.host + "\u200f")],
    "fragment": lambda r: [
        r.uri + "#",
        r.uri + "#evil",
        r.uri + "#@evil.example",
        r.at(f"{EVIL}#{r.host}"),
        r.at(f"{EVIL}#@{r.host}"),
    ],
    "Unicode dots": lambda r: [
        r.at(r.host.replace(".", dot, 1)) for dot in ("\u3002", "\uff0e", "\uff61", "\u2024")
    ],
    "Unicode slashes": lambda r: [
        r.at(f"{EVIL}{slash}.{r.host}") for slash in ("\u2044", "\u2215", "\uff0f", "\u29f8")
    ],
    "other Unicode delimiters": lambda r: [
        r.at(f"{EVIL}{mark}{r.host}") for mark in ("\uff03", "\uff1f", "\uff20", "\uff1a", "\u2100")
    ],
    "full-width characters": lambda r: [
        r.at("".join(chr(ord(c) + 0xFEE0) if c != "." else c for c in r.host)),
        r.at(chr(ord(r.host[0]) + 0xFEE0) + r.host[1:]),
        r.on(r.path[:1] + chr(ord(r.path[1:2] or "a") + 0xFEE0) + r.path[2:]),
    ],
    "homoglyphs": lambda r: [
        r.at(swapped)
        for latin, twin in (("a", "\u0430"), ("e", "\u0435"), ("o", "\u03bf"), ("l", "\u04cf"))
        if (swapped := r.host.replace(latin, twin, 1)) != r.host
    ],
    "Turkish and Kelvin letters": lambda r: [
        r.at("\u0131" + r.host),
        r.at(r.host.replace("k", "\u212a", 1) + "\u017f"),
    ],
    "sharp s": lambda r: [r.at(f"stra\u00dfe.{r.host}"), r.at(f"\u00df.{EVIL}")],
    "accented host": lambda r: [r.at(f"\u00e9{r.host}"), r.at(f"e\u0301{r.host}")],
    "punycode of homoglyphs": lambda r: [
        r.at("xn--80ak6aa92e.com"),
        r.at("xn--pple-43d.com"),
        r.at("xn--" + ("\u0430" + r.host[1:4]).encode("punycode").decode() + ".example"),
    ],
    "broken punycode": lambda r: [
        r.at(f"xn--.{r.host}"),
        r.at(f"xn--a.{r.host}"),
        r.at(f"xn--evil-.{r.host}"),
        r.at(f"xn--99999999.{r.host}"),
        r.at(f"zz--evil.{r.host}"),
    ],
    "punycode in another case": lambda r: [r.at(f"XN--bcher-kva.{r.host}")],
    "host in another case": lambda r: [r.at(r.host.upper()), r.at(r.host.title())],
    "trailing dot": lambda r: [r.at(r.host + "."), r.at(r.host + ".."), r.at(EVIL + ".")],
    "empty label": lambda r: [r.at("." + r.host), r.at(r.host.replace(".", "..", 1))],
    "host missing": lambda r: [
        f"{r.scheme}://{r.path}",
        f"{r.scheme}://{r.port or ':443'}{r.path}",
    ],
    "label malformed": lambda r: [
        r.at("-" + r.host),
        r.at("evil-." + r.host),
        r.at("ev_il." + r.host),
        r.at("ev!il." + r.host),
    ],
    "host in brackets": lambda r: [r.at(f"[{r.host}]"), r.at(f"[{r.host}"), r.at(f"{r.host}]")],
    "default port written": lambda r: [
        f"https://{r.host}:443{r.path}",
        f"http://{r.host}:80{r.path}",
    ],
    "port malformed": lambda r: [
        f"{r.scheme}://{r.host}:{port}{r.path}"
        for port in ("", "0", "00", "08500", "65536", "99999999", "-1", "+80", "8 0", "0x50", "a")
    ],
    "two ports": lambda r: [f"{r.scheme}://{r.host}{r.port or ':8443'}:80{r.path}"],
    "digits of another script in the port": lambda r: [
        f"{r.scheme}://{r.host}:\u0668\u0660{r.path}"
    ],
    "decimal address": lambda r: [r.at("2130706433"), r.at("3221226219"), r.at("1.2.3")],
    "octal address": lambda r: [r.at("0177.0.0.1"), r.at("017700000001")],
    "hexadecimal address": lambda r: [r.at("0x7f000001"), r.at("0x7f.0.0.1"), r.at("evil.0x1")],
    "IPv4 address": lambda r: [
        r.at("192.0.2.1"),
        r.at("127.1"),
        r.at("198.51.100.7"),
        r.at("10.0.0.1"),
    ],
    "cloud metadata address": lambda r: [r.at("169.254.169.254"), r.at("[fd00:ec2::254]")],
    "IPv6 address": lambda r: [
        r.at("[2001:db8::1]"),
        r.at("[::ffff:127.0.0.1]"),
        r.at("[0:0:0:0:0:0:0:1]"),
        r.at("[::1%25eth0]"),
        r.at("[::]"),
        r.at("::1"),
    ],
    "localhost written otherwise": lambda r: [
        r.at("localhost."),
        r.at("LOCALHOST"),
        r.at("localhos\u0442"),
        r.at("127.0.0.1."),
        r.at("127.000.000.001"),
        r.at("127.0.0.2"),
    ],
    "plain http to another machine": lambda _: [f"http://{EVIL}/", f"http://localhost.{EVIL}/"],
    "http to a host that only ends like this machine": lambda _: [
        "http://notlocalhost/",
        "http://evil-localhost.example/",
    ],
    "wildcard": lambda r: [
        r.at(f"*.{r.host}"),
        r.at("*"),
        r.on("/*"),
        r.uri + "*",
        r.at(f"{r.host}*"),
    ],
    "semicolon parameters": lambda r: [
        r.uri + ";x=1",
        r.uri + ";jsessionid=1",
        r.on("/..;" + r.path),
        r.at(f"{r.host};{EVIL}"),
    ],
    "answer's own parameters": lambda r: [
        r.uri + tail
        for tail in ("?code=evil", "?state=evil", "?x=1&code=e", "?iss=e", "?error=e", "?CODE=e")
    ],
    "parameter pollution": lambda r: [r.uri + "?x=1&x=2", r.uri + "?x=1&X=2"],
    "query malformed": lambda r: [
        r.uri + "?",
        r.uri + "?&",
        r.uri + "?=1",
        r.uri + "?x=1&",
        r.uri + "??",
    ],
    "second address behind": lambda r: [
        f"{r.uri} https://{EVIL}/",
        f"{r.uri},https://{EVIL}/",
        f"{r.uri}|https://{EVIL}/",
        f"{r.uri}&redirect_uri=https://{EVIL}/",
    ],
    "quotes and angle brackets": lambda r: [
        r.uri + tail for tail in ('"', "'", "<", ">", '"><script>', "`", "{", "}", "^", "|")
    ],
    "template marks": lambda r: [r.uri + "/{{7*7}}", r.uri + "/${x}", r.at("{tenant}." + r.host)],
    "whole address encoded": lambda r: [
        r.uri.replace(":", "%3A"),
        r.uri.replace(":", "%3A").replace("/", "%2F"),
    ],
    "character reference": lambda r: [r.uri.replace(":", "&#58;", 1), r.uri + "&sol;"],
    "path missing": lambda r: [r.origin, f"https://{EVIL}"],
}
