import doctest
import importlib
import pkgutil

import pytest

import grounding

MODULES = sorted(module.name for module in pkgutil.walk_packages(grounding.__path__, "grounding."))


@pytest.mark.parametrize("name", MODULES)
def test_examples_in_docstrings_are_true(name):
    assert doctest.testmod(importlib.import_module(name)).failed == 0
