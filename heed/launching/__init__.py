"""Launch files without ROS 2's own launch system: :mod:`.reader` reads them, :mod:`.processes` runs them."""
