"""Make the pictures of docs/pictures."""

from pathlib import Path

import click
from playwright.sync_api import sync_playwright

from tools.pictures.demo_server import running_demo
from tools.pictures.people import launched
from tools.pictures.reel import write_reel, write_shot
from tools.pictures.scenes import whole_day

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"


@click.command()
@click.option("--into", type=click.Path(path_type=Path, file_okay=False), default=PICTURES, show_default=True)
def main(into: Path) -> None:
    """Six screenshots and a minute's animation, from a demo made for them."""
    click.echo("A demo district is made")
    with running_demo() as demo, sync_playwright() as playwright:
        frames, shots = whole_day(launched(playwright), demo, click.echo)
    into.mkdir(parents=True, exist_ok=True)
    write_reel(into / "day.webp", frames)
    for name, picture in shots.items():
        write_shot(into / f"{name}.webp", picture)
    whole = sum(path.stat().st_size for path in into.glob("*.webp"))
    click.echo(f"{len(frames)} frames and {len(shots)} pictures in {into}: {whole / 1e6:.1f} MB")


if __name__ == "__main__":
    main()
