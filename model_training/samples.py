"""Old name of ``case_lists``, until the callers have moved."""

from .case_lists import body_centre_mm, cases_of, clinic_of, reports_of

__all__ = ["body_centre_mm", "cases_of", "clinic_of", "reports_of"]
