"""What a user may set, where it comes from, and the secrets that are asked for only when they are read."""

from ingest_widgets.settings.fields import AwsSettings, VaultSettings
from ingest_widgets.settings.model import Settings
from ingest_widgets.settings.overrides import get_settings, refresh_secrets, settings_override

__all__ = ["AwsSettings", "Settings", "VaultSettings", "get_settings", "refresh_secrets", "settings_override"]
