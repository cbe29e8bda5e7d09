from __future__ import annotations

from divisa.domain.erasure import is_pseudonym, pseudonym_of


def test_a_user_has_one_pseudonym_which_nobody_makes_without_the_secret() -> None:
    assert pseudonym_of(b"secret", "ana") == pseudonym_of(b"secret", "ana")
    assert len({pseudonym_of(secret, user) for secret in (b"secret", b"other") for user in ("ana", "ben")}) == 4


def test_a_pseudonym_is_told_from_a_subject() -> None:
    assert is_pseudonym(pseudonym_of(b"secret", "ana"))
    assert not is_pseudonym("8f3c0d1e-0000-4000-8000-00000000000a")
