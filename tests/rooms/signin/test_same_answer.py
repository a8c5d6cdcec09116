"""Unknown, wrong and struck off: the same words, the same status, the same work."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from sqlalchemy import event

from mag_server.rooms.people.actions import radiate_declarant
from tests.world import PASSWORD, World, hidden, shown_code

WRONG = "Mississippi1899"
# Who is named, with which password; the names are of one length, since the form shows them again.
REFUSED = {
    "nobody": ("NOBODY", "ANN", PASSWORD),
    "nobody, at a known person's first name": ("NOBODY", "TOM", PASSWORD),
    "somebody, with a wrong password": ("SAWYER", "TOM", WRONG),
    "somebody struck off, with a wrong password": ("HARPER", "JOE", WRONG),
    "somebody struck off, with the right password": ("HARPER", "JOE", PASSWORD),
    "not validated, with a wrong password": ("THATCH", "BEC", WRONG),
}


@dataclass(frozen=True)
class Told:
    """All that somebody outside could see or measure of one refusal."""

    status: int
    code: str
    size_bytes: int
    page: str
    headers: frozenset[str]
    hashes: int
    statements: tuple[str, ...]


@pytest.fixture
def statements(world: World) -> Iterator[list[str]]:
    """Give the list of the statements that reach the database."""
    seen: list[str] = []

    def note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
        seen.append(statement)

    engines = (world.equipment.database.readers, world.equipment.database.writers)
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    yield seen
    for engine in engines:
        event.remove(engine, "before_cursor_execute", note)


def test_every_refusal_is_one_and_the_same(
    world: World, statements: list[str], argon2_calls: list[str]
):
    world.register_partner()
    world.register_person()
    world.register_person("THATCH", "BEC", email_validated=False)
    radiated = world.register_person("HARPER", "JOE")
    radiate_declarant(world.work(), sub=radiated.sub, by="test")
    world.browser().open_form()  # what is read once a second is read before anything is counted

    def told(nom: str, prenom: str, password: str, address: str) -> Told:
        form = world.browser().open_form(state="the-same", nonce="the-same")
        statements.clear()
        argon2_calls.clear()
        answer = form.submit(nom=nom, prenom=prenom, password=password, address=address)
        # Random, or the person's own words: not told by us. Everything else has to be equal.
        given = [hidden(answer, "form"), answer.headers["X-Trace-Id"], nom, prenom]
        page = answer.text
        for text in given:
            page = page.replace(text, "")
        return Told(
            status=answer.status_code,
            code=shown_code(answer),
            size_bytes=len(answer.data),
            page=page,
            headers=frozenset(name for name, _ in answer.headers),
            hashes=len(argon2_calls),
            statements=tuple(statements),
        )

    stories = {
        title: told(*typed, f"198.51.100.{number}")
        for number, (title, typed) in enumerate(REFUSED.items())
    }
    first = stories["nobody"]
    assert (first.status, first.hashes) == (400, 1)
    assert first.statements
    assert [title for title, story in stories.items() if story != first] == []
