"""How strongly a person proved who they are, from weakest to strongest."""

from mag_sdk.errors import ConfigurationRefused

# `recovered` is the weakest: someone who reads the person's mailbox can reach it, without
# knowing the password. `two-factor` asks for the password and for something the person holds.
LEVELS = ("recovered", "password", "two-factor")


def acr_uri(*, issuer: str, level: str) -> str:
    """Write a level as MAG writes it in `acr`.

    Returns:
        `<issuer>/acr/<level>`.

    Raises:
        ConfigurationRefused: the level is none of `LEVELS`.
    """
    if level not in LEVELS:
        raise ConfigurationRefused("acr", f"{level!r} is none of {', '.join(LEVELS)}")
    return f"{issuer}/acr/{level}"


def minimum_uri(*, issuer: str, minimum: str) -> str:
    """Accept a minimum as a bare level (`two-factor`) or as the whole address.

    Raises:
        ConfigurationRefused: it is not a level of this issuer.
    """
    return acr_uri(issuer=issuer, level=minimum.removeprefix(f"{issuer}/acr/"))


def reaches(*, issuer: str, acr: str, minimum: str) -> bool:
    """Tell whether `acr` is at least `minimum`; an address MAG did not define reaches nothing."""
    ranks = {acr_uri(issuer=issuer, level=level): rank for rank, level in enumerate(LEVELS)}
    if acr not in ranks:
        return False
    return ranks[acr] >= ranks[minimum_uri(issuer=issuer, minimum=minimum)]


def at_least(*, issuer: str, minimum: str) -> str:
    """Write a minimum as `acr_values`, which MAG takes as they are named (OIDC Core 3.1.2.1).

    Returns:
        The minimum and every level above it, from weakest to strongest, separated by spaces.
    """
    levels = [acr_uri(issuer=issuer, level=level) for level in LEVELS]
    return " ".join(acr for acr in levels if reaches(issuer=issuer, acr=acr, minimum=minimum))


def weakest(*, issuer: str, acr_values: str) -> str | None:
    """Find the weakest level a request would be content with.

    Returns:
        One of the space-separated `acr_values`, or None when none is a level of this issuer.
    """
    asked = set(acr_values.split())
    for level in LEVELS:
        if acr_uri(issuer=issuer, level=level) in asked:
            return acr_uri(issuer=issuer, level=level)
    return None


def stronger(*, issuer: str, one: str | None, other: str | None) -> str | None:
    """Keep the stronger of two minimums, either of which may be absent."""
    if one is None or other is None:
        return one or other
    return one if reaches(issuer=issuer, acr=one, minimum=other) else other
