"""The DICOM module reads the sample scan as two coronal views, with our plugin. Runs inside Slicer."""

import shutil
import tempfile
from pathlib import Path

import slicer
from DICOMLib import DICOMUtils
from slicer.ScriptedLoadableModule import ScriptedLoadableModuleTest

from BoneMetSegLib.resources import resource_path
from BoneMetSegLib.scene_scan import scan_of_volumes


class BoneMetSegDICOMTest(ScriptedLoadableModuleTest):
    """Uses a temporary DICOM database; the user's own is not touched."""

    def setUp(self):
        """Start from an empty scene and a folder with a DICOM file."""
        slicer.mrmlScene.Clear()
        self.folder = Path(tempfile.mkdtemp(dir=slicer.app.temporaryPath))

    def tearDown(self):
        """Leave nothing behind."""
        slicer.mrmlScene.Clear()
        shutil.rmtree(self.folder, ignore_errors=True)

    def load(self, name):
        """Import one of the sample files and load its patient as the DICOM module does."""
        source = self.folder / "dicom"
        source.mkdir()
        shutil.copy(resource_path("SampleData", name), source)
        with DICOMUtils.TemporaryDICOMDatabase(str(self.folder / "database")) as database:
            DICOMUtils.importDicom(str(source), database)
            node_ids = [node for patient in database.patients() for node in DICOMUtils.loadPatientByUID(patient)]
        self.assertTrue(node_ids)
        return slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")

    def test_the_planar_sample_becomes_two_views(self):
        """Each view is a coronal volume that knows which one it is."""
        volumes = self.load("simulated_planar.dcm")
        self.assertEqual({node.GetAttribute("BoneMetSeg.View") for node in volumes}, {"anterior", "posterior"})
        scan = scan_of_volumes([volumes[0]])
        self.assertEqual(set(scan.views), {"anterior", "posterior"})
        for view in scan.views.values():
            # Column 0 is the patient's right in the anterior view and the left in the posterior one.
            self.assertEqual(view.ijk_to_ras[0, 0] < 0, view.view == "anterior")
        self.assertEqual(scan.identity.patient_id, "SIMULATED-PLANAR")

    def test_the_spect_sample_becomes_a_volume_in_suv(self):
        """Voxels, quantity and place are the file's."""
        (volume,) = self.load("simulated_spect.dcm")
        self.assertEqual(volume.GetAttribute("BoneMetSeg.Quantity"), "SUVbw")
        self.assertEqual(volume.GetImageData().GetDimensions(), (128, 128, 79))
