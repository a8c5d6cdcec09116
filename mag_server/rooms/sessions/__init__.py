"""Sessions, and what makes a device or a network familiar.

Owns: the sessions people have at MAG, their cookies' fingerprints, device cookies, the networks
from which a triplet signed in.
Promises: a session dies after 30 minutes idle, or 10 hours after the last proof however used; a new
sign-in has a new cookie.
Does not: decide who may sign in, nor what a partner learns.
Source: OpenID Connect Session Management vocabulary (`sid`); ASVS 5.0 chapter V7.
"""
