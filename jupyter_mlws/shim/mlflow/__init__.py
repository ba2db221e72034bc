"""The MLflow protocol on loopback, for one run: what an MLflow client logs becomes its events."""
