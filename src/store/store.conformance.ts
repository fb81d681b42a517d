/**
 * The rules of a store, as tests. Every adapter runs them, ours and anyone else's.
 *
 * S1  A commit that was answered is on stable storage and among the facts of every later load [G1].
 * S2  A commit advances each stream from the rev that was loaded; one that moved since makes its unit stale, and nothing of
 *     the unit is written. Of many commits from one rev one is committed [G3].
 * S3  A stream is created from rev 0, once, together with its record.
 * S4  An id is one message of its author in a room, for ever [G2].
 * S5  A unit that cannot be written is refused whole; its neighbours are written.
 * S6  An outcome is stored with the changes of its unit, or not at all [G9].
 * S7  Old outcomes are forgotten, but for those that are kept for ever [G5 G9].
 * S8  A read cursor moves from exactly where it was, and no rev with it.
 * S9  Facts come in the order of their needs, null where there is none.
 * S10 Every record is loaded as it was put.
 * S11 Mentions are those of the message as it is now.
 * S12 Changes are the rows of every kind by rev, each once as it is now, page by page up to the head [G4].
 * S13 A reader too far behind, or ahead of the log, is told so and gets nothing [G4].
 * S14 Whoever is not a member now sees nothing of a room, as if it were not there [G6].
 * S15 A snapshot is the newest messages, who is there, and the head it was read at [G4].
 * S16 History is dense and oldest first: before, after or around a seq [G3].
 * S17 Members are those who are there now, by id, each on one page.
 * S18 A session or token welcomes its person, with their rooms and the head they were read at.
 * S19 Nobody is welcomed by what has ended or expired, nor when deactivated; the head check says so, too [G6].
 * S20 A membership names the others of a direct room, and the newest mentions behind the cursor.
 * S21 Own changes are memberships, profile and sessions by rev, up to the head; who has left sees nothing new [G4].
 * S22 Lists (people, public rooms, usable invites) hold each entry once.
 * S23 The heads of many streams come in one answer, 0 for what is not there [G4].
 * S24 Seen times move forward only; calls made together are each answered with their own.
 */

import { describe } from 'vitest'
import { testCommits } from './conformance/commits.ts'
import { testFacts } from './conformance/facts.ts'
import { testPeople } from './conformance/people.ts'
import { testRooms } from './conformance/rooms.ts'
import type { Store } from './store.ts'

/** Runs the rules. `open` gives a store that is empty and the test's alone; the test closes it. */
export function testStore(name: string, open: () => Promise<Store>): void {
  describe(`a store: ${name}`, () => {
    testCommits(open)
    testFacts(open)
    testRooms(open)
    testPeople(open)
  })
}
