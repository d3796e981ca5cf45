"""Optical discs: what goes onto which (packing), the image (image, ecc), the burner (burning), reading (reading)."""
