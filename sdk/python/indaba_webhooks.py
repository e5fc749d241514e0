"""Tells genuine webhooks from others, by Standard Webhooks 1.0: ``v1`` (HMAC-SHA256) and ``v1a`` (Ed25519).

Needs Python 3.9 or newer and nothing else, so that it can be copied into any project. Ed25519 is checked when the package
``cryptography`` is installed; without it, verify with the ``whsec_`` secret. Which event was seen before is the receiver's
to know.
"""

import base64
import binascii
import hashlib
import hmac
import json
import re
import time
from typing import Any, Dict, Iterable, List, Mapping, NamedTuple, Optional, Sequence, Tuple, Union

Headers = Union[Mapping[str, Any], Iterable[Tuple[str, str]]]

TOLERANCE_S = 300.0
# An endpoint has at most five secrets, and one pair of keys.
SIGNATURES_MAX = 20


class Webhook(NamedTuple):
    id: str
    """``webhook-id``: the same at each attempt and at each replay. What was seen under it can be dropped."""
    timestamp_s: int
    """When this attempt was sent: Unix seconds."""
    event: Dict[str, Any]


class WebhookError(ValueError):
    """``reason``: ``body`` or ``headers`` are not those of a webhook, ``timestamp`` is not of now, no ``signature`` fits."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def verify_webhook(
    body: Union[bytes, str],
    headers: Headers,
    secrets: Union[str, Sequence[str]],
    *,
    tolerance_s: float = TOLERANCE_S,
    now: Optional[float] = None,
) -> Webhook:
    """The event, when it is genuine and of now.

    :param body: the bytes as they came, before anything has parsed them: ``request.get_data()``, ``request.body``
    :param headers: any mapping or pairs of names and values; names in any case
    :param secrets: one or several, any of which may fit: ``whsec_...``, a text that you chose, or the public key ``whpk_...``
    :param tolerance_s: how far the sender's clock may be from ours, either way
    :param now: Unix seconds
    :raises WebhookError: for what is not genuine, not of now, or not JSON: answer 401 and do nothing else
    :raises TypeError: for secrets that cannot be used
    """
    keys = [_read_key(secret) for secret in ([secrets] if isinstance(secrets, str) else secrets)]
    if not keys:
        raise TypeError("Give at least one secret.")
    if isinstance(body, str):
        body = body.encode("utf-8", "surrogatepass")
    if not isinstance(body, (bytes, bytearray)):
        raise WebhookError("body", "The body must be the bytes as they came, not what a JSON parser made of them.")
    webhook_id = _one_header(headers, "webhook-id", r"[A-Za-z0-9_:-]{1,200}")
    timestamp = _one_header(headers, "webhook-timestamp", r"[0-9]{1,12}")
    signatures = " ".join(_header_values(headers, "webhook-signature")).split(" ")[:SIGNATURES_MAX]
    signed = f"{webhook_id}.{timestamp}.".encode() + bytes(body)
    if not any(_is_signed_by(key, signed, signatures) for key in keys):
        why = "Either the secret is another one, or the body is not the one that was sent."
        raise WebhookError("signature", f"No signature fits. {why}")
    shift_s = int(timestamp) - (time.time() if now is None else now)
    if not abs(shift_s) <= tolerance_s:
        which = f"{abs(shift_s):.0f} s {'ago' if shift_s < 0 else 'ahead'}"
        raise WebhookError("timestamp", f"It was signed {which}: replayed, or one of the clocks is wrong.")
    try:
        return Webhook(webhook_id, int(timestamp), json.loads(bytes(body).decode("utf-8")))
    except ValueError as error:
        raise WebhookError("body", "The body is signed, but not JSON.") from error


def _read_key(secret: Any) -> Tuple[str, Any]:
    """The version of the signatures that it checks, and the key."""
    if not isinstance(secret, str) or not secret:
        raise TypeError("A secret must be a text that is not empty.")
    decoded = _from_base64(re.sub(r"^wh(sec|pk|sk)_", "", secret))
    # A public key is known to others: it must never become the secret of an HMAC.
    if secret.startswith("whpk_"):
        if decoded is None or len(decoded) != 32:
            raise TypeError("This is no public key: whpk_ and the base64 of 32 bytes.")
        return "v1a", _public_key(decoded)
    if secret.startswith("whsk_"):
        raise TypeError("whsk_ is the key that signs. Verify with its public half, whpk_.")
    # Indaba signs with the bytes behind whsec_, and with any other text as it stands.
    return "v1", decoded if secret.startswith("whsec_") and decoded else secret.encode()


def _public_key(key: bytes) -> Any:
    try:
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError as error:
        how = "Install it (pip install cryptography, Debian: python3-cryptography), or use the whsec_ secret."
        raise TypeError(f"Public keys need the package cryptography. {how}") from error
    return Ed25519PublicKey.from_public_bytes(key)


def _is_signed_by(key: Tuple[str, Any], signed: bytes, signatures: List[str]) -> bool:
    version, secret = key
    prefix = version + ","
    given = [one[len(prefix) :] for one in signatures if one.startswith(prefix)]
    if version == "v1a":
        return any(_is_ed25519(secret, signed, text) for text in given)
    expected = base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest())
    return any(hmac.compare_digest(text.encode("utf-8", "replace"), expected) for text in given)


def _is_ed25519(public_key: Any, signed: bytes, text: str) -> bool:
    from cryptography.exceptions import InvalidSignature

    try:
        public_key.verify(_from_base64(text) or b"", signed)
    except InvalidSignature:
        return False
    return True


def _from_base64(text: str) -> Optional[bytes]:
    """None for what is not base64 all through, as it would be written."""
    try:
        decoded = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded and base64.b64encode(decoded).decode() == text else None


def _header_values(headers: Headers, name: str) -> List[str]:
    pairs = headers.items() if hasattr(headers, "items") else headers
    found: List[str] = []
    for key, value in pairs:
        if _text(key).lower() == name:
            found += [_text(one) for one in (value if isinstance(value, (list, tuple)) else [value])]
    return found


def _text(value: Union[str, bytes]) -> str:
    return value.decode("latin-1") if isinstance(value, bytes) else str(value)


def _one_header(headers: Headers, name: str, shape: str) -> str:
    """Twice is refused: whoever looks at the other one would see another message."""
    values = _header_values(headers, name)
    if not values:
        raise WebhookError("headers", f"The header {name} is missing.")
    if len(values) > 1 or not re.fullmatch(shape, values[0]):
        raise WebhookError("headers", f"The header {name} is not right.")
    return values[0]
