"""Why a storage could not be used, in one sentence that says what to put right."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from recordings.states.vocabulary import StorageProblem

PROBLEMS: Mapping[str, str | Promise] = {
    StorageProblem.WRONG_REGION: _("The bucket is in another region than the profile says."),
    StorageProblem.NO_SUCH_BUCKET: _("There is no bucket of this name; a COS bucket's ends with the account's APPID."),
    StorageProblem.NO_READ_PERMISSION: _(
        "The keys may not read objects in this folder (GetObject); the vendor needs it too, to make an MP4. For VOD: "
        "the application's keys may not ask for media (DescribeMediaInfos, as QcloudVODReadonlyAccess allows)."
    ),
    StorageProblem.NO_LIST_PERMISSION: _("The keys may not list this bucket (ListBucket, in COS GetBucket)."),
    StorageProblem.NO_WRITE_PERMISSION: _("The keys may not write objects in this folder (PutObject)."),
    StorageProblem.NO_DELETE_PERMISSION: _(
        "The keys may not delete objects in this folder (DeleteObject); needed only where files are kept for days."
    ),
    StorageProblem.WRONG_KEYS: _("The storage does not know the access key, or its secret key is another one."),
    StorageProblem.CLOCK_SKEW: _("This machine's clock is wrong by more than the storage tolerates: set it."),
    StorageProblem.UNREACHABLE: _("The storage cannot be reached from here: name, network, proxy or certificate."),
    StorageProblem.UNAVAILABLE: _("The storage answers that it cannot serve now; it will be asked again."),
    StorageProblem.REFUSED: _("The storage refused, in words of its own."),
    StorageProblem.NOT_ASKED: _("The profile says that its files are not checked."),
    StorageProblem.TOO_SLOW: _("The storage took longer to list the files than one check has time for."),
}


def explain(problem: str) -> str:
    """Return what a problem means; one that we have no words for as it is."""
    return str(PROBLEMS.get(problem, problem))
