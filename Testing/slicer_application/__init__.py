"""Slicer without the application: real MRML, Qt with PythonQt's manners, and doubles of what only the application has.

`start_application` makes a scripted module run as it does in Slicer; the fixture ``slicer_application`` in
``fixtures.py`` does it for one test. See ``README.md`` here for what is real and what is not.
"""

from Testing.slicer_application.application import Application, start_application

__all__ = ["Application", "start_application"]
