"""Files that leave the district: letters to print."""
