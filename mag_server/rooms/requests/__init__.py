"""Authorization requests: what a partner asks, read and judged before anybody is shown a form.

Owns: the checked request, its ordered list of small checks, the response modes.
Promises: one check, one error; an error before the redirect_uri is proved is never redirected.
Does not: know who the person is, decide the next step, or answer.
Source: OpenID Connect Core 1.0 section 3.1.2; RFC 6749 section 4.1; RFC 7636; RFC 9700.
"""
