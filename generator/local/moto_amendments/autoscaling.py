"""Application Auto Scaling: what moto 5.2.5 does otherwise than AWS."""

from __future__ import annotations

import functools
import json
from typing import Any

from moto.applicationautoscaling.responses import ApplicationAutoScalingResponse
from moto.utilities.tagging_service import TaggingService

from generator.local.moto_amendments.replacing import replace


def amend() -> None:
    _keep_tags_of_scalable_targets()


def _keep_tags_of_scalable_targets() -> None:
    """Moto forgets a scalable target's tags, and knows none of the three operations on them.

    The provider reads tags after every create, retries moto's 500 for minutes, and otherwise wants to add them again
    in every plan.
    """
    register = ApplicationAutoScalingResponse.register_scalable_target

    @functools.wraps(register)
    def register_scalable_target(self: ApplicationAutoScalingResponse) -> str:
        answer = register(self)
        tags = self._get_param("Tags") or {}
        _tagger(self).tag_resource(
            json.loads(answer)["ScalableTargetARN"], TaggingService.convert_dict_to_tags_input(tags)
        )
        return answer

    def list_tags_for_resource(self: ApplicationAutoScalingResponse) -> str:
        return json.dumps({"Tags": _tagger(self).get_tag_dict_for_resource(self._get_param("ResourceARN"))})

    def tag_resource(self: ApplicationAutoScalingResponse) -> str:
        tags = TaggingService.convert_dict_to_tags_input(self._get_param("Tags"))
        _tagger(self).tag_resource(self._get_param("ResourceARN"), tags)
        return "{}"

    def untag_resource(self: ApplicationAutoScalingResponse) -> str:
        _tagger(self).untag_resource_using_names(self._get_param("ResourceARN"), self._get_param("TagKeys"))
        return "{}"

    replace(ApplicationAutoScalingResponse, "register_scalable_target", register_scalable_target)
    replace(ApplicationAutoScalingResponse, "list_tags_for_resource", list_tags_for_resource)
    replace(ApplicationAutoScalingResponse, "tag_resource", tag_resource)
    replace(ApplicationAutoScalingResponse, "untag_resource", untag_resource)


def _tagger(response: ApplicationAutoScalingResponse) -> TaggingService:
    """The tags of a region's backend, kept with it."""
    backend: Any = response.applicationautoscaling_backend
    if not hasattr(backend, "tagger"):
        backend.tagger = TaggingService()
    tagger: TaggingService = backend.tagger
    return tagger
