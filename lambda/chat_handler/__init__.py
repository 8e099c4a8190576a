"""Terrachat's chat handler: every deployed model behind one OpenAI-compatible HTTP API."""
