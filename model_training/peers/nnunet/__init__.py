"""nnU-Net v2 as a peer: our cases in its format, its predictions in our scores.

nnU-Net runs in an environment of its own (it brings torchvision); nothing here imports it. The steps are in
``python -m model_training.peers.nnunet --help``.
"""
