"""A hospital's own scans, masks and reports as training cases: import them, and check them before training."""
