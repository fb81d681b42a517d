/** The first schema. Booleans are 0 or 1, times are UTC milliseconds. */

import type { Migration } from './migrations.ts'

export const first: Migration = {
  name: 'first',
  steps: [
    `create table server (
      id integer primary key check (id = 1),
      name text not null,
      open_sign_up integer not null,
      last_rev integer not null
    ) strict`,
    `insert into server (id, name, open_sign_up, last_rev) values (1, '', 0, 0)`,
    `create table users (
      user_id text not null primary key,
      handle text not null unique,
      name text not null,
      role text not null,
      is_active integer not null,
      password_hash text,
      created_at_ms integer not null,
      last_rev integer not null,
      rev integer not null
    ) strict, without rowid`,
    `create table sessions (
      session_id text not null primary key,
      user_id text not null,
      token_hash text not null unique,
      agent text not null,
      started_at_ms integer not null,
      seen_at_ms integer not null,
      expires_at_ms integer not null,
      is_ended integer not null,
      own_rev integer not null
    ) strict, without rowid`,
    `create index sessions_by_own_rev on sessions (user_id, own_rev)`,
    `create table tokens (
      token_id text not null primary key,
      user_id text not null,
      token_hash text not null unique,
      name text not null,
      created_at_ms integer not null,
      is_ended integer not null
    ) strict, without rowid`,
    `create index tokens_by_user on tokens (user_id)`,
    `create table rooms (
      room_id text not null primary key,
      name text not null,
      topic text not null,
      visibility text not null,
      direct_key text unique,
      created_at_ms integer not null,
      last_seq integer not null,
      last_rev integer not null,
      rev integer not null,
      member_count integer not null
    ) strict, without rowid`,
    `create index public_rooms on rooms (room_id) where visibility = 'public'`,
    `create table members (
      room_id text not null,
      user_id text not null,
      is_member integer not null,
      role text not null,
      rev integer not null,
      own_rev integer not null,
      joined_seq integer not null,
      read_seq integer not null,
      read_epoch integer not null,
      primary key (room_id, user_id)
    ) strict, without rowid`,
    `create index members_by_rev on members (room_id, rev)`,
    `create index members_by_own_rev on members (user_id, own_rev)`,
    `create index memberships on members (user_id, room_id) where is_member = 1`,
    // A message's row is also its send command's outcome: the unique constraint is what makes a retry one message [G2].
    `create table messages (
      room_id text not null,
      seq integer not null,
      rev integer not null,
      sent_rev integer not null,
      author text not null,
      id text not null,
      body text,
      reply_to integer,
      sent_at_ms integer not null,
      edited_at_ms integer,
      fingerprint text not null,
      primary key (room_id, seq),
      unique (room_id, author, id)
    ) strict, without rowid`,
    // Only of messages that changed since they were sent: the others are found by seq, in whose order their revs are. A
    // third index page a message made a commit of 56 messages a quarter slower.
    `create index messages_by_rev on messages (room_id, rev) where rev <> sent_rev`,
    `create table reactions (
      room_id text not null,
      seq integer not null,
      emoji text not null,
      user_id text not null,
      is_on integer not null,
      rev integer not null,
      primary key (room_id, seq, emoji, user_id)
    ) strict, without rowid`,
    `create index reactions_by_rev on reactions (room_id, rev)`,
    `create table mentions (
      user_id text not null,
      room_id text not null,
      seq integer not null,
      primary key (user_id, room_id, seq)
    ) strict, without rowid`,
    `create index mentions_by_message on mentions (room_id, seq)`,
    `create table outcomes (
      author text not null,
      id text not null,
      cmd text not null,
      fingerprint text not null,
      outcome text not null,
      at_ms integer not null,
      is_for_ever integer not null,
      primary key (author, id)
    ) strict, without rowid`,
    `create index outcomes_by_age on outcomes (at_ms) where is_for_ever = 0`,
    `create table invites (
      invite_id text not null primary key,
      created_by text not null,
      room_id text,
      uses_left integer not null,
      created_at_ms integer not null,
      expires_at_ms integer not null
    ) strict, without rowid`,
    `create index invites_by_expiry on invites (expires_at_ms)`,
    `create table resets (
      reset_id text not null primary key,
      user_id text not null,
      expires_at_ms integer not null,
      is_used integer not null
    ) strict, without rowid`,
  ],
}
