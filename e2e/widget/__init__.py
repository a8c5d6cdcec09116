"""The widget in a real browser: on the portals, and on pages as a partner would write them."""
