"""One source, every handout: stubs, the teaching notebook, the folder that students receive."""
