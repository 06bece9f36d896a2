"""Simulate bone scans with reports, train the network on them, evaluate it and export bundles."""
