"""The text path of training: what reports look like, how the encoder is taught to read them, and a broad vocabulary.

The vocabulary (``place_words_*``, ``status_words_*``, ``whole_words_*``, ``disease_words_*``, ``other_words_*``) was
written by hand from general medical knowledge, without sight of the simulator's held-back wordings, which stand for an
unknown hospital, or of the reports in ``by_hand``.
"""
