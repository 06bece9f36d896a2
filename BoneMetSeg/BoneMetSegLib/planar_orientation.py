"""Where the rows and columns of a planar DICOM image run in the patient, as the file says it (floor 2)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .dicom_elements import numbers

if TYPE_CHECKING:
    from pydicom import Dataset

_ALONG_AXIS = 0.9  # cosine: a detector tilted by up to 25 degrees still looks at the front or the back


@dataclass(frozen=True)
class Orientation:
    """Toward which end rows and columns run: "L" or "R", "F" or "H"; empty where the file does not say it.

    ``source`` names the element, for the user. Without a source it is false.
    """

    along_row: str
    along_column: str
    source: str

    def __bool__(self) -> bool:
        return bool(self.source)


NOT_SAID = Orientation("", "", "")


def patient_orientation(dataset: Dataset) -> Orientation:
    """Return what Patient Orientation says (DICOM PS3.3 C.7.6.1.1.1): letters such as L and F, or LP and FA."""
    values = dataset.get("PatientOrientation")
    if not values or isinstance(values, str) or len(values) != 2:
        return NOT_SAID
    along_row, along_column = (str(value).strip().upper()[:1] for value in values)
    shown = f"Patient Orientation ({along_row}\\{along_column})" if (along_row + along_column).isalpha() else ""
    return Orientation(along_row, along_column, shown)


def image_orientation(detector: Dataset) -> Orientation:
    """Return what the Image Orientation of an item of the Detector Information Sequence says of an upright image.

    PS3.3 C.8.4.11: cosines of the first row and the first column in LPS; (1, 0, 0, 0, 0, -1) is the anterior view as
    acquired, (-1, 0, 0, 0, 0, -1) the posterior one. Some cameras write planes that are no planar view's: they say
    nothing.
    """
    cosines = numbers(detector, "ImageOrientationPatient")
    if len(cosines) != 6 or not (abs(cosines[0]) > _ALONG_AXIS and abs(cosines[5]) > _ALONG_AXIS):
        return NOT_SAID
    return Orientation("L" if cosines[0] > 0 else "R", "H" if cosines[5] > 0 else "F", "Image Orientation")
