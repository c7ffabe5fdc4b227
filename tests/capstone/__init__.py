"""Capstones: handing in, rating blind, telling, and what a certification case asks."""
