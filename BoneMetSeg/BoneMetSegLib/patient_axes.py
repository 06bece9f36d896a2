"""Volumes turned so that their axes are the patient's (floor 1).

``(slices, rows, columns)``: slices from the feet up, rows from the front to the back, columns from the patient's right
to the left. Nothing is resampled: axes are exchanged and turned round, to the patient's nearest.
"""

from __future__ import annotations

import numpy as np

from .scan import ras_from_lps


def patient_aligned(volume: np.ndarray, ijk_to_ras: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return a volume ``(k, j, i)`` with its axes nearest to the patient's, and its new matrix to LPS.

    Returns
    -------
    volume : numpy.ndarray
        ``(slices, rows, columns)``.
    to_lps : numpy.ndarray
        4 x 4, from (column, row, slice) to LPS in mm.
    """
    to_lps = ras_from_lps(ijk_to_ras).copy()
    cosines = to_lps[:3, :3] / np.linalg.norm(to_lps[:3, :3], axis=0)
    free, order = [0, 1, 2], []
    for direction in range(3):  # left, back, up
        order.append(max(free, key=lambda axis: abs(float(cosines[direction, axis]))))
        free.remove(order[-1])
    turned = volume.transpose([2 - axis for axis in order[::-1]])
    to_lps[:3, :3] = to_lps[:3, order]
    for axis in range(3):
        if to_lps[axis, axis] < 0:
            turned = np.flip(turned, 2 - axis)
            to_lps[:3, 3] += (turned.shape[2 - axis] - 1) * to_lps[:3, axis]
            to_lps[:3, axis] *= -1
    return turned, to_lps
