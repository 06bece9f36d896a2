"""A segmentation that a script waits for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import slicer

from BoneMetSegLib.bundle import default_bundle
from BoneMetSegLib.errors import InputError
from BoneMetSegLib.result_document import Case
from BoneMetSegLib.scene_review import SceneReview
from BoneMetSegLib.scene_scan import case_of_views, scan_of_volumes, volumes_of_views
from BoneMetSegLib.scene_transform import follow_transforms

from .library_words import sentence_words
from .scan_cases import remember_source
from .segmentation_job import Failure, JobRequest, SegmentationJob
from .study_database import file_of_instance


def segment_volumes(
    volumes: Sequence[Any],
    report_text: str | None,
    *,
    view: str | None,
    flip_posterior: bool | None,
    bundle: Path | None,
    device: str,
    editor: str,
    lang: str,
) -> SceneReview:
    """Segment volumes of the scene and return their case, shown in the scene; see ``BoneMetSegLogic.segment``."""
    try:
        scan = scan_of_volumes(volumes, view=view, flip_posterior=flip_posterior, file_of_instance=file_of_instance)
    except InputError as error:
        raise InputError(sentence_words(str(error))) from error
    if scan.kind == "spect" and bundle is None and not default_bundle(scan.kind).is_dir():
        raise InputError(f"{volumes[0].GetName()} is a SPECT volume, and there is no model for SPECT")
    outcome: list[Case | Failure] = []
    job = SegmentationJob(
        lambda *_progress: None, outcome.append, outcome.append, temporary_folder=slicer.app.temporaryPath
    )
    try:
        job.start(JobRequest(scan, report_text, bundle, device))
        job.wait()
    finally:
        job.stop_worker()
    (result,) = outcome
    if isinstance(result, Failure):
        raise InputError(result.sentence) if result.kind == "input" else result
    own = volumes_of_views(volumes, result.scan)
    review = SceneReview.begin(
        result, scene=slicer.mrmlScene, volumes=own, editor=editor, lang=lang, case_name=case_of_views(own)
    )
    follow_transforms(review.nodes, volumes)
    remember_source(review.case_node, volumes[0])
    return review
