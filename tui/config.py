"""The console's configuration: a TOML file, the environment and the flags, in rising order of authority."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any

from tui.service.budget import Rates
from tui.service.pace import Pace


class ConfigError(Exception):
    """A setting that cannot be used; the message names file, key and line."""


@dataclass(frozen=True, slots=True)
class Config:
    """What one run of the console goes by."""

    local: bool = False
    profile: str | None = None
    region: str | None = None
    endpoint_url: str | None = None
    read_only: bool = False
    data: Path | None = None
    """The data folder of the embedded SageMaker; None for the usual one."""

    theme: str = "sagedeck-dark"
    pace: Pace = field(default_factory=Pace)
    rates: Rates = field(default_factory=Rates)
    keys: Mapping[str, str] = field(default_factory=dict)
    """A person's own keys by command id, e.g. `{"train.stop": "ctrl+x"}`."""

    state_folder: Path = Path()
    """Drafts and the messages of the child processes."""

    @property
    def has_aws_settings(self) -> bool:
        """Whether anything tells the console which AWS account to use."""
        return bool(self.local or self.profile or self.endpoint_url) or aws_settings_present(os.environ)


def aws_settings_present(environment: Mapping[str, str]) -> bool:
    """Whether the environment names credentials, or a shared file has a default profile."""
    if any(environment.get(name) for name in _CREDENTIAL_VARIABLES):
        return True
    return "default" in profiles(environment)


_CREDENTIAL_VARIABLES = (
    "AWS_ACCESS_KEY_ID",
    "AWS_PROFILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
)


def profiles(environment: Mapping[str, str]) -> tuple[str, ...]:
    """The names of the AWS profiles on this machine, `default` first; files that cannot be read count as empty."""
    names: set[str] = set()
    for variable, usual in (
        ("AWS_CONFIG_FILE", "~/.aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ):
        path = Path(environment.get(variable) or usual).expanduser()
        try:
            text = path.read_text(encoding="utf-8", errors="replace")
        except OSError:
            continue
        for section in re.findall(r"^\s*\[\s*(.+?)\s*\]", text, re.MULTILINE):
            kind, _, name = section.partition(" ")
            if name and kind == "profile":
                names.add(name.strip().strip("\"'"))
            elif not name:
                names.add(section)
    return tuple(sorted(names, key=lambda name: (name != "default", name)))


def load(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Config:
    """The configuration of a run; `flags` holds what the command line said, None where it said nothing."""
    home = Path.home()
    state = Path(environment.get("XDG_STATE_HOME") or home / ".local/state") / "sagedeck"
    config = replace(_from_file(_config_path(environment, home)), state_folder=state)
    from_environment = {
        "region": environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION"),
        "profile": environment.get("AWS_PROFILE"),
        "endpoint_url": environment.get("AWS_ENDPOINT_URL_SAGEMAKER") or environment.get("AWS_ENDPOINT_URL"),
    }
    given = {name: value for name, value in (*from_environment.items(), *flags.items()) if value not in (None, False)}
    config = replace(config, **given)
    if config.local:
        config = replace(config, profile=None, region=None, endpoint_url=None)
    return config


def _config_path(environment: Mapping[str, str], home: Path) -> Path:
    if named := environment.get("SAGEDECK_CONFIG"):
        return Path(named)
    return Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "sagedeck" / "config.toml"


def _from_file(path: Path) -> Config:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return Config()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: {error}") from error
    import tomllib  # noqa: PLC0415 - only people with a file pay for it

    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: {error}") from error
    return _Reader(path, text).config(table)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Turns the TOML table into a Config and knows where each key stands."""

    path: Path
    text: str

    def config(self, table: dict[str, Any]) -> Config:
        plain: dict[str, type] = {"profile": str, "region": str, "endpoint_url": str, "read_only": bool, "theme": str}
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key in plain:
                values[key] = self._typed(key, value, plain[key])
            elif key == "polling":
                values["pace"] = self._numbers(key, value, Pace)
            elif key == "rates":
                values["rates"] = self._numbers(key, value, Rates)
            elif key == "keys":
                values["keys"] = {name: self._typed(name, keys, str) for name, keys in self._table(key, value).items()}
            else:
                known = ", ".join([*plain, "[polling]", "[rates]", "[keys]"])
                raise self._error(key, f"there is no such setting. The settings are: {known}")
        return Config(**values)

    def _numbers(self, section: str, value: Any, kind: type[Any]) -> Any:
        known = {item.name for item in fields(kind)}
        numbers: dict[str, float] = {}
        for key, number in self._table(section, value).items():
            if key not in known:
                raise self._error(key, f"[{section}] has no such setting. It has: {', '.join(sorted(known))}")
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < 86400:
                raise self._error(key, "must be a number above 0")
            numbers[key] = float(number)
        return kind(**numbers)

    def _table(self, key: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._error(key, f"must be a table: [{key}]")
        return value

    def _typed(self, key: str, value: Any, kind: type) -> Any:
        if not isinstance(value, kind):
            raise self._error(key, f"must be {'true or false' if kind is bool else 'a text in quotes'}")
        return value

    def _error(self, key: str, problem: str) -> ConfigError:
        pattern = re.compile(rf"""^\s*\[?\s*["']?{re.escape(key)}["']?\s*[=\]]""")
        for number, line in enumerate(self.text.splitlines(), start=1):
            if pattern.match(line):
                return ConfigError(f"{self.path}, line {number}: {key}: {problem}")
        return ConfigError(f"{self.path}: {key}: {problem}")
