"""AWS's descriptions of its services, read once for all boto3 sessions of this process.

Each session reads them anew, and moto makes several while it is imported: 0.5 of its 1.5 s of processor time (moto
5.2.5, botocore 1.44.5, 2026-11-22). They are files of botocore's, which nobody changes. Separate because it must be
done before moto is imported.
"""

from __future__ import annotations

import functools

import botocore.session
from botocore.loaders import create_loader


def read_once() -> None:
    """From now on, sessions share what one of them has read."""
    botocore.session.create_loader = functools.cache(create_loader)
