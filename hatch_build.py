"""Before a wheel or an editable install: build the styles, the scripts and the translations."""

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class MagBuildHook(BuildHookInterface[Any]):
    """Fill `mag_server/static` and compile the catalogues, from what is in the checkout."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002 - hatchling's signature
        """Build; hatchling calls it once a target."""
        sys.path.insert(0, str(Path(self.root)))
        try:
            from mag_server.base import assets, words  # noqa: PLC0415 - importable only from here on
        finally:
            sys.path.remove(str(Path(self.root)))
        assets.build()
        words.compile_catalogues()
