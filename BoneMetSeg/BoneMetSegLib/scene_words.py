"""Sentences of the readers, which speak of options of the command line, in words that fit a scene (floor 5)."""

from __future__ import annotations

_SLICES_AS_FILES = (
    "save each view as a file named with ant or post, or add the key views with 'anterior posterior' in the slices' "
    "order"
)
# Longer ones first: each is replaced wherever it stands.
_WORDS = (
    ("; give it with --pixel-size-mm", "; enter the image spacing in the Volumes module"),
    ("; give it with --view", "; choose the view"),
    ("; --view says otherwise", "; choose the view if that is wrong"),
    (" --no-flip-posterior says otherwise.", " Choose otherwise if that is wrong."),
    ("; --no-flip-posterior says otherwise", "; choose otherwise if that is wrong"),
    ("but --view says", "but the chosen one is"),
    ("--view is for a file with a single view", "a view can be chosen for a single image only"),
    ("--view is for a single file; of two files", "A view can be chosen for a single image only; of two images"),
    (_SLICES_AS_FILES, "choose the view of the first slice, or load the scan from the DICOM database"),
    ("The file's axes are not the body's", "The volume's axes are not the body's"),
    ("By the file's axes", "By the volume's axes"),
)


def in_scene_words(sentence: str) -> str:
    """Return a reader's sentence as a user of Slicer understands it."""
    for of_files, of_the_scene in _WORDS:
        sentence = sentence.replace(of_files, of_the_scene)
    return sentence
