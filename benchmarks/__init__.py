"""How fast the generator is, beside what else one could use. docs/performance.md has the figures."""
