"""Other dashboards on the same figures, so that ours is compared with what people would use instead."""
