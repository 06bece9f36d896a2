"""Simulated planar whole-body bone scans: skeleton, soft tissue, foci, gamma camera, truth and reports."""
