"""The outlines of hot spots as the scene's segmentations have them now, edits included (floor 5)."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np

from .case_edits import Outlines
from .scan import Scan
from .scene_segments import mask_of_segment


def outlines_in_scene(scan: Scan, segmentations: Mapping[str, Any], ids: Collection[str]) -> Outlines:
    """Return the outlines of segmentation nodes on the pixels of a scan; empty ones are left out.

    Parameters
    ----------
    scan : PlanarScan or SpectScan
    segmentations : mapping from view to vtkMRMLSegmentationNode
    ids : collection of str
        Of the case's hot spots. Any other segment was drawn by a reader; a copy of one of ours is no longer ours.
    """
    of_hot_spots: dict[str, dict[str, np.ndarray]] = {spot_id: {} for spot_id in ids}
    drawn: dict[str, list[np.ndarray]] = {view: [] for view in scan.views}
    for name, view in scan.views.items():
        segmentation = segmentations[name].GetSegmentation()
        for segment_id in segmentation.GetSegmentIDs():
            mask = mask_of_segment(segmentations[name], segment_id, view)
            if not mask.any():
                continue
            spot_id = segment_id.removesuffix(f"_{name}")
            if spot_id in of_hot_spots and segment_id.endswith(f"_{name}"):
                of_hot_spots[spot_id][name] = mask
            else:
                drawn[name].append(mask)
    return Outlines(of_hot_spots, drawn)
