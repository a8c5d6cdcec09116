"""Forms: a signed copy of the request that anybody may fill, and that signs in once.

Owns: the form's token, its age, and which forms were spent by which proof.
Promises: showing a form writes nothing; what a form carries is what was checked when it was shown.
Does not: stand against forged posts (the Origin does), judge a password, or draw the form.
Source: docs/decisions/0005-signed-forms-not-cookies.md; requirement A-30.
"""
