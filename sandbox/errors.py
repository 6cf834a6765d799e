"""Error answers of the vendor's API: HTTP 200 with Response.Error{Code, Message}.

Source: https://www.tencentcloud.com/document/product/647/34270
"""

# Codes that carry the field's name; other missing fields get the bare code.
MISSING_FIELDS = frozenset(
    {
        "AccessKey",
        "Bucket",
        "CloudStorage",
        "RecordMode",
        "RecordParams",
        "Region",
        "RoomId",
        "SdkAppId",
        "SecretKey",
        "StorageParams",
        "TaskId",
        "UserId",
        "UserSig",
        "Vendor",
    }
)


class VendorError(Exception):
    """The call is refused with this code and message."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


def missing(path: str) -> VendorError:
    """Return the error for an absent required field, named by its last part where a code exists."""
    name = path.rsplit(".", 1)[-1]
    code = f"MissingParameter.{name}" if name in MISSING_FIELDS else "MissingParameter"
    return VendorError(code, f"The request is missing a required parameter `{path}`.")


def unknown(path: str) -> VendorError:
    return VendorError("UnknownParameter", f"The parameter `{path}` is not recognized.")


def mistyped(path: str, wanted: str) -> VendorError:
    return VendorError("InvalidParameter", f"The value type of parameter `{path}` is not valid: {wanted} is needed.")


def out_of_range(path: str, allowed: str) -> VendorError:
    return VendorError("InvalidParameter.OutOfRange", f"The value of `{path}` is out of range: {allowed}.")


def invalid(path: str, why: str, *, field: str = "") -> VendorError:
    """Return InvalidParameter, or InvalidParameter.<field> where the vendor has such a code."""
    code = f"InvalidParameter.{field}" if field else "InvalidParameter"
    return VendorError(code, f"The value of `{path}` is not valid: {why}.")


def not_found(task_id: str) -> VendorError:
    """The task is unknown, over, or past its ResourceExpiredHour; the vendor does not say which."""
    return VendorError("ResourceNotFound", f"The task `{task_id}` does not exist or has ended.")
