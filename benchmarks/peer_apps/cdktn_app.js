// The endpoints of a catalog as a CDK Terrain app: node cdktn_app.js CATALOG.json OUTPUT_FOLDER.
// Only the modules that are used are loaded: the package as a whole takes ten seconds.
const { readFileSync } = require("node:fs");
const { App, TerraformStack } = require("cdktn");
const aws = "@cdktn/provider-aws/lib/";
const { AwsProvider } = require(aws + "provider");
const { CloudwatchLogGroup } = require(aws + "cloudwatch-log-group");
const { IamRole } = require(aws + "iam-role");
const { IamRolePolicy } = require(aws + "iam-role-policy");
const { SagemakerEndpoint } = require(aws + "sagemaker-endpoint");
const { SagemakerEndpointConfiguration } = require(aws + "sagemaker-endpoint-configuration");
const { SagemakerModel } = require(aws + "sagemaker-model");
const { SsmParameter } = require(aws + "ssm-parameter");

const image = "763104351884.dkr.ecr.us-east-1.amazonaws.com/vllm:server-sagemaker-cuda-v2.3";
const lifecycle = { createBeforeDestroy: true };
const document = (...statements) => JSON.stringify({ Version: "2012-10-17", Statement: statements });

function addEndpoint(stack, model) {
  const key = model.id;
  const name = `terrachat-demo-${key}`;
  const log = new CloudwatchLogGroup(stack, `${key}-log`, {
    name: `/aws/sagemaker/Endpoints/${name}`,
    retentionInDays: 14,
  });
  const role = new IamRole(stack, `${key}-role`, {
    namePrefix: "terrachat-",
    assumeRolePolicy: document({
      Effect: "Allow",
      Action: "sts:AssumeRole",
      Principal: { Service: "sagemaker.amazonaws.com" },
    }),
  });
  const policy = new IamRolePolicy(stack, `${key}-policy`, {
    name: "run-container",
    role: role.id,
    policy: document(
      { Effect: "Allow", Action: "ecr:GetAuthorizationToken", Resource: "*" },
      { Effect: "Allow", Action: ["logs:CreateLogStream", "logs:PutLogEvents"], Resource: `${log.arn}:*` },
      { Effect: "Allow", Action: "cloudwatch:PutMetricData", Resource: "*" },
    ),
  });
  const served = new SagemakerModel(stack, `${key}-model`, {
    name,
    executionRoleArn: role.arn,
    primaryContainer: { image, environment: { ...model.environment, SM_VLLM_MODEL: model.source.huggingface } },
    lifecycle,
    dependsOn: [policy],
  });
  const configuration = new SagemakerEndpointConfiguration(stack, `${key}-configuration`, {
    namePrefix: "terrachat-",
    productionVariants: [
      {
        variantName: "AllTraffic",
        modelName: served.name,
        instanceType: model.instance_type,
        initialInstanceCount: model.instances.min,
        initialVariantWeight: 1,
        containerStartupHealthCheckTimeoutInSeconds: model.startup_timeout_s,
        routingConfig: [{ routingStrategy: "LEAST_OUTSTANDING_REQUESTS" }],
      },
    ],
    lifecycle,
  });
  const endpoint = new SagemakerEndpoint(stack, `${key}-endpoint`, {
    name,
    endpointConfigName: configuration.name,
    dependsOn: [log],
  });
  new SsmParameter(stack, `${key}-parameter`, {
    name: `/terrachat/demo/models/${key}`,
    type: "String",
    value: JSON.stringify({ version: 1, id: key, endpoint: name, defaults: model.defaults }),
    dependsOn: [endpoint],
  });
}

const [catalog, outdir] = process.argv.slice(2);
const app = new App({ outdir });
const stack = new TerraformStack(app, "terrachat");
new AwsProvider(stack, "aws", { region: "us-east-1" });
for (const model of JSON.parse(readFileSync(catalog, "utf8")).models) {
  addEndpoint(stack, model);
}
app.synth();
