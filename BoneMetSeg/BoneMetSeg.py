"""BoneMetSeg in 3D Slicer: a bone scan and its report go in; labelled, measured, explained hot spots come out.

Heavy packages are imported by the worker's own Python only; the parts of the panel are in ``BoneMetSegPanel``, what
knows no Qt in ``BoneMetSegLib``.
"""

from collections.abc import Sequence
from pathlib import Path

import slicer
from slicer import vtkMRMLScalarVolumeNode, vtkMRMLTextNode
from slicer.i18n import tr as _
from slicer.i18n import translate
from slicer.parameterNodeWrapper import parameterNodeWrapper
from slicer.ScriptedLoadableModule import (
    ScriptedLoadableModule,
    ScriptedLoadableModuleLogic,
    ScriptedLoadableModuleTest,
    ScriptedLoadableModuleWidget,
)
from slicer.util import VTKObservationMixin
from vtkmodules.util.misc import calldata_type
from vtkmodules.util.vtkConstants import VTK_OBJECT

from BoneMetSegPanel.translation import install_translation

install_translation(Path(__file__).parent / "Resources" / "Translations")

from BoneMetSegPanel.choices import DeclaredView, Device, PosteriorExport  # noqa: E402


class BoneMetSeg(ScriptedLoadableModule):
    """What Slicer shows of the module."""

    def __init__(self, parent):
        ScriptedLoadableModule.__init__(self, parent)
        self.parent.title = "BoneMetSeg"
        self.parent.categories = [translate("qSlicerAbstractCoreModule", "Nuclear Medicine")]
        self.parent.dependencies = []
        self.parent.contributors = ["The BoneMetSeg contributors"]
        self.parent.helpText = _(
            "Finds, labels and measures metastases in planar whole-body bone scans, and in SPECT volumes where a model "
            "for them is there; the diagnostic report (Chinese or English) guides it, at once or later. Choose the "
            "scan and its report, press Segment, and review the table: A accepts, X rejects, N and P go to the next "
            "and the previous hot spot. For research use only, not for diagnosis or treatment: the bundled models are "
            "trained on simulated scans and reports, how they do on patients is not known. Tutorial, troubleshooting "
            "and scripting: {url}."
        ).format(
            url='<a href="https://github.com/bonemetseg/SlicerBoneMetSeg">github.com/bonemetseg/SlicerBoneMetSeg</a>'
        )
        self.parent.acknowledgementText = _(
            "Skeletal mass after Spiers; simulated training data; the method goes beyond a published dual-path network."
        )
        slicer.app.connect("startupCompleted()", registerSampleData)
        slicer.app.connect("startupCompleted()", describeViewLayouts)


def registerSampleData():
    """Offer the sample cases in the module Sample Data."""
    from BoneMetSegPanel.sample_data import register

    register()


def describeViewLayouts():
    """Make the layouts of bone scans known: a saved scene holds a number only, and may be opened without the module."""
    from BoneMetSegLib.scene_layouts import describe_layouts

    describe_layouts(slicer.mrmlScene)


@parameterNodeWrapper
class BoneMetSegParameterNode:
    """The choices of the panel, kept in the scene.

    scan, otherView - the volumes of the scan
    report - the report's text
    declaredView, posteriorExport - what the scan does not say, or says wrongly
    bundleFolder - another model than the bundled one
    device - where the network runs
    showPhysiological, linkViews, showSurfaces - how the result is looked at
    currentCase - the case that is shown

    Each node may be None; Slicer connects no box of nodes with a type written ``| None``.
    """

    scan: vtkMRMLScalarVolumeNode
    otherView: vtkMRMLScalarVolumeNode
    report: vtkMRMLTextNode
    declaredView: DeclaredView = DeclaredView.AUTOMATIC
    posteriorExport: PosteriorExport = PosteriorExport.AUTOMATIC
    bundleFolder: str = ""
    device: Device = Device.AUTOMATIC
    showPhysiological: bool = False
    linkViews: bool = True
    showSurfaces: bool = False
    currentCase: vtkMRMLTextNode


class BoneMetSegWidget(ScriptedLoadableModuleWidget, VTKObservationMixin):
    """The panel."""

    def __init__(self, parent=None):
        ScriptedLoadableModuleWidget.__init__(self, parent)
        VTKObservationMixin.__init__(self)
        self.logic = None
        self.panel = None
        self._parameterNode = None
        self._guiTag = None

    def setup(self):
        """Build the panel; called when the module is opened for the first time."""
        from BoneMetSegPanel.panel import Panel

        ScriptedLoadableModuleWidget.setup(self)
        form = slicer.util.loadUI(self.resourcePath("UI/BoneMetSeg.ui"))
        self.layout.addWidget(form)
        self.ui = slicer.util.childWidgetVariables(form)
        form.setMRMLScene(slicer.mrmlScene)
        self.logic = BoneMetSegLogic()
        self.panel = Panel(self.ui, lambda: self._parameterNode)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.StartCloseEvent, self.onSceneStartClose)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndCloseEvent, self.onSceneReady)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.EndImportEvent, self.onSceneReady)
        self.addObserver(slicer.mrmlScene, slicer.mrmlScene.NodeRemovedEvent, self.onNodeRemoved)
        self.initializeParameterNode()

    def cleanup(self):
        """Let everything go; called when the module is closed or reloaded."""
        self.setParameterNode(None)
        self.removeObservers()
        if self.panel is not None:
            self.panel.close()

    def enter(self):
        """Called each time the user opens the module."""
        self.initializeParameterNode()
        self.panel.enter()

    def exit(self):
        """Called each time the user opens another module."""
        self.panel.leave()

    def onSceneStartClose(self, _caller, _event):
        """The scene is about to go: what runs for it ends."""
        self.panel.forget_scene()
        self.setParameterNode(None)

    def onSceneReady(self, _caller, _event):
        """A scene was closed or read: take up its choices and its case; where the module is not shown, when it is."""
        if self.parent.isEntered:
            self.initializeParameterNode()
            self.panel.resume()

    @calldata_type(VTK_OBJECT)
    def onNodeRemoved(self, _caller, _event, node):
        """A node was deleted: a case that it belonged to is not shown any more."""
        if not slicer.mrmlScene.IsBatchProcessing():
            self.panel.forget_node(node)

    def initializeParameterNode(self):
        """Take the scene's parameter node."""
        self.setParameterNode(self.logic.getParameterNode())

    def setParameterNode(self, parameterNode):
        """Connect the form with a parameter node, or with none."""
        if self._parameterNode is not None:
            self._parameterNode.disconnectGui(self._guiTag)
            self.removeObserver(self._parameterNode, "ModifiedEvent", self.onParametersModified)
        self._parameterNode = parameterNode
        if parameterNode is not None:
            self._guiTag = parameterNode.connectGui(self.ui)
            self.addObserver(parameterNode, "ModifiedEvent", self.onParametersModified)
            self.onParametersModified()

    def onParametersModified(self, _caller=None, _event=None):
        """A choice changed."""
        self.panel.update()


class BoneMetSegLogic(ScriptedLoadableModuleLogic):
    """Segmentation for scripts; the panel uses the same parts.

    Examples
    --------
    >>> logic = BoneMetSegLogic()
    >>> review = logic.segment(logic.loadScan("scan.dcm"), reportText="T8 metastasis.")
    >>> review.case.burden.lesion_count
    1
    """

    def __init__(self):
        ScriptedLoadableModuleLogic.__init__(self)

    def getParameterNode(self):
        """Return the scene's parameters."""
        return BoneMetSegParameterNode(super().getParameterNode())

    def loadScan(self, *paths: str | Path, view: str | None = None, name: str = "Bone scan"):
        """Read a scan from files into the scene.

        Parameters
        ----------
        *paths : path
            A DICOM file, folder or ZIP archive, NRRD, NIfTI or MetaImage: with both views, or one for each view.
        view : {"anterior", "posterior"}, optional
            Of a single image that does not say it.
        name : str
            First word of the volumes' names; never a patient's.

        Returns
        -------
        list of vtkMRMLScalarVolumeNode
            The views, or the one volume of a SPECT scan.

        Raises
        ------
        BoneMetSegLib.errors.InputError
            The files are no bone scan that can be used; a sentence.
        """
        from BoneMetSegPanel.scan_loading import load_scan

        return list(load_scan(paths, name, view=view).volumes.values())

    def saveCase(self, review, folder: str | Path, *, pictures: bool = False):
        """Write a case to a new or empty folder, as ``bonemetseg segment`` does.

        Parameters
        ----------
        review : BoneMetSegLib.scene_review.SceneReview
            What ``segment`` returned.
        pictures : bool
            Draw ``overlay.png`` too, which needs the package matplotlib.

        Raises
        ------
        BoneMetSegLib.errors.InputError
            The folder holds something, or cannot be written.
        """
        from BoneMetSegLib.case_folder import check_destination, whole_folder, write_case

        check_destination(Path(folder))
        with whole_folder(Path(folder)) as partial:
            write_case(partial, review.case, lang=review.lang, scene=False, pictures=pictures)

    def segment(
        self,
        volumeNodes: Sequence[vtkMRMLScalarVolumeNode],
        reportText: str | None = None,
        *,
        view: str | None = None,
        flipPosterior: bool | None = None,
        bundle: str | Path | None = None,
        device: str = "auto",
        editor: str = "reader",
        lang: str = "en",
    ):
        """Segment a scan and put the case into the scene; returns when it is there.

        Parameters
        ----------
        volumeNodes : sequence of vtkMRMLScalarVolumeNode
            The volume with both views, or one for each view, in any order; or a SPECT volume alone.
        reportText : str, optional
            The diagnostic report.
        view : {"anterior", "posterior"}, optional
            Of a single image that does not say it, or of the first of two slices that do not.
        flipPosterior : bool, optional
            Whether the posterior view was exported mirrored, where the scan does not say it.
        bundle : path, optional
            The folder of another model; by default the bundled one for the kind of scan.
        device : {"auto", "cpu", "cuda"}
        editor : str
            Who reviews.
        lang : {"en", "zh"}
            Of names.

        Returns
        -------
        BoneMetSegLib.scene_review.SceneReview
            The case (``.case``), its nodes (``.nodes``) and its review (``.session``).

        Raises
        ------
        BoneMetSegLib.errors.InputError
            The volumes are no bone scan that can be used, or there is no model for their kind; a sentence.
        BoneMetSegPanel.segmentation_job.Failure
            The worker failed; nothing is in the scene.
        """
        from BoneMetSegPanel.scripted_segmentation import segment_volumes

        return segment_volumes(
            volumeNodes,
            reportText,
            view=view,
            flip_posterior=flipPosterior,
            bundle=Path(bundle) if bundle else None,
            device=device,
            editor=editor,
            lang=lang,
        )


class BoneMetSegTest(ScriptedLoadableModuleTest):
    """What "Reload and Test" and ctest run inside Slicer; more is in Testing/Python."""

    def setUp(self):
        """Start from an empty scene."""
        slicer.mrmlScene.Clear()

    def runTest(self):
        """Run all tests; what needs packages that are not installed is left out, and said."""
        from BoneMetSegPanel.self_test import TESTS

        for test in TESTS:
            self.setUp()
            self.delayDisplay(test.__doc__)
            test(self)
            self.tearDown()
