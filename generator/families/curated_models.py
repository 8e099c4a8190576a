"""Open models that `terrachat init` offers for SageMaker: which instance each fits, under which licence, gated or not.

Data. Any other model of the Hugging Face Hub can be named instead; this is a short list of those that many want, with
what they need looked up. Separate from the wizard because these are facts of other companies and change with them.

Sources, read on 2026-11-22:

-   The recipes of vLLM (github.com/vllm-project/recipes, models/, changed last on 2026-09-12) for all Qwen, both
    Gemma 4, gpt-oss-20b and both Llama: name, context, and the memory that they want (of gemma-4-31B-it 75 GB in one
    version of its recipe, 210 GB in another).
-   Stored copies, of different months, of the Hub's pages: the licences of all but Qwen3.5-4B, Qwen3.6-27B, Gemma 4 and
    Llama 3.1; the parameters as the Hub lists them (Qwen, where 3.5-9B's are its base model's, Gemma 4, gpt-oss and
    Llama), or by the size of the weights' files (SmolLM3, Phi 4 mini, Mistral and DeepSeek). SmolLM2's are its name's.
-   Other licences: Gemma 4's at ai.google.dev, Llama 3.1's in Scaleway's documentation, those of Qwen3.5-4B and
    Qwen3.6-27B in public code only.
-   The context of SmolLM2, SmolLM3, Phi 4 mini and DeepSeek is from the config.json of models derived from them,
    Mistral's from public code only.
-   Gated: Llama 3.1 8B by requests that Meta reviews (meta-llama/llama-models, issues 506 and 521), Llama 3.3 70B by a
    comment there (issue 335). Mistral 7B v0.3 is taken to be open: the Hub's page of about September 2025 asks for
    contact information, but public code of 2026 has "gated": false from the Hub's API. Gemma 4 and Phi 4 mini are open
    by public code. Of the others no gate was seen; of Qwen3.5-4B and Qwen3.6-27B no page of their own either.
-   AWS's list of models that releases of its vLLM image are tested with (github.com/aws/deep-learning-containers,
    docs/vllm/models/index.md) has Qwen3.5-9B, Qwen3.6-27B, both Gemma 4, gpt-oss-20b and Llama 3.3 70B, and its page on
    SageMaker (docs/vllm/deployment/sagemaker.md) runs gpt-oss-20b on ml.g5.2xlarge. The other instance types are by our
    sums; none was tried.

The Hub itself was not at hand. `terrachat doctor` asks it about the models of a catalog; the wizard takes what stands
here.

`max_model_len` is a choice of ours: what is left of the GPU's memory beside the weights holds at least one chat of that
many tokens, and several of usual length. Without a limit vLLM wants room for the model's whole context, and does not
start where there is none.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

AS_OF = dt.date(2026, 11, 22)
"""When this list was made."""


@dataclass(frozen=True)
class CuratedModel:
    """One model of the Hugging Face Hub, and how it is served.

    Attributes:
        name: as the Hub calls it.
        billions: of parameters that have to be held, experts that rest and image encoders included.
        context_tokens: the longest chat that it was made for.
        max_model_len: the longest chat that it is served with.
        licence: the licence's name, in short.
        gated: how the Hub gives access: at once to whoever accepts (auto), after a look at the request (manual), or
            None: to everybody.
        instance_type: one that holds it.
        known_for: why somebody would choose it, in a few words.
        container: one of generator.families.containers.

    """

    name: str
    billions: float
    context_tokens: int
    max_model_len: int
    licence: str
    gated: Literal["auto", "manual"] | None
    instance_type: str
    known_for: str
    container: str = "vllm"

    @property
    def card(self) -> str:
        """Its model card: what is said here, and the licence to accept."""
        return f"https://huggingface.co/{self.name}"


CURATED: tuple[CuratedModel, ...] = (
    CuratedModel(
        "HuggingFaceTB/SmolLM2-135M-Instruct", 0.135, 8_192, 8_192, "Apache-2.0", None, "ml.g5.xlarge",
        "tiny, and often wrong: to see whether everything works",
    ),
    CuratedModel(
        "HuggingFaceTB/SmolLM3-3B", 3.1, 65_536, 32_768, "Apache-2.0", None, "ml.g6.xlarge",
        "small, six European languages, thinks on demand",
    ),
    CuratedModel(
        "microsoft/Phi-4-mini-instruct", 3.8, 131_072, 32_768, "MIT", None, "ml.g6.xlarge",
        "small, good at mathematics for its size",
    ),
    CuratedModel(
        "Qwen/Qwen3.5-4B", 5, 262_144, 32_768, "Apache-2.0", None, "ml.g6.xlarge",
        "small, many languages, reads images",
    ),
    CuratedModel(
        "mistralai/Mistral-7B-Instruct-v0.3", 7.2, 32_768, 32_768, "Apache-2.0", None, "ml.g5.2xlarge",
        "the classic of its size",
    ),
    CuratedModel(
        "deepseek-ai/DeepSeek-R1-Distill-Qwen-7B", 7.6, 131_072, 32_768, "MIT", None, "ml.g5.2xlarge",
        "thinks before it answers",
    ),
    CuratedModel(
        "google/gemma-4-E4B-it", 8, 131_072, 16_384, "Apache-2.0", None, "ml.g6.2xlarge",
        "many languages, reads images",
    ),
    CuratedModel(
        "meta-llama/Llama-3.1-8B-Instruct", 8, 131_072, 16_384, "Llama 3.1 Community", "manual", "ml.g5.2xlarge",
        "widely known and fine-tuned",
    ),
    CuratedModel(
        "openai/gpt-oss-20b", 21, 131_072, 32_768, "Apache-2.0", None, "ml.g5.2xlarge",
        "large for its machine (weights in 4 bits), thinks before it answers",
    ),
    CuratedModel(
        "Qwen/Qwen3.5-9B", 10, 262_144, 65_536, "Apache-2.0", None, "ml.g6e.2xlarge",
        "many languages, long documents, reads images",
    ),
    CuratedModel(
        "Qwen/Qwen3.6-27B", 28, 262_144, 32_768, "Apache-2.0", None, "ml.g5.12xlarge",
        "strong at code and tools, reads images",
    ),
    CuratedModel(
        "google/gemma-4-31B-it", 31, 262_144, 32_768, "Apache-2.0", None, "ml.g6e.12xlarge",
        "strong in many languages, reads images",
    ),
    CuratedModel(
        "meta-llama/Llama-3.3-70B-Instruct", 71, 131_072, 32_768, "Llama 3.3 Community", "manual", "ml.g6e.12xlarge",
        "the largest here, for a machine of four GPUs",
    ),
)  # fmt: skip
"""From the smallest machine to the largest."""

BY_NAME = {model.name.casefold(): model for model in CURATED}
"""By name, in lower case: the Hub tells no names apart that differ in case only."""
