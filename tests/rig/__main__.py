"""Print a run of the rig with more candidates and more time. Usage: make rig."""

import os
import sys
import tempfile
from pathlib import Path

from app.cli.database import migrate
from app.kernel.clock import SystemClock
from app.platform import installation, logging
from app.platform.database import make_engine, write_session
from app.platform.settings import Settings
from tests.postgres import Server
from tests.rig.measure import measure
from tests.rig.run import Scale, run

PORT = 8973


def main() -> int:
    """A database of its own, one run; 1 when anything was found."""
    logging.configure(json=True)
    count = int(os.environ.get("RIG_CANDIDATES", "300"))
    until = float(os.environ.get("RIG_SECONDS", "240"))
    scale = Scale(count, window=until / 2, until=until, pace=float(os.environ.get("RIG_PACE", "2.5")))
    server = Server()
    try:
        server.execute("CREATE DATABASE rig")
        address = Settings(database_url=server.database("rig")).database
        migrate(address)
        engine = make_engine(address)
        with write_session(engine) as session:
            installation.mark(session, SystemClock(), demonstration=True, data_region="kz")
        engine.dispose()
        with tempfile.TemporaryDirectory(prefix="ceasai-rig-") as folder:
            settings = Settings(
                database_url=address,
                var_dir=Path(folder),
                public_base=f"http://127.0.0.1:{PORT}",
                bind_port=PORT,
                worker="separate",  # type: ignore[arg-type]  # read as the environment's word
            )
            loads = measure(settings, count) if os.environ.get("RIG_MEASURE", "1") == "1" else []
            verdict = run(settings, scale)
    finally:
        server.stop()
    print("\n".join([load.line() for load in loads] + verdict.lines()))
    return 1 if verdict.findings else 0


if __name__ == "__main__":
    sys.exit(main())
