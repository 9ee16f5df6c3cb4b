import sys
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from navigator.programs import read_port, supervise, use_port, wait_until_ready
from navigator.supervisor import find_running

HOST = "127.0.0.1"


class Command(BaseCommand):
    help = (
        "Sets everything up, loads the demo cases through the real path, and runs until Ctrl-C. "
        "A second start takes seconds and loses nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=None, help="the port (or PORT=)")
        parser.add_argument(
            "--no-serve", action="store_true", help="build the demo dossiers, then end"
        )

    def handle(self, *, port: int | None, no_serve: bool, **_options: Any) -> None:
        port = read_port() if port is None else port
        use_port(port)
        if running := find_running(settings.DATA_DIR):
            raise CommandError(str(running))
        self.say("Making the database ready.")
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        try:
            with supervise(host="" if no_serve else HOST, port=port) as supervisor:
                if not no_serve:
                    wait_until_ready(supervisor, host=HOST, port=port)
                self.load_cases()
                if no_serve:
                    return
                self.stdout.write(f"\nNavigator runs at http://{HOST}:{port} until Ctrl-C.")
                self.stdout.flush()
                sys.exit(supervisor.wait())
        except KeyboardInterrupt:
            self.say("Stopped.")

    def load_cases(self) -> None:
        """Load what is not yet there, by the running worker, and say who may sign in."""
        from navigator.demo import load  # noqa: PLC0415 - heavy, and only this command needs it

        loaded = load(say=self.say)
        self.stdout.write("\nAccounts:")
        for account in loaded.accounts:
            self.stdout.write(f"  {account}")
        self.stdout.write("\nDossiers:")
        for path in loaded.dossiers:
            self.stdout.write(f"  {path}")
        self.stdout.flush()

    def say(self, words: str) -> None:
        """Progress goes beside the output, which scripts may read."""
        self.stderr.write(words)
        self.stderr.flush()
