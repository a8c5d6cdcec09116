"""Mail: the messages there are, the outbox, and what became of each letter.

Owns: the messages and the words they take, the letters that wait, their delivery events.
Promises: a letter stands in the outbox in the transaction of what it announces; it goes out once,
and twice only after a kill in flight, with the same Message-ID; nothing an addressee is called
reaches a header or becomes markup.
Does not: know what a link is (`links`), nor speak SMTP (`base.smtp`).
Source: requirements A-19 to A-26; RFC 5321; RFC 5322; RFC 3464; RFC 3834.
"""
