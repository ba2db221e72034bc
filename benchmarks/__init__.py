"""How fast it is, beside its peers. ``python -m benchmarks`` runs all; ``--help`` tells more."""
