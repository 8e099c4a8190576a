"""Whether the chat page's image is in its registry, for the processor that its tasks run on.

In: ECR. Out: one finding. Only an index tells which processors it is for: what a single image is built for stands in
its configuration, which is a download more.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from generator.catalog import HostingSettings
from generator.errors import AwsError
from generator.preflight.ecr_images import DENIED, EcrImage, manifest_of
from generator.preflight.findings import Finding, Verdict
from generator.preflight.scene import Scene

# What the catalog's architectures are called in an index and by `docker build --platform`. Source: OCI image
# specification, image index, platform.architecture (Go's GOARCH); read on 2026-11-23.
_IN_REGISTRIES = {"x86_64": "amd64", "arm64": "arm64"}
_MISSING = "Build and push it as docs/hosting.md says, or write to the catalog, in hosting, the 'image' that is there."


def examine(scene: Scene, hosting: HostingSettings, found: partial[Finding]) -> Iterator[Finding]:
    """Ask ECR about the image that the catalog names. Raises AwsError where it does not answer."""
    image = EcrImage.of(hosting.image)
    told = partial(found, asked=image.asked)
    try:
        manifest = manifest_of(scene, image)
    except AwsError as error:
        if error.code not in DENIED:
            raise
        reason = f"ECR does not tell: {error.message.rstrip('.')}."
        yield told(verdict=Verdict.UNKNOWN, reason=reason, fix=image.how_to_allow)
        return
    where = f"The registry of {image.account} in {image.region}"
    if manifest.absent is not None:
        reason = f"{where} has no {image.label}: {manifest.absent}."
        yield told(verdict=Verdict.BLOCKED, reason=reason, value="missing", fix=_MISSING)
        return
    wanted, built = _IN_REGISTRIES[hosting.tasks.architecture], manifest.architectures
    if built and wanted not in built:
        reason = f"{image.label} is built for {' and '.join(sorted(built))}, and the page's tasks run on {wanted}."
        fix = f"Build it with --platform linux/{wanted}, or write another 'architecture' in hosting.tasks."
        yield told(verdict=Verdict.BLOCKED, reason=reason, value=", ".join(sorted(built)), fix=fix)
        return
    for_it = f", for {wanted}" if built else ""
    yield told(verdict=Verdict.OK, reason=f"{where} has {image.label}{for_it}, and lets it be pulled.", value="found")
