"""Sample cases for the module Sample Data: simulated, and shipped with the extension."""

from __future__ import annotations
