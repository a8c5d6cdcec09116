"""The doctor: why a partner's page does not show the widget, and the exact line that mends it."""
