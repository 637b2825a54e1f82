"""Drafts: what somebody has answered and uploaded of a filing that is not filed yet. No part of the register."""
