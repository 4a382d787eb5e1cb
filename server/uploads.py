"""Files that come with a form."""

from werkzeug.datastructures import FileStorage


def uploaded_bytes(file: FileStorage) -> bytes:
    """All of an uploaded file, also when the view runs again after a lost race, which finds it read."""
    file.stream.seek(0)
    return bytes(file.read())
