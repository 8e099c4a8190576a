"""The deployment's API-keys secret: a JSON object of strings in Secrets Manager, and what people make of it.

`shapes` says what is wrong with a text and what could be kept of it, `lenient` reads what is nearly JSON, `names` knows
which keys a catalog needs, `versions` calls Secrets Manager, `store` changes the secret without losing anybody's
key, and `history` finds out when each key changed. Values pass through here and are never printed, logged or put into
an error.
"""
