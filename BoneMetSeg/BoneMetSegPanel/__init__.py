"""What of BoneMetSeg needs Qt or the running application: the panel's parts. Only ``BoneMetSeg.py`` imports it."""
