"""TIW real-time recording: callbacks only, played on demand."""
