"""Requests of httpx through limpid tap: tap.py PROXY HTTP HTTPS REVERSE CA_FILE."""

import hashlib
import ssl
import sys

import httpx

proxy, http, https, reverse, ca_file = sys.argv[1:]
trust = ssl.create_default_context(cafile=ca_file)
digests = set()


def digest(client, url):
    """Reads a body piece by piece."""
    sha = hashlib.sha256()
    with client.stream("GET", url, headers={"Accept-Encoding": "identity"}) as response:
        assert response.status_code == 200, response
        assert response.headers["via"].startswith("1.1 limpid-"), response.headers
        for piece in response.iter_raw():
            sha.update(piece)
    return sha.hexdigest()


with httpx.Client(trust_env=False) as direct:
    expected = hashlib.sha256(
        direct.get(http + "/big", headers={"Accept-Encoding": "identity"}).content
    ).hexdigest()
with httpx.Client(proxy=proxy, verify=trust, trust_env=False) as client:
    for origin in (http, https):
        assert digest(client, origin + "/big") == expected
        response = client.get(origin + "/")
        assert response.text == "<p>Hello from a real server.</p>\n", response
        assert response.http_version == "HTTP/1.1" and response.reason_phrase == "OK"
with httpx.Client(trust_env=False) as client:
    assert digest(client, reverse + "/big") == expected
    # nginx refuses a POST to a file, after it has read the body or before.
    response = client.post(reverse + "/", content=(b"x" * 65536 for _ in range(64)))
    assert response.status_code == 405, response
print(f"httpx {httpx.__version__}, 6 requests")
