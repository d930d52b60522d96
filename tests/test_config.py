"""The configuration: flags over environment over file over defaults, and files that are wrong."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import botocore.session
import pytest

from tui.config import Config, ConfigError, aws_settings_present, load, profiles
from tui.service.budget import Rates
from tui.service.pace import Pace

FLAGS: dict[str, Any] = {
    "local": False,
    "profile": None,
    "region": None,
    "endpoint_url": None,
    "read_only": False,
    "data": None,
}


def loaded(text: str = "", environment: dict[str, str] | None = None, **flags: Any) -> Config:
    """The configuration with a file in its usual place."""
    path = usual_file()
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return load(FLAGS | flags, dict(os.environ) | (environment or {}))


def usual_file() -> Path:
    return Path(os.environ["XDG_CONFIG_HOME"]) / "sagedeck" / "config.toml"


def complaint(text: str) -> str:
    """What is said about a file, without its path."""
    with pytest.raises(ConfigError) as caught:
        loaded(text)
    said = str(caught.value)
    assert said.startswith(str(usual_file()))
    return said.removeprefix(str(usual_file()))


def test_without_anything_there_are_defaults() -> None:
    config = load(FLAGS, os.environ)
    assert config == Config(state_folder=Path(os.environ["XDG_STATE_HOME"]) / "sagedeck")
    assert (config.theme, config.pace, config.rates) == ("sagedeck-dark", Pace(), Rates())
    assert not config.has_aws_settings


def test_the_price_file_is_found_from_the_folder_of_the_configuration() -> None:
    assert loaded('price_file = "prices.toml"\n').price_file == usual_file().parent / "prices.toml"
    assert loaded('price_file = "/etc/prices.toml"\n').price_file == Path("/etc/prices.toml")
    assert loaded().price_file is None
    assert complaint("price_file = 3\n") == ", line 1: price_file: must be a text in quotes"


@pytest.mark.parametrize(
    ("key", "variable"),
    [("profile", "AWS_PROFILE"), ("region", "AWS_REGION"), ("endpoint_url", "AWS_ENDPOINT_URL")],
)
def test_flags_come_before_the_environment_before_the_file(key: str, variable: str) -> None:
    file, environment = f'{key} = "from file"\n', {variable: "from environment"}
    assert getattr(loaded(file, environment, **{key: "from flags"}), key) == "from flags"
    assert getattr(loaded(file, environment), key) == "from environment"
    assert getattr(loaded(file), key) == "from file"
    assert getattr(loaded(file, {variable: ""}), key) == "from file", "an empty variable says nothing"
    assert getattr(loaded(), key) is None


def test_every_setting_of_a_file_arrives() -> None:
    config = loaded(
        'profile = "prod"\nregion = "eu-west-1"\nendpoint_url = "http://x"\n'
        'read_only = true\ntheme = "sagedeck-light"\n'
        "[polling]\nlisting = 30\nchanging = 2.5\nlogs = 1\n"
        "[rates]\nlisting = 0.5\ndescribing = 2\nlogs = 3\nother = 4\n"
        "[logs]\nmemory_mb = 0.5\n"
        '[keys]\n"train.stop" = "ctrl+x"\n'
    )
    assert (config.profile, config.region, config.endpoint_url) == ("prod", "eu-west-1", "http://x")
    assert (config.read_only, config.theme) == (True, "sagedeck-light")
    assert config.pace == Pace(30.0, 2.5, 1.0)
    assert config.rates == Rates(0.5, 2.0, 3.0, 4.0)
    assert config.logs.memory_bytes == 512 * 1024
    assert config.keys == {"train.stop": "ctrl+x"}


def test_a_file_cannot_be_made_less_strict_by_a_flag_that_was_not_given() -> None:
    assert loaded("read_only = true").read_only
    assert loaded(read_only=True).read_only


def test_keys_in_the_environment_come_before_a_profile_that_was_not_asked_for() -> None:
    keys = {"AWS_ACCESS_KEY_ID": "AKID", "AWS_SECRET_ACCESS_KEY": "s"}
    assert loaded('profile = "prod"', keys).profile is None
    assert loaded("", keys | {"AWS_PROFILE": "prod"}).profile is None
    assert loaded("", keys, profile="prod").profile == "prod"


def test_the_region_is_named_in_either_way() -> None:
    assert loaded("", {"AWS_DEFAULT_REGION": "a"}).region == "a"
    assert loaded("", {"AWS_DEFAULT_REGION": "a", "AWS_REGION": "b"}).region == "b"


def test_an_endpoint_for_one_service_is_left_to_that_service() -> None:
    assert loaded("", {"AWS_ENDPOINT_URL_SAGEMAKER": "http://x"}).endpoint_url is None


def test_the_embedded_sagemaker_takes_nothing_of_aws() -> None:
    config = loaded('profile = "prod"\nread_only = true', {"AWS_REGION": "r", "AWS_ENDPOINT_URL": "u"}, local=True)
    assert (config.profile, config.region, config.endpoint_url) == (None, None, None)
    assert config.read_only
    assert config.has_aws_settings


def test_the_data_folder_of_the_flags() -> None:
    assert loaded(data=Path("here")).data == Path("here")


def test_another_file_can_be_named(tmp_path: Path) -> None:
    named = tmp_path / "mine.toml"
    named.write_text('theme = "mine"')
    assert loaded('theme = "usual"', {"SAGEDECK_CONFIG": str(named)}).theme == "mine"
    with pytest.raises(ConfigError) as caught:
        loaded("", {"SAGEDECK_CONFIG": str(tmp_path / "missing.toml")})
    assert str(caught.value) == f"{tmp_path / 'missing.toml'}: cannot be read: No such file or directory"


SETTINGS = "profile, region, endpoint_url, read_only, theme, price_file, [polling], [rates], [logs], [keys]"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('\nprofil = "x"\n', f", line 2: profil: there is no such setting. The settings are: {SETTINGS}"),
        ("[colours]\n", f", line 1: colours: there is no such setting. The settings are: {SETTINGS}"),
        ("profile = 1", ", line 1: profile: must be a text in quotes"),
        ('read_only = "yes"', ", line 1: read_only: must be true or false"),
        ("# polling\npolling = 5", ", line 2: polling: must be a table: [polling]"),
        ("[polling]\nlist = 5", ", line 2: list: [polling] has no such setting. It has: changing, listing, logs"),
        (
            "[rates]\nlist = 5",
            ", line 2: list: [rates] has no such setting. It has: describing, listing, logs, other",
        ),
        ("[polling]\nlisting = 1\n[rates]\nlisting = 0", ", line 4: listing: must be a number above 0 and below 86400"),
        ("[polling]\nlisting = 1e9", ", line 2: listing: must be a number above 0 and below 86400"),
        ("[polling]\nlisting = nan", ", line 2: listing: must be a number above 0 and below 86400"),
        ("[polling]\nlisting = true", ", line 2: listing: must be a number above 0 and below 86400"),
        ('[polling]\nlisting = "5"', ", line 2: listing: must be a number above 0 and below 86400"),
        ('theme = "x"\n[keys]\n"train.stop" = 5', ", line 3: train.stop: must be a text in quotes"),
        ("[keys]\ntheme = 5", ", line 2: theme: must be a text in quotes"),
        ("polling = {listing = 0}", ": listing: must be a number above 0 and below 86400"),
    ],
)
def test_a_wrong_setting_is_named_with_its_line(text: str, said: str) -> None:
    assert complaint(text) == said


def test_what_is_no_toml_is_said_with_its_line() -> None:
    said = complaint('theme = "x"\nregion = eu-west-1\n')
    assert "line 2" in said
    assert complaint('theme = "a"\ntheme = "b"\n').startswith(": Cannot overwrite a value")


def test_what_cannot_be_read_is_said() -> None:
    usual_file().parent.mkdir(parents=True)
    usual_file().write_bytes(b'theme = "\xff"')
    with pytest.raises(ConfigError, match=r"config\.toml: cannot be read: it is not UTF-8 text$"):
        load(FLAGS, os.environ)
    usual_file().unlink()
    usual_file().mkdir()
    with pytest.raises(ConfigError, match=r"config\.toml: cannot be read: Is a directory$"):
        load(FLAGS, os.environ)


CONFIG_FILE = """\
[profile zeta]
region = a
[profile "two words"]
region = a
[profile alpha] # the best
region = a
[default]
region = a
[sso-session shared]
sso_region = a
[services local]
s3 =
  endpoint_url = http://x
[plugins]
x = y
"""

CREDENTIALS_FILE = """\
[beta]
aws_access_key_id = a
[profile odd]
aws_access_key_id = a
[alpha]
aws_access_key_id = a
"""


def write_profiles() -> None:
    folder = Path.home() / ".aws"
    folder.mkdir()
    (folder / "config").write_text(CONFIG_FILE)
    (folder / "credentials").write_text(CREDENTIALS_FILE)


def test_the_profiles_are_those_that_botocore_finds() -> None:
    write_profiles()
    found = profiles(os.environ)
    assert found == ("default", "alpha", "beta", "profile odd", "two words", "zeta")
    assert sorted(found) == sorted(botocore.session.Session().available_profiles)


def test_the_files_of_profiles_can_be_named(tmp_path: Path) -> None:
    write_profiles()
    (tmp_path / "c").write_text("[profile mine]\n")
    (tmp_path / "k").write_text("[yours]\n")
    environment = {"AWS_CONFIG_FILE": str(tmp_path / "c"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path / "k")}
    assert profiles(environment) == ("mine", "yours")


def test_files_that_cannot_be_read_hold_no_profiles(tmp_path: Path) -> None:
    assert profiles({}) == ()
    (tmp_path / "c").write_bytes(b"\xff[profile x]\n[profile y\xff]\n\x00")
    environment = {"AWS_CONFIG_FILE": str(tmp_path / "c"), "AWS_SHARED_CREDENTIALS_FILE": str(tmp_path)}
    assert profiles(environment) == ("y\ufffd",)


@pytest.mark.parametrize(
    ("name", "value", "present"),
    [
        ("AWS_ACCESS_KEY_ID", "AKID", True),
        ("AWS_PROFILE", "prod", True),
        ("AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "/x", True),
        ("AWS_CONTAINER_CREDENTIALS_FULL_URI", "http://x", True),
        ("AWS_WEB_IDENTITY_TOKEN_FILE", "f", True),
        ("AWS_ACCESS_KEY_ID", "", False),
        ("AWS_REGION", "eu-west-1", False),
    ],
)
def test_whether_the_environment_says_which_account(name: str, value: str, present: bool) -> None:
    assert aws_settings_present({name: value}) is present


def test_a_default_profile_says_which_account_and_another_one_does_not() -> None:
    folder = Path.home() / ".aws"
    folder.mkdir()
    (folder / "credentials").write_text("[prod]\n")
    assert not aws_settings_present({})
    (folder / "credentials").write_text("[default]\n")
    assert aws_settings_present({})


@pytest.mark.parametrize("setting", [{"local": True}, {"profile": "p"}, {"endpoint_url": "u"}])
def test_what_a_person_asked_for_counts_as_settings(setting: dict[str, Any]) -> None:
    assert Config(**setting).has_aws_settings
