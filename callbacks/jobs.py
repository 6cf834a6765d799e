"""What the worker does for callbacks."""

from procrastinate.contrib.django import app

from callbacks import quarantine


@app.periodic(cron="23 3 * * *")
@app.task(name="callbacks.purge_quarantine", queue="callbacks", queueing_lock="callbacks.purge_quarantine")
def purge_quarantine(timestamp: int) -> None:
    """Delete refused deliveries that are too old."""
    quarantine.purge_quarantine()
