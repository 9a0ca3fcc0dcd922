"""Why octets are no request that this server reads."""

__all__ = ["Refused"]


class Refused(Exception):
    """The octets are refused: with which HTTP status, and what is wrong with them.

    The message quotes no octets: they may be an access token.
    """

    def __init__(self, status: int, message: str) -> None:
        self.status = status
        self.message = message
        super().__init__(f"{status}: {message}")
