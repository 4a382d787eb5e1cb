"""Orders executed by a switch in the meter: asked for, sent to the head-end, answered or given back."""
