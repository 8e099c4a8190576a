"""The commands of `terrachat`, by what they are about. Each parses, calls one function and prints."""
