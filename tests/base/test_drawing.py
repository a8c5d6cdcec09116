"""A drawing is shapes and nothing else."""

import pytest

from mag_server.base.drawing import Drawing, read_drawing

SVG = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8">{}</svg>'


@pytest.mark.parametrize(
    ("inside", "named"),
    [
        ("<script>alert(1)</script>", "script"),
        ("<style>*{}</style>", "style"),
        ('<image href="https://evil.example/x.png"/>', "image"),
        ('<use href="#a"/>', "use"),
        ('<a href="javascript:alert(1)"><path d="M0 0"/></a>', "<a>"),
        ("<foreignObject/>", "foreignObject"),
        ('<animate attributeName="href" to="javascript:x"/>', "animate"),
        ('<set attributeName="onload" to="x"/>', "<set>"),
        ("<text>x</text>", "text"),
        ('<rect onclick="x()"/>', "onclick"),
        ('<rect style="fill:url(https://evil.example)"/>', "style"),
        ('<rect fill="url(https://evil.example/x)"/>', "fill"),
        ('<rect fill="URL(#x)"/>', "fill"),
        ('<rect id="main"/>', "id"),
        ('<rect class="card"/>', "class"),
        ('<rect xmlns:xlink="http://www.w3.org/1999/xlink" xlink:href="x"/>', "href"),
        ('<x:script xmlns:x="http://www.w3.org/1999/xhtml">x</x:script>', "script"),
    ],
)
def test_what_is_not_a_shape_is_refused_by_name(inside, named):
    refused = read_drawing(SVG.format(inside), classes={"mark"})
    assert isinstance(refused, tuple)
    assert named in refused[0]


@pytest.mark.parametrize(
    "text",
    [
        '<!DOCTYPE svg [<!ENTITY a "aaaa">]>' + SVG.format("&a;"),
        '<!doctype svg SYSTEM "file:///etc/passwd">' + SVG.format(""),
        SVG.format("<rect>"),
        "<svg viewBox='0 0 1 1'/>",
        '<svg xmlns="http://www.w3.org/2000/svg"/>',
        SVG.format("<rect/>" * 4000),
        "",
    ],
)
def test_what_is_not_plainly_an_svg_is_refused(text):
    assert isinstance(read_drawing(text, classes=()), tuple)


def test_shapes_pass_and_are_written_anew():
    drawing = read_drawing(
        SVG.format('<!-- a note --><title>A &lt;b&gt;</title><g><rect class="mark" rx="2"/></g>'),
        classes={"mark"},
    )
    assert isinstance(drawing, Drawing)
    assert "<!--" not in drawing.inline
    assert "A &lt;b&gt;" in drawing.inline
    assert 'aria-hidden="true"' in drawing.inline
    assert drawing.as_file({"mark": "#123456"}).count('fill="#123456"') == 1
