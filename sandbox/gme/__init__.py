"""GME voice recording: callbacks only, played on demand."""
