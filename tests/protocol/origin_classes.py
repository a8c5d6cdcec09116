"""The named ways in which an origin lies."""

from collections.abc import Mapping

from tests.protocol.registered_address import EVIL, Forge

# What differs is the place alone: a partner could have registered it, this one did not.
OTHER_ORIGINS: Mapping[str, Forge] = {
    "another host": lambda r: [r.at(EVIL, path=""), f"https://{EVIL}"],
    "another port": lambda r: [f"{r.scheme}://{r.host}:{port}" for port in (1, 8080, 8443, 65535)],
    "another scheme": lambda r: [f"{s}://{r.host}{r.port}" for s in (r.other_scheme,)],
    "subdomain added": lambda r: [r.at(f"evil.{r.host}", path=""), r.at(f"www.{r.host}", path="")],
    "host as a prefix": lambda r: [r.at(f"{r.host}.{EVIL}", path=""), r.at(r.host + "x", path="")],
    "host as a suffix": lambda r: [r.at(f"evil{r.host}", path=""), r.at(f"evil-{r.host}", path="")],
}

# No browser sends these as the origin of a page that may embed the widget.
MALFORMED_ORIGINS: Mapping[str, Forge] = {
    "empty": lambda _: [""],
    "null": lambda _: ["null", "NULL", "undefined"],
    "default port written": lambda r: [f"https://{r.host}:443", f"http://{r.host}:80"],
    "port malformed": lambda r: [
        f"{r.scheme}://{r.host}:{p}" for p in ("", "0", "080", "65536", "*")
    ],
    "slash at the end": lambda r: [r.origin + "/", r.origin + "//"],
    "path": lambda r: [r.origin + "/mag/callback", r.origin + "/.", r.origin + "/.."],
    "query": lambda r: [r.origin + "?", r.origin + "?x=1", r.origin + "/?x=1"],
    "fragment": lambda r: [r.origin + "#", r.origin + "#x", r.origin + "/#x"],
    "userinfo": lambda r: [r.at(f"user@{r.host}", path=""), f"{r.origin}@{EVIL}"],
    "backslash": lambda r: [r.origin + "\\", r.at(f"{EVIL}\\.{r.host}", path="")],
    "scheme in another case": lambda r: [r.scheme.upper() + r.origin[len(r.scheme) :]],
    "host in another case": lambda r: [
        r.at(r.host.upper(), path=""),
        r.at(r.host.title(), path=""),
    ],
    "trailing dot": lambda r: [r.at(r.host + ".", path=""), r.at(r.host + "..", path="")],
    "wildcard": lambda r: ["*", r.at(f"*.{r.host}", path=""), f"{r.scheme}://*", f"{r.origin}:*"],
    "Unicode dots": lambda r: [
        r.at(r.host.replace(".", dot, 1), path="") for dot in ("\u3002", "\uff0e", "\uff61")
    ],
    "full-width characters": lambda r: [r.at(chr(ord(r.host[0]) + 0xFEE0) + r.host[1:], path="")],
    "homoglyphs": lambda r: [r.at(r.host.replace("a", "\u0430", 1) + "\u0430", path="")],
    "punycode of homoglyphs": lambda r: [r.at("xn--80ak6aa92e.com", path="")],
    "control characters": lambda r: [r.origin + c for c in ("\r\n", "\n", "\t", "\x00", "\x7f")],
    "space": lambda r: [r.origin + " ", " " + r.origin, r.origin + "\u00a0", "\ufeff" + r.origin],
    "percent": lambda r: [r.origin + "%00", r.origin + "%2f", r.at(f"%65{r.host}", path="")],
    "number as a host": lambda r: [r.at("2130706433", path=""), r.at("0x7f.1", path="")],
    "IPv6 address": lambda r: [r.at("[::ffff:7f00:1]", path=""), r.at("[2001:db8::1]", path="")],
    "scheme of no page": lambda r: [f"{s}://{r.host}{r.port}" for s in ("ws", "wss", "ftp")],
    "no origin at all": lambda _: ["about:blank", "data:,", "javascript:0", "file://", "blob:null"],
    "blob": lambda r: [f"blob:{r.origin}", f"filesystem:{r.origin}"],
    "custom scheme": lambda _: ["chrome-extension://abcdefghijklmnop", "moz-extension://x"],
    "scheme missing": lambda r: [r.host, r.host + r.port, f"//{r.host}{r.port}"],
    "host missing": lambda r: [f"{r.scheme}://", f"{r.scheme}:", f"{r.scheme}://:8500"],
    "two origins": lambda r: [
        f"{r.origin} https://{EVIL}",
        f"{r.origin},https://{EVIL}",
        f"https://{EVIL} {r.origin}",
        f"{r.origin} {r.origin}",
    ],
    "CSP keywords": lambda r: ["'self'", "'none'", f"{r.origin};script-src *", f"{r.scheme}:"],
    "too long": lambda r: [
        r.at("a" * 64 + "." + r.host, path=""),
        r.at("a." * 600 + r.host, path=""),
    ],
}
