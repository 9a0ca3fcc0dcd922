"""Make CA signatures."""

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import Certificate

from signers.shioaji.ca import cms, stages
from signers.shioaji.ca.keys import describe, rsa_key
from signers.shioaji.ca.stages import Method
from signers.shioaji.errors import KeyMismatch, UnsupportedKey
from signers.shioaji.person_id import person_id

__all__ = ["CaSigner"]


class CaSigner:
    """Signs with a person's certificate and key, as they come out of the CA file."""

    __slots__ = ("_der", "_key", "_person_id")

    def __init__(self, key: RSAPrivateKey, certificate: Certificate) -> None:
        """Prepare a signer; whether the certificate is valid now is not looked at (sdk).

        Raises UnsupportedKey for anything but RSA keys of 1024 to 8192 bits, KeyMismatch where the
        two do not belong together, PersonIdNotFound.
        """
        public = rsa_key(certificate)
        if public is None:
            raise UnsupportedKey(describe(certificate))
        if key.public_key() != public:
            raise KeyMismatch
        self._key = key
        self._der = certificate.public_bytes(Encoding.DER)
        self._person_id = person_id(certificate)

    def __repr__(self) -> str:
        return "<CaSigner>"

    @property
    def person_id(self) -> str:
        """The person id of the certificate."""
        return self._person_id

    def signed_text(self, plain_text: str, *, ip: str, seconds: int) -> bytes:
        """Return what is signed for *plain_text*; raises as `stages.signed_text`."""
        return stages.signed_text(self._person_id, ip, plain_text, seconds)

    def sign(self, method: Method, plain_text: str, *, ip: str, seconds: int) -> str:
        """Return the envelope for *plain_text* at Unix time *seconds*, also CMS's signing time.

        Raises as `stages.signed_text`.
        """
        text = self.signed_text(plain_text, ip=ip, seconds=seconds)
        if method is Method.PKCS1:
            signature = stages.pkcs1_signature(self._key, text)
            return stages.join(method, signature, text, self._der)
        signed_data = cms.build(self._key, self._der, text, seconds)
        if method is Method.PKCS7:
            return stages.join(method, signed_data, text, self._der)
        return stages.percent_encode(signed_data)
