"""The experiment: a random share of all suggestions is held out, so that what sending them does can be measured."""

from __future__ import annotations

import hashlib
import hmac
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from divisa.domain.pair import Pair

_DRAW_BYTES: Final = 8
_DRAWS: Final = 1 << 8 * _DRAW_BYTES


class Arm(StrEnum):
    """To which group of the experiment a suggestion belongs."""

    TREATED = "treated"
    HELD_OUT = "held_out"


def arm_of(key: bytes, user_id: str, pair: Pair, episode: int, share: float) -> Arm:
    """The group of the suggestion that an episode may make, the same however often it is asked for.

    The draw is a keyed hash (HMAC-SHA256, RFC 2104), so that it is as good as random to whoever has not the key: no
    choice of user ids or trades can steer it. It takes no notice of the side, the price or the model, and a greater
    share holds out all that a smaller one does.

    Args:
        key: secret of the stage; another key draws anew.
        user_id: whom the suggestion is for.
        pair: what to trade.
        episode: which visit of the price, counted for each user and pair.
        share: probability to be held out, 0 to 1: at 0 nobody is, at 1 everybody.
    """
    digest = hmac.digest(key, f"{user_id}|{pair}|{episode}".encode(), hashlib.sha256)
    draw = int.from_bytes(digest[:_DRAW_BYTES], "big")
    # Compared as exact ratios: a float quotient rounds the highest draws up to 1.
    numerator, denominator = share.as_integer_ratio()
    return Arm.HELD_OUT if draw * denominator < numerator * _DRAWS else Arm.TREATED
