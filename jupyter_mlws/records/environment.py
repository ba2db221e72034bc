"""What an interpreter holds, as it was when a run was submitted."""

from msgspec import Struct


class EnvironmentRecord(Struct, frozen=True, kw_only=True):
    """Stored by digest; many runs share one."""

    python: str  # absolute path
    version: str  # "3.12.7"
    implementation: str  # "CPython"
    platform: str  # "linux-x86_64"
    packages: dict[str, str]  # name → version
