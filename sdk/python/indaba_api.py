"""Calls to an API that may be busy, away or slow, with the package ``requests``: tries again, and waits as long as it is
asked to."""

from typing import Any, Dict, Optional
from urllib.parse import urljoin, urlsplit

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

TIMEOUT_S = 60


def patient_session(token: str, tries: int = 6) -> requests.Session:
    """A session that sends its requests again after 429, 502, 503, 504 and broken connections, and keeps to Retry-After.

    It does so with every method: send each POST with an ``Idempotency-Key``, unless it sets what is there already.
    """
    retry = Retry(
        total=tries - 1,
        backoff_factor=0.5,
        status_forcelist=[429, 502, 503, 504],
        allowed_methods=None,
        raise_on_status=False,
    )
    session = requests.Session()
    session.headers["Authorization"] = f"Bearer {token}"
    session.mount("https://", HTTPAdapter(max_retries=retry))
    session.mount("http://", HTTPAdapter(max_retries=retry))
    return session


class IndabaApi:
    """``url``: where Indaba answers. Links lead there and nowhere else, so that the key stays between us."""

    def __init__(self, url: str, key: str) -> None:
        self._url = url
        self._session = patient_session(key)

    def get(self, link: str) -> Optional[Any]:
        """None for what is not there (any more)."""
        response = self._session.get(self._address(link), timeout=TIMEOUT_S, allow_redirects=False)
        if response.status_code == 404:
            return None
        response.raise_for_status()
        return response.json()

    def post(self, path: str, key: str, **content: Any) -> Dict[str, Any]:
        """``key``: the same for the same thing, so that it is done once, however often it is sent."""
        headers = {"Idempotency-Key": key}
        response = self._session.post(
            self._address(path), headers=headers, timeout=TIMEOUT_S, allow_redirects=False, **content
        )
        response.raise_for_status()
        return response.json()

    def _address(self, link: str) -> str:
        address = urljoin(self._url, link)
        if urlsplit(address)[:2] != urlsplit(self._url)[:2]:
            raise ValueError(f"The link {link} leads away from {self._url}.")
        return address
