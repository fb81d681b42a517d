/** What one link is to send. Where sends are answered, one frame is unanswered at a time, as the protocol asks [G10]. */

import type { Dialect, Draft } from './dialect.ts'
import type { Link } from './link.ts'

export class Outbox {
  readonly #dialect: Dialect
  readonly #link: Link
  #waiting: Draft[] = []
  #unanswered = 0

  constructor(dialect: Dialect, link: Link) {
    this.#dialect = dialect
    this.#link = link
  }

  /** Several at once share a frame, if the server takes that. */
  submit(drafts: readonly Draft[]): void {
    this.#waiting.push(...drafts)
    this.#flush()
  }

  /** One more send was answered. */
  answered(): void {
    this.#unanswered--
    this.#flush()
  }

  #flush(): void {
    const { answersSends, draftsPerTextMax, send } = this.#dialect
    while (this.#waiting.length > 0 && this.#unanswered === 0) {
      const drafts = this.#waiting.splice(0, draftsPerTextMax)
      if (answersSends) this.#unanswered = drafts.length
      this.#link.sendText(send(drafts))
    }
  }
}
