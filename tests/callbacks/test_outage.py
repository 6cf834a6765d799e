"""What is logged of a database that gives no answer."""

import pytest

from callbacks.outage import first_line


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (ValueError("  is away\nDETAIL: Key (name)=(secret)"), "is away"),
        (ValueError("\n  Job was not found"), "Job was not found"),
        (TimeoutError(), "TimeoutError"),
    ],
)
def test_an_error_is_logged_in_one_line_without_values_of_rows(error: Exception, line: str) -> None:
    assert first_line(error) == line
