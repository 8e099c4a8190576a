"""DeploymentPlan -> RenderedFile tuple: the text of a Terraform module. Pure but for reading our own templates.

Templates hold no logic beyond loops and simple ifs, and every `{{ }}` in them must end in a filter that says what the
value becomes:

- `hcl`     any value as an HCL expression: strings are quoted and escaped, mappings become aligned objects;
- `within`  text inside a quoted string that the template itself writes, escaped;
- `ident`   an address, refused unless it is plain identifiers with dots between them;
- `arn`     an ARN, as a string;
- `md`, `code`, `label`  text, a code span and a diagram's label in the module's README.

An expression without a filter is an error at render time, so a hostile value in a catalog cannot become Terraform.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.planning import DeploymentPlan, DiscoveryPlan, EndpointPlan
from generator.rendering.hcl import Hcl, Reference, arn, hcl, ident, within
from generator.rendering.markdown import Markdown, code, label, md
from generator.rendering.module_readme import diagram_nodes, model_rows

__all__ = ["RenderedFile", "hcl", "ident", "render", "within"]

README = "README.md"


@dataclass(frozen=True)
class RenderedFile:
    """One file of a module: its name in the module directory and its text."""

    name: str
    text: str


def render(plan: DeploymentPlan, costs: Mapping[str, str] | None = None) -> tuple[RenderedFile, ...]:
    """Render `plan` as a Terraform module, fmt-clean and byte-stable, in the order in which one would read it.

    `costs` are what each model costs in words, by model id, for the module's README.
    """
    return tuple(_files(plan, costs))


def _files(plan: DeploymentPlan, costs: Mapping[str, str] | None) -> Iterator[RenderedFile]:
    yield _render("versions.tf", plan=plan)
    if plan.form == "root":
        yield _render("providers.tf", plan=plan)
    api_keys = _api_keys(plan)
    yield _render("variables.tf", plan=plan)
    yield _render("locals.tf", plan=plan)
    yield _render("iam.tf", plan=plan, api_keys=api_keys)
    yield _render("secrets.tf", plan=plan)
    if plan.package.upload == "s3":
        yield _render("package.tf", plan=plan)
    yield _render("handler.tf", plan=plan, api_keys=api_keys)
    if plan.monitoring:
        yield _render("monitoring.tf", plan=plan)
    yield _render("history.tf", plan=plan)
    if plan.hosting:
        yield _render("hosting.tf", plan=plan, handler_arn=_handler_arn(plan))
        yield _render("hosting_network.tf", plan=plan)
    documents = {entry.model_id: _document(plan, entry) for entry in plan.discovery}
    yield _render("discovery.tf", plan=plan, api_keys=api_keys, documents=documents)
    if plan.scheduled:
        yield _render("scheduler.tf", plan=plan)
    names = {endpoint.model_id: _endpoint_name(endpoint) for endpoint in plan.endpoints}
    yield _render("outputs.tf", plan=plan, api_keys=api_keys, endpoint_names=names, handler_arn=_handler_arn(plan))
    for endpoint in plan.endpoints:
        file = f"sagemaker_{endpoint.address}.tf"
        yield _render(file, "sagemaker.tf", plan=plan, endpoint=endpoint, environment=_environment_of(endpoint))
    if plan.target == "local":
        yield _render("local_override.tf", plan=plan)
    yield _render(README, plan=plan, models=model_rows(plan, costs), nodes=diagram_nodes(plan))


@dataclass(frozen=True)
class _ApiKeys:
    """How the module speaks of the API-keys secret: by reference where it is the module's own."""

    arn: str
    name: str


def _api_keys(plan: DeploymentPlan) -> _ApiKeys:
    own = "aws_secretsmanager_secret.api_keys"
    secret = plan.api_keys
    return _ApiKeys(secret.arn or Reference(f"{own}.arn"), secret.name if secret.arn else Reference(f"{own}.name"))


def _handler_arn(plan: DeploymentPlan) -> Reference:
    """What requests go to: the function, or its alias where a published version answers."""
    return Reference(f"aws_lambda_{'alias' if plan.handler.is_published else 'function'}.handler.arn")


def _document(plan: DeploymentPlan, entry: DiscoveryPlan) -> Mapping[str, object]:
    """An entry's record, with what Terraform alone knows: how to start an endpoint outside its hours, as its schedule
    does.
    """
    if entry.start is None:
        return entry.document
    config = Reference(f"aws_sagemaker_endpoint_configuration.{entry.address}.name")
    return {**entry.document, "start": {"endpoint_config": config, "tags": Reference("local.tags"), **entry.start}}


def _endpoint_name(endpoint: EndpointPlan) -> str:
    if endpoint.is_terraform_owned:
        return Reference(f"aws_sagemaker_endpoint.{endpoint.address}.name")
    return endpoint.name


def _environment_of(endpoint: EndpointPlan) -> Mapping[str, str]:
    """The container's environment, with a reference for the token: the plan never holds it."""
    token = Reference("local.huggingface_token")
    return dict(sorted({**endpoint.environment, **dict.fromkeys(endpoint.token_variables, token)}.items()))


def _render(name: str, template: str | None = None, **values: object) -> RenderedFile:
    return RenderedFile(name, _environment().get_template(f"{template or name}.j2").render(**values))


@cache
def _environment() -> Environment:
    # Autoescape is for HTML; `finalize` holds every expression to its own kind of escaping instead.
    environment = Environment(  # noqa: S701
        loader=FileSystemLoader(_template_folder()),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=_only_filtered,
        auto_reload=False,  # else every file of a module asks the disk whether its template has changed
    )
    for each in (hcl, within, ident, arn, md, code, label):
        environment.filters[each.__name__] = each
    return environment


def _template_folder() -> Path:
    """The templates of an installed wheel, else those of the checkout."""
    here = Path(__file__).parent.parent
    packaged = here / "_templates"
    return packaged if packaged.is_dir() else here.parent / "terraform_templates"


def _only_filtered(value: object) -> object:
    if not isinstance(value, Hcl | Markdown):
        raise TypeError(f"a template prints a value that went through no filter: {value!r}")
    return value
