from __future__ import annotations


class ServiceError(Exception):
    """Something that the person at the terminal can act on; its first line says all of it."""


class BusyError(ServiceError):
    """Another process holds the lock."""
