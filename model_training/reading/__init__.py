"""A broad, hand-written vocabulary of how reports name places and natures, to teach reading beyond the simulator's own.

It was written from general medical knowledge, without sight of the simulator's held-back wordings, which stand for an
unknown hospital.
"""
