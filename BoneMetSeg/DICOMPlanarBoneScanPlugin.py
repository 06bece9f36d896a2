"""How Slicer's DICOM module reads bone scans: planar whole-body views as coronal volumes, SPECT with its geometry.

Slicer's own readers take the two frames of a planar object for two axial slices. This plugin offers one volume for each
view at a higher confidence; two series with one view each are offered together. It keeps quiet about everything else.
"""

import itertools
import logging
import traceback
from pathlib import Path

import slicer
from DICOMLib import DICOMLoadable, DICOMPlugin
from slicer.i18n import tr as _

_logger = logging.getLogger(__name__)

# Above Slicer's readers of scalar volumes (0.5) and of image sequences (0.7).
_CONFIDENCE = 0.9
# Under them: only who looks for it in the advanced view finds it.
_CONFIDENCE_UNNAMED_VIEW = 0.3
# Time to read a sentence or two in the status bar.
_STATUS_MS = 15000


class DICOMPlanarBoneScanPluginClass(DICOMPlugin):
    """Offers and loads bone scans."""

    def __init__(self):
        super().__init__()
        self.loadType = _("Bone scan")
        from BoneMetSegLib.dicom_database import TAGS

        self.tags.update(TAGS)

    # ---- what is offered -------------------------------------------------------------------------------------------

    def examineForImport(self, fileLists):
        """Return what can be loaded of series, each a list of files; nothing where none is a bone scan.

        The DICOM module gives all selected series at once, so that two with a view each can be paired.
        """
        try:
            return self._loadables(fileLists)
        except Exception as error:
            # Whatever fails here must not keep the user from the other readers. What the error says may hold a file's
            # name or an element's value, and so who was scanned: the log gets its kind and where it happened.
            where = "".join(traceback.format_tb(error.__traceback__))
            _logger.error("The selected series could not be examined: %s\n%s", type(error).__name__, where)
            return []

    def _loadables(self, fileLists):
        from BoneMetSegLib.dicom_database import bone_scans_in

        # The database knows files by the very text it gave.
        textOfPath = {Path(file): file for files in fileLists for file in files}
        loadables = []
        for candidate in bone_scans_in(fileLists, slicer.dicomDatabase.fileValue):
            files = [textOfPath[image.path] for image in candidate.images]
            if candidate.first.kind == "spect":
                loadables += self._spectLoadables(candidate, files)
            elif all(image.views for image in candidate.images):
                loadables += self._planarLoadables(candidate, files)
            elif candidate.first.matrix[2] <= 1:
                loadables += self._unnamedViewLoadables(candidate, files)
        return loadables

    def _planarLoadables(self, candidate, files):
        """Return a loadable of a scan whose views are known, or one for each of its two series.

        Slicer chooses among the readers of a series by the series of a loadable's first file: with a single loadable
        for two series the second would be read once more by Slicer's own plugin. Of two loadables with the same files
        the DICOM module checks one; ``load`` sees to it where both are checked, as in scripts.
        """
        views = [view for view in ("anterior", "posterior") if any(view in image.views for image in candidate.images)]
        if len(views) == 2:
            tooltip = _("Whole-body bone scan, anterior and posterior view. Each is seen from its own side.")
        elif views == ["anterior"]:
            tooltip = _("Whole-body bone scan, anterior view. There is no posterior view among the selected series.")
        else:
            tooltip = _("Whole-body bone scan, posterior view. There is no anterior view among the selected series.")
        first = self._loadable(candidate, files, tooltip)
        if len({image.series_uid for image in candidate.images}) == 1:
            return [first]
        second = self._loadable(candidate, files[::-1], tooltip)
        first.sameScan = second.sameScan = {"loadedBy": None, "nodes": []}
        return [first, second]

    def _unnamedViewLoadables(self, candidate, files):
        """Return two loadables, for a single view that does not say which it is: the user knows it, or nobody."""
        loadables = []
        for view in ("anterior", "posterior"):
            tooltip = _("The image does not say which view it shows. It is read as the {view} view.").format(
                view=self._viewWord(view)
            )
            loadable = self._loadable(candidate, files, tooltip)
            loadable.view = view
            loadable.name = _("{name} as {view} view").format(name=loadable.name, view=self._viewWord(view))
            loadable.warning = tooltip
            loadable.selected = False
            loadable.confidence = _CONFIDENCE_UNNAMED_VIEW
            loadables.append(loadable)
        return loadables

    def _spectLoadables(self, candidate, files):
        slices = max(len(files), candidate.first.matrix[2])
        if slices < 3:
            return []
        tooltip = _("Reconstructed SPECT volume of {count} slices, in SUV, Bq/ml or counts as the file allows.")
        return [self._loadable(candidate, files, tooltip.format(count=slices))]

    def _loadable(self, candidate, files, tooltip):
        loadable = DICOMLoadable()
        loadable.files = list(files)
        loadable.name = self._name(candidate)
        loadable.tooltip = tooltip
        loadable.warning = ""
        if candidate.first.is_capture:
            loadable.warning = _("The images are Secondary Captures: their values need not be counts.")
        loadable.selected = True
        loadable.confidence = _CONFIDENCE
        loadable.view = None
        loadable.sameScan = None
        return loadable

    def _name(self, candidate):
        """Return series numbers and description, as Slicer names nodes; the library has cut the patient's name out."""
        numbers = dict.fromkeys(image.series_number for image in candidate.images if image.series_number)
        titles = dict.fromkeys(image.description for image in candidate.images if image.description)
        # Of "WB BONE ANT" and "WB BONE POST" the views' volumes are "WB BONE anterior" and "WB BONE posterior".
        alike = itertools.takewhile(lambda letters: len(set(letters)) == 1, zip(*titles, strict=False))
        title = "".join(letters[0] for letters in alike).strip(" _-+,(")
        if len(title) < 3:
            title = _("Bone scan")
        secrets = [image.patient_id for image in candidate.images if len(image.patient_id) > 2]
        if any(secret in title.upper() for secret in secrets):
            title = _("Bone scan")
        # Node names become file names.
        title = title.translate(str.maketrans('|/\\*?"<>:', "---------"))
        return f"{'+'.join(numbers)}: {title}" if numbers else title

    def _viewWord(self, view):
        return _("anterior") if view == "anterior" else _("posterior")

    # ---- loading ---------------------------------------------------------------------------------------------------

    def load(self, loadable):
        """Put a scan into the scene and show it; return its first volume, or None after saying why not."""
        from BoneMetSegLib.errors import InputError
        from BoneMetSegLib.scan_files import read_scan

        shared = getattr(loadable, "sameScan", None)
        earlier = self._loadedByTheOther(loadable, shared)
        if earlier is not None:
            return earlier
        try:
            scan = read_scan([Path(file) for file in loadable.files], view=getattr(loadable, "view", None))
        except InputError as error:
            sentence = self._inSlicersWords(str(error), loadable)
            _logger.error("A bone scan was not loaded: %s", sentence)
            slicer.util.errorDisplay(sentence, windowTitle=_("Bone scan"))
            return None
        volumes = self._addSpect(scan, loadable) if scan.kind == "spect" else self._addPlanar(scan, loadable)
        if scan.warnings:
            # They stay with the volumes as an attribute; a dialog for each assumption would only be clicked away.
            sentences = " ".join(self._inSlicersWords(warning, loadable) for warning in scan.warnings)
            slicer.util.showStatusMessage(sentences, _STATUS_MS)
            _logger.info("Bone scan: %s", sentences)
        if shared is not None:
            shared["loadedBy"], shared["nodes"] = id(loadable), [volume.GetID() for volume in volumes]
        return volumes[0]

    def _loadedByTheOther(self, loadable, shared):
        """Return the first volume of a scan that the loadable of the other series has just loaded, None otherwise."""
        if not shared or shared["loadedBy"] in (None, id(loadable)):
            return None
        nodes = [slicer.mrmlScene.GetNodeByID(nodeID) for nodeID in shared["nodes"]]
        shared["loadedBy"], shared["nodes"] = None, []
        return nodes[0] if nodes and all(nodes) else None

    def _inSlicersWords(self, sentence, loadable):
        """Return a sentence of the library, which speaks of files and of options of its command."""
        from BoneMetSegPanel.language import report_language
        from BoneMetSegPanel.library_words import sentence_words

        if report_language() == "zh":
            sentence = sentence_words(sentence)
        for file in loadable.files:
            sentence = sentence.replace(Path(file).name, loadable.name)
        elsewhere = _("load it as a scalar volume and enter the image spacing in the Volumes module")
        sentence = sentence.replace("give it with --pixel-size-mm", elsewhere)
        return sentence.replace("; --no-flip-posterior says otherwise", "")

    def _addPlanar(self, scan, loadable):
        from BoneMetSegLib.scene_nodes import SceneNodes
        from BoneMetSegLib.scene_views import show_views
        from BoneMetSegLib.scene_volumes import add_planar_volumes

        names = {view: f"{loadable.name} {self._viewWord(view)}" for view in scan.views}
        volumes = add_planar_volumes(slicer.mrmlScene, scan, names)
        for view, volume in volumes.items():
            self._addToHierarchy(loadable, self._fileOf(scan.views[view].sop_instance_uid, loadable), volume)
        show_views(SceneNodes(slicer.mrmlScene, volumes, {}, None, None, 0, 0))
        self._makeActive(next(iter(volumes.values())))
        return list(volumes.values())

    def _addSpect(self, scan, loadable):
        from BoneMetSegLib.scene_spect import add_spect_volume, show_three_planes

        volume = add_spect_volume(slicer.mrmlScene, scan, loadable.name)
        self._addToHierarchy(loadable, None, volume)
        show_three_planes(slicer.mrmlScene, volume)
        self._makeActive(volume)
        return [volume]

    def _fileOf(self, instanceUID, loadable):
        """Return the file that holds an image; of a scan in one file that file."""
        for file in loadable.files[1:]:
            if slicer.dicomDatabase.fileValue(file, self.tags["instanceUID"]) == instanceUID:
                return file
        return loadable.files[0]

    def _addToHierarchy(self, loadable, file, volume):
        """Put a volume under its patient and study, with an item of its own.

        Each view becomes an item with the UID of its series. Where one series holds both views, both items carry it, as
        Slicer allows: the second does not take the place of the first.
        """
        ofThisVolume = DICOMLoadable()
        ofThisVolume.name = volume.GetName()
        ofThisVolume.files = loadable.files if file is None else [file]
        self.addSeriesInSubjectHierarchy(ofThisVolume, volume)

    def _makeActive(self, volume):
        """Select the volume in the modules' selectors; what the views show has been set already."""
        selection = slicer.mrmlScene.GetFirstNodeByClass("vtkMRMLSelectionNode")
        if selection:
            selection.SetActiveVolumeID(volume.GetID())


class DICOMPlanarBoneScanPlugin:
    """The hook by which Slicer finds the plugin: a scripted module without a panel."""

    def __init__(self, parent):
        # These words are seen by developers only and not translated.
        parent.title = "DICOM Planar Bone Scan Plugin"
        parent.categories = ["Developer Tools.DICOM Plugins"]
        parent.dependencies = []
        parent.contributors = ["BoneMetSeg contributors"]
        parent.helpText = (
            "Plugin to the DICOM module: reads planar whole-body bone scans, one coronal volume for each view, and "
            "reconstructed SPECT volumes. It has no panel; it appears in the DICOM module."
        )
        parent.acknowledgementText = ""
        parent.hidden = True  # it only appears in the DICOM module

        # This module may be found before the DICOM module is: the first to come makes the list.
        if not hasattr(slicer.modules, "dicomPlugins"):
            slicer.modules.dicomPlugins = {}
        slicer.modules.dicomPlugins["DICOMPlanarBoneScanPlugin"] = DICOMPlanarBoneScanPluginClass
