"""Themes: how MAG's pages look and speak at a partner's.

Owns: reading a designer's folder (theme.toml, logo.svg, words.<language>.toml), refusing what
would be unsafe, unreadable or untrue, and turning it into a stylesheet and a logo.
Promises: a theme that loads passes the contrast of WCAG 2.2 (1.4.3, 1.4.11) in light and dark,
leads nowhere unsafe, carries no script, and promises no password rule that MAG does not have.
Does not: render a page, nor know which partner uses which theme.
Source: A-31, A-38, A-41, D-17 to D-24; readings 8 and 21.
"""
