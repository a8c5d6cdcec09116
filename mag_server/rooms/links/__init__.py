"""Links: what a partner sends by e-mail, and where each of them leads.

Owns: the links, who they are addressed to, when they end, and the receipts that time alone makes.
Promises: a target is, exactly, one that the partner registered; a partner sees its own links only;
nothing says whether an addressee has an account; only a fingerprint of the token is kept.
Does not: sign anybody in (`signin`), note who came (`visits`), send mail (`mail`), sign a receipt
(`receipts`).
Source: docs/protocol.md, "The emailed link"; requirements A-12 to A-18; readings 3 and 7.
"""
