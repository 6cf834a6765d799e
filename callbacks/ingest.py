"""Take callbacks in: verify, store, apply, commit; only then may they be acknowledged.

While the database is away they go to the spool on local disk, which is as durable, and from there into the database
when it is back.
"""

import logging
import time
from collections.abc import Mapping, Sequence

from django.utils import timezone

from callbacks.delivery import Delivery
from callbacks.group_commit import GroupCommit
from callbacks.keyring import Ring
from callbacks.metrics import observe_lag
from callbacks.outage import AWAY, first_line, let_connection_go, start_draining, the_spool
from callbacks.pause import the_pause
from callbacks.providers.base import Provider, Terms, WrongApplication
from callbacks.redaction import scrub
from callbacks.spool import SpoolFull
from callbacks.store import Ingested, keep_failed, store

logger = logging.getLogger(__name__)

# A transaction that failed later than this is not tried again at once: the vendor waits 5 s for the answer.
PATIENCE_SECONDS = 0.5


class NotKept(Exception):
    """Neither the database nor the spool takes it: have the vendor try again."""


def ingest(*, provider: Provider, ring: Ring, headers: Mapping[str, str], body: bytes) -> Ingested:
    """Verify, store and apply one callback; when this returns, it is safe.

    Raises:
        SignatureRejected: Not signed by this application's vendor; nothing is stored.
        Malformed: Signed, but unreadable; nothing is stored.
        NotKept: It could not be stored anywhere.
    """
    now = timezone.now()
    proof = provider.verify(headers, body, Terms(keys=ring.keys(now=now), variant=ring.variant, now=now))
    event = provider.parse(headers, body)
    if event.claimed_application not in (None, ring.vendor_app_id):
        raise WrongApplication("it names another application than its address")
    delivery = Delivery(
        family=provider.family.name,
        application_id=ring.application_id,
        event=event,
        body=scrub(body, provider.secrets),
        received_at=now,
        is_late=proof.is_late,
        is_trusted=ring.is_trusted,
        quiet_seconds=ring.quiet_seconds,
    )
    try:
        ingested = _spool([delivery])[0] if the_pause.excuses() else _group.submit(delivery)
    except (SpoolFull, OSError) as error:
        raise NotKept from error
    except Exception as error:
        try:
            keep_failed(delivery, error)
        except Exception as worse:
            raise NotKept from worse
        return Ingested.FAILED
    if ingested == Ingested.NEW:
        observe_lag(delivery.family, delivery.occurred_at)
    return ingested


# --- into the database, or else onto the disk


def _commit(deliveries: Sequence[Delivery]) -> Sequence[Ingested]:
    if not the_pause.is_on():
        began = time.monotonic()
        try:
            return _store(deliveries)
        except AWAY as error:
            logger.warning("callbacks_not_stored", extra={"why": first_line(error)})
            try:
                if time.monotonic() - began < PATIENCE_SECONDS:
                    # The connection may have died with a server that is back already; or it was a deadlock.
                    let_connection_go()
                    return _store(deliveries)
            except AWAY:
                pass
            the_pause.begin()
    return _spool(deliveries)


def _spool(deliveries: Sequence[Delivery]) -> Sequence[Ingested]:
    spool = the_spool()
    if spool is None:
        raise SpoolFull("no spool is configured")
    spool.append([delivery.to_spooled() for delivery in deliveries])
    start_draining()
    return [Ingested.SPOOLED] * len(deliveries)


def _store(deliveries: Sequence[Delivery]) -> Sequence[Ingested]:
    results = store(deliveries)
    the_pause.end()
    return results


_group: GroupCommit[Delivery, Ingested] = GroupCommit(_commit)
