"""Mirrors the packages; the simulator stands for the clouds, PostgreSQL and Valkey are real."""
