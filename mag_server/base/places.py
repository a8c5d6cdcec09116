"""Where the files that ship with the server are, in a checkout and in an installed wheel."""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent
CHECKOUT = PACKAGE.parent

STATIC = PACKAGE / "static"
TEMPLATES = PACKAGE / "templates"
TRANSLATIONS = PACKAGE / "translations"
# What runs in the browser is only needed where the assets are built: a checkout.
WIDGET = CHECKOUT / "mag_widget"


def themes_folder() -> Path:
    """Find the designer's folder of themes.

    Returns:
        `themes/` of the checkout when the server runs from one, else the copy in the wheel.
    """
    shipped = PACKAGE / "shipped" / "themes"
    return shipped if shipped.is_dir() else CHECKOUT / "themes"
