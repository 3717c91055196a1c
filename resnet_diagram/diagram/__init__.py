"""Logical model of a drawing, without coordinates."""
