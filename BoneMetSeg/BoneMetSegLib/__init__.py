"""BoneMetSeg: a bone scan and its report go in, measured lesions come out.

The library stands on six floors (see ``CONTRIBUTING.md``); a file imports only from floors under its own, and
``Testing/library/test_floors.py`` holds that. Importing this package loads neither torch nor VTK.
"""

__version__ = "0.1.0"
