"""An audit in a project: what judges are asked for it, what that will cost, and asking it."""
