"""A partner's portal that signs people in with MAG: one small Flask app, two brands.

Where to look: `app.py` holds the whole of MAG's integration, `guard.py` says who may pass,
`brands.py` what differs between the two brands, and the rest is an ordinary portal.
"""
