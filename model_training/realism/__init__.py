"""How near the simulated scans come to the one real scan at hand: measures, ranges, pictures, a page."""
