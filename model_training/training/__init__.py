"""How the dual-path network is trained."""
