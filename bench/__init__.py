"""Measurements. Every figure is a ratio against a baseline of the same run; nothing here asserts anything."""
