"""Pairs of names that are one name, or two, in named classes and in generated neighbours."""

import random
import unicodedata
from collections.abc import Callable

# Written by hand: each class is one way in which files, keyboards and people differ.
SAME: dict[str, list[tuple[str, str]]] = {
    "composed and decomposed accents": [
        ("Hélène", unicodedata.normalize("NFD", "Hélène")),
        ("Noël", unicodedata.normalize("NFD", "NOËL")),
        ("Nguyễn", unicodedata.normalize("NFD", "Nguyễn")),
    ],
    "accents left out": [("Hélène", "Helene"), ("François", "FRANCOIS"), ("Muñoz", "Munoz")],
    "accents of neighbours": [("Škoda", "Skoda"), ("Åsa", "Asa"), ("Müller", "MULLER")],
    "case": [("martin", "MARTIN"), ("McDonald", "Mcdonald"), ("élodie", "ÉLODIE")],
    "ligature oe": [("Lefœuvre", "LEFOEUVRE"), ("Cœurdassier", "COEURDASSIER"), ("Œil", "oeil")],
    "ligature ae": [("Lætitia", "LAETITIA"), ("Æneas", "Aeneas"), ("Ǽdvard", "Aedvard")],
    "ligatures of typesetters": [("Saﬁ", "Safi"), ("Leﬂoch", "Lefloch"), ("Goﬀin", "Goffin")],
    "sharp s": [("Strauß", "Strauss"), ("STRAUẞ", "strauss"), ("Weiß", "WEISS")],
    "o with stroke": [("Sørensen", "SORENSEN"), ("Ødegaard", "odegaard"), ("Bǿrn", "Born")],
    "d with stroke and eth": [("Đorđević", "DORDEVIC"), ("Guðrún", "Gudrun"), ("Ðorn", "dorn")],
    "l with stroke": [("Łukasz", "LUKASZ"), ("Michał", "Michal"), ("Wałęsa", "Walesa")],
    "thorn": [("Þór", "Thor"), ("þorsteinn", "THORSTEINN")],
    "Turkish dotless and dotted i": [
        ("Yıldız", "YILDIZ"),
        ("İpek", "Ipek"),
        ("İPEK", "ipek"),
        ("Işık", "isik"),
    ],
    "typewriter and curly apostrophe": [("D'Aubigné", "D’AUBIGNE"), ("L'Hôte", "L‘Hote")],
    "apostrophe left out or a blank": [("D'Aubigné", "d aubigne"), ("N'Diaye", "NDIAYE")],
    "modifier letter apostrophe": [("D\u02bcAubigné", "D'Aubigné"), ("N\u02bcDiaye", "Ndiaye")],
    "n preceded by apostrophe": [("ŉDiaye", "N'Diaye"), ("ŉdiaye", "ndiaye")],
    "okina and reversed comma": [("Ka\u02bbaina", "Ka'aina"), ("Ka\u02bdaina", "Kaaina")],
    "prime marks as apostrophes": [
        ("D\u2032Arc", "D'Arc"),
        ("D\u02b9Arc", "Darc"),
        ("D\u02baArc", "Darc"),
        ("D\u0374Arc", "Darc"),
    ],
    "half rings and vertical line": [
        ("Sa\u02bfid", "Said"),
        ("Qur\u02bean", "Quran"),
        ("D\u02c8Arc", "D'Arc"),
    ],
    "saltillo": [("Pe\ua78cna", "Pe'na"), ("PE\ua78bNA", "Pena")],
    "tone marks used as apostrophes": [("N\u07f4Diaye", "N'Diaye"), ("N\u07f5Diaye", "Ndiaye")],
    "doubled modifier apostrophe": [("O\u02eeNeil", "O'Neil")],
    "accent keys as apostrophes": [
        ("D`Arc", "D'Arc"),
        ("D´Arc", "D'Arc"),
        ("D\u02cbArc", "Darc"),
        ("D\u02caArc", "Darc"),
    ],
    "full-width and other apostrophes": [("D＇Arc", "D'Arc"), ("D\u055aArc", "Darc")],
    "hyphen or blank": [("Jean-Pierre", "JEAN PIERRE"), ("Marie-Ange", "Marie Ange")],
    "hyphens of other kinds": [
        ("Jean\u2010Pierre", "Jean-Pierre"),
        ("Jean\u2011Pierre", "Jean-Pierre"),
        ("Jean\u2013Pierre", "Jean-Pierre"),
        ("Jean\u2014Pierre", "Jean-Pierre"),
        ("Jean\u2212Pierre", "Jean-Pierre"),
        ("Jean\uff0dPierre", "Jean-Pierre"),
    ],
    "double hyphen of two family names": [("Martin--Durand", "MARTIN DURAND")],
    "hyphen left out": [("Jean-Pierre", "JEANPIERRE"), ("Le-Goff", "LEGOFF")],
    "particles": [
        ("de La Fontaine", "De la fontaine"),
        ("DE LA FONTAINE", "delafontaine"),
        ("van der Meer", "Vandermeer"),
        ("Le Goff", "LEGOFF"),
    ],
    "no-break spaces": [
        ("Jean\u00a0Pierre", "Jean Pierre"),
        ("Jean\u202fPierre", "Jean Pierre"),
        ("Le\u2007Goff", "Le Goff"),
    ],
    "spaces of other kinds": [("Le\u2009Goff", "Le Goff"), ("Le\u3000Goff", "Le  Goff")],
    "outer blanks": [("  Martin ", "Martin"), ("\u00a0Martin\u00a0", "MARTIN")],
    "zero-width marks": [
        ("Mar\u200btin", "Martin"),
        ("\ufeffMartin", "Martin"),
        ("Mar\u00adtin", "Martin"),
        ("Mar\u2060tin", "Martin"),
        ("Mar\u200dtin", "Martin"),
    ],
    "full-width letters": [("Ｍａｒｔｉｎ", "Martin"), ("ＬＥ ＧＯＦＦ", "Le Goff")],
    "long s and Kelvin sign": [("Deſmoulins", "Desmoulins"), ("\u212aarl", "Karl")],
    "dots and commas": [("Martin, fils", "Martin fils"), ("J. P.", "JP")],
    "Greek accents and final sigma": [("Παπαδόπουλος", "ΠΑΠΑΔΟΠΟΥΛΟΣ")],
    "Cyrillic case and marks": [("Соколов", "СОКОЛОВ"), ("Фёдор", "Федор")],
    "Arabic vowels": [("مُحَمَّد", "محمد")],
}

DIFFERENT: dict[str, list[tuple[str, str]]] = {
    "another second given name": [("Jean-Pierre", "Jean-Paul")],
    "one letter changed": [("Martin", "Marten"), ("Dupont", "Dupond"), ("Durand", "Durant")],
    "an abbreviation is not guessed": [("Saint-Jean", "St Jean"), ("Sainte-Marie", "Ste Marie")],
    "the first of several given names": [("Jean", "Jean Marie Louis"), ("Marie", "Marie-Ange")],
    "given names in another order": [("Jean Marie", "Marie Jean")],
    "a doubled letter": [("Philippe", "Philipe"), ("Mathieu", "Matthieu")],
    "an umlaut is not spelt with e": [("Müller", "Mueller"), ("Schröder", "Schroeder")],
    "alphabets are not transliterated": [
        ("Соколов", "Sokolov"),
        ("Παπαδόπουλος", "Papadopoulos"),
        ("محمد", "Mohammed"),
    ],
    "letters of another alphabet that look the same": [
        ("Martin", "M\u0430rtin"),
        ("Oscar", "\u039fscar"),
    ],
    "a particle added": [("Fontaine", "La Fontaine"), ("Goff", "Le Goff")],
    "a digit": [("Test", "Test2"), ("Louis 14", "Louis 15")],
    "a digit that looks like a letter": [("Olivier", "0livier"), ("Louis", "L0uis")],
    "a nickname": [("Alexandre", "Alex"), ("Élisabeth", "Élise")],
}

_NAMES = (
    "Hélène", "Jean-Pierre", "D'Aubigné", "de La Fontaine", "Lefœuvre", "Muñoz", "Le Goff",
    "Strauß", "Noël", "N'Diaye", "Łukasz", "Sørensen", "Lætitia", "Garçon", "Maëlle-Océane",
    "L'Hôte du Plessis", "Abgrall", "Floriot", "Nguyễn Thị", "Đặng",
)  # fmt: skip

_REWRITINGS: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.casefold,
    str.title,
    lambda name: unicodedata.normalize("NFD", name),
    lambda name: unicodedata.normalize("NFC", name),
    lambda name: name.replace("'", "’"),
    lambda name: name.replace("'", "\u02bc"),
    lambda name: name.replace("'", " "),
    lambda name: name.replace("-", "\u2011"),
    lambda name: name.replace("-", " "),
    lambda name: name.replace(" ", "\u00a0"),
    lambda name: name.replace(" ", "-"),
    lambda name: name.replace("œ", "oe").replace("æ", "ae").replace("ß", "ss"),
    lambda name: f" {name}\u202f",
    lambda name: name[:1] + "\u200b" + name[1:],
)


def generated_same(count: int) -> list[tuple[str, str]]:
    """Return neighbours by three rewritings at once, the same ones at every run."""
    chance = random.Random(20231005)  # noqa: S311 - repeatable samples, not a secret
    pairs: dict[tuple[str, str], None] = {}
    while len(pairs) < count:
        name = rewritten = chance.choice(_NAMES)
        for rewrite in chance.sample(_REWRITINGS, 3):
            rewritten = rewrite(rewritten)
        if rewritten != name:
            pairs[name, rewritten] = None
    return list(pairs)


def generated_different(count: int) -> list[tuple[str, str]]:
    """Return neighbours by one letter: inserted, removed or replaced by another."""
    chance = random.Random(20231102)  # noqa: S311 - repeatable samples, not a secret
    pairs: dict[tuple[str, str], None] = {}
    while len(pairs) < count:
        name = chance.choice(_NAMES)
        place = chance.choice(
            [i for i, char in enumerate(name) if char.isascii() and char.isalpha()]
        )
        letter = chance.choice([c for c in "bgkqvwxz" if c != name[place].lower()])
        mistake = chance.choice((name[place] + letter, letter, ""))
        pairs[name, name[:place] + mistake + name[place + 1 :]] = None
    return list(pairs)
