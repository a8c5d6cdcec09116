"""What another machine said, fit to be kept and shown."""

MOST_CHARACTERS = 300


def one_line(text: str) -> str:
    """Return a text as one line of at most 300 printable characters.

    A relay or a bounce may say anything: NUL, which PostgreSQL stores in no text, or what moves the
    cursor of the terminal that lists it.
    """
    printable = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(printable.split())[:MOST_CHARACTERS]
