"""Whole generated modules, to be read and reviewed like prose."""
