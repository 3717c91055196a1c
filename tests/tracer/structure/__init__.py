"""Tests of the blocks and stages found in a run."""
