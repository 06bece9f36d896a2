"""A reviewed case outlives its scene: saved as a bundle and as a folder, and read again. Runs inside Slicer."""

import shutil
import tempfile
from pathlib import Path

import slicer
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from BoneMetSegLib.case_folder import read_case
from BoneMetSegLib.scene_review import SceneReview
from BoneMetSegLib.scene_scan import scan_of_volumes
from BoneMetSegLib.scene_store import stored_cases
from BoneMetSegPanel.sample_data import load_planar_sample, load_spect_sample
from BoneMetSegPanel.self_test import painted_case


class BoneMetSegSceneTest(ScriptedLoadableModuleTest):
    """Needs no network: its case is painted over the sample scan."""

    def setUp(self):
        """Start from an empty scene, a folder, and a case in which the reader has rejected the only lesion."""
        slicer.mrmlScene.Clear()
        self.folder = Path(tempfile.mkdtemp(dir=slicer.app.temporaryPath))
        self.nodes = load_planar_sample()
        scan = scan_of_volumes([self.nodes.volumes["anterior"]])
        self.review = SceneReview.begin(
            painted_case(scan), scene=slicer.mrmlScene, volumes=self.nodes.volumes, report_node=self.nodes.text
        )
        (self.spot,) = self.review.case.hot_spots
        self.review.session.reject(self.spot.id)

    def tearDown(self):
        """Leave nothing behind."""
        slicer.mrmlScene.Clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def test_a_saved_scene_comes_back_with_the_review(self):
        """Save a bundle, close the scene, open the bundle."""
        bundle = str(self.folder / "case.mrb")
        self.assertTrue(slicer.util.saveScene(bundle))
        slicer.mrmlScene.Clear()
        slicer.util.loadScene(bundle)
        (case_node,) = stored_cases(slicer.mrmlScene)
        review = SceneReview.resume(case_node)
        (spot,) = review.case.hot_spots
        self.assertEqual((spot.id, spot.region, spot.side), (self.spot.id, "femur", "left"))
        self.assertFalse(spot.accepted)
        self.assertEqual(review.case.burden.lesion_count, 0)
        self.assertEqual(review.nodes.text.GetText(), self.nodes.text.GetText())
        for view in ("anterior", "posterior"):
            mask = spot.views[view].mask
            self.assertTrue((mask == self.spot.views[view].mask).all())

    def test_the_panel_takes_up_the_case_of_an_opened_scene(self):
        """The table shows the hot spot, and a tick in it counts."""
        if slicer.util.mainWindow() is None:
            self.delayDisplay("The panel is not tested: there is no main window.")
            return
        bundle = str(self.folder / "case.mrb")
        self.assertTrue(slicer.util.saveScene(bundle))
        slicer.mrmlScene.Clear()
        slicer.util.loadScene(bundle)
        slicer.util.selectModule("BoneMetSeg")
        slicer.app.processEvents()
        panel = slicer.util.getModuleWidget("BoneMetSeg").panel
        self.assertIsNotNone(panel.results.review)
        self.assertEqual(panel.ui.hotSpotTable.rowCount, 1)
        panel.results.select(self.spot.id)
        panel.results.accept()
        self.assertEqual(panel.results.case.burden.lesion_count, 1)
        panel.results.undo()
        self.assertEqual(panel.results.case.burden.lesion_count, 0)

    def test_a_case_folder_keeps_the_review(self):
        """Write the folder and read it back."""
        from BoneMetSeg import BoneMetSegLogic

        BoneMetSegLogic().saveCase(self.review, self.folder / "case")
        case = read_case(self.folder / "case")
        (spot,) = case.hot_spots
        self.assertEqual((spot.region, spot.side, spot.accepted), ("femur", "left", False))
        self.assertEqual(case.burden.lesion_count, 0)

    def test_segments_follow_a_transform(self):
        """Harden nothing: volumes and segments under one transform stay on each other."""
        from BoneMetSegLib.scene_transform import follow_transforms

        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode", "Moved")
        for volume in self.nodes.volumes.values():
            volume.SetAndObserveTransformNodeID(transform.GetID())
        follow_transforms(self.review.nodes)
        for segmentation in self.review.nodes.segmentations.values():
            self.assertEqual(segmentation.GetTransformNodeID(), transform.GetID())

    def test_a_saved_scene_of_a_volume_comes_back_with_the_review(self):
        """The same of SPECT, and the panel shows its volume in millilitres."""
        slicer.mrmlScene.Clear()
        nodes = load_spect_sample()
        scan = scan_of_volumes([nodes.volumes["spect"]])
        review = SceneReview.begin(painted_case(scan), scene=slicer.mrmlScene, volumes=nodes.volumes)
        review.session.reject("H01")
        bundle = str(self.folder / "volume.mrb")
        self.assertTrue(slicer.util.saveScene(bundle))
        slicer.mrmlScene.Clear()
        slicer.util.loadScene(bundle)
        (case_node,) = stored_cases(slicer.mrmlScene)
        (spot,) = SceneReview.resume(case_node).case.hot_spots
        self.assertEqual((spot.region, spot.side, spot.accepted), ("pelvis", "left", False))
        if slicer.util.mainWindow() is None:
            return
        slicer.util.selectModule("BoneMetSeg")
        slicer.app.processEvents()
        panel = slicer.util.getModuleWidget("BoneMetSeg").panel
        panel.results.select(spot.id)
        panel.results.accept()
        self.assertGreater(panel.results.case.burden.lesion_volume_ml, 0)
