"""Tests, one folder a room; what several share lies beside them."""
