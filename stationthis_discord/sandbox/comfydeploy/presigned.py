"""Signed URLs for one upload each, as S3 makes and checks them: the headers are part of the signature."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime
from math import ceil
from typing import Literal
from urllib.parse import parse_qs, quote, urlencode

from stationthis_discord.sandbox.comfydeploy.storage import Storage, same

ACL = "public-read"
Refusal = Literal["AccessDenied", "SignatureDoesNotMatch", "Expired"]
_CREDENTIAL = "AKIASANDBOX/{day}/us-east-2/s3/aws4_request"
_STAMP = "%Y%m%dT%H%M%SZ"


def upload_url(storage: Storage, key: str, mime_type: str, *, public: bool, seconds: float) -> str:
    """Where `key` can be PUT for `seconds`, with this content type and, when public, `x-amz-acl: public-read`."""
    now = datetime.fromtimestamp(time.time(), UTC)
    fields = {
        "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
        "X-Amz-Credential": _CREDENTIAL.format(day=now.strftime("%Y%m%d")),
        "X-Amz-Date": now.strftime(_STAMP),
        "X-Amz-Expires": str(ceil(seconds)),
        "X-Amz-SignedHeaders": "content-type;host;x-amz-acl" if public else "content-type;host",
    }
    fields["X-Amz-Signature"] = _signature(storage, key, fields, mime_type, ACL if public else "")
    return f"{storage.plain_url(key)}?{urlencode(fields, quote_via=quote)}"


def refusal(storage: Storage, key: str, query: str, headers: Mapping[str, str]) -> Refusal | None:
    """Why S3 would not take this upload, or null."""
    fields = {name: values[-1] for name, values in parse_qs(query).items()}
    if "X-Amz-Signature" not in fields:
        return "AccessDenied"
    right = _signature(storage, key, fields, headers.get("Content-Type", ""), headers.get("x-amz-acl", ""))
    if not same(fields["X-Amz-Signature"], right):
        return "SignatureDoesNotMatch"
    began = datetime.strptime(fields["X-Amz-Date"], _STAMP).replace(tzinfo=UTC)
    return "Expired" if began.timestamp() + int(fields["X-Amz-Expires"]) < time.time() else None


def _signature(storage: Storage, key: str, fields: Mapping[str, str], mime_type: str, acl: str) -> str:
    signed = (fields.get(f"X-Amz-{name}", "") for name in ("Credential", "Date", "Expires", "SignedHeaders"))
    return storage.sign("PUT", key, *signed, mime_type, acl)
