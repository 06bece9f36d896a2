"""CTK's and Slicer's widgets for numbers: slider with spin box, double slider, double spin box, range."""

from __future__ import annotations

from typing import Any

from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import Property, Signal

# ruff: noqa: N801, N802, N815 - the names are CTK's


class ctkDoubleSpinBox(QtWidgets.QWidget):
    """A spin box for numbers with decimals; CTK's is not a QDoubleSpinBox either."""

    valueChanged = Signal(float)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._box = QtWidgets.QDoubleSpinBox(self)
        self._box.valueChanged.connect(self.valueChanged)
        self._layout().addWidget(self._box)

    def _layout(self) -> Any:
        layout = self.layout() or QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        return layout

    def _get_value(self) -> float:
        return self._box.value

    def setValue(self, value: float) -> None:
        """Show a value, within the limits."""
        self._box.setValue(value)

    def _get_minimum(self) -> float:
        return self._box.minimum

    def setMinimum(self, minimum: float) -> None:
        """Set the lowest value."""
        self._box.setMinimum(minimum)

    def _get_maximum(self) -> float:
        return self._box.maximum

    def setMaximum(self, maximum: float) -> None:
        """Set the highest value."""
        self._box.setMaximum(maximum)

    def setRange(self, minimum: float, maximum: float) -> None:
        """Set both limits."""
        self.setMinimum(minimum)
        self.setMaximum(maximum)

    def _get_step(self) -> float:
        return self._box.singleStep

    def setSingleStep(self, step: float) -> None:
        """Set what one step adds."""
        self._box.setSingleStep(step)

    def _get_decimals(self) -> int:
        return self._box.decimals

    def setDecimals(self, decimals: int) -> None:
        """Set the digits after the point."""
        self._box.setDecimals(decimals)

    def _get_suffix(self) -> str:
        return self._box.suffix

    def setSuffix(self, suffix: str) -> None:
        """Set the unit shown."""
        self._box.setSuffix(suffix)

    value = Property(float, _get_value, setValue, notify=valueChanged)
    minimum = Property(float, _get_minimum, setMinimum)
    maximum = Property(float, _get_maximum, setMaximum)
    singleStep = Property(float, _get_step, setSingleStep)
    decimals = Property(int, _get_decimals, setDecimals)
    suffix = Property(str, _get_suffix, setSuffix)


class ctkSliderWidget(ctkDoubleSpinBox):
    """A slider with a spin box that says its value."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._slider = QtWidgets.QSlider(QtCore.Qt.Orientation.Horizontal, self)
        self._slider.setRange(0, 1000)
        self._layout().insertWidget(0, self._slider, 1)
        self._box.valueChanged.connect(self._move_slider)
        self._slider.sliderMoved.connect(self._take_slider)

    def _move_slider(self, value: float) -> None:
        span = (self._box.maximum - self._box.minimum) or 1.0
        self._slider.setSliderPosition(round(1000 * (value - self._box.minimum) / span))

    def _take_slider(self, position: int) -> None:
        self._box.setValue(self._box.minimum + (self._box.maximum - self._box.minimum) * position / 1000)


class ctkDoubleSlider(ctkSliderWidget):
    """A slider for numbers with decimals, without a spin box."""

    def __init__(self, orientation: Any = None, parent: Any = None) -> None:
        super().__init__(parent if not isinstance(orientation, QtWidgets.QWidget) else orientation)
        self._box.setDecimals(6)
        self._box.hide()


class ctkRangeWidget(QtWidgets.QWidget):
    """Two values, the lower never above the upper."""

    valuesChanged = Signal(float, float)
    minimumValueChanged = Signal(float)
    maximumValueChanged = Signal(float)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._lower, self._upper = QtWidgets.QDoubleSpinBox(self), QtWidgets.QDoubleSpinBox(self)
        layout = QtWidgets.QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        for box in (self._lower, self._upper):
            layout.addWidget(box)
            box.valueChanged.connect(self._note)

    def _note(self, _value: float) -> None:
        self.valuesChanged.emit(self._lower.value, self._upper.value)

    def setRange(self, minimum: float, maximum: float) -> None:
        """Set the limits of both values."""
        self._lower.setRange(minimum, maximum)
        self._upper.setRange(minimum, maximum)

    def setValues(self, lower: float, upper: float) -> None:
        """Set both values."""
        self._lower.setValue(min(lower, upper))
        self._upper.setValue(max(lower, upper))

    def _get_lower(self) -> float:
        return self._lower.value

    def _set_lower(self, value: float) -> None:
        self._lower.setValue(value)

    def _get_upper(self) -> float:
        return self._upper.value

    def _set_upper(self, value: float) -> None:
        self._upper.setValue(value)

    def _get_decimals(self) -> int:
        return self._lower.decimals

    def _set_decimals(self, decimals: int) -> None:
        self._lower.setDecimals(decimals)
        self._upper.setDecimals(decimals)

    def _get_step(self) -> float:
        return self._lower.singleStep

    def _set_step(self, step: float) -> None:
        self._lower.setSingleStep(step)
        self._upper.setSingleStep(step)

    minimumValue = Property(float, _get_lower, _set_lower)
    maximumValue = Property(float, _get_upper, _set_upper)
    decimals = Property(int, _get_decimals, _set_decimals)
    singleStep = Property(float, _get_step, _set_step)


class qMRMLSliderWidget(ctkSliderWidget):
    """The same in Slicer, without its units."""


class qMRMLSpinBox(ctkDoubleSpinBox):
    """The same in Slicer, without its units."""


class qMRMLRangeWidget(ctkRangeWidget):
    """The same in Slicer, without its units."""
