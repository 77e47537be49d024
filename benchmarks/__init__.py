"""How fast `permission_guard.iam` decides, beside moto's evaluator in the same run: `make bench`."""
