"""Other people's networks on our data: trained on the same samples with the same loss, each with its own recipe.

A peer is called beaten only where its own recipe ran until its validation curve was flat (``validation_curve.py``).
"""
