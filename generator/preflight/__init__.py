"""What has to be true before a deployment, and can be asked: quotas, model access, tokens, keys, Terraform itself.

One module for each prerequisite: it has `checks(scene)`, which yields a `Check` for each question that can be asked by
itself, and the offers that mend what was found. `examining` asks all side by side. Everything that AWS or the Hub is
asked here is read-only; only an offer changes something, and only after its consequences were told.
"""
