"""The sign-in: from a partner's request to the moment a person is known.

Owns: the pending attempt and the one decision of the next step.
Promises: unknown person, wrong password and struck off get the same answer for the same work; a
form posted twice signs in once; a refusal never erases the count of failures.
Does not: make tokens, draw pages, or redirect.
Source: OpenID Connect Core 1.0 section 3.1.2; RFC 6749; RFC 7636; RFC 9207.
"""
