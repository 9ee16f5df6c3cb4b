from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser

from navigator.programs import read_port, supervise, use_port, wait_until_ready
from navigator.supervisor import find_running


class Command(BaseCommand):
    help = "Runs the web server, the worker, the timetable and the broker until Ctrl-C."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--host", default="127.0.0.1", help="the address to listen on")
        parser.add_argument("--port", type=int, default=None, help="the port (or PORT=)")

    def handle(self, *, host: str, port: int | None, **_options: Any) -> None:
        port = read_port() if port is None else port
        use_port(port)
        if running := find_running(settings.DATA_DIR):
            raise CommandError(str(running))
        call_command("migrate", verbosity=0)
        call_command("createcachetable", verbosity=0)
        try:
            with supervise(host=host, port=port) as supervisor:
                wait_until_ready(supervisor, host=host, port=port)
                self.stdout.write(f"Navigator runs at http://{host}:{port} until Ctrl-C.")
                self.stdout.flush()
                supervisor.wait()
        except KeyboardInterrupt:
            self.stderr.write("Stopped.")
