"""Old name of ``training``, until the callers have moved."""

from .training.run_folder import Trained, load_run
from .training.schedule import schedule

__all__ = ["Trained", "load_run", "schedule"]
