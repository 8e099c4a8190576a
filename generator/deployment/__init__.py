"""What is deployed and what shall be: generate, plan, apply, destroy, stop, start, and what they look at.

`steps.py` is the way in. Nothing is imported here: `validate` and `generate` need none of what talks to AWS.
"""
