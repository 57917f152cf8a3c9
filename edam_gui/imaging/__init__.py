"""Pictures, label maps, activation maps and labels, in and out of files. numpy, cv2 and Pillow."""
