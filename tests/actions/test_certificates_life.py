"""The life of certificates, by the actions that people use, in real workspaces with real files."""

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from stocktake_app.actions import capture, identity, signing, withdrawing, workspaces
from stocktake_app.actions.checking import check_file
from stocktake_app.actions.expiry import Ending, expiry
from stocktake_app.actions.exporting import export
from stocktake_app.actions.importing import import_files
from stocktake_app.actions.roster import Outcome, approve_roster
from stocktake_app.actions.trusting import own_notices, take_notices, trust_of
from stocktake_app.actions.withdrawing import Reason
from stocktake_app.actions.workspaces import Person, create
from stocktake_app.errors import RefusedError, UserFileError, WrongUseError
from stocktake_app.exchange.receipts import read_receipt
from stocktake_app.model.codes import Role, Verdict
from stocktake_app.server.judging import make_judge
from stocktake_app.store.entries import count_entries, get_entry
from stocktake_app.store.imports import list_set_aside
from stocktake_app.store.seals import get_seal, list_seals
from stocktake_app.store.trust_objects import own_chain
from stocktake_app.store.workspace import Workspace, open_workspace
from stocktake_app.trust.keys import new_key
from stocktake_app.trust.revocation import PEM_BEGIN, list_number

PASSPHRASE = "four quiet green boats"
NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
ANSWERS = {
    "event_details": {"event": "2020-12-14-WCA", "bureau": "WCA"},
    "findings": [{"kind": "progress", "text": "Schools opened their doors."}],
}


@dataclass
class Site:
    """HQ, a bureau and its officer, enrolled."""

    folder: Path
    hq: Workspace
    bureau: Workspace
    officer: Workspace

    def path(self, name: str) -> Path:
        return self.folder / name

    def newcomer(self, name: str, role: Role = Role.OFFICER) -> Workspace:
        """Make a new workspace for an officer or a bureau of WCA."""
        return make(self.folder / name, f"Office {name}", role)

    def ask(self, workspace: Workspace, at: datetime = NOW) -> bytes:
        """Return somebody's request."""
        out = self.path(f"{workspace.id}-request.json")
        identity.request(workspace, out, passphrase=PASSPHRASE, now=at)
        return out.read_bytes()


def make(folder: Path, name: str, role: Role) -> Workspace:
    person = Person(name, "Dakar", role, bureau="" if role is Role.HQ else "WCA")
    return create(folder, person, now=NOW, passphrase=PASSPHRASE, encrypt=False)


def enrol(
    issuer: Workspace, asks: Workspace, data: bytes, out: Path, now: datetime = NOW
) -> identity.Approved:
    done = identity.approve(issuer, data, out, passphrase=PASSPHRASE, now=now)
    identity.install(asks, out.read_bytes(), passphrase=PASSPHRASE, now=now)
    return done


@pytest.fixture(autouse=True)
def _quick_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make keys on P-256: RSA keys take seconds, and nothing here depends on their kind."""
    monkeypatch.setattr(signing, "new_key", partial(new_key, "ec"))


@pytest.fixture(scope="module")
def offices(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Enrol everybody once."""
    folder = tmp_path_factory.mktemp("offices")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(signing, "new_key", partial(new_key, "ec"))
        patch.setenv("STOCKTAKE_STATE", str(folder / "state"))
        hq = make(folder / "hq", "Headquarters", Role.HQ)
        bureau = make(folder / "bureau", "Bureau in Dakar", Role.BUREAU)
        officer = make(folder / "officer", "Officer in Thiès", Role.OFFICER)
        site = Site(folder, hq, bureau, officer)
        for issuer, one in ((hq, bureau), (bureau, officer)):
            enrol(issuer, one, site.ask(one), folder / "answer.json")
        for one in (hq, bureau, officer):
            one.close()
    return folder


@pytest.fixture
def site(offices: Path, tmp_path: Path) -> Iterator[Site]:
    """Give everybody a copy of their workspace."""
    places = {}
    for name in ("hq", "bureau", "officer"):
        shutil.copytree(offices / name, tmp_path / name)
        places[name] = open_workspace(tmp_path / name)
    yield Site(tmp_path, **places)
    for one in places.values():
        one.close()


def write(workspace: Workspace, at: datetime = NOW) -> str:
    """Fill a questionnaire; return the entry."""
    entry = capture.capture(workspace, "regional", ANSWERS, now=at).entry
    assert entry is not None
    return entry


def send(workspace: Workspace, out: Path, at: datetime = NOW, *, everything: bool = False) -> Path:
    return export(
        workspace, None, out=out, everything=everything, passphrase=PASSPHRASE, now=at
    ).path


def take(workspace: Workspace, *paths: Path, at: datetime = NOW) -> tuple[str, ...]:
    done = import_files(workspace, paths, dry_run=False, now=at)
    return tuple(note for one in done.files for note in one.notes)


def of(workspace: Workspace) -> str:
    return workspace.profile.identity


def lose(site: Site, at: datetime = NOW, **more: object) -> withdrawing.Withdrawn:
    """Let the bureau withdraw the officer's certificates."""
    return withdrawing.revoke(
        site.bureau,
        of(site.officer),
        since=at,
        reason=Reason.LOST_LAPTOP,
        passphrase=PASSPHRASE,
        now=at + DAY,
        **more,  # type: ignore[arg-type]
    )


class TestRotation:
    """Renewing before the end; what the old key signed stays good."""

    @pytest.mark.parametrize("same_key", [False, True])
    def test_an_officer_goes_on_with_a_renewed_certificate_and_earlier_work_stays(
        self, site: Site, *, same_key: bool
    ) -> None:
        before = identity.standing(site.officer)
        old = write(site.officer)
        first = send(site.officer, site.path("old.xlsx"))
        out = site.path("renewal.json")
        asked = identity.rotate(
            site.officer, out, same_key=same_key, passphrase=PASSPHRASE, now=NOW
        )
        assert asked.renews == before.fingerprint
        assert (asked.fingerprint == before.fingerprint) is same_key
        assert identity.standing(site.officer).fingerprint == before.fingerprint
        # A second later: of two certificates that begin together nobody could say which is newer.
        answer, later = site.path("answer.json"), NOW + timedelta(seconds=1)
        done = enrol(site.bureau, site.officer, out.read_bytes(), answer, later)
        assert (done.renews, done.identity) == (before.fingerprint, of(site.officer))
        assert identity.standing(site.officer).fingerprint == asked.fingerprint
        new = write(site.officer)
        second = send(site.officer, site.path("new.xlsx"))
        take(site.bureau, second, first)
        for entry in (old, new):
            assert get_entry(site.bureau, entry).author == of(site.officer)
        assert list_set_aside(site.bureau) == []
        (known,) = [one for one in identity.known(site.bureau) if one.identity == of(site.officer)]
        assert known.fingerprint == asked.fingerprint

    def test_a_renewal_that_was_asked_for_twice_makes_one_key(self, site: Site) -> None:
        out = site.path("renewal.json")
        first = identity.rotate(site.officer, out, passphrase=PASSPHRASE, now=NOW)
        again = identity.rotate(site.officer, out, passphrase=PASSPHRASE, now=NOW)
        assert first.fingerprint == again.fingerprint
        assert identity.standing(site.officer).asked == first.fingerprint

    def test_a_bureau_renews_its_own_certificate_at_once_and_hq_knows_it(self, site: Site) -> None:
        done = identity.rotate(site.bureau, None, passphrase=PASSPHRASE, now=NOW)
        assert done.path is None
        assert done.fingerprint != done.renews
        entry = write(site.bureau)
        take(site.hq, send(site.bureau, site.path("bureau.xlsx")))
        assert get_entry(site.hq, entry).author == of(site.bureau)

    def test_a_bureau_never_renews_back_to_a_key_that_it_had(self, site: Site) -> None:
        first = identity.standing(site.bureau).fingerprint
        renewed = [
            identity.rotate(site.bureau, None, passphrase=PASSPHRASE, now=NOW).fingerprint
            for _ in range(2)
        ]
        assert len({first, *renewed}) == 3

    def test_what_issues_certificates_is_renewed_with_its_key(self, site: Site) -> None:
        out, later = site.path("renewal.json"), NOW + 365 * DAY
        identity.rotate(site.bureau, out, authority=True, passphrase=PASSPHRASE, now=later)
        answer = site.path("answer.json")
        identity.approve(site.hq, out.read_bytes(), answer, passphrase=PASSPHRASE, now=later)
        before = own_chain(site.bureau)[1]
        identity.install(site.bureau, answer.read_bytes(), passphrase=PASSPHRASE, now=later)
        after = own_chain(site.bureau)[1]
        assert before.public_key() == after.public_key()
        assert after.not_valid_after_utc > before.not_valid_after_utc
        entry = write(site.officer)
        take(site.bureau, send(site.officer, site.path("old.xlsx")), at=later)
        assert get_entry(site.bureau, entry).author == of(site.officer)

    def test_hqs_renewed_root_is_taken_by_those_who_trust_the_old_one(self, site: Site) -> None:
        later = NOW + 10 * 365 * DAY
        done = identity.rotate(site.hq, None, authority=True, passphrase=PASSPHRASE, now=later)
        assert done.fingerprint == identity.standing(site.hq).root_fingerprint
        root = site.path("root.pem")
        workspaces.write_root(site.hq, root)
        taken = identity.install(site.officer, root.read_bytes(), passphrase=None, now=later)
        assert (taken.kind, taken.valid_until) == ("root", done.valid_until)
        stranger = make(site.path("other"), "Another HQ", Role.HQ)
        identity.own_signer(stranger, PASSPHRASE, now=NOW)
        workspaces.write_root(stranger, root)
        with pytest.raises(RefusedError, match="not a renewal of HQ's root"):
            identity.install(site.officer, root.read_bytes(), passphrase=None, now=later)
        stranger.close()

    def test_what_does_not_fit_is_said(self, site: Site) -> None:
        with pytest.raises(WrongUseError, match="--out"):
            identity.rotate(site.officer, None, passphrase=PASSPHRASE, now=NOW)
        with pytest.raises(WrongUseError, match="issues no certificates"):
            identity.rotate(site.officer, None, authority=True, passphrase=PASSPHRASE, now=NOW)
        newcomer = site.newcomer("new")
        with pytest.raises(RefusedError, match="nothing to renew"):
            identity.rotate(newcomer, site.path("x"), passphrase=PASSPHRASE, now=NOW)
        newcomer.close()

    def test_a_certificate_that_ends_is_said_sixty_days_before(self, site: Site) -> None:
        end = own_chain(site.officer)[0].not_valid_after_utc
        for left, ending in ((61, ""), (59, "soon"), (1, "soon"), (-1, "ended")):
            assert expiry(site.officer, end - left * DAY).ending == ending
        assert "in 30 days" in expiry(site.officer, end - 30 * DAY).sentence()
        newcomer = site.newcomer("new")
        assert expiry(newcomer, NOW).ending is Ending.NOTHING
        newcomer.close()


class TestWithdrawal:
    """Lists: dated, with a reason, the same whenever they come."""

    def test_what_was_here_before_stays_everywhere_and_what_comes_later_waits(
        self, site: Site
    ) -> None:
        old = write(site.officer)
        first = send(site.officer, site.path("1.xlsx"), NOW)
        take(site.bureau, first, at=NOW)
        new = write(site.officer)
        second = send(site.officer, site.path("2.xlsx"), NOW + 3 * DAY)
        take(site.bureau, second, at=NOW + 3 * DAY)
        done = lose(site, NOW + 2 * DAY + timedelta(hours=1))
        assert (done.kept, done.waiting) == (1, 1)
        assert get_entry(site.bureau, old).author == of(site.officer)
        assert count_entries(site.bureau) == 1
        package = send(site.bureau, site.path("bureau.xlsx"), NOW + 4 * DAY, everything=True)
        take(site.hq, second, package, first, at=NOW + 5 * DAY)
        assert count_entries(site.hq) == 1
        (aside,) = list_set_aside(site.hq)
        assert (aside.entry, aside.signer_name) == (new, "Officer in Thiès")
        assert "the key may be in other hands" in aside.reason
        again = lose(site, NOW + 2 * DAY + timedelta(hours=1), good=done.records)
        assert (again.kept, again.waiting, again.number) == (2, 0, done.number + 1)
        assert count_entries(site.bureau) == 2
        crl = site.path("list.pem")
        withdrawing.write_list(site.bureau, crl, passphrase=PASSPHRASE, now=NOW + 6 * DAY)
        identity.install(site.hq, crl.read_bytes(), passphrase=None, now=NOW + 6 * DAY)
        assert count_entries(site.hq) == 2
        assert list_set_aside(site.hq) == []

    def test_an_earlier_date_takes_more_away_but_not_what_a_person_kept(self, site: Site) -> None:
        for day in range(3):
            write(site.officer)
            path = send(site.officer, site.path(f"{day}.xlsx"), NOW + day * DAY)
            take(site.bureau, path, at=NOW + day * DAY)
        hour = timedelta(hours=1)
        last = max(list_seals(site.bureau), key=lambda one: one.number).id
        assert lose(site, NOW + DAY + hour, good=[last[:12]]).kept == 3
        assert lose(site, NOW + hour).kept == 2

    def test_the_withdrawn_officer_learns_it_from_the_bureaus_package(self, site: Site) -> None:
        write(site.bureau)
        lose(site)
        take(site.officer, send(site.bureau, site.path("b.xlsx"), NOW + 2 * DAY), at=NOW + 2 * DAY)
        said = expiry(site.officer, NOW + 2 * DAY)
        assert said.ending is Ending.WITHDRAWN
        assert "withdrawn" in identity.standing(site.officer, NOW + 2 * DAY).withdrawn
        entry = write(site.officer)
        assert get_entry(site.officer, entry).author == of(site.officer)

    def test_only_the_office_that_issued_may_withdraw_and_only_what_is_there(
        self, site: Site
    ) -> None:
        write(site.officer)
        package = send(site.officer, site.path("o.xlsx"))
        take(site.hq, package)
        refusals = (
            (site.hq, of(site.officer), NOW, "only WCA can"),
            (site.bureau, "0" * 32, NOW, "Nobody here"),
            (site.bureau, of(site.officer), NOW + 9 * DAY, "a day to come"),
            (site.bureau, of(site.bureau), NOW, "signs with"),
            (site.officer, of(site.officer), NOW, "only HQ and an approved bureau"),
        )
        for office, who, since, why in refusals:
            with pytest.raises(RefusedError, match=why):
                withdrawing.revoke(
                    office, who, since=since, reason=Reason.MISTAKE, passphrase=PASSPHRASE, now=NOW
                )
        with pytest.raises(RefusedError, match="does not name one"):
            lose(site, good=["abcdef0123"])

    def test_a_key_alone_can_be_withdrawn_after_a_rotation(self, site: Site) -> None:
        before = identity.standing(site.officer).fingerprint
        out = site.path("renewal.json")
        identity.rotate(site.officer, out, passphrase=PASSPHRASE, now=NOW)
        enrol(site.bureau, site.officer, out.read_bytes(), site.path("answer.json"))
        done = withdrawing.revoke(
            site.bureau, before, since=NOW, reason=Reason.STOLEN_KEY, passphrase=PASSPHRASE, now=NOW
        )
        assert done.fingerprints == (before,)
        entry = write(site.officer)
        take(site.bureau, send(site.officer, site.path("o.xlsx")))
        assert get_entry(site.bureau, entry).author == of(site.officer)

    def test_an_older_list_is_refused_and_a_broken_one_stops_nothing(self, site: Site) -> None:
        old, new = site.path("old.pem"), site.path("new.pem")
        withdrawing.write_list(site.bureau, old, passphrase=PASSPHRASE, now=NOW)
        lose(site, out=new)
        identity.install(site.hq, new.read_bytes(), passphrase=None, now=NOW)
        with pytest.raises(RefusedError, match=r"\(number 1\) is older than .* \(number 2\)"):
            identity.install(site.hq, old.read_bytes(), passphrase=None, now=NOW)
        with pytest.raises(RefusedError, match="known here already"):
            identity.install(site.hq, new.read_bytes(), passphrase=None, now=NOW)
        broken = {
            "a": PEM_BEGIN + b"\nAAAA\n-----END X509 CRL-----\n",
            "b": old.read_bytes(),
            "c": new.read_bytes(),
            "d": PEM_BEGIN + b"x" * 5_000_000,
        }
        notes = take_notices(site.hq, broken, NOW)
        assert len(notes) == 3
        assert [list_number(one) for one in trust_of(site.hq).crls] == [2]
        stranger = site.newcomer("stranger")
        with pytest.raises(UserFileError, match="cannot be trusted"):
            identity.install(stranger, new.read_bytes(), passphrase=None, now=NOW)
        stranger.close()

    def test_every_package_of_an_office_carries_the_newest_lists(self, site: Site) -> None:
        assert own_notices(site.officer, NOW) == {}
        lose(site)
        carried = [
            one for one in own_notices(site.bureau, NOW).values() if one.startswith(PEM_BEGIN)
        ]
        assert len(carried) == 1
        write(site.bureau)
        take(site.hq, send(site.bureau, site.path("b.xlsx"), NOW + DAY), at=NOW + DAY)
        assert carried[0] in own_notices(site.hq, NOW).values()
        assert all(hashlib.sha256(data).hexdigest() == name
                   for name, data in own_notices(site.hq, NOW).items())  # fmt: skip


class TestRecovery:
    """A lost laptop or office: a new key, the old identity."""

    def recover(self, issuer: Workspace, site: Site, asks: Workspace, who: str) -> Path:
        out = site.path("recovered.json")
        done = withdrawing.recover(
            issuer,
            site.ask(asks),
            who,
            out,
            since=NOW + DAY,
            passphrase=PASSPHRASE,
            now=NOW + 2 * DAY,
        )
        assert done.withdrawn.reason == "lost_laptop"
        assert done.approved.identity == who
        return out

    def test_a_new_laptop_goes_on_with_the_old_identity(self, site: Site) -> None:
        entry = write(site.officer)
        take(site.bureau, send(site.officer, site.path("1.xlsx")))
        thief = write(site.officer)
        stolen = send(site.officer, site.path("2.xlsx"), NOW + 2 * DAY)
        new = site.newcomer("laptop2")
        answer = self.recover(site.bureau, site, new, of(site.officer))
        done = identity.install(new, answer.read_bytes(), passphrase=PASSPHRASE, now=NOW + 2 * DAY)
        assert done.identity == of(site.officer)
        new.close()
        new = open_workspace(site.path("laptop2"))
        assert of(new) == of(site.officer)
        package = send(site.bureau, site.path("b.xlsx"), NOW + 2 * DAY, everything=True)
        take(new, package, at=NOW + 2 * DAY)
        draft = capture.edit(new, entry, now=NOW)
        capture.save(new, draft, {"follow_up/summary": "Going on."}, now=NOW)
        capture.leave(new, draft, now=NOW)
        third = send(new, site.path("3.xlsx"), NOW + 3 * DAY)
        take(site.bureau, stolen, third, at=NOW + 3 * DAY)
        found = get_entry(site.bureau, entry)
        assert (found.author, found.answers["follow_up/summary"]) == (of(new), "Going on.")
        assert [one.entry for one in list_set_aside(site.bureau)] == [thief]
        new.close()

    def test_the_thief_cannot_recover_nor_renew_with_the_lost_key(self, site: Site) -> None:
        lose(site)
        out = site.path("out.json")
        for asked in (site.ask(site.officer), self.renewal(site)):
            with pytest.raises(RefusedError, match="was withdrawn"):
                identity.approve(site.bureau, asked, out, passphrase=PASSPHRASE, now=NOW + DAY)
            with pytest.raises(RefusedError, match="was withdrawn"):
                withdrawing.recover(
                    site.bureau, asked, of(site.officer), out,
                    since=NOW, passphrase=PASSPHRASE, now=NOW + DAY,
                )  # fmt: skip
        assert not out.exists()

    def renewal(self, site: Site) -> bytes:
        out = site.path("renewal.json")
        identity.rotate(site.officer, out, passphrase=PASSPHRASE, now=NOW)
        return out.read_bytes()

    def test_an_identity_is_not_given_to_a_workspace_that_has_sent_packages(
        self, site: Site
    ) -> None:
        new = site.newcomer("laptop2")
        write(new)
        send(new, site.path("n.xlsx"))
        answer = self.recover(site.bureau, site, new, of(site.officer))
        with pytest.raises(RefusedError, match="packages were made here"):
            identity.install(new, answer.read_bytes(), passphrase=PASSPHRASE, now=NOW + 2 * DAY)
        new.close()

    def test_hq_recovers_a_bureau_and_its_officers_go_on_after_a_renewal(self, site: Site) -> None:
        entry = write(site.officer)
        first = send(site.officer, site.path("1.xlsx"))
        take(site.hq, first)
        new = site.newcomer("bureau2", Role.BUREAU)
        answer = self.recover(site.hq, site, new, of(site.bureau))
        at = NOW + 2 * DAY
        identity.install(new, answer.read_bytes(), passphrase=PASSPHRASE, now=at)
        new.close()
        new = open_workspace(site.path("bureau2"))
        meanwhile = write(site.officer)
        second = send(site.officer, site.path("2.xlsx"), at)
        take(site.hq, second, at=at)
        assert get_entry(site.hq, entry).author == of(site.officer)
        assert [one.entry for one in list_set_aside(site.hq)] == [meanwhile]
        hqs = site.path("hq.xlsx")
        send(site.hq, hqs, at, everything=True)
        take(new, hqs, at=at)
        out = site.path("renewal.json")
        identity.rotate(site.officer, out, same_key=True, passphrase=PASSPHRASE, now=at)
        again = site.path("again.json")
        identity.approve(new, out.read_bytes(), again, passphrase=PASSPHRASE, now=at)
        identity.install(site.officer, again.read_bytes(), passphrase=PASSPHRASE, now=at)
        write(site.officer)
        third = send(site.officer, site.path("3.xlsx"), at)
        take(site.hq, third, at=at)
        assert count_entries(site.hq) == 3
        assert list_set_aside(site.hq) == []
        assert check_file(second, at=at, workspace=site.hq).verdict is Verdict.VALID
        new.close()


class TestCountersigning:
    """A bureau's package brings its officers' records as they were, and names each by its hash."""

    def test_an_officers_record_reaches_hq_byte_for_byte_under_the_bureaus_signature(
        self, site: Site
    ) -> None:
        write(site.officer)
        take(site.bureau, send(site.officer, site.path("o.xlsx")))
        (record,) = list_seals(site.officer)
        write(site.bureau)
        package = send(site.bureau, site.path("b.xlsx"), everything=True)
        take(site.hq, package)
        original = get_seal(site.officer, record.id)
        assert get_seal(site.bureau, record.id).encode() == original.encode()
        assert get_seal(site.hq, record.id).encode() == original.encode()
        (closing,) = [one for one in list_seals(site.bureau) if one.own]
        assert get_seal(site.hq, closing.id).manifest.seals == (record.id,)
        checked = check_file(package, at=NOW, workspace=site.hq)
        assert [one.signer for one in checked.seals] == ["Officer in Thiès", "Bureau in Dakar"]
        assert checked.verdict is Verdict.VALID

    def test_hqs_receipt_names_the_record_the_time_and_what_was_found_of_each(
        self, site: Site
    ) -> None:
        stranger = site.newcomer("stranger")
        write(stranger)
        take(site.bureau, send(stranger, site.path("s.xlsx")))
        write(site.officer)
        package = send(site.officer, site.path("o.xlsx"))
        signer = identity.own_signer(site.hq, PASSPHRASE, now=NOW)
        judge = make_judge(signer, lambda: trust_of(site.hq), lambda: NOW)
        for path, verdict in (
            (package, Verdict.VALID),
            (site.path("s.xlsx"), Verdict.SIGNER_UNKNOWN),
        ):
            data = path.read_bytes()
            sha256 = hashlib.sha256(data).hexdigest()
            said = read_receipt(judge(data, sha256, 7, NOW).receipt, trust_of(site.officer), NOW)
            (closing,) = check_file(path, at=NOW, workspace=site.hq).seals
            assert (said.package, said.seal, said.verdict) == (sha256, closing.id, verdict)
            assert said.received == NOW.isoformat()
            assert said.verdict_of(closing.id) is verdict
        stranger.close()


class TestRoster:
    """Forty at once, each by the fingerprint that was read aloud."""

    def test_each_request_gets_what_its_row_says(self, site: Site) -> None:
        people = {name: site.newcomer(name) for name in ("Abidjan", "Bamako", "Conakry", "Douala")}
        asked = {name: site.ask(one) for name, one in people.items()}
        prints = {name: identity.standing(one).fingerprint for name, one in people.items()}
        roster = (
            "name,office,bureau,fingerprint\n"
            f"Office Abidjan,Dakar,WCA,{prints['Abidjan'].lower().replace('-', ' ')}\n"
            "Office Bamako,,,\n"
            f"Office Conakry,Dakar,WCA,{prints['Abidjan'][:-4]}0000\n"
            "Office Elsewhere,,,\n"
        )
        requests = [(f"{name}.json", data) for name, data in asked.items()]
        requests.append(("broken.json", b"{}"))
        done = approve_roster(
            site.bureau, requests, roster.encode(), site.path("out"), passphrase=PASSPHRASE, now=NOW
        )
        assert [one.outcome for one in done.rows] == [
            Outcome.APPROVED,
            Outcome.COMPARE,
            Outcome.DIFFERS,
            Outcome.NOT_LISTED,
            Outcome.REFUSED,
            Outcome.MISSING,
        ]
        assert not done.complete
        assert done.rows[1].fingerprint == prints["Bamako"]
        answers = list(site.path("out").iterdir())
        assert [one.name for one in answers] == ["Abidjan-answer.json"]
        identity.install(people["Abidjan"], answers[0].read_bytes(), passphrase=PASSPHRASE, now=NOW)
        assert identity.standing(people["Abidjan"]).approved
        for one in people.values():
            one.close()

    def test_a_name_alone_approves_nobody(self, site: Site) -> None:
        impostor = site.newcomer("Abidjan")
        requests = [("a.json", site.ask(impostor))]
        out = site.path("out")
        for roster in ("name\nOffice Abidjan\n", "name;fingerprint\nSomebody;\n"):
            done = approve_roster(
                site.bureau, requests, roster.encode(), out, passphrase=PASSPHRASE, now=NOW
            )
            assert Outcome.APPROVED not in [one.outcome for one in done.rows]
        impostor.close()

    @pytest.mark.parametrize("data", [b"", b"\xff\xfe", b"who,where\na,b\n", b"name\n"])
    def test_what_is_no_roster_is_refused_in_a_sentence(self, site: Site, data: bytes) -> None:
        with pytest.raises(UserFileError, match="roster"):
            approve_roster(site.bureau, [], data, site.folder, passphrase=PASSPHRASE, now=NOW)
