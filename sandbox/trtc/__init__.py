"""TRTC on-cloud recording: its API, rooms, robots and callbacks."""
