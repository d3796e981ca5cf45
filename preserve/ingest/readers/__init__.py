"""Readers of technical metadata, one module for each family of formats."""
