"""What Terraform and the AWS provider say when they fail -> what to do next. Pure.

Separate because it is a table that grows with every puzzled user. The first pattern that fits is taken.
"""

from __future__ import annotations

import re

_HINTS = (
    (
        r"No valid credential sources|ExpiredToken|InvalidClientTokenId|security token",
        "Sign in to AWS (for example `aws sso login`), or use --local to work without an account.",
    ),
    (
        r"state lock|Error acquiring the state",
        "Another Terraform run is at work on this deployment. Wait for it to end, then run the same command again. If "
        "there is none, a run that crashed left its lock: terraform force-unlock ID, in the module directory.",
    ),
    (
        r"[Ff]ailed to query available provider packages|Failed to install provider",
        "The AWS provider could not be fetched. Check the network, or put it into a filesystem mirror "
        "(terraform providers mirror DIR) and name that in Terraform's CLI configuration.",
    ),
    (
        r"ResourceLimitExceeded",
        "Ask for a larger quota in the Service Quotas console, then run the same command again.",
    ),
    (
        r"127\.0\.0\.1:\d+\S* (dial|read|EOF)",
        "The local target ended meanwhile; terrachat local logs may say why. Start it again: terrachat local up",
    ),
    (
        r"AlreadyExists|ResourceExistsException|ResourceInUseException|already exist",
        "Something of this name exists that Terraform's state does not know. If an apply was stopped while it was "
        "being created, run the same command again: what carries the deployment's tag is then taken over. If not, "
        "delete it, or rename the deployment in the catalog; with --local: terrachat local down, then terrachat "
        "local up.",
    ),
    (
        r"trust relationship policy allows|cannot be assumed by|Could not assume role",
        "AWS takes some seconds to make a new role known everywhere: run the same command again.",
    ),
)


def hint_for(said: str) -> str:
    """The next step after a command that failed with `said`."""
    for pattern, hint in _HINTS:
        if re.search(pattern, said):
            return hint
    return "What was created before the failure is kept: mend the cause and run the same command again."
