"""Visits: what happened at a link, from a bare fetch to a sign-in.

Owns: the traces of fetches, the authentications noted for a link, the visit handles.
Promises: a fetch proves nothing and writes a trace only; an act is noted once, however often it
comes; a stranger who is refused is not named to the partner; a trace is forgotten in time.
Does not: sign anybody in (`signin`), make or change a link (`links`), sign a receipt (`receipts`).
Source: docs/protocol.md, "The emailed link"; requirements A-14 to A-18; readings 5 and 6; CNIL
deliberation 2021-122 on logging.
"""
