"""A form may be posted again: once it counts, never twice (protocol « Repeating a form »)."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from mag_server.rooms.people.actions import list_people, radiate_declarant
from tests.protocol.tokens import published, verified
from tests.world import Browser, World, answer_in, code_in, shown_code


def _sid(visitor: Browser, code: str) -> str:
    token = visitor.redeem(code).get_json()["id_token"]
    claims = verified(token, published(visitor), audience="klesia", at=visitor.world.now)
    sid: str = claims["sid"]
    return sid


def _count(world: World, table: str) -> int:
    with world.equipment.database.readers.connect() as connection:
        found = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar()  # noqa: S608 - our own table
    assert found is not None
    return int(found)


def _failures(world: World) -> int:
    with world.equipment.database.readers.connect() as connection:
        found = connection.execute(text("SELECT sum(failures) FROM attempt_buckets")).scalar()
    return int(found or 0)


def test_the_same_form_and_proof_twice_is_one_session_and_two_codes(mag: World) -> None:
    visitor = mag.browser()
    form = visitor.open_form()
    first, second = code_in(form.submit()), code_in(form.submit())
    assert first != second
    assert _sid(visitor, first) == _sid(visitor, second)
    assert (_count(mag, "sessions"), _count(mag, "signin_attempts")) == (1, 1)
    assert _failures(mag) == 0


def test_the_second_answers_cookie_is_the_live_one(mag: World) -> None:
    visitor = mag.browser()
    form = visitor.open_form()
    form.submit()
    form.submit()
    assert "code" in answer_in(visitor.authorize(prompt="none"))


@pytest.mark.parametrize(
    "typed",
    [
        {"siret": "97050551700072", "nom": "SAWYER", "prenom": "tom"},
        {"siret": "970-505-517 00072", "nom": "Sawyer ", "prenom": " Tom"},
    ],
)
def test_the_same_proof_written_otherwise_is_the_same_proof(
    mag: World, typed: dict[str, str]
) -> None:
    form = mag.browser().open_form()
    form.submit()
    assert form.submit(**typed).status_code == 303


@pytest.mark.parametrize(
    "typed",
    [
        {"password": "wrong"},
        {"password": "Mississippi1876 "},
        {"nom": "Finn", "prenom": "Huck", "password": "Mississippi1884"},
        {"siret": "99900027600017"},
    ],
)
def test_another_proof_on_a_spent_form_is_refused_as_expired(
    mag: World, typed: dict[str, str]
) -> None:
    mag.register_person("FINN", "HUCK", password="Mississippi1884")
    form = mag.browser().open_form()
    form.submit()
    refused = form.submit(**typed)
    assert (refused.status_code, shown_code(refused)) == (400, "MAG-204")
    assert _count(mag, "sessions") == 1


def test_a_spent_form_cannot_be_used_to_guess_passwords(mag: World) -> None:
    # Neither the words nor the status tell a near miss from a far one; and no work is done.
    form = mag.browser().open_form()
    form.submit()
    answers = {shown_code(form.submit(password=f"guess {n}")) for n in range(8)}
    assert answers == {"MAG-204"}


@pytest.mark.parametrize(("seconds", "status"), [(30, 303), (30.001, 400), (3600, 400)])
def test_a_form_repeats_for_30_seconds(mag: World, seconds: float, status: int) -> None:
    form = mag.browser().open_form()
    form.submit()
    mag.pass_time(seconds=seconds)
    repeated = form.submit()
    assert repeated.status_code == status
    if status == 400:
        assert shown_code(repeated) == "MAG-204"


def test_a_refused_form_is_not_spent(mag: World) -> None:
    form = mag.browser().open_form()
    assert form.submit(password="wrong").status_code == 400
    assert form.submit().status_code == 303


def test_a_spent_form_after_signing_out_signs_nobody_in(mag: World) -> None:
    visitor = mag.browser()
    form = visitor.open_form()
    hint = visitor.redeem(code_in(form.submit())).get_json()["id_token"]
    visitor.get(f"/logout?id_token_hint={hint}")
    assert shown_code(form.submit()) == "MAG-204"
    assert answer_in(visitor.authorize(prompt="none"))["error"] == "login_required"


@pytest.mark.parametrize("mode", ["query", "web_message"])
def test_a_form_repeated_by_who_was_struck_off_meanwhile_signs_nobody_in(
    mag: World, mode: str
) -> None:
    form = mag.browser().open_form(response_mode=mode)
    assert form.submit().status_code < 400
    (person,) = list_people(mag.work())
    radiate_declarant(mag.work(), sub=person.sub, by="test")
    assert shown_code(form.submit()) == "MAG-204"


def test_eight_posts_of_one_form_at_once_are_one_sign_in(either_mag: World) -> None:
    form = either_mag.browser().open_form()
    token = form.token

    def post(_: int) -> str:
        visitor = either_mag.browser()
        fields = {
            "form": token,
            "siret": "97050551700072",
            "nom": "Sawyer",
            "prenom": "Tom",
            "password": "Mississippi1876",
        }
        return code_in(visitor.post("/sign-in", fields))

    with ThreadPoolExecutor(8) as threads:
        # Five at once: the allowance of one triplet, each of them charged before it is checked.
        codes = list(threads.map(post, range(4)))
    visitor = either_mag.browser()
    assert len(set(codes)) == 4
    assert len({_sid(visitor, code) for code in codes}) == 1
    assert _count(either_mag, "sessions") == 1
    assert _failures(either_mag) == 0


def test_a_right_and_a_wrong_post_at_once_never_sign_the_wrong_one_in(either_mag: World) -> None:
    token = either_mag.browser().open_form().token

    def post(password: str) -> int:
        fields = {
            "form": token,
            "siret": "97050551700072",
            "nom": "Sawyer",
            "prenom": "Tom",
            "password": password,
        }
        return either_mag.browser().post("/sign-in", fields).status_code

    with ThreadPoolExecutor(3) as threads:
        assert list(threads.map(post, ["Mississippi1876", "wrong", "other"])) == [303, 400, 400]
    assert _count(either_mag, "sessions") == 1
