"""How well a bundle finds metastases in simulated patients, with true, missing, wrong and half reports."""
