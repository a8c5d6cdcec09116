"""Arrivals: people who come by an emailed link, and where they go on to.

Owns: what a link's page offers (a form, or to go on as who is signed in), and the one way from an
authentication to the partner's page.
Promises: the receipts of an authentication are written before anybody is sent on, in the same
block; a live session goes on only after an explicit yes; who is not accepted is led nowhere.
Does not: check a password (`signin`), keep or sign anything itself (`visits`, `receipts`).
Source: docs/protocol.md, "The emailed link"; requirements A-14 to A-18.
"""
