"""What SageMaker's real-time endpoints cost an hour, for when AWS's price list cannot be asked.

Data. Only figures that a source gives for real-time inference ("Hosting"); every other type and region is unknown,
and is said to be.

Sources: AWS's price list, offer AmazonSageMaker of us-east-1 (pricing.us-east-1.amazonaws.com/offers/v1.0), rows
`USE1-Host:<type>`: version 20261005212151 for g4dn.2xlarge, g5.2xlarge, g6 (xlarge, 2xlarge, 16xlarge) and g6e
(2xlarge, 12xlarge); the readings of 2026-09-28 for m5 and of 2026-08-17 for the rest, and the GetProducts answer
`USE2-Host:ml.g6.xlarge` for us-east-2. The offer itself was not at hand: the figures are those that public documents
quote with the row's name, and of the older readings only those that two of them agree on.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

AS_OF = dt.date(2026, 8, 17)
"""The oldest of the readings."""

HOURLY_USD: Mapping[str, Mapping[str, float]] = {
    "us-east-1": {
        "ml.g4dn.2xlarge": 0.94,
        "ml.g5.xlarge": 1.408,
        "ml.g5.2xlarge": 1.515,
        "ml.g5.12xlarge": 7.09,
        "ml.g6.xlarge": 1.1267,
        "ml.g6.2xlarge": 1.222,
        "ml.g6.4xlarge": 1.654,
        "ml.g6.12xlarge": 5.752,
        "ml.g6.16xlarge": 4.246,
        "ml.g6e.2xlarge": 2.8026,
        "ml.g6e.12xlarge": 13.1158,
        "ml.m5.xlarge": 0.23,
        "ml.m5.2xlarge": 0.461,
    },
    "us-east-2": {"ml.g6.xlarge": 1.1267},
}
