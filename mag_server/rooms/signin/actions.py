from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import Enum

from mag_server.base.db import Connection
from mag_server.base.hashing import HashingBusy
from mag_server.base.secrets import new_identifier, new_secret
from mag_server.base.work import Work
from mag_server.rooms.arrivals.actions import arrive
from mag_server.rooms.arrivals.model import Arrived
from mag_server.rooms.assertions.actions import is_looping, issue_code
from mag_server.rooms.assertions.model import CodeRequest
from mag_server.rooms.attempts.actions import charge_attempt, refund_attempt
from mag_server.rooms.attempts.model import Charged, Throttled
from mag_server.rooms.companies.model import Strictness
from mag_server.rooms.forms.actions import (
    find_use,
    forget_spent_forms,
    new_form,
    open_form,
    spend_form,
)
from mag_server.rooms.forms.model import FormToShow, FormUse, LinkRequest, OpenedForm, OwnRequest
from mag_server.rooms.keys.actions import read_id_token_hint
from mag_server.rooms.partners.actions import find_partner
from mag_server.rooms.partners.model import Partner
from mag_server.rooms.passwords.actions import check_password
from mag_server.rooms.people.actions import find_by_triplet, find_person
from mag_server.rooms.people.model import (
    FieldReason,
    Person,
    PersonState,
    Triplet,
    read_triplet,
)
from mag_server.rooms.requests.model import (
    AuthorizationRequest,
    Parameters,
    RefusedHere,
    RefusedToPartner,
    read_request,
    refuse_to_partner,
)
from mag_server.rooms.sessions.actions import (
    find_live_session,
    find_session,
    open_frame_session,
    open_session,
    recognise,
    remember,
    renew_cookie,
    touch_session,
)
from mag_server.rooms.sessions.model import Familiarity, Proof, Session, network_of
from mag_server.rooms.signin import store
from mag_server.rooms.signin.model import (
    Entered,
    FormRefused,
    Granted,
    PostedForm,
    Situation,
    Step,
    acr_password,
    can_be_met,
    count_in,
    decide_next_step,
)
from mag_server.rooms.visits.actions import find_visit, handed_at

# What a request that asks for ever is told, here: the way back is where it comes from.
LOOP = "MAG-305"

Answer = FormToShow | Granted | RefusedHere | RefusedToPartner
SignedIn = Granted | Arrived | Entered
SignInAnswer = SignedIn | FormRefused | RefusedToPartner


def begin_sign_in(work: Work, *, parameters: Parameters, session_cookie: str | None) -> Answer:
    """Answer an authorization request: a form, a code at once, or a refusal.

    A form writes nothing; a silent answer is one write.
    """
    read = read_request(parameters, find_partner=lambda name: find_partner(work, client_id=name))
    if isinstance(read, RefusedHere | RefusedToPartner):
        return read
    partner, request = read
    if request.id_token_hint is not None:
        claims = read_id_token_hint(work, token=request.id_token_hint, issuer=work.settings.issuer)
        if claims is None or claims["aud"] != partner.client_id:
            return refuse_to_partner(partner, request, "MAG-114")
        request = replace(request, hinted_sub=claims["sub"])
    # In a frame no cookie counts, even where the browser sends one: the page around it is not ours.
    cookie = None if request.in_frame else session_cookie
    session = _session_of_active_person(work, cookie)
    situation = Situation(request, partner.minimum_acr, work.settings.issuer, session, work.now)
    step = decide_next_step(situation)
    if step is Step.SHOW_FORM:
        return new_form(work, partner=partner, request=request)
    if step is Step.ANSWER_SILENTLY and session is not None:
        return _answer_silently(work, partner=partner, request=request, session=session)
    return refuse_to_partner(partner, request, step.value)


def _session_of_active_person(work: Work, cookie: str | None) -> Session | None:
    with work.read():  # one connection for both
        session = find_live_session(work, cookie=cookie)
        return session if session and _is_active(work, sub=session.sub) else None


def _is_active(work: Work, *, sub: str) -> bool:
    person = find_person(work, sub=sub)
    return person is not None and person.state is PersonState.ACTIF


def _answer_silently(
    work: Work, *, partner: Partner, request: AuthorizationRequest, session: Session
) -> Answer:
    client_id, sid = partner.client_id, session.sid
    # Only who starts sign-ins at links is ever handed a handle.
    if partner.initiate_login_uri is not None:
        with work.read():  # one connection for both
            # With the handle or without: a portal that loses its session asks for its page again.
            since = handed_at(work, client_id=client_id, session_sid=sid)
            if since and is_looping(work, client_id=client_id, sid=sid, since=since):
                return RefusedHere(LOOP, partner)
    with work.writing() as connection:
        if touch_session(work, connection=connection, sid=sid):
            code = issue_code(
                work,
                connection=connection,
                request=_code_request(work, request, session),
                silent=True,
            )
            return Granted(partner, request, code)
    if "none" in request.prompt:
        return refuse_to_partner(partner, request, Step.LOGIN_REQUIRED.value)
    return new_form(work, partner=partner, request=request)


def _code_request(work: Work, request: AuthorizationRequest, session: Session) -> CodeRequest:
    sid, client_id = session.sid, request.client_id
    visited = find_visit(work, handle=request.login_hint, client_id=client_id, session_sid=sid)
    return CodeRequest(
        client_id=request.client_id,
        redirect_uri=request.redirect_uri,
        code_challenge=request.code_challenge,
        nonce=request.nonce,
        scope=request.scope,
        session=session,
        link_id=visited.link_id if visited else None,
        target=visited.target if visited else None,
    )


def cancel_sign_in(work: Work, *, token: str) -> RefusedToPartner | RefusedHere:
    """Answer « Annuler »: the partner learns that access was denied, and nothing else."""
    opened = open_form(work, token=token)
    if opened is None or not isinstance(opened.request, AuthorizationRequest):
        return RefusedHere("MAG-120")
    return refuse_to_partner(opened.partner, opened.request, "MAG-117")


def submit_sign_in(work: Work, *, posted: PostedForm) -> SignInAnswer | RefusedHere:
    """Check a posted form; the same form posted twice signs in once (A-30)."""
    opened = open_form(work, token=posted.token)
    if opened is None:
        return RefusedHere("MAG-120")
    if opened.expired:
        return _renewed(work, opened, "MAG-204")
    # Asked again: a minimum raised since the form was shown must not be met by a password alone.
    asked = opened.request
    if isinstance(asked, AuthorizationRequest) and not can_be_met(
        asked, minimum_acr=opened.partner.minimum_acr, issuer=work.settings.issuer
    ):
        return refuse_to_partner(opened.partner, asked, Step.UNMET.value)
    triplet = read_triplet(
        siret=posted.siret,
        nom=posted.nom,
        prenom=posted.prenom,
        strictness=Strictness.chosen_by(work.settings),
    )
    missing: dict[str, Enum] = {} if posted.password else {"password": FieldReason.EMPTY}
    if not isinstance(triplet, Triplet) or missing:
        malformed = {} if isinstance(triplet, Triplet) else triplet
        return _renewed(work, opened, "MAG-205", field_reasons=malformed | missing)
    if opened.request.in_frame:
        posted = replace(posted, session_cookie=None, device_cookie=None)
    typed = (*triplet.key, posted.password)
    fingerprint = work.secret_keys.keyed_fingerprint(*typed, purpose="form-proof")
    proof = _Proved(opened, triplet, posted, fingerprint)
    use = find_use(work, form_id=opened.form_id)
    if use is not None:
        return _repeat(work, proof=proof, use=use)
    return _authenticate(work, proof=proof)


@dataclass(frozen=True)
class _Proved:
    opened: OpenedForm
    triplet: Triplet
    posted: PostedForm
    fingerprint: str = field(repr=False)


def _renewed(
    work: Work,
    opened: OpenedForm,
    code: str,
    *,
    field_reasons: Mapping[str, Enum] | None = None,
    retry_after_seconds: int | None = None,
) -> FormRefused:
    form = new_form(work, partner=opened.partner, request=opened.request)
    return FormRefused(form, code, field_reasons or {}, retry_after_seconds)


def _repeat(work: Work, *, proof: _Proved, use: FormUse) -> SignInAnswer:
    """Go on with the attempt that this very form and proof began, or refuse it as expired."""
    fresh = work.now - use.used_at <= timedelta(seconds=work.settings.form_repeat_seconds)
    if fresh and proof.fingerprint == use.proof_fingerprint:
        with _writing(work, proof) as connection:
            session, cookie = _reopen(work, connection=connection, proof=proof, use=use)
            if session is not None:
                return _answer(
                    work, connection=connection, proof=proof, session=session, cookie=cookie
                )
    return _renewed(work.again(), proof.opened, "MAG-204")


def _reopen(
    work: Work, *, connection: Connection, proof: _Proved, use: FormUse
) -> tuple[Session, str | None] | tuple[None, None]:
    sid = store.load_sid(connection, attempt_id=use.attempt_id)
    session = find_session(work, sid=sid) if sid else None
    # Struck off between the two clicks: what the first one opened lets nobody in any more.
    if session is None or not _is_active(work, sub=session.sub):
        return None, None
    if proof.opened.request.in_frame:
        return session, None
    opened = renew_cookie(work, connection=connection, sid=session.sid)
    return (opened.session, opened.cookie) if opened else (None, None)


@contextmanager
def _writing(work: Work, proof: _Proved) -> Iterator[Connection]:
    # At a link the block writes receipts, which a power cut must not take.
    durable = isinstance(proof.opened.request, LinkRequest)
    with work.writing_durably() if durable else work.writing() as connection:
        yield connection


def _answer(
    work: Work, *, connection: Connection, proof: _Proved, session: Session, cookie: str | None
) -> SignedIn:
    partner, request = proof.opened.partner, proof.opened.request
    if isinstance(request, LinkRequest):
        arrived = arrive(
            work, connection=connection, partner=partner, request=request, session=session
        )
        return replace(arrived, session_cookie=cookie)
    if isinstance(request, OwnRequest):
        return Entered(cookie)
    code = issue_code(work, connection=connection, request=_code_request(work, request, session))
    return Granted(partner, request, code, cookie)


def _authenticate(work: Work, *, proof: _Proved) -> SignInAnswer:
    """Charge, then check, then decide: the same statements and one hash whoever is named."""
    key = "triplet:" + work.secret_keys.keyed_fingerprint(*proof.triplet.key, purpose="triplet")
    with work.read():  # one connection for all three
        place = recognise(
            work,
            triplet_fingerprint=key,
            device=proof.posted.device_cookie,
            address=proof.posted.address,
        )
        network, request = network_of(proof.posted.address), proof.opened.request
        link_id = request.link_id if isinstance(request, LinkRequest) else None
        buckets = count_in(work.secret_keys, place=place, network=network, link_id=link_id)
        charged = charge_attempt(work, buckets=buckets)
        person = find_by_triplet(work, triplet=proof.triplet)
    if isinstance(charged, Throttled):
        return _renewed(
            work, proof.opened, "MAG-202", retry_after_seconds=charged.retry_after_seconds
        )
    right = check_password(
        work,
        sub=person.sub if person else None,
        password=proof.posted.password,
        address=network,
    )
    if isinstance(right, HashingBusy):
        _give_back(work, charged)
        seconds = right.retry_after_seconds
        return _renewed(work, proof.opened, "MAG-501", retry_after_seconds=seconds)
    # Struck off is judged after the hash, like a wrong password: the work tells nothing.
    if not right or person is None or person.state is not PersonState.ACTIF:
        return _renewed(work, proof.opened, "MAG-201")
    if person.email_validated_at is None:
        _give_back(work, charged)
        return _renewed(work, proof.opened, "MAG-203")
    if isinstance(request, AuthorizationRequest) and request.hinted_sub not in {None, person.sub}:
        _give_back(work, charged)
        return refuse_to_partner(proof.opened.partner, request, Step.LOGIN_REQUIRED.value)
    return _succeed(work, proof=proof, person=person, charged=charged, place=place)


def _give_back(work: Work, charged: Charged) -> None:
    with work.writing() as connection:
        refund_attempt(work, connection=connection, charged=charged)


def _succeed(
    work: Work, *, proof: _Proved, person: Person, charged: Charged, place: Familiarity
) -> SignInAnswer:
    """Make the session, the attempt and the code in one block, once for each form."""
    attempt_id, new_device = new_identifier(), None
    if proof.posted.device_cookie is None and not proof.opened.request.in_frame:
        new_device = new_secret()
    known = find_live_session(work, cookie=proof.posted.session_cookie)
    with _writing(work, proof) as connection:
        use = FormUse(proof.fingerprint, attempt_id, work.now)
        first = spend_form(work, connection=connection, form_id=proof.opened.form_id, use=use)
        refund_attempt(
            work,
            connection=connection,
            charged=charged,
            forgiven=frozenset(b.name for b in charged.buckets if b.name.startswith("familiar:")),
        )
        if first:
            remember(work, connection=connection, familiarity=place, new_device=new_device)
            granted = _grant(
                work,
                connection=connection,
                proof=proof,
                person=person,
                known=known,
                attempt_id=attempt_id,
            )
            return replace(granted, device_cookie=new_device)
        spent = find_use(work, form_id=proof.opened.form_id)
    if spent is None:
        return _renewed(work, proof.opened, "MAG-204")
    return _repeat(work.again(), proof=proof, use=spent)


def _grant(
    work: Work,
    *,
    connection: Connection,
    proof: _Proved,
    person: Person,
    known: Session | None,
    attempt_id: str,
) -> SignedIn:
    proved = Proof(person.sub, acr_password(work.settings.issuer), ("pwd",))
    session, cookie = _open(work, connection=connection, proof=proof, proved=proved, known=known)
    store.add_attempt(
        connection,
        attempt_id=attempt_id,
        step="done",
        sub=person.sub,
        sid=session.sid,
        expires_at=work.now + timedelta(seconds=work.settings.attempt_lifetime_seconds),
    )
    return _answer(work, connection=connection, proof=proof, session=session, cookie=cookie)


def _open(
    work: Work, *, connection: Connection, proof: _Proved, proved: Proof, known: Session | None
) -> tuple[Session, str | None]:
    if proof.opened.request.in_frame:
        return open_frame_session(work, connection=connection, proof=proved), None
    opened = open_session(work, connection=connection, proof=proved, known=known)
    return opened.session, opened.cookie


def forget_old_attempts(work: Work) -> int:
    """Delete pending attempts and spent forms that are past any use; return how many."""
    with work.writing() as connection:
        forms = forget_spent_forms(work, connection=connection)
        lifetime = timedelta(seconds=work.settings.form_lifetime_seconds)
        return forms + store.forget_before(connection, instant=work.now - lifetime)
