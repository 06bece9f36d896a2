"""The choices of the panel that the parameter node keeps."""

from __future__ import annotations

from enum import Enum

from slicer.i18n import tr as _


class DeclaredView(Enum):
    """What a single image shows, where it does not say it."""

    AUTOMATIC = "automatic"
    ANTERIOR = "anterior"
    POSTERIOR = "posterior"

    def label(self) -> str:
        """Return the words shown in the panel."""
        return {
            DeclaredView.AUTOMATIC: _("as the scan says"),
            DeclaredView.ANTERIOR: _("anterior"),
            DeclaredView.POSTERIOR: _("posterior"),
        }[self]

    @property
    def view(self) -> str | None:
        """Return the view, None where the scan says it."""
        return None if self is DeclaredView.AUTOMATIC else self.value


class PosteriorExport(Enum):
    """Whether the posterior view was exported mirrored."""

    AUTOMATIC = "automatic"
    MIRRORED = "mirrored"
    AS_ACQUIRED = "as acquired"

    def label(self) -> str:
        """Return the words shown in the panel."""
        return {
            PosteriorExport.AUTOMATIC: _("as the scan says"),
            PosteriorExport.MIRRORED: _("mirrored: the patient's right comes first"),
            PosteriorExport.AS_ACQUIRED: _("as acquired: the patient's left comes first"),
        }[self]

    @property
    def flip_posterior(self) -> bool | None:
        """Return whether it was mirrored, None where the scan says it."""
        return None if self is PosteriorExport.AUTOMATIC else self is PosteriorExport.MIRRORED


class Device(Enum):
    """Where the network runs."""

    AUTOMATIC = "auto"
    CPU = "cpu"
    GPU = "cuda"

    def label(self) -> str:
        """Return the words shown in the panel."""
        return {
            Device.AUTOMATIC: _("automatic"),
            Device.CPU: _("CPU"),
            Device.GPU: _("GPU (CUDA)"),
        }[self]
