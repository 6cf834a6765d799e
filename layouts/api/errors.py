"""Problems of a request as errors of the REST API."""

from collections.abc import Iterable
from itertools import islice

from rest_framework.exceptions import ErrorDetail

from layouts.problems import MOST_PROBLEMS, Problem


def error_details(problems: Iterable[Problem]) -> dict[str, list[ErrorDetail]]:
    """Return the first hundred of *problems* by path, as a ValidationError takes them."""
    found: dict[str, list[ErrorDetail]] = {}
    for problem in islice(problems, MOST_PROBLEMS):
        found.setdefault(problem.attr, []).append(ErrorDetail(str(problem.detail), code=problem.code))
    return found
