import pytest

from tests.world import World


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"siret": "970 505 517 00073"}, "A digit seems wrong. Check the SIRET."),
        ({"siret": "123"}, "A SIRET has 14 digits."),
        ({"nom": "\u202esawyer"}, "Remove the invisible writing-direction marks."),
        ({"password": ""}, "Fill in this field."),
        ({"password": "wrong"}, "Check what you entered."),
    ],
)
def test_what_is_wrong_is_said_in_english_to_who_asked_for_english(
    sqlite_world: World, typed: dict[str, str], sentence: str
) -> None:
    sqlite_world.register_partner()
    sqlite_world.register_person()
    refused = sqlite_world.browser().open_form(ui_locales="en").submit(**typed)
    assert refused.headers["Content-Language"] == "en"
    assert sentence in refused.text
