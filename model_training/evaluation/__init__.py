"""How well a bundle finds metastases in simulated patients, with reports true, missing, wrong and half (docs/evaluation.md)."""
