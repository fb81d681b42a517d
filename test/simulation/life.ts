/** Whether something runs, stands still, or is dead: everything that enters it passes here. */
export class Life {
  readonly #of: Life | null
  #state: 'running' | 'paused' | 'dead' = 'running'
  #held: (() => void)[] = []

  /** @param of dies with it, and stands still with it: a worker in its process */
  constructor(of: Life | null = null) {
    this.#of = of
  }

  /** Now, when it goes on again, or never. */
  do(work: () => void): void {
    if (this.#of !== null) this.#of.do(() => this.#do(work))
    else this.#do(work)
  }

  get isDead(): boolean {
    return this.#state === 'dead' || this.#of?.isDead === true
  }

  get isRunning(): boolean {
    return this.#state === 'running' && (this.#of?.isRunning ?? true)
  }

  pause(): void {
    if (this.#state === 'running') this.#state = 'paused'
  }

  resume(): void {
    if (this.#state !== 'paused') return
    this.#state = 'running'
    const held = this.#held
    this.#held = []
    for (const work of held) this.do(work)
  }

  end(): void {
    this.#state = 'dead'
    this.#held = []
  }

  #do(work: () => void): void {
    if (this.#state === 'running') work()
    else if (this.#state === 'paused') this.#held.push(work)
  }
}
