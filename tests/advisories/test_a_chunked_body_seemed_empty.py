"""A back end that sends its form in chunks (RFC 9112 section 7.1) was told it had sent nothing."""

import io

from tests.world import World


def test_a_body_without_a_content_length_is_read(sqlite_world: World) -> None:
    sqlite_world.register_partner()
    secret = sqlite_world.secrets["klesia"]
    body = f"grant_type=client_credentials&client_id=klesia&client_secret={secret}"
    answer = sqlite_world.app.test_client().post(
        "/token",
        input_stream=io.BytesIO(body.encode()),
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
    )
    assert answer.status_code == 200


def test_no_more_of_it_is_read_than_of_any_other_body(sqlite_world: World) -> None:
    endless = io.BytesIO(b"a=" + b"x" * 10_000_000)
    answer = sqlite_world.app.test_client().post(
        "/token",
        input_stream=endless,
        content_type="application/x-www-form-urlencoded",
        headers={"Transfer-Encoding": "chunked"},
    )
    assert answer.status_code in {401, 413}
    assert endless.tell() <= 65 * 1024
