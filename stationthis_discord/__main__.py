"""`python -m stationthis_discord`."""

from stationthis_discord.cli import main

if __name__ == "__main__":
    main()
