"""`ingest-widgets completion`."""

from __future__ import annotations

import click

_WHERE = {
    "bash": 'eval "$(ingest-widgets completion bash)"   in ~/.bashrc',
    "zsh": 'eval "$(ingest-widgets completion zsh)"   in ~/.zshrc',
    "fish": "ingest-widgets completion fish > ~/.config/fish/completions/ingest-widgets.fish",
}


@click.command(epilog="\b\n" + "\n".join(_WHERE.values()))
@click.argument("shell", type=click.Choice(list(_WHERE)))
def completion(shell: str) -> None:
    """Write what makes the tab key complete in a shell."""
    from click.shell_completion import get_completion_class

    from ingest_widgets.cli import main

    script = get_completion_class(shell)
    if script is None:
        raise click.UsageError(f"click knows no completion for {shell}")
    click.echo(script(main, {}, "ingest-widgets", "_INGEST_WIDGETS_COMPLETE").source())
