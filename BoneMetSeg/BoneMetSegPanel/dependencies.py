"""The Python packages that Slicer does not bring: installed when needed, with consent; none is replaced.

Torch comes through the extension PyTorch where it is installed, which chooses the build for the computer's GPU. A
folder of wheels (``BoneMetSeg/WheelsFolder`` in Slicer's settings) serves computers without internet.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import importlib.util
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import qt
import slicer
from slicer.i18n import tr as _

_LOG = logging.getLogger(__name__)

# One string for each package, used everywhere: two that disagree would download it twice.
TORCH = "torch>=2.4"
PACKAGES = ("transformers>=4.44", "safetensors>=0.4.3", "tokenizers>=0.19")
PDF_PACKAGE = "pdfminer.six>=20251230"
PICTURE_PACKAGE = "matplotlib>=3.8"
WHEELS_SETTING = "BoneMetSeg/WheelsFolder"
# What Slicer brings stays as it is, whatever a new package would like.
_BUNDLED = ("numpy", "scipy", "pydicom", "SimpleITK", "pillow", "requests", "packaging", "PyJWT", "setuptools")


class DependencyRefused(Exception):  # noqa: N818 (a decision, no fault)
    """The user does not want the packages now."""


class DependencyFailure(Exception):  # noqa: N818
    """The packages cannot be installed; the text says what to do."""


def missing_packages(requirements: Sequence[str]) -> list[str]:
    """Return those requirements that are not installed, or too old; nothing is imported for it."""
    return [requirement for requirement in requirements if not _is_satisfied(requirement)]


def ensure_network_packages() -> None:
    """Ask for and install what the network needs, if anything is missing.

    Raises
    ------
    DependencyRefused, DependencyFailure
    """
    missing = missing_packages((TORCH, *PACKAGES))
    if missing:
        _ask(missing, _("Segmentation needs Python packages that are not installed yet:"))
        _install(missing)


def ensure_package(requirement: str, purpose: str) -> None:
    """Ask for and install a package that one thing needs, such as reading a PDF.

    Raises
    ------
    DependencyRefused, DependencyFailure
    """
    if missing_packages((requirement,)):
        _ask([requirement], purpose)
        _install([requirement])


def wheels_folder() -> Path | None:
    """Return the folder of wheels for computers without internet, None where none is set."""
    value = str(qt.QSettings().value(WHEELS_SETTING, "") or "")
    return Path(value) if value else None


def set_wheels_folder(folder: Path | None) -> None:
    """Remember a folder of wheels in Slicer's settings."""
    qt.QSettings().setValue(WHEELS_SETTING, "" if folder is None else str(folder))


def _is_satisfied(requirement: str) -> bool:
    name, _separator, floor = requirement.partition(">=")
    try:
        installed = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return False
    return _numbers(installed) >= _numbers(floor)


def _numbers(version: str) -> tuple[int, ...]:
    parts = version.split("+", maxsplit=1)[0].split(".")
    return tuple(int("".join(digit for digit in part if digit.isdigit()) or 0) for part in parts[:3])


def _ask(missing: Sequence[str], purpose: str) -> None:
    packages = "\n".join(f"    {requirement}" for requirement in missing)
    folder = wheels_folder()
    source = (
        _("They are taken from the folder {folder}.").format(folder=folder)
        if folder
        else _("They are downloaded from the internet: up to 200 MB, with a GPU build of PyTorch up to 3 GB.")
    )
    question = _("This changes Slicer's own Python. Nothing that Slicer brings is replaced. Install now?")
    if not slicer.util.confirmOkCancelDisplay(f"{purpose}\n\n{packages}\n\n{source}\n{question}", "BoneMetSeg"):
        raise DependencyRefused


def _install(missing: Sequence[str]) -> None:
    try:
        others = [requirement for requirement in missing if requirement != TORCH]
        with slicer.util.WaitCursor():
            if TORCH in missing:
                _install_torch()
            if others:
                _pip_install(others)
        importlib.invalidate_caches()
    except DependencyFailure:
        raise
    except Exception as error:  # pip fails in as many ways as networks do
        _LOG.exception("installation failed")
        raise DependencyFailure(
            _(
                "The Python packages could not be installed: {reason}\n\nCheck the internet connection and the proxy, "
                "or download the wheels on another computer and choose their folder under Model and settings. The log "
                "(View > Error Log) has the details."
            ).format(reason=str(error).splitlines()[0] if str(error) else type(error).__name__)
        ) from error
    still = missing_packages(missing)
    if still:
        raise DependencyFailure(
            _(
                "These packages are still missing: {packages}. Save the scene, restart Slicer and press Segment again."
            ).format(packages=", ".join(still))
        )


def _install_torch() -> None:
    if wheels_folder():
        _pip_install([TORCH])
        return
    if importlib.util.find_spec("PyTorchUtils") is None:
        raise DependencyFailure(
            _(
                "PyTorch is installed by the extension PyTorch: install it in the Extensions Manager, save the scene, "
                "restart Slicer, open the scene and press Segment again; the choices are in the scene."
            )
        )
    import PyTorchUtils

    logic: Any = PyTorchUtils.PyTorchUtilsLogic()
    if logic.installTorch(askConfirmation=False, torchVersionRequirement=TORCH.removeprefix("torch")) is None:
        raise DependencyFailure(_("The extension PyTorch did not install PyTorch; its own module says why."))


def _pip_install(requirements: Sequence[str]) -> None:
    """Install with wheels only and without touching what Slicer brings."""
    arguments = [*requirements, "--only-binary", ":all:"]
    folder = wheels_folder()
    if folder:
        arguments += ["--no-index", "--find-links", str(folder)]
    constraints = Path(slicer.app.temporaryPath) / "BoneMetSeg-constraints.txt"
    constraints.write_text("\n".join(_versions_to_keep()), encoding="utf-8")
    try:
        slicer.util.pip_install([*arguments, "-c", str(constraints)])
    finally:
        constraints.unlink(missing_ok=True)


def _versions_to_keep() -> list[str]:
    kept = []
    for name in _BUNDLED:
        try:
            kept.append(f"{name}=={importlib.metadata.version(name)}")
        except importlib.metadata.PackageNotFoundError:
            continue
    return kept
