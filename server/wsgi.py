"""What the web server loads: the application on the environment's settings."""

from server.app import create_app

app = create_app()
