"""Tests of models, inputs and weights before the run."""
