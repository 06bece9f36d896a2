"""The module ``SampleData``: records what is registered and fetches nothing."""

from __future__ import annotations

import types
from typing import Any

# ruff: noqa: N803 - the names are Slicer's


def sample_data_module(registered: list[dict[str, Any]]) -> types.ModuleType:
    """Return a new module ``SampleData`` that adds each registered data set to a list."""

    class SampleDataLogic:
        """Where modules announce their sample data."""

        @staticmethod
        def registerCustomSampleDataSource(  # noqa: N802, PLR0917
            category: str = "Custom",
            sampleName: str | None = None,
            uris: Any = None,
            fileNames: Any = None,
            nodeNames: Any = None,
            customDownloader: Any = None,
            thumbnailFileName: str | None = None,
            loadFileTypes: Any = None,
            loadFiles: Any = None,
            loadFileProperties: Any = None,
            checksums: Any = None,
            loadFileType: Any = None,
        ) -> None:
            """Announce a data set."""
            registered.append({name: value for name, value in locals().items() if name != "registered"})

    module = types.ModuleType("SampleData")
    module.SampleDataLogic = SampleDataLogic
    return module
