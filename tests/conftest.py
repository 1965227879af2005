"""Fixtures of the cases app, for whole-product tests."""

from dongli.cases.tests.conftest import city, stage

__all__ = ["city", "stage"]
