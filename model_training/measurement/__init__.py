"""Is the measured burden right: calibration to the simulator's truth, and validation on patients of a wanted burden."""
