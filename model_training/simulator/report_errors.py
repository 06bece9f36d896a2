"""How often a simulated reader errs, and what an error is."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any

from .clinic import Clinic

ERROR_KINDS = ("missed", "lumped", "vague", "wrong side", "wrong nature", "wrong level", "added")


@dataclass(frozen=True)
class ReportErrorRates:
    """How often the reader errs, each a probability (clinic section "reports" gives the defaults and their reasons).

    Attributes
    ----------
    missed, missed_faint : float
        A visible focus is not reported: of uptake ratio 2 or more, and below 2.
    missed_cold : float
        A photopenic focus is not reported.
    wrong_nature : float
        A metastasis is called benign, or the reverse. Leaving the nature open is no error.
    wrong_side : float
        Per focus that has a side.
    wrong_level : float
        Per rib or vertebra: one level off.
    vague : float
        Only the region is named, where the focus is its region's only one.
    lumped : float
        Per region with four or more foci of one nature: "multiple left ribs"; and, of many metastases, per report:
        "multiple bone metastases".
    added : float
        Per report: a focus is reported where there is none.
    invisible_reported : float
        A focus is reported although no view shows it by the rule of the truth.
    doubt_alone, doubt_faint, doubt, doubt_benign : float
        The nature of a metastasis is left open: of one or two foci, of a faint one, of another; and that of a benign
        focus. Doubt is no error.
    """

    missed: float = 0.0
    missed_faint: float = 0.0
    missed_cold: float = 0.0
    wrong_nature: float = 0.0
    wrong_side: float = 0.0
    wrong_level: float = 0.0
    vague: float = 0.0
    lumped: float = 0.0
    added: float = 0.0
    invisible_reported: float = 0.0
    doubt_alone: float = 0.45
    doubt_faint: float = 0.25
    doubt: float = 0.08
    doubt_benign: float = 0.12

    @classmethod
    def of_clinic(cls, clinic: Clinic, error_factor: float | None = None) -> ReportErrorRates:
        """Return a clinic's rates times its ``reports.error_factor``, or times another factor.

        With factor 1 about 10 % of the visible foci are missed or have a wrong side, level or nature, so that 0, 0.5, 1
        and 2 stand for 0, 5, 10 and 20 %.
        """
        factor = clinic.number("reports.error_factor") if error_factor is None else error_factor
        rates = cls(**{each.name: clinic.number(f"reports.{each.name}") for each in fields(cls)})
        # A reader who errs more does not see more of what hardly shows.
        return replace(rates.times(factor), invisible_reported=rates.invisible_reported * min(factor, 1.0))

    def times(self, factor: float) -> ReportErrorRates:
        """Return all rates of errors times a factor, at most 1; doubt stays."""
        errors = [each.name for each in fields(self) if not each.name.startswith("doubt")]
        return replace(self, **{name: min(getattr(self, name) * factor, 1.0) for name in errors})


NO_ERRORS = ReportErrorRates()


@dataclass(frozen=True)
class ReportError:
    """Something the simulated reader got wrong.

    Attributes
    ----------
    kind : one of ``ERROR_KINDS``
    fine_region : str
        Where the focus is; "" for an added one.
    said : str
        What the report has instead: a place, a nature, or "" where it has nothing.
    number : int
        The focus; 0 for an added one.
    lesion_id : object
        The focus's, None where it has none.
    """

    kind: str
    fine_region: str
    said: str
    number: int = 0
    lesion_id: Any = None
