"""What of MAG stands in a page: as a browser reads it, whatever the page is made of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mag_server.doctor.markup import Markup, read_markup

PAGE = "https://portail.example/connexion"
ELEMENT = '<mag-signin request="a=1"></mag-signin>'


def read(body: str) -> Markup:
    return read_markup(body, page_url=PAGE)


def sources(body: str) -> list[str]:
    return [script.url for script in read(body).scripts]


@pytest.mark.parametrize(
    "around",
    [
        "<template>{}</template>",
        "<template><template></template>{}</template>",
        "<template/>{}",
        "<template><template shadowrootmode=open></template>{}</template>",
        "<template><textarea></template></textarea>{}</template>",
        "<noscript>{}</noscript>",
        "<noscript><p>{}</p></noscript>",
        "<textarea>{}</textarea>",
        "<title>{}</title>",
        "<iframe>{}</iframe>",
        "<xmp>{}</xmp>",
        "<!-- {} -->",
        "<script>{}</script>",
    ],
)
def test_an_element_that_is_no_part_of_the_page_does_not_count(around: str) -> None:
    assert read(around.format(ELEMENT)).requests == ()


@pytest.mark.parametrize(
    "around",
    [
        "<template></template>{}",
        "<template><template></template></template>{}",
        "<noscript><noscript></noscript>{}",
        "<textarea><textarea></textarea>{}",
        "<div><template shadowrootmode='open'>{}</template></div>",
        "</template>{}",
        "<![%$<a>{}",
        "<![CDATA[<a>{}",
        "<!%>{}",
        "</>{}",
        "<?php ?>{}",
    ],
)
def test_one_that_is_part_of_it_counts_whatever_stands_before_it(around: str) -> None:
    assert read(around.format(ELEMENT)).requests == ("a=1",)


PIECES = [
    "<",
    ">",
    "<!",
    "<![",
    "[",
    "]",
    "--",
    "</",
    "/>",
    "%",
    "=",
    "'",
    '"',
    "&#x",
    " src=",
    "x",
]
TAGS = ["<template", "<noscript", "<script", "<mag-signin", "<base href=", "<meta", "//[", "mag.js"]


@given(st.lists(st.sampled_from(PIECES + TAGS) | st.text(max_size=2), max_size=30))
def test_no_page_stops_the_reader(pieces: list[str]) -> None:
    assert isinstance(read("".join(pieces)), Markup)


@pytest.mark.parametrize(
    "source", ["http://[x/mag.js", "//[/mag.js", "http://é%[/mag.js", "x:/mag.js"]
)
def test_a_script_that_no_browser_would_load_is_passed_over(source: str) -> None:
    assert sources(f'<script src="{source}"></script>') == []


def test_an_address_is_read_as_browsers_write_it() -> None:
    assert sources("<script src=' HTTPS://MAG.example:443/mag.js '></script>") == [
        "https://mag.example/mag.js"
    ]
    assert sources("<script src=/é/mag.js></script>") == ["https://portail.example/%C3%A9/mag.js"]


def test_the_first_base_leads_what_is_relative() -> None:
    base = "<base href='https://mag.example/widget/v1/'><base href='https://other.example/'>"
    assert sources(f"{base}<script src=mag.js></script>") == [
        "https://mag.example/widget/v1/mag.js"
    ]
    assert sources("<base href='http://['><script src=mag.js></script>") == [
        "https://portail.example/mag.js"
    ]


def test_of_two_attributes_the_first_counts_and_one_without_value_is_there() -> None:
    (script,) = read("<script src=/mag.js src=/x.js crossorigin></script>").scripts
    assert script.url == "https://portail.example/mag.js"
    assert script.crossorigin == ""
    assert script.integrity is None
