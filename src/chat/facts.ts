/** The facts that decisions stand on: what was loaded from the store, by what was asked. */

import type { Fact, FactOf, Need } from '../store/store.ts'

/** The same text for the same need. */
export function needKey(need: Need): string {
  switch (need.need) {
    case 'room':
      return `room ${need.room}`
    case 'direct':
      return `direct ${need.directKey}`
    case 'member':
      return `member ${need.room} ${need.user}`
    case 'members':
      return `members ${need.room} ${need.limit}`
    case 'mentions':
      return `mentions ${need.room} ${need.user}`
    case 'message':
      return `message ${need.room} ${need.seq}`
    case 'sent':
      return `sent ${need.room} ${need.author} ${need.id}`
    case 'reaction':
      return `reaction ${need.room} ${need.seq} ${need.user} ${need.emoji}`
    case 'emojiCount':
      return `emojiCount ${need.room} ${need.seq}`
    case 'outcome':
      return `outcome ${need.author} ${need.id}`
    case 'user':
      return `user ${need.user}`
    case 'handle':
      return `handle ${need.handle}`
    case 'session':
      return `session ${need.session}`
    case 'sessionsOf':
      return `sessionsOf ${need.user}`
    case 'tokensOf':
      return `tokensOf ${need.user}`
    case 'invite':
      return `invite ${need.invite}`
    case 'reset':
      return `reset ${need.reset}`
    case 'server':
      return 'server'
    default:
      return need satisfies never
  }
}

/** Thrown by a decision that needs a fact that was not loaded: it is loaded, and the decision is made again. */
export class MissingFact extends Error {
  readonly need: Need

  constructor(need: Need) {
    super(`fact not loaded: ${needKey(need)}`)
    this.need = need
  }
}

export class Facts {
  readonly #facts = new Map<string, { readonly need: Need; readonly fact: Fact }>()

  add(needs: readonly Need[], facts: readonly Fact[]): void {
    for (const [index, need] of needs.entries()) this.#facts.set(needKey(need), { need, fact: facts[index] ?? null })
  }

  has(need: Need): boolean {
    return this.#facts.has(needKey(need))
  }

  get<N extends Need>(need: N): FactOf[N['need']] {
    const known = this.#facts.get(needKey(need))
    if (known === undefined) throw new MissingFact(need)
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the store answers a need with its own kind of fact
    return known.fact as FactOf[N['need']]
  }

  /** What is so once the changes decided so far are made. */
  set<N extends Need>(need: N, fact: FactOf[N['need']]): void {
    this.#facts.set(needKey(need), { need, fact })
  }

  /** All needs that have a fact. */
  *needs(): Iterable<Need> {
    for (const { need } of this.#facts.values()) yield need
  }
}
