"""CSS live recording: callbacks only, played on demand."""
