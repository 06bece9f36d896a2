"""Slots of stretches of the skeleton, grouped as the simulator's training words for wide regions group them."""

from __future__ import annotations


def both_sides(*regions: str) -> tuple[str, ...]:
    """Return the slots of paired regions on both sides."""
    return tuple(f"{region}_{side}" for region in regions for side in ("left", "right"))


SPINE = ("cervical_spine", "thoracic_spine", "lumbar_spine")
ARMS = both_sides("humerus", "forearm", "hand")
LEGS = both_sides("femur", "patella", "leg", "foot")
# Skull, spine with sacrum and thoracic cage, as anatomy divides the skeleton; the pelvis belongs to the limbs.
TRUNK = (*SPINE, "sacrum", "sternum", *both_sides("ribs"))
AXIAL = ("skull", *TRUNK)
