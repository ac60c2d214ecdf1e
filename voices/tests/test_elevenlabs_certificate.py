"""A server that cannot prove who it is gets nothing from us."""

import datetime as dt
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from voices.providers.base import ProviderRefused
from voices.providers.elevenlabs import ElevenLabsProvider


def certificate(path: Path) -> Path:
    """One that nobody signed but itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(dt.UTC)
    builder = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(now).not_valid_after(now + dt.timedelta(1)).sign(key, hashes.SHA256())
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[str]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate(tmp_path / "server.pem"))
    with socket.create_server(("127.0.0.1", 0)) as listening:
        greeter = threading.Thread(target=greet, args=(listening, context))
        greeter.start()
        yield f"https://localhost:{listening.getsockname()[1]}"
        greeter.join()


def greet(listening: socket.socket, context: ssl.SSLContext) -> None:
    plain, _ = listening.accept()
    with plain, pytest.raises(ssl.SSLError):
        context.wrap_socket(plain, server_side=True)


def test_a_certificate_of_nobody_is_for_the_operator(impostor: str) -> None:
    provider = ElevenLabsProvider(api_key="key", model="m", default_voice_ids="v", base_url=impostor)
    with pytest.raises(ProviderRefused):
        provider.clone([b"fLaC"], name="tv-1", labels={}, deadline=time.monotonic() + 20)
    provider.close()
