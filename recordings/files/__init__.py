"""What the vendor calls the files of a recording."""
