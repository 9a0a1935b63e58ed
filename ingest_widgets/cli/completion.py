"""`ingest-widgets completion`."""

from __future__ import annotations

import click

_WHERE = {
    "bash": '~/.bashrc:  eval "$(ingest-widgets completion bash)"',
    "zsh": '~/.zshrc:  eval "$(ingest-widgets completion zsh)"',
    "fish": "~/.config/fish/config.fish:  ingest-widgets completion fish | source",
}


@click.command(epilog="\b\nWhere it goes:\n" + "\n".join(_WHERE.values()))
@click.argument("shell", type=click.Choice(list(_WHERE)))
def completion(shell: str) -> None:
    """Write what makes the tab key complete in a shell."""
    from click.shell_completion import get_completion_class

    from ingest_widgets.cli import main

    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    click.echo(script(main, {}, "ingest-widgets", "_INGEST_WIDGETS_COMPLETE").source())
