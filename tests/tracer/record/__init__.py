"""Tests of the run and of what it records."""
