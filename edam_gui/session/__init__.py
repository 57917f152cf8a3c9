"""The open project and the current image as one observable object; what a click does is a method here. No Qt."""
