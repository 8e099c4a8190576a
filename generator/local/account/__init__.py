"""What the local target plays beside its emulators: an AWS account's prerequisites, and a Hugging Face Hub.

One file, `account.yaml` in the local target's folder, says how they stand: quotas, access to models, tokens, refusals.
A person edits it to see what a check says of it, and what a check's offer changes is written back into it.
"""
