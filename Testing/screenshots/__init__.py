"""Pictures of the running panel, for documentation and for looking at: ``python -m Testing.screenshots.panel OUT``."""
