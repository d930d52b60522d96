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
class LogLimits:
    """What a log that is shown may take of the machine."""

    memory_mb: float = 128
    """Text kept in memory, in units of 2**20 bytes; that of older lines goes to a temporary file."""

    @property
    def memory_bytes(self) -> int:
        """The same in bytes."""
        return int(self.memory_mb * (1 << 20))


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
    price_file: Path | None = None
    """A person's own hourly prices; None for the price list of AWS or the built-in table."""

    pace: Pace = field(default_factory=Pace)
    rates: Rates = field(default_factory=Rates)
    logs: LogLimits = field(default_factory=LogLimits)
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
    names = set(_sections(environment.get("AWS_SHARED_CREDENTIALS_FILE") or "~/.aws/credentials"))
    for section in _sections(environment.get("AWS_CONFIG_FILE") or "~/.aws/config"):
        kind, _, name = section.partition(" ")
        if kind == "profile":
            names.add(name.strip().strip("\"'"))
        elif section == "default":
            names.add(section)
    return tuple(sorted(names, key=lambda name: (name != "default", name)))


def _sections(file: str) -> list[str]:
    try:
        text = Path(file).expanduser().read_text(encoding="utf-8", errors="replace")
    except OSError:
        return []
    return re.findall(r"^\[([^\]\n]+)\]", text, re.MULTILINE)


def load(flags: Mapping[str, Any], environment: Mapping[str, str]) -> Config:
    """The configuration of a run; `flags` holds what the command line said, None where it said nothing."""
    home = Path.home()
    state = Path(environment.get("XDG_STATE_HOME") or home / ".local/state") / "sagedeck"
    config = replace(_configured(environment, home), state_folder=state)
    from_environment: dict[str, Any] = {
        "region": environment.get("AWS_REGION") or environment.get("AWS_DEFAULT_REGION"),
        "profile": environment.get("AWS_PROFILE"),
        "endpoint_url": environment.get("AWS_ENDPOINT_URL"),
    }
    config = replace(config, **{name: value for name, value in from_environment.items() if value})
    if environment.get("AWS_ACCESS_KEY_ID"):
        config = replace(config, profile=None)  # as in every AWS tool, keys in the environment come first
    config = replace(config, **{name: value for name, value in flags.items() if value})
    if config.local:
        config = replace(config, profile=None, region=None, endpoint_url=None)
    return config


def _configured(environment: Mapping[str, str], home: Path) -> Config:
    if named := environment.get("SAGEDECK_CONFIG"):
        return _from_file(Path(named))
    usual = Path(environment.get("XDG_CONFIG_HOME") or home / ".config") / "sagedeck" / "config.toml"
    return _from_file(usual) if usual.exists() else Config()


def _from_file(path: Path) -> Config:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
        raise ConfigError(f"{path}: cannot be read: {problem}") from error
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
        plain: dict[str, type] = {
            "profile": str,
            "region": str,
            "endpoint_url": str,
            "read_only": bool,
            "theme": str,
            "price_file": str,
        }
        values: dict[str, Any] = {}
        for key, value in table.items():
            if key in plain:
                values[key] = self._typed(key, value, plain[key])
            elif key == "polling":
                values["pace"] = self._numbers(key, value, Pace)
            elif key == "rates":
                values["rates"] = self._numbers(key, value, Rates)
            elif key == "logs":
                values["logs"] = self._numbers(key, value, LogLimits)
            elif key == "keys":
                keys = self._table(key, value)
                values["keys"] = {name: self._typed(name, binding, str, key) for name, binding in keys.items()}
            else:
                known = ", ".join([*plain, "[polling]", "[rates]", "[logs]", "[keys]"])
                raise self._error(key, f"there is no such setting. The settings are: {known}")
        if "price_file" in values:
            values["price_file"] = self.path.parent / Path(values["price_file"]).expanduser()
        return Config(**values)

    def _numbers(self, section: str, value: Any, kind: type[Any]) -> Any:
        known = {item.name for item in fields(kind)}
        numbers: dict[str, float] = {}
        for key, number in self._table(section, value).items():
            if key not in known:
                raise self._error(key, f"[{section}] has no such setting. It has: {', '.join(sorted(known))}", section)
            if isinstance(number, bool) or not isinstance(number, int | float) or not 0 < number < 86400:
                raise self._error(key, "must be a number above 0 and below 86400", section)
            numbers[key] = float(number)
        return kind(**numbers)

    def _table(self, key: str, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self._error(key, f"must be a table: [{key}]")
        return value

    def _typed(self, key: str, value: Any, kind: type, section: str = "") -> Any:
        if not isinstance(value, kind):
            raise self._error(key, f"must be {'true or false' if kind is bool else 'a text in quotes'}", section)
        return value

    def _error(self, key: str, problem: str, section: str = "") -> ConfigError:
        line = self._line_of(key, section)
        return ConfigError(f"{self.path}{f', line {line}' if line else ''}: {key}: {problem}")

    def _line_of(self, key: str, section: str) -> int | None:
        """The line of a key or table; None where it is written in another way than a key on a line of its own."""
        inside = ""
        for number, line in enumerate(self.text.splitlines(), start=1):
            if header := re.match(r"\s*\[\s*([^\]]+?)\s*\]", line):
                inside = header[1].strip("\"'")
                if inside == key and not section:
                    return number
            elif inside == section and re.match(rf"""\s*["']?{re.escape(key)}["']?\s*=""", line):
                return number
        return None
