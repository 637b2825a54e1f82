"""Signed notes: Go's own example, the two kinds of key, and what is no note."""

import pytest

from signing.errors import NoteInvalid
from signing.note import LOG, WITNESS, Note, SignerKey, VerifierKey, parse_signatures, signed_by

# The example of golang.org/x/mod/sumdb/note.
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_PUBLIC = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_NOTE = (
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n\n"
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
# The example of c2sp.org/tlog-cosignature: a log's line, and that of a witness at a time.
COSIGNED = (
    "example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n\n"
    "— example.com/behind-the-sofa "
    "Az3grlgtzPICa5OS8npVmf1Myq/5IZniMp+ZJurmRDeOoRDe4URYN7u5/Zhcyv2q1gGzGku9nTo+zyWE+xeMcTOAYQ8=\n"
    "— witness.example.com/w1 "
    "jWbPPwAAAABkGFDLEZMHwSRaJNiIDoe9DYn/zXcrtPHeolMI5OWXEhZCB9dlrDJsX3b2oyin1nPZqhf5nNo0xUe+mbIUBkBIfZ+qnA==\n"
)
TEXT = "chalco.example/libro\n1\nAAAA\n"
AT = 1_795_650_000


@pytest.fixture(scope="module")
def log() -> SignerKey:
    return SignerKey.generate("chalco.example/libro")


@pytest.fixture(scope="module")
def witness() -> SignerKey:
    return SignerKey.generate("testigo.example/w1", WITNESS)


def test_go_and_we_sign_alike() -> None:
    key = SignerKey.parse(GO_SECRET)
    note = Note.parse(GO_NOTE)
    assert str(key.verifier) == GO_PUBLIC
    assert Note(note.text, (key.sign(note.text),)).content == GO_NOTE
    [signed] = signed_by(note, [VerifierKey.parse(GO_PUBLIC)])
    assert (signed.key.name, signed.at) == ("PeterNeumann", 0)


def test_the_example_of_a_cosigned_checkpoint_is_read_and_written_to_the_byte() -> None:
    note = Note.parse(COSIGNED.encode())
    assert note.content == COSIGNED
    assert [signature.name for signature in note.signatures] == [
        "example.com/behind-the-sofa",
        "witness.example.com/w1",
    ]
    assert int.from_bytes(note.signatures[1].value[:8], "big") == 1679315147


@pytest.mark.parametrize("kind", [LOG, WITNESS])
def test_a_key_is_written_and_read_and_tells_no_secret(kind: int) -> None:
    key = SignerKey.generate("testigo.example/ñ", kind)
    assert SignerKey.parse(key.secret_line).verifier == key.verifier == VerifierKey.parse(str(key.verifier))
    assert key.secret_line[-44:] not in repr(key) + str(key) + str(key.verifier)


def test_a_log_and_its_witness_sign_the_same_note(log: SignerKey, witness: SignerKey) -> None:
    note = Note(TEXT, (log.sign(TEXT),)).with_more([witness.sign(TEXT, at=AT)])
    found = signed_by(Note.parse(note.content), [witness.verifier, log.verifier])
    assert [(each.key, each.at) for each in found] == [(log.verifier, 0), (witness.verifier, AT)]
    assert note.with_more(note.signatures) == note
    assert parse_signatures("".join(signature.line for signature in note.signatures)) == note.signatures


def test_a_signature_counts_for_its_text_its_time_and_its_kind_alone(log: SignerKey, witness: SignerKey) -> None:
    signed, cosigned = log.sign(TEXT).value, witness.sign(TEXT, at=AT).value
    later = (AT + 1).to_bytes(8, "big") + cosigned[8:]
    assert log.verifier.signed_at(TEXT, signed) == 0
    assert witness.verifier.signed_at(TEXT, cosigned) == AT
    assert log.verifier.signed_at(TEXT + "x\n", signed) is None
    assert witness.verifier.signed_at(TEXT, later) is None
    assert witness.verifier.signed_at(TEXT, signed) is None
    assert log.verifier.signed_at(TEXT, cosigned) is None
    assert VerifierKey(log.name, WITNESS, log.verifier.public).signed_at(TEXT, bytes(8) + signed) is None
    assert log.verifier.signed_at(TEXT, b"") is None


def test_a_stranger_counts_for_nothing_and_whoever_signs_in_anothers_name_is_refused(log: SignerKey) -> None:
    stranger = SignerKey.generate("otro.example")
    note = Note(TEXT, (stranger.sign(TEXT), log.sign(TEXT)))
    assert [each.key for each in signed_by(note, [log.verifier])] == [log.verifier]
    assert signed_by(Note(TEXT, (stranger.sign(TEXT),)), [log.verifier]) == ()
    namesake = SignerKey.generate(log.name)  # another key id: a stranger
    assert signed_by(Note(TEXT, (namesake.sign(TEXT),)), [log.verifier]) == ()
    with pytest.raises(NoteInvalid, match="not its own"):
        signed_by(Note(TEXT + "x\n", (log.sign(TEXT),)), [log.verifier])


@pytest.mark.parametrize(
    "content",
    [
        *(b"", b"\n\n", b"a\n\n", GO_NOTE.encode()[:-1], GO_NOTE.encode().replace(b"\n\n", b"\n")),
        *(GO_NOTE.encode().replace(b"x08g", b"x08"), GO_NOTE.replace("—", "-").encode(), GO_NOTE.encode() + b"x\n"),
        *(GO_NOTE.encode().replace(b"problem", b"pro\tblem"), b"\xff" + GO_NOTE.encode()),
        *(GO_NOTE.encode().replace(b"JnAM=", b"JnAN="), b"a\n\n\xe2\x80\x94 x AAAA\n"),
        b"a" * 70_000 + b"\n" + GO_NOTE.encode(),
        GO_NOTE.encode() + GO_NOTE.encode()[GO_NOTE.encode().index(b"\xe2\x80\x94") :] * 64,
    ],
)
def test_nothing_else_is_a_note(content: bytes) -> None:
    with pytest.raises(NoteInvalid):
        Note.parse(content)


@pytest.mark.parametrize(
    "line",
    [
        *("", "PeterNeumann", GO_SECRET, GO_PUBLIC.replace("c74f20a3", "c74f20a4"), GO_PUBLIC[:-1], "a b+" + GO_PUBLIC),
        *(GO_PUBLIC.replace("+ARpc", "+AhpC"), GO_PUBLIC.replace("PeterNeumann", "Peter Neumann"), GO_PUBLIC + "\n"),
    ],
)
def test_nothing_else_is_a_public_key(line: str) -> None:
    with pytest.raises(NoteInvalid):
        VerifierKey.parse(line)


@pytest.mark.parametrize(
    "line", ["", GO_PUBLIC, GO_SECRET[:-1], GO_SECRET.replace("c74f20a3", "c74f20a4"), GO_SECRET + "\n", "PRIVATE+KEY+"]
)
def test_nothing_else_is_a_secret_key_and_no_error_repeats_it(line: str) -> None:
    with pytest.raises(NoteInvalid) as fault:
        SignerKey.parse(line)
    assert not line or line[-12:] not in str(fault.value)


@pytest.mark.parametrize("name", ["", " ", "a b", "a+b", "a\n", "\u2003"])
def test_a_key_has_a_name_that_a_note_can_bear(name: str) -> None:
    with pytest.raises(NoteInvalid):
        SignerKey.generate(name)
