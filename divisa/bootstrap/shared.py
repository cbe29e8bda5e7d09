"""What several entrypoints are wired from."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from divisa.adapters.aws.tables import Tables
    from divisa.ports import Clock, PushGateway
    from divisa.settings import ReachesDevices, Settings


def tables_of(settings: Settings) -> Tables:
    """The stage's tables."""
    from divisa.adapters.aws.tables import Tables

    return Tables(settings.table_prefix)


def clock_of(settings: Settings) -> Clock:
    """The stage's clock."""
    from divisa.adapters.aws.clock import ReplayClock, SystemClock

    if settings.clock == "system":
        return SystemClock()
    from divisa.adapters.aws import clients

    return ReplayClock(clients.ssm(), settings.clock_parameter)


def push_gateway(settings: ReachesDevices) -> PushGateway:
    """The platform applications that the stage is told of."""
    from divisa.adapters.aws import clients
    from divisa.adapters.aws.push_gateway import SnsPushGateway
    from divisa.domain.device import Platform

    applications = {
        Platform.ANDROID: settings.android_application_arn,
        Platform.IOS: settings.ios_application_arn,
    }
    return SnsPushGateway(clients.push_sns(), applications)
