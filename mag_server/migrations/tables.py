"""Every table there is: importing a store adds its tables to the metadata."""

from mag_server.base.db import metadata
from mag_server.rooms.assertions import store as assertions
from mag_server.rooms.attempts import store as attempts
from mag_server.rooms.audit import store as audit
from mag_server.rooms.calls import store as calls
from mag_server.rooms.forms import store as forms
from mag_server.rooms.keys import store as keys
from mag_server.rooms.links import store as links
from mag_server.rooms.mail import store as mail
from mag_server.rooms.partners import store as partners
from mag_server.rooms.passwords import store as passwords
from mag_server.rooms.people import store as people
from mag_server.rooms.receipts import store as receipts
from mag_server.rooms.sessions import store as sessions
from mag_server.rooms.signin import store as signin
from mag_server.rooms.tree import store as tree
from mag_server.rooms.visits import store as visits

STORES = (
    assertions,
    attempts,
    audit,
    calls,
    forms,
    keys,
    links,
    mail,
    partners,
    passwords,
    people,
    receipts,
    sessions,
    signin,
    tree,
    visits,
)

__all__ = ["STORES", "metadata"]
