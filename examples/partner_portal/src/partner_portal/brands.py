"""What differs from one brand to the other: words, pages, folder of templates."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    """One page behind the sign-in, as the menu and the home page present it."""

    endpoint: str
    name: str
    menu: str
    purpose: str


@dataclass(frozen=True, kw_only=True)
class Brand:
    """One brand of the portal; `key` names its templates and its stylesheet.

    `link_targets` are the pages that emailed links lead to, as registered at MAG.
    """

    key: str
    name: str
    audience: str
    has_own_accounts: bool
    assistance: str
    services: tuple[Service, ...]
    link_targets: tuple[str, ...] = ()


KLESIA = Brand(
    key="klesia",
    name="KLESIA Pro",
    audience="Espace client Entreprise et Expert-Comptable",
    has_own_accounts=True,
    assistance="assistance@klesia.example",
    services=(
        Service(
            "klesia.contrats",
            "Vos contrats",
            "Contrats",
            "Santé, prévoyance et retraite\N{NO-BREAK SPACE}: vos garanties et leurs cotisations.",
        ),
        Service(
            "klesia.taux_atmp",
            "Taux AT/MP",
            "Taux AT/MP",
            "Consultez et téléchargez les taux de cotisation de vos établissements.",
        ),
    ),
    link_targets=("/espace/taux-atmp",),
)

MON_COMPTE_FORMATION = Brand(
    key="mon-compte-formation",
    name="Mon Compte Formation",
    audience="Espace des Employeurs et des Financeurs",
    has_own_accounts=False,
    assistance="assistance@mcf.example",
    services=(
        Service(
            "formation.abondement",
            "Mon Compte Formation / Élu",
            "Abondement",
            "Permet d’abonder le compte d’un salarié ou d’un élu.",
        ),
        Service(
            "formation.regularisation",
            "Régularisation",
            "Régularisation",
            "Permet de régulariser en ligne les droits CPF des salariés.",
        ),
    ),
)

BRANDS = {brand.key: brand for brand in (KLESIA, MON_COMPTE_FORMATION)}
