#!/bin/sh
# What the Lambda Web Adapter starts (the function's handler is "run.sh").
#
# The zip root comes first so that what the zip carries wins over the runtime's own boto3; the runtime's folder
# comes after it, for a zip that was built without boto3.
set -eu
here=${LAMBDA_TASK_ROOT:-$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)}
export PYTHONPATH="$here${LAMBDA_RUNTIME_DIR:+:$LAMBDA_RUNTIME_DIR}${PYTHONPATH:+:$PYTHONPATH}"
# /var/task is read-only: without this Python tries to write byte code for every module it imports.
export PYTHONDONTWRITEBYTECODE=1
# Python's warnings would go into the log as they are: pydantic's have values in them, which may be a prompt's.
exec python3 -W ignore -m uvicorn --factory chat_handler.app:create_app \
    --host 127.0.0.1 --port "${AWS_LWA_PORT:-${PORT:-8080}}" \
    --ws none --lifespan on --no-access-log --no-server-header --log-level warning
